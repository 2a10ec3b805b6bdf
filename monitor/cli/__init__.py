"""The commands: parse words, call the newsroom, print. Data goes to standard output, all else to standard error."""
