"""The bench's own sums: by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bench import results
from bench.quality import Place, measure_passages, measure_sentences
from bench.question_sets import SetQuestion, load_question_set


class FixedSearch:
    """Finds the same places whatever is asked."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = list(places)

    def passages(self, question: str) -> list[Place]:
        return self.places

    def sentence(self, question: str, article: str) -> Place | None:
        return next((place for place in self.places if place[0] == article), None)


def asked(article: str, paragraph: tuple[int, int], answer: tuple[int, int]) -> SetQuestion:
    return SetQuestion(article, "What?", answer, paragraph, yes_no=False)


def test_a_passage_counts_from_the_first_that_lies_in_the_answers_paragraph() -> None:
    search = FixedSearch([("a", 0, 10), ("b", 20, 30), ("b", 30, 40)])
    questions = [
        asked("a", (0, 30), (12, 14)),  # first
        asked("b", (30, 60), (31, 33)),  # third: the second ends where the paragraph starts
        asked("b", (60, 90), (61, 63)),  # not found
        asked("c", (0, 30), (1, 2)),  # not found: another article
    ]
    assert measure_passages(search, questions) == pytest.approx((1 / 4, 2 / 4, (1 + 1 / 3) / 4))


def test_a_sentence_is_right_where_the_answer_starts_in_it() -> None:
    search = FixedSearch([("a", 10, 20)])
    spans = [(10, 30), (19, 20), (20, 21), (9, 12)]
    assert measure_sentences(search, [asked("a", (0, 50), span) for span in spans]) == 2 / 4
    assert measure_sentences(search, [asked("z", (0, 50), (1, 2))]) == 0


def test_answers_of_the_sets_stand_where_they_say(shared: Path) -> None:
    for split, name in (("bench", "xquad_en"), ("bench", "news"), ("bench", "selqa_dev"), ("train", "squad2")):
        found = load_question_set(split, name, articles=20)
        texts = {article.id: article.text for article in found.articles}
        assert found.answerable
        for question in found.answerable:
            assert question.answer
            assert question.paragraph
            start, end = question.paragraph
            assert start <= question.answer[0] < end <= len(texts[question.article_id])


def test_a_section_of_the_results_takes_the_place_of_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "RESULTS", tmp_path / "RESULTS.md")
    for body in ("old", "new \\1"):
        results.write_section("one", body, command="python -m one")
        results.write_section("two", "kept", command="python -m two")
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert (text.count("old"), text.count("new \\1"), text.count("kept")) == (0, 1, 1)
    assert text.index("new") < text.index("kept")


def test_a_table_has_three_decimals() -> None:
    assert results.to_table(("set", "recall"), [("a", 0.12345), ("b", 3)]) == (
        "| set | recall |\n| --- | ---: |\n| a | 0.123 |\n| b | 3 |"
    )
