"""What lies in a folder and is no file: refused, told, and never waited for."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from monitor.model import Memory, Source
from monitor.sources import files
from monitor.sources.opening import READ, Found, Refused, Unsettled, find, read, safe_name

ARTICLE = "A headline that stands here\n\nA thing happened in the town on Friday.\n"


def _gather(path: Path) -> files.Gathered:
    return files.read(Source(id="local", title="Local", path=str(path)), Memory(), clock=lambda: 4e9)


@pytest.fixture
def zoo(tmp_path: Path) -> Path:
    """A folder with one honest file among all that could lead a reader astray."""
    folder = tmp_path / "zoo"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text(ARTICLE.replace("headline", "secret"))
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "other.txt").write_text(ARTICLE.replace("headline", "secret"))
    (folder / "honest.txt").write_text(ARTICLE)
    os.mkfifo(folder / "pipe.txt")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "away").symlink_to(tmp_path / "outside")
    (folder / "loop").symlink_to(folder)
    (folder / "broken.txt").symlink_to(folder / "nothing.txt")
    (folder / "zero.txt").symlink_to("/dev/zero")
    with (folder / "sparse.txt").open("wb") as file:
        file.truncate(1 << 40)
    (folder / "noise.txt").write_bytes(bytes(range(256)))
    (folder / "picture.png").write_bytes(b"\x89PNG")
    return folder


def test_only_the_honest_file_is_read_and_all_else_is_told(zoo: Path):
    with socket.socket(socket.AF_UNIX) as plug:
        here = Path.cwd()
        os.chdir(zoo)
        try:
            plug.bind("plug.txt")
        finally:
            os.chdir(here)
        gathered = _gather(zoo)
    assert [entry.title for entry in gathered.entries] == ["A headline that stands here"]
    told = "\n".join(gathered.problems)
    for words in (
        "pipe.txt: is a pipe",
        "plug.txt: is a socket",
        "out.txt: is a link",
        "away: is a link",
        "loop: is a link",
        "broken.txt: is a link",
        "zero.txt: is a link",
        "sparse.txt: larger than 5 MB",
        "noise.txt is binary",
        ".png files are not read (supported: .txt",
    ):
        assert words in told
    assert "secret" not in told


def test_a_folder_of_traps_never_blocks(zoo: Path):
    code = (
        "import sys; from monitor.sources import files; from monitor.model import Memory, Source;"
        "g = files.read(Source(id='z', title='z', path=sys.argv[1]), Memory()); print(len(g.entries))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(zoo)], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout.strip() == "1"


def test_a_glob_does_not_follow_a_link_out(zoo: Path):
    listing = list(find(str(zoo / "*" / "*.txt")))
    assert [found.name for found in listing if isinstance(found, Found)] == []
    assert {found.reason for found in listing if isinstance(found, Refused)} >= {"a link leads there"}


def test_a_file_swapped_for_a_pipe_or_a_link_is_not_read(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text(ARTICLE)
    (found,) = find(str(tmp_path))
    assert isinstance(found, Found)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(Unsettled):
        read(found)
    path.unlink()
    path.symlink_to("/etc/hostname")
    with pytest.raises(OSError):
        read(found)


def test_no_more_than_the_cap_is_read(tmp_path: Path):
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(3 * READ)
    (found,) = find(str(tmp_path))
    assert isinstance(found, Found)
    assert len(read(found)) == READ


def test_case_57_of_very_many_files_a_pass_reads_few(tmp_path: Path):
    for number in range(10_000):
        (tmp_path / f"{number}.txt").write_text(ARTICLE)
    started = time.process_time()
    gathered = _gather(tmp_path)
    assert len(gathered.entries) == files.BATCH and gathered.more
    assert time.process_time() - started < 3


def test_case_57_beyond_very_many_files_no_more_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "FILES", 3)
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text(ARTICLE)
    gathered = _gather(tmp_path)
    assert len(gathered.entries) == 3
    assert any("3 files" in line for line in gathered.problems), gathered.problems


@pytest.mark.parametrize(
    "name", [b"esc\x1b[31m.txt", b"two\nlines.txt", b"latin\xff.txt", "bidi\u202etxt.txt".encode(), b"[bold].txt"]
)
def test_names_are_untrusted_text(tmp_path: Path, name: bytes):
    path = os.path.join(os.fsencode(tmp_path), name)
    with open(path, "w") as file:
        file.write(ARTICLE)
    os.mkfifo(os.path.join(os.fsencode(tmp_path), b"pipe" + name))
    gathered = _gather(tmp_path)
    assert len(gathered.entries) == 1
    told = (gathered.entries[0].guid or "") + "".join(gathered.problems) + (gathered.memory.extra or "")
    assert not {"\x1b", "\n", "\u202e"} & set(told)
    told.encode("utf-8")


def test_names_that_clean_alike_stay_apart():
    assert safe_name("a\x1b.txt") != safe_name("a\x07.txt")
    assert safe_name("plain name.txt") == "plain name.txt"


def test_an_unreadable_file_and_folder_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a.txt").write_text(ARTICLE)
    (tmp_path / "sub").mkdir()
    real_open, real_scandir = os.open, os.scandir

    def deny_open(path: str, *more: int) -> int:
        if str(path).endswith("a.txt"):
            raise PermissionError(13, "Permission denied")
        return real_open(path, *more)

    def deny_scandir(path: str):
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return real_scandir(path)

    monkeypatch.setattr(os, "open", deny_open)
    monkeypatch.setattr(os, "scandir", deny_scandir)
    gathered = _gather(tmp_path)
    assert gathered.entries == ()
    assert sorted(gathered.problems) == ["a.txt: Permission denied", "sub/: Permission denied"]
