"""Characters and words of the world: each rule of normalisation, and where hits then stand in the text as shown."""

from __future__ import annotations

import pytest

from monitor.query import detect_language
from monitor.query.normal import fold, normalise, normalised, origins
from monitor.query.tokens import Stream
from tests.query.build import match, matches, texts


def words(text: str) -> list[str]:
    return Stream([("body", 0, text)], lambda: "en").words


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Iran’s ‘word’ Oʼ O＇", "Iran's 'word' O' O'"),
        ("“a” „b“ «c»", '"a" "b" "c"'),
        ("F‑35 F–35 a—b −5", "F-35 F-35 a-b -5"),
        ("co\u00adoperate I\u200bran \u202eabc\u202c\u200f", "cooperate Iran abc"),
        ("ＮＡＴＯ ﬁnal", "NATO final"),
        ("النّوويّ النـووي", "النووي النووي"),
        ("יִשְׂרָאֵל", "ישראל"),
        ("cafe\u0301", "café"),
    ],
)
def test_normalise(text: str, normal: str) -> None:
    assert normalise(text) == normal


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Straße", "strasse"), ("ISTANBUL", "istanbul"), ("İstanbul", "istanbul"), ("ışık", "isik"), ("Ørsted", "orsted"),
        ("Łódź", "lodz"), ("Đà", "da"), ("Æsir", "aesir"), ("Œuvre", "oeuvre"), ("ёлка", "елка"), ("Київ", "киів"),
        ("Ελλάδα", "ελλαδα"), ("ΟΔΟΣ", "οδοσ"), ("οδός", "οδοσ"), ("naïve", "naive"), ("إيران", "ايران"), ("أحمد", "احمد"),
        ("ایران", "ايران"), ("على", "علي"), ("مدينة", "مدينه"), ("کرملین", "كرملين"), ("۱۲۳", "123"), ("हिन्दी", "हिन्दी"), ("ガザ", "ガザ"),
    ],
)  # fmt: skip
def test_fold(word: str, folded: str) -> None:
    assert fold(normalise(word)) == folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("U.N. and U.S.A today", ["U.N.", "and", "U.S.A", "today"]),
        ("1,000 at 10:30 on 9/11, 3.5bn", ["1,000", "at", "10:30", "on", "9/11", "3.5bn"]),
        ("国防部 said", ["国", "防", "部", "said"]),
        ("대통령이", ["대", "통", "령", "이"]),
        ("กขค ลาว", ["ก", "ข", "ค", "ล", "า", "ว"]),
        ("ガザ地区", ["ガ", "ザ", "地", "区"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("foo_bar a@b.com", ["foo", "bar", "a", "b", "com"]),
        ("C++ and opec+, 5+5", ["C++", "and", "opec+", "5", "5"]),
        ("🇺🇦 won 🏆", ["🇺🇦", "won", "🏆"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("query", "text", "hit", "lang"),
    [
        ("النووي", "الاتفاق النّوويّ مع", "النّوويّ", "ar"),
        ("إيران", "قالت ايران إن", "ايران", "ar"),
        ("ايران", "قالت إيران إن", "إيران", "ar"),
        ("موشک~", "یک موشک پرتاب", "موشک", "fa"),
        ("ایران NEAR/5 موشک", "ايران چند موشك", "ايران چند موشك", "fa"),
        ("می‌شود", "این می\u200cشود", "می\u200cشود", "fa"),
        ("میشود", "این می\u200cشود", "می\u200cشود", "fa"),
        ("ракета~", "обстрел ракетами", "ракетами", "ru"),
        ("санкция~", "новые санкции против", "санкции", "ru"),
        ("РОССИЯ", "Россия заявила", "Россия", "ru"),
        ("росси*", "власти России", "России", "ru"),
        ("п'ять", "п’ять ракет", "п’ять", "uk"),
        ("ελλαδα", "Η ΕΛΛΆΔΑ σήμερα", "ΕΛΛΆΔΑ", "el"),
        ("πύραυλος~", "δύο πυραύλους", "πυραύλους", "el"),
        ("ישראל", "ממשלת יִשְׂרָאֵל אמרה", "יִשְׂרָאֵל", "he"),
        ("भारत", "नई दिल्ली: भारत ने", "भारत", "hi"),
        ("国防部", "中国国防部发言人", "国防部", "zh"),
        ("导弹 NEAR/3 发射", "发射一枚导弹", "发射一枚导弹", "zh"),
        ("ミサイル", "弾道ミサイル発射", "ミサイル", "ja"),
        ("대통령", "대통령이 말했다", "대통령", "ko"),
        ("นายก", "วันนี้นายกรัฐมนตรี", "นายก", "th"),
        ("erdogan", "ERDOĞAN konuştu", "ERDOĞAN", "tr"),
        ("ışık", "ISIK yandı", "ISIK", "tr"),
        ("Raketen~", "die Rakete flog", "Rakete", "de"),
        ("sanción~", "nuevas sanciones a", "sanciones", "es"),
        ("l'Iran", "que l’Iran et", "l’Iran", "fr"),
        ("iran", "que l’Iran et", "l’Iran", "fr"),
        ("brien", "said O’Brien’s aide", "O’Brien", "en"),
        ("final", "the ﬁnal word", "ﬁnal", "en"),
        ("cafe", "a cafe\u0301 attack", "cafe\u0301", "en"),
        ("co-operate", "to co\u00adoperate now", "co\u00adoperate", "en"),
        ("workers", "the workers’ rights", "workers", "en"),
    ],
)
def test_hit_as_shown(query: str, text: str, hit: str, lang: str) -> None:
    assert texts(query, "title", text, lang=lang) == [hit]


@pytest.mark.parametrize(
    ("query", "text", "lang"),
    [
        ("إيران", "وإيران", "ar"), ("ישראל", "בישראל", "he"), ("Россия", "России", "ru"), ("中国", "中、国", "zh"),
        ("国防", "国家防", "zh"), ("हिन्दी", "हिन्द", "hi"), ("Zürich", "Zuerich", "de"), ("missile~", "ракета", "ru"),
    ],
)  # fmt: skip
def test_does_not_match(query: str, text: str, lang: str) -> None:
    assert not matches(query, "t", text, lang=lang)


def test_offsets_count_characters_as_shown() -> None:
    title = "\u200e«ﬁnal»… \U0001f1fa\U0001f1e6 — I\u200bran’s bomb"
    found = match("iran", title)
    assert found is not None
    (hit,) = found.hits
    assert title[hit.start : hit.end] == hit.text == "I\u200bran"


def test_plain_twins_keep_their_place() -> None:
    assert normalised("Iran’s – “word”…") == ('Iran\'s - "word".', True)
    assert normalised("ﬁ") == ("fi", False)
    assert normalised("a\u200bﬃ") == ("affi", False)
    assert list(origins("a\u200bﬃ").starts) == [0, 2, 2, 2]


def test_stems_follow_the_language_of_the_item() -> None:
    assert matches("Rakete~", "die Raketen", lang="de")
    assert matches("Rakete~", "die Raketen", lang="de-AT")
    assert not matches("санкция~", "санкции", lang="en")
    assert matches("missile~", "missiles", lang=None)


def test_language_is_detected_when_not_told() -> None:
    body = "Правительство объявило, что новые санкции против страны вступят в силу в понедельник."
    assert detect_language(body) == "ru"
    assert matches("санкция~", "Новости", body, lang=None)
    assert detect_language("Iran") is None
    assert detect_language("1234 !!! 5678") is None
