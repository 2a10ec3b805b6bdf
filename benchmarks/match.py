"""What matching costs: tokenising a 3 kB article, judging it by the default topics, and 15 topics against 1,000.

    python benchmarks/match.py            # prints one line for each figure; exit 1 when a limit is passed
    python benchmarks/match.py --rounds 3

Times are CPU milliseconds of this thread, the median over rounds; ratios come from the same rounds, taken in turn.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from headline import headline

from monitor.model import Body, Item, Topic
from monitor.query import Document, Watchlists

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 11, 24, tzinfo=UTC)
TOKENISE_LIMIT, JUDGE_LIMIT, SCALE_LIMIT = 0.5, 1.0, 5.0
ARTICLE_CHARACTERS = 3000

SENTENCES = """
The foreign minister’s office said on Tuesday that talks over the cease-fire would resume in Geneva next week.
Two officials, who spoke on condition of anonymity, said the U.S. delegation had asked for more time.
“We have seen this before,” said one of them, adding that 1,200 people were still waiting at the border.
Oil prices rose by 2.3 percent after the refinery in the north of the country was hit for the third time this month.
Aid groups warned that hospitals were running out of fuel and that the road to the port remained closed.
In the capital, commuters waited for buses as the power grid failed again; schools sent their pupils home at noon.
The central bank kept its interest rate at 11 percent and said it expected inflation to ease by the spring.
Analysts at a London-based institute noted that neither side had moved troops since the weekend.
The report, published at 10:30 by a parliamentary committee, runs to 340 pages and names no one.
Residents of the old town described a night of heavy rain, with water standing knee-deep in Bishop’s Lane.
A spokeswoman for the ministry declined to comment on whether the minister’s deputy would travel.
The company, which makes valves and gauges, said the attack on its network had not reached the factory floor.
""".strip().splitlines()


def articles() -> list[tuple[str, str]]:
    """Titles and bodies of about 3 kB, each with its sentences in another order."""
    order = random.Random(1)
    bodies = []
    for _ in range(40):
        body = ""
        while len(body) < ARTICLE_CHARACTERS:
            order.shuffle(SENTENCES)
            body += " ".join(SENTENCES[:4]) + "\n\n"
        bodies.append(("Talks to resume in Geneva as oil prices rise", body[:ARTICLE_CHARACTERS]))
    return bodies


def document(title: str, body: str) -> Document:
    item = Item(
        id="1", source="s", key="k", digest="d", story="s", url=None, title=title, lang="en", published=NOW, seen=NOW
    )
    return Document(item, Body(text=body), now=NOW, tz=UTC)


def default_topics() -> Watchlists:
    tables = tomllib.loads((ROOT / "config/topics.toml").read_text(encoding="utf-8"))
    topics = [Topic(id=name, title=name, query=table["query"]) for name, table in tables["topics"].items()]
    return Watchlists(topics, {name: table["query"] for name, table in tables["lists"].items()})


def made_up_topics(count: int) -> Watchlists:
    """Topics of 20 terms: words that no article here holds, but for one in every fiftieth topic."""
    chance = random.Random(2)
    syllables = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "ol")]
    held = ["minister~", "inflation", '"interest rate"', "refiner*", "{U.S.}", "border NEAR/5 people"]

    def term() -> str:
        word = "".join(chance.choices(syllables, k=4))
        return chance.choice([word, f"{word}~", f'"{word} {word[:5]}"', f"{word[:6]}*", f"{word} NEAR/5 {word[:6]}"])

    topics = []
    for number in range(count):
        terms = [term() for _ in range(20)]
        if number % 50 == 0:
            terms[0] = chance.choice(held)
        topics.append(Topic(id=f"t{number}", title="t", query=" OR ".join(terms)))
    return Watchlists(topics, {})


def milliseconds(act, things) -> float:
    started = time.thread_time()
    for each in things:
        act(each)
    return (time.thread_time() - started) * 1000 / len(things)


def tokenised(text: tuple[str, str]) -> Document:
    made = document(*text)
    made.words.vocabulary  # noqa: B018  # worked out when asked
    return made


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    wanted = parser.parse_args()
    texts = articles()
    default, few, many = default_topics(), made_up_topics(15), made_up_topics(1000)
    on = [len(watchlists.judge(document(*texts[0])).scores) for watchlists in (default, few, many)]
    rounds: dict[str, list[float]] = {"tokenise": [], "default": [], "few": [], "many": []}
    for _ in range(wanted.rounds):
        rounds["tokenise"].append(milliseconds(tokenised, texts))
        rounds["default"].append(milliseconds(default.judge, [tokenised(text) for text in texts]))
        for name, watchlists in (("few", few), ("many", many)):
            rounds[name].append(milliseconds(lambda text, judge=watchlists.judge: judge(document(*text)), texts))
    ratio = statistics.median(many / few for many, few in zip(rounds["many"], rounds["few"], strict=True))
    tokenise, judge, fifteen, thousand = (statistics.median(values) for values in rounds.values())
    headline(f"tokenise an article of {ARTICLE_CHARACTERS:,} characters", f"{tokenise:.2f} ms", f"{TOKENISE_LIMIT} ms")
    headline(f"judge it by the default topics, {on[0]} match", f"{judge:.2f} ms", f"{JUDGE_LIMIT} ms")
    headline(f"both, by 15 topics of 20 terms, {on[1]} match", f"{fifteen:.2f} ms")
    headline(
        f"both, by 1,000 of them, {on[2]} match", f"{thousand:.2f} ms, {ratio:.1f} times that", f"{SCALE_LIMIT} times"
    )
    return 0 if tokenise <= TOKENISE_LIMIT and judge <= JUDGE_LIMIT and ratio <= SCALE_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
