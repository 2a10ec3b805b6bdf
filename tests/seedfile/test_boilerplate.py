from __future__ import annotations

from monitor.seedfile import Boilerplate
from monitor.seedfile.boilerplate import WINDOW, block_key

PLEA = "This newsroom is paid for by its readers."


def _learned(count: int, sharing: int) -> Boilerplate:
    learned = Boilerplate()
    for number in range(count):
        own = f"Something that only {'abcdefghijklmnopqrstuvwxyz'[number]} says"
        learned.learn(f"{number}.txt", [own, PLEA] if number < sharing else [own])
    return learned


def test_three_files_and_a_fifth_of_the_source_make_boilerplate():
    assert block_key(PLEA) not in _learned_and_settled(2, 2)
    assert block_key(PLEA) in _learned_and_settled(3, 3)
    assert block_key(PLEA) in _learned_and_settled(15, 3)
    assert block_key(PLEA) not in _learned_and_settled(16, 3)


def _learned_and_settled(count: int, sharing: int) -> frozenset[str]:
    learned = _learned(count, sharing)
    learned.settle()
    return learned.known()


def test_settling_tells_what_is_new_once_and_who_holds_it():
    learned = _learned(5, 3)
    new = learned.settle()
    assert new == {block_key(PLEA)}
    assert learned.holders(new) == ("0.txt", "1.txt", "2.txt")
    assert learned.settle() == frozenset()


def test_what_was_learned_stays_when_files_go():
    learned = _learned(3, 3)
    learned.settle()
    for number in range(3):
        learned.forget(f"{number}.txt")
    assert block_key(PLEA) in learned.known()


def test_a_file_counts_once_however_often_it_is_read():
    learned = Boilerplate()
    for _ in range(5):
        learned.learn("a.txt", [PLEA, "own words"])
    assert learned.settle() == frozenset()


def test_copies_of_one_file_count_once():
    learned = Boilerplate()
    for number in range(5):
        learned.learn(f"{number}.txt", [PLEA, "the same words"])
    assert learned.settle() == frozenset()


def test_versions_of_one_story_count_once():
    story = [
        f"The {thing} of the harbour was counted on Friday by two clerks who did not agree on it at all"
        for thing in ("crane", "quay", "tug", "light")
    ]
    learned = Boilerplate()
    for number in range(4):
        learned.learn(
            f"update-{number}.txt",
            [*story, f"A new end of the story says {'abcd'[number]} and then it says no more than that today"],
        )
    assert learned.settle() == frozenset()


def test_numbers_case_and_space_make_no_difference():
    assert block_key("12 Comments") == block_key("3  comments")
    assert block_key("Twelve comments") != block_key("3 comments")


def test_it_survives_as_json_text():
    learned = _learned(5, 3)
    learned.settle()
    again = Boilerplate.load(learned.dump())
    assert again.known() == learned.known()
    assert again.dump() == learned.dump()
    assert Boilerplate.load("{broken").known() == frozenset()
    assert Boilerplate.load(None).known() == frozenset()


def test_only_the_latest_files_are_counted():
    learned = Boilerplate()
    for number in range(WINDOW + 10):
        learned.learn(f"{number}.txt", [f"line {chr(97 + number % 26)}{chr(97 + number // 26)}"])
    assert Boilerplate.load(learned.dump()).dump().count(".txt") == WINDOW
