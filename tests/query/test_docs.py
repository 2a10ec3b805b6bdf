"""The tutorial's examples are true, and the figures of the evaluation are those of today."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval import labelled
from eval.measure import Share, measure
from eval.run import evaluate, main, tables
from monitor.errors import ConfigError, QueryError
from monitor.query import parse
from tests.query.build import matches

ROOT = Path(__file__).resolve().parents[2]


def rows(header: str) -> list[list[str]]:
    """The cells of all tables of the tutorial with this header."""
    found, inside = [], False
    for line in (ROOT / "docs/watchlists.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().replace("\0", "|") for cell in line.replace("\\|", "\0").strip("| ").split("|")]
        if line.startswith("| ") and line.strip() == header:
            inside = True
        elif not line.startswith("|"):
            inside = False
        elif inside and not line.startswith("|--"):
            found.append(cells)
    return found


@pytest.mark.parametrize(("query", "finds", "not_finds"), rows("| query | finds | does not find |"))
def test_example(query: str, finds: str, not_finds: str) -> None:
    query = query.strip("`")
    for text in finds.split(" · "):
        assert matches(query, text), text
    for text in not_finds.split(" · "):
        assert not matches(query, text), text


@pytest.mark.parametrize(("query", "message"), rows("| query | refused with |"))
def test_refusal(query: str, message: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(query.strip("`"))
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("cells", rows("| word | what else it says | a way out |"))
def test_ways_out_are_queries(cells: list[str]) -> None:
    for query in cells[2].split("`")[1::2]:
        assert parse(query)


def test_enough_examples_were_found() -> None:
    assert len(rows("| query | finds | does not find |")) >= 40


# ---------------------------------------------------------------- the evaluation


def test_wilson() -> None:
    low, high = Share(8, 10).interval
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert str(Share(10, 10)) == "1.00 (0.72–1.00)"
    assert str(Share(0, 0)) == "–"


def test_measure_counts() -> None:
    items = [
        labelled.Labelled(where="f:1", title="one", topics=frozenset({"a"})),
        labelled.Labelled(where="f:2", title="two", topics=frozenset({"a", "b"}), trap="t"),
        labelled.Labelled(where="f:3", title="three", trap="t"),
    ]
    found = {"one": {"a"}, "two": {"a"}, "three": {"b"}}
    result = measure(items, lambda item: frozenset(found[item.title]), ["a", "b"])
    counts = {name: (tally.right, tally.wrong, tally.missed) for name, tally in result.topics.items()}
    assert counts == {"a": (2, 0, 0), "b": (0, 1, 1)}
    assert (result.total.right, result.total.wrong, result.total.missed) == (2, 1, 1)
    assert result.clean == {"t": [True, False]}
    assert result.mistakes == ["f:2: missed b: two", "f:3: wrong b: three"]


def test_people_bring_their_own_sets(tmp_path: Path) -> None:
    line = json.dumps({"title": "Troops march", "topics": ["defense"], "lang": "en"})
    (tmp_path / "mine.jsonl").write_text(line + "\n\n", encoding="utf-8")
    run = CliRunner().invoke(main, ["--data", str(tmp_path)])
    assert run.exit_code == 0
    assert "| defense | 1 | 0 | 0 | 1.00 (0.21–1.00) | 1.00 (0.21–1.00) |" in run.output


def test_a_broken_set_is_told_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"title": "x"}\n{"topics": []}\nnonsense\n', encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        labelled.read(tmp_path)
    assert [problem.split(": ")[0] for problem in error.value.problems] == ["bad.jsonl:2", "bad.jsonl:3"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigError, match="there is no"):
        labelled.read(tmp_path / "empty")


def test_the_figures_told_are_those_of_today() -> None:
    result = evaluate(ROOT / "eval/sets", ROOT / "config/topics.toml")
    assert result.items >= 200
    assert tables(result) in (ROOT / "docs/watchlist-eval.md").read_text(encoding="utf-8")


def test_our_labels_name_our_topics() -> None:
    result = evaluate(ROOT / "eval/sets", ROOT / "config/topics.toml")
    assert len(result.topics) == 15
