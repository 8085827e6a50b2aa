"""Which questions ask for yes or no, and when the quotes decide them."""

from __future__ import annotations

import pytest

from bot.answer import decide
from bot.english.cues import find_cues
from bot.types import Verdict
from bot.verdict import CONTRADICTS, LEAST_CONFIDENCE, WEIGHTS, is_yes_no, judge, read_features, verdict_of
from index import Hit, Library, Passage, Quote
from index.questions import without_opening
from index.reader.calibration import stance

DENIAL = "The deal does not cover returns."
SURE_NO, SURE_YES, OPEN = (0.001, 0.998, 0.001), (0.998, 0.001, 0.001), (0.1, 0.1, 0.8)
QUESTION = "Does the deal cover returns?"


def make_hit(
    text: str = DENIAL, stance: tuple[float, float, float] | None = SURE_NO, *, confidence: float = 0.9, start: int = 0
) -> Hit:
    passage = Passage(f"a/{start}", "a", text, start, start + len(text), "", 1)
    quote = Quote("a", text, start, start + len(text), 1, "0123456789abcdef")
    return Hit(passage, confidence, quote, confidence, stance)


@pytest.mark.parametrize(
    "question",
    [
        QUESTION,
        "does the deal cover returns",
        "So does the deal cover returns?",
        "ok, and is it open yet",
        "Isn’t it open?",
        "Didn't anyone object?",
        "It is open, isn't it?",
        "The museum stays open, right?",
        "any chance that it will reopen",
        "Is there any plan to reopen?",
        "In 2022, did they win?",
        "if i bring a dog do i pay",
        "can you tell me whether it is open",
        "Do you know if it is open?",
        "How does it work? Is it safe?",
        "I broke my leg. Will I be paid?",
        "can i get a refund or not",
        "Will it take more than a year or so?",
        "Do people who lost a card pay?",
        "Has St. Brendan appealed?",
        "Does it cover Greece? (deal, returns)",
    ],
)
def test_a_question_for_yes_or_no_is_known(question: str) -> None:
    assert is_yes_no(question)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "?",
        "Is?",
        "What does the deal cover?",
        "what about greece",
        "Is it red or blue?",
        "is the pool closed, and why",
        "Do you know who won?",
        "Can you tell me what it costs?",
        "Can you sum up the article?",
        "Does the article say how many died?",
        "In which year was it built?",
        "Is it safe? How does it work?",
        "may 2023 figures",
        "will of the founder",
        "number of victims?",
        "And Greece?",
        "Why? (does the deal cover returns)",
    ],
)
def test_other_questions_are_left_alone(question: str) -> None:
    assert not is_yes_no(question)


def test_a_plain_denial_that_the_reader_is_sure_of_is_a_no() -> None:
    assert verdict_of(QUESTION, [make_hit()]) is Verdict.NO


def test_no_verdict_where_the_reader_is_undecided() -> None:
    assert verdict_of(QUESTION, [make_hit(stance=OPEN)]) is None


def test_no_verdict_on_what_was_not_read() -> None:
    assert verdict_of(QUESTION, [make_hit(stance=None)]) is None


def test_no_verdict_without_quotes() -> None:
    assert verdict_of(QUESTION, []) is None


def test_no_verdict_where_the_quote_hardly_answers() -> None:
    assert verdict_of(QUESTION, [make_hit(confidence=LEAST_CONFIDENCE)]) is Verdict.NO
    assert verdict_of(QUESTION, [make_hit(confidence=LEAST_CONFIDENCE - 0.01)]) is None


def test_no_verdict_for_a_question_that_asks_for_something_else() -> None:
    assert verdict_of("What does the deal cover?", [make_hit()]) is None


def test_another_quote_that_says_the_opposite_leaves_it_undecided() -> None:
    opposite = make_hit("Returns are part of the deal.", (CONTRADICTS, 0.2, 0.3), start=100)
    assert verdict_of(QUESTION, [make_hit(), opposite]) is None
    assert verdict_of(QUESTION, [make_hit(), make_hit("Returns stay as they are.", OPEN, start=100)]) is Verdict.NO


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Does the grant cover the repairs?", "The grant covers the repairs only in part."),
        ("Was the harbour rebuilt?", "The harbour was partly rebuilt."),
        ("Did members back the plan?", "Some, but not all, of the members backed the plan."),
    ],
)
def test_partly_where_the_quote_says_so_itself(question: str, quote: str) -> None:
    assert verdict_of(question, [make_hit(quote, SURE_YES)]) is Verdict.PARTLY


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Was the whole harbour rebuilt?", "The harbour was partly rebuilt."),  # no, rather
        ("Was the harbour partly rebuilt?", "The harbour was partly rebuilt."),  # yes, rather
        ("Was the harbour rebuilt?", "The harbour may be partly rebuilt."),
        ("Was the harbour rebuilt?", "The quay was moved, in part because of the tide."),
        ("Did the mayor resign?", "The harbour was partly rebuilt."),
        ("Are jabs covered?", "We recommend jabs, and the campaign for jabs was partly our idea."),
    ],
)
def test_partly_is_not_said_of_anything_else(question: str, quote: str) -> None:
    assert verdict_of(question, [make_hit(quote, OPEN)]) is None


def test_the_verdict_is_carried_by_the_quotes_that_are_shown() -> None:
    hits = [make_hit(stance=OPEN), make_hit("No, said the minister.", SURE_NO, confidence=0.5, start=100)]
    answer = decide(QUESTION, QUESTION, hits, 0.4)
    assert len(answer.quotes) == 1
    assert answer.verdict is None
    assert decide(QUESTION, QUESTION, [make_hit()], 0.4).verdict is Verdict.NO


def test_a_refusal_has_no_verdict() -> None:
    assert decide(QUESTION, QUESTION, [make_hit()], 0.95).verdict is None


def test_a_follow_up_is_judged_as_it_was_understood() -> None:
    assert decide("Returns too?", QUESTION, [make_hit()], 0.4).verdict is Verdict.NO


def test_a_verdict_is_surer_where_the_quote_has_the_words_of_the_question() -> None:
    other = make_hit("Goods that are sent back stay outside it.")
    assert judge(QUESTION, make_hit())[1] > judge(QUESTION, other)[1]


def test_a_no_is_less_sure_where_the_question_is_put_in_the_negative() -> None:
    assert judge("Does the deal exclude returns?", make_hit())[1] < judge(QUESTION, make_hit())[1]


def test_a_question_put_in_the_negative_is_known_from_a_polite_one() -> None:
    assert find_cues("Did nobody object?", DENIAL).asked_denied
    assert not find_cues("Didn’t anyone object?", DENIAL).asked_denied
    assert not find_cues("They objected, didn't they?", DENIAL).asked_denied


def test_each_feature_has_a_weight_and_each_weight_a_feature() -> None:
    assert list(read_features(QUESTION, make_hit())) == list(WEIGHTS)


def test_probabilities_at_their_limits_are_judged_as_well() -> None:
    for sure in ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)):
        assert 0 <= judge("", make_hit("", sure))[1] <= 1


def test_a_hit_that_was_not_read_cannot_be_judged() -> None:
    with pytest.raises(ValueError, match="was not read"):
        judge(QUESTION, make_hit(stance=None))


def test_a_stance_is_made_of_probabilities_in_the_order_of_the_logits() -> None:
    found = stance((1000.0, -1000.0, 999.0))
    assert sum(found) == pytest.approx(1.0)
    assert found[0] > found[2] > found[1] >= 0


@pytest.mark.model
def test_every_hit_that_was_read_has_a_stance_and_none_that_was_not(bundled: Library) -> None:
    read = bundled.search(QUESTION, read=True)
    assert all(hit.stance and sum(hit.stance) == pytest.approx(1.0) for hit in read)
    assert all(hit.stance is None for hit in bundled.search(QUESTION, read=False))


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("So does it rain?", "does it rain?"),
        ("ok, so who is it", "who is it"),
        ("Hello! What is covered?", "What is covered?"),
        ("And who is it?", "And who is it?"),
        ("So Lam won?", "So Lam won?"),
        ("Does it rain so?", "Does it rain so?"),
    ],
)
def test_words_with_which_people_begin_to_talk_ask_nothing(question: str, asks: str) -> None:
    assert without_opening(question) == asks
