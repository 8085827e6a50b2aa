"""What the bench reports on reading, by hand."""

from __future__ import annotations

import math

import pytest

from bench.question_sets import SetQuestion
from bench.reading import Asked, Marked, abstention_row, judge, sentences_row, span_rows
from bench.scores import auroc, best_f1, calibration_error, f1_at, reciprocal_rank, reliability
from bench.spans import exact_match, f1, normalise
from bench.ways import Ranking


def asked(confidence: float, *, rank: float = 0.5, answerable: bool = True, yes_no: bool = False) -> Asked:
    return Asked(confidence, rank if answerable else 0.0, answerable, yes_no)


def test_auroc_counts_pairs_in_the_right_order_and_ties_by_half() -> None:
    assert auroc([3.0, 2.0], [1.0, 2.0]) == (1 + 1 + 1 + 0.5) / 4


def test_the_reciprocal_rank_is_that_of_the_first_that_is_right() -> None:
    assert reciprocal_rank([False, False, True, True]) == 1 / 3
    assert reciprocal_rank([True]) == 1
    assert reciprocal_rank([False]) == reciprocal_rank([]) == 0


def test_calibration_error_is_the_mean_gap_of_the_bins() -> None:
    assert calibration_error([0.9, 0.9], [True, False]) == pytest.approx(0.4)
    assert calibration_error([0.9, 0.9, 0.2, 0.2], [True, False, False, False]) == pytest.approx(
        (0.4 * 2 + 0.2 * 2) / 4
    )


def test_a_confidence_of_one_is_in_the_last_bin() -> None:
    assert reliability([0.9, 1.0], [True, False]) == [(0.95, 0.5, 2)]


def test_f1_counts_answers_given_and_questions_with_an_answer() -> None:
    sure, right, answerable = [0.9, 0.8, 0.7, 0.1], [True, False, False, True], [True, True, False, True]
    assert f1_at(0.4, sure, right, answerable) == 2 * 1 / (3 + 3)
    assert f1_at(0.95, sure, right, answerable) == 0


def test_the_best_f1_is_that_of_the_threshold_that_answers_best() -> None:
    # Answering one question: 2 * 1 / (1 + 3); two: 2 / 5; three: 2 / 6; all: 2 * 2 / (4 + 3).
    assert best_f1([0.8, 0.9, 0.1, 0.7], [False, True, True, False], [True, True, True, False]) == (4 / 7, 0.1)
    assert best_f1([0.9, 0.5, 0.4], [True, False, False], [True, False, False]) == (1.0, 0.9)


def test_questions_of_the_same_confidence_are_answered_together() -> None:
    assert best_f1([0.9, 0.9], [True, False], [True, False]) == (2 / 3, 0.9)


def test_a_refusal_is_a_miss_where_there_is_an_answer_and_right_where_there_is_none() -> None:
    questions, score, at_threshold, missed, wrongly, best, where, _ = abstention_row(
        [
            asked(0.9, rank=1),
            asked(0.8),
            asked(0.1, rank=1),
            asked(0.7, answerable=False),
            asked(0.05, answerable=False),
        ]
    )
    assert questions == 5
    assert score == (2 + 2 + 1) / 6
    assert at_threshold == 2 * 1 / (3 + 3)
    assert (missed, wrongly) == (1 / 3, 1 / 2)
    assert (best, where) == (2 * 2 / (4 + 3), 0.1)


def test_yes_no_questions_are_reported_apart() -> None:
    count, recall, mrr, yes_no = sentences_row(
        [asked(0.5, rank=1), asked(0.5, rank=1 / 4), asked(0.5, rank=1, yes_no=True), asked(0.5, answerable=False)]
    )
    assert (count, recall, mrr, yes_no) == (2, 0.5, (1 + 1 / 4) / 2, 1.0)
    assert math.isnan(sentences_row([asked(0.5)])[-1])


def test_a_sentence_is_right_where_any_of_the_answers_stands_in_it() -> None:
    question = SetQuestion("a", "What?", (12, 15), None, yes_no=False, answers=("x", "y"), places=((12, 15), (30, 40)))
    assert judge(question, Ranking([(0, 12), (16, 20), (35, 50)])).rank == 1 / 3
    assert judge(question, Ranking([(14, 20)], 0.7)) == Asked(0.7, 1.0, answerable=True, yes_no=False)
    assert judge(question, Ranking([])).rank == 0


def test_answers_are_compared_without_case_marks_and_articles() -> None:
    assert normalise("The  “Iron”-Lady's an A.") == "“iron”ladys"
    assert exact_match("the Normans.", ["Vikings", "Normans"])
    assert not exact_match("Norman", ["Normans"])


def test_f1_is_the_share_of_words_in_common_with_the_answer_that_fits_best() -> None:
    # Two of three marked words are among the answer's four: precision 2/3, recall 1/2.
    assert f1("in May 2019", ["late in May, he said", "9"]) == pytest.approx(2 * (2 / 3) * (2 / 5) / (2 / 3 + 2 / 5))
    assert f1("ten ten", ["ten"]) == pytest.approx(2 * (1 / 2) * 1 / (1 / 2 + 1))
    assert f1("the", ["a"]) == 1
    assert f1("the", ["one"]) == 0


def test_the_words_marked_are_set_against_the_whole_sentence() -> None:
    rows = list(span_rows("set", [Marked("Monday", "It shut on Monday.", ("Monday",))]))
    assert rows[0] == ("set", "the words marked", 1, 1.0, 1.0)
    assert rows[1] == ("set", "the whole sentence", 1, 0.0, 2 * (1 / 4) / (1 + 1 / 4))
