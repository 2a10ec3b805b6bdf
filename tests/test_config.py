"""The config: what it means, every way it can be wrong, and writing it without losing a comment."""

from __future__ import annotations

import os
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from monitor import config
from monitor.config import declare
from monitor.config.lines import line_of
from monitor.config.load import problems_of, source_id, store_url
from monitor.errors import ConfigError, MonitorError, UsageError
from monitor.model import Secret, Source, Topic

EMPTY = {"monitor.toml": "", "sources.toml": "", "topics.toml": "", "keys.toml": ""}


@pytest.fixture
def folder(tmp_path):
    """A config folder with four empty files, so that nothing that ships stands in."""
    for name, text in EMPTY.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text)


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        config.load(folder, "memory:", {})
    return caught.value.problems


# ------------------------------------------------------------------------------------------------ what it means


def test_the_example_of_the_interface(folder):
    write(
        folder,
        sources="""
            [[sources]]
            id = "bbc-world"
            url = "https://feeds.bbci.co.uk/news/world/rss.xml"
            title = "BBC World"
            every = "5m"
            tier = 1
            [[sources]]
            id = "desk-drops"
            path = "seeds"
            """,
        topics="""
            [topics.defense]
            title = "Defense"
            query = '''("defen?e minist*" OR missile~) NOT @sport-noise'''
            pane = true
            severity = 3
            [lists.sport-noise]
            query = '''section:sport'''
            """,
    )
    settings = config.load(folder, "memory:", {"MONITOR_USER": "ana"})
    assert settings.sources == (
        Source(
            id="bbc-world",
            title="BBC World",
            url="https://feeds.bbci.co.uk/news/world/rss.xml",
            every=300.0,
            tier=1,
        ),
        Source(id="desk-drops", title="seeds", path=str(folder / "seeds")),
    )
    assert settings.topics == (
        Topic(
            id="defense",
            title="Defense",
            query='("defen?e minist*" OR missile~) NOT @sport-noise',
            severity=3,
        ),
    )
    assert settings.lists == {"sport-noise": "section:sport"}
    assert settings.user == "ana"
    assert settings.origin == "--config"


def test_an_empty_folder_takes_everything_from_what_ships(tmp_path):
    settings = config.load(tmp_path, "memory:", {})
    shipped = config.load(config.shipped_folder(), "memory:", {})
    assert settings.sources == shipped.sources
    assert settings.topics == shipped.topics


def test_secrets_are_names_of_variables_or_commands(folder):
    write(
        folder,
        sources="""
            [[sources]]
            url = "https://example.org/feed"
            headers = { Authorization = { env = "TOKEN" }, X-Key = { command = "pass show key" }, Accept = "text/xml" }
            [defaults.headers."api.example.org"]
            Cookie = { env = "COOKIE" }
            """,
    )
    settings = config.load(folder, "memory:", {})
    assert settings.sources[0].headers == {
        "Authorization": Secret(env="TOKEN"),
        "X-Key": Secret(command="pass show key"),
        "Accept": "text/xml",
    }
    assert settings.network.headers == {"api.example.org": {"Cookie": Secret(env="COOKIE")}}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("5m", 300), ("1h30m", 5400), ("2d", 172800), ("1w", 604800), ("1.5h", 5400)],
)
def test_durations(text, seconds):
    assert config.duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "-5m", "5y", "1e3s", "99999999d", "5m!"])
def test_what_is_no_duration(text):
    with pytest.raises(ValueError):
        config.duration(text)


def test_ids_are_made_from_titles():
    assert source_id("BBC World", "https://x/") == "bbc-world"
    assert source_id("Le Monde — Défense", "https://x/") == "le-monde-defense"
    assert source_id("خبرگزاری", "https://www.irna.ir/rss").startswith("www-irna-ir-")


def test_two_sources_of_one_title_have_two_ids_that_do_not_depend_on_their_order(folder):
    one, two = (
        '[[sources]]\ntitle = "Wire"\nurl = "https://a.example/"\n',
        '[[sources]]\nurl = "https://b.example/"\n',
    )
    write(folder, sources=one + one.replace("a.example", "b.example") + two)
    ids = [source.id for source in config.load(folder, "memory:", {}).sources]
    assert ids[0] == "wire"
    assert ids[1].startswith("wire-")
    assert ids[2] == "b-example"
    assert len(set(ids)) == 3


def test_no_limit_is_written_as_nought(folder):
    write(folder, monitor="[retention]\ndays = 0\nper_source = 0\n")
    assert config.load(folder, "memory:", {}).retention == config.Retention(days=None, per_source=None)


# --------------------------------------------------------------------------------------------- where it is read


def test_the_order_of_lookup(tmp_path, monkeypatch):
    named, by_variable, users = tmp_path / "named", tmp_path / "variable", config.user_folder()
    for place in (named, by_variable, users):
        place.mkdir(parents=True)
    (users / "topics.toml").write_text("")
    environ = {"MONITOR_CONFIG": str(by_variable)}
    assert config.load(named, None, environ).folder == named
    assert config.load(None, None, environ).folder == by_variable
    assert config.load(None, None, {}).folder == users
    (users / "topics.toml").unlink()
    settings = config.load(None, None, {})
    assert (settings.folder, settings.origin) == (config.shipped_folder(), "shipped")


def test_the_order_of_lookup_of_the_store(folder, tmp_path):
    write(folder, monitor='store = "desk.db"\n')
    environ = {"MONITOR_STORE": "json:/news.json"}
    assert config.load(folder, "memory:", environ).store == "memory:"
    assert config.load(folder, None, environ).store == "json:/news.json"
    assert config.load(folder, None, {}).store == f"tinydb:{folder}/desk.db"
    write(folder, monitor="")
    assert config.load(folder, None, {}).store == f"tinydb:{config.data_folder()}/news.db"


def test_store_urls(tmp_path):
    assert store_url("news.db", tmp_path) == f"tinydb:{tmp_path}/news.db"
    assert store_url("json:news.json", tmp_path) == f"json:{tmp_path}/news.json"
    assert store_url("/x/news.json", tmp_path) == "json:/x/news.json"
    assert store_url("memory:", tmp_path) == "memory:"
    assert store_url("tinydb:/x/../y.db", tmp_path) == "tinydb:/y.db"


def test_what_is_no_store_is_refused_wherever_it_is_named(folder):
    for store, environ in (("bogus:/x", {}), (None, {"MONITOR_STORE": "bogus:/x"})):
        with pytest.raises(UsageError, match=r"bogus:/x: not a store \(say tinydb:PATH"):
            config.load(folder, store, environ)
    write(folder, monitor='store = "bogus:/x"\n')
    with pytest.raises(ConfigError, match=r"monitor.toml:1: store: bogus:/x: not a store"):
        config.load(folder, None, {})


def test_nothing_is_read_from_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "topics.toml").write_text("this is not TOML")
    monkeypatch.chdir(tmp_path)
    assert config.load(None, "memory:", {}).origin == "shipped"


def test_a_folder_that_is_named_must_be_there(tmp_path):
    with pytest.raises(ConfigError, match=r"--config: no such folder: .*config init"):
        config.load(tmp_path / "nowhere", None, {})
    with pytest.raises(ConfigError, match=r"\$MONITOR_CONFIG: no such folder"):
        config.load(None, None, {"MONITOR_CONFIG": str(tmp_path / "nowhere")})


# ------------------------------------------------------------------------------------------------- what is wrong


def test_every_problem_of_every_file_at_once(folder):
    write(
        folder,
        monitor="[retention]\ndays = -1\n[dashbord]\n",
        sources='[[sources]]\nurl = "ftp://x"\n\n[[sources]]\nevry = "5m"\nurl = "https://a/b"\n[defaults]\nproxy = 3\n',
        topics='[topics.defense]\ntitel = "x"\nquery = ""\n[lists.Noise]\nquery = "x"\n',
        keys="star = 3\n",
    )
    assert problems(folder) == (
        "monitor.toml:2: retention.days: must be a whole number up to 36500, 0 for no limit",
        'monitor.toml:3: dashbord: unknown key, did you mean "dashboard"?',
        'sources.toml:2: sources[1].url: must be an address that begins with "http://" or "https://"',
        'sources.toml:5: sources[2].evry: unknown key, did you mean "every"?',
        'sources.toml:8: defaults.proxy: must be a proxy address such as "http://proxy:3128" or "socks5://localhost:1080"',
        'topics.toml:2: topics.defense.titel: unknown key, did you mean "title"?',
        "topics.toml:3: topics.defense.query: must be a query, as text",
        'topics.toml:4: lists.Noise: a list\'s name must be an id of small letters, digits and "-", such as "bbc-world"',
        'keys.toml:1: star: must be a key such as "s" or "ctrl+r", or a list of keys',
    )


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("monitor", "store = ", "monitor.toml: Invalid value (at end of document)"),
        ("monitor", "store = 1", "monitor.toml:1: store: must be a text that is not empty"),
        ("monitor", "dashboard = 1", "monitor.toml:1: dashboard: must be a table, [dashboard]"),
        ("monitor", '[dashboard]\nkeys = "emacs"', '2: dashboard.keys: must be "vim" or "newsboat" or "mutt"'),
        ("sources", "sources = 1", "sources.toml:1: sources: must be tables, [[sources]]"),
        ("sources", "[sources]\nx = 1", "sources.toml:1: sources: must be tables, [[sources]]"),
        ("sources", "sources = [1]", "sources.toml:1: sources[1]: must be a table, [[sources]]"),
        ("sources", "[[sources]]\nid = 'x'", 'sources.toml:1: sources[1]: needs "url" or "path"'),
        ("sources", "[[sources]]\nurl='https://a/'\npath='b'", 'sources.toml:1: sources[1]: has both "url" and "path"'),
        ("sources", "[[sources]]\nurl='https://a/'\nid='A b'", "sources.toml:3: sources[1].id: must be an id"),
        ("sources", "[[sources]]\nurl='https://a/'\ntitle=\"\\u0000\"", "sources.toml:3: sources[1].title"),
        ("sources", '[[sources]]\nurl="https://a/\\u001b"', "holds a control character"),
        ("sources", "[[sources]]\nurl='https://a:99999/'", "sources[1].url: must be an address"),
        ("sources", "[[sources]]\nurl='https://a:99999/'", "its port is no number up to 65535"),
        ("sources", "[defaults]\nproxy='http://a:port'", "its port is no number up to 65535"),
        ("sources", "[defaults]\nproxy='http://a b:1'", "defaults.proxy: must be a proxy address"),
        (
            "sources",
            "[[sources]]\nurl='https://a/'\nid='a'\n[[sources]]\nid='a'\nurl='https://b/'",
            '"a" is used twice',
        ),
        ("sources", "[[sources]]\nurl='https://a/'\ntier=5", "sources[1].tier: must be a whole number from 1 to 4"),
        ("sources", "[[sources]]\nurl='https://a/'\ntier=true", "sources[1].tier: must be a whole number from 1 to 4"),
        ("sources", "[[sources]]\nurl='https://a/'\nenabled='no'", "sources[1].enabled: must be true or false"),
        ("sources", "[[sources]]\nurl='https://a/'\ntags='x'", "sources[1].tags: must be a list of texts"),
        ("sources", "[[sources]]\nurl='https://a/'\nheaders={A={env='X',command='y'}}", "sources[1].headers: must be"),
        ("sources", "[[sources]]\nurl='https://a/'\nheaders={'A b'='x'}", '"A b" is no header name'),
        ("sources", "[defaults]\nmax_bytes='10 MiB'", "defaults.max_bytes: must be a size"),
        ("topics", "topics = 3", "topics.toml:1: topics: must be a table, [topics.NAME]"),
        ("topics", "[topics.a]", 'topics.toml:1: topics.a: has no "query"'),
        ("topics", "[topics.a]\nquery='x'\nspelling='british'", 'topics.a.spelling: must be "both" or "exact"'),
        ("topics", "[[topics.a]]\nquery='x'", "topics.toml:1: topics.a: must be a table, [topics.NAME]"),
        ("topics", "[topics.a]\nquery='x'\n[topics.a]\nquery='y'", "topics.toml:3: "),
        ("keys", "[star]\nx=1", "keys.toml:1: star: must be a key"),
    ],
)
def test_a_problem_names_file_line_key_and_mend(folder, name, text, problem):
    write(folder, **{name: text})
    (line,) = problems(folder)
    assert problem in line


def test_files_that_cannot_be_read(folder):
    (folder / "topics.toml").write_bytes(b'[topics.a]\nquery = "\xff"')
    (folder / "keys.toml").write_text("a=" + "[" * 100_000)
    (folder / "monitor.toml").unlink()
    (folder / "monitor.toml").mkdir()
    (folder / "sources.toml").unlink()
    os.mkfifo(folder / "sources.toml")
    assert problems(folder) == (
        "monitor.toml: cannot be read: not a file",
        "sources.toml: cannot be read: not a file",
        "topics.toml: not UTF-8 at byte 21",
        "keys.toml: nested too deeply",
    )


def test_a_file_that_is_far_too_large_is_not_read(folder):
    with (folder / "topics.toml").open("w") as file:
        file.truncate(50_000_000)
    assert problems(folder) == ("topics.toml: cannot be read: larger than 5 MB",)


def test_a_byte_order_mark_is_no_problem(folder):
    (folder / "topics.toml").write_bytes(b"\xef\xbb\xbf[topics.a]\nquery = 'x'")
    assert config.load(folder, "memory:", {}).topics[0].id == "a"


def test_a_secret_that_others_can_read_is_warned_of(folder):
    write(
        folder,
        sources='[[sources]]\nurl = "https://me:hunter2@a/"\nheaders = { Authorization = "Bearer hunter2" }\n'
        'proxy = "http://me:hunter2@proxy:3128"\n[defaults]\nproxy = "socks5://me:hunter2@proxy:1080"\n',
    )
    (folder / "sources.toml").chmod(0o644)
    warnings = config.load(folder, "memory:", {}).warnings
    assert sorted(line.split(": ")[:2] for line in warnings) == [
        ["sources.toml:2", "sources[1].url"],
        ["sources.toml:3", "sources[1].headers.Authorization"],
        ["sources.toml:4", "sources[1].proxy"],
        ["sources.toml:6", "defaults.proxy"],
    ]
    assert all("chmod 600 sources.toml" in line and "hunter2" not in line for line in warnings)
    (folder / "sources.toml").chmod(0o600)
    assert config.load(folder, "memory:", {}).warnings == ()


def test_a_command_in_a_file_that_others_can_write_is_refused(folder):
    write(folder, sources="[[sources]]\nurl = 'https://a/'\nheaders = { A = { command = 'id' } }\n")
    (folder / "sources.toml").chmod(0o666)
    (line,) = problems(folder)
    assert line.startswith(
        "sources.toml:3: sources[1].headers.A: names a command, and another user can change this file"
    )


def test_a_command_in_a_file_of_another_user_is_refused(folder, monkeypatch):
    write(folder, sources="[[sources]]\nurl = 'https://a/'\nheaders = { A = { command = 'id' } }\n")
    (folder / "sources.toml").chmod(0o600)
    if os.getuid() == 0:
        os.chown(folder / "sources.toml", 12345, 12345)
    else:
        monkeypatch.setattr(os, "getuid", lambda: 12345)
    (line,) = problems(folder)
    assert "another user can change this file" in line


def test_one_feed_named_twice_is_warned_of(folder):
    write(folder, sources="[[sources]]\nid='a'\nurl='https://a/'\n[[sources]]\nid='b'\nurl='https://a/'\n")
    assert config.load(folder, "memory:", {}).warnings == (
        'sources.toml:4: sources[2]: "b" has the same address as "a"',
    )


_TOML_VALUE = st.recursive(
    st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from(
    [key.name for _, tables in declare.FILES.values() for table in tables for key in table.keys]
    + ["sources", "topics", "lists", "defaults", "retention", "dashboard"]
)


@given(
    st.sampled_from(sorted(EMPTY)),
    st.dictionaries(_KEYS, _TOML_VALUE | st.dictionaries(_KEYS, _TOML_VALUE, max_size=4), max_size=4),
)
def test_no_file_of_the_config_raises_anything_but_problems(tmp_path_factory, name, document):
    import tomlkit

    folder = tmp_path_factory.getbasetemp() / "nothing-here"
    text = tomlkit.dumps(document)
    tomllib.loads(text)
    assert all(line.startswith(name) and "\n" not in line for line in problems_of(folder, name, text))


@given(st.text(max_size=200))
def test_no_text_raises_anything_but_problems(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp() / "nothing-here"
    for name in EMPTY:
        problems_of(folder, name, text)


@given(st.lists(st.tuples(st.sampled_from("smhdw"), st.integers(0, 50)), min_size=1, max_size=4))
def test_durations_add_up(parts):
    text = "".join(f"{number}{unit}" for unit, number in parts)
    assert config.duration(text) == sum(config.duration(f"{number}{unit}") for unit, number in parts)


def test_lines_are_found_past_long_texts_and_arrays():
    text = "[a]\nx = '''\n[b]\ny = 1\n'''\n[[s]]\nk = 1\n[[s]]\n[s.h]\nz.'q w' = 2\n"
    assert line_of(text, ("a", "x")) == 2
    assert line_of(text, ("b",)) is None
    assert line_of(text, ("s", 0, "k")) == 7
    assert line_of(text, ("s", 1, "h", "z", "q w")) == 10
    assert line_of(text, ("s", 1, "nothing")) == 8


# ---------------------------------------------------------------------------------------------- the declarations


@pytest.mark.parametrize(
    ("table", "settings"),
    [
        (declare.DEFAULTS, config.Network),
        (declare.RETENTION, config.Retention),
        (declare.DASHBOARD, config.Dashboard),
        (declare.SOURCE, Source),
    ],
)
def test_every_setting_is_declared_with_its_default(table, settings):
    assert {key.name for key in table.keys} == {field.name for field in fields(settings)}
    by_name = {field.name: field.default for field in fields(settings)}
    for key in table.keys:
        if key.default is None and settings is not Source:
            assert key.kind.read(tomllib.loads(f"x = {key.example}")["x"]) == by_name[key.name]


def test_every_topic_key_is_declared():
    assert {key.name for key in declare.TOPIC.keys} | {"id"} == {field.name for field in fields(Topic)}


def test_every_example_is_right():
    for name, (_, tables) in declare.FILES.items():
        for table in tables:
            for key in table.keys:
                key.kind.read(tomllib.loads(f"x = {key.example}")["x"])
        assert not any(tomllib.loads(declare.commented(name)).values())


def test_monitor_toml_that_ships_names_every_key(root):
    assert (root / "config" / "monitor.toml").read_text() == declare.commented("monitor.toml")


def test_what_ships_is_right(root):
    settings = config.load(root / "config", "memory:", {})
    assert settings.warnings == ()
    assert settings.sources
    assert settings.topics


# -------------------------------------------------------------------------------------------------- writing it


def test_a_bare_set_has_every_key_and_nothing_of_ours(tmp_path):
    written = config.init(tmp_path / "desk", bare=True)
    assert [path.name for path in written] == ["monitor.toml", "sources.toml", "topics.toml", "keys.toml"]
    settings = config.load(tmp_path / "desk", None, {})
    assert (settings.sources, settings.topics, settings.lists) == ((), (), {})
    assert "[[sources]]" in (tmp_path / "desk" / "sources.toml").read_text()


def test_init_writes_a_set_that_loads_and_overwrites_nothing(tmp_path):
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "topics.toml").write_text("# mine\n")
    written = config.init(folder)
    assert {path.name for path in written} == {"monitor.toml", "sources.toml", "keys.toml", "seeds"}
    assert (folder / "topics.toml").read_text() == "# mine\n"
    assert config.init(folder) == ()
    settings = config.load(folder, "memory:", {})
    local = [source.path for source in settings.sources if source.path]
    assert local
    assert all(Path(path).exists() and path.startswith(str(folder)) for path in local)
    assert (folder / "sources.toml").stat().st_mode & 0o777 == 0o600


def test_what_ships_is_copied_before_it_is_changed():
    settings = config.load(None, "memory:", {})
    written = config.own_folder(settings)
    assert written.folder == config.user_folder()
    assert str(config.user_folder()) in (written.notice or "")
    assert config.load(None, "memory:", {}).origin == "user"
    assert config.own_folder(config.load(None, "memory:", {})) == config.Written(config.user_folder())


def test_saving_a_topic_keeps_comments_and_order(folder):
    before = (
        '# the desk\'s own\nspelling = "both"\n\n[topics.arms]  # ours\ntitle = "Arms"\nquery = \'missile~\'  # widen\n'
    )
    write(folder, topics=before + "[topics.other]\nquery = 'x'\n")
    config.save_topic(folder, "arms", "missile~ OR {NATO}")
    after = (folder / "topics.toml").read_text()
    assert "# the desk's own" in after
    assert "[topics.arms]  # ours" in after
    assert "# widen" in after
    topics = {topic.id: topic.query for topic in config.load(folder, "memory:", {}).topics}
    assert topics == {"arms": "missile~ OR {NATO}", "other": "x"}


def test_a_new_topic_can_be_saved(folder):
    config.save_topic(folder, "coups", '"palace coup" OR putsch')
    (topic,) = config.load(folder, "memory:", {}).topics
    assert (topic.id, topic.title, topic.query) == ("coups", "Coups", '"palace coup" OR putsch')


def test_a_new_topic_leaves_the_comment_of_what_follows_where_it_is(folder, root):
    shipped = (root / "config" / "topics.toml").read_text()
    write(folder, topics=shipped)
    config.save_topic(folder, "ports", "quay\nOR harbour~", title="Ports")
    config.save_topic(folder, "rail", "railway~", title="Rail")
    after = (folder / "topics.toml").read_text()
    new = "[topics.ports]\ntitle = \"Ports\"\nquery = '''\nquay\nOR harbour~'''\n\n"
    new += "[topics.rail]\ntitle = \"Rail\"\nquery = 'railway~'\n\n"
    place = shipped.index("# What sport says")
    assert after == shipped[:place] + new + shipped[place:]


def test_a_remark_on_the_last_topic_stays_with_it(folder):
    write(folder, topics="[topics.a]\nquery = 'x'\n# to widen\n")
    config.save_topic(folder, "b", "y")
    assert (folder / "topics.toml").read_text() == "[topics.a]\nquery = 'x'\n# to widen\n\n[topics.b]\nquery = 'y'\n"


def test_a_new_topic_goes_into_a_line_of_topics_too(folder):
    write(folder, topics="topics = {a = {query = 'x'}}\n")
    config.save_topic(folder, "b", "y")
    assert {topic.id for topic in config.load(folder, "memory:", {}).topics} == {"a", "b"}


def test_a_changed_query_keeps_its_lines(folder):
    write(folder, topics="[topics.a]\nquery = '''\n(\n  x\n)\n'''\n")
    config.save_topic(folder, "a", "(\n  x OR y\n)")
    assert (folder / "topics.toml").read_text() == "[topics.a]\nquery = '''\n(\n  x OR y\n)\n'''\n"


@given(st.text(st.characters(exclude_characters="\r\0", exclude_categories=("Cs",)), min_size=1, max_size=40))
def test_any_query_is_saved_as_it_is(tmp_path_factory, query):
    folder = tmp_path_factory.mktemp("config")
    (folder / "topics.toml").write_text("[topics.a]\nquery = 'x'\n")
    try:
        config.save_topic(folder, "a", query)
    except ConfigError:
        assert not query.strip()
    else:
        assert tomllib.loads((folder / "topics.toml").read_text())["topics"]["a"]["query"] == query


def test_sources_are_added_switched_and_removed(folder):
    write(folder, sources="# feeds\n[[sources]]\nid = 'a'\nurl = 'https://a/'  # first\n")
    (made,) = config.add_sources(
        folder, [{"title": "B World", "url": "https://b/", "every": "5m", "tags": ["x"], "lang": None}]
    )
    assert made == "b-world"
    config.set_enabled(folder, "b-world", False)
    settings = config.load(folder, "memory:", {})
    assert settings.source("b-world") == Source(
        id="b-world", title="B World", url="https://b/", every=300.0, tags=("x",), enabled=False
    )
    config.remove_source(folder, "b-world")
    assert "# feeds" in (folder / "sources.toml").read_text()
    assert "# first" in (folder / "sources.toml").read_text()
    assert [source.id for source in config.load(folder, "memory:", {}).sources] == ["a"]


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: config.add_sources(folder, [{"id": "a", "url": "https://b/"}]),
        lambda folder: config.add_sources(folder, [{"url": "https://c/"}, {"url": "https://b/", "every": "often"}]),
        lambda folder: config.add_sources(folder, [{"url": "javascript:1"}]),
        lambda folder: config.remove_source(folder, "nothing"),
        lambda folder: config.set_enabled(folder, "nothing", True),
    ],
)
def test_a_change_that_would_be_wrong_writes_nothing(folder, change):
    before = "[[sources]]\nid = 'a'\nurl = 'https://a/'\n"
    write(folder, sources=before)
    with pytest.raises(ConfigError):
        change(folder)
    assert (folder / "sources.toml").read_text() == before
    assert sorted(path.name for path in folder.iterdir()) == sorted(EMPTY)


def test_many_sources_are_added_at_once_and_two_of_one_title_have_two_ids(folder):
    made = config.add_sources(folder, [{"title": "News", "url": f"https://{n}.example/"} for n in range(300)])
    assert len(set(made)) == 300
    assert [source.id for source in config.load(folder, "memory:", {}).sources] == list(made)


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MonitorError, match="cannot be written"):
        config.init(tmp_path / "file" / "config")


def test_a_symlink_to_a_file_stays_one(folder, tmp_path_factory):
    real = tmp_path_factory.mktemp("dotfiles") / "topics.toml"
    real.write_text("[topics.a]\nquery = 'x'\n")
    (folder / "topics.toml").unlink()
    (folder / "topics.toml").symlink_to(real)
    config.save_topic(folder, "a", "y")
    assert (folder / "topics.toml").is_symlink()
    assert "y" in real.read_text()


def test_the_stamp_changes_with_a_file(folder):
    before = config.stamp(folder)
    assert config.stamp(folder) == before
    (folder / "keys.toml").unlink()
    assert config.stamp(folder) != before


NAMELESS = (
    "url = 'https://a.example/1'",
    "url = 'https://a.example/2'",
    "path = 'd'",
    "path = 'e/d'",
    "url = 'https://Б/'",
)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_source_is_changed_by_the_id_that_the_loader_gave_it(folder, mark):
    """Those that name neither id nor title have one all the same, and keep it when another goes."""
    write(folder, sources=mark + "".join(f"[[sources]]\n{line}\n" for line in NAMELESS))

    def loaded() -> dict[str, bool]:
        return {source.id: source.enabled for source in config.load(folder, "memory:", {}).sources}

    ids = list(loaded())
    assert len(set(ids)) == len(NAMELESS)
    for name in ids:
        config.set_enabled(folder, name, enabled=False)
        assert loaded()[name] is False
    assert config.add_sources(folder, [{"url": "https://a.example/3"}])[0] not in ids
    for number, name in enumerate(ids, 1):
        config.remove_source(folder, name)
        assert list(loaded())[:-1] == ids[number:]
    with pytest.raises(ConfigError, match='no source "d"'):
        config.remove_source(folder, "d")


def test_what_is_written_at_one_time_all_stands_there(folder):
    start = Barrier(8)

    def add(number: int) -> tuple[str, ...]:
        start.wait(10)
        return config.add_sources(folder, [{"id": f"s{number}", "url": f"http://news.example/{number}"}])

    with ThreadPoolExecutor(8) as threads:
        written = [name for names in threads.map(add, range(8)) for name in names]
    assert sorted(source.id for source in config.load(folder, None, {}).sources) == sorted(written)


def test_what_no_file_can_hold_is_said(folder):
    for values in ({"title": "a\udcff", "url": "http://news.example/"}, {"path": "drops/\udcff"}):
        with pytest.raises(ConfigError, match="no text"):
            config.add_sources(folder, [values])
    assert "http://news.example/" not in (folder / "sources.toml").read_text()
