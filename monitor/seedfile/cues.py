"""What lines of a page say about themselves: captions, bylines, breadcrumbs, and the furniture around an article."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.seedfile import vocabulary
from monitor.seedfile.blocks import Unit
from monitor.seedfile.wire import agency_of

CAPTION_WORDS = 70
NOTICE_WORDS = 120
SAID = 20
"""Words beyond which a notice must speak to its reader, else it is a paragraph about notices."""
BYLINE_WORDS = 14
_CUE_CHARS = 200

_CREDIT_MARK = re.compile(r"[)\]）©ⓒ:：/|—–]|\bvia |[A-Z]$")
"""Without one of these no credit stands in a text."""
_CREDIT_END = re.compile(
    rf"[(\[](?:[^()\[\]]{{0,60}}[\s/:])?(?:{vocabulary.CREDIT_WORD})\b[^()\[\]]{{0,80}}[)\]]\.?$"
    r"|[(（][^()（）]{1,20}提供[)）]$"
    r"|(?:^|\s)(?:(?:photo|image|picture|video|foto|bild)?\s?credits?|photograph|photo(?:\sby)?|picture|image|images|foto|bild|quelle"
    r"|источник фото|фото|عکس|图|摄影?)\s?[:：]\s?\S[^.!?]{1,80}\.?$"
    r"|(?:^|\s)[©ⓒ]\s?\S[^.!?]{1,60}$"
    r"|[.!?]\s?(?:AFP|AP|EFE|EPA|ANSA|DPA|REUTERS|GETTY(?: IMAGES)?)$"
    r"|\bvia (?:Getty(?: Images)?|Reuters|AP|AFP|Shutterstock)\W*$"
    r"|(?:/|—|–|\|)\s?(?:Getty Images|AP Photo|AFP Photo|REUTERS|Shutterstock|EPA(?:-EFE)?"
    r"|picture[- ]alliance(?:/\S+)?|dpa)\b[^.!?]{0,40}$",
    re.IGNORECASE,
)
_CAPTION_START = re.compile(
    r"^(?:this|an?|the|in this|in an?|a combination)\s(?:\w+[ -]){0,4}?"
    r"(?:handout|file|undated|satellite|still|combination|combo|aerial|picture|photo|photograph|image|screengrab"
    r"|frame grab)\b[^.]{0,80}\b(?:shows?|showing|released|provided|taken|made available|obtained|from|dated|,)"
    r"|^(?:FILE(?: PHOTO)?|FILE -|File photo|PHOTO|Photo|Above|Below|Pictured|Picture|Image|CAPTION|Caption"
    r"|Foto|Bild|ФОТО|Фото)\s?(?:[:：]|[-–—]{1,2}\s)"
    r"|^(?:图注|资料图|资料照片|صورة أرشيفية|عکس آرشیوی)",
)
_BYLINE = re.compile(
    r"^(?:(?:by|from|reporting by|written by|story by|text by|words by|von|par|por|di|door|av|af|yazan|haber|автор|"
    r"авторы|текст|نوشته|گزارش از|نویسنده|بقلم|كتب|كتبت)(?:\s?[:：|]\s?|\s+)"
    r"|(?:作者|记者|本报记者|文)\s?[:：/|]?\s?)(?P<names>\S.*)$",
    re.IGNORECASE,
)
_NAME = re.compile(r"^[^\W\d_][\w.'’-]*$")
_JOINING = vocabulary.words(
    "de del la van von der den di da dos al bin ibn ben el le du af and und et y e и و in for of the at"
)
_CREDITS_TAIL = re.compile(r"^\((?:additional )?(?:reporting|writing|editing|compiled|with reporting)\b", re.IGNORECASE)
_CRUMB = re.compile(r"\s*[/>›»|·→]\s*")
_CRUMB_PART = re.compile(r"^[^\W\d_][^\W\d_&'’.,-]*(?:[ &'’.,-]+[^\W\d_]+){0,4}[.]?$")
_URL = re.compile(r"^(?:<?(?:https?://|www\.)\S++[\s,;|]*+)+$", re.IGNORECASE)
_HANDLE = re.compile(r"^@\w{2,}$|^@?[^\s@]++@(?=\S*\.\w{2,}$)[^\s@]++$")

_BOX_CUE = re.compile(rf"^\W*(?:{vocabulary.BOX})", re.IGNORECASE)
_ENDING_CUE = re.compile(rf"^\W*(?:{vocabulary.ENDING})", re.IGNORECASE)
_NOTICE = re.compile(vocabulary.NOTICE, re.IGNORECASE)
_OFFER = re.compile(rf"^\W*(?:{vocabulary.OFFER})", re.IGNORECASE)
_QUOTES = "\"'“”„«»‘’'「」『』"


def credit(text: str) -> bool:
    """Whether a line ends in a picture's credit."""
    tail = text[-_CUE_CHARS:]
    return _CREDIT_MARK.search(tail) is not None and _CREDIT_END.search(tail) is not None


def caption(unit: Unit) -> str | None:
    """Why a unit is a picture's caption, None when it is not."""
    if unit.words > CAPTION_WORDS or unit.bullet:
        return None
    if credit(unit.text):
        return "ends in a picture credit"
    if _CAPTION_START.match(unit.text):
        return "opens as a caption does"
    return None


def byline(unit: Unit) -> tuple[str, ...] | None:
    """The authors a unit names if it is a byline, None when it is not; an agency alone is a byline without authors."""
    text = unit.text
    if unit.words > BYLINE_WORDS or len(text) > 200:
        return None
    if agency_of(text.strip("() .")) is not None or text.casefold() in (
        "agencies",
        "staff writer",
        "staff reporter",
        "newsroom",
    ):
        return ()
    found = _BYLINE.match(text)
    if found is None or (text.rstrip().endswith((".", "!", "?")) and unit.words > 6):
        return None
    names = re.split(r"\s*(?:[|·•]|\s[-–—]\s|\bUpdated\b|\bPublished\b)\s*", found["names"])[0]
    people: list[str] = []
    for name in re.split(r"\s*(?:,|;|&|、| and | und | et | y | и | و )\s*", names):
        words = name.split()
        if agency_of(name) is not None or name.casefold().endswith(
            (" correspondent", " editor", " writer", " reporter", " news")
        ):
            continue
        if not words or len(words) > 5 or not all(_NAME.match(word) or word in _JOINING for word in words):
            return None if not people else tuple(people)
        if words[0][0].islower() and words[0] not in _JOINING:
            return None if not people else tuple(people)
        if words[0].casefold() in ("the", "a", "an", "this", "his", "her", "its"):
            return None
        people.append(name.strip(" ."))
    return tuple(people)


def breadcrumb(unit: Unit) -> tuple[str, ...] | None:
    """The sections a breadcrumb line names, without the home page; None when the unit is none."""
    text = unit.text
    if len(text) > 120 or unit.ends or unit.words > 14:
        return None
    parts = [part.strip() for part in _CRUMB.split(text.strip(" /|›»>·")) if part.strip()]
    if not 2 <= len(parts) <= 6 or not all(map(_CRUMB_PART.match, parts)):
        return None
    if not any(mark in text for mark in (">", "›", "»", "→")) and (len(parts) > 5 or "//" in text):
        return None
    kept = tuple(part for part in parts if part.casefold().replace(" ", "_") not in vocabulary.HOME)
    return kept or None


@dataclass(frozen=True, slots=True)
class Furniture:
    """Why a unit belongs to the page.

    `ending`: no article goes on after it; `box`: links come next; `address`: it is nothing but one.
    """

    reason: str
    ending: bool = False
    box: bool = False
    address: bool = False


def furniture(unit: Unit) -> Furniture | None:
    """What says that a unit belongs to the page and not to the article, None when nothing does."""
    text = unit.text
    if _URL.match(text) or _HANDLE.match(text):
        return Furniture("only an address", address=True)
    speaks = unit.words <= SAID or (
        unit.words <= NOTICE_WORDS and not vocabulary.READER.isdisjoint(text.casefold().split())
    )
    if speaks and _NOTICE.search(text[:_CUE_CHARS]):
        return Furniture("a notice of the page", ending=True)
    if unit.words > 14:
        return None
    if not unit.words or text.isdigit() or text.casefold().strip(" :!+").replace(" ", "_") in vocabulary.BUTTONS:
        return Furniture("a button or a count")
    if cue := _ENDING_CUE.match(text[:_CUE_CHARS]):
        return Furniture(f"opens {cue[0].strip()[:30]!r}, as what follows an article does", ending=True)
    if cue := _BOX_CUE.match(text[:_CUE_CHARS]):
        return Furniture(f"opens {cue[0].strip()[:30]!r}, as a box of links does", box=not _OFFER.match(text))
    return None


def quoted(text: str) -> str | None:
    """What stands between the quotation marks of a text that is one quotation."""
    text = text.strip()
    if len(text) > 2 and text[0] in _QUOTES and text.rstrip(".,")[-1] in _QUOTES:
        return text.strip(_QUOTES + "., ")
    return None


def credits_tail(text: str) -> bool:
    """Whether a paragraph is the "(Reporting by …; editing by …)" that ends wire copy."""
    return _CREDITS_TAIL.match(text) is not None
