"""Question to candidates: dense and lexical search propose passages, and every sentence of theirs is weighed.

The indexes hold what is needed to find passages and are derived from the store; the store has the rest.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.engines.base import VectorEngine
from index.fusion import HYBRID, Evidence, Weights, estimate_confidence, fuse
from index.lexical import LexicalIndex, LexicalPassage
from index.passages import Sentence
from index.store import Store, StoredPassage
from index.types import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEPTH = 50
"""How many passages the dense and the lexical search propose, each, at least.

Over 1,012 passages of news (data/train), the right one is among the first 20 as often as when all are weighed.
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer, and what speaks for each of its sentences."""

    passage: Passage
    title: str
    """Its article's."""
    revision: str
    """Its article's."""
    sentences: tuple[Sentence, ...]
    """By their offsets in the article; never empty."""
    evidence: tuple[Evidence, ...]
    """One for each sentence."""
    scores: tuple[float, ...]
    """One for each sentence: higher is better."""
    score: float
    """What candidates are ordered by: the best sentence's, unless a reader knows better."""
    confidence: float
    """The probability, in [0, 1], that the best sentence answers."""
    stances: tuple[tuple[float, float, float], ...] = ()
    """One for each sentence that was read, as in ``Hit.stance``; empty where none was."""
    spans: tuple[tuple[int, int], ...] = ()
    """The words that answer of each sentence that was read, by their offsets in the article; empty where none was."""


class Indexes:
    """The dense and the lexical index of a library. Not safe to share between threads: its owner holds a lock."""

    def __init__(self, engine: VectorEngine) -> None:
        """``engine``: an empty one; it holds each passage as the mean of its sentences' vectors."""
        self._engine = engine
        self._lexical = LexicalIndex()
        self._passages: dict[int, list[int]] = {}

    def sync(self, store: Store) -> None:
        """Take in what was added to the store since, and forget what was removed."""
        import numpy as np

        held = store.article_numbers()
        for article in self._passages.keys() - held.keys():
            self._engine.remove(self._passages.pop(article))
            self._lexical.remove(article)
        for article in sorted(held.keys() - self._passages.keys()):
            passages = store.passages_of(article)
            self._passages[article] = [stored.number for stored, _ in passages]
            self._engine.add(self._passages[article], np.stack([_mean(vectors) for _, vectors in passages]))
            self._lexical.add(
                article, [LexicalPassage(s.number, s.with_context, s.sentence_texts) for s, _ in passages]
            )

    def retrieve(
        self,
        store: Store,
        question: str,
        vector: NDArray[np.float32],
        *,
        depth: int = DEPTH,
        articles: Collection[int] | None = None,
        weights: Weights = HYBRID,
    ) -> list[Candidate]:
        """Return the candidates of a question, best first; ties in the order of article ids and places.

        ``vector``: the question's. ``depth``: how many passages each search proposes. ``articles``: numbers of those to
        look in; None for all. ``weights``: HYBRID, or DENSE or LEXICAL alone.
        """
        numbers = self._propose(question, vector, depth, articles, weights)
        words = self._lexical.weigh(question, articles=articles)
        found = [
            self._weigh(stored, vectors, vector, words, weights) for stored, vectors in store.passages(sorted(numbers))
        ]
        return sorted(found, key=lambda found: (-found.score, found.passage.article_id, found.passage.start))

    def _propose(
        self,
        question: str,
        vector: NDArray[np.float32],
        depth: int,
        articles: Collection[int] | None,
        weights: Weights,
    ) -> set[int]:
        """The numbers of the passages that either search finds."""
        found: list[tuple[int, float]] = []
        depth = min(depth, len(self._engine))
        if depth and weights.uses_dense:
            among = (
                None if articles is None else [number for each in articles for number in self._passages.get(each, ())]
            )
            found += self._engine.search(vector, depth, among=among)
        if depth and weights.uses_lexical:
            found += self._lexical.search(question, depth, articles=articles)
        return {number for number, _ in found}

    def _weigh(
        self,
        stored: StoredPassage,
        vectors: NDArray[np.float32],
        question: NDArray[np.float32],
        words: dict[str, float],
        weights: Weights,
    ) -> Candidate:
        """A candidate of a passage: the evidence for each sentence, and what it comes to."""
        passage_dense = float(_mean(vectors) @ question)
        shared = [self._lexical.shared(words, text) for text in stored.sentence_texts]
        anywhere = self._lexical.shared(words, stored.context).union(*shared)
        passage_lexical = _weight(anywhere, words)
        evidence = tuple(
            Evidence(float(cosine), passage_dense, _weight(in_sentence, words), passage_lexical)
            for cosine, in_sentence in zip(vectors @ question, shared, strict=True)
        )
        scores = tuple(fuse(each, weights) for each in evidence)
        return Candidate(
            passage=stored.passage,
            title=stored.title,
            revision=stored.revision,
            sentences=stored.sentences,
            evidence=evidence,
            scores=scores,
            score=max(scores),
            confidence=estimate_confidence(max(scores)),
        )


def _weight(shared: set[str], words: dict[str, float]) -> float:
    """What the shared words weigh together, in [0, 1]; summed in the question's order, so the same in every run."""
    return min(1.0, sum(weight for word, weight in words.items() if word in shared))


def _mean(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of sentence vectors, (n, dimension), of unit length.

    It finds passages about as well as the passage's own vector, without running the model over the text a second time.
    """
    import numpy as np

    mean: NDArray[np.float32] = vectors.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return mean / length if length else mean
