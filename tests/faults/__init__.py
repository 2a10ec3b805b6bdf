"""Cases 13–33 of the safety list (parser and network), each against a fault server on loopback; nothing else is contacted.

A test bears the number of its case (`test_case_23_…`), so that docs/security.md can name it.
"""
