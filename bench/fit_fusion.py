"""Finds the numbers in index/fusion.py: the weights of the evidence, and the curve from a score to a confidence.

On data/train alone, half squad2 (questions close to the text), half news (questions in people's own words), each
article a library of its own. The weights maximise the likelihood of the answering sentence under a softmax over the
article's; the curve is a logistic regression of "the best sentence answers" on its score, unanswerable ones included.

    python -m bench.fit_fusion
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from bench.question_sets import QuestionSet, load_question_set
from index import Library

NEWS_ARTICLES = 200
"""Enough for four weights: as many questions as squad2 has."""

Example = tuple[np.ndarray, np.ndarray]
"""Evidence, (sentences, 4), and which sentence answers, (sentences,): none for an unanswerable question."""


def main() -> None:
    sets = [load_question_set("train", "squad2"), load_question_set("train", "news", articles=NEWS_ARTICLES)]
    examples = [_examples(question_set) for question_set in sets]
    weights = _fit_weights(examples)
    print("Weights (dense = 1):", (weights / weights[0]).round(2))
    normed = weights / weights.sum()
    for question_set, found in zip(sets, examples, strict=True):
        answerable = [(evidence, right) for evidence, right in found if right.any()]
        print(
            question_set.name,
            "recall@1:",
            np.mean([right[np.argmax(evidence @ normed)] for evidence, right in answerable]),
        )
    slope, offset = _fit_curve(examples, normed)
    print(f"_SLOPE = {slope:.2f}, _OFFSET = {offset:.2f}")


def _examples(question_set: QuestionSet) -> list[Example]:
    found = []
    for article in question_set.articles:
        with Library() as library:
            added = library.add_text(article.text, title=article.title)
            for question in question_set.questions:
                if question.article_id == article.id and not question.yes_no:
                    candidates = library.retrieve(question.question, depth=len(added.text))
                    sentences = [sentence for candidate in candidates for sentence in candidate.sentences]
                    rows = np.concatenate([np.stack(candidate.evidence, axis=1) for candidate in candidates])
                    start = -1 if question.answer is None else question.answer[0]
                    found.append((rows, np.array([s.start <= start < s.end for s in sentences])))
    return found


def _fit_weights(examples: list[list[Example]]) -> np.ndarray:
    """Listwise softmax regression, each set counting the same."""
    answerable = [[(evidence, right) for evidence, right in found if right.any()] for found in examples]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = 0.0, np.zeros_like(weights)
        for found in answerable:
            for evidence, right in found:
                scores = evidence @ weights
                total = logsumexp(scores)
                value += (total - scores[right].mean()) / len(found)
                gradient += (np.exp(scores - total) @ evidence - evidence[right].mean(axis=0)) / len(found)
        return value, gradient

    fitted: np.ndarray = minimize(loss, np.full(4, 5.0), jac=True, method="L-BFGS-B").x
    return fitted


def _fit_curve(examples: list[list[Example]], weights: np.ndarray) -> tuple[float, float]:
    """Slope and offset of the logistic curve, each set counting the same."""
    scores, right, share = [], [], []
    for found in examples:
        for evidence, answers in found:
            best = int(np.argmax(evidence @ weights))
            scores.append(float(evidence[best] @ weights))
            right.append(bool(answers[best]))
            share.append(1 / len(found))
    x, y, w = np.array(scores), np.array(right), np.array(share)

    def loss(line: np.ndarray) -> float:
        p = expit(line[0] * x + line[1])
        return float(-(w * np.where(y, np.log(p), np.log1p(-p))).sum())

    slope, offset = minimize(loss, np.array([8.0, -4.0])).x
    for low in np.arange(0, 1, 0.1):
        inside = (expit(slope * x + offset) >= low) & (expit(slope * x + offset) < low + 0.1)
        if inside.any():
            print(f"  confidence {low:.1f}-{low + 0.1:.1f}: {inside.sum():5d} questions, {y[inside].mean():.2f} right")
    return float(slope), float(offset)


if __name__ == "__main__":
    main()
