"""Every file of the corpus gives the fields that stand beside it in `NAME.expected.json`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from monitor.model import Entry
from monitor.seedfile import Parsed, parse_file

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(path for path in CORPUS.iterdir() if not path.name.endswith(".expected.json"))
LAYOUTS = {path.name.rsplit("-", 1)[0] for path in FILES}


def test_the_corpus_is_as_large_and_as_mixed_as_promised():
    assert len(FILES) >= 60
    assert len(LAYOUTS) >= 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_file_gives_the_fields_beside_it(path: Path):
    expected = json.loads(path.with_name(f"{path.name}.expected.json").read_text("utf-8"))
    parsed = parse_file(path.name, path.read_bytes())
    found = {name: _field(name, value, parsed) for name, value in expected.items()}
    assert found == expected


def _field(name: str, expected: object, parsed: Parsed) -> object:
    entry: Entry = parsed.entries[0]
    match name:
        case "titles":
            return [entry.title for entry in parsed.entries]
        case "kinds":
            return [entry.kind for entry in parsed.entries]
        case "begins":
            return entry.body[: len(str(expected))]
        case "ends":
            return entry.body[-len(str(expected)) :]
        case "contains":
            return [words for words in expected if words in entry.body]  # type: ignore[union-attr]
        case "paragraphs":
            return len(entry.body.split("\n\n")) if entry.body else 0
        case "captions":
            return len(entry.captions)
        case "pull_quotes":
            return sum(block.role == "pull quote" for block in parsed.blocks)
        case "published" | "updated":
            value = getattr(entry, name)
            return value.isoformat() if isinstance(value, datetime) else None
    value = getattr(entry, name)
    return list(value) if isinstance(value, tuple) else value
