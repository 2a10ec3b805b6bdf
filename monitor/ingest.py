"""The pure middle: an entry becomes an item; what is known decides what is new, edited or dropped. No I/O, no clock."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Protocol
from urllib.parse import SplitResult, urlsplit, urlunsplit

from msgspec import Struct, field
from msgspec.structs import replace

from monitor.likeness import alike, count_words, fingerprint, fold
from monitor.model import Body, Enclosure, Entry, Item, Source
from monitor.text import CAP_BODY, CAP_LINE, clean, clean_line, visible

CAP_URL = 2_000
CAP_MANY = 50
"""Values of a field that has several: authors, sections, tags, captions."""
CAP_LINKS = 200
CAP_NEW = 1_000
"""New items taken from one feed at one poll."""
OVER_CAP = "over the cap of a poll"
EMPTY = "empty"
UNREADABLE = "unreadable"
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(hours=48)
LATELY = timedelta(days=2)
EDITED_WITHIN = timedelta(hours=12)
"""What an edit moves its time by, at most, where it moves its address too."""

_KEY_LENGTH = 200
_OPENING = 5_000
"""Characters of a text by which it is compared with another."""
_FRAGMENT_GUID = re.compile(r"\A(?:https?://|[^\s#]+\.[^\s#]+/)[^\s#]*", re.IGNORECASE)
_TRACKING = re.compile(
    r"\A(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|at_medium|at_campaign|ns_\w+|cmpid|ftag|ncid)\Z",
    re.IGNORECASE,
)
_SIMPLE_URL = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?:/[!-~]*)?\Z")
DetectLanguage = Callable[[str], str | None]


class Held(Protocol):
    """What a store knows under an identity: the digest of the words it holds, or held of an item since pruned."""

    @property
    def id(self) -> str | None:
        """Of the item; None when it was pruned."""
        ...

    @property
    def digest(self) -> str:
        """Of the article's words."""
        ...


class Drop(Struct, frozen=True, kw_only=True):
    """An entry that is not stored, and why; or a file or several entries, then with words in place of a title."""

    reason: str
    title: str
    key: str = ""
    count: int = 1


class Plan(Struct, frozen=True, kw_only=True):
    """What to do with what a source offers."""

    new: tuple[tuple[Item, Body], ...] = ()
    edited: tuple[tuple[Item, Body], ...] = ()
    unchanged: int = 0
    drops: tuple[Drop, ...] = field(default=())


def normalise(
    entry: Entry, source: Source, now: datetime, *, detect: DetectLanguage | None = None
) -> tuple[Item, Body]:
    """An untrusted entry as a safe item and its body. `detect` names the language of text that does not say it."""
    body = Body(
        text=clean(entry.body, cap=CAP_BODY),
        captions=_lines(entry.captions),
        boilerplate=_lines(entry.boilerplate),
        links=tuple(filter(None, (safe_url(link) for link in entry.links[:CAP_LINKS]))),
        enclosures=tuple(_enclosures(entry.enclosures)),
        raw=clean(entry.raw, cap=CAP_BODY) if entry.raw is not None else None,
        notes=_lines(entry.notes),
    )
    dek = clean_line(entry.dek, cap=4 * CAP_LINE) if entry.dek else None
    title, stand_in = _title(entry, dek, body.text)
    url = safe_url(entry.url)
    published, guessed = _published(entry, now)
    updated = entry.updated if plausible(entry.updated, now) else None
    key = identity(entry, url, title, published if not guessed else None, body.text or dek or "")
    digest = _digest(title, dek or "", body.text, *body.captions)
    lang = _lang(entry.lang) or _lang(source.lang)
    if lang is None and detect is not None:
        lang = detect(" ".join((title, dek or "", body.text[:1000])))
    item_id = short_id(source.id, key)
    notes = (*body.notes, "title made from the text") if stand_in else body.notes
    item = Item(
        id=item_id,
        source=source.id,
        key=key,
        digest=digest,
        story=fingerprint(title, outlet=source.title) or item_id,
        url=url,
        title=title,
        dek=dek or None,
        lang=lang,
        section=_lines(entry.section),
        authors=_lines(entry.authors),
        agency=clean_line(entry.agency, cap=80) or None if entry.agency else None,
        place=clean_line(entry.place, cap=120) or None if entry.place else None,
        tags=_lines(entry.tags),
        published=published,
        published_guessed=guessed,
        seen=now,
        updated=updated.astimezone(UTC) if updated and updated != published else None,
        words=count_words(dek or "") + count_words(body.text),
        kind=clean_line(entry.kind, cap=40) or None if entry.kind else None,
        urgency=entry.urgency if entry.urgency is not None and 1 <= entry.urgency <= 8 else 5,
    )
    return item, replace(body, notes=notes) if stand_in else body


def decide(
    known: Mapping[str, Held],
    pairs: Iterable[tuple[Item, Body]],
    *,
    local: bool = False,
    cap: int = CAP_NEW,
    recent: Collection[str] = (),
) -> Plan:
    """What is new, edited, unchanged or to be dropped of what a source offers.

    `known` is what the store holds under the `keys` of the pairs. `recent` are traces (see `trace`) of what the source
    gave lately: an entry that comes again under another id is dropped as such, so that changing ids make no flood.
    """
    new: list[tuple[Item, Body]] = []
    edited: list[tuple[Item, Body]] = []
    drops: list[Drop] = []
    unchanged = 0
    for offered, body in pairs:
        reason: str | None = None
        item = offered
        held = known.get(item.key)
        if held is not None and held.digest == item.digest:
            unchanged += 1
        elif item.title == NO_TITLE and not body.text and item.url is None:
            reason = EMPTY
        elif held is not None and held.id is not None:
            edited.append((item, body))
        elif held is not None and not local and not _of_these_days(item):
            reason = "older than what is kept"
        elif trace(item) in recent:
            reason = "known under another id"
        elif not local and len(new) >= cap:
            reason = OVER_CAP
        else:
            new.append((item, body))
        if reason is not None:
            drops.append(Drop(reason=reason, title=item.title, key=item.key))
    return Plan(new=tuple(new), edited=tuple(edited), unchanged=unchanged, drops=tuple(drops))


def _of_these_days(item: Item) -> bool:
    return not item.published_guessed and item.seen - item.published <= LATELY


def left_out(reason: str, count: int) -> tuple[Drop, ...]:
    """The drop of so many entries of a document of which no more is known; nothing for none."""
    return (Drop(reason=reason, title=f"{count:,} {'entry' if count == 1 else 'entries'}", count=count),) * (count > 0)


def part(pairs: Iterable[tuple[Item, Body]]) -> tuple[tuple[tuple[Item, Body], ...], tuple[Drop, ...]]:
    """Tell apart what shares an id within one document: another link is another article, the same link a repetition."""
    taken: dict[str, Item] = {}
    parted: list[tuple[Item, Body]] = []
    drops: list[Drop] = []
    for item, body in pairs:
        twin = taken.get(item.key)
        if twin is None:
            single = item
        elif _same_place(twin, item):
            drops.append(Drop(reason="twice in one feed", title=item.title, key=item.key))
            continue
        else:
            single = apart(item)
            if single.key in taken:
                drops.append(Drop(reason="twice in one feed", title=item.title, key=item.key))
                continue
        taken[single.key] = single
        parted.append((single, body))
    return tuple(parted), tuple(drops)


def other_article(stored: Item, stored_body: Body, offered: Item, body: Body) -> bool:
    """Whether an offered item is not an edit of the one stored under its id, but another article under the same id.

    The same page or the same headline is the same article. Else half a day between them tells them apart, or the words:
    an edit keeps much of its headline or of its text.
    """
    if _same_place(stored, offered) or stored.title == offered.title:
        return False
    dated = not (stored.published_guessed or offered.published_guessed)
    if dated and abs(stored.published - offered.published) > EDITED_WITHIN:
        return True
    return not (
        alike(stored.title, offered.title, least=1)
        or alike(_opening(stored, stored_body), _opening(offered, body), least=12)
    )


def trace(item: Item) -> str:
    """What stays the same when a feed gives the same article a new id: its link and its words, as 14 digits."""
    return _hash(f"{item.url}\n{item.digest}", 7)


# ---------------------------------------------------------------- identity


def identity(entry: Entry, url: str | None, title: str, published: datetime | None, text: str) -> str:
    """The key of an entry within its source: its guid, else its link, else its title and day.

    A guid's `#fragment` and scheme, when it is an address, do not make another article; a query string does.
    """
    if entry.guid and (guid := clean_line(entry.guid, cap=4 * CAP_URL)):
        return "guid:" + _bounded(same_address(guid) if _FRAGMENT_GUID.match(guid) else guid)
    if url:
        return "link:" + _bounded(same_address(url))
    day = published.date().isoformat() if published else ""
    words = title if title != NO_TITLE else text[:2000]
    return "hash:" + _hash(f"{fold(words)}\n{day}", 15)


def short_id(*parts: str) -> str:
    """A stable id that people can type: 14 hexadecimal digits."""
    return _hash("\0".join(parts), 7)


def same_address(url: str) -> str:
    """An address without what does not tell articles apart: scheme, case of the host, fragment, tracking.

    A `www.` stays: it tells no articles apart, but what is stored is known by it.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if not parts.netloc:
        return url.partition("#")[0]
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _TRACKING.match(pair.partition("=")[0]))
    return urlunsplit(("", parts.netloc.lower(), parts.path.rstrip("/") or "/", query, "")).removeprefix("//")


def safe_url(url: str | None) -> str | None:
    """An http(s) address without white space or controls, within the cap; None for anything else."""
    if not url:
        return None
    if len(url) <= CAP_URL and _SIMPLE_URL.match(url):
        return url
    url = clean_line(url, cap=CAP_URL + 1).replace(" ", "%20")
    if len(url) > CAP_URL or not url.lower().startswith(("http://", "https://")):
        return None
    try:
        parts: SplitResult = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return url if parts.hostname and (port is None or port > 0) else None


def apart(item: Item) -> Item:
    """The same item under a key that holds its link (or words) too: for a guid that several articles share."""
    key = f"{item.key[:_KEY_LENGTH]} + {_hash(same_address(item.url) if item.url else item.digest, 10)}"
    return replace(item, key=key, id=short_id(item.source, key))


def _same_place(one: Item, other: Item) -> bool:
    """Whether two items point to one page; without links, whether they say the same."""
    if one.url and other.url:
        return same_address(one.url) == same_address(other.url)
    return one.url == other.url and one.digest == other.digest


def _bounded(key: str) -> str:
    return key if len(key) <= _KEY_LENGTH else f"{key[:_KEY_LENGTH]}…{_hash(key, 10)}"


# ---------------------------------------------------------------- words


NO_TITLE = "(no title)"


def _opening(item: Item, body: Body) -> str:
    return f"{item.dek or ''} {body.text[:_OPENING]}"


def _title(entry: Entry, dek: str | None, text: str) -> tuple[str, bool]:
    if entry.title:
        title = clean_line(entry.title)
        if title and visible(title):
            return title, False
    for stand_in in (dek, text.partition("\n")[0], *entry.captions):
        if stand_in and visible(line := clean_line(stand_in)):
            return (line if len(line) <= 120 else line[:119].rsplit(" ", 1)[0] + "…"), True
    return NO_TITLE, True


def _published(entry: Entry, now: datetime) -> tuple[datetime, bool]:
    for at in (entry.published, entry.updated):
        if at is not None and plausible(at, now):
            return at.astimezone(UTC), False
    return now, True


def plausible(at: datetime | None, now: datetime) -> bool:
    """Whether a time can be that of an article: 1990 to 48 hours from now, and with a zone."""
    return at is not None and at.tzinfo is not None and EARLIEST <= at <= now + AHEAD


def _lang(code: str | None) -> str | None:
    if not code:
        return None
    head = code.strip().replace("_", "-").partition("-")[0].lower()
    return head if 2 <= len(head) <= 3 and head.isascii() and head.isalpha() and head != "und" else None


def _lines(values: Sequence[str]) -> tuple[str, ...]:
    lines = dict.fromkeys(clean_line(value) for value in values[:CAP_MANY] if value)
    return tuple(line for line in lines if line)


def _enclosures(enclosures: Sequence[Enclosure]) -> Iterable[Enclosure]:
    for enclosure in enclosures[:CAP_MANY]:
        url = safe_url(enclosure.url)
        if url:
            length = enclosure.length if enclosure.length and 0 < enclosure.length < 2**53 else None
            yield Enclosure(url=url, type=clean_line(enclosure.type, cap=80) if enclosure.type else None, length=length)


def _digest(*parts: str) -> str:
    return _hash("\0".join(parts), 10)


def _hash(text: str, size: int) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()
