"""The benchmarks run as the code stands, and their page is written whole."""

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
    assert "| match | tokenising" in text and "tokenise an article of 3000 characters:" in text
    assert "| seedfiles | local text" in text and "unchanged pass:" in text


def test_every_benchmark_takes_the_words_it_is_given(root):
    sys.path.insert(0, str(root / "benchmarks"))
    try:
        import all as every
    finally:
        sys.path.pop(0)
    for one in every.BENCHMARKS:
        script = (root / "benchmarks" / f"{one.name}.py").read_text()
        for word in f"{one.words} {one.quick} {one.data or ''} {one.bench or ''}".split():
            assert not word.startswith("--") or f'"{word}"' in script, (one.name, word)
