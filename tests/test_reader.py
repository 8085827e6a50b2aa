"""The trained reader: its weights, and what it says of sentences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import ModelError
from index.reader.reader import MODEL, Reader, Run, default_reader
from index.reader.spans import MOST_PIECES, best_span, whole_words

LINES = (
    "The bridge across the Ester was closed on Monday.",
    "Engineers had found cracks in two of its piers.",
    "A ferry will carry passengers until the repairs are done.",
    "The city hopes to build a second bridge one day.",
)


def run(*lines: str, headings: tuple[str, ...] = ()) -> Run:
    return Run("The bridge", lines, tuple(line in headings for line in lines))


def best(question: str, *lines: str) -> str:
    (readings,) = default_reader().read(question, [run(*lines)])
    return max(zip(lines, readings, strict=True), key=lambda pair: pair[1].answers)[0]


def test_weights_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gone\.onnx.*pip install"):
        Reader(tmp_path / "gone.onnx").load()


def test_weights_of_another_version_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "model.onnx"
    other.write_bytes(MODEL.read_bytes()[:-1])
    with pytest.raises(ModelError, match="not the one"):
        Reader(other).load()


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What was wrong with it?", LINES[1]),
        ("How do people get across now?", LINES[2]),
        ("what day did it close", LINES[0]),
    ],
)
def test_the_sentence_that_answers_reads_best(question: str, answer: str) -> None:
    assert best(question, *LINES) == answer


@pytest.mark.model
def test_a_question_that_nothing_answers_reads_as_such() -> None:
    (readings,) = default_reader().read("Who designed the bridge in 1911?", [run(*LINES)])
    assert max(reading.answers for reading in readings) < 0


@pytest.mark.model
def test_headings_are_read_but_not_scored() -> None:
    lines = ("Repairs", *LINES)
    (readings,) = default_reader().read("Why was it shut?", [run(*lines, headings=("Repairs",))])
    assert len(readings) == len(LINES)


@pytest.mark.model
def test_each_run_gets_its_own_readings_whatever_is_read_beside_it() -> None:
    question = "Why was it shut?"
    long = run(*(LINES * 20))
    (alone,) = default_reader().read(question, [run(*LINES)])
    beside = default_reader().read(question, [long, run(*LINES), run()])
    assert [len(readings) for readings in beside] == [80, 4, 0]
    # Not the same to the digit: int8 rounds by what else is in a batch.
    assert [r.answers for r in beside[1]] == pytest.approx([r.answers for r in alone], abs=1.5)


@pytest.mark.model
def test_the_verdict_of_a_denial_leans_to_no() -> None:
    (readings,) = default_reader().read("Does the ferry carry cars?", [run("The ferry does not take cars.")])
    yes, no, _ = readings[0].verdict
    assert no > yes


@pytest.mark.model
def test_what_was_asked_before_helps_a_follow_up() -> None:
    lines = (
        "Mayor Adeline Korr opened the new pool on Friday.",
        "It was built by Harrow and Sons.",
        "The pool cost 4 million euros, and the library beside it 9 million.",
    )
    before = "What did the pool cost? The pool cost 4 million euros"
    (bare,) = default_reader().read("And who built it?", [run(*lines)])
    (leaning,) = default_reader().read("And who built it?", [run(*lines)], history=before)
    assert max(range(3), key=lambda i: leaning[i].answers) == 1
    assert leaning != bare


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("It fell by 2.5% in May.", "5", "2.5%"),
        ("It cost €310m, all told.", "310m,", "€310m"),
        ("the Anglo-Saxon kings", "Saxon", "Anglo-Saxon"),
        ("He doesn’t say.", "t", "doesn’t"),
        ("(in 1,000 years)", "(in 1", "in 1,000"),
        ("by the UK (and others) too", "UK (and others", "UK (and others)"),
        ("“Never,” he said", "“Never,”", "Never"),
        ("Cafe\u0301s shut", "Cafe", "Cafe\u0301s"),
        ("मेरा नाम", "म", "मेरा"),
        ("Seen: 👩‍👩‍👧!", " 👩‍👩‍👧", "👩‍👩‍👧"),
        ("word—another", "another", "another"),
    ],
)
def test_an_answer_is_whole_words_without_the_marks_around_them(text: str, part: str, whole: str) -> None:
    at = text.index(part)
    start, end = whole_words(text, at, at + len(part))
    assert text[start:end] == whole


@given(st.text(max_size=40), st.data())
def test_whole_words_lie_in_the_text_begin_and_end_with_no_blank_and_stay_whole(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = whole_words(text, start, end)
    assert 0 <= found[0] <= found[1] <= len(text)
    words = text[slice(*found)]
    assert words == words.strip()
    assert whole_words(text, *found) == found
    for edge in found:
        assert not text[max(0, edge - 1) : edge + 1].isalpha() or edge in (0, len(text)) or not words


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=45))
def test_the_best_span_is_the_best_of_all_that_are_short_enough(logits: list[tuple[int, int]]) -> None:
    starts, ends = (np.array(column, np.float32) for column in zip(*logits, strict=True))
    count = len(logits)
    pairs = [(a, b) for a in range(count) for b in range(a, min(count, a + MOST_PIECES))]
    first, last = best_span(starts, ends)
    assert (first, last) in pairs
    assert starts[first] + ends[last] == max(starts[a] + ends[b] for a, b in pairs)


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "answer"), [("Who is the mayor?", "Adeline Korr"), ("How long will it take?", "2.5 years")]
)
def test_the_words_that_answer_are_marked_in_the_sentence(question: str, answer: str) -> None:
    line = "Mayor Adeline Korr said the bridge would cost €310m, and the repairs take 2.5 years."
    ((reading,),) = default_reader().read(question, [run(line)])
    marked = line[slice(*reading.span)]
    assert answer in marked
    assert len(marked) < len(line) / 2


@pytest.mark.model
@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=60).filter(lambda text: bool(text.strip())), min_size=1, max_size=5))
def test_whatever_is_read_each_sentence_has_a_reading_with_words_of_its_own(lines: list[str]) -> None:
    lines = [line.strip() for line in lines]
    (readings,) = default_reader().read("What is it?", [run(*lines)])
    assert len(readings) == len(lines)
    for line, reading in zip(lines, readings, strict=True):
        start, end = reading.span
        assert 0 <= start < end <= len(line)
        assert line[start:end] == line[start:end].strip()
