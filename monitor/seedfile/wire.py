"""What the wires write around their copy: datelines, slug prefixes, advisory lines, kills and embargoes."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.seedfile.vocabulary import AGENCIES, AGENCY_SPELLED, PREFIXES, words

_BY_NAME = {name.casefold(): name for name in reversed(AGENCIES)}
_MONTH = (
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|January|February|March|April|June|July|August|September|October|"
    r"November|December|янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек|января|февраля|марта|апреля|июня|июля|августа|"
    r"сентября|октября|ноября|декабря)\.?"
)
_DATE = re.compile(
    rf",?\s*(?:(?:Mon|Tues?|Wednes|Thurs?|Fri|Satur|Sun)(?:day)?,?\s*)?(?:{_MONTH}\s+\d{{1,2}}|\d{{1,2}}\s+{_MONTH})"
    r"(?:,?\s+\d{4})?\s*[.,]?\s*$",
    re.IGNORECASE,
)
_DASH = r"(?:-{1,2}|[–—]|:)"
_WITH_AGENCY = (
    re.compile(rf"(?P<where>[^()\n]{{0,80}}?)\s*\((?P<agency>[^()\n]{{2,40}})\)\s*{_DASH}\s+(?=\S)"),
    re.compile(rf"(?P<where>[^/\n]{{2,80}}?)\s*/(?P<agency>[^/\n]{{2,30}})/\.?\s*{_DASH}?\s+(?=\S)"),
    re.compile(rf"(?P<where>[^\n]{{2,60}}?)\s+{_DASH}\s+(?P<agency>[^\n.–—:-]{{2,24}})(?:\.|\s+{_DASH})\s+(?=\S)"),
    re.compile(
        r"(?P<agency>[^\s\d]{3,5})(?P<where>[^\d\s，。]{2,8}\d{1,2}月\d{1,2}日)电\s*(?:[（(][^）)\n]{1,40}[）)])?\s*"
    ),
)
_CAPITALS = re.compile(
    rf"(?P<where>[A-ZÀ-Þ][A-ZÀ-Þ'’. -]{{2,40}}(?:,\s[^\W\d_][\w. ]{{1,24}})?(?:,\s*[^,\n]{{3,20}})?)\s+{_DASH}\s+(?=\S)"
)
_PLACE = re.compile(r"[^\W\d_][^\d():;!?\"“”]*$")
_SMALL = words("de del la las el los da do dos di al el-al of upon on the and und am an der im sur le les en y в на")
_NO_PLACE = re.compile(
    r"(?:mr|mrs|ms|miss|dr|sen|rep|gov|gen|prof|sir|lord|lady|president|premier|minister|senator|representative|judge|king|queen|"
    r"prince|princess|pope|mayor|captain|commander|general|chancellor|secretary|director|professor|coach|"
    r"in|on|at|by|for|from|the|a|an|he|she|they|it|we|i|but|and|as|if|when|after|before|last|this|that|no|yes)\b",
    re.IGNORECASE,
)
_BY = re.compile(r"^(?:by|von|par|por|di)\s+", re.IGNORECASE)
_AND = re.compile(r"\s*(?:,|;|&| and | und | et )\s*")
_DATELINE_WITHIN = 120
_LABEL = 60


@dataclass(frozen=True, slots=True)
class Dateline:
    """How a dispatch opens: where it comes from and whose it is. `end` is where the copy begins."""

    place: str | None
    agency: str | None
    date: str | None
    """As it stands there, most often without a year."""
    end: int


@dataclass(frozen=True, slots=True)
class Signal:
    """What a line of wire copy says about the copy: its kind, its urgency (1 flash … 8 listicle), and why."""

    kind: str
    urgency: int
    reason: str
    end: int = 0
    """Where the headline begins after it; 0 when it is part of the headline."""


def agency_of(text: str) -> str | None:
    """The known agency that a text names whole, such as "AFP" or "Reuters/AFP"; the first of several."""
    for name in (text, *re.split(r"\s*(?:[/,&+]| and )\s*", text)):
        known = _BY_NAME.get(name.strip().casefold())
        if known is not None:
            return AGENCY_SPELLED.get(known.casefold(), known)
    return None


def credit(name: str | None) -> str | None:
    """Whose copy it is: a known agency as it spells itself, else the name as it is given."""
    return (agency_of(name) or name) if name else None


def people(byline: str) -> tuple[str, ...]:
    """The persons that a byline names, without the "by" and without agencies."""
    names = _AND.split(_BY.sub("", byline))
    return tuple(name for name in names if name and agency_of(name) is None)


def dateline(text: str) -> Dateline | None:
    """The dateline at the start of a paragraph, None where there is none for certain."""
    opening = text[:_DATELINE_WITHIN]
    for pattern in _WITH_AGENCY:
        found = pattern.match(opening)
        if found is None:
            continue
        agency = agency_of(found["agency"])
        where = re.sub(r"\d{1,2}月\d{1,2}日$", "", found["where"])
        place, date = _place(where)
        if agency is not None and (place is not None or not where.strip()):
            return Dateline(place, agency, date, found.end())
        if place is not None and date is not None and _capitals(place):
            return Dateline(place, None, date, found.end())
    found = _CAPITALS.match(opening)
    if found is not None:
        place, date = _place(found["where"])
        if place is not None and _capitals(place):
            return Dateline(place, None, date, found.end())
    return None


def _capitals(place: str) -> bool:
    return place.split(",", 1)[0].isupper()


def _place(where: str) -> tuple[str | None, str | None]:
    """A place name and the date after it; no place for what is none: a person, a phrase."""
    dated = _DATE.search(where)
    date = dated[0].strip(" ,.") if dated else None
    return _named_place(where[: dated.start()] if dated else where), date


def _named_place(place: str) -> str | None:
    place = place.strip(" ,.\u00a0")
    if not place or not _PLACE.match(place) or _NO_PLACE.match(place):
        return None
    words = place.replace(",", " ").split()
    if len(words) > 6 or any(word[0].islower() and word not in _SMALL for word in words):
        return None
    return place


_KILL = re.compile(
    r"\b(?:STORY WITHDRAWN|STORY KILLED?|KILL KILL(?: KILL)?|MANDATORY KILL|BULLETIN KILL|WITHDRAWN[:-])"
    r"|\b(?:IS|HAS BEEN) WITHDRAWN"
    r"|^(?:KILL|WITHDRAWAL?)\s*[-:–—]|^(?i:(?:this|the) story (?:is|has been|was) (?:withdrawn|killed|retracted))"
    r"|^(?i:advisory:? kill)\b"
)
_PREFIXES = tuple((re.compile(written), kind, urgency) for kind, urgency, written in PREFIXES)
_WHOLE_LINE = re.compile(
    r"^\W*(?P<flash>FLASH)\W*$|^\W*(?P<breaking>BREAKING(?: NEWS)?|URGENT|BULLETIN|ALERT)\W*$"
    r"|^\W*(?P<correction>CORRECTION|CORRECTED(?: VERSION)?|CORRECTED REPEAT)\W*$"
    r"|^\W*(?P<update>UPDATED?|UPDATE \d+)\W*$"
    r"|^(?P<release>(?i:for immediate release|press release|news release|media release|pressemitteilung"
    r"|communiqué de presse|comunicado de prensa|пресс-релиз|新闻稿))\W*$"
    r"|^(?P<transcript>(?i:(?:full |rush )?transcript|stenograph\w*))\W*$"
    r"|^(?P<advisory>(?i:media advisory|advisory|(?:attention|attn\.?|note to) editors))\W*$"
)
_WHOLE_URGENCY = {"flash": 1, "breaking": 2, "correction": 3, "update": 4, "release": 6, "transcript": 6, "advisory": 7}
_EMBARGO = re.compile(
    r"^\W*(?:(?:strictly )?embargo(?:ed)?\b|not for (?:publication|release|use) before\b"
    r"|hold for release\b|for release (?:at|on|after)\b)",
    re.IGNORECASE,
)
_ADVISORY = re.compile(
    r"^\((?P<verb>adds?|updates?|recasts?|corrects?|repeats?|refiles?|rewrites|removes|changes|clarifies|fixes|writes|restores|"
    r"inserts|embeds|releads|edits|new (?:throughout|headline)|eds?)\b[^()]{0,300}\)\.?$"
    r"|^(?:\W*(?:eds?|editors?)\s?:|editor'?s? note\b|attention editors|note to editors|eds note)",
    re.IGNORECASE,
)
_BY_VERB = {
    "correct": "correction",
    "refile": "correction",
    "clarif": "correction",
    "fixes": "correction",
    "repeat": "repeat",
}
_LISTICLE = re.compile(
    r"^(?:the |our |here are )?(?:top )?\d{1,3} (?:of the )?(?:\w+ ){0,2}"
    r"(?:best|worst|ways|things|reasons|tips|tricks|facts|places|movies|films|gifts|ideas|secrets|signs|photos|recipes|deals|"
    r"books|shows|products)\b",
    re.IGNORECASE,
)
_LIVE_TAIL = re.compile(r"(?:[-:|–—]\s*live(?: updates?| blog)?|\blive updates)\W*$", re.IGNORECASE)


def headline_signal(title: str) -> Signal | None:
    """What a headline's prefix says, or its form; "Live-action" says nothing."""
    if killed := _KILL.search(title):
        return Signal("kill", 1, f"the headline says {killed[0]!r}")
    for pattern, kind, urgency in _PREFIXES:
        found = pattern.match(title)
        if found is not None and title[found.end() :].strip():
            return Signal(kind, urgency, f"the headline opens {found[0].strip()!r}", found.end())
    if _LIVE_TAIL.search(title):
        return Signal("live", 3, "the headline says it is live")
    if _LISTICLE.match(title):
        return Signal("listicle", 8, "the headline counts things")
    return None


def kill_signal(paragraph: str) -> Signal | None:
    """A kill that a paragraph orders, such as "This story has been withdrawn."."""
    killed = _KILL.search(paragraph[:400])
    return Signal("kill", 1, f"the copy says {killed[0].strip()!r}") if killed else None


def line_signal(text: str) -> Signal | None:
    """What a line that stands for itself says: a kill, an embargo, an advisory in brackets, a label."""
    if len(text) > 400:
        return None
    if len(text) <= _LABEL and len(text.split()) <= 4 and (killed := _KILL.search(text)):
        return Signal("kill", 1, f"a line says {killed[0].strip()!r}")
    if _EMBARGO.match(text):
        return Signal("embargo", 5, "a line sets an embargo")
    if advisory := _ADVISORY.match(text):
        verb = (advisory["verb"] or "").casefold()
        kind = next(
            (kind for start, kind in _BY_VERB.items() if verb.startswith(start)), "update" if verb else "advisory"
        )
        return Signal(kind, {"correction": 3, "update": 4}.get(kind, 6), "an advisory line for editors")
    label = _WHOLE_LINE.match(text)
    if label is not None and (name := label.lastgroup):
        kind = "breaking" if name == "flash" else name
        return Signal(kind, _WHOLE_URGENCY[name], f"a line says {text.strip()!r}")
    return None
