"""The page on architecture names what is there, and all packages that are there; the decisions are those that hold."""

import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path


def test_every_path_on_the_page_is_there(root):
    page = (root / "docs" / "architecture.md").read_text()
    paths = set(re.findall(r"\b(?:monitor|tests|docs)/[\w./]*\w/?", page))
    assert len(paths) > 20
    assert [path for path in sorted(paths) if not (root / path).exists()] == []


def test_every_part_of_the_package_is_on_the_page(root):
    page = (root / "docs" / "architecture.md").read_text()
    parts = {
        path.name + "/" * path.is_dir()
        for path in (root / "monitor").iterdir()
        if not path.name.startswith("_") and (path.suffix == ".py" or (path / "__init__.py").exists())
    }
    assert [part for part in sorted(parts) if f"`monitor/{part}`" not in page] == []


def test_the_layers_on_the_page_are_those_that_are_checked(root):
    page = (root / "docs" / "architecture.md").read_text()
    (told,) = re.findall(r"^__main__ → .*$", page, re.MULTILINE)
    contract = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    assert told.split(" → ") == contract["layers"]


def test_no_module_of_the_dashboard_is_longer_than_one_sitting(root):
    tui = root / "monitor" / "tui"
    long = [path.name for path in tui.rglob("*.py") if len(path.read_text("utf-8").splitlines()) > 300]
    assert long == []


def imported(path: Path) -> Iterator[str]:
    """The packages that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_the_page_names_the_only_user_of_each_library(root):
    theirs = sys.stdlib_module_names - {"sqlite3"} | {"monitor"}
    users = defaultdict(set)
    for path in (root / "monitor").rglob("*.py"):
        part = path.relative_to(root).parts[1]
        for library in set(imported(path)) - theirs:
            users[library].add(part)
    page = (root / "docs" / "architecture.md").read_text()
    told = {
        library.strip(): {part}
        for part, libraries in re.findall(r"^\| `monitor/([\w.]+)/?` \|.*\| ([\w, ]*) ?\|$", page, re.MULTILINE)
        for library in libraries.split(",")
        if library.strip()
    }
    assert told == {library: parts for library, parts in users.items() if len(parts) == 1}


def test_what_a_package_names_as_its_face_is_used_outside_it(root):
    used = defaultdict(set)
    for folder in ("monitor", "tests", "benchmarks", "docs"):
        for path in (root / folder).rglob("*.py"):
            tree = ast.parse(path.read_text("utf-8"))
            own = path.relative_to(root).parts[1] if folder == "monitor" else None
            whole = set()
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom) and node.module == "monitor":
                    whole |= {name.name for name in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("monitor."):
                    package = node.module.removeprefix("monitor.")
                    used[package] |= {name.name for name in node.names} if package != own else set()
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Attribute)
                    and isinstance(node.value, ast.Name)
                    and node.value.id in whole - {own}
                ):
                    used[node.value.id].add(node.attr)
    for face in (root / "monitor").glob("*/__init__.py"):
        names = re.search(r"^__all__ = \[(.*?)\]", face.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        told = set(re.findall(r'"(\w+)"', names[1])) if names else set()
        assert told - used[face.parent.name] == set(), face.parent.name


def modules_named(node: ast.AST, package: Path) -> Iterator[tuple[str, ...]]:
    """The modules of our own that an import names, as parts: ("store", "port")."""
    if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("monitor."):
        parts = tuple(node.module.split(".")[1:])
        face = package.joinpath(*parts, "__init__.py")
        names = [name.name for name in node.names if face.exists() and f'"{name.name}"' not in face.read_text("utf-8")]
        yield from [(*parts, name) for name in names] or [parts]


def test_what_is_imported_past_a_packages_face_is_on_the_page(root):
    package = root / "monitor"
    deeper = set()
    for path in package.rglob("*.py"):
        own = path.relative_to(package).parts[0]
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for parts in modules_named(node, package):
                if (
                    len(parts) > 1
                    and parts[0] not in {own, "sources"}
                    and package.joinpath(*parts).with_suffix(".py").exists()
                ):
                    deeper.add(f"monitor/{'/'.join(parts)}.py")
    page = (root / "docs" / "architecture.md").read_text()
    told = page.partition("Nothing deeper is imported")[2].partition("\n## ")[0]
    assert deeper == set(re.findall(r"`(monitor/\w+/\w+\.py)`", told))


def test_the_private_names_of_tinydb_that_we_lean_on_are_those_decided(root):
    import tinydb.queries
    import tinydb.table

    theirs = set(re.findall(r"\bself\.(_[a-z]\w*)", Path(tinydb.table.__file__).read_text())) | {"_hash"}
    ours = set()
    for path in (root / "monitor" / "store").glob("*.py"):
        text = path.read_text("utf-8")
        if "tinydb" in text:
            ours |= set(re.findall(r"\b(?:self|super\(\)|query|cond)\.(_[a-z]\w*)", text)) & theirs
            ours |= set(re.findall(r"\bdef (_[a-z]\w*)\(", text)) & theirs
    (told,) = (root / "docs" / "adr").glob("0001-*.md")
    assert ours == set(re.findall(r"`(_\w+)`", told.read_text()))
