"""Hand-written stand-ins: a store in a dictionary, workers in this process, a feed server on loopback."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from types import SimpleNamespace
from typing import Any

from msgspec.structs import replace

from monitor.config import Network, Settings
from monitor.model import Addition, Memory, Page, Source, SourceHealth, State, Story, Verdict
from monitor.poll.worker import Catch, Job, work
from monitor.sources.http import Fetched
from monitor.store.port import Known
from tests.loopback import Request, listening, request_on

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class FakeLease:
    def __init__(self, store: FakeStore) -> None:
        self.store = store

    def acquire(self) -> bool:
        if self.store.leased:
            return False
        self.store.leased = True
        return True

    def beat(self, trouble: str | None = None) -> None:
        self.store.beats += 1
        self.store.trouble = trouble

    def release(self) -> None:
        self.store.leased = False

    def holder(self) -> Any:
        return SimpleNamespace(pid=1, host="here", trouble=self.store.trouble) if self.store.leased else None


class FakeStore:
    """The part of the port that the poller uses."""

    url = "memory:"
    uuid = "fake"
    read_only = False

    def __init__(self) -> None:
        self.prunes: list[dict[str, Any]] = []
        self.items: dict[tuple[str, str], Addition] = {}
        self.health: dict[str, SourceHealth] = {}
        self.memories: dict[str, Memory] = {}
        self.dropped: dict[str, list[Mapping[str, Any]]] = {}
        self.memos: dict[str, Mapping[str, Any]] = {}
        self.wishes: Any = False
        self.leased = False
        self.beats = 0
        self.trouble: str | None = None
        self.adds = 0
        self.rejudged: list[str] = []
        self.lock = threading.Lock()

    def known(self, source: str, keys: Collection[str]) -> Mapping[str, Known]:
        return {
            key: Known(id=self.items[source, key].item.id, digest=self.items[source, key].item.digest)
            for key in keys
            if (source, key) in self.items
        }

    def add(
        self,
        additions: Sequence[Addition],
        *,
        healths: Collection[SourceHealth] = (),
        memories: Mapping[str, Memory] | None = None,
    ) -> int:
        with self.lock:
            self.adds += 1
            for addition in additions:
                self.items[addition.item.source, addition.item.key] = addition
            self.health.update({health.source: health for health in healths})
            self.memories.update(memories or {})
        return self.adds

    def get(self, item_id: str) -> Story | None:
        for addition in self.items.values():
            if addition.item.id == item_id:
                return Story(item=addition.item, verdict=addition.verdict, state=State(), body=addition.body)
        return None

    def page(self, view: Any, *, limit: int = 200, after: str | None = None, bodies: bool = False, **_: Any) -> Page:
        ordered = sorted(self.items.values(), key=lambda a: (a.item.published, a.item.id), reverse=True)
        start = int(after or 0)
        stories = tuple(
            Story(item=a.item, verdict=a.verdict, state=State(), body=a.body) for a in ordered[start : start + limit]
        )
        more = start + limit < len(ordered)
        return Page(stories=stories, next=str(start + limit) if more else None, revision=self.adds)

    def count(self, view: Any) -> int:
        return len(self.items)

    def rejudge(self, verdicts: Iterable[tuple[str, Verdict]]) -> int:
        given = dict(verdicts)
        for key, addition in list(self.items.items()):
            if addition.item.id in given:
                self.items[key] = replace(addition, verdict=given[addition.item.id])
                self.rejudged.append(addition.item.id)
        return self.adds

    def healths(self) -> Mapping[str, SourceHealth]:
        return dict(self.health)

    def put_health(self, healths: Iterable[SourceHealth]) -> None:
        self.health.update({health.source: health for health in healths})

    def memory(self, source: str) -> Memory:
        return self.memories.get(source, Memory())

    def wish(self, sources: Collection[str] | None) -> None:
        self.wishes = sources

    def take_wishes(self) -> Any:
        taken, self.wishes = self.wishes, False
        return taken

    def put_drops(self, source: str, drops: Sequence[Mapping[str, Any]]) -> None:
        self.dropped.setdefault(source, []).extend(drops)

    def memo(self, name: str) -> Mapping[str, Any] | None:
        return self.memos.get(name)

    def put_memo(self, name: str, document: Mapping[str, Any] | None) -> None:
        if document is None:
            self.memos.pop(name, None)
        else:
            self.memos[name] = document

    def prune(self, **limits: Any) -> Mapping[str, int]:
        self.prunes.append(limits)
        return {"a": 1}

    def lease(self, name: str) -> FakeLease:
        return FakeLease(self)

    def titles(self) -> list[str]:
        return sorted(addition.item.title for addition in self.items.values())


class InProcess:
    """Workers without processes: the same work, here."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.jobs: list[Job] = []

    async def do(self, job: Job) -> Catch:
        self.jobs.append(job)
        return work(job, None)

    def judge_by(self, judges: Any) -> None:
        pass

    async def close(self) -> None:
        pass


@dataclass
class Served:
    """A client whose next answer is laid out for it: a body, or none for "not modified"."""

    body: bytes | None = b""
    max_age: float | None = None
    asked: list[Memory] = field(default_factory=list)

    async def fetch(self, source: Source, memory: Memory) -> Fetched:
        self.asked.append(memory)
        if self.body is None:
            return Fetched(
                status=304,
                body=b"",
                memory=memory,
                final_url=source.url or "",
                max_age=self.max_age,
                unmodified=True,
            )
        digest = blake2b(self.body).hexdigest()
        return Fetched(
            status=200,
            body=self.body,
            memory=replace(memory, etag=digest, digest=digest),
            final_url=source.url or "",
            max_age=self.max_age,
        )


def settings(*sources: Source, tmp_path: Any = None, **network: Any) -> Settings:
    return Settings(
        folder=tmp_path,
        origin="test",
        store="memory:",
        sources=sources,
        network=Network(**{"host_pause": 0.0, **network}),
    )


# ---------------------------------------------------------------- a feed server


def rss(*titles: str, guid: Callable[[str], str] = lambda title: f"urn:{title}", extra: str = "") -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>http://news.invalid/{title.replace(' ', '-')}</link>"
        f'<guid isPermaLink="false">{guid(title)}</guid><description>About {title}.</description>'
        f"<pubDate>Tue, 24 Nov 2026 10:00:00 GMT</pubDate></item>"
        for title in titles
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>Test</title>{extra}{items}</channel></rss>'
    ).encode()


@dataclass
class Server:
    """A raw loopback server: each handler writes bytes as it likes."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    routes: dict[str, Any] = field(default_factory=dict)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def body(self, path: str, body: bytes, *headers: str, status: str = "200 OK") -> None:
        head = "".join(f"{header}\r\n" for header in headers)
        self.routes[path] = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{head}\r\n".encode() + body


@asynccontextmanager
async def serving() -> Any:
    server = Server()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await request_on(reader)
            server.requests.append(request)
            route = server.routes.get(request.path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            if callable(route):
                route = await route(
                    SimpleNamespace(reader=reader, writer=writer, headers=request.headers, target=request.target)
                )
                if route is None:
                    break
            writer.write(route)
            await writer.drain()

    async with listening(answer) as server.port:
        yield server
