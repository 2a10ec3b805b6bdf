"""Death, damage and want, injected: nothing acknowledged is lost, nothing is half there, each failure is one clear line.

Bounded for every run; NEWSROOM_LONG=10 runs ten times as many rounds.
"""

from __future__ import annotations

import errno
import hashlib
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import NewerStoreError, StoreBusyError, StoreError
from monitor.model import Needle, View
from monitor.store import open_store, restore
from monitor.store.files import FileLock, file_system, refuse_remote

from .conftest import LONG, NOON, addition, mark

PRELUDE = """
import os, signal, sys, time
sys.path.insert(0, os.environ["TESTS"])
from tests.store.conftest import NOON, addition, mark
from monitor.store import open_store
from monitor.model import View
"""


def script(code: str, *arguments: object, **options) -> subprocess.Popen[str]:
    """A Python process that runs some code with the store at hand."""
    environment = {**os.environ, "TESTS": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", PRELUDE + code, *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **options
    )


def count(store) -> int:
    return store.count(View(shelf="all"))


# ---------------------------------------------------------------- death

WRITER = """
url, first = sys.argv[1], int(sys.argv[2])
with open_store(url, clock=lambda: NOON) as store:
    print("ready", flush=True)
    number = first
    while True:
        store.add([addition(number + n, story="", terms=f"n{number}") for n in range(5)])
        print("add", number, flush=True)
        store.mark([f"id{number + n:06}" for n in range(3)], mark("star"))
        print("mark", number, flush=True)
        number += 5
"""


def test_kill_at_random_moments_loses_nothing_acknowledged(disk_url, clock, monkeypatch):
    monkeypatch.setattr("monitor.store.jsonfile.OUTGROWN", 1_000_000)  # many rounds store more than such a file is for
    chance = random.Random(4)
    added, starred, first = set(), set(), 0
    for round_ in range(5 * LONG):
        process = script(WRITER, disk_url, first)
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        acknowledged = process.stdout.readline() if round_ % 2 == 0 else ""
        time.sleep(chance.uniform(0, 0.1))
        process.kill()
        rest = process.stdout.read()  # not communicate, which knows nothing of what readline has read ahead
        process.communicate()
        *told, _torn = (acknowledged + rest).split("\n")  # one killed in the middle of a line acknowledged nothing
        for line in told:
            action, number = line.split()
            (added if action == "add" else starred).add(int(number))
            first = max(first, int(number))
        first += 10
        with open_store(disk_url, clock=clock) as store:
            assert store.notices() == ()
            stories = {story.id: story for story in store.page(View(shelf="all"), limit=100_000, bodies=True).stories}
            for number in added:
                assert all(f"id{number + n:06}" in stories for n in range(5))
            for number in starred:
                assert all(stories[f"id{number + n:06}"].state.starred for n in range(3))
            assert len(stories) % 5 == 0, "a batch is there whole or not at all"
            assert sum(story.state.starred for story in stories.values()) % 3 == 0
            assert all(story.body is not None for story in stories.values())
            assert store.check() == []
    assert added


STEPS = """
url = sys.argv[1]
import sqlite3
from monitor.store.sqlite import SqliteGround

class Dying:
    \"\"\"A connection whose process dies before or after its nth statement.\"\"\"
    def __init__(self, connection, step):
        self.connection, self.left = connection, step
    def _step(self, run, *arguments):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = run(*arguments)
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer
    def execute(self, *arguments):
        return self._step(self.connection.execute, *arguments)
    def executemany(self, *arguments):
        return self._step(self.connection.executemany, *arguments)
    def __getattr__(self, name):
        return getattr(self.connection, name)

step, stride, died = 1, int(sys.argv[2]), 0
while True:
    child = os.fork()
    if child == 0:
        store = open_store(url, clock=lambda: NOON)
        store._index.follow_soon = lambda: None
        store._book.ground._writer = Dying(store._book.ground._writer, step)
        first = 1000 * step
        store.add([addition(first + n, story=f"same{step}", source=f"s{n}") for n in range(3)])
        store.mark([f"id{first + n:06}" for n in range(3)], mark("star"))
        store.undo()
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    with open_store(url, clock=lambda: NOON) as store:
        wrong = [*store.check(), *store.notices()]
        stories = [s for s in store.page(View(shelf="all"), limit=10**6).stories if s.id.startswith(f"id{step:03}")]
        if wrong or len(stories) not in (0, 3) or len({s.state.starred for s in stories}) > 1 or len({s.outlets for s in stories}) > 1:
            print("WRONG", step, wrong, stories)
            sys.exit(1)
    if not os.WIFSIGNALED(status):
        break
    died += 1
    step += stride
print(died)
"""


def test_kill_at_every_step_of_a_transaction(path, clock):
    with open_store(f"tinydb:{path}", clock=clock):
        pass
    process = script(STEPS, f"tinydb:{path}", 1 if LONG > 1 else 3)
    output, problems = process.communicate(timeout=300)
    assert process.returncode == 0, output + problems
    assert int(output) > 20


JSON_STEPS = """
url, names = sys.argv[1], ("link", "replace", "fsync", "write", "writelines", "rename")
import pathlib
died = 0
for wanted in ("os.link", "os.fsync", "pathlib.Path.replace", "pathlib.Path.unlink"):
    for nth in (1, 2, 3):
        for after in (False, True):
            child = os.fork()
            if child == 0:
                store = open_store(url, clock=lambda: NOON)
                holder = pathlib.Path if "pathlib" in wanted else os
                name = wanted.rpartition(".")[2]
                real, left = getattr(holder, name), [nth]
                def dying(*arguments, **named):
                    left[0] -= 1
                    if left[0] == 0 and not after:
                        os.kill(os.getpid(), signal.SIGKILL)
                    answer = real(*arguments, **named)
                    if left[0] == 0:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return answer
                setattr(holder, name, dying)
                store.add([addition(1000 * (died + 1) + n) for n in range(3)])
                os._exit(0)
            status = os.waitpid(child, 0)[1]
            with open_store(url, clock=lambda: NOON) as store:
                if store.check() or store.notices() or store.count(View()) % 3:
                    print("WRONG", wanted, nth, after, store.check(), store.notices())
                    sys.exit(1)
            died += os.WIFSIGNALED(status)
print(died)
"""


def test_kill_at_every_step_of_a_json_save(tmp_path, clock):
    url = f"json:{tmp_path}/news.json"
    with open_store(url, clock=clock) as store:
        store.add([addition(n) for n in range(3)])
    process = script(JSON_STEPS, url)
    output, problems = process.communicate(timeout=60)
    assert process.returncode == 0, output + problems
    assert int(output) >= 8


# ---------------------------------------------------------------- several at once

TOGETHER = """
url, who = sys.argv[1], int(sys.argv[2])
with open_store(url, clock=lambda: NOON) as store:
    for round in range(12):
        first = 1000 * (who + 1) + round * 5
        store.add([addition(first + n, source=f"s{who}") for n in range(5)])
        store.mark([f"id{round:06}"], mark("note", f"w{who}", value=f"{who}-{round}"))
        store.mark([f"id{first:06}"], mark("star", f"w{who}"))
        store.page(View(unread=True), limit=50)
"""


def test_four_processes_marking_and_adding_lose_no_update(disk_url, clock):
    with open_store(disk_url, clock=clock) as store:
        store.add([addition(n) for n in range(12)])
    processes = [script(TOGETHER, disk_url, who) for who in range(4)]
    for process in processes:
        output, problems = process.communicate(timeout=120)
        assert (process.returncode, output, problems) == (0, "", "")
    with open_store(disk_url, clock=clock) as store:
        assert store.count(View()) == 12 + 4 * 60
        assert store.counts(NOON).starred.total == 48
        for number in range(12):
            notes = {note.text for note in store.get(f"id{number:06}").state.notes}
            assert notes == {f"{who}-{number}" for who in range(4)}
        assert len(store.journal(1000)) == 96
        assert store.check() == []


HOLDER = """
store = open_store(sys.argv[1], clock=lambda: NOON)
lease = store.lease("poller")
print(lease.acquire(), flush=True)
if os.fork() == 0:
    time.sleep(30)      # a worker that outlives the holder
    os._exit(0)
print("forked", flush=True)
time.sleep(30)
"""


def test_a_lease_is_free_as_soon_as_its_holder_dies(disk_url, clock):
    with open_store(disk_url, clock=clock) as store:
        process = script(HOLDER, disk_url, start_new_session=True)
        try:
            assert process.stdout.readline() == "True\n", process.stderr.read()
            assert process.stdout.readline() == "forked\n"
            lease = store.lease("poller")
            assert not lease.acquire()
            assert lease.holder().pid == process.pid
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            deadline = time.monotonic() + 1
            while not lease.acquire():
                assert time.monotonic() < deadline, "its child must not keep the lease"
                time.sleep(0.01)
            assert lease.holder().pid == os.getpid()
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def test_whoever_looks_does_not_get_in_the_way_of_who_takes(tiny):
    lease, looker = tiny.lease("poller"), tiny.lease("poller")
    stop = threading.Event()
    thread = threading.Thread(target=lambda: [looker.holder() for _ in iter(stop.is_set, True)])
    thread.start()
    try:
        for _ in range(100):
            assert lease.acquire()
            lease.release()
    finally:
        stop.set()
        thread.join()


def test_a_lease_is_held_also_where_it_cannot_say_so(tiny, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("monitor.store.lease.os.pwrite", full)
    lease = tiny.lease("poller")
    assert lease.acquire()
    lease.beat()
    assert not tiny.lease("poller").acquire()
    lease.release()


def test_a_writer_that_hangs_is_told_of_in_one_line(path, tiny, monkeypatch):
    monkeypatch.setattr("monitor.store.sqlite.FileLock.held", lambda self, wait=0.05: FileLock_held(self, 0.05))
    other = FileLock(path.with_name(path.name + ".lock"))
    with FileLock_held(other, 1.0), pytest.raises(StoreBusyError, match="locked for more than"):
        tiny.add([addition(1)])
    other.close()
    tiny.add([addition(1)])


FileLock_held = FileLock.held


# ---------------------------------------------------------------- damage


def image(path: Path, folder: Path) -> Path:
    """The files of a store that is in use, as a power cut would leave them."""
    folder.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", folder / f"news.db{suffix}")
    return folder / "news.db"


def test_a_torn_log_opens_to_a_consistent_prefix(path, tiny, clock, tmp_path):
    revisions = {}
    for round_ in range(12):
        tiny.add([addition(round_ * 3 + n, story="", text="x" * 500) for n in range(3)])
        revisions[tiny.revision()] = (round_ + 1) * 3
    revisions[0] = 0
    size = Path(f"{path}-wal").stat().st_size
    chance = random.Random(5)
    found = set()
    for number in range(25 * LONG):
        copy = image(path, tmp_path / f"image{number}")
        log = copy.with_name("news.db-wal")
        content = bytearray(log.read_bytes())
        place = chance.randrange(32, size)
        if number % 3 == 0:
            content = content[:place]
        elif number % 3 == 1:
            content[place] ^= 1 << chance.randrange(8)
        else:
            content[place : place + 4096] = bytes(4096)
        log.write_bytes(content)
        with open_store(f"tinydb:{copy}", clock=clock) as store:
            assert store.notices() == ()
            assert count(store) == revisions[store.revision()]
            assert store.check() == []
            found.add(count(store))
        shutil.rmtree(copy.parent)
    assert len(found) > 3


@pytest.fixture
def saved(path, clock) -> tuple[Path, int]:
    """A store of 300 items that was closed, so that it has a backup, and 20 more that the backup does not have."""
    url = f"tinydb:{path}"
    with open_store(url, clock=clock) as store:
        store.add([addition(n, scores={"war": 1.0}, text=f"text {n} " * 60, terms=f"n{n}") for n in range(300)])
        store.mark(["id000007"], mark("star"))
    with open_store(url, clock=clock) as store:
        store.add([addition(300 + n, text="late", terms="late") for n in range(20)])
    assert path.with_name("news.db.bak").exists()
    return path, 320


@pytest.mark.parametrize("damage", ["empty", "garbage", "header", "cut", "cut short", "long garbage", "no tables"])
def test_a_ruined_file_is_set_aside_and_the_last_good_one_restored(saved, clock, damage):
    path, _ = saved
    content = path.read_bytes()
    ruined = {
        "empty": b"",
        "garbage": random.Random(1).randbytes(20_000),
        "header": b"\0" * 100 + content[100:],
        "cut": content[: len(content) // 2],
        "cut short": content[:50],
        "long garbage": random.Random(1).randbytes(4096) * 500,
        "no tables": content[:100] + b"\0" * (4096 - 100) + content[4096:],
    }[damage]
    path.write_bytes(ruined)
    with open_store(f"tinydb:{path}", clock=clock) as store:
        [notice] = store.notices()
        assert "was damaged" in notice and "\n" not in notice
        assert count(store) >= 300
        assert store.get("id000007").state.starred
        assert store.get("id000007").body.text.startswith("text 7")
        assert store.check() == []
        assert [s.id for s in store.page(View(), needle=Needle(op="term", value="n7")).stories] == ["id000007"]
        revision = store.revision()
        store.add([addition(900)])
        assert store.changes(0).reset and store.changes(revision).items == ("id000900",)
    if damage == "cut":
        assert "; 0 items were saved" not in notice
    [aside] = (file for file in path.parent.glob("news.db.damaged-*") if not file.name.endswith(("-wal", "-shm")))
    assert aside.read_bytes() == ruined
    with open_store(f"tinydb:{path}", clock=clock) as store:
        assert store.notices() == ()


def test_without_a_backup_nothing_is_silently_empty(path, clock):
    with open_store(f"tinydb:{path}", clock=clock) as store:
        store.add([addition(1)])
    path.with_name("news.db.bak").unlink()
    path.write_bytes(b"")
    with pytest.raises(StoreError, match="damaged"):
        open_store(f"tinydb:{path}", read_only=True, clock=clock)
    with open_store(f"tinydb:{path}", clock=clock) as store:
        assert "starts empty" in store.notices()[0]
        assert count(store) == 0


def test_damaged_pages_are_noticed_and_mended_with_what_can_be_read(saved, clock):
    path, total = saved
    content = path.read_bytes()
    url = f"tinydb:{path}"
    chance = random.Random(6)
    mended, most, told = 0, 0, set()
    for _ in range(6 * LONG):
        for old in path.parent.glob("news.db[.-]*"):
            if not old.name.endswith(".bak"):
                old.unlink()
        pages = bytearray(content)
        for _ in range(chance.randrange(1, 4)):
            page = chance.randrange(1, len(content) // 4096) * 4096
            pages[page : page + 4096] = chance.randbytes(4096)
        path.write_bytes(pages)
        for _ in range(3):
            try:
                with open_store(url, clock=clock) as store:
                    mended += bool(store.notices())
                    problems = store.check()
                    if not problems:
                        break
                    store.page(View(shelf="all"), limit=1000, bodies=True)
            except StoreError as error:
                told.add(str(error))
        with open_store(url, clock=clock) as store:
            assert store.check() == []
            assert count(store) >= 300, "what the damaged pages held comes from the backup"
            assert count(store) <= total
            most = max(most, count(store))
    assert mended
    assert most > 300, "some items came from the damaged file itself"
    assert not any("\n" in line for line in told)


def test_a_damaged_json_store_is_restored_from_the_one_before(tmp_path, clock):
    path = tmp_path / "news.json"
    with open_store(f"json:{path}", clock=clock) as store:
        store.add([addition(1)])
        store.add([addition(2)])
    good = path.read_bytes()
    for ruined in (b"", good[:100], good[:-1], b"[" * 100_000, b"\xff\xfe", b"[]", b'{"items": 3}', b'{"items": {}}'):
        path.write_bytes(ruined)
        path.with_name("news.json.bak").write_bytes(good)
        with open_store(f"json:{path}", clock=clock) as store:
            assert "the last good one was restored" in store.notices()[0]
            assert store.count(View()) == 2


def test_a_damaged_index_is_made_again(path, clock):
    index = path.with_name("news.db.search")
    with open_store(f"tinydb:{path}", clock=clock) as store:
        store.add([addition(n, terms=f"n{n} all") for n in range(50)])
        store.page(View(), needle=Needle(op="term", value="all"))
    content = index.read_bytes()
    for ruined in (
        b"",
        b"garbage" * 1000,
        content[:8192],
        content[:4096] + random.Random(2).randbytes(len(content) - 4096),
    ):
        for suffix in ("-wal", "-shm"):
            index.with_name(index.name + suffix).unlink(missing_ok=True)
        index.write_bytes(ruined)
        with open_store(f"tinydb:{path}", clock=clock) as store:
            for _ in range(2):
                found = store.page(View(), needle=Needle(op="term", value="n33"))
                assert [story.id for story in found.stories] == ["id000033"]
                assert len(store.page(View(), needle=Needle(op="term", value="all")).stories) == 50
            assert store.notices() == ()


def test_an_index_that_lags_far_behind_is_not_trusted(path, clock, monkeypatch):
    monkeypatch.setattr("monitor.store.search.TAIL", 10)
    monkeypatch.setattr("monitor.store.search.SearchIndex.follow", lambda *_a, **_k: None)
    with open_store(f"tinydb:{path}", clock=clock) as store:
        store._index._done()
        store.add([addition(n, terms=f"n{n} all") for n in range(50)])
        assert len(store.page(View(), needle=Needle(op="term", value="all")).stories) == 50
        monkeypatch.undo()
        store._index.follow()
        assert len(store.page(View(), needle=Needle(op="term", value="all")).stories) == 50


# ---------------------------------------------------------------- want

FILLING = """
import resource
url, limit = sys.argv[1], int(sys.argv[2])
from monitor.errors import StoreError
with open_store(url, clock=lambda: NOON) as store:
    store.add([addition(1)])
    print("add", 1, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        for number in range(2, 100_000):
            store.add([addition(number, text=os.urandom(3000).hex())])
            print("add", number, flush=True)
    except StoreError as error:
        print("told", error, flush=True)
    print("pane", len(store.page(View(), limit=10).stories), flush=True)
    try:
        store.mark(["id000001"], mark("star"))
        print("starred", flush=True)
    except StoreError as error:
        print("told", error, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


def test_a_full_disk_loses_nothing_and_is_told(disk_url, clock):
    process = script(FILLING, disk_url, 600_000)
    output, problems = process.communicate(timeout=60)
    lines = [line.partition(" ")[::2] for line in output.splitlines()]
    assert problems == "" or "Error" not in problems, problems
    told = [rest for word, rest in lines if word == "told"]
    acknowledged = [int(rest) for word, rest in lines if word == "add"]
    assert told and "free space" in told[0].replace("free some space", "free space"), output
    assert ("pane", str(min(10, len(acknowledged)))) in lines, "what is stored is still shown"
    with open_store(disk_url, clock=clock) as store:
        assert store.notices() == ()
        assert all(store.get(f"id{number:06}") is not None for number in acknowledged)
        assert store.check() == []
        store.add([addition(500_000)])


def as_nobody(folder: Path, work) -> str:
    """What some work says when it is done by a user who owns nothing."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            answer = work()
        except StoreError as error:
            answer = f"StoreError: {error}"
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        os.write(write, answer.encode())
        os._exit(0)
    os.close(write)
    os.waitpid(child, 0)
    with os.fdopen(read) as file:
        return file.read()


@pytest.fixture
def public():
    """A folder that any user can reach."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for place in (folder, *folder.rglob("*")):
        if place.is_dir():
            place.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("kind", ["tinydb", "json"])
def test_a_read_only_folder_is_read_and_told_of(public, clock, kind):
    url = f"{kind}:{public}/news"
    with open_store(url, clock=clock) as store:
        store.add([addition(1)])
    for file in public.iterdir():
        file.chmod(0o444)
    public.chmod(0o555)

    def write() -> str:
        with open_store(url, clock=clock) as store:
            store.add([addition(2)])
        return "written"

    def look() -> str:
        with open_store(url, read_only=True, clock=clock) as store:
            return str(store.count(View()))

    told = as_nobody(public, write)
    assert told.startswith("StoreError") and "cannot be written" in told and "--read-only" in told
    assert as_nobody(public, look) == "1"


def test_a_folder_that_cannot_be_made(public, clock):
    public.chmod(0o555)
    assert "cannot be written" in as_nobody(
        public, lambda: str(open_store(f"tinydb:{public}/a/b/news.db", clock=clock))
    )


SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int broken(void) { const char *flag = getenv("BREAK_WHEN"); return flag && access(flag, F_OK) == 0; }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (!real) real = dlsym(RTLD_NEXT, "pwrite64");
    if (broken()) { if (n > 1000 && getenv("SHORT")) return real(fd, b, n / 2, o); errno = EIO; return -1; }
    return real(fd, b, n, o);
}
int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fdatasync");
    if (broken()) { errno = EIO; return -1; }
    return real(fd);
}
int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = dlsym(RTLD_NEXT, "fsync");
    if (broken()) { errno = EIO; return -1; }
    return real(fd);
}
"""

FAILING = """
url, flag = sys.argv[1], sys.argv[2]
from monitor.errors import StoreError
with open_store(url, clock=lambda: NOON) as store:
    store.add([addition(1)])
    open(flag, "w").close()
    for work in (lambda: store.add([addition(2)]), lambda: store.mark(["id000001"], mark("star"))):
        try:
            work()
            print("done", flush=True)
        except StoreError as error:
            print("told", error, flush=True)
    os.unlink(flag)
    store.add([addition(3)])
    print(sorted(story.id for story in store.page(View()).stories), store.check(), flush=True)
"""


@pytest.mark.parametrize("short", [False, True])
def test_a_disk_that_fails_is_told_of_and_the_store_goes_on(disk_url, tmp_path, short):
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("no compiler for the shim that makes writes fail")
    (tmp_path / "shim.c").write_text(SHIM)
    built = subprocess.run(
        [compiler, "-shared", "-fPIC", "-o", tmp_path / "shim.so", tmp_path / "shim.c", "-ldl"], check=False
    )
    if built.returncode:
        pytest.skip("the shim that makes writes fail could not be built")
    environment = {
        "LD_PRELOAD": str(tmp_path / "shim.so"),
        "BREAK_WHEN": str(tmp_path / "flag"),
        **({"SHORT": "1"} if short else {}),
    }
    code = "import os\n" + PRELUDE + FAILING
    process = subprocess.run(
        [sys.executable, "-c", code, disk_url, str(tmp_path / "flag")],
        env={**os.environ, **environment, "TESTS": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    first, second, last = process.stdout.splitlines()
    assert first.startswith("told ") and second.startswith("told ") and "news." in first
    assert last == "['id000001', 'id000003'] []"


# ---------------------------------------------------------------- strangers


def fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_newer_store_is_refused_untouched(path, tmp_path, clock):
    with open_store(f"tinydb:{path}", clock=clock) as store:
        store.add([addition(1)])
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = fingerprint(path)
    for read_only in (False, True):
        with pytest.raises(NewerStoreError, match="newer monitor"):
            open_store(f"tinydb:{path}", read_only=read_only, clock=clock)
    assert fingerprint(path) == before
    other = tmp_path / "news.json"
    with open_store(f"json:{other}", clock=clock) as store:
        store.add([addition(1)])
    other.write_text(other.read_text().replace('"schema":1', '"schema":99'))
    before = fingerprint(other)
    with pytest.raises(NewerStoreError):
        open_store(f"json:{other}", clock=clock)
    assert fingerprint(other) == before


def test_a_database_of_another_program_is_refused_untouched(tmp_path, clock):
    path = tmp_path / "places.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
    connection.close()
    before = fingerprint(path)
    with pytest.raises(StoreError, match="another program"):
        open_store(f"tinydb:{path}", clock=clock)
    assert fingerprint(path) == before


def test_files_are_private_whatever_the_umask(disk_url, clock):
    before = os.umask(0)
    try:
        with open_store(disk_url, clock=clock) as store:
            store.add([addition(1, terms="x")])
            store.page(View(), needle=Needle(op="term", value="x"))
            lease = store.lease("poller")
            lease.acquire()
            folder = Path(disk_url.partition(":")[2]).parent
            store.backup(folder / "copy")
            for file in folder.iterdir():
                assert file.stat().st_mode & 0o777 == 0o600, file
            assert folder.stat().st_mode & 0o777 == 0o700
            lease.release()
    finally:
        os.umask(before)


def test_a_file_that_was_open_to_others_is_made_private(disk_url, clock):
    with open_store(disk_url, clock=clock):
        pass
    path = Path(disk_url.partition(":")[2])
    path.chmod(0o666)
    with open_store(disk_url, clock=clock):
        pass
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "suffix", ["", "-wal", ".lock", ".turn", ".search", ".poller", ".bak", "-copy.part", ".new", ".ready", "-shm"]
)
def test_symbolic_links_are_refused(path, tmp_path, clock, suffix):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    os.utime(victim, (0, 0))
    path.parent.mkdir()
    path.with_name(path.name + suffix).symlink_to(victim)

    def work() -> None:
        with open_store(f"tinydb:{path}", clock=clock) as store:
            store.add([addition(1, terms="x")])
            store.page(View(), needle=Needle(op="term", value="x"))
            store.lease("poller").acquire()
            if suffix == "-copy.part":
                store.backup(path.with_name("news.db-copy"))

    if suffix == ".bak":
        work()  # the automatic backup is left out, and nothing else needs the file
    else:
        with pytest.raises(StoreError, match="symbolic link"):
            work()
    assert victim.read_text() == "precious"


def test_a_folder_in_the_place_of_the_store(tmp_path, clock):
    with pytest.raises(StoreError, match="not a regular file"):
        open_store(f"tinydb:{tmp_path}", clock=clock)


MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
40 22 0:35 / /srv rw,relatime shared:5 - nfs4 server:/export rw,vers=4.2
41 40 8:1 / /srv/disk rw,relatime - xfs /dev/sdb1 rw
42 22 0:36 / /home/a\\040b rw - fuse.sshfs host: rw
"""


def test_network_file_systems_are_refused_by_name(tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    mounts.write_text(MOUNTS)
    kinds = {
        place: file_system(Path(place), mounts) for place in ("/srv/x", "/srv/disk/x", "/srvx", "/home/a b/c", "/tmp")
    }
    assert kinds == {
        "/srv/x": "nfs4",
        "/srv/disk/x": "xfs",
        "/srvx": "ext4",
        "/home/a b/c": "fuse.sshfs",
        "/tmp": "ext4",
    }
    assert file_system(tmp_path, tmp_path / "nothing") is None
    monkeypatch.setattr("monitor.store.files.file_system", lambda _: "nfs4")
    with pytest.raises(StoreError, match="nfs4"):
        refuse_remote(tmp_path)


def test_a_json_store_says_when_it_has_outgrown_its_kind(tmp_path, clock, monkeypatch):
    monkeypatch.setattr("monitor.store.jsonfile.OUTGROWN", 10)
    url = f"json:{tmp_path}/news.json"
    with open_store(url, clock=clock) as store:
        store.add([addition(n) for n in range(11)])
        assert store.notices() == ()
    with open_store(url, clock=clock) as store:
        assert "11 items" in store.notices()[0] and "tinydb:" in store.notices()[0]


def test_a_removed_store_tells_of_its_backup(path, clock):
    with open_store(f"tinydb:{path}", clock=clock) as store:
        store.add([addition(1)])
    path.unlink()
    with open_store(f"tinydb:{path}", clock=clock) as store:
        assert "monitor restore" in store.notices()[0]


# ---------------------------------------------------------------- growth


def test_layouts_that_changed_are_made_again_from_the_documents(path, clock, monkeypatch):
    from msgspec.structs import replace

    from monitor.store import records
    from monitor.store.layout import Index

    url = f"tinydb:{path}"
    with open_store(url, clock=clock) as store:
        store.add([addition(n, scores={"war": 1.0}) for n in range(700)])
        store.mark(["id000003"], mark("star"))
    items = records.LAYOUTS["items"]
    wider = replace(
        items, columns={**items.columns, "lang": ("item", "lang")}, indexes=(*items.indexes, Index(columns=("lang",)))
    )
    for module in ("records", "database", "migrations", "salvage"):
        monkeypatch.setattr(f"monitor.store.{module}.LAYOUTS", {**records.LAYOUTS, "items": wider})
    with pytest.raises(StoreError, match="older monitor"):
        open_store(url, read_only=True, clock=clock)
    with open_store(url, clock=clock) as store:
        assert len(store.page(View(topic="war"), limit=1000).stories) == 700
        assert store.get("id000003").state.starred
        assert store.check() == []
        store.add([addition(800, lang="de")])
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM \"rows:items\" WHERE lang = 'de'").fetchone() == (1,)
    connection.close()


@pytest.fixture
def schema(monkeypatch):
    """This monitor's schema, and the steps that lead to it, made up."""

    def set_to(number: int, steps) -> None:
        for module in ("database", "migrations", "jsonfile"):
            monkeypatch.setattr(f"monitor.store.{module}.SCHEMA", number)
        monkeypatch.setattr("monitor.store.migrations.STEPS", steps)

    return set_to


def renamed(book) -> None:
    """A step: every title in capitals."""
    for number, document in book.items.page(None, dict):
        document["item"]["title"] = document["item"]["title"].upper()
        book.items.put({number: document})


def test_an_older_schema_is_taken_forward_in_one_step(disk_url, clock, tmp_path, schema):
    with open_store(disk_url, clock=clock) as store:
        store.add([addition(1)])
        store.backup(tmp_path / "old")
    steps = []
    schema(3, {1: renamed, 2: lambda book: steps.append(2)})
    with pytest.raises(StoreError, match="older monitor"):
        open_store(disk_url, read_only=True, clock=clock)
    with open_store(disk_url, clock=clock) as store:
        assert (steps, store.get("id000001").item.title) == ([2], "TITLE 1")
        assert store.stats()["schema"] == 3
    with open_store(disk_url, clock=clock) as store:
        assert steps == [2]
        store.backup(tmp_path / "new")

    def fail(book):
        book.table("memos").append({"name": "half", "document": {}})
        raise RuntimeError("broken step")

    schema(4, {3: fail})
    with pytest.raises(RuntimeError):
        open_store(disk_url, clock=clock)
    schema(3, {1: renamed, 2: lambda book: steps.append(2)})
    with open_store(disk_url, clock=clock) as store:
        assert store.memo("half") is None
    for backup in ("old", "new"):
        restore(tmp_path / backup, disk_url)
        with open_store(disk_url, clock=clock) as store:
            assert store.get("id000001").item.title == "TITLE 1"
            assert store.stats()["schema"] == 3
    assert steps == [2, 2]
    schema(2, {})
    with pytest.raises(NewerStoreError):
        restore(tmp_path / "new", disk_url)
    with pytest.raises(NewerStoreError):
        open_store(disk_url, clock=clock)


VIEWS = [
    View(),
    View(shelf="hidden"),
    View(shelf="all"),
    View(shelf="starred"),
    View(unread=True),
    View(source="bbc"),
    View(source="bbc", shelf="all"),
    View(order="score"),
    View(topic="war"),
    View(topic="war", shelf="all"),
    View(topic="war", shelf="hidden"),
    View(topic="war", unread=True),
    View(topic="war", order="score"),
    View(topic="war", since=NOON),
    View(since=NOON - timedelta(days=1), until=NOON),
]


@pytest.mark.parametrize("view", VIEWS, ids=repr)
@pytest.mark.parametrize("after", [False, True])
def test_every_view_is_an_index_walk(tiny, view, after):
    from monitor.store import views
    from monitor.store.compile import compile_query

    table = tiny._book.items
    where = compile_query(views.condition(view), table._layout)
    assert where.exact
    order = views.order(view)
    place = ((1.0, 5, "x") if view.order == "score" else (5, "x")) if after else None
    sql, values = table._query("d.doc_id, d.doc", where, order=order, after=place)
    plan = [row[3] for row in tiny._book.ground.rows(f"EXPLAIN QUERY PLAN {sql} LIMIT 200", values)]
    assert not any("TEMP B-TREE" in step for step in plan), plan
    assert any("INDEX" in step for step in plan), plan


def test_a_mark_waits_little_while_a_poll_stores(path, clock):
    poller = """
url = sys.argv[1]
additions = [addition(n, source="poll", text="word " * 400, terms="word") for n in range(2000)]
with open_store(url, clock=lambda: NOON) as store:
    print("ready", flush=True)
    store.add(additions)
print("done", flush=True)
"""
    with open_store(f"tinydb:{path}", clock=clock) as store:
        store.add([addition(n + 5000) for n in range(50)])
        process = script(poller, f"tinydb:{path}")
        assert process.stdout.readline() == "ready\n", process.stderr.read()
        waits = []
        while process.poll() is None and len(waits) < 400:
            began = time.perf_counter()
            store.mark([f"id{5000 + len(waits) % 50:06}"], mark(("star", "unstar")[len(waits) // 50 % 2]))
            waits.append(time.perf_counter() - began)
            time.sleep(0.002)
        process.communicate()
        waits.sort()
        assert waits[len(waits) // 2] < 0.1, "a loose bound for busy machines; the benchmark holds the tight one"
        assert count(store) == 2050


def test_limits_of_this_process_are_as_they_were():
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY


def test_an_open_store_follows_a_file_that_was_replaced(saved, clock):
    path, total = saved
    url = f"tinydb:{path}"
    with open_store(url, clock=clock) as ours, open_store(url, read_only=True, clock=clock) as reader:
        assert count(ours) == count(reader) == total
        path.with_name("news.db.damaged").touch(mode=0o600)
        with open_store(url, clock=clock) as mender:
            assert "was damaged" in mender.notices()[0]
            mender.add([addition(900)])
        ours.mark(["id000900"], mark("star"))
        assert count(reader) == count(ours) == total + 1
        assert reader.get("id000900").state.starred
