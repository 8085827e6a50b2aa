"""Dense and lexical evidence to one score. Pure.

A weighted mean, after Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2023), who find
that it beats reciprocal-rank fusion where scores mean the same from one question to the next. All of ours do: cosines,
and shares of the question's words. The shares also keep the balance between questions close to the text, where they are
high and words decide, and those in people's own words, where they are low and meaning does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Values = TypeVar("Values", float, "NDArray[np.float64]")
"""Of one sentence, or of many."""


class Evidence(NamedTuple, Generic[Values]):
    """What speaks for a sentence, or each of many: cosines (higher is closer) and shares of the question's words."""

    dense: Values
    """Cosine of the question and the sentence."""
    passage_dense: Values
    """Cosine of the question and the mean of the passage's sentences."""
    lexical: Values
    """The share of the question's words that the sentence has, by how telling they are, in [0, 1]."""
    passage_lexical: Values
    """The same for the passage with its title and heading."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of evidence counts. Without the lexical kinds it is dense search, and the other way round.

    The values were found by bench/fit_fusion.py on data/train: half squad2 (close to the text), half news (own words).
    """

    dense: float = 1.0
    passage_dense: float = 1.4
    lexical: float = 0.9
    passage_lexical: float = 0.6

    @property
    def uses_dense(self) -> bool:
        return self.dense > 0 or self.passage_dense > 0

    @property
    def uses_lexical(self) -> bool:
        return self.lexical > 0 or self.passage_lexical > 0


HYBRID = Weights()
DENSE = Weights(lexical=0.0, passage_lexical=0.0)
LEXICAL = Weights(dense=0.0, passage_dense=0.0)

_SLOPE = 1.8
_OFFSET = -1.4
"""The logistic curve from a hybrid score to the chance that the sentence answers: by bench/fit_fusion.py as well.

It is nearly flat: what is close to a question is not by that an answer to it.
"""


def fuse(evidence: Evidence[Values], weights: Weights = HYBRID) -> Values:
    """Return the weighted mean of the evidence: higher is better, at most 1."""
    total = (
        weights.dense * evidence.dense
        + weights.passage_dense * evidence.passage_dense
        + weights.lexical * evidence.lexical
        + weights.passage_lexical * evidence.passage_lexical
    )
    return total / (weights.dense + weights.passage_dense + weights.lexical + weights.passage_lexical)


def estimate_confidence(score: float) -> float:
    """Return the probability, in (0, 1), that the best sentence answers, from its hybrid score."""
    return 1.0 / (1.0 + math.exp(-(_SLOPE * score + _OFFSET)))
