"""The page on architecture names what is there, and all packages that are there; the decisions are those that hold."""

import ast
import re
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
