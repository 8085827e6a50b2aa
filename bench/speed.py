"""How long a search takes: over a library of 1,000 passages, and over one article of 40 sentences.

Asks what an open program would be asked, one question after another, with the models loaded and as many threads as they
take by themselves. Run it on a machine that does nothing else; the tables go into bench/RESULTS.md.

    python -m bench.speed
    python -m bench.speed --questions 5     # printed alone
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from itertools import cycle, islice

import numpy as np

from bench.quality import HybridSearch
from bench.question_sets import QuestionSet, SetArticle, load_question_set
from bench.results import to_table, write_section
from index import Article, Library
from index.article import make_article
from index.embedding import load_encoder
from index.passages import SplitPassage, split_passages

PASSAGES, SENTENCES = 1_000, 40
GOALS = {"library": 400, "article": 150}
"""Milliseconds, the median of a search with the reader on two cores."""
QUESTIONS = 60
WARM_UP = 3
"""Questions asked before the clock counts."""

Times = dict[str, list[float]]
"""Milliseconds of each question, by what was done."""


def choose(question_set: QuestionSet) -> tuple[list[SetArticle], SetArticle]:
    """The first articles that have PASSAGES passages together; of them the one nearest to SENTENCES sentences."""
    chosen: list[SetArticle] = []
    lengths: list[int] = []
    passages = 0
    for article in question_set.articles:
        if passages >= PASSAGES:
            break
        splits = _split(make_article(article.text, title=article.title, source=None))
        passages += len(splits)
        chosen.append(article)
        lengths.append(sum(len(split.sentences) for split in splits))
    nearest = min(range(len(chosen)), key=lambda i: abs(lengths[i] - SENTENCES))
    print(f"{len(chosen)} articles of {passages} passages; the one alone has {lengths[nearest]} sentences")
    return chosen, chosen[nearest]


def _split(article: Article) -> list[SplitPassage]:
    encoder = load_encoder()
    return split_passages(article, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)


def clock(library: Library, questions: Sequence[str]) -> Times:
    """Milliseconds of retrieval, and of a search with the reader; reading is the difference."""
    library.load()
    for question in questions[:WARM_UP]:
        library.search(question)
    times: Times = {"retrieval": [], "reading": [], "search": []}
    for question in questions:
        began = time.perf_counter()
        library.search(question, read=False)
        between = time.perf_counter()
        library.search(question)
        ended = time.perf_counter()
        times["retrieval"].append(1000 * (between - began))
        times["search"].append(1000 * (ended - between))
        times["reading"].append(times["search"][-1] - times["retrieval"][-1])
    return times


def rows(name: str, times: Times, goal: int) -> list[tuple[str, str, int, int, int, str]]:
    """What was searched, what is timed, questions, median and 95th percentile in milliseconds, and the goal."""
    labels = {"retrieval": "without the reader", "reading": "the reader's share", "search": "with the reader"}
    return [
        (
            name,
            label,
            len(times[part]),
            round(float(np.median(times[part]))),
            round(float(np.percentile(times[part], 95))),
            str(goal) if part == "search" else "",
        )
        for part, label in labels.items()
    ]


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="of each; fewer than by default are printed")
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    question_set = load_question_set("train", "news")
    articles, alone = choose(question_set)
    of_all = {each.article_id: [] for each in question_set.questions}  # type: dict[str, list[str]]
    for each in question_set.questions:
        of_all[each.article_id].append(each.question)
    asked = [question for article in articles for question in of_all.get(article.id, ())]
    step = max(1, len(asked) // options.questions)
    library = HybridSearch("speed", articles).library
    table = rows(f"{PASSAGES:,} passages", clock(library, asked[::step][: options.questions]), GOALS["library"])
    library.close()
    with Library() as library:
        library.add_text(alone.text, title=alone.title)
        own = list(islice(cycle(of_all[alone.id]), options.questions))
        table += rows(f"one article of {SENTENCES} sentences", clock(library, own), GOALS["article"])
    body = (
        "**Milliseconds of a search, models loaded**\n\n"
        f"{to_table(('over', 'search', 'questions', 'median', '95th percentile', 'goal (median)'), table)}\n\n"
        f"Other work on the machine when this began: a load of {busy:.1f}."
    )
    print(body)
    if options.questions >= QUESTIONS:
        write_section("speed", body, command="python -m bench.speed")


if __name__ == "__main__":
    main()
