"""Dense and lexical evidence to one score. Pure.

A weighted sum, after Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval" (2023), who find
that it beats reciprocal-rank fusion where the scores are comparable between questions. Both of ours are: a cosine, and
BM25 over the most that any text could have for the question.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a sentence: cosines (higher is closer) and BM25 in [0, 1], its own and its passage's."""

    dense: float
    lexical: float
    passage_dense: float
    passage_lexical: float


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of evidence counts. 0 for both lexical ones is dense search, 0 for both dense ones BM25."""

    dense: float = 1.0
    lexical: float = 0.3
    passage_dense: float = 0.3
    passage_lexical: float = 0.1

    @property
    def uses_dense(self) -> bool:
        return self.dense > 0 or self.passage_dense > 0

    @property
    def uses_lexical(self) -> bool:
        return self.lexical > 0 or self.passage_lexical > 0


HYBRID = Weights()
DENSE = Weights(lexical=0.0, passage_lexical=0.0)
LEXICAL = Weights(dense=0.0, lexical=1.0, passage_dense=0.0, passage_lexical=0.3)


def fuse(evidence: Evidence, weights: Weights = HYBRID) -> float:
    """Return the weighted mean of the evidence: higher is better, at most 1."""
    total = (
        weights.dense * evidence.dense
        + weights.lexical * evidence.lexical
        + weights.passage_dense * evidence.passage_dense
        + weights.passage_lexical * evidence.passage_lexical
    )
    return total / (weights.dense + weights.lexical + weights.passage_dense + weights.passage_lexical)


def confidence(score: float) -> float:
    """Return the probability that a sentence of this hybrid score answers: a logistic curve."""
    return 1.0 / (1.0 + math.exp(-(_SLOPE * score + _OFFSET)))


_SLOPE = 8.0
_OFFSET = -4.0
