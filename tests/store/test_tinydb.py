"""TinyDB's behaviour on our table: its own suite, borrowed for the run, and random queries against its memory storage."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import Query, TinyDB, where
from tinydb.storages import MemoryStorage
from tinydb.table import Document

from monitor.store.database import SqliteDB
from monitor.store.definition import make_file
from monitor.store.layout import Each, Index, Layout

from .conftest import LONG

DIFFERENT = {
    "test_tables.py::test_table_repr": "expects the class name Table and one of TinyDB's own storages in the repr",
}
"""Cases of TinyDB's suite that fail on our table, each with its reason."""

CONFTEST = """
import pytest
from monitor.store.database import SqliteDB
from monitor.store.definition import make_file

@pytest.fixture
def db(tmp_path):
    make_file(tmp_path / "test.db", 0)
    db_ = SqliteDB(tmp_path / "test.db", {})
    db_.storage._writer.execute("PRAGMA synchronous = OFF")  # what is asked here is behaviour, not durability
    db_.drop_tables()
    db_.insert_multiple({"int": 1, "char": c} for c in "abc")
    yield db_
    db_.close()

@pytest.fixture
def storage():
    from tinydb.middlewares import CachingMiddleware
    from tinydb.storages import MemoryStorage
    return CachingMiddleware(MemoryStorage)()
"""


def new_tinydb(path: Path, layouts: Mapping[str, Layout]) -> TinyDB:
    """A TinyDB on an indexed SQLite file, made if it is not there, for tables of these layouts and any others."""
    if not path.exists():
        make_file(path, 0)
    return SqliteDB(path, layouts)


@pytest.fixture(scope="module")
def suite(tmp_path_factory) -> Path:
    """TinyDB's own tests, of the version that is installed, from its source distribution."""
    folder = tmp_path_factory.mktemp("tinydb")
    wanted = f"tinydb=={version('tinydb')}"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        wanted,
        "--no-binary",
        ":all:",
        "--no-deps",
        "-q",
        "-d",
        str(folder),
    ]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{wanted}: its source distribution could not be fetched within a minute")
    archives = list(folder.glob("*.tar.gz"))
    if run.returncode or not archives:
        pytest.skip(f"{wanted}: its source distribution could not be fetched ({run.stderr.strip().splitlines()[-1:]})")
    with tarfile.open(archives[0]) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.glob("tinydb-*/tests"))


def test_tinydbs_own_suite_passes_on_our_table(suite):
    (suite / "conftest.py").write_text(CONFTEST)
    files = [
        str(suite / name) for name in ("test_tables.py", "test_tinydb.py", "test_operations.py", "test_queries.py")
    ]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-rA",
        "-c",
        os.devnull,
        *files,
    ]
    run = subprocess.run(command, cwd=suite, capture_output=True, text=True, timeout=120, check=False)
    told = re.findall(r"^(PASSED|FAILED|ERROR) (?:.*/)?(test_\w+\.py::\S+)", run.stdout, flags=re.MULTILINE)
    results = {case: outcome for outcome, case in told}
    failed = {case for case, outcome in results.items() if outcome != "PASSED"}
    assert len(results) > 100, run.stdout[-2000:]
    assert failed == set(DIFFERENT), run.stdout[-4000:]


# ---------------------------------------------------------------- random queries

LAYOUT = Layout(
    columns={"n": ("n",), "word": ("word",), "flag": ("deep", "flag")},
    indexes=(Index(columns=("n",)), Index(columns=("word", "n")), Index(columns=("n",), where="flag = 1")),
    each=Each(path=("tags",), carried=("n",), indexes=(Index(columns=("key", "n")),)),
    coarse=frozenset({"flag"}),
)
WORDS = st.sampled_from(["", "a", "b", "ß", "日本", "a b", "'", "\U0001f600"])
NUMBERS = st.one_of(st.integers(-3, 3), st.sampled_from([0.5, -1.5, 2**40]))
DOCUMENTS = st.fixed_dictionaries(
    {"n": NUMBERS, "word": WORDS, "deep": st.fixed_dictionaries({"flag": st.booleans()})},
    optional={
        "tags": st.dictionaries(st.sampled_from("xyz"), NUMBERS, max_size=3),
        "free": st.one_of(NUMBERS, WORDS, st.none(), st.lists(NUMBERS)),
    },
)
SCALARS = st.one_of(
    st.builds(
        lambda op, v: getattr(where("n"), op)(v),
        st.sampled_from(["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"]),
        NUMBERS,
    ),
    st.builds(
        lambda op, v: getattr(where("word"), op)(v), st.sampled_from(["__eq__", "__ne__", "__lt__", "__ge__"]), WORDS
    ),
    st.builds(lambda v: Query().deep.flag == v, st.booleans()),
    st.builds(lambda v: where("n").one_of(v), st.lists(NUMBERS, max_size=3)),
    st.builds(lambda v: where("word").one_of(v), st.lists(WORDS, max_size=3)),
    st.builds(lambda v: where("word").matches(v), st.sampled_from(["a", ".", "^$"])),
    st.builds(lambda v: where("free") == v, st.one_of(NUMBERS, WORDS, st.none())),
    st.builds(lambda k: where("tags")[k].exists(), st.sampled_from("xyz")),
    st.builds(lambda k, v: where("tags")[k] == v, st.sampled_from("xyz"), NUMBERS),
    st.builds(lambda v: where("n").test(lambda n: n > v), st.integers(-3, 3)),
    st.builds(lambda v: where("n").map(lambda n: n * 2) == v, st.integers(-3, 3)),
    st.just(Query().noop()),
    st.just(where("free").exists()),
    st.just(where("n") == None),  # noqa: E711
)
QUERIES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.builds(lambda a, b: a & b, inner, inner),
        st.builds(lambda a, b: a | b, inner, inner),
        st.builds(lambda a: ~a, inner),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    ours = new_tinydb(tmp_path_factory.mktemp("queries") / "q.db", {"t": LAYOUT})
    ours.storage._writer.execute("PRAGMA synchronous = OFF")
    theirs = TinyDB(storage=MemoryStorage)
    yield ours.table("t"), theirs.table("t")
    ours.close()


@settings(max_examples=40 * LONG, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents=st.lists(DOCUMENTS, max_size=8), queries=st.lists(QUERIES, min_size=4, max_size=12))
def test_random_queries_agree_with_memory_storage(pair, documents, queries):
    ours, theirs = pair
    for table in pair:
        table.truncate()
        table.insert_multiple(documents)
    for query in queries:
        expected = theirs.search(query)
        assert ours.search(query) == expected
        assert [found.doc_id for found in ours.search(query)] == [found.doc_id for found in expected]
        assert ours.count(query) == ours.tally(query) == len(expected)
        assert ours.get(query) == theirs.get(query)
        assert ours.contains(query) == theirs.contains(query)
        pages = ours.page(query, dict, order=(("n",), ("doc_id",)))
        wanted = sorted(((doc["n"], doc.doc_id) for doc in expected), reverse=True)
        assert [(doc["n"], number) for number, doc in pages] == wanted
        if pages:
            place = (pages[0][1]["n"], pages[0][0])
            assert ours.page(query, dict, order=(("n",), ("doc_id",)), after=place, limit=2) == pages[1:3]


@settings(max_examples=25 * LONG, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    documents=st.lists(DOCUMENTS, max_size=8),
    steps=st.lists(st.tuples(st.sampled_from(["update", "remove", "upsert", "set", "put"]), QUERIES), max_size=6),
)
def test_random_updates_agree_with_memory_storage(pair, documents, steps):
    ours, theirs = pair
    for table in pair:
        table.truncate()
        table.insert_multiple(documents)
    for step, query in steps:
        results = []
        for table in pair:
            match step:
                case "update":
                    results.append(table.update({"n": 7, "word": "new", "tags": {"x": 1}}, query))
                case "remove":
                    results.append(table.remove(query))
                case "upsert":
                    results.append(table.upsert({"n": 2, "word": "up", "deep": {"flag": True}}, query))
                case "set":
                    results.append(table.update(lambda doc: doc.pop("tags", None), query))
                case "put":
                    results.append(table.upsert(Document({"n": 3, "word": "a", "deep": {"flag": False}}, 3)))
        assert results[0] == results[1]
        assert {doc.doc_id: dict(doc) for doc in ours} == {doc.doc_id: dict(doc) for doc in theirs}
        assert len(ours) == len(theirs)
        indexed = where("tags")["x"].exists() & (where("n") >= 0)
        assert ours.search(indexed) == theirs.search(indexed), "the indexes follow the documents"


def test_two_processes_worth_of_tables_never_give_one_id_twice(tmp_path):
    first, second = (new_tinydb(tmp_path / "t.db", {}) for _ in range(2))
    numbers = [table.insert({"a": n}) for n in range(10) for table in (first, second)]
    assert numbers == list(range(1, 21))
    assert first.search(where("a") == 3) == second.search(where("a") == 3)
    second.update({"b": 1}, where("a") == 3)
    assert len(first.search(where("b") == 1)) == 2, "a cached answer is not given after another has written"
    first.close()
    second.close()


def test_a_failed_update_changes_nothing(tmp_path):
    with new_tinydb(tmp_path / "t.db", {}) as db:
        db.insert_multiple([{"a": 1}, {"a": 2}])

        def break_on_second(doc):
            doc["a"] += 10 if doc["a"] == 1 else doc["missing"]

        with pytest.raises(KeyError):
            db.update(break_on_second)
        assert [doc["a"] for doc in db] == [1, 2]

        def stop_half_way():
            with db.storage.transaction():
                db.insert({"a": 3})
                db.table("other").insert({"b": 1})
                raise RuntimeError("stop")

        with pytest.raises(RuntimeError, match="stop"):
            stop_half_way()
        assert (len(db), db.tables()) == (2, {"_default"})
