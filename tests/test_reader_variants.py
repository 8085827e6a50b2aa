"""Questions made from questions, for the training of the reader."""

from __future__ import annotations

from random import Random

import pytest

pytest.importorskip("bench.reader_variants", reason="bench is not part of an installed package")

from bench.reader_statements import Statement, statements
from bench.reader_variants import altered, variants

TEXT = "The Orla Bridge opened in 1921. In 1944 engineers of the Kell Company blew up the Orla Bridge and the Mire Dam."


def test_variants_keep_the_telling_words() -> None:
    found = variants("When did the engineers destroy the bridge?", Random(0))
    assert found[0] == "When did the engineers destroy the bridge"
    assert found[1] == "When engineers destroy bridge"
    assert all("?" not in each for each in found)


@pytest.mark.parametrize(
    ("question", "others"),
    [
        ("What happened in 1921?", {"What happened in 1944?"}),
        ("Who blew up the Orla Bridge?", {"Who blew up the Mire Dam?", "Who blew up the Kell Company?"}),
        ("Which bridge was opened first?", {"Which bridge was closed first?", "Which bridge was opened last?"}),
    ],
)
def test_an_altered_question_differs_in_one_thing(question: str, others: set[str]) -> None:
    assert {altered(question, TEXT, Random(seed)) for seed in range(20)} == others


@pytest.mark.parametrize("question", ["Did it open in 1921?", "Who paid?", "What did the engineers of Orla say?"])
def test_what_cannot_be_altered_is_left(question: str) -> None:
    text = TEXT if question != "What did the engineers of Orla say?" else "Orla has engineers."
    assert altered(question, text, Random(0)) is None


def test_a_statement_that_is_altered_is_denied() -> None:
    found = {altered("Did the bridge open in 1921?", TEXT, Random(seed), asserted=True) for seed in range(20)}
    assert found == {"Did the bridge open in 1944?", "Did the bridge close in 1921?"}


def test_statements_become_yes_no_questions() -> None:
    said = ["The council did not approve the new bridge.", "The old bridge may reopen next year."]
    text = " ".join(said)
    sentences = [(0, len(said[0])), (len(said[0]) + 1, len(text))]
    assert statements(text, sentences, Random(0)) == [
        Statement("Did the council approve the new bridge?", 0, "no"),
        Statement("Will the old bridge reopen next year?", 1, "undecided"),
    ]
