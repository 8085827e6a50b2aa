"""Find the weights and the threshold of bot/verdict.py: ``python -m bench.fit_verdict``.

Fits to the news of data/train and the extra articles that the reader was not trained on; chooses the threshold by
cross-validation over the articles, so that no verdict is judged by weights that have seen its article. What was read is
kept in runs/verdict: a second run takes seconds. Prints the constants; nothing of data/bench is used.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from bench.verdict_data import VerdictQuestion, held_out
from bot.verdict import LEAST_CONFIDENCE, WEIGHTS, judge, read_features

WRONG = 0.05
"""The share of the verdicts shown that may be wrong."""
FOLDS = 10
RIDGE = 5.0
"""The penalty on squared weights, in features of unit variance: some hundred examples cannot carry more."""


def answered(questions: Sequence[VerdictQuestion]) -> list[VerdictQuestion]:
    """Those with a quote that answers with enough confidence to have a verdict at all."""
    return [each for each in questions if each.hits and each.hits[0].confidence >= LEAST_CONFIDENCE]


def to_features(questions: Sequence[VerdictQuestion]) -> np.ndarray:
    """What speaks for and against the verdict of each, (questions, weights)."""
    rows = [read_features(each.question, each.hits[0]) for each in questions]
    return np.array([[row[name] for name in WEIGHTS] for row in rows])


def is_right(questions: Sequence[VerdictQuestion]) -> np.ndarray:
    """Whether the verdict to which the reader inclines is the true one, (questions,)."""
    return np.array([judge(each.question, each.hits[0])[0] == each.verdict for each in questions])


def fit(features: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The weights, the first one a constant, of a ridge logistic regression on (n, weights) features."""
    scale = features.std(axis=0)
    scale[0] = 1.0
    scale[scale == 0] = np.inf
    scaled = features / scale

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        odds = scaled @ w
        cost = np.logaddexp(0, np.where(right, -odds, odds)).sum() + 0.5 * RIDGE * (w[1:] ** 2).sum()
        slope = scaled.T @ (expit(odds) - right) + RIDGE * np.append(0.0, w[1:])
        return float(cost), slope

    found: np.ndarray = minimize(loss, np.zeros(features.shape[1]), jac=True, method="L-BFGS-B").x
    unscaled: np.ndarray = found / scale
    return unscaled


def cross_validate(features: np.ndarray, right: np.ndarray, articles: Sequence[str]) -> np.ndarray:
    """For each question how sure weights are that were fitted to the articles of other folds."""
    fold = np.array([zlib.crc32(f"fold {article}".encode()) % FOLDS for article in articles])
    sure = np.zeros(len(right))
    for number in range(FOLDS):
        mine = fold == number
        if mine.any():
            sure[mine] = expit(features[mine] @ fit(features[~mine], right[~mine]))
    return sure


def choose_threshold(sure: np.ndarray, right: np.ndarray) -> float:
    """The lowest threshold at which, with one error more than was seen, no more than WRONG would be wrong.

    The one error more allows for the choice itself (conformal risk control, Angelopoulos et al. 2022). 1 where none is.
    """
    order = np.argsort(-sure)
    wrong = np.cumsum(~right[order]) + 1
    given = np.arange(1, len(order) + 1) + 1
    allowed = np.flatnonzero(wrong / given <= WRONG)
    return float(sure[order[allowed[-1]]]) if len(allowed) else 1.0


def curve(sure: np.ndarray, right: np.ndarray, total: int) -> str:
    """Precision at shares of all yes/no questions that get a verdict."""
    order = np.argsort(-sure)
    parts = []
    for share in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5):
        count = round(share * total)
        if 0 < count <= len(order):
            parts.append(f"{share:.2f}: {right[order[:count]].mean():.3f}")
    return "  ".join(parts)


def main() -> None:
    """Fit, choose, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all-extra", action="store_true", help="take all extra articles: the reader saw none of them")
    asked = held_out(all_extra=parser.parse_args().all_extra)
    questions = answered(asked)
    features, right = to_features(questions), is_right(questions)
    sure = cross_validate(features, right, [each.article_id for each in questions])
    sets = np.array([each.set for each in questions])
    print(f"{len(asked)} yes/no questions, {len(questions)} answered")
    for name, mine in groups(sets).items():
        threshold = choose_threshold(sure[mine], right[mine])
        total = round(mine.mean() * len(asked))
        print(f"\n{name}, LEAST_SURE {threshold:.3f}; precision at coverage  {curve(sure[mine], right[mine], total)}")
        for other, its in groups(sets).items():
            given = its & (sure >= threshold)
            print(f"    shown of {other:8} {given.sum():4} of {its.sum():4}, right {right[given].sum()}")
    print(f"\nLEAST_SURE = {choose_threshold(sure, right):.3f}\nWEIGHTS = {{")
    for name, weight in zip(WEIGHTS, fit(features, right), strict=True):
        print(f'    "{name}": {weight:.3f},')
    print("}")


def groups(sets: np.ndarray) -> dict[str, np.ndarray]:
    """Which questions are of the news, of all but the traps, and of any set."""
    traps = np.char.startswith(sets, "extra trap")
    return {"news": sets == "news", "no traps": ~traps, "traps": traps, "all": np.ones(len(sets), bool)}


if __name__ == "__main__":
    main()
