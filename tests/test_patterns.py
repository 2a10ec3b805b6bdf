"""The patterns of the whole package: what they ask of the regular expressions that Python brings."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import monitor


def patterns(module) -> Iterator[re.Pattern]:
    """What a module has compiled at its top, alone or in a mapping."""
    for value in vars(module).values():
        for one in value.values() if isinstance(value, dict) else (value,):
            if isinstance(one, re.Pattern):
                yield one


def parts(tree, within: bool = False) -> Iterator[tuple[str, bool]]:
    """Every operation of a parsed pattern by name, and whether a possessive repeat is around it."""
    for operation, value in tree:
        yield str(operation), within
        inner = [value]
        while inner:
            one = inner.pop()
            if isinstance(one, re._parser.SubPattern):
                yield from parts(one, within or str(operation) == "POSSESSIVE_REPEAT")
            elif isinstance(one, (list, tuple)):
                inner += one


def test_no_pattern_is_read_otherwise_by_the_first_pythons_3_11():
    """Up to 3.11.4 (Debian 12 has 3.11.2) a possessive repeat around a lookaround or another such repeat matches wrongly."""
    names = [
        name for _, name, _ in pkgutil.walk_packages(monitor.__path__, "monitor.") if not name.endswith("__main__")
    ]
    found = {pattern for name in names for pattern in patterns(importlib.import_module(name))}
    assert len(found) > 50
    wrong = {"ASSERT", "ASSERT_NOT", "POSSESSIVE_REPEAT"}
    for pattern in found:
        for operation, within in parts(re._parser.parse(pattern.pattern, pattern.flags)):
            assert not (within and operation in wrong), pattern.pattern
