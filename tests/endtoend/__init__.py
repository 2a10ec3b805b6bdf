"""The whole product as its users start it: real processes, a real terminal, feeds on loopback."""
