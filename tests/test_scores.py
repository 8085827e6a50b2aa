"""What the bench reports on reading, by hand."""

from __future__ import annotations

import pytest

from bench.reading import Asked, abstention_row, calibration_error, sentences_row
from bench.scores import auroc


def asked(confidence: float, *, right: bool = False, answerable: bool = True, yes_no: bool = False) -> Asked:
    return Asked(confidence, right, answerable, yes_no, seconds=1.0)


def test_auroc_counts_pairs_in_the_right_order_and_ties_by_half() -> None:
    assert auroc([3.0, 2.0], [1.0, 2.0]) == (1 + 1 + 1 + 0.5) / 4


def test_calibration_error_is_the_mean_gap_of_the_bins() -> None:
    always = [asked(0.9, right=True), asked(0.9, right=False)]
    assert calibration_error(always) == pytest.approx(0.4)
    assert calibration_error([*always, asked(0.2), asked(0.2)]) == pytest.approx((0.4 * 2 + 0.2 * 2) / 4)


def test_a_refusal_is_a_miss_where_there_is_an_answer_and_right_where_there_is_none() -> None:
    questions, score, f1, missed, wrongly, _ = abstention_row(
        [
            asked(0.9, right=True),
            asked(0.8, right=False),
            asked(0.1, right=True),
            asked(0.7, answerable=False),
            asked(0.05, answerable=False),
        ]
    )
    assert questions == 5
    assert score == (2 + 2 + 1) / 6
    assert f1 == 2 * 1 / (3 + 3)
    assert (missed, wrongly) == (1 / 3, 1 / 2)


def test_yes_no_questions_are_reported_apart() -> None:
    count, plain, yes_no, _ = sentences_row(
        [asked(0.5, right=True), asked(0.5), asked(0.5, right=True, yes_no=True), asked(0.5, answerable=False)]
    )
    assert (count, plain, yes_no) == (3, 0.5, 1.0)
