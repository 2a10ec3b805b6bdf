from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import SourceError
from monitor.seedfile import parse_file
from monitor.seedfile.blocks import count_words, split_sentences, units
from monitor.seedfile.cues import furniture
from monitor.text import clean

WORDS = st.sampled_from(
    ["The minister", "said", "on Friday", "that", "©", "Share", "(AFP photo)", "By", "Ann Lee", "News / World", "KILL", "20 November 2026",
     "a", "longer", "sentence", "ends.", "\n", "\n\n", "----------", "* * *", "https://a.example/x", '"quoted"', "وزیر", "新华社", "—", "###",
     "UPDATE 2-", "Related stories", "\x1b[31m", "\u202e", "(Reuters) -", "ENDS"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=60).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_any_text_is_parsed_or_refused_and_nothing_is_lost(text: str):
    try:
        parsed = parse_file("a.txt", text.encode())
    except SourceError:
        return
    told = [word for block in parsed.blocks for word in block.text.split()]
    rules = {word for word in text.split() if set(word) <= set("-*#") or word == "ENDS"}
    assert [word for word in clean(text).split() if word not in rules] == [word for word in told if word not in rules]


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_parsed_or_refused(data: bytes):
    for name in ("a.txt", "a.md", "a.html", "a.json", "a.eml", "a.mbox", "a.xml"):
        with contextlib.suppress(SourceError):
            parse_file(name, data)


def test_boilerplate_is_never_matched_text():
    text = "A fire was put out.\n\nIt had burned for nine hours, the operator said on Saturday.\n\n© 2026 Example. All rights reserved."
    entry = parse_file("a.txt", f"Fire put out at last\n\n{text}".encode()).entries[0]
    assert entry.boilerplate == ("© 2026 Example. All rights reserved.",)
    assert "©" not in entry.body


def test_a_footer_cue_never_takes_most_of_the_prose():
    paragraphs = [
        f"Paragraph number {number} tells a thing that happened on that day in the town." for number in range(3)
    ]
    text = "\n\n".join(["Town sees things happen", "All rights reserved", *paragraphs])
    assert parse_file("a.txt", text.encode()).entries[0].body.count("Paragraph") == 3


def test_learned_blocks_go_apart_but_not_when_that_takes_the_article():
    from monitor.seedfile import Boilerplate
    from monitor.seedfile.boilerplate import block_key

    prose = "The operator said on Saturday that the fire had burned for nine hours. Nobody was hurt in it at all."
    promise = "This newsroom is funded by its readers and by nobody else in the world."
    text = f"Fire put out at last\n\n{prose}\n\n{promise}".encode()
    entry = parse_file("a.txt", text, boilerplate=frozenset({block_key(promise)})).entries[0]
    assert entry.body == prose
    assert promise in entry.boilerplate
    kept = parse_file("a.txt", text, boilerplate=frozenset({block_key(prose), block_key(promise)})).entries[0]
    assert prose in kept.body
    assert Boilerplate().known() == frozenset()


def test_a_guessed_title_is_the_first_sentence_without_its_dateline():
    entry = parse_file(
        "a.txt", b"BERLIN (dpa) - Die Regierung hat am Freitag ein Gesetz beschlossen.\n\nEs gilt ab Januar."
    ).entries[0]
    assert (entry.title, entry.title_guessed) == ("Die Regierung hat am Freitag ein Gesetz beschlossen.", True)
    assert (entry.place, entry.agency) == ("BERLIN", "dpa")


def test_the_raw_text_is_kept():
    text = "Headline stands here\n\nShare\n\nA paragraph that ends.\n\n© 2026"
    assert parse_file("a.txt", text.encode()).entries[0].raw == text


def test_words_are_counted_in_scripts_without_spaces():
    assert count_words("two words — here 3") == 4
    assert count_words("六国海军开始联合巡航") == 5
    assert count_words("— · —") == 0


def test_titles_and_initials_end_no_sentence():
    assert len(split_sentences("Gen. J. Smith of the U.S. Army met Mr. Vael on Nov. 4 in town. They talked.")) == 2
    assert len(split_sentences("他说。我听。")) == 2


def test_lines_are_units_unless_wrapped():
    assert [unit.text for unit in units("One line here\nanother line\n\nthird")] == [
        "One line here",
        "another line",
        "third",
    ]
    wrapped = "\n".join(
        ["a sentence that fills the line of an old terminal nearly to the end of it"] * 4 + ["and stops."]
    )
    assert len(units(wrapped)) == 1


def test_a_paragraph_that_merely_ends_in_an_agency_is_no_caption():
    prose = (
        "The envoy said that talks would go on for as long as both sides sent somebody with a mandate to sign (AFP)."
    )
    entry = parse_file("a.txt", f"Envoy sees no end of talks\n\n{prose}\n\nHe left.".encode()).entries[0]
    assert entry.captions == ()
    assert prose in entry.body


def test_form_feeds_part_articles():
    one = "Fog closes airport\n\nFog closed the airport on Monday morning for four hours."
    two = "Sun opens it again\n\nThe sun opened the airport at noon, and all flights left."
    assert [entry.title for entry in parse_file("a.txt", f"{one}\f{two}".encode()).entries] == [
        "Fog closes airport",
        "Sun opens it again",
    ]


@pytest.mark.parametrize(
    "headline",
    [
        "Privacy watchdog fines bank three million over leaked letters",
        "Copyright reform passes upper house by two votes",
        "Terms of truce agreed after night of talks",
        "Promoted general takes command of northern army",
        "Report a blow to hopes of early rate cut",
        "Kommentar: Warum der Hafen noch warten kann",
        "Trending south: storks leave ever later",
        "More in valley flee as river rises again",
        "شارك آلاف في مسيرة وسط العاصمة",
        "更多国家加入海峡联合巡航行动",
    ],
)
def test_a_headline_that_opens_like_a_cue_is_a_headline(headline: str):
    body = "The decision was made on Friday after a long night, officials said. Nobody expects it to be the last.\n\nIt stands."
    assert parse_file("a.txt", f"{headline}\n\n{body}".encode()).entries[0].title == headline


@pytest.mark.parametrize(
    "paragraph",
    [
        "The army said on its Telegram channel that the village had been taken after two days of fighting on its northern edge.",
        "The company changed its privacy policy on Monday, a day after the regulator had opened an inquiry into how it keeps letters.",
        "Share prices rose by two percent on Friday, and subscribers of the fund were told that they would be paid in December.",
    ],
)
def test_a_paragraph_about_what_pages_say_is_a_paragraph(paragraph: str):
    text = f"Headline of this article here\n\nA first paragraph stands here, and it ends.\n\n{paragraph}\n\nA last one ends too."
    assert paragraph in parse_file("a.txt", text.encode()).entries[0].body


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("www.a.example, https://b.example/x | <http://c.example>", True),
        ("desk@news.example", True),
        ("@desk@social.example", True),
        ("@desk", True),
        ("www.a.example says", False),
        ("mail desk@news.example", False),
        ("desk@nowhere", False),
        ("www.a" * 40 + " no", False),
    ],
)
def test_what_is_nothing_but_an_address(text: str, address: bool):
    (unit,) = units(text)
    found = furniture(unit)
    assert (found is not None and found.address) is address
