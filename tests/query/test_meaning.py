"""What each node of the language means: the tables of nodes, fields and filters, and the score."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from monitor.errors import QueryError
from monitor.model import Enclosure, Note, Source, State, Verdict
from monitor.query import Watchlists, parse
from tests.query.build import NOW, document, match, matches, texts, topic

PLACED = [
    # query, text, the texts of the hits
    ("missile", "Missile, missiles, MISSILE", ["Missile", "MISSILE"]),
    ("missile~", "Missile, missiles", ["Missile", "missiles"]),
    ("air-defence", "air defence, air-defences, airdefence", ["air defence", "airdefence"]),
    ('"cease fire"', "ceasefire cease-fire cease fire cease, fire", ["ceasefire", "cease-fire", "cease fire"]),
    ('"a b c"', "a b c, a-b-c, a b-c, abc", ["a b c", "a-b-c", "a b-c"]),
    ("a-b-c", "a b c, abc", ["a b c", "abc"]),
    ('"anti-aircraft gun"~', "anti aircraft guns, antiaircraft gun", ["anti aircraft guns", "antiaircraft gun"]),
    ("missil*", "missile missileer missal", ["missile", "missileer"]),
    ("w?men", "women, wmen, woomen, Wömen", ["women", "Wömen"]),
    ("*stan", "Kazakhstan, stand, stan", ["Kazakhstan", "stan"]),
    ('"defen?e minist*"', "the defence ministry, defense ministers", ["defence ministry", "defense ministers"]),
    ("{US}", "U.S. and US, us, Us", ["U.S.", "US"]),
    ("{T-72}", "T-72, T72, t-72", ["T-72", "T72"]),
    ("{White House}", "White House, white house", ["White House"]),
    ("{Pelé}", "Pelé, Pele", ["Pelé"]),
    (r"/CVE-\d{4}/", "see CVE-2026 or cve-2025", ["CVE-2026"]),
    (r"/cve-\d{4}/i", "see CVE-2026 or cve-2025", ["CVE-2026", "cve-2025"]),
    (r"/a.b/s", "a\nb", ["a\nb"]),
    ("x OR y", "y x z", ["y", "x"]),
    ("x AND NOT z", "x y", ["x"]),
    ("x NEAR/1 y", "x a y. y x", ["x a y", "y x"]),
    ("x NEAR/0 y", "x y, y x, x a y", ["x y", "y x"]),
    ("x ONEAR/1 y", "y x a y", ["x a y"]),
    ("x NEAR/s y", "x one. Two y x", ["y x"]),
    ("x NEAR/p y", "x one. Two y\n\nx three", ["x one. Two y"]),
    ("x NOTNEAR/1 y", "x y; a b c x; x a y", ["x"]),
    ("(x OR w) NEAR/2 (y OR z)", "x a y, q q q q w z", ["x a y", "w z"]),
    ("x NEAR/2 y NEAR/2 z", "x y z", ["x y z"]),
    ("ATLEAST/2(x OR y)", "x then y", ["x", "y"]),
    ("title:x", "x", ["x"]),
]


@pytest.mark.parametrize(("query", "text", "hits"), PLACED)
def test_hits(query: str, text: str, hits: list[str]) -> None:
    assert texts(query, text) == hits


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("x NEAR/1 y", "x a b y"), ("x NEAR/3 x", "x"), ("missile NEAR/5 missil*", "a missile"), ("x ONEAR/5 y", "y x"),
        ("x NEAR/s y", "x one. Two y"), ("x NEAR/s y", "x?y"), ("x NEAR/p y", "x\n\ny"), ("x NOTNEAR/1 y", "x y and x a y"),
        ('strike~ NOTNEAR/3 "rail strike"~', "a rail strike"), ("ATLEAST/2(x)", "x"), ("ATLEAST/2(x OR x)", "x"),
        ("{WHO}", "THE MAN WHO CAME"), ("{US}", "TELL US MORE"), ('"ready to strike"', "ready, to strike"),
        ('"air strike"', "in the air. Strike now"), ('"a b"', "a\n\nb"), ("NOT x", "x"), ("x AND y", "x"),
    ],
)  # fmt: skip
def test_no_match(query: str, text: str) -> None:
    assert not matches(query, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("NOT x", "y"), ("/!!/", "!!!"), ("{NATO}", "NATO CHIEF WARNS"), ("{Polish}", "POLISH TROOPS MOVE"),
        ('"St. Petersburg"', "in St. Petersburg"), ('"Paris, France"', "in Paris, France"), ('"air strike"', "an “air” strike"),
        ('"Gen. Smith"', "said Gen. Smith"), ('strike NOTNEAR/3 "rail strike"', "a rail strike, then far off and alone: strike"),
    ],
)  # fmt: skip
def test_match(query: str, text: str) -> None:
    assert matches(query, text)


def test_which_fields_a_bare_term_searches() -> None:
    parts = {"title": "alpha", "body": "gamma", "dek": "beta", "captions": ("delta",)}
    for word, fields in {"alpha": "title", "beta": "dek lead", "gamma": "body lead", "delta": "caption"}.items():
        assert matches(word, **parts) == (word != "delta")
        assert matches(f"text:{word}", **parts)
        for field in ("title", "dek", "lead", "body", "caption"):
            assert matches(f"{field}:{word}", **parts) == (field in fields.split())


def test_a_bare_term_does_not_search_what_is_around_the_text() -> None:
    assert not matches(
        "sport", "x", url="https://a.example/sport", section=("sport",), tags=("sport",), source_id="sport"
    )


def test_the_lead_is_sixty_words_of_dek_and_body() -> None:
    body = "word " * 55 + "early late"
    assert matches("lead:early", "t", body, dek="one two three four")
    assert not matches("lead:late", "t", body, dek="one two three four")
    assert not matches('lead:"four word"', "t", body, dek="one two three four")


def test_caption_hits_say_which() -> None:
    found = match("caption:tank", "t", captions=("a ship", "two tanks and a tank"))
    assert found is not None
    (hit,) = found.hits
    assert (hit.field, hit.index, hit.start, hit.end, hit.text) == ("caption", 1, 16, 20, "tank")


def test_british_and_american() -> None:
    for one, other in [("defence", "defense"), ("labour", "labor"), ("programme", "program"), ("centre", "center")]:
        assert matches(one, other)
        assert matches(other, one)
        assert not matches(f"{{{one}}}", other)
        assert not matches(f"/{one}/", other)
        exact = Watchlists((), {}, spelling="exact")
        assert exact.match(one, document(other)) is None
        assert exact.match(one, document(one)) is not None
    assert matches('"labour party"~', "the Labor parties")
    assert matches("organise~", "they organized")
    one_topic = Watchlists([topic("a", "defence", spelling="exact"), topic("b", "defence")], {})
    assert one_topic.judge(document("defense")).topics == ("b",)


def test_a_topic_is_tried_in_its_own_spelling() -> None:
    watchlists = Watchlists([topic("a", "defence", spelling="exact"), topic("b", "defence")], {})
    item = document("defense")
    assert not watchlists.explain(watchlists.read("defence", topic="a"), item).matched
    assert watchlists.match(watchlists.read("defence", topic="a"), item) is None
    assert watchlists.match(watchlists.read("defence", topic="b"), item) is not None
    assert watchlists.match(watchlists.read("defence"), item) is not None


# ---------------------------------------------------------------- score


@pytest.mark.parametrize(
    ("query", "parts", "score"),
    [
        ("x", {"title": "x"}, 3),
        ("x", {"title": "t", "dek": "x"}, 2),
        ("x", {"title": "t", "body": "x"}, 1),
        ("lead:x", {"title": "t", "body": "x"}, 2),
        ("text:x", {"title": "t", "captions": ("x",)}, 0.5),
        ("x", {"title": "x", "dek": "x", "body": "x x x x x"}, 3 + 2 + 3),
        ("x^2", {"title": "x"}, 6),
        ("(x OR y)^2 z^0.5", {"title": "x y z"}, 6 + 6 + 1.5),
        ("(x^2)^2", {"title": "x"}, 12),
        ("x NOT y", {"title": "x"}, 3),
        ("x OR y", {"title": "x"}, 3),
        ("x NEAR/3 y", {"title": "x y"}, 6),
        ("x^2 NEAR/3 y", {"title": "x y"}, 9),
        ("x NEAR/1 y", {"title": "x y a b c d x"}, 6),
        ("x NOTNEAR/0 y", {"title": "x a x y"}, 3),
        ("source:bbc words:>=0", {"title": "x"}, 0),
        ("@l^2", {"title": "x"}, 6),
    ],
)
def test_score(query: str, parts: dict[str, str], score: float) -> None:
    found = match(query, **parts, lists={"l": "x"})
    assert found is not None
    assert found.score == score


# ---------------------------------------------------------------- filters

ABOUT = {
    "url": "https://news.bbc.co.uk/sport/football/1234?x=1", "section": ("News", "Middle East"), "authors": ("Jane Doe", "A. N. Other"),
    "agency": "AFP", "place": "TEHRAN", "lang": "en-GB", "tags": ("oil",), "words": 400, "urgency": 2, "kind": "correction",
    "published": NOW - timedelta(hours=2), "updated": None,
}  # fmt: skip
STATE = State(
    read=True,
    starred=True,
    assignee="Anna",
    tags=("lead story",),
    triage="watching",
    notes=(Note(text="n", who="w", at=NOW),),
)


@pytest.mark.parametrize(
    "query",
    [
        "source:bbc", "source:bbc-world", 'source:"BBC World Service"', "source:service", "domain:bbc.co.uk", "domain:co.uk",
        "domain:news.bbc.co.uk", "domain:(reuters.com OR bbc.co.uk)", "section:news", 'section:"middle east"', "section:east",
        "author:doe", 'author:"jane doe"', "agency:afp", "place:tehran", "lang:en", "lang:en-GB", "tag:oil", 'tag:"lead story"',
        "tag:tier-one", "url:sport", "url:football", "url:/sport\\/foot/", "assignee:anna", "topic:defense", "topic:(energy OR defense)",
        "published:today", "published:2026-11-24", "published:2026-11", "published:2026", "published:>=2026-11-20",
        "published:2026-11-01..2026-11-24", "published:<2026-11-25", "published:<=2026-11-24", "published:-6h..now",
        'published:>"2026-11-24T09:00"', 'published:"2026-11-24T09:00Z".."2026-11-24T11:00+00:00"', "seen:today",
        "words:>399", "words:400", "words:300..400", "words:<=400", "outlets:>=3", "urgency:1..2", "score:>=7", "score:7.5",
        "is:read", "is:starred", "is:assigned", "is:watching", "is:duplicate", "is:breaking", "is:correction", "is:(unread OR read)",
        "has:image", "has:body", "has:dateline", "has:byline", "has:note",
    ],
)  # fmt: skip
def test_filter_holds(query: str) -> None:
    assert matches(
        query, "x", "some body", captions=("a photo",), state=STATE, outlets=3, verdict=VERDICT, source=SOURCE, **ABOUT
    )


@pytest.mark.parametrize(
    "query",
    [
        "source:reuters", "source:bb", "domain:bbc.com", "domain:c.co.uk", "section:sport", "author:jan", "agency:ap", "place:iran",
        "lang:fr", "tag:gas", "url:cricket", "assignee:ann", "topic:def", "topic:energy", "published:yesterday",
        "published:2026-11-23", "published:<2026-11-24", "published:>2026-11-24", "published:-1h..now", "published:2026-11-01..2026-11-23",
        "updated:today", "updated:>=2000", "words:>400", "words:399", "outlets:1", "urgency:3", "score:<7", "is:unread", "is:snoozed",
        "is:dismissed", "is:done", "is:new", "is:update", "is:kill", "has:fulltext",
    ],
)  # fmt: skip
def test_filter_does_not_hold(query: str) -> None:
    assert not matches(
        query, "x", "some body", captions=("a photo",), state=STATE, outlets=3, verdict=VERDICT, source=SOURCE, **ABOUT
    )


SOURCE = Source(id="bbc-world", title="BBC World Service", tags=("tier-one",))
VERDICT = Verdict(scores={"defense": 7.5})


def test_days_are_local_and_half_open() -> None:
    tehran = timezone(timedelta(hours=3, minutes=30))
    midnight = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
    for published, inside in [
        (midnight - timedelta(seconds=1), False), (midnight, True),
        (midnight + timedelta(days=1, seconds=-1), True), (midnight + timedelta(days=1), False),
    ]:  # fmt: skip
        for query in (
            "published:today",
            "published:2026-11-24",
            "published:2026-11-24..2026-11-24",
            "published:today..today",
        ):
            assert matches(query, "x", published=published, tz=tehran) == inside
    assert not matches("published:-6h..now", "x", published=NOW)
    assert matches("published:-6h..now", "x", published=NOW - timedelta(hours=6))


def test_snoozed_and_fulltext_and_image() -> None:
    assert matches("is:snoozed", "x", state=State(snoozed_until=NOW + timedelta(hours=1)))
    assert not matches("is:snoozed", "x", state=State(snoozed_until=NOW - timedelta(hours=1)))
    assert matches("has:fulltext", "x", "word " * 200)
    assert not matches("has:fulltext", "x", "word " * 200 + "…")
    assert matches("has:image", "x", enclosures=(Enclosure(url="https://a.example/b.JPG?w=1"),))
    assert matches("has:image", "x", enclosures=(Enclosure(url="https://a.example/b", type="image/webp"),))
    assert not matches("has:image", "x", enclosures=(Enclosure(url="https://a.example/b.mp3", type="audio/mpeg"),))


@pytest.mark.parametrize(
    ("text", "capitals"),
    [
        ("NATO CHIEF WARNS", True),
        ("NATO CHIEF warns", False),
        ("ΝΑΤΟ ΚΑΙ ΙΡΑΝ", True),
        ("нато и иран", False),
        ("1, 2, 3", False),
    ],
)
def test_a_passage_in_capitals(text: str, capitals: bool) -> None:
    assert document(text).words.passages[0].in_capitals == capitals


def test_capitals_say_nothing_in_prose_only() -> None:
    assert matches("place:{US}", "x", place="US")
    assert not matches("place:{Us}", "x", place="US")
    assert not matches("{US}", "TELL US")


def test_filters_are_no_hits() -> None:
    found = match("source:bbc section:(news NEAR/3 east) x", "x", **{**ABOUT, "section": ("news of the east",)})
    assert found is not None
    assert [hit.text for hit in found.hits] == ["x"]


# ---------------------------------------------------------------- lists


def test_lists_nest_to_eight() -> None:
    lists = {f"l{number}": f"@l{number + 1}" for number in range(1, 8)} | {"l8": "x"}
    assert matches("@l1", "x", lists=lists)
    deeper = {**lists, "l8": "@l9", "l9": "x"}
    with pytest.raises(QueryError, match="more than 8 deep"):
        matches("@l1", "x", lists=deeper)


def test_a_missing_list_names_the_nearest() -> None:
    with pytest.raises(QueryError, match="there is no list @sport") as error:
        matches("x NOT @sport", "x", lists={"sports": "y"})
    assert error.value.column == 7
    assert error.value.hint == "did you mean @sports?"


def test_a_list_in_near_must_fit() -> None:
    assert matches("x NEAR/3 @l", "x y", lists={"l": "y OR z"})
    with pytest.raises(QueryError, match="list @l in NEAR/3 holds AND"):
        matches("x NEAR/3 @l", "x y", lists={"l": "y AND z"})


def test_parse_is_remembered() -> None:
    assert parse("a b") is parse("a b")
