"""Bytes and files to entries: the network, the parsers, the reducer, local text."""
