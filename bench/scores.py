"""Measures that more than one script takes. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """The chance that a random positive is above a random negative, ties counting half (Mann-Whitney U)."""
    high, low = np.array(positive)[:, None], np.array(negative)[None, :]
    return float(np.mean((high > low) + 0.5 * (high == low)))
