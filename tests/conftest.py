"""Fixtures that any test may use: data that is not ours to ship, a clock that stands still, a feed server on loopback."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import settings

from tests.clock import Clock

_told = {name: value for name, value in os.environ.items() if name.startswith("TEXTUAL")}
import_module("monitor.tui")  # forgets what the environment tells Textual; the snapshot plugin needs its own part again
os.environ.update(_told)

settings.register_profile("suite", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("long", deadline=None, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

ROOT = Path(__file__).resolve().parent.parent
TIMED = (
    "tests/terminal/",
    "tests/endtoend/",
    "tests/tui/test_lag.py",
    "tests/tui/test_terminal.py",
    "tests/cli/test_process.py",
    "tests/test_docs.py::test_every_picture_shows",
)
"""What is timed, on a terminal, on the event loop or among hostile feeds: these tests run with nothing beside them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is timed."""
    for item in items:
        if item.nodeid.startswith(TIMED):
            item.add_marker(pytest.mark.terminal)


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real and hostile data that the project may read but not ship."""
    folder = Path(os.environ.get("NEWSROOM_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the shared data is not here ({folder}; $NEWSROOM_SHARED_DATA names another place)")
    return folder


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test reads or writes the config, data or log of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("MONITOR_CONFIG", "MONITOR_STORE", "MONITOR_USER", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    return home


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at a Monday morning."""
    return Clock()


@dataclass
class FeedServer:
    """Documents by path on loopback, with the requests that were made for them."""

    url: str
    pages: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def put(self, path: str, body: str | bytes, *, status: int = 200, content_type: str = "application/rss+xml") -> str:
        """Serve a document; its address."""
        self.pages[path] = (status, content_type, body.encode() if isinstance(body, str) else body)
        return self.url + path

    def feed(self, path: str, *titles: str, body: str = "") -> str:
        """Serve an RSS feed of items with these titles; its address."""
        items = "".join(
            f"<item><title>{title}</title><guid isPermaLink='false'>{path}#{number}</guid>"
            f"<link>{self.url}{path}/{number}</link><description>{body}</description>"
            f"<pubDate>Mon, 23 Nov 2026 09:{number % 60:02}:00 GMT</pubDate></item>"
            for number, title in enumerate(titles)
        )
        return self.put(
            path, f"<?xml version='1.0'?><rss version='2.0'><channel><title>Wire</title>{items}</channel></rss>"
        )


@pytest.fixture
def feed_server() -> Iterator[FeedServer]:
    """A feed server on a free port of loopback, gone after the test."""
    serving: Callable[[], FeedServer]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served = serving()
            served.requests.append((self.path, dict(self.headers)))
            status, content_type, body = served.pages.get(self.path, (404, "text/plain", b"no such page"))
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = FeedServer(f"http://127.0.0.1:{server.server_port}")
    serving = lambda: state  # noqa: E731
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
    thread.join()
