from __future__ import annotations

import pytest

from monitor.seedfile.wire import credit, dateline, headline_signal, line_signal, people


@pytest.mark.parametrize(
    ("text", "place", "agency"),
    [
        ("TEHRAN, Nov 23 (Reuters) - The army", "TEHRAN", "Reuters"),
        ("MOSCOW, November 23. /TASS/. The army", "MOSCOW", "TASS"),
        ("KYIV, Ukraine (AP) — The army", "KYIV, Ukraine", "AP"),
        ("Islamabad, Nov 23 (ANI): The army", "Islamabad", "ANI"),
        ("(Reuters) — The army", None, "Reuters"),
        ("GENEVA -- The army", "GENEVA", None),
        ("LAKE TOWN, Nov 19 (Unheard Wire) - The army", "LAKE TOWN", None),
        ("新华社北京11月20日电（记者 李明）六个", "北京", "新华社"),
        ("WASHINGTON/LONDON, Nov 3 (Reuters/AFP) - The army", "WASHINGTON/LONDON", "Reuters"),
    ],
)
def test_datelines(text: str, place: str | None, agency: str | None):
    found = dateline(text)
    assert found is not None
    assert found.agency == agency
    assert found.place == place
    assert text[found.end :].startswith(("The army", "六个"))


@pytest.mark.parametrize(
    "text",
    ["Mr Smith (Labour) - who had left", "The bank (Reuters) - a rumour", "In May (AP) - it fell", "A minister - who", "NATO - the alliance"[4:],
     "Senator Jones (AP) - said", "He said: (Reuters) - no"],
)  # fmt: skip
def test_what_is_no_dateline(text: str):
    assert dateline(text) is None


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Nadia Ferrant and Tomas Hale", ("Nadia Ferrant", "Tomas Hale")),
        ("von Ruth Okafor; Reuters", ("Ruth Okafor",)),
        ("AFP", ()),
        ("", ()),
    ],
)
def test_a_byline_names_people_and_no_agency(byline: str, names: tuple[str, ...]):
    assert people(byline) == names


def test_a_credit_is_spelled_as_the_agency_does():
    assert [credit(name) for name in ("reuters", "Lakeside Wire", "", None)] == ["Reuters", "Lakeside Wire", None, None]


@pytest.mark.parametrize(
    ("title", "kind", "urgency"),
    [
        ("UPDATE 2-Oil rises", "update", 4),
        ("WRAPUP 1-Markets", "wrapup", 4),
        ("CORRECTED-Steel", "correction", 3),
        ("CORRECTED (OFFICIAL)-Steel", "correction", 3),
        ("BREAKING: Fire", "breaking", 2),
        ("BREAKING NEWS: Fire", "breaking", 2),
        ("FLASH - Fire", "breaking", 1),
        ("LIVE: Vote count", "live", 3),
        ("Election night - live updates", "live", 3),
        ("10 best kettles", "listicle", 8),
        ("OPINION: Why", "opinion", 7),
        ("BULLETIN KILL BC-Dam", "kill", 1),
    ],
)
def test_headline_signals(title: str, kind: str, urgency: int):
    signal = headline_signal(title)
    assert signal is not None
    assert (signal.kind, signal.urgency) == (kind, urgency)
    assert signal.reason


@pytest.mark.parametrize(
    "title",
    ["Live-action remake announced", "Lives lost in fire", "Updated plan for port", "Killing of wolves stopped", "Flash floods hit valley",
     "10 dead in fire", "Alert driver stops train", "Corrected maps for pilots", "Breaking waves", "Opinion polls close"],
)  # fmt: skip
def test_words_that_only_look_like_signals(title: str):
    assert headline_signal(title) is None


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("(Adds quotes, background)", "update"),
        ("(Corrects spelling of name in third paragraph)", "correction"),
        ("(Repeats with no changes)", "repeat"),
        ("EMBARGOED UNTIL 0001 GMT NOV 22", "embargo"),
        ("Not for publication before Monday 6 a.m.", "embargo"),
        ("FOR IMMEDIATE RELEASE", "release"),
        ("Eds: updates with vote", "advisory"),
        ("*** FLASH ***", "breaking"),
        ("KILL KILL KILL", "kill"),
    ],
)
def test_line_signals(line: str, kind: str):
    signal = line_signal(line)
    assert signal is not None
    assert signal.kind == kind


@pytest.mark.parametrize(
    "line",
    [
        "(Reporting by Ann Lee; editing by Bo Day)",
        "The embargo on oil was lifted.",
        "He adds salt.",
        "Update your maps",
    ],
)
def test_lines_that_are_none(line: str):
    assert line_signal(line) is None
