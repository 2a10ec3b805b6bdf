"""The pure middle: what an entry becomes, and what is done with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from monitor import ingest
from monitor.ingest import decide, normalise, part
from monitor.likeness import fingerprint
from monitor.model import Enclosure, Entry, Source
from monitor.store.port import Known
from monitor.text import CAP_LINE

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCE = Source(id="desk", title="The Desk")


def item(**words):
    return normalise(Entry(**words), SOURCE, NOW)[0]


def known(*items, digest=None):
    return {each.key: Known(id=each.id, digest=digest or each.digest) for each in items}


# ---------------------------------------------------------------- identity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"guid": "http://a.b/1#0"}, {"guid": "http://a.b/1#7"}),
        ({"guid": "http://a.b/1"}, {"guid": "https://a.b/1"}),
        ({"url": "http://a.b/x/"}, {"url": "https://A.b/x#comments"}),
        ({"url": "https://a.b/x?utm_source=rss"}, {"url": "https://a.b/x?fbclid=1"}),
        ({"title": "Only a title"}, {"title": "ONLY a Title"}),
    ],
)
def test_the_same_article_has_one_key(one, other):
    assert item(**{"title": "T", **one}).key == item(**{"title": "T", **other}).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"guid": "http://a.b/v?id=1"}, {"guid": "http://a.b/v?id=2"}),
        ({"guid": "tag:x,1#a"}, {"guid": "tag:x,1#b"}),
        ({"url": "https://a.b/watch?v=1"}, {"url": "https://a.b/watch?v=2"}),
        ({"title": "A"}, {"title": "B"}),
        ({"title": "A", "published": NOW}, {"title": "A", "published": NOW - timedelta(days=3)}),
        ({"guid": "x" * 5000 + "1"}, {"guid": "x" * 5000 + "2"}),
    ],
)
def test_other_articles_have_other_keys(one, other):
    assert item(**{"title": "T", **one}).key != item(**{"title": "T", **other}).key


def test_an_id_is_short_stable_and_of_its_source():
    one = item(guid="x", title="T")
    assert 12 <= len(one.id) <= 16 and one.id == one.id.lower() and one.id.isalnum()
    assert one.id == item(guid="x", title="Another title").id
    assert one.id != normalise(Entry(guid="x", title="T"), Source(id="other", title="O"), NOW)[0].id
    assert len(item(guid="y" * 10_000_000, title="T").key) < 300


# ---------------------------------------------------------------- times


@pytest.mark.parametrize(
    "published",
    [
        None,
        datetime(1767, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        NOW + timedelta(days=3650),
        NOW + timedelta(hours=49),
        datetime(2026, 11, 24, 11),
    ],
)
def test_an_implausible_time_is_first_seen_and_marked(published):
    made = item(title="T", published=published)
    assert (made.published, made.published_guessed) == (NOW, True)


def test_times_are_utc_and_updated_stands_in():
    east = timezone(timedelta(hours=3, minutes=30))
    made = item(title="T", published=datetime(2026, 11, 24, 3, 30, tzinfo=east), updated=NOW)
    assert made.published == datetime(2026, 11, 24, 0, 0, tzinfo=UTC) and made.published.tzinfo is UTC
    assert made.updated == NOW and not made.published_guessed
    assert item(title="T", updated=NOW - timedelta(hours=1)).published == NOW - timedelta(hours=1)


# ---------------------------------------------------------------- text


def test_text_is_safe_and_bounded():
    made, body = normalise(
        Entry(
            title="\x1b]0;x\x07Peace\n talks",
            dek="a" * 100_000,
            body="x\x9b31m\n\n\n\ny" + "z" * 1_000_000,
            authors=("\x1b[2JA",) * 500,
            section=tuple(f"s{n}" for n in range(500)),
            links=("javascript:x", "http://a.b/ok"),
            enclosures=(Enclosure(url="file:///etc/passwd"), Enclosure(url="http://a.b/c", length=-3)),
        ),
        SOURCE,
        NOW,
    )
    assert made.title == "Peace talks"
    assert len(made.dek) <= 4 * CAP_LINE and len(body.text) <= 400_000
    assert made.authors == ("A",) and len(made.section) == 50
    assert body.links == ("http://a.b/ok",)
    assert body.enclosures == (Enclosure(url="http://a.b/c", length=None),)


def test_a_missing_or_invisible_title_is_made_from_the_text():
    assert item(body="First words here.\n\nMore").title == "First words here."
    assert item(title="\u200b\u2063", dek="The dek").title == "The dek"
    assert item(url="http://a.b/").title == ingest.NO_TITLE


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "--help",
        "file:///x",
        "http://[::1",
        "http://a.b:99999/",
        "mailto:a@b.c",
        "http:///x",
        " ",
    ],
)
def test_only_http_addresses_are_links(url):
    assert item(title="T", url=url).url is None


def test_white_space_around_a_link_goes():
    assert item(title="T", url="  https://a.b/ok\n ").url == "https://a.b/ok"


def test_language_is_the_entrys_then_the_sources_then_told():
    assert item(title="T", lang="EN_us").lang == "en"
    french = Source(id="f", title="F", lang="fr")
    assert normalise(Entry(title="T"), french, NOW)[0].lang == "fr"
    assert normalise(Entry(title="T", lang="nonsense"), SOURCE, NOW, detect=lambda text: "de")[0].lang == "de"


# ---------------------------------------------------------------- stories


def test_outlets_of_one_story_share_a_fingerprint():
    assert fingerprint("Iran fires missiles at Israeli base") == fingerprint("Israeli base: Iran fires missiles")
    assert fingerprint("Iran fires missiles at Israel base - BBC News", outlet="BBC News") == fingerprint(
        "Iran Fires Missiles at Israel Base"
    )
    assert fingerprint("Iran fires missiles at base") != fingerprint("Iran fires ministers at base")
    assert fingerprint("Live updates") is None
    assert fingerprint("国防部发言人就台海局势答记者问") == fingerprint("国防部发言人 就台海局势答记者问")


def test_case_07_what_hides_in_a_headline_makes_it_no_other_story():
    plain = item(guid="1", title="Iran fires missiles at Israeli base")
    hiding = item(guid="1", title="Iran \u200bfires\ufeff mis\u2060siles at \u202eIsraeli\u202c base\U000e0041")
    assert (hiding.id, hiding.title, hiding.story) == (plain.id, plain.title, plain.story)


def test_two_short_headlines_are_two_stories():
    assert item(guid="1", title="Live").story != item(guid="2", title="Live").story


# ---------------------------------------------------------------- deciding


def pairs(*entries):
    return [normalise(entry, SOURCE, NOW) for entry in entries]


def test_new_edited_unchanged():
    offered = pairs(*(Entry(guid=str(n), title=f"T{n}", url=f"http://a.b/{n}") for n in range(3)))
    held = {**known(offered[0][0]), **known(offered[1][0], digest="another")}
    plan = decide(held, offered)
    assert [each.title for each, _ in plan.new] == ["T2"]
    assert [each.title for each, _ in plan.edited] == ["T1"]
    assert plan.unchanged == 1


def test_one_guid_for_three_stories_keeps_three():
    offered = pairs(*(Entry(guid="same", title=f"T{n}", url=f"http://a.b/{n}") for n in range(3)))
    parted, drops = part(offered)
    assert len({each.key for each, _ in parted}) == len({each.id for each, _ in parted}) == 3 and not drops


def test_one_guid_and_one_link_is_a_repetition():
    offered = pairs(*(Entry(guid="same", title=f"T{n}", url="http://a.b/1") for n in range(3)))
    parted, drops = part(offered)
    assert len(parted) == 1 and [drop.reason for drop in drops] == ["twice in one feed"] * 2


DAY = NOW - timedelta(days=1)
REPORT = "Officials in the capital told reporters on Monday that talks would resume within a week after both delegations agreed."


@pytest.mark.parametrize(
    ("stored", "offered", "other"),
    [
        # One place is one article, whatever its words and times.
        ({"title": "Old", "url": "http://a.b/1"}, {"title": "Wholly new words", "url": "http://a.b/1"}, False),
        ({"title": "Old", "url": "http://a.b/1", "published": DAY}, {"title": "New", "url": "http://a.b/1#x"}, False),
        # One headline is one article, whatever its address.
        ({"title": "Same", "url": "http://a.b/1"}, {"title": "Same", "url": "http://a.b/2"}, False),
        # A headline mended, and its slug with it.
        (
            {"title": "Old", "url": "http://a.b/1", "published": DAY},
            {"title": "Old, corrected", "url": "http://a.b/1-corrected", "published": DAY},
            False,
        ),
        (
            {"title": "Iran fires missiles at Israel", "url": "http://a.b/fires"},
            {"title": "UPDATE: Iran fires missiles at Israel", "url": "http://a.b/fires-update"},
            False,
        ),
        (
            {"title": "イラン、ミサイル計画の交渉を拒否", "url": "http://a.b/1", "published": DAY},
            {"title": "イラン軍、ミサイル計画の交渉を拒否", "url": "http://a.b/2", "published": DAY},
            False,
        ),
        (
            {
                "title": "Iran fires missiles at Israel",
                "url": "http://a.b/fires",
                "published": NOW - timedelta(hours=3),
            },
            {"title": "Iran fires more missiles at Israel", "url": "http://a.b/more", "published": NOW},
            False,
        ),
        # Another headline over the same words.
        (
            {"title": "Talks to resume", "url": "http://a.b/1", "published": DAY, "body": REPORT},
            {
                "title": "Minister hails a truce",
                "url": "http://a.b/2",
                "published": DAY,
                "body": f"{REPORT} More soon.",
            },
            False,
        ),
        # Another article: by its time …
        (
            {"title": "Market report", "url": "http://a.b/1", "published": DAY},
            {"title": "Market report, late", "url": "http://a.b/2", "published": NOW},
            True,
        ),
        # … or, whatever the times say, by its words.
        (
            {"title": "Storm reaches the coast", "url": "http://a.b/1", "published": DAY},
            {"title": "Parliament dissolved", "url": "http://a.b/2", "published": DAY},
            True,
        ),
        (
            {"title": "Storm reaches the coast", "url": "http://a.b/1"},
            {"title": "Parliament dissolved", "url": "http://a.b/2"},
            True,
        ),
        (
            {"title": "国会が解散", "url": "http://a.b/1", "published": DAY},
            {"title": "台風が沖縄に接近", "url": "http://a.b/2", "published": DAY},
            True,
        ),
        ({"title": "Storm reaches the coast"}, {"title": "Parliament dissolved"}, True),
        ({"title": "Storm at sea", "url": "http://a.b/1"}, {"title": "Parliament dissolved"}, True),
        ({"title": "?", "url": "http://a.b/1"}, {"title": "!", "url": "http://a.b/2"}, True),
    ],
)
def test_what_is_another_article_under_a_known_guid_and_what_an_edit(stored, offered, other):
    (one, one_body), (two, two_body) = pairs(Entry(guid="same", **stored), Entry(guid="same", **offered))
    assert ingest.other_article(one, one_body, two, two_body) is other


def test_changing_ids_make_no_flood():
    first = pairs(Entry(guid="1", title="T", url="http://a.b/1"))
    again = pairs(Entry(guid="2", title="T", url="http://a.b/1"))
    plan = decide({}, again, recent={ingest.trace(first[0][0])})
    assert not plan.new and plan.drops[0].reason == "known under another id"


def test_a_poll_brings_no_more_than_the_cap_and_says_so():
    offered = pairs(*(Entry(guid=str(n), title=f"T{n}") for n in range(30)))
    plan = decide({}, offered, cap=10)
    assert len(plan.new) == 10 and [drop.reason for drop in plan.drops] == ["over the cap of a poll"] * 20


def test_an_edit_of_what_was_pruned_stays_away_unless_it_is_of_these_days():
    week_old, undated, today = offered = pairs(
        Entry(guid="1", title="Old, corrected", published=NOW - timedelta(days=7)),
        Entry(guid="2", title="Undated, corrected"),
        Entry(guid="3", title="Forecast for today", published=NOW - timedelta(hours=1)),
    )
    pruned = {each.key: Known(id=None, digest="before") for each, _ in offered}
    plan = decide(pruned, offered)
    assert (plan.new, plan.edited) == ((today,), ())
    assert [(drop.reason, drop.key) for drop in plan.drops] == [
        ("older than what is kept", week_old[0].key),
        ("older than what is kept", undated[0].key),
    ]
    assert len(decide(pruned, offered, local=True).new) == 3


def test_an_empty_entry_is_dropped():
    plan = decide({}, pairs(Entry(guid="x")))
    assert not plan.new and plan.drops[0].reason == "empty"


# ---------------------------------------------------------------- whatever comes


ANY_TEXT = st.one_of(st.none(), st.text(max_size=80))


@given(
    st.builds(
        Entry,
        guid=ANY_TEXT,
        url=ANY_TEXT,
        title=ANY_TEXT,
        dek=ANY_TEXT,
        body=st.text(max_size=200),
        lang=ANY_TEXT,
        authors=st.lists(st.text(max_size=20), max_size=3).map(tuple),
        links=st.lists(st.text(max_size=20), max_size=3).map(tuple),
        published=st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))),
        urgency=st.one_of(st.none(), st.integers()),
    )
)
def test_whatever_comes_is_normalised_twice_the_same(entry):
    one, body = normalise(entry, SOURCE, NOW)
    assert (one, body) == normalise(entry, SOURCE, NOW)
    assert one.title and "\n" not in one.title and "\x1b" not in one.title + body.text
    assert ingest.EARLIEST <= one.published <= NOW + ingest.AHEAD
    assert 1 <= one.urgency <= 8
    plan = decide(known(one), [(replace(one, seen=NOW), body)])
    assert plan.unchanged == 1
