"""Question to candidates: dense and lexical search propose passages, and every sentence of theirs is weighed.

The finder proposes passages; the store has them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from index.engines.base import mean_vectors
from index.fusion import HYBRID, Evidence, Weights, estimate_confidence, fuse
from index.passages import Sentence
from index.store import Finder, Store, StoredPassage
from index.types import Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEPTH = 32
"""How many passages the dense and the lexical search propose, each, at least.

Of 600 questions over 14,438 passages (data/train), the right one is among those that are read for 0.778; 0.777 with 50.
"""

RECENT = 2_048
"""Passages kept as they were weighed last: 12 kB each. Reading one anew takes 50 microseconds, of a question's 60."""


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
    evidence: Evidence[NDArray[np.float64]] = field(compare=False)
    """For each sentence, (sentences,)."""
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
            words = dict.fromkeys(finder.words(stored.context), 0)
            for place, text in enumerate(stored.sentence_texts):
                for word in finder.words(text):
                    words[word] = words.get(word, 0) | 1 << place
            self._held[stored.number] = _Prepared(stored, vectors, mean, words)
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
    words: dict[str, int]
    """Those of its sentences, of its title and of its heading: the nth bit says whether the nth sentence has it."""


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
    numbers = finder.propose(question, vector, depth=depth, articles=articles, weights=weights)
    words = finder.weigh(question, articles=articles)
    passages = (recent or RecentPassages()).get(store, finder, numbers)
    found = _weigh(passages, vector, words, weights) if passages else []
    return sorted(found, key=lambda found: (-found.score, found.passage.article_id, found.passage.start))


def _weigh(
    passages: Sequence[_Prepared], vector: NDArray[np.float32], words: Mapping[str, float], weights: Weights
) -> list[Candidate]:
    """A candidate of each passage: the evidence for each of its sentences, and what it comes to."""
    import numpy as np

    sizes = [len(each.vectors) for each in passages]
    starts = [0, *accumulate(sizes)]
    lexical, anywhere = [0.0] * starts[-1], [0.0] * len(passages)
    for number, (start, passage) in enumerate(zip(starts, passages, strict=False)):
        for word, weight in words.items():
            where = passage.words.get(word)
            if where is not None:
                anywhere[number] += weight
                for place in range(where.bit_length()):
                    if where >> place & 1:
                        lexical[start + place] += weight
    evidence = Evidence(
        (np.concatenate([each.vectors for each in passages]) @ vector).astype(np.float64),
        np.repeat((np.stack([each.mean for each in passages]) @ vector).astype(np.float64), sizes),
        np.minimum(lexical, 1.0),
        np.repeat(np.minimum(anywhere, 1.0), sizes),
    )
    scores = fuse(evidence, weights).tolist()
    return [
        _candidate(passage, Evidence(*(kind[start:end] for kind in evidence)), tuple(scores[start:end]))
        for passage, (start, end) in zip(passages, pairwise(starts), strict=True)
    ]


def _candidate(prepared: _Prepared, evidence: Evidence[NDArray[np.float64]], scores: tuple[float, ...]) -> Candidate:
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
