"""Question to candidates: dense and lexical search propose passages, and every sentence of theirs is weighed.

The finder proposes passages; the store has them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.engines.base import mean_vector
from index.fusion import HYBRID, Evidence, Weights, estimate_confidence, fuse
from index.passages import Sentence
from index.store import Finder, Store, StoredPassage
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


def retrieve(
    store: Store,
    finder: Finder,
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
    numbers = finder.propose(question, vector, depth=depth, articles=articles, weights=weights)
    words = finder.weigh(question, articles=articles)
    found = [
        _weigh(finder, stored, vectors, vector, words, weights) for stored, vectors in store.passages(sorted(numbers))
    ]
    return sorted(found, key=lambda found: (-found.score, found.passage.article_id, found.passage.start))


def _weigh(
    finder: Finder,
    stored: StoredPassage,
    vectors: NDArray[np.float32],
    question: NDArray[np.float32],
    words: dict[str, float],
    weights: Weights,
) -> Candidate:
    """A candidate of a passage: the evidence for each sentence, and what it comes to."""
    passage_dense = float(mean_vector(vectors) @ question)
    shared = [finder.shared(words, text) for text in stored.sentence_texts]
    anywhere = finder.shared(words, stored.context).union(*shared)
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
