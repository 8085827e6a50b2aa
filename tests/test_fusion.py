"""Evidence to a score, and a score to a confidence: by hand."""

from __future__ import annotations

import pytest

from index.fusion import DENSE, HYBRID, LEXICAL, Evidence, Weights, estimate_confidence, fuse

EVIDENCE = Evidence(dense=0.8, passage_dense=0.4, lexical=0.5, passage_lexical=1.0)


def test_a_score_is_the_weighted_mean_of_the_evidence() -> None:
    weights = Weights(dense=1, passage_dense=2, lexical=4, passage_lexical=1)
    assert fuse(EVIDENCE, weights) == pytest.approx((0.8 + 2 * 0.4 + 4 * 0.5 + 1.0) / 8)


def test_dense_search_sees_no_words_and_lexical_search_no_meaning() -> None:
    other = Evidence(dense=0.8, passage_dense=0.4, lexical=0.0, passage_lexical=0.0)
    assert fuse(EVIDENCE, DENSE) == fuse(other, DENSE)
    other = Evidence(dense=-1.0, passage_dense=0.0, lexical=0.5, passage_lexical=1.0)
    assert fuse(EVIDENCE, LEXICAL) == fuse(other, LEXICAL)
    assert (DENSE.uses_lexical, LEXICAL.uses_dense, HYBRID.uses_dense, HYBRID.uses_lexical) == (
        False,
        False,
        True,
        True,
    )


@pytest.mark.parametrize("kind", ["dense", "passage_dense", "lexical", "passage_lexical"])
def test_every_kind_of_evidence_counts_in_the_hybrid(kind: str) -> None:
    kinds = {"dense": 0.1, "passage_dense": 0.1, "lexical": 0.1, "passage_lexical": 0.1}
    assert fuse(Evidence(**{**kinds, kind: 0.2})) > fuse(Evidence(**kinds)) == pytest.approx(0.1)


def test_full_evidence_scores_one() -> None:
    for weights in (HYBRID, DENSE, LEXICAL):
        assert fuse(Evidence(1, 1, 1, 1), weights) == pytest.approx(1)


def test_confidence_is_a_probability_that_grows_with_the_score() -> None:
    confidences = [estimate_confidence(score / 10) for score in range(-10, 11)]
    assert confidences == sorted(confidences)
    assert 0 < confidences[0] < 0.1
    assert 0.5 < confidences[-1] < 1
