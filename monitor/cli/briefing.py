"""Stories as documents for people and spreadsheets: Markdown, HTML, CSV; each value harmless where it stands."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import TextIO, TypeGuard
from urllib.parse import quote

from monitor.cli.record import stamp
from monitor.model import Story
from monitor.text import clean, clean_line

CSV_COLUMNS = (
    "id",
    "published",
    "seen",
    "source",
    "title",
    "dek",
    "url",
    "lang",
    "section",
    "authors",
    "agency",
    "place",
    "topics",
    "score",
    "read",
    "starred",
    "triage",
    "assignee",
    "notes",
)

_MARKED = re.compile(r"([\\`*_\[\]<>#|~!&])")
_LEADING = re.compile(r"^(\s*)([-+>=]|\d+[.)])", re.MULTILINE)

_STYLE = (
    "body{max-width:46em;margin:2em auto;padding:0 1em;font:1rem/1.5 serif}"
    "h1,h2{font-family:sans-serif}small{color:#555}blockquote{margin-left:1em}"
)


def write_csv(stories: Iterable[Story], file: TextIO) -> int:
    """Comma-separated, with a head; no cell begins like a formula. How many rows."""
    writer = csv.writer(file)
    writer.writerow(CSV_COLUMNS)
    number = 0
    for number, story in enumerate(stories, start=1):  # noqa: B007 - counted for the caller
        writer.writerow([_inert(cell) for cell in _cells(story)])
    return number


def _cells(story: Story) -> Iterator[str]:
    item, state = story.item, story.state
    yield from (item.id, stamp(item.published) or "", stamp(item.seen) or "", item.source, item.title, item.dek or "")
    yield from (item.url or "", item.lang or "", " / ".join(item.section), "; ".join(item.authors))
    yield from (item.agency or "", item.place or "", " ".join(story.verdict.topics), f"{story.verdict.score:g}")
    yield from (str(state.read).lower(), str(state.starred).lower(), state.triage, state.assignee or "")
    yield " | ".join(f"{note.who}: {note.text}" for note in state.notes)


def _inert(cell: str) -> str:
    """A cell that no spreadsheet runs: one that would begin a formula begins with an apostrophe."""
    line = clean_line(cell, cap=4000)
    return f"'{line}" if line[:1] in {"=", "+", "-", "@", "|", "%"} else line


def write_list(stories: Iterable[Story], file: TextIO) -> int:
    """A Markdown list: headline, source, time. How many."""
    number = 0
    for number, story in enumerate(stories, start=1):  # noqa: B007
        file.write(f"- {_head(story)}\n")
    return number


def write_markdown(groups: Sequence[tuple[str, Sequence[Story]]], titles: Mapping[str, str], file: TextIO) -> None:
    """A briefing by topic."""
    file.write("# Briefing\n")
    for heading, stories in groups:
        file.write(f"\n## {_marked(heading)}\n")
        for story in stories:
            file.write(f"\n- {_head(story, titles)}\n")
            if story.item.dek:
                file.write(f"  {_marked(clean_line(story.item.dek, cap=2400))}\n")
            file.writelines(
                f"  - note, {_marked(clean_line(note.who))}: {_marked(clean_line(note.text, cap=4000))}\n"
                for note in story.state.notes
            )


def _head(story: Story, titles: Mapping[str, str] | None = None) -> str:
    item = story.item
    title = _marked(clean_line(item.title))
    linked = f"[{title}]({_link(item.url)})" if _of_web(item.url) else title
    source = _marked(clean_line((titles or {}).get(item.source, item.source)))
    return f"{linked} ({source}, {_when(story)})"


def _when(story: Story) -> str:
    return f"{story.item.published:%Y-%m-%d %H:%M} UTC" + (", guessed" if story.item.published_guessed else "")


def article(story: Story, source: str) -> str:
    """One story whole, as Markdown."""
    item, body = story.item, story.body
    parts = [f"# {_marked(clean_line(item.title))}", f"{_marked(clean_line(source))}, {_when(story)}"]
    if _of_web(item.url):
        parts.append(f"<{_link(item.url)}>")
    if item.dek:
        parts.append(f"*{_marked(clean_line(item.dek, cap=2400))}*")
    if body:
        parts.append(_marked(clean(body.text)))
        parts += [f"> {_marked(clean_line(caption, cap=2400))}" for caption in body.captions]
        if body.links:
            parts.append("\n".join(f"- <{_link(link)}>" for link in body.links if _of_web(link)))
    return "\n\n".join(part for part in parts if part)


def _marked(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _LEADING.sub(r"\1\\\2", _MARKED.sub(r"\\\1", text))


def _of_web(url: str | None) -> TypeGuard[str]:
    return url is not None and url.startswith(("http://", "https://"))


def _link(url: str) -> str:
    """An address that cannot end the link around it."""
    return quote(clean_line(url, cap=2000), safe=":/?#@!$&'*+,;=%~-._").replace("(", "%28").replace(")", "%29")


def write_html(groups: Sequence[tuple[str, Sequence[Story]]], titles: Mapping[str, str], file: TextIO) -> None:
    """A briefing by topic as one page without scripts, pictures or anything from elsewhere."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    file.write(
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>Briefing</title><style>{_STYLE}</style></head><body>\n<h1>Briefing</h1>\n"
    )
    for heading, stories in groups:
        file.write(f"<h2>{_html(heading)}</h2>\n")
        file.writelines(_html_story(story, titles) for story in stories)
    file.write("</body></html>\n")


def _html_story(story: Story, titles: Mapping[str, str]) -> str:
    item = story.item
    title = _html(item.title)
    if _of_web(item.url):
        title = f'<a rel="noreferrer" href="{escape(_link(item.url), quote=True)}">{title}</a>'
    text = (
        f"<p><strong>{title}</strong><br><small>{_html(titles.get(item.source, item.source))}, {_when(story)}</small>"
    )
    text += f"<br>{_html(item.dek)}" if item.dek else ""
    notes = "".join(f"<blockquote>{_html(note.who)}: {_html(note.text)}</blockquote>" for note in story.state.notes)
    return f"{text}</p>{notes}\n"


def _html(text: str) -> str:
    return escape(clean_line(text, cap=4000), quote=True)
