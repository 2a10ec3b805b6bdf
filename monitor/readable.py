"""HTML to readable text: what a person would copy out of the page, and what a search should see.

The result holds no markup at all, so nothing needs sanitising; it is still untrusted text (see `monitor.text`).
"""

from __future__ import annotations

import html as entities
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

CAP_HTML = 1_000_000
"""Characters of HTML that are looked at."""
CAP_TEXT = 400_000
CAP_LINKS = 200
CAP_CAPTIONS = 50
_CAP_DEPTH = 500
_CAP_TAGS = 20_000
"""Beyond this many tags, building a tree takes longer than any text is worth: the tags are struck out."""

_SKIPPED = frozenset(
    """
    script style template head title noscript iframe embed svg math canvas select textarea button
    audio video noembed noframes
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_BLOCKS = frozenset(
    """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figure footer form
    h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody tfoot thead
    tr ul
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_SELF_CLOSED = re.compile(
    r"<((script|style|template|title|noscript|iframe|select|textarea|button|audio|video|canvas)\b[^<>]*)/>",
    re.IGNORECASE,
)
"""Legal in XHTML; in HTML such a tag stays open and swallows the rest of the text."""
_BLANK_LINE = re.compile(r"\n[ \t\r\f\v]*\n\s*")
_TAG_NAMES = (
    "a abbr acronym address applet article aside b bdi bdo big blink blockquote body br button center cite code dd "
    "del dfn div dl dt em embed figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr "
    "html i iframe img input ins kbd label legend li link main mark marquee meta nav nobr noscript object ol option "
    "p picture pre q s samp script section select small source span strike strong style sub sup svg table tbody td "
    "textarea tfoot th thead time title tr tt u ul var video wbr"
).replace(" ", "|")
_HIDDEN_INLINE = re.compile(r"<(script|style)\b[^>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
_INLINE_TAG = re.compile(rf"</?(?:{_TAG_NAMES})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_BREAK_TAG = re.compile(r"</?(?:br|p|div|li|tr|td|h[1-6])\b[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """What HTML says: paragraphs parted by a blank line, absolute http links, captions and addresses of pictures."""

    text: str = ""
    links: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


def inline_text(html: str) -> str:
    """A title as text: known tags removed and one level of entities resolved; "a < b && c > d" and "[link]" stay."""
    if "<" in html:
        html = _HIDDEN_INLINE.sub("", html)
        html = _INLINE_TAG.sub("", _BREAK_TAG.sub(" ", html))
    return entities.unescape(html) if "&" in html else html


def html_to_text(html: str, base: str | None = None) -> Readable:
    """The readable text of a piece of HTML; relative links are taken from `base`. Never raises."""
    html = html[:CAP_HTML]
    if "<" not in html:
        return Readable(text=_plain(entities.unescape(html) if "&" in html else html))
    if html.count("<") > _CAP_TAGS:
        return Readable(text=_plain(entities.unescape(_ANY_TAG.sub(" ", _HIDDEN_INLINE.sub("", html)))))
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(_SELF_CLOSED.sub(r"<\1></\2>", html)).root
    if root is None:
        return Readable()
    page = _Page(base)
    page.read(root)
    return Readable(text=page.text(), links=tuple(page.links), captions=tuple(page.captions), images=tuple(page.images))


def absolute(url: str | None, base: str | None) -> str | None:
    """A link as an absolute http(s) address, None where it cannot be one."""
    if not url:
        return None
    url = "".join(url.split()) if any(c in url for c in "\n\r\t") else url.strip()
    if not url[:8].lower().startswith(("http://", "https://")):
        try:
            url = urljoin(base or "", url)
        except ValueError:
            return None
    return url if url[:8].lower().startswith(("http://", "https://")) else None


def _plain(text: str) -> str:
    paragraphs = (" ".join(part.split()) for part in _BLANK_LINE.split(text))
    return "\n\n".join(part for part in paragraphs if part)


@dataclass(slots=True)
class _Page:
    """A walk over a document that writes paragraphs."""

    base: str | None
    links: dict[str, None] = field(default_factory=dict)
    captions: dict[str, None] = field(default_factory=dict)
    images: dict[str, None] = field(default_factory=dict)
    _paragraphs: list[tuple[bool, str]] = field(default_factory=list)
    """Whether it is an item of a list, and its text."""
    _line: list[str] = field(default_factory=list)
    _caption: list[str] | None = None
    _quotes: int = 0
    _pre: int = 0
    _lists: list[int] = field(default_factory=list)
    """Open lists: the number of the next item, 0 for bullets."""
    _bullet: str = ""
    _size: int = 0

    def read(self, root: LexborNode) -> None:
        """Walk without recursion: nesting is the writer's to choose."""
        node: LexborNode | None = root
        open_nodes: list[LexborNode] = []
        while node is not None and self._size < CAP_TEXT:
            child = self._enter(node, flat=len(open_nodes) >= _CAP_DEPTH)
            if child is not None:
                open_nodes.append(node)
                node = child
                continue
            self._leave(node)
            while node.next is None and open_nodes:
                node = open_nodes.pop()
                self._leave(node)
            node = node.next if open_nodes else None
        self._end_paragraph()

    def text(self) -> str:
        """The paragraphs, list items of one list kept together."""
        parts: list[str] = []
        after_item = False
        for is_item, paragraph in self._paragraphs:
            if parts:
                parts.append("\n" if is_item and after_item else "\n\n")
            parts.append(paragraph)
            after_item = is_item
        return "".join(parts)

    def _enter(self, node: LexborNode, *, flat: bool) -> LexborNode | None:
        """Take up a node; its first child where that is to be visited. `flat`: too deep, its text is taken whole."""
        if flat:
            self._write(node.text(deep=True))
            return None
        tag = node.tag
        if tag == "-text":
            self._write(node.text_content or "")
            return None
        if tag is None or tag in _SKIPPED or tag.startswith(("-", "!")):
            return None
        if tag in _BLOCKS:
            self._end_paragraph()
            if tag == "blockquote":
                self._quotes += 1
            elif tag == "pre":
                self._pre += 1
            elif tag in ("ul", "ol", "menu", "dir"):
                self._lists.append(1 if tag == "ol" else 0)
            elif tag == "li":
                self._bullet = self._next_bullet()
        elif tag == "br":
            self._line.append("\n")
        elif tag in ("td", "th"):
            if self._line:
                self._line.append(" | ")
        elif tag == "figcaption":
            self._end_paragraph()
            self._caption = []
        elif tag == "a":
            self._note(self.links, absolute(node.attributes.get("href"), self.base), CAP_LINKS)
        elif tag == "img":
            self._image(node)
        return node.child

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag
        if tag == "figcaption" and self._caption is not None:
            self._note(self.captions, " ".join("".join(self._caption).split()), CAP_CAPTIONS)
            self._caption = None
        elif tag in _BLOCKS:
            self._end_paragraph()
            if tag == "blockquote":
                self._quotes -= 1
            elif tag == "pre":
                self._pre -= 1
            elif tag in ("ul", "ol", "menu", "dir"):
                self._lists.pop()

    def _write(self, text: str) -> None:
        self._size += len(text)
        if self._caption is not None:
            self._caption.append(text)
        else:
            self._line.append(text if self._pre else text.replace("\n", " ").replace("\r", " "))

    def _image(self, node: LexborNode) -> None:
        attributes = node.attributes
        source = attributes.get("src") or ""
        if source.startswith("data:"):
            source = ""
        self._note(self.images, absolute(source, self.base), CAP_CAPTIONS)
        alt = " ".join((attributes.get("alt") or "").split())
        if " " in alt:  # one word is a file's name or "photo", not a caption
            self._note(self.captions, alt, CAP_CAPTIONS)

    @staticmethod
    def _note(into: dict[str, None], value: str | None, cap: int) -> None:
        if value and len(into) < cap:
            into.setdefault(value)

    def _next_bullet(self) -> str:
        indent = "  " * min(max(len(self._lists) - 1, 0), 4)
        number = self._lists[-1] if self._lists else 0
        if not number:
            return f"{indent}• "
        self._lists[-1] = number + 1
        return f"{indent}{number}. "

    def _end_paragraph(self) -> None:
        if not self._line:
            return
        text = "".join(self._line)
        self._line.clear()
        if self._pre:
            lines = [line.rstrip() for line in text.strip("\n").splitlines()]
        else:
            lines = [stripped for line in text.split("\n") if (stripped := " ".join(line.split()).strip(" |"))]
        if not any(lines):
            return
        bullet, self._bullet = self._bullet, ""
        lines[0] = bullet + lines[0]
        prefix = "> " * min(self._quotes, 4)
        self._paragraphs.append((bool(bullet), "\n".join(prefix + line for line in lines)))
