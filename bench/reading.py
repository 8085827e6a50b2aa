"""What the reader is worth: the right sentence, and the honest refusal, within each question's article.

Goes through ``Library.search``, with the reader and without it. Writes its tables into bench/RESULTS.md and draws
docs/reliability.png.

    python -m bench.reading                     # all questions
    python -m bench.reading --every 10 news     # a tenth of one set's, printed
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.quality import ROOT, HybridSearch
from bench.question_sets import SetQuestion, load_question_set
from bench.results import to_table, write_section
from bench.scores import auroc
from bot.answer import THRESHOLD

SETS = ("xquad_en", "news", "squad2")
PLOT = ROOT / "docs" / "reliability.png"
BINS = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: how sure the first hit was, whether it was right, whether there was anything to find."""

    confidence: float
    right: bool
    answerable: bool
    yes_no: bool
    seconds: float


def ask(search: HybridSearch, questions: Sequence[SetQuestion], *, read: bool) -> list[Asked]:
    """The best sentence of each question's article, read or as retrieved."""
    asked = []
    for question in questions:
        began = time.perf_counter()
        hits = search.library.search(
            question.question, 1, articles=[search.library_ids[question.article_id]], read=read
        )
        seconds = time.perf_counter() - began
        quote, answer = hits[0].quote, question.answer
        right = answer is not None and quote.start < answer[1] and answer[0] < quote.end
        asked.append(Asked(hits[0].confidence, right, answer is not None, question.yes_no, seconds))
    return asked


def calibration_error(asked: Sequence[Asked]) -> float:
    """Expected calibration error over ten equal bins (Guo et al. 2017)."""
    return sum(abs(sure - share) * count for sure, share, count in reliability(asked)) / len(asked)


def reliability(asked: Sequence[Asked]) -> list[tuple[float, float, int]]:
    """For each bin that is not empty: the mean confidence, the share that was right, and how many there were."""
    found = []
    for low in range(BINS):
        mine = [each for each in asked if min(BINS - 1, int(each.confidence * BINS)) == low]
        if mine:
            sure, share = np.mean([each.confidence for each in mine]), np.mean([each.right for each in mine])
            found.append((float(sure), float(share), len(mine)))
    return found


def sentences_row(asked: Sequence[Asked]) -> tuple[int, float, float, float]:
    """Questions with an answer; recall@1 of its sentence; the same for yes/no questions; median seconds."""
    plain = [each.right for each in asked if each.answerable and not each.yes_no]
    yes_no = [each.right for each in asked if each.answerable and each.yes_no]
    return (
        len(plain) + len(yes_no),
        float(np.mean(plain)),
        float(np.mean(yes_no)) if yes_no else float("nan"),
        float(np.median([each.seconds for each in asked])),
    )


def abstention_row(asked: Sequence[Asked]) -> tuple[int, float, float, float, float, float]:
    """Questions; AUROC of "answerable"; F1, missed and wrongly answered at the threshold; calibration error."""
    yes = [each for each in asked if each.answerable]
    no = [each for each in asked if not each.answerable]
    given = [each for each in asked if each.confidence >= THRESHOLD]
    right = sum(each.right for each in given)
    return (
        len(asked),
        auroc([each.confidence for each in yes], [each.confidence for each in no]),
        2 * right / (len(given) + len(yes)),
        float(np.mean([each.confidence < THRESHOLD for each in yes])),
        float(np.mean([each.confidence >= THRESHOLD for each in no])),
        calibration_error(asked),
    )


def draw(curves: dict[str, list[tuple[float, float, int]]], target: Path) -> None:
    """The reliability diagram."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5, 5))
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for name, curve in curves.items():
        axes.plot([sure for sure, _, _ in curve], [share for _, share, _ in curve], marker="o", label=name)
    axes.set(xlabel="how sure the program is", ylabel="how often the quote answers", xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False)
    figure.savefig(target, dpi=110, bbox_inches="tight")


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--every", type=int, default=1, help="take each so-manieth question alone")
    options = parser.parse_args()
    sentences, abstention, curves = [], [], {}
    for name in options.sets:
        question_set = load_question_set("bench", name)
        search = HybridSearch(name, question_set.articles)
        questions = question_set.questions[:: options.every]
        for way, read in (("hybrid", False), ("hybrid + reader", True)):
            asked = ask(search, questions, read=read)
            sentences.append((name, way, *sentences_row(asked)))
            print(sentences[-1], flush=True)
            if not all(each.answerable for each in asked):
                abstention.append((name, way, *abstention_row(asked)))
                print(abstention[-1], flush=True)
            if read:
                curves[name] = reliability(asked)
        search.library.close()
    found = ("set", "search", "questions", "recall@1", "recall@1, yes/no", "seconds")
    refused = ("set", "search", "questions", "AUROC", "F1", "missed", "wrongly answered", "calibration error")
    body = (
        "**The answering sentence, within its article** (seconds: the median of a search)\n\n"
        f"{to_table(found, sentences)}\n\n"
        f"**Answer or refusal, at the threshold of {THRESHOLD}**\n\n{to_table(refused, abstention)}"
    )
    print(body)
    if tuple(options.sets) == SETS:
        every = f" --every {options.every}" if options.every > 1 else ""
        write_section("reading", body, command=f"python -m bench.reading{every}")
        draw(curves, PLOT)


if __name__ == "__main__":
    main()
