"""The benchmarks run as the code stands, and their page is written whole."""

import importlib
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def test_benchmarks_run_and_write_one_page(root, tmp_path):
    page = tmp_path / "benchmarks.md"
    page.write_text("What people wrote.\n<!-- from here on made by make bench -->\n\nold\n")
    words = ["benchmarks/all.py", "--quick", "--page", str(page), "--only", "match", "seedfiles"]
    subprocess.run([sys.executable, *words], cwd=root, capture_output=True, check=False, timeout=120)
    text = page.read_text()
    assert text.startswith("What people wrote.\n") and "old" not in text
    table = text.partition("\n## ")[0]
    assert re.search(
        r"^\| match \| tokenise an article of 3,000 characters \| [\d.]+ ms \| 0.5 ms \|$", table, re.MULTILINE
    )
    assert re.search(r"^\| seedfiles \| a pass over them unchanged \| .+ \|  \|$", table, re.MULTILINE)
    assert "## seedfiles: local text" in text and "=> " not in text


@pytest.fixture
def every(root, monkeypatch):
    """The module that runs all of them."""
    monkeypatch.syspath_prepend(root / "benchmarks")
    return importlib.import_module("all")


def test_one_command_runs_every_benchmark_to_half_a_million_items_unless_told_less(root, every):
    scripts = {path.stem for path in (root / "benchmarks").glob("*.py") if "def main()" in path.read_text()} - {"all"}
    assert {one.name for one in every.BENCHMARKS} == scripts
    (store,) = (one for one in every.BENCHMARKS if one.name == "store")
    words = store.command(quick=False, largest=500_000, data=None, bench=None)
    assert words[-4:] == ["1000", "10000", "100000", "500000"]
    assert store.command(quick=False, largest=100_000, data=None, bench=None) == words[:-1]
    assert "500000" not in store.command(quick=True, largest=500_000, data=None, bench=None)


def test_every_benchmark_takes_the_words_it_is_given(root, every):
    for one in every.BENCHMARKS:
        script = (root / "benchmarks" / f"{one.name}.py").read_text()
        script += (root / "benchmarks" / "soak.py").read_text() if "asked_for" in script else ""
        sizes = "--sizes" if one.sizes else ""
        for word in f"{one.words} {sizes} {one.quick} {one.data or ''} {one.bench or ''}".split():
            assert not word.startswith("--") or f'"{word}"' in script, (one.name, word)
