"""What the reader is worth: the right sentence, the very words, and the honest refusal, within each question's article.

Ranks as ``Library.search`` does, and with parts of it left out. Writes its tables into bench/RESULTS.md and draws
docs/ablation.png and docs/reliability.png.

    python -m bench.reading                     # all questions
    python -m bench.reading --every 10 news     # a tenth of one set's, printed
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bench import spans
from bench.plots import draw_ablation, draw_reliability
from bench.quality import ROOT, HybridSearch
from bench.question_sets import QuestionSet, SetQuestion, load_question_set
from bench.results import to_table, write_section
from bench.scores import auroc, best_f1, calibration_error, f1_at, reciprocal_rank, reliability
from bench.ways import HYBRID, WAYS, WHOLE, Place, Ranker, Ranking
from bot.answer import THRESHOLD

SETS = ("xquad_en", "news", "squad2", "selqa_dev")
SPAN_SETS = ("xquad_en", "squad2")
"""Their answers are as short as can be. Those of news are what a person would say."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: how sure the best sentence was, the reciprocal rank of the right one, if there was any to find."""

    confidence: float
    rank: float
    answerable: bool
    yes_no: bool

    @property
    def right(self) -> bool:
        return self.rank == 1


@dataclass(frozen=True, slots=True)
class Marked:
    """The words marked as the answer, the quote that they stand in, and what people answered."""

    words: str
    quote: str
    answers: tuple[str, ...]


def judge(question: SetQuestion, ranking: Ranking) -> Asked:
    """Which sentence is right: each in which an answer stands, if only in part."""
    right = [any(_overlap(sentence, place) for place in question.places) for sentence in ranking.sentences]
    return Asked(ranking.confidence, reciprocal_rank(right), bool(question.places), question.yes_no)


def _overlap(one: Place, other: Place) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def sentences_row(asked: Sequence[Asked]) -> tuple[int, float, float, float]:
    """Questions with an answer, yes/no apart; recall@1 and MRR of its sentence; recall@1 for yes/no questions."""
    plain = [each for each in asked if each.answerable and not each.yes_no]
    yes_no = [each.right for each in asked if each.answerable and each.yes_no]
    return (
        len(plain),
        float(np.mean([each.right for each in plain])),
        float(np.mean([each.rank for each in plain])),
        float(np.mean(yes_no)) if yes_no else float("nan"),
    )


def abstention_row(asked: Sequence[Asked]) -> tuple[int, float, float, float, float, float, float, float]:
    """Questions; AUROC of "answerable"; F1, missed and wrongly answered at the threshold; best F1, where; ECE."""
    yes = [each.confidence for each in asked if each.answerable]
    no = [each.confidence for each in asked if not each.answerable]
    sure, right = [each.confidence for each in asked], [each.right for each in asked]
    answerable = [each.answerable for each in asked]
    return (
        len(asked),
        auroc(yes, no),
        f1_at(THRESHOLD, sure, right, answerable),
        float(np.mean(np.array(yes) < THRESHOLD)),
        float(np.mean(np.array(no) >= THRESHOLD)),
        *best_f1(sure, right, answerable),
        calibration_error(sure, right),
    )


def span_rows(name: str, marked: Sequence[Marked]) -> Iterable[tuple[str, str, int, float, float]]:
    """The set, what is compared, questions, exact match and F1."""
    for what in ("words", "quote"):
        texts = [(getattr(each, what), each.answers) for each in marked]
        exact = float(np.mean([spans.exact_match(*each) for each in texts]))
        label = "the words marked" if what == "words" else "the whole sentence"
        yield name, label, len(texts), exact, float(np.mean([spans.f1(*each) for each in texts]))


def measure(question_set: QuestionSet, every: int) -> tuple[dict[str, list[Asked]], list[Marked]]:
    """Ask each ``every``-th question in all ways."""
    search = HybridSearch(question_set.name, question_set.articles)
    ranker = Ranker(search)
    texts = {article.id: article.text for article in question_set.articles}
    asked: dict[str, list[Asked]] = {way: [] for way in WAYS}
    marked = []
    questions = question_set.questions[::every]
    for count, question in enumerate(questions, 1):
        rankings = ranker.rank(question)
        for way in WAYS:
            asked[way].append(judge(question, rankings[way]))
        words, text = rankings[WHOLE].marked, texts[question.article_id]
        if words and question.answers:
            quote = text[slice(*rankings[WHOLE].sentences[0])]
            marked.append(Marked(text[slice(*words)], quote, question.answers))
        if count % 100 == 0:
            print(f"{question_set.name}: {count} of {len(questions)}", file=sys.stderr, flush=True)
    search.library.close()
    return asked, marked


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--every", type=int, default=1, help="take each so-manieth question alone")
    options = parser.parse_args()
    found: list[tuple[str | float, ...]] = []
    refused: list[tuple[str | float, ...]] = []
    words: list[tuple[str | float, ...]] = []
    bars, curves = {}, {}
    for name in options.sets:
        asked, marked = measure(load_question_set("bench", name), options.every)
        rows = {way: sentences_row(asked[way]) for way in WAYS}
        found += [(name, way, *row) for way, row in rows.items()]
        bars[name] = {way: row[1] for way, row in rows.items()}
        if not all(each.answerable for each in asked[WHOLE]):
            refused += [(name, way, *abstention_row(asked[way])) for way in (HYBRID, WHOLE)]
        if name in SPAN_SETS:
            words += span_rows(name, marked)
        curves[name] = reliability([a.confidence for a in asked[WHOLE]], [a.right for a in asked[WHOLE]])
    body = _body(found, refused, words)
    print(body)
    if tuple(options.sets) == SETS:
        every = f" --every {options.every}" if options.every > 1 else ""
        write_section("reading", body, command=f"python -m bench.reading{every}")
        draw_ablation(bars, ROOT / "docs" / "ablation.png")
        draw_reliability(curves, ROOT / "docs" / "reliability.png")


def _body(
    found: Sequence[Sequence[str | float]],
    refused: Sequence[Sequence[str | float]],
    words: Sequence[Sequence[str | float]],
) -> str:
    sure = ("AUROC", "F1", "missed", "wrongly answered", "best F1", "at", "calibration error")
    parts = [
        (
            "The answering sentence, within its article",
            ("set", "search", "questions", "recall@1", "MRR", "recall@1, yes/no"),
            found,
        ),
        (
            f"Answer or refusal, at the threshold of {THRESHOLD} (and the best F1 of all thresholds)",
            ("set", "search", "questions", *sure),
            refused,
        ),
        (
            "The very words, of questions with an answer (SQuAD's exact match and F1)",
            ("set", "compared", "questions", "exact", "F1"),
            words,
        ),
    ]
    return "\n\n".join(f"**{title}**\n\n{to_table(head, rows)}" for title, head, rows in parts if rows)


if __name__ == "__main__":
    main()
