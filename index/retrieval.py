"""Question to candidates: dense and lexical search propose passages, and every sentence of theirs is weighed.

The finder proposes passages; the store has them.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from index.engines.base import mean_vectors
from index.fusion import HYBRID, Evidence, Weights, estimate_confidence, fuse
from index.passages import Sentence
from index.store import Finder, Store, StoredPassage
from index.types import Passage
from index.words import BREAK, number_of, pack_words, unpack_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEPTH, NEAR = 28, 0.75
"""How many passages the lexical search proposes, at least, and as what share of that the dense one.

Of 2,000 questions over 14,438 passages (data/train), the right one is among those that are read for 0.786; for 0.785
with 32 of each, for 0.790 with 50.
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

    @property
    def best(self) -> int:
        """The number of the sentence that scores most; of equals, of the first."""
        return self.scores.index(max(self.scores))

    def text_of(self, number: int) -> str:
        """The words of a sentence."""
        sentence, start = self.sentences[number], self.passage.start
        return self.passage.text[sentence.start - start : sentence.end - start]


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
            words = stored.words or pack_words(map(finder.words, (stored.context, *stored.sentence_texts)))
            self._held[stored.number] = _Prepared(stored, vectors, mean, unpack_words(words))
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
    words: NDArray[np.uint32]
    """Those of its title and heading, and of each sentence, as ``unpack_words`` has them."""


def retrieve(
    store: Store,
    finder: Finder,
    question: str,
    vector: Callable[[], NDArray[np.float32]],
    *,
    depth: int = DEPTH,
    articles: Collection[int] | None = None,
    weights: Weights = HYBRID,
    recent: RecentPassages | None = None,
) -> list[Candidate]:
    """Return the candidates of a question, best first; ties in the order of article ids and places.

    ``vector``: gives the question's. ``depth``: how many passages lexical search proposes. ``articles``: numbers of
    those to look in; None for all. ``weights``: HYBRID, or DENSE or LEXICAL alone. ``recent``: what to keep passages
    in.
    """
    recent = recent or RecentPassages()
    proposed: dict[int, _Prepared] = {}
    near = math.ceil(NEAR * depth)
    for numbers in finder.propose(question, vector, depth=depth, near=near, articles=articles, weights=weights):
        new = recent.get(store, finder, numbers - proposed.keys())
        proposed.update((each.stored.number, each) for each in new)
    words = finder.weigh(question, articles=articles)
    found = _weigh(list(proposed.values()), vector(), words, weights) if proposed else []
    return sorted(found, key=lambda found: (-found.score, found.passage.article_id, found.passage.start))


def _weigh(
    passages: Sequence[_Prepared], vector: NDArray[np.float32], words: Mapping[str, float], weights: Weights
) -> list[Candidate]:
    """A candidate of each passage: the evidence for each of its sentences, and what it comes to."""
    import numpy as np

    sizes = np.array([len(each.vectors) for each in passages])
    ends = np.cumsum(sizes).tolist()
    lexical, anywhere = _share_words(passages, sizes, words)
    evidence = Evidence(
        (np.concatenate([each.vectors for each in passages]) @ vector).astype(np.float64),
        np.repeat((np.stack([each.mean for each in passages]) @ vector).astype(np.float64), sizes),
        lexical,
        np.repeat(anywhere, sizes),
    )
    scores = fuse(evidence, weights).tolist()
    return [
        _candidate(passage, Evidence(*(kind[start:end] for kind in evidence)), tuple(scores[start:end]))
        for passage, (start, end) in zip(passages, pairwise([0, *ends]), strict=True)
    ]


def _share_words(
    passages: Sequence[_Prepared], sizes: NDArray[np.int64], weights: Mapping[str, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the question's words that each sentence has weigh together, and those of each passage, in [0, 1]."""
    import numpy as np

    words = np.concatenate([each.words for each in passages])
    part = np.cumsum(words == BREAK) - 1
    passage = np.repeat(np.arange(len(passages)), sizes + 1)
    of_parts, anywhere = np.zeros(len(passage)), np.zeros(len(passages))
    for word, weight in weights.items():
        having = part[words == number_of(word)]
        of_parts[having] += weight
        anywhere[passage[having]] += weight  # once, however often a passage has it
    contexts = np.cumsum(sizes + 1) - (sizes + 1)
    return np.minimum(np.delete(of_parts, contexts), 1.0), np.minimum(anywhere, 1.0)


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
