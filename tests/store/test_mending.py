"""A store that is backed up, mended or put back: what is trusted is checked first, and it may be broken off anywhere."""

from __future__ import annotations

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model import View
from monitor.store import open_store, restore
from monitor.store.records import Record
from monitor.store.table import SqliteTable

from .conftest import addition, mark
from .test_faults import count, script

EVERYTHING = View(shelf="all")


def spoil(path: Path, name: str) -> None:
    """Overwrite the first page of a table with what is none."""
    with sqlite3.connect(path) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    connection.close()
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = random.Random(page).randbytes(4096)
    path.write_bytes(content)


@pytest.fixture
def damaged(path, clock) -> Path:
    """A store of 300 items with a good backup, one of whose pages is spoilt where opening it does not look."""
    with open_store(f"tinydb:{path}", clock=clock) as store:
        store.add([addition(n, text=f"text {n} " * 60) for n in range(300)])
    spoil(path, "rows:journal")
    return path


def ids(store) -> set[str]:
    return {story.id for story in store.page(EVERYTHING, limit=10_000).stories}


# ---------------------------------------------------------------- backups that are sound


def test_a_damaged_store_does_not_replace_the_last_good_backup(damaged, clock):
    bak = damaged.with_name("news.db.bak")
    good = bak.read_bytes()
    clock.forward(days=900)
    with open_store(f"tinydb:{damaged}", clock=clock) as store:
        assert store.notices() == ()
        store.add([addition(900)])
    assert bak.read_bytes() == good
    assert not damaged.with_name("news.db.bak.part").exists()
    with open_store(f"tinydb:{damaged}", clock=clock) as store:
        assert "was damaged" in store.notices()[0], "what the backup met is mended at the next opening"
        assert count(store) == 301
        assert store.check() == []


@pytest.mark.parametrize("read_only", [False, True])
def test_a_backup_of_a_damaged_store_is_refused_in_one_line(damaged, clock, tmp_path, read_only):
    target = tmp_path / "copy"
    target.write_bytes(b"the last good one")
    with open_store(f"tinydb:{damaged}", read_only=read_only, clock=clock) as store:
        with pytest.raises(StoreError, match="damaged") as told:
            store.backup(target)
        assert "\n" not in str(told.value) and str(target) in str(told.value)
    assert target.read_bytes() == b"the last good one"
    with open_store(f"tinydb:{damaged}", clock=clock) as store:
        assert "was damaged" in store.notices()[0]


def test_a_damaged_store_is_kept_when_another_is_restored(damaged, clock, tmp_path):
    shutil.copy(damaged.with_name("news.db.bak"), tmp_path / "copy")
    with open_store(f"tinydb:{damaged}", read_only=True, clock=clock) as store:
        with pytest.raises(StoreError):
            store.backup(tmp_path / "before")
        spoilt = damaged.read_bytes()
    restore(tmp_path / "copy", f"tinydb:{damaged}")
    [aside] = (file for file in damaged.parent.glob("news.db.damaged-*") if not file.name.endswith(("-wal", "-shm")))
    assert aside.read_bytes() == spoilt
    with open_store(f"tinydb:{damaged}", clock=clock) as store:
        assert (count(store), store.check()) == (300, [])


def test_a_store_whose_file_was_removed_says_so_with_the_mend(path, clock):
    with open_store(f"tinydb:{path}", clock=clock) as store:
        path.unlink()
        with pytest.raises(StoreError, match="is gone") as told:
            store.revision()
        assert told.value.hint is not None and "put it back" in told.value.hint


def test_a_store_whose_file_was_removed_is_closed_all_the_same(path, clock):
    with open_store(f"tinydb:{path}", clock=clock) as store:
        store.add([addition(1)])
        path.unlink()


def test_a_removed_store_does_not_take_its_backup_with_it(disk_url, clock):
    path = Path(disk_url.partition(":")[2])
    with open_store(disk_url, clock=clock) as store:
        store.add([addition(n) for n in range(5)])
        store.add([addition(5)])
    path.unlink()
    clock.forward(days=900)
    with open_store(disk_url, clock=clock) as store:
        [notice] = store.notices()
        kept = Path(notice.partition("monitor restore ")[2].partition("`")[0])
        store.add([addition(900)])
        store.add([addition(901)])
    restore(kept, disk_url)
    with open_store(disk_url, clock=clock) as store:
        assert count(store) >= 5


# ---------------------------------------------------------------- what is saved


def change(path: Path, sql: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(sql)
    connection.close()


def test_a_damaged_text_is_noted_and_mended_from_the_backup(path, clock):
    with open_store(f"tinydb:{path}", clock=clock) as store:
        store.add([addition(n, text=f"text {n}") for n in range(5)])
    change(path, "UPDATE \"rows:bodies\" SET doc = x'00' WHERE doc_id = 3")
    with open_store(f"tinydb:{path}", read_only=True, clock=clock) as store:
        with pytest.raises(StoreError, match="damaged") as told:
            store.get("id000002")
        assert "\n" not in str(told.value)
    with open_store(f"tinydb:{path}", clock=clock) as store:
        assert "was damaged" in store.notices()[0]
        assert store.get("id000002").body.text == "text 2"
    with open_store(f"tinydb:{path}", clock=clock) as store:
        assert store.notices() == ()
        assert not [file for file in path.parent.iterdir() if ".new" in file.name]


def test_a_mend_holds_some_items_at_a_time(damaged, clock, monkeypatch):
    pages, page = [], SqliteTable.page

    def noted(self, cond, kind, **asked):
        found = page(self, cond, kind, **asked)
        if kind is Record:
            pages.append(len(found))
        return found

    monkeypatch.setattr(SqliteTable, "page", noted)
    monkeypatch.setattr("monitor.store.salvage.SLICE", 40)
    damaged.with_name("news.db.damaged").touch(mode=0o600)
    with open_store(f"tinydb:{damaged}", clock=clock) as store:
        assert sum(pages) == 300
        assert max(pages) == 40
        assert store.check() == []


def test_an_item_that_was_pruned_and_stored_again_comes_back_from_the_backup(path, clock):
    with open_store(f"tinydb:{path}", clock=clock) as store:
        store.add([addition(n) for n in range(5)])
        store.prune(older_than=None, keep_per_source=4)
        store.add([addition(4)])
        store.mark(["id000004"], mark("star"))
        store.backup(path.with_name("news.db.bak"))
        store.prune(older_than=None, keep_per_source=3)
    change(path, "DELETE FROM \"rows:items\" WHERE id <> 'id000000'")
    path.with_name("news.db.damaged").touch(mode=0o600)
    with open_store(f"tinydb:{path}", clock=clock) as store:
        assert ids(store) == {"id000000", "id000001", "id000002", "id000004"}, "what was pruned since stays away"


def test_a_damaged_json_store_is_kept_when_another_is_restored(tmp_path, clock):
    path = tmp_path / "news.json"
    with open_store(f"json:{path}", clock=clock) as store:
        store.add([addition(1)])
        store.backup(tmp_path / "copy")
    path.write_bytes(b"garbage")
    restore(tmp_path / "copy", f"json:{path}")
    [aside] = tmp_path.glob("news.json.damaged-*")
    assert aside.read_bytes() == b"garbage"


# ---------------------------------------------------------------- old logs


@pytest.fixture
def log(path, clock) -> bytes:
    """The log of another store, which is whole and would be replayed into whatever it lies beside."""
    other = path.with_name("other.db")
    with open_store(f"tinydb:{other}", clock=clock) as store:
        store.add([addition(5000 + n, text="old " * 300) for n in range(60)])
        return other.with_name("other.db-wal").read_bytes()


def leave(log: bytes, path: Path) -> None:
    path.with_name(path.name + "-wal").write_bytes(log)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)


def test_an_old_log_is_not_replayed_into_a_fresh_store(path, clock, log):
    leave(log, path)
    with open_store(f"tinydb:{path}", clock=clock) as store:
        assert count(store) == 0
        store.add([addition(1)])
        assert store.check() == []
    [aside] = path.parent.glob("news.db.damaged-*-wal")
    assert aside.read_bytes() == log


@pytest.mark.parametrize("there", [None, b"", b"garbage" * 1000])
def test_an_old_log_is_not_replayed_into_what_is_restored(path, clock, log, tmp_path, there):
    with open_store(f"tinydb:{path}", clock=clock) as store:
        store.add([addition(n) for n in range(5)])
        store.backup(tmp_path / "copy")
    path.unlink()
    if there is not None:
        path.write_bytes(there)
    leave(log, path)
    restore(tmp_path / "copy", f"tinydb:{path}")
    with open_store(f"tinydb:{path}", clock=clock) as store:
        assert ids(store) == {f"id{n:06}" for n in range(5)}
        assert store.check() == []


def test_an_old_log_is_not_replayed_into_what_is_mended(damaged, clock, log):
    damaged.write_bytes(b"garbage" * 1000)
    leave(log, damaged)
    with open_store(f"tinydb:{damaged}", clock=clock) as store:
        assert ids(store) == {f"id{n:06}" for n in range(300)}
        assert store.check() == []


def test_an_old_log_or_mark_of_damage_is_not_left_beside_a_new_backup(path, clock, log, tmp_path):
    target = tmp_path / "copy"
    with open_store(f"tinydb:{path}", clock=clock) as store:
        store.add([addition(n) for n in range(5)])
        store.backup(target)
        leave(log, target)
        target.with_name("copy.damaged").touch(mode=0o600)
        store.backup(target)
    restore(target, f"tinydb:{path}")
    with open_store(f"tinydb:{path}", clock=clock) as store:
        assert ids(store) == {f"id{n:06}" for n in range(5)}
        assert store.check() == []


def test_a_backup_that_has_a_log_is_restored_with_it(path, clock, tmp_path):
    live = tmp_path / "live.db"
    with open_store(f"tinydb:{live}", clock=clock) as store:
        store.add([addition(n) for n in range(5)])
        restore(live, f"tinydb:{path}")
    with open_store(f"tinydb:{path}", clock=clock) as store:
        assert count(store) == 5


# ---------------------------------------------------------------- broken off

DYING = """
import pathlib, shutil
from monitor.store import restore
folder, work = pathlib.Path(sys.argv[1]), sys.argv[2]
kind, name = sys.argv[3], sys.argv[4]
url = f"{kind}:{folder}/try/{name}"

def begin():
    if work == "restore":
        restore(folder / "copy", url)
    else:
        open_store(url, clock=lambda: NOON).close()

died = 0
for holder, called in ((pathlib.Path, "rename"), (pathlib.Path, "replace"), (pathlib.Path, "unlink"), (os, "fsync")):
    nth = 0
    while True:
        nth += 1
        shutil.rmtree(folder / "try", ignore_errors=True)
        shutil.copytree(folder / "store", folder / "try")
        child = os.fork()
        if child == 0:
            real, left = getattr(holder, called), [nth]
            def dying(*arguments, **named):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(*arguments, **named)
            setattr(holder, called, dying)
            begin()
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if not os.WIFSIGNALED(status):
            assert status == 0, status
            break
        died += 1
        with open_store(url, clock=lambda: NOON) as store:
            number, told, wrong = store.count(View(shelf="all")), store.notices(), store.check()
        allowed = {60: (True, work == "restore"), 5: (work == "restore",)}
        if wrong or number not in allowed or (work == "mend" and not any("was damaged" in line for line in told) and not list((folder / "try").glob("*.damaged-*"))):
            print("WRONG", called, nth, number, told, wrong)
            sys.exit(1)
        with open_store(url, clock=lambda: NOON) as store:
            if store.count(View(shelf="all")) != number or store.notices():
                print("WRONG at the second opening", called, nth, number, store.notices())
                sys.exit(1)
        if (folder / "try" / (name + ".ready")).exists():
            print("LEFT BEHIND", called, nth)
            sys.exit(1)
print(died)
"""


@pytest.fixture
def broken(disk_url, clock, tmp_path) -> tuple[str, Path]:
    """A store of 60 items with a good backup of them, and a copy of 5 other items to be restored."""
    kind, _, name = disk_url.partition(":")
    path = Path(name)
    with open_store(f"{kind}:{tmp_path}/other", clock=clock) as store:
        store.add([addition(900 + n) for n in range(5)])
        store.backup(tmp_path / "copy")
    with open_store(disk_url, clock=clock) as store:
        store.add([addition(n, text=f"text {n} " * 60) for n in range(60)])
        store.put_memo("more", {})
    return kind, path


def die(kind: str, path: Path, work: str) -> int:
    process = script(DYING, path.parents[1], work, kind, path.name)
    output, problems = process.communicate(timeout=120)
    assert process.returncode == 0, output + problems
    return int(output)


def test_a_mend_that_is_killed_at_any_step_is_finished_by_the_next(broken):
    kind, path = broken
    path.write_bytes(path.read_bytes()[:5000])
    assert die(kind, path, "mend") >= 6


@pytest.mark.parametrize("there", ["sound", "damaged"])
def test_a_restore_that_is_killed_at_any_step_leaves_one_store_or_the_other(broken, there):
    kind, path = broken
    if there == "damaged":
        path.write_bytes(path.read_bytes()[:5000])
    assert die(kind, path, "restore") >= 4


def test_a_new_file_that_was_not_finished_is_not_trusted(broken, clock):
    kind, path = broken
    shutil.copy(path.parents[1] / "copy", path.with_name(path.name + ".new"))
    path.write_bytes(b"")
    with open_store(f"{kind}:{path}", clock=clock) as store:
        assert count(store) == 60
