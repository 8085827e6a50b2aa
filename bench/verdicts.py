"""How often the verdict on a yes/no question is right, and how often one is given.

Goes through ``Library.search`` and ``bot.answer.decide`` within each question's article. A verdict is right where it is
the one that the article's author noted; to a question that is undecided or not answered, any is wrong. The questions of
data/bench are new to reader and weights; those held out are new to the reader, and weighed with what the other articles
give (bench/fit_verdict.py). Writes its tables into bench/RESULTS.md.

    python -m bench.verdicts                 # all, and the section in RESULTS.md
    python -m bench.verdicts --held-out      # without data/bench, printed
    python -m bench.verdicts --all-extra     # with all of the extra articles: the reader was trained on none of them
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import numpy as np

from bench.fit_verdict import answered, cross_validate, is_right, to_features
from bench.results import to_table, write_section
from bench.verdict_data import VerdictQuestion, bench_questions, held_out
from bot.answer import decide
from bot.types import Verdict
from bot.verdict import LEAST_SURE, judge
from index.questions import is_yes_no

SHARES = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
"""Shares of the questions at which the curve is read."""


def shown_row(name: str, questions: Sequence[VerdictQuestion]) -> tuple[str, int, int, int, int, float, float]:
    """The set, questions, those known as yes/no, verdicts given, of them right, precision, and the share given."""
    given = [
        (verdict, question)
        for question in questions
        if (verdict := decide(question.question, question.question, question.hits).verdict)
    ]
    right = sum(verdict == question.verdict for verdict, question in given)
    known = sum(is_yes_no(question.question) for question in questions)
    precision = right / len(given) if given else float("nan")
    return name, len(questions), known, len(given), right, precision, len(given) / len(questions)


def curve_row(name: str, sure: np.ndarray, right: np.ndarray, total: int) -> tuple[str | float, ...]:
    """Precision where the surest verdicts are given to each of SHARES of ``total`` questions."""
    order = np.argsort(-sure)
    counts = [min(len(order), max(1, round(share * total))) for share in SHARES]
    return name, *(float(right[order[:count]].mean()) for count in counts)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held-out", action="store_true", help="leave data/bench out")
    parser.add_argument("--all-extra", action="store_true", help="take all extra articles")
    options = parser.parse_args()
    shown, curves = [], []
    if not options.held_out:
        questions = bench_questions()
        read = answered(questions)
        shown.append(shown_row("bench news", questions))
        sure = np.array([judge(each.question, each.hits[0])[1] for each in read])
        curves.append(curve_row("bench news", sure, is_right(read), len(questions)))
    kept = held_out(all_extra=options.all_extra)
    read = answered(kept)
    sure, right = cross_validate(to_features(read), is_right(read), [each.article_id for each in read]), is_right(read)
    for name, wanted in (("held-out news", True), ("held-out extra", False)):
        total = sum((each.set == "news") == wanted for each in kept)
        mine = np.array([(each.set == "news") == wanted for each in read])
        given = mine & (sure >= LEAST_SURE)
        count, good = int(given.sum()), int(right[given].sum())
        known = sum(is_yes_no(each.question) for each in kept if (each.set == "news") == wanted)
        shown.append((name, total, known, count, good, good / count if count else float("nan"), count / total))
        curves.append(curve_row(name, sure[mine], right[mine], total))
    head = ("set", "yes/no questions", "known as such", "verdicts", "right", "precision", "coverage")
    body = (
        f"**Verdicts, shown from a probability of {LEAST_SURE}**\n\n{to_table(head, shown)}\n\n"
        "**Precision, were a verdict given to the surest share of the questions**\n\n"
        f"{to_table(('set', *map(str, SHARES)), curves)}"
    )
    print(body)
    partly = sum(decide(q.question, q.question, q.hits).verdict is Verdict.PARTLY for q in kept)
    print(f"\npartly: {partly} times on held-out questions")
    if not (options.held_out or options.all_extra):
        write_section("verdicts", body, command="python -m bench.verdicts")


if __name__ == "__main__":
    main()
