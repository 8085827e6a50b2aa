"""Which hits become an answer, and when the article does not say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import Verdict
from bot.answer import CLOSE_BEHIND, MOST_QUOTES, THRESHOLD, decide
from index import Hit, Passage, Quote

SENTENCES = [
    "The deal does not cover returns.",
    "Officers will be posted to Turkey this autumn.",
    "Nobody has said what it costs.",
    "Kapikule is the busiest crossing in Europe.",
    "Inflation stands just below half.",
]


def make_hit(confidence: float, text: str = SENTENCES[0], *, start: int = 0, article_id: str = "a") -> Hit:
    passage = Passage(f"{article_id}/{start}", article_id, text, start, start + len(text), "Where it stops", 3)
    quote = Quote(article_id, text, start, start + len(text), 3, "0123456789abcdef")
    return Hit(passage, confidence, quote, confidence)


def make_hits(*confidences: float) -> list[Hit]:
    return [
        make_hit(confidence, text, start=100 * place)
        for place, (confidence, text) in enumerate(zip(confidences, SENTENCES, strict=False))
    ]


def test_the_first_sure_hit_is_quoted_first() -> None:
    answer = decide("Q?", "Q?", make_hits(0.9, 0.1), threshold=0.5)
    assert answer
    assert answer.text == SENTENCES[0]
    assert answer.confidence == 0.9
    assert answer.hits[0].quote is answer.quotes[0]
    assert answer.nearest is None
    assert answer.message == ""


def test_beside_a_verdict_stands_only_what_carries_it() -> None:
    no, also_no, vague = make_hits(0.9, 0.89, 0.88)
    no, also_no = (replace(hit, stance=(0.01, 0.98, 0.01)) for hit in (no, also_no))
    vague = replace(vague, stance=(0.3, 0.45, 0.25))
    question = "Does the deal cover returns?"
    answer = decide(question, question, [no, vague, also_no], threshold=0.5)
    assert answer.verdict is Verdict.NO
    assert [quote.text for quote in answer.quotes] == [SENTENCES[0], SENTENCES[1]]
    assert len(decide("Q?", "Q?", [no, vague, also_no], threshold=0.5).quotes) == 3


def test_confidence_that_just_reaches_the_threshold_is_enough() -> None:
    assert decide("Q?", "Q?", [make_hit(0.5)], threshold=0.5)
    assert not decide("Q?", "Q?", [make_hit(0.499)], threshold=0.5)


def test_a_hit_that_is_not_sure_is_passed_over_for_one_that_is() -> None:
    answer = decide("Q?", "Q?", make_hits(0.2, 0.8), threshold=0.5)
    assert [quote.text for quote in answer.quotes] == [SENTENCES[1]]


def test_a_refusal_says_what_it_looked_for_and_shows_the_nearest() -> None:
    hits = make_hits(0.3, 0.2)
    answer = decide("And Greece?", "Does the deal cover Greece?", hits, threshold=0.5)
    assert not answer
    assert answer.text == ""
    assert answer.quotes == ()
    assert answer.nearest is hits[0]
    assert answer.confidence == 0.3
    assert answer.message == "The article does not say. Looked for: “Does the deal cover Greece?”"
    assert answer.question == "And Greece?"
    assert answer.asked_as == "Does the deal cover Greece?"


def test_a_refusal_of_several_articles_says_so() -> None:
    hits = [make_hit(0.2), make_hit(0.1, SENTENCES[1], article_id="b")]
    assert decide("Q?", "Q?", hits, 0.5).message.startswith("The articles do not say.")


def test_nothing_found_is_a_refusal_without_a_nearest() -> None:
    answer = decide("Q?", "Q?", [], threshold=0.0)
    assert (bool(answer), answer.nearest, answer.confidence) == (False, None, 0.0)


def test_a_very_long_question_is_repeated_in_part() -> None:
    message = decide("why " * 2500, "why " * 2500, [], 0.5).message
    assert len(message) < 300
    assert message.endswith("why…”")


def test_further_quotes_only_close_behind_the_first() -> None:
    answer = decide("Q?", "Q?", make_hits(0.8, 0.8 * CLOSE_BEHIND, 0.8 * CLOSE_BEHIND - 0.01), threshold=0.1)
    assert [quote.text for quote in answer.quotes] == SENTENCES[:2]


def test_never_more_quotes_than_are_read_at_a_glance() -> None:
    assert len(decide("Q?", "Q?", make_hits(0.9, 0.9, 0.9, 0.9, 0.9), 0.5).quotes) == MOST_QUOTES


@pytest.mark.parametrize(
    "again",
    [
        make_hit(0.9, SENTENCES[0][4:], start=4),  # the same place
        make_hit(0.9, "The deal does NOT cover “returns”!", start=500),  # the same words elsewhere
        make_hit(0.9, "So far the deal does not cover returns, officials confirmed.", start=500),  # and more
    ],
)
def test_a_quote_that_repeats_one_before_it_is_left_out(again: Hit) -> None:
    answer = decide("Q?", "Q?", [make_hit(0.9), again, make_hit(0.85, SENTENCES[2], start=900)], 0.5)
    assert [quote.text for quote in answer.quotes] == [SENTENCES[0], SENTENCES[2]]


def test_the_same_offsets_in_another_article_are_another_place() -> None:
    answer = decide("Q?", "Q?", [make_hit(0.9), make_hit(0.9, SENTENCES[1], article_id="b")], 0.5)
    assert len(answer.quotes) == 2


def test_quotes_without_letters_are_compared_as_they_are() -> None:
    answer = decide("Q?", "Q?", [make_hit(0.9, "?!"), make_hit(0.9, "?!", start=50), make_hit(0.9, "…", start=90)], 0.5)
    assert [quote.text for quote in answer.quotes] == ["?!", "…"]


@given(st.lists(st.floats(0, 1), max_size=5), st.floats(0, 1))
def test_every_quote_is_as_sure_as_was_asked_for(confidences: list[float], threshold: float) -> None:
    answer = decide("Q?", "Q?", make_hits(*confidences), threshold)
    assert bool(answer) == any(confidence >= threshold for confidence in confidences)
    assert all(hit.confidence >= threshold for hit in answer.hits)
    assert (answer.nearest is None) == (bool(answer) or not confidences)


def test_the_threshold_is_a_probability() -> None:
    assert 0 < THRESHOLD < 1
