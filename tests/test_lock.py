"""The lock holds what the project asks for, within its bounds, and every bound is one at both ends."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


@pytest.fixture(scope="module")
def asked(root) -> list[Requirement]:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    words = [*project["dependencies"], *(word for extra in project["optional-dependencies"].values() for word in extra)]
    return [Requirement(word) for word in words if not word.startswith(project["name"])]


def test_the_lock_pins_all_that_is_asked_for_within_its_bounds(root, asked):
    lines = [line for line in (root / "requirements.lock").read_text().splitlines() if not line.startswith("#")]
    pinned = {canonicalize_name(one.name): one for one in map(Requirement, lines)}
    assert list(pinned) == sorted(pinned), "`make lock` writes it, in order"
    for one in asked:
        (pin,) = pinned[canonicalize_name(one.name)].specifier
        assert pin.operator == "==" and one.specifier.contains(pin.version), f"{one}: the lock has {pin.version}"


def test_every_dependency_is_bounded_at_both_ends(asked):
    for one in asked:
        operators = {bound.operator for bound in one.specifier}
        assert operators == {">=", "<"}, str(one)


def test_the_lock_is_what_the_makefile_makes(root):
    recipe = (root / "Makefile").read_text()
    head = re.search(r"sed -i '1i (# .*?)' requirements\.lock", recipe)
    assert head and (root / "requirements.lock").read_text().startswith(head[1] + "\n")
