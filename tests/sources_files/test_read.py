"""Folders, globs and single files: what is new, what changed, what is gone, what waits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.errors import SourceError
from monitor.model import Memory, Source
from monitor.sources import files

LATER = 4_000_000_000.0
"""A time at which every file of a test has lain still for long."""


def _source(path: Path | str, **more: str) -> Source:
    return Source(id="local", title="Local", path=str(path), **more)


def _article(title: str, words: str = "A thing happened in the town on Friday, the mayor said.") -> str:
    return f"{title}\n\n{words}\n"


def _titles(gathered: files.Gathered) -> list[str | None]:
    return [entry.title for entry in gathered.entries]


def _read(source: Source, memory: Memory | None = None, now: float = LATER) -> files.Gathered:
    return files.read(source, memory or Memory(), clock=lambda: now)


def test_a_folder_is_read_with_its_folders(tmp_path: Path):
    (tmp_path / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "a.txt").write_text(_article("First things first here"))
    (tmp_path / "sub" / "deep" / "b.md").write_text("# Second of two\n\nA paragraph that ends.\n")
    (tmp_path / ".hidden.txt").write_text(_article("Not for reading at all"))
    gathered = _read(_source(tmp_path))
    assert [(entry.guid, entry.title) for entry in gathered.entries] == [
        ("a.txt", "First things first here"),
        ("sub/deep/b.md", "Second of two"),
    ]
    assert gathered.told == ()


def test_each_file_is_read_once_per_content(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text(_article("First things first here"))
    first = _read(_source(tmp_path))
    second = _read(_source(tmp_path), first.memory)
    assert second.entries == ()
    assert second.memory is first.memory
    os.utime(path, (1, 1))
    touched = _read(_source(tmp_path), first.memory)
    assert touched.entries == ()
    assert touched.bytes == 0


def test_an_edited_file_is_a_new_version_of_the_same_item(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text(_article("First things first here"))
    first = _read(_source(tmp_path))
    path.write_text(_article("First things first here, corrected"))
    second = _read(_source(tmp_path), first.memory)
    assert [entry.guid for entry in second.entries] == [entry.guid for entry in first.entries] == ["a.txt"]
    assert _titles(second) == ["First things first here, corrected"]


def test_a_deleted_file_is_told_once_and_gives_nothing(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text(_article("First things first here"))
    first = _read(_source(tmp_path))
    path.unlink()
    second = _read(_source(tmp_path), first.memory)
    assert second.entries == ()
    assert second.removed == ("a.txt",)
    assert second.told == ("a.txt is gone; what was read of it stays",)
    assert _read(_source(tmp_path), second.memory).told == ()


def test_a_glob_reads_what_it_finds(tmp_path: Path):
    (tmp_path / "x").mkdir()
    for name in ("x/a.txt", "x/b.md", "c.txt"):
        (tmp_path / name).write_text(_article(f"Headline of file {name[-5]} here"))
    gathered = _read(_source(tmp_path / "**" / "*.txt"))
    assert [entry.guid for entry in gathered.entries] == ["c.txt", "x/a.txt"]


def test_a_single_file_is_one_text(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text(_article("First things first here"))
    assert [entry.guid for entry in _read(_source(path)).entries] == ["a.txt"]


def test_a_path_that_is_not_there_is_the_sources_failure(tmp_path: Path):
    with pytest.raises(SourceError, match="No such file") as failed:
        _read(_source(tmp_path / "nothing"))
    assert failed.value.kind == "unreadable"
    assert _read(_source(tmp_path / "*.nothing")).entries == ()


def test_several_articles_of_a_file_are_numbered(tmp_path: Path):
    (tmp_path / "a.txt").write_text(
        f"{_article('Fog closes the airport')}\n{'=' * 20}\n\n{_article('Sun opens the airport')}"
    )
    assert [entry.guid for entry in _read(_source(tmp_path)).entries] == ["a.txt", "a.txt#1"]


@pytest.mark.parametrize("name", ["a.txt.part", "a.txt~", "a.tmp", "b.crdownload"])
def test_a_partial_file_is_left_alone(tmp_path: Path, name: str):
    (tmp_path / name).write_text(_article("Half of a headline"))
    gathered = _read(_source(tmp_path))
    assert (gathered.entries, gathered.told) == ((), ())
    (tmp_path / name).rename(tmp_path / "a.txt")
    assert len(_read(_source(tmp_path), gathered.memory).entries) == 1


def test_a_young_file_waits_until_it_has_lain_still(tmp_path: Path):
    (tmp_path / "a.txt").write_text(_article("First things first here"))
    first = _read(_source(tmp_path))
    path = tmp_path / "b.txt"
    path.write_text(_article("Second things second here"))
    written = path.stat().st_mtime
    waits = _read(_source(tmp_path), first.memory, now=written + files.AGE / 2)
    assert (waits.entries, waits.waiting) == ((), ("b.txt",))
    ripe = _read(_source(tmp_path), waits.memory, now=written + files.AGE)
    assert (len(ripe.entries), ripe.waiting) == (1, ())


def test_the_first_pass_does_not_wait(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text(_article("First things first here"))
    assert len(_read(_source(tmp_path), now=path.stat().st_mtime).entries) == 1


def test_a_clock_set_back_keeps_nothing_waiting(tmp_path: Path):
    first = _read(_source(tmp_path))
    path = tmp_path / "a.txt"
    path.write_text(_article("First things first here"))
    assert len(_read(_source(tmp_path), first.memory, now=path.stat().st_mtime - 3600).entries) == 1


def test_a_file_that_changes_under_the_reader_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.txt"
    path.write_text(_article("First things first here"))
    fstat = os.fstat

    def fstat_and_write(handle: int) -> os.stat_result:
        status = fstat(handle)
        with path.open("a") as file:
            file.write("more\n")
        return status

    monkeypatch.setattr(os, "fstat", fstat_and_write)
    gathered = _read(_source(tmp_path))
    assert (gathered.entries, gathered.waiting) == ((), ("a.txt",))
    monkeypatch.undo()
    assert len(_read(_source(tmp_path), gathered.memory).entries) == 1


def test_a_problem_is_told_as_long_as_the_file_lies_there(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\0\1\2")
    first = _read(_source(tmp_path))
    second = _read(_source(tmp_path), first.memory)
    assert first.problems == second.problems
    assert "a.txt is binary" in first.problems[0]
    assert second.bytes == 0
    path.unlink()
    assert _read(_source(tmp_path), second.memory).problems == ()


def test_what_is_not_read_is_dropped_once(tmp_path: Path):
    (tmp_path / "a.txt").write_bytes(b"\0\1\2")
    (tmp_path / "large.txt").write_bytes(b"x" * (files.READ + 1))
    (tmp_path / "link.txt").symlink_to("a.txt")
    first = _read(_source(tmp_path))
    assert sorted((drop.reason, drop.key) for drop in first.drops) == [
        ("unreadable", "a.txt"),
        ("unreadable", "large.txt"),
        ("unreadable", "link.txt"),
    ]
    assert sorted(drop.title for drop in first.drops) == sorted(first.problems)
    second = _read(_source(tmp_path), first.memory)
    assert (second.drops, len(second.problems)) == ((), 3)
    assert second.memory is first.memory
    (tmp_path / "a.txt").write_bytes(b"\0\1\2\3")
    assert [drop.key for drop in _read(_source(tmp_path), first.memory).drops] == ["a.txt"]


def test_of_many_problems_the_first_are_told(tmp_path: Path):
    for number in range(60):
        (tmp_path / f"{number:02}.txt").symlink_to("elsewhere")
    gathered = _read(_source(tmp_path))
    assert (len(gathered.problems), len(gathered.drops)) == (60, 60)
    assert (len(gathered.told), gathered.told[0]) == (files.PROBLEMS + 1, "00.txt: is a link, not a file")
    assert gathered.told[-1] == f"and {60 - files.PROBLEMS} more cannot be read"


def test_a_file_that_could_not_be_opened_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a.txt").write_text(_article("First things first here"))

    def forbidden(*_: object, **__: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(files, "read_bytes", forbidden)
        first = _read(_source(tmp_path))
        second = _read(_source(tmp_path), first.memory)
    assert first.problems == second.problems == ("a.txt: Permission denied",)
    assert (len(first.drops), second.drops) == (1, ())
    third = _read(_source(tmp_path), second.memory)
    assert (_titles(third), third.problems) == (["First things first here"], ())


def test_many_new_files_come_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "BATCH", 3)
    for number in range(7):
        (tmp_path / f"{number}.txt").write_text(_article(f"Headline of article {number} here"))
    memory, titles, passes = Memory(), [], 0
    while True:
        gathered = _read(_source(tmp_path), memory)
        memory, passes = gathered.memory, passes + 1
        titles += _titles(gathered)
        if not gathered.more:
            break
    assert (len(titles), len(set(titles)), passes) == (7, 7, 3)


def test_saved_feeds_are_read_by_the_feed_parsers(tmp_path: Path):
    (tmp_path / "feed.xml").write_text(
        "<?xml version='1.0'?><rss version='2.0'><channel><title>W</title>"
        "<item><title>From a feed</title><guid>g1</guid></item></channel></rss>"
    )
    (tmp_path / "feed.json").write_text(
        '{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [{"id": "j1", "title": "From JSON", "content_text": "x"}]}'
    )
    gathered = _read(_source(tmp_path))
    assert sorted((entry.guid, entry.title) for entry in gathered.entries) == [
        ("g1", "From a feed"),
        ("j1", "From JSON"),
    ]


def test_saved_feeds_are_handed_over_unread_to_who_asks(tmp_path: Path):
    (tmp_path / "feed.xml").write_text("<rss version='2.0'><channel><item><title>T</title></item></channel></rss>")
    source = _source(tmp_path)
    gathered = files.read(source, Memory(), clock=lambda: LATER, hand_over_feeds=True)
    assert gathered.entries == ()
    assert [name for name, data in gathered.feeds if b"<title>T</title>" in data] == ["feed.xml"]
    assert files.read(source, gathered.memory, clock=lambda: LATER, hand_over_feeds=True).feeds == ()


def test_our_own_mistake_with_one_file_takes_nothing_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from monitor import seedfile

    (tmp_path / "a.txt").write_text(_article("First things first here"))
    (tmp_path / "b.txt").write_text(_article("Second things second here"))

    def faulty(name: str, *more: object, **named: object) -> seedfile.Parsed:
        if name == "a.txt":
            raise ZeroDivisionError
        return real(name, *more, **named)

    real = seedfile.parse_file
    monkeypatch.setattr(seedfile, "parse_file", faulty)
    gathered = _read(_source(tmp_path))
    assert _titles(gathered) == ["Second things second here"]
    assert "our own mistake" in gathered.problems[0]


def test_all_is_read_again_when_the_reader_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a.txt").write_text(_article("First things first here"))
    first = _read(_source(tmp_path))
    monkeypatch.setattr(files, "READER", files.READER + 1)
    second = _read(_source(tmp_path), first.memory)
    assert [entry.guid for entry in second.entries] == ["a.txt"]
    assert _read(_source(tmp_path), second.memory).entries == ()


def test_memory_that_cannot_be_read_is_begun_anew(tmp_path: Path):
    (tmp_path / "a.txt").write_text(_article("First things first here"))
    assert len(_read(_source(tmp_path), Memory(extra="{broken")).entries) == 1


def test_boilerplate_is_learned_forwards_and_back(tmp_path: Path):
    plea = "This newsroom is paid for by its readers and by nobody else."
    for number, word in enumerate(("bread", "roses")):
        ending = f"It ends with a word on {word}, the mayor said to all."
        (tmp_path / f"{number}.txt").write_text(f"{_article(f'Headline of {word} here')}\n{plea}\n\n{ending}\n")
    first = _read(_source(tmp_path))
    assert all(plea in entry.body for entry in first.entries)
    (tmp_path / "2.txt").write_text(
        f"{_article('Headline of article two here')}\n{plea}\n\nAnother word by another mayor ends this one here.\n"
    )
    second = _read(_source(tmp_path), first.memory)
    assert {entry.guid for entry in second.entries} == {"0.txt", "1.txt", "2.txt"}
    assert not any(plea in entry.body for entry in second.entries)
    assert all(plea in entry.boilerplate for entry in second.entries)
    (tmp_path / "3.txt").write_text(f"{_article('Headline of article three here')}\n{plea}\n")
    third = _read(_source(tmp_path), second.memory)
    assert [entry.guid for entry in third.entries] == ["3.txt"]
    assert plea in third.entries[0].boilerplate
