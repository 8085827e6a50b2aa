"""The pictures in docs/: how far a confidence can be trusted, and what each part of the search is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DOTS_PER_INCH = 110
COLOURS = ("#c9d3df", "#9fb3c8", "#627d98", "#f0b429", "#b44d12")
"""Greys for searches without the reader; told apart without red and green."""


def draw_reliability(curves: Mapping[str, Sequence[tuple[float, float, int]]], target: Path) -> None:
    """The reliability diagram: for each set the mean confidence and the share that was right, by bin."""
    figure, axes = _figure(5, 5)
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for name, curve in curves.items():
        axes.plot([sure for sure, _, _ in curve], [share for _, share, _ in curve], marker="o", label=name)
    axes.set(xlabel="how sure the program is", ylabel="how often the quote answers", xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False)
    figure.savefig(target, dpi=DOTS_PER_INCH, bbox_inches="tight")


def draw_ablation(bars: Mapping[str, Mapping[str, float]], target: Path) -> None:
    """Bars of recall@1: for each set (outer) those of each way to search (inner), in their order."""
    figure, axes = _figure(8, 4)
    ways = list(next(iter(bars.values())))
    width = 0.8 / len(ways)
    for place, way in enumerate(ways):
        heights = [bars[name][way] for name in bars]
        at = [number + (place - (len(ways) - 1) / 2) * width for number in range(len(bars))]
        drawn = axes.bar(at, heights, width, label=way, color=COLOURS[place % len(COLOURS)])
        axes.bar_label(drawn, fmt="%.2f", fontsize=7)
    axes.set(ylabel="recall@1 of the answering sentence", ylim=(0, 1))
    axes.set_xticks(range(len(bars)), list(bars))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, ncols=len(ways), loc="upper center", bbox_to_anchor=(0.5, 1.12), fontsize=8)
    figure.savefig(target, dpi=DOTS_PER_INCH, bbox_inches="tight")


def draw_peers(shares: Mapping[str, Mapping[str, float]], target: Path) -> None:
    """Bars, shorter is better: for each measure (outer) what each system takes (inner), with the first as 1."""
    figure, axes = _figure(8, 4)
    names = list(next(iter(shares.values())))
    width = 0.8 / len(names)
    for place, name in enumerate(names):
        heights = [shares[measure][name] for measure in shares]
        at = [number + (place - (len(names) - 1) / 2) * width for number in range(len(shares))]
        drawn = axes.bar(at, heights, width, label=name, color=COLOURS[-1 if place == 0 else place - 1])
        axes.bar_label(drawn, fmt="%.1f", fontsize=7)
    axes.set(ylabel=f"{names[0]} = 1, shorter is better")
    axes.set_xticks(range(len(shares)), list(shares))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, ncols=len(names), loc="upper center", bbox_to_anchor=(0.5, 1.12), fontsize=8)
    figure.savefig(target, dpi=DOTS_PER_INCH, bbox_inches="tight")


def _figure(width: float, height: float) -> tuple[Any, Any]:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    made: tuple[Any, Any] = pyplot.subplots(figsize=(width, height))
    return made
