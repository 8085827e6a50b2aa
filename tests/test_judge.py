"""The judge: what a sentence says to a yes/no question."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Library, ModelError
from index.judging import JUDGED, join
from index.reader.judge import MODEL, Judge, Said, default_judge
from index.reader.judge_window import make_judge_window
from index.reader.windows import CLS, SEP

TITLE = "Harbour tram"


def verdict(question: str, sentence: str, *, before: str = "", history: str = "") -> str:
    (stance,) = default_judge().judge(question, [Said(TITLE, before, sentence)], history=history)
    assert sum(stance) == pytest.approx(1.0)
    return ("yes", "no", "neither")[stance.index(max(stance))]


def test_weights_that_are_missing_or_another_version_s_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"gone\.onnx.*pip install"):
        Judge(tmp_path / "gone.onnx").load()
    other = tmp_path / "judge.onnx"
    other.write_bytes(MODEL.read_bytes()[:-1])
    with pytest.raises(ModelError, match="not the one"):
        Judge(other).load()


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "sentence", "says"),
    [
        ("Will the tram run at night?", "Trams will run all through the night, every half hour.", "yes"),
        ("Will the tram run at night?", "The last tram leaves at ten, and there is no night service.", "no"),
        ("Will the tram run at night?", "Whether trams will run at night has not been decided.", "neither"),
        ("Will the tram run at night?", "The line is eleven kilometres long.", "neither"),
        ("did the council vote for it", "The council rejected the plan by nine votes to six.", "no"),
        ("Is the tram free for children?", "Children under seven travel free.", "yes"),
        ("Was the first tram late?", "The first tram left on time.", "no"),
    ],
)
def test_it_tells_yes_from_no_and_from_neither(question: str, sentence: str, says: str) -> None:
    assert verdict(question, sentence) == says


@pytest.mark.model
def test_each_sentence_is_judged_by_itself_and_none_gives_none() -> None:
    sentences = [Said(TITLE, "", text) for text in ("Dogs may travel on the tram.", "Dogs are not allowed on it.")]
    together = default_judge().judge("Are dogs allowed on the tram?", sentences)
    assert [stance.index(max(stance)) for stance in together] == [0, 1]
    (alone,) = default_judge().judge("Are dogs allowed on the tram?", sentences[1:])
    assert together[1] == alone
    assert default_judge().judge("Are dogs allowed on the tram?", []) == []


@pytest.mark.model
def test_only_a_yes_no_question_is_judged(bundled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[int] = []

    def count(self: Judge, question: str, sentences: list[Said], *, history: str = "") -> list[tuple[float, ...]]:
        judged.append(len(sentences))
        return [(0.0, 1.0, 0.0)] * len(sentences)

    monkeypatch.setattr(Judge, "judge", count)
    assert bundled.search("What does the deal cover?")
    assert bundled.search("Does it cover returns?", read=False)
    assert judged == []
    hits = bundled.search("Does the deal cover returns?", 10)
    assert judged == [JUDGED]
    assert all(hit.stance and hit.stance[1] > hit.stance[0] for hit in hits[:JUDGED])


def test_two_words_on_a_quote_are_joined_and_neither_decides_alone() -> None:
    yes, no, undecided = join((0.9, 0.05, 0.05), (0.1, 0.8, 0.1))
    assert yes + no + undecided == pytest.approx(1.0)
    assert undecided < yes < 0.9
    assert join((0.0, 1.0, 0.0), (0.0, 1.0, 0.0))[1] > 0.99


def test_a_window_holds_what_fits_the_question_and_the_sentence_first() -> None:
    ids, start = make_judge_window(range(900), range(1000, 1900), history=[7] * 900, title=[8] * 900, before=[9] * 900)
    assert len(ids) <= 256
    assert (ids[0], ids[start - 1], ids[-1]) == (CLS, SEP, SEP)
    assert ids[start] == 1000
    assert {7, 8, 9} <= set(ids)
