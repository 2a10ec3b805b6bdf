"""Every key of every config file, declared once, for the loader, `config init` and docs/configuration.md."""

from __future__ import annotations

import re

from msgspec import Struct

from monitor.config import kinds
from monitor.config.kinds import Kind


class Key(Struct, frozen=True):
    """A key: its kind, what it means, an example as TOML, and the default in words where it is not the example."""

    name: str
    kind: Kind
    doc: str
    example: str
    default: str | None = None
    required: bool = False


class Table(Struct, frozen=True):
    """A table of a file; `header` as it is written ("" is the top of the file), NAME standing for any name."""

    header: str
    doc: str
    keys: tuple[Key, ...]

    def key(self, name: str) -> Key | None:
        """The key of that name."""
        return next((key for key in self.keys if key.name == name), None)


_SPELLING = kinds.choice("both", "exact")

TOP = Table(
    "",
    "How the monitor as a whole behaves.",
    (
        Key(
            "store",
            kinds.TEXT,
            "Where items are kept: a store URL (`tinydb:FILE`, `json:FILE`, `memory:`) or a file. A relative one "
            "starts at the config folder. `--store` and `$MONITOR_STORE` come first.",
            '"tinydb:~/news.db"',
            "`news.db` in the user's data folder",
        ),
    ),
)

RETENTION = Table(
    "[retention]",
    "How long items are kept. What is starred, assigned or noted stays for ever.",
    (
        Key("days", kinds.limit(36_500), "Items first seen longer ago are pruned; 0 keeps them.", "90"),
        Key("per_source", kinds.limit(10_000_000), "At most so many items of one source; 0 is no limit.", "20000"),
    ),
)

DASHBOARD = Table(
    "[dashboard]",
    "How the dashboard looks and answers.",
    (
        Key(
            "theme",
            kinds.TEXT,
            "The colours: a theme of the dashboard (`T` there goes through them).",
            '"newsroom-dark"',
        ),
        Key(
            "keys",
            kinds.choice("vim", "newsboat", "mutt"),
            "Whose habits the keys follow.",
            '"vim"',
        ),
        Key("all_pane", kinds.FLAG, "Show the pane of all items.", "true"),
        Key("starred_pane", kinds.FLAG, "Show the pane of starred items.", "true"),
        Key(
            "extra_panes",
            kinds.QUERIES,
            "Saved queries that are panes as well: a title and its query each.",
            '{ "Big stories" = "outlets:>=3 published:-24h..now" }',
            "none",
        ),
        Key("measure", kinds.count(20, 400), "Columns that a body is wrapped to at the most.", "80"),
        Key("mouse", kinds.FLAG, "Listen to the mouse; `false` leaves selecting text to the terminal.", "true"),
        Key("clock", kinds.FLAG, "Show the time; `false` writes nothing at all while nothing happens.", "true"),
    ),
)

SOURCE = Table(
    "[[sources]]",
    "A feed or local text; one such table for each.",
    (
        Key(
            "id",
            kinds.ID,
            "What the source is called in queries (`source:bbc-world`) and commands. It should never change.",
            '"bbc-world"',
            "made from the title",
        ),
        Key("title", kinds.TEXT, "What people see.", '"BBC World"', "the host of the address, or the name of the path"),
        Key(
            "url",
            kinds.URL,
            "The address of a feed: RSS, Atom or JSON Feed. A source has either this or `path`.",
            '"https://feeds.bbci.co.uk/news/world/rss.xml"',
        ),
        Key(
            "path",
            kinds.TEXT,
            "Local text: a file, a folder (watched, with all below) or a glob; relative to the config folder.",
            '"drops/*.txt"',
        ),
        Key(
            "every",
            kinds.DURATION,
            "Time between two polls; the source's own rhythm when left out.",
            '"5m"',
            "adaptive",
        ),
        Key("tier", kinds.count(1, 4), "1 wire or official … 4 blog.", "1", "2"),
        Key("enabled", kinds.FLAG, "`false` keeps the source and its items, and polls it no more.", "true"),
        Key(
            "lang",
            kinds.TEXT,
            "The language of its items where they do not say.",
            '"en"',
            "as the feed says, else detected",
        ),
        Key("tags", kinds.TEXTS, "Words that every item of it gets (`tag:wire`).", '["wire", "europe"]', "none"),
        Key(
            "headers",
            kinds.HEADERS,
            'Request headers. Secrets only as `{ env = "NAME" }` or `{ command = "pass show news/token" }`.',
            '{ Authorization = { env = "NEWS_TOKEN" } }',
            "none",
        ),
        Key(
            "insecure",
            kinds.FLAG,
            "`true` skips the check of its certificate, and is shown with it.",
            "false",
        ),
        Key(
            "proxy", kinds.PROXY, "A proxy for this source alone.", '"socks5://localhost:1080"', "that of `[defaults]`"
        ),
        Key(
            "spool",
            kinds.TEXT,
            'For a file that grows: how its records are parted, `"blank"` (a blank line) or a regular expression.',
            '"blank"',
            "the file is one text",
        ),
    ),
)

DEFAULTS = Table(
    "[defaults]",
    "How the network is used for all sources.",
    (
        Key("user_agent", kinds.TEXT, "How the monitor names itself.", '"newsroom-monitor/0.1"'),
        Key(
            "proxy",
            kinds.PROXY,
            "A proxy for all sources. The environment's proxies are not used unasked.",
            '"http://proxy:3128"',
            "none",
        ),
        Key("connect_timeout", kinds.DURATION, "To get a connection.", '"10s"'),
        Key("read_timeout", kinds.DURATION, "Between two pieces of an answer.", '"15s"'),
        Key("total_timeout", kinds.DURATION, "For one answer, with all redirects.", '"40s"'),
        Key("max_bytes", kinds.SIZE, "The largest answer, unpacked.", '"10 MB"'),
        Key("concurrency", kinds.count(1, 256), "Requests at one time, over all hosts; one host has one.", "32"),
        Key("host_pause", kinds.DURATION, "Between two requests to one host.", '"1s"'),
        Key("min_interval", kinds.DURATION, "No source is polled more often, but one whose `every` says so.", '"1m"'),
        Key("max_interval", kinds.DURATION, "No source is polled less often, but one whose `every` says so.", '"6h"'),
        Key(
            "headers",
            kinds.HEADERS_BY_HOST,
            "Request headers by host; they are sent to that host alone. Secrets as in a source's `headers`.",
            '{ "api.example.org" = { Authorization = { command = "pass show news/api" } } }',
            "none",
        ),
        Key(
            "allow_hosts",
            kinds.TEXTS,
            "Hosts on private networks that may be connected to. A source's own `url` allows only a host whose name "
            "says so: a literal address, localhost, a bare or internal name.",
            '["intranet.example"]',
            "none",
        ),
    ),
)

SPELLING = Table(
    "",
    "How all topics are read.",
    (
        Key(
            "spelling",
            _SPELLING,
            '`"both"`: a word also finds its British or American twin (defence, defense); `"exact"`: it does not.',
            '"both"',
        ),
    ),
)

TOPIC = Table(
    "[topics.NAME]",
    "A watchlist: a query, and a pane of the dashboard.",
    (
        Key("title", kinds.TEXT, "What people see.", '"Defense"', "the name, capitalised"),
        Key(
            "query",
            kinds.QUERY,
            "What it looks for, in the query language.",
            "'missile~ OR {NATO}'",
            "none; it must be there",
            required=True,
        ),
        Key("pane", kinds.FLAG, "Show it as a pane.", "true"),
        Key("severity", kinds.count(1, 5), "How loud it is: 1 background … 5 alarm.", "3", "2"),
        Key("spelling", _SPELLING, "As above, for this topic alone.", '"exact"', "as above"),
    ),
)

LIST = Table(
    "[lists.NAME]",
    "A query that others use as `@NAME`: synonyms, transliterations, what to leave out.",
    (
        Key(
            "query",
            kinds.QUERY,
            "The query that stands for the name.",
            "'section:sport OR ATLEAST/2(goal~ OR league)'",
            "none; it must be there",
            required=True,
        ),
    ),
)

KEYS = Table(
    "",
    "A command of the dashboard and the keys that give it, instead of the preset's. `?` in the dashboard, and "
    "docs/keys.md, name the commands.",
    (Key("COMMAND", kinds.KEYS, "One key, or a list of keys.", '["s", "ctrl+s"]', "as the preset"),),
)

FILES: dict[str, tuple[str, tuple[Table, ...]]] = {
    "monitor.toml": (
        "Behaviour: the store, how long items are kept, how the dashboard looks.",
        (TOP, RETENTION, DASHBOARD),
    ),
    "sources.toml": ("What comes in: feeds and local text.", (DEFAULTS, SOURCE)),
    "topics.toml": ("What is looked for: watchlists, and the lists they use.", (SPELLING, TOPIC, LIST)),
    "keys.toml": ("Which keys give which command in the dashboard.", (KEYS,)),
}


def default_of(key: Key) -> str:
    """The default as it is told: in words where there are any, else the example."""
    return key.default if key.default is not None else f"`{key.example}`"


def commented(name: str) -> str:
    """A file of the config with every key there is, each explained and each commented out."""
    about, tables = FILES[name]
    lines = [f"# {about}", "# Each key stands here with its default or an example; take away the # to change it.", ""]
    for table in tables:
        lines += _wrapped(table.doc)
        lines += [table.header if "NAME" not in table.header and "[[" not in table.header else f"# {table.header}"]
        for key in table.keys:
            lines += ["", *_wrapped(key.doc + ("" if key.default is None else f" Left out: {key.default}."))]
            lines += [f"# {key.name} = {key.example}"]
        lines += [""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _wrapped(text: str) -> list[str]:
    from textwrap import wrap

    return wrap(text, width=100, initial_indent="# ", subsequent_indent="# ")


def reference() -> str:
    """The keys of all files as Markdown, for docs/configuration.md."""
    lines: list[str] = []
    for name, (about, tables) in FILES.items():
        lines += [f"## {name}", "", about, ""]
        for table in tables:
            lines += [f"### `{table.header}`" if table.header else "### At the top of the file", "", table.doc, ""]
            lines += ["| key | must be | means | left out |", "|---|---|---|---|"]
            for key in table.keys:
                cells = (f"`{key.name}`", key.kind.what, key.doc, default_of(key))
                lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"]
            lines += ["", "```toml"]
            lines += [table.header] if table.header else []
            lines += [f"{key.name} = {key.example}" for key in table.keys]
            lines += ["```", ""]
    return "\n".join(lines)
