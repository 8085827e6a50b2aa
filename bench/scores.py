"""Measures that more than one script takes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BINS = 10


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a random positive is above a random negative, ties counting half (Mann-Whitney U)."""
    high, low = np.array(positive)[:, None], np.array(negative)[None, :]
    return float(np.mean((high > low) + 0.5 * (high == low)))


def reciprocal_rank(right: Sequence[bool]) -> float:
    """1 / the rank of the first that is right, best first; 0 where none is."""
    return 1 / (list(right).index(True) + 1) if any(right) else 0.0


def f1_at(threshold: float, sure: Sequence[float], right: Sequence[bool], answerable: Sequence[bool]) -> float:
    """F1 of the answers given at a threshold: right ones, of those given and of the questions that have an answer."""
    given = np.array(sure) >= threshold
    return float(2 * np.sum(given & np.array(right)) / max(1, np.sum(given) + np.sum(answerable)))


def best_f1(sure: Sequence[float], right: Sequence[bool], answerable: Sequence[bool]) -> tuple[float, float]:
    """The best F1 of all thresholds, and the highest threshold that reaches it."""
    order = np.argsort(-np.array(sure), kind="stable")
    ordered = np.array(sure)[order]
    f1 = 2 * np.cumsum(np.array(right)[order]) / (np.arange(1, len(order) + 1) + np.sum(answerable))
    # Questions of the same confidence are answered together or not at all.
    f1[:-1][ordered[:-1] == ordered[1:]] = -1
    best = int(f1.argmax())
    return float(f1[best]), float(ordered[best])


def reliability(sure: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float, int]]:
    """For each of ten bins that is not empty: the mean confidence, the share that was right, and the count."""
    bins = np.minimum(BINS - 1, (np.array(sure) * BINS).astype(int))
    return [
        (float(np.mean(np.array(sure)[bins == each])), float(np.mean(np.array(right)[bins == each])), int(count))
        for each, count in zip(*np.unique(bins, return_counts=True), strict=True)
    ]


def calibration_error(sure: Sequence[float], right: Sequence[bool]) -> float:
    """Expected calibration error over ten equal bins (Guo et al. 2017)."""
    return sum(abs(mean - share) * count for mean, share, count in reliability(sure, right)) / len(sure)
