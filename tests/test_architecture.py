"""The page on architecture names what is there, and all packages that are there."""

import re


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
