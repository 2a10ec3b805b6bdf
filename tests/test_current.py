"""The config in force: taken up while all goes on, the last good one kept, written when asked."""

import pytest

from monitor import config
from monitor.current import CurrentConfig
from monitor.errors import QueryError, UsageError


def test_a_changed_config_is_taken_up_and_a_wrong_one_is_not(tmp_path):
    topics = tmp_path / "topics.toml"
    topics.write_text('[topics.arms]\ntitle = "Arms"\nquery = "missile~"\n')
    current = CurrentConfig(config.load(tmp_path, "memory:", {}))
    assert current.reload() == (False, ())
    topics.write_text('[topics.arms]\ntitle = "Arms and men"\nquery = "missile~ OR troops"\n')
    assert current.reload() == (True, ())
    assert current.topic("arms").title == "Arms and men"
    topics.write_text('[topics.arms]\ntitle = "Arms"\nquery = "missile~ AND"\n')
    changed, problems = current.reload()
    assert not changed
    assert "arms" in problems[0]
    topics.write_text('[topics.arms]\ntitel = "Arms"\nquery = "missile~"\n')
    changed, problems = current.reload()
    assert not changed
    assert "titel" in problems[0]
    assert current.topic("arms").title == "Arms and men"
    assert current.reload() == (False, ())
    assert current.problems() == problems
    topics.write_text('[topics.arms]\ntitle = "Arms again"\nquery = "missile~"\n')
    assert current.reload() == (True, ())
    assert current.problems() == ()


def test_a_saved_topic_is_on_disk_and_in_force(tmp_path):
    topics = tmp_path / "topics.toml"
    topics.write_text('# the desk\'s own\n[topics.arms]\ntitle = "Arms"\nquery = "missile~"  # to widen\n')
    current = CurrentConfig(config.load(tmp_path, "memory:", {}))
    current.save_topic("arms", "missile~ OR troops")
    assert current.topic("arms").query == "missile~ OR troops"
    assert "# the desk's own" in topics.read_text()
    before = topics.read_text()
    with pytest.raises(QueryError):
        current.save_topic("arms", "missile~ OR")
    assert topics.read_text() == before


def test_a_new_topic_has_an_id_of_its_title_and_is_saved_with_both(tmp_path):
    (tmp_path / "topics.toml").write_text('[topics.arms]\nquery = "missile~"\n')
    current = CurrentConfig(config.load(tmp_path, "memory:", {}))
    topic = current.new_topic(" Grain & Ships ")
    assert (topic.id, topic.title, topic.query) == ("grain-ships", "Grain & Ships", "")
    current.save_topic(topic.id, "grain OR ship~", title=topic.title)
    assert current.topic("grain-ships").title == "Grain & Ships"
    assert [topic.title for topic in current.settings.topics] == ["Arms", "Grain & Ships"]
    assert current.new_topic("Україна").id.startswith("topic-")
    for title, trouble in (("ARMS", 'there is a "arms" already'), (" ", "needs a title")):
        with pytest.raises(UsageError, match=trouble):
            current.new_topic(title)


def test_whatever_runs_moves_to_the_copy(monkeypatch, tmp_path):
    shipped = tmp_path / "shipped" / "config"
    shipped.mkdir(parents=True)
    (tmp_path / "shipped" / "seeds").mkdir()
    for name in config.FILES:
        (shipped / name).write_text("[topics.arms]\nquery = 'missile~'\n" if name == "topics.toml" else "")
    monkeypatch.setattr("monitor.config.places.shipped_folder", lambda: shipped)
    current = CurrentConfig(config.load(None, "memory:", {}))
    other = CurrentConfig(current.settings)
    current.save_topic("arms", "missile~ OR rocket~")
    assert current.topic("arms").query == "missile~ OR rocket~"
    assert str(config.user_folder()) in " ".join(current.problems())
    assert other.reload() == (True, ())
    assert other.topic("arms").query == "missile~ OR rocket~"
    assert (shipped / "topics.toml").read_text() == "[topics.arms]\nquery = 'missile~'\n"
