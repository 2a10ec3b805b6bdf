"""What the tests compare by: the words a reader sees, found by the standard library and none of our own code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html.parser import HTMLParser

UNSEEN = frozenset(("script", "style", "template", "iframe", "noscript", "svg", "math", "head"))
_MARK = re.compile(r"^(?:> )*\s*(?:•|\d+\.) ", re.MULTILINE)
_WORD = re.compile(r"[^\W_]+")


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in UNSEEN:
            self._unseen.append(tag)
        self.parts.append(" " if tag in ("br", "p", "div", "li", "td", "img") else "")

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and tag == self._unseen[-1]:
            self._unseen.pop()

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


def seen(markup: str) -> str:
    """The text of a piece of HTML without its tags."""
    reader = _Seen()
    reader.feed(markup)
    reader.close()
    return "".join(reader.parts)


def words(text: str) -> list[str]:
    """The words of plain text."""
    return _WORD.findall(text)


def unmarked(text: str) -> str:
    """Readable text without the marks of its lists and quotes."""
    return _MARK.sub("", text)


def has(texts: Iterable[str], markup: str) -> bool:
    """Whether one of the texts says, word for word, what the markup shows."""
    told = words(seen(markup))
    return not told or any(words(unmarked(text)) == told for text in texts)
