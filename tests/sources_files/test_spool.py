"""A growing file is followed over rotation and truncation; records come whole and once."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.model import Memory, Source
from monitor.sources import files, spool

LATER = 4_000_000_000.0


class Tail:
    """A spool under test: what was written, and what each pass gave."""

    def __init__(self, path: Path, separator: str = "blank") -> None:
        self.path = path
        self.source = Source(id="spool", title="Spool", path=str(path), spool=separator)
        self.memory = Memory()
        self.told: tuple[str, ...] = ()
        self.more = False

    def write(self, text: str) -> None:
        with self.path.open("a") as file:
            file.write(text)

    def read(self, *, settled: bool = True) -> list[str | None]:
        now = LATER if settled else self.path.stat().st_mtime + 0.5
        gathered = files.read(self.source, self.memory, clock=lambda: now)
        self.memory, self.told, self.more = gathered.memory, gathered.told, gathered.more
        return [entry.title for entry in gathered.entries]


@pytest.fixture
def tail(tmp_path: Path) -> Tail:
    spooled = Tail(tmp_path / "wire.txt")
    spooled.write("First flash of the day\n\nSecond flash of the day\n\n")
    return spooled


def test_records_come_once_and_in_order(tail: Tail):
    assert tail.read() == ["First flash of the day", "Second flash of the day"]
    assert tail.read() == []
    tail.write("Third flash of the day\n\n")
    assert tail.read() == ["Third flash of the day"]


def test_a_record_not_ended_waits_until_the_file_lies_still(tail: Tail):
    tail.read()
    tail.write("Half of a fla")
    assert tail.read(settled=False) == []
    tail.write("sh of the day\n\nNext")
    assert tail.read(settled=False) == ["Half of a flash of the day"]
    assert tail.read() == ["Next"]


def test_a_rotated_spool_is_read_to_its_end_and_from_the_new_beginning(tail: Tail):
    tail.read()
    tail.write("Last flash before midnight\n\n")
    tail.path.rename(tail.path.with_name("wire.txt.1"))
    tail.write("First flash after midnight\n\n")
    assert tail.read() == ["Last flash before midnight", "First flash after midnight"]
    assert any("rotated or truncated" in told for told in tail.told)
    assert tail.read() == []


def test_a_truncated_spool_is_begun_anew(tail: Tail):
    tail.read()
    tail.path.write_text("Only flash of the night\n\n")
    assert tail.read() == ["Only flash of the night"]


def test_a_truncated_spool_that_grew_past_its_old_end_is_noticed(tail: Tail):
    tail.read()
    with tail.path.open("r+") as file:
        file.truncate(0)
        file.write("Another first flash, and a longer one this time\n\nAnother second flash as well\n\n")
    assert tail.read() == ["Another first flash, and a longer one this time", "Another second flash as well"]


def test_records_are_parted_by_a_pattern(tmp_path: Path):
    tail = Tail(tmp_path / "wire.txt", r"^-----\n")
    tail.write("First flash of the day\n\nWith a paragraph of its own.\n-----\nSecond flash of the day\n-----\n")
    assert tail.read() == ["First flash of the day", "Second flash of the day"]


def test_a_pattern_may_begin_a_record_and_stay(tmp_path: Path):
    tail = Tail(tmp_path / "wire.txt", r"(?=^\[\d+\])")
    tail.write("[1] First flash of the day\n[2] Second flash of the day\n")
    assert tail.read(settled=False) == ["[1] First flash of the day"]
    assert tail.read() == ["[2] Second flash of the day"]


def test_white_space_after_the_last_record_keeps_nothing_waiting(tmp_path: Path):
    tail = Tail(tmp_path / "wire.txt", r"^-----$")
    tail.write("First flash of the day\n-----\n")
    gathered = files.read(tail.source, Memory(), clock=lambda: LATER)
    assert (len(gathered.entries), gathered.waiting) == (1, ())
    assert files.read(tail.source, gathered.memory, clock=lambda: LATER).waiting == ()


def test_a_log_is_read_as_text_and_a_bad_record_takes_nothing_with_it(tmp_path: Path):
    tail = Tail(tmp_path / "wire.log")
    tail.write("First flash of the day\n\n\0\n\nThird flash of the day\n\n")
    assert tail.read() == ["First flash of the day", "Third flash of the day"]
    assert any("a record was passed over" in told for told in tail.told)
    assert tail.read() == []


def test_a_pattern_that_cannot_be_used_is_told(tmp_path: Path):
    tail = Tail(tmp_path / "wire.txt", "(")
    tail.write("First flash of the day\n\n")
    assert tail.read() == []
    assert "spool pattern '('" in tail.told[0]


def test_the_same_words_are_the_same_record(tail: Tail):
    first = files.read(tail.source, Memory(), clock=lambda: LATER)
    again = files.read(tail.source, Memory(), clock=lambda: LATER)
    assert [entry.guid for entry in first.entries] == [entry.guid for entry in again.entries]
    assert all((entry.guid or "").startswith("wire.txt#") for entry in first.entries)


def test_a_flood_is_read_in_bounded_passes(tail: Tail, monkeypatch: pytest.MonkeyPatch):
    tail.read()
    monkeypatch.setattr(spool, "READ", 64)
    for number in range(6):
        tail.write(f"Flash number {number} of the flood\n\n")
    got, passes = [], 0
    while True:
        got += tail.read()
        passes += 1
        if not tail.more:
            break
    assert len(got) == 6
    assert passes > 1


def test_a_huge_spool_is_begun_near_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(spool, "READ", 64)
    tail = Tail(tmp_path / "wire.txt")
    for number in range(40):
        tail.write(f"Flash number {number} of the flood\n\n")
    got = tail.read()
    assert "Flash number 39 of the flood" in got
    assert len(got) < 5
    assert any("before its end" in told for told in tail.told)


def test_bytes_that_are_not_utf8_pass_through(tmp_path: Path):
    tail = Tail(tmp_path / "wire.txt")
    tail.path.write_bytes("Überfall auf Kiosk am Hafen\n\n".encode("latin-1"))
    assert len(tail.read()) == 1
    assert tail.read() == []
