"""Stories, sources and topics whose every text tries to get at the terminal or at Textual."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from monitor.config import Dashboard, Settings
from monitor.model import Body, Hit, Note, Source, SourceHealth, Topic
from tests.tui.fake import NOW, FakeNewsroom, make_story

SEQUENCES = (
    "\x1b]0;pwned\x07", "\x1b]2;pwned\x1b\\", "\x1b]8;;file:///etc/passwd\x1b\\x\x1b]8;;\x1b\\", "\x1b]52;c;cHduZWQ=\x07",
    "\x1b]9;pwned\x07", "\x1b]777;notify;pwned;x\x07", "\x1bP$qm\x1b\\", "\x1b_Gpwned\x1b\\", "\x1b[6n", "\x1b[21t", "\x1b[2J",
    "\x1b[?1049l", "\x1bc", "\x90pwned\x9c", "\x9b2J", "\x9d0;pwned\x9c", "\x07\x08\x0b\x0c\x00\x7f", "\x1b",
)  # fmt: skip
MARKUP = (
    "[@click=app.screenshot('x','/tmp')]h[/]", "[link=file:///etc/passwd]x[/link]", "[on red]red[/]", "[/nope]", '[x="]',
    "[type=x, v={'a[0]'}]", "[@click=app.pwn('[')]X[/]", "[bold", "]]", "\\[", "[/]", "[$primary]",
)  # fmt: skip
SHAPES = (
    "a" + "\u0301" * 3000, "\u202egnp.exe\u202c", "\u200b\ufeff\u2066x\u2069", "العربية فارسی می‌خواهم", "漢字仮名交じり文" * 20, "👨‍👩‍👧‍👦 family",
    "\ufdfd" * 5, "\u00ad soft \u00ad", "\ud800 lone", "नमस्ते", "line\nbreak\x85nel\u2028ls\u2029ps", "\u115f\u3164\u2800",
)  # fmt: skip
TEXTS = SEQUENCES + MARKUP + SHAPES


def hostile_story(n: int):
    """A story with one hostile text in every field that can hold one."""
    text = TEXTS[n % len(TEXTS)]
    story = make_story(
        n, title=f"{text} title {n}", body=f"{text} body\n\n{text}\nsecond {text}", at=NOW - timedelta(minutes=n + 1)
    )
    item = replace(
        story.item, dek=f"dek {text}", authors=(text,), agency=text, place=text, section=(text, "x"), tags=(text,),
        url=f"https://h.example/{text}", kind=(None, "breaking", text)[n % 3], former_titles=(f"former {text}",),
    )  # fmt: skip
    body = Body(
        text=story.body.text,
        captions=(f"caption {text}",),
        links=(f"javascript:{text}", text),
        raw=f"raw {text}",
        notes=(f"note {text}",),
    )
    hit = Hit(topic="defense", field="title", term=text, text=text, start=0, end=len(text))
    verdict = replace(
        story.verdict,
        scores={"defense": 1.0, text: 2.0},
        hits=(hit, replace(hit, field="body"), replace(hit, field="caption")),
    )
    state = replace(story.state, assignee=text, tags=(text,), notes=(Note(text=text, who=text, at=NOW),))
    return replace(story, item=item, body=body, verdict=verdict, state=state)


def hostile_newsroom(count: int = len(TEXTS), **kwargs) -> FakeNewsroom:
    """Hostile stories from hostile sources under hostile topics."""
    sources = tuple(
        Source(id=name, title=f"{TEXTS[n]} source", url=f"https://{TEXTS[n]}/")
        for n, name in enumerate(("reuters", "afp", "presstv", "bbc"))
    )
    topics = (
        Topic(id="defense", title=f"{SEQUENCES[3]}{MARKUP[0]}Defense", query=f"army OR {MARKUP[3]}"),
        Topic(id="diplomacy", title=MARKUP[3], query="talks"),
    )
    settings = Settings(
        folder=Path("config"), origin="test", store="memory:", sources=sources, topics=topics,
        dashboard=Dashboard(extra_panes={f"{MARKUP[6]}{SEQUENCES[8]}": "army"}),
    )  # fmt: skip
    room = FakeNewsroom([hostile_story(n) for n in range(count)], settings=settings, **kwargs)
    for n, source in enumerate(sources):
        text = f"{SEQUENCES[n]}{MARKUP[n]}"
        room.healths[source.id] = SourceHealth(
            source=source.id, status="failing", message=f"error {text}", moved_to=text, failing_since=NOW
        )
    room.trouble = (f"problem {SEQUENCES[3]}{MARKUP[3]}",)
    return room
