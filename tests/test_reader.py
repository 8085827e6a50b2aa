"""The trained reader: its weights, and what it says of sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import ModelError
from index.reader.reader import MODEL, Reader, Run, default_reader

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
    with pytest.raises(ModelError, match="not the reader"):
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
