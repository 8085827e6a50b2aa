"""From what the reader and retrieval say to the probability that a sentence answers. Pure.

The numbers are bench/fit_reader.py's, on articles of data/train that the reader was not trained on: the joint weights
maximise the likelihood of the answering sentence, or of none, under one softmax over all of an article's sentences and
"none"; the curve is a logistic regression of "the best sentence answers" on its log-odds (Platt scaling).
"""

from __future__ import annotations

import math

READER, RETRIEVAL, NONE = 0.598, 0.519, 1.303
"""How much the reader's logit and the retrieval score count, and what they must outweigh."""
SLOPE, OFFSET = 0.509, -0.237
"""The curve from log-odds to the probability."""


def log_odds(answers: float, retrieval: float) -> float:
    """The log-odds of a sentence against "nothing here answers", from the reader's logit and retrieval's score."""
    return READER * answers + RETRIEVAL * retrieval - NONE


def confidence(odds: float) -> float:
    """The probability, in [0, 1], that the sentence answers, from its log-odds."""
    return 0.5 * (1.0 + math.tanh(0.5 * (SLOPE * odds + OFFSET)))


def stance(verdict: tuple[float, float, float]) -> tuple[float, float, float]:
    """The probabilities of yes, no and undecided, from the reader's logits."""
    most = max(verdict)
    yes, no, undecided = (math.exp(logit - most) for logit in verdict)
    total = yes + no + undecided
    return yes / total, no / total, undecided / total
