"""The program on a real terminal against strangers: what it writes, what ends it, what a kiosk's keys can do.

Groups A, E and F of `docs/security.md` on a pseudo-terminal: hostile items on every screen with the whole output tokenised,
a line that drops, a terminal nobody reads, bytes that are no keys, resizing, every kind of terminal, and `--read-only`.
"""
