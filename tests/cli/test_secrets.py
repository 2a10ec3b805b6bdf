"""Secrets reach one origin and nothing else: no screen, no log, no export, no other host (safety cases 26, 59, 60)."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.redact import redact

CANARIES = ("canary-user-7", "canary-query-7", "canary-header-7", "canary-command-7", "canary-proxy-7")


def monitor(desk, *words: str) -> str:
    """Everything that a command writes to its two streams, with the status before it."""
    done = subprocess.run(
        [sys.executable, "-m", "monitor", *words, "--config", str(desk.config), "--store", desk.store],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "NEWS_TOKEN": "canary-header-7"},
    )
    return f"{done.returncode}\n{done.stdout}\n{done.stderr}"


def artefacts(*folders: Path) -> str:
    """The bytes of every file below some folders, as text."""
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return "\n".join(path.read_bytes().decode("latin-1") for path in files if path.name != "sources.toml")


@pytest.fixture
def secretive(desk, feed_server):
    """A desk whose one source has every kind of secret."""
    address = feed_server.url.replace("http://", "http://ana:canary-user-7@")
    (desk.config / "sources.toml").write_text(
        f"""
        [[sources]]
        id = "secret"
        url = "{address}/feed.xml?token=canary-query-7"
        [sources.headers]
        Authorization = {{ env = "NEWS_TOKEN" }}
        X-Api-Key = {{ command = "printf canary-command-7" }}
        """
    )
    (desk.config / "sources.toml").chmod(0o600)
    return desk


@pytest.mark.parametrize("answer", [401, 200])
def test_no_secret_stands_in_anything_that_is_written(secretive, feed_server, own_home, tmp_path, answer):
    feed_server.put("/feed.xml?token=canary-query-7", "<html>no feed</html>", status=answer, content_type="text/html")
    written = [
        monitor(secretive, "poll", "--once", "-vv"),
        monitor(secretive, "poll", "--once", "secret", "--json"),
        monitor(secretive, "sources", "check"),
        monitor(secretive, "sources", "list", "--json"),
        monitor(secretive, "sources", "export"),
        monitor(secretive, "doctor"),
        monitor(secretive, "config", "check", "-vv"),
        artefacts(own_home, tmp_path),
    ]
    asked = [headers for path, headers in feed_server.requests if path.startswith("/feed.xml")]
    assert asked
    assert asked[0]["X-Api-Key"] == "canary-command-7"
    for text in written:
        for canary in CANARIES:
            assert canary not in text


def test_secrets_do_not_follow_a_redirect(secretive, feed_server):
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    seen = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, str(self.headers)))
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    class Redirecting(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{elsewhere.server_port}/feed.xml")
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Elsewhere) as elsewhere, HTTPServer(("127.0.0.1", 0), Redirecting) as first:
        servers = [Thread(target=server.serve_forever, args=(0.02,)) for server in (elsewhere, first)]
        for server in servers:
            server.start()
        text = (
            (secretive.config / "sources.toml")
            .read_text()
            .replace(feed_server.url[7:], f"127.0.0.1:{first.server_port}")
        )
        allowed = '[defaults]\nallow_hosts = ["localhost"]\n'
        (secretive.config / "sources.toml").write_text(allowed + text)
        output = monitor(secretive, "sources", "check", "-vv")
        elsewhere.shutdown()
        first.shutdown()
        for server in servers:
            server.join()
    assert seen, output
    for canary in CANARIES:
        assert canary not in str(seen)
        assert canary not in output


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("false", "failed (exit 1)"),
        ("no-such-program-here", "did not start"),
        ("sh -c 'printf \"\\\\033]0;canary-command-7\\\\007\"'", "no header may hold"),
        ("sh -c 'echo canary-command-7 >&2; exit 3'", "failed (exit 3)"),
    ],
)
def test_a_secret_command_that_fails_is_told_without_a_word_of_its_output(desk, feed_server, command, line):
    url = feed_server.feed("/feed.xml", "One")
    (desk.config / "sources.toml").write_text(
        f'[[sources]]\nid = "a"\nurl = "{url}"\nheaders = {{ A = {{ command = """{command}""" }} }}\n'
    )
    (desk.config / "sources.toml").chmod(0o600)
    text = monitor(desk, "sources", "check")
    assert line in text
    assert "canary" not in text
    assert "\x1b" not in text
    assert feed_server.requests == []


@pytest.mark.parametrize(
    "text",
    [
        "https://user:canary@canary-2@news.example/feed",
        "https://ana:canary-user-7@example.org/",
        "https://example.org/?a=1&api_key=canary-user-7&b=2",
        "https://example.org/feed?token=canary-user-7",
        "Authorization: Bearer canary-user-7",
        "{'Authorization': 'Bearer canary-user-7'}",
        "Cookie: sid=canary-user-7",
        "x-auth-token: canary-user-7",
        "socks5://canary-user-7@localhost:1",
        "in the environment: canary-header-7",
    ],
)
def test_texts_lose_their_credentials(text, monkeypatch):
    monkeypatch.setenv("NEWS_TOKEN", "canary-header-7")
    assert "canary" not in redact(text)


def test_case_38_the_log_is_private_and_goes_through_no_link(own_home):
    from monitor.cli.faults import record
    from monitor.config import log_file

    before = os.umask(0)
    try:
        assert "written to" in record(ValueError("first"))
        assert log_file().stat().st_mode & 0o777 == 0o600
        assert log_file().parent.stat().st_mode & 0o777 == 0o700
    finally:
        os.umask(before)
    victim = own_home / "victim"
    victim.write_text("precious")
    log_file().unlink()
    log_file().symlink_to(victim)
    assert "written to" not in record(ValueError("second"))
    assert victim.read_text() == "precious"


def test_the_log_is_single_safe_lines(capsys):
    from monitor.cli.faults import log_to_stderr

    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        log_to_stderr(2)
        logging.getLogger("monitor.test").warning(
            "title: %s", "a\nb\x1b]0;x\x07\x9bc\u202ed https://a:canary-user-7@x/"
        )
        written = capsys.readouterr().err
    finally:
        root.handlers, root.level = before
    assert written.count("\n") == 1
    assert "canary" not in written
    assert all(ord(letter) >= 32 or letter == "\n" for letter in written)
    assert "\u202e" not in written
