"""Ways to rank the sentences of an article for a question: the product's own, and what is left without its parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.quality import HybridSearch, LexicalSearch
from bench.question_sets import SetQuestion
from index.fusion import DENSE
from index.reader.reader import Reader, Reading, Run
from index.reading import read_candidates, read_each
from index.retrieval import Candidate

HYBRID, WHOLE = "hybrid", "hybrid + reader"
WAYS = ("dense", "BM25", HYBRID, "reader alone", WHOLE)
"""By their parts. "Reader alone" ranks what retrieval found by the reader's word only."""

Place = tuple[int, int]
"""A span of the article."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one way finds."""

    sentences: list[Place]
    """Best first."""
    confidence: float = 0.0
    """Of the first."""
    marked: Place | None = None
    """The words of the first that answer, where it was read."""


class Ranker:
    """Ranks in all ways, reading once."""

    def __init__(self, search: HybridSearch) -> None:
        """``search``: its library's articles are those that questions are asked of."""
        self._search = search
        self._lexical = LexicalSearch(search)
        self._reader = _Remembering()

    def rank(self, question: SetQuestion) -> dict[str, Ranking]:
        """A ranking of the sentences of the question's article for each of WAYS."""
        asked, within = question.question, [self._search.library_ids[question.article_id]]
        library = self._search.library
        candidates = library.retrieve(asked, articles=within)
        whole = read_candidates(self._reader, asked, candidates)
        alone = [
            ((sentence.start, sentence.end), reading.answers)
            for candidate, readings in read_each(self._reader, asked, candidates)
            for sentence, reading in zip(candidate.sentences, readings, strict=True)
        ]
        best = whole[0]
        return {
            "dense": Ranking(_ordered(_scored(library.retrieve(asked, articles=within, weights=DENSE)))),
            "BM25": Ranking([(start, end) for _, start, end in self._lexical.sentences(asked, question.article_id)]),
            HYBRID: Ranking(_ordered(_scored(candidates)), candidates[0].confidence),
            "reader alone": Ranking(_ordered(alone)),
            WHOLE: Ranking(_ordered(_scored(whole)), best.confidence, best.spans[best.scores.index(best.score)]),
        }


class _Remembering(Reader):
    """Reads nothing twice for one question."""

    def __init__(self) -> None:
        super().__init__()
        self._question = ""
        self._read: dict[tuple[Run, ...], list[list[Reading]]] = {}

    def read(self, question: str, runs: Sequence[Run], *, history: str = "") -> list[list[Reading]]:
        if question != self._question:
            self._question, self._read = question, {}
        if tuple(runs) not in self._read:
            self._read[tuple(runs)] = super().read(question, runs, history=history)
        return self._read[tuple(runs)]


def _scored(candidates: Iterable[Candidate]) -> list[tuple[Place, float]]:
    return [
        ((sentence.start, sentence.end), score)
        for candidate in candidates
        for sentence, score in zip(candidate.sentences, candidate.scores, strict=True)
    ]


def _ordered(scored: Iterable[tuple[Place, float]]) -> list[Place]:
    return [place for place, _ in sorted(scored, key=lambda each: (-each[1], each[0]))]
