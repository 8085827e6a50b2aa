"""Question to candidates: dense and lexical search propose passages, and every sentence of theirs is scored.

The indexes hold what is needed to find passages and are derived from the store; the store has the rest.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.engines.base import VectorEngine
from index.fusion import HYBRID, Evidence, Weights, confidence, fuse
from index.lexical import LexicalIndex
from index.passages import Sentence
from index.store import Store, StoredPassage
from index.types import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEPTH = 50
"""How many passages the dense and the lexical search propose, each, at least."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer, with a score for each of its sentences."""

    passage: Passage
    title: str
    """Its article's."""
    revision: str
    """Its article's."""
    sentences: tuple[Sentence, ...]
    """By their offsets in the article; never empty."""
    scores: tuple[float, ...]
    """One for each sentence: higher is better."""
    score: float
    """What candidates are ordered by."""
    confidence: float
    """The probability, in [0, 1], that the best sentence answers."""


class Indexes:
    """The dense and the lexical index of a library. Not safe to share between threads: its owner holds a lock."""

    def __init__(self, engine: VectorEngine) -> None:
        self._engine = engine
        self._lexical = LexicalIndex()
        self._passages: dict[int, list[int]] = {}

    def sync(self, store: Store) -> None:
        """Take in what was added to the store since, and forget what was removed."""
        held = store.article_numbers()
        for article in self._passages.keys() - held.keys():
            self._engine.remove(self._passages.pop(article))
            self._lexical.remove(article)
        for article in sorted(held.keys() - self._passages.keys()):
            passages, vectors = store.passages_of(article)
            self._engine.add([stored.number for stored in passages], vectors)
            self._lexical.add(article, [(s.number, f"{s.context}\n{s.passage.text}") for s in passages])
            self._passages[article] = [stored.number for stored in passages]

    def retrieve(
        self,
        store: Store,
        question: str,
        vector: NDArray[np.float32],
        *,
        k: int,
        articles: Collection[int] | None = None,
        weights: Weights = HYBRID,
    ) -> list[Candidate]:
        """Return at least ``k`` candidates, where there are so many, best first; ties in the order of their ids."""
        depth = max(DEPTH, 2 * k)
        among = None if articles is None else [number for held in articles for number in self._passages.get(held, ())]
        numbers: set[int] = set()
        if weights.uses_dense:
            numbers.update(number for number, _ in self._engine.search(vector, depth, among=among))
        if weights.uses_lexical:
            numbers.update(self._lexical.search(question, depth, articles=articles))
        found = []
        for stored, passage_vector, sentence_vectors in store.passages(sorted(numbers)):
            text = stored.passage.text
            starts = [(s.start - stored.passage.start, s.end - stored.passage.start) for s in stored.sentences]
            lexical = self._lexical.score(question, [f"{stored.context}\n{text}", *(text[a:b] for a, b in starts)])
            evidence = [
                Evidence(float(dense), shared, float(passage_vector @ vector), lexical[0])
                for dense, shared in zip(sentence_vectors @ vector, lexical[1:], strict=True)
            ]
            scores = tuple(fuse(each, weights) for each in evidence)
            found.append(_to_candidate(stored, scores))
        return sorted(found, key=lambda found: (-found.score, found.passage.article_id, found.passage.start))


def _to_candidate(stored: StoredPassage, scores: tuple[float, ...]) -> Candidate:
    best = max(scores)
    return Candidate(stored.passage, stored.title, stored.revision, stored.sentences, scores, best, confidence(best))
