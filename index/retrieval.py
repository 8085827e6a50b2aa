"""Question to candidates: dense and lexical search propose passages, and every sentence of theirs is weighed.

The finder proposes passages; the store has them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from index.engines.base import mean_vectors
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

RECENT = 2_048
"""Passages kept as they were weighed last: 12 kB each. Reading one anew takes 80 microseconds, of a question's 90."""


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


class RecentPassages:
    """Passages of a store as weighing needs them, the last ones kept: of one article all stay, and questions are quick.

    Not safe to share between threads: its owner holds a lock.
    """

    def __init__(self) -> None:
        self._held: OrderedDict[int, _Prepared] = OrderedDict()

    def get(self, store: Store, finder: Finder, numbers: Collection[int]) -> list[_Prepared]:
        """The passages of these numbers that the store has, in their order. A number never means another passage."""
        missing = sorted(set(numbers) - self._held.keys())
        new = store.passages(missing) if missing else []
        means = mean_vectors([vectors for _, vectors in new]) if new else ()
        for (stored, vectors), mean in zip(new, means, strict=True):
            words = tuple(finder.words(text) for text in stored.sentence_texts)
            anywhere = finder.words(stored.context).union(*words)
            self._held[stored.number] = _Prepared(stored, vectors, mean, words, anywhere)
        found = []
        for number in sorted(numbers):
            if number in self._held:
                self._held.move_to_end(number)
                found.append(self._held[number])
        while len(self._held) > RECENT:
            self._held.popitem(last=False)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A passage with all that does not depend on the question."""

    stored: StoredPassage
    vectors: NDArray[np.float32]
    mean: NDArray[np.float32]
    words: tuple[frozenset[str], ...]
    """Of each sentence."""
    anywhere: frozenset[str]
    """Of all sentences, the title and the heading."""


def retrieve(
    store: Store,
    finder: Finder,
    question: str,
    vector: NDArray[np.float32],
    *,
    depth: int = DEPTH,
    articles: Collection[int] | None = None,
    weights: Weights = HYBRID,
    recent: RecentPassages | None = None,
) -> list[Candidate]:
    """Return the candidates of a question, best first; ties in the order of article ids and places.

    ``vector``: the question's. ``depth``: how many passages each search proposes. ``articles``: numbers of those to
    look in; None for all. ``weights``: HYBRID, or DENSE or LEXICAL alone. ``recent``: what to keep passages in.
    """
    import numpy as np

    numbers = finder.propose(question, vector, depth=depth, articles=articles, weights=weights)
    words = finder.weigh(question, articles=articles)
    passages = (recent or RecentPassages()).get(store, finder, numbers)
    if not passages:
        return []
    cosines = iter((np.concatenate([each.vectors for each in passages]) @ vector).tolist())
    of_passages = (np.stack([each.mean for each in passages]) @ vector).tolist()
    found = [
        _weigh(passage, list(islice(cosines, len(passage.words))), of_passage, words, weights)
        for passage, of_passage in zip(passages, of_passages, strict=True)
    ]
    return sorted(found, key=lambda found: (-found.score, found.passage.article_id, found.passage.start))


def _weigh(
    prepared: _Prepared, cosines: Sequence[float], of_passage: float, words: Mapping[str, float], weights: Weights
) -> Candidate:
    """A candidate of a passage: the evidence for each sentence, and what it comes to."""
    # Of a question's words a passage has few, and no sentence of it has others.
    present = {word: weight for word, weight in words.items() if word in prepared.anywhere}
    anywhere = _share(prepared.anywhere, present)
    evidence = tuple(
        Evidence(cosine, of_passage, _share(in_sentence, present), anywhere)
        for cosine, in_sentence in zip(cosines, prepared.words, strict=True)
    )
    scores = tuple(fuse(each, weights) for each in evidence)
    return Candidate(
        passage=prepared.stored.passage,
        title=prepared.stored.title,
        revision=prepared.stored.revision,
        sentences=prepared.stored.sentences,
        evidence=evidence,
        scores=scores,
        score=max(scores),
        confidence=estimate_confidence(max(scores)),
    )


def _share(held: Collection[str], words: Mapping[str, float]) -> float:
    """What the held words weigh together, in [0, 1]; summed in the question's order, so the same in every run."""
    return min(1.0, sum([weight for word, weight in words.items() if word in held]))
