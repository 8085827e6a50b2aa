"""Shared words: what is found by them, and how much of a question they are."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from index import lexical_files
from index.lexical import LexicalIndex, LexicalPassage
from index.lexical_files import LexicalWriter


def make_index(*articles: list[str]) -> LexicalIndex:
    """Each article's passages, of one sentence each, under the numbers 0, 1, … and 10, 11, …"""
    index = LexicalIndex()
    for article, texts in enumerate(articles):
        index.add(article, [LexicalPassage(article * 10 + i, text, (text,)) for i, text in enumerate(texts)])
    return index


def found(index: LexicalIndex, question: str, *, articles: list[int] | None = None) -> list[int]:
    return [number for number, _ in index.search(question, 10, articles=articles)]


def test_the_rarer_word_counts_for_more() -> None:
    index = make_index(["the boat is old", "the boat is new", "the anchor is lost"])
    assert found(index, "boat or anchor")[0] == 2


def test_case_accents_and_endings_make_no_difference() -> None:
    index = make_index(["Cafés were returning.", "Boats sailed."])
    assert found(index, "the RETURNS of a cafe") == [0]


def test_scores_are_bm25() -> None:
    index = make_index(["red boat", "blue boat", "blue car"])
    ((number, score),) = index.search("red", 10)
    # idf of a word in 1 of 3 passages, times (k1 + 1) / (1 + k1) for a passage of the usual length.
    assert number == 0
    assert score == pytest.approx(math.log(1 + 2.5 / 1.5), rel=1e-5)


@pytest.mark.parametrize(
    "question", ['AND ( " : *', "boat OR NOT (", "text:boat^9", "+boat -boat", "[a TO b]", "\\", "\0"]
)
def test_a_question_is_words_and_never_syntax(question: str) -> None:
    index = make_index(["a boat", "a car to a bike"])
    assert found(index, f"{question} boat")[0] == 0
    assert set(found(index, question)) <= {0, 1}


def test_a_question_without_words_finds_nothing() -> None:
    index = make_index(["a boat"])
    assert [found(index, question) for question in ("", "?!", "submarine")] == [[], [], []]
    assert index.weigh("?!") == {}
    assert index.shared({}, "a boat") == set()


def test_a_search_within_articles_finds_nothing_outside() -> None:
    index = make_index(["a boat", "a car"], ["a boat", "the boats"])
    assert sorted(found(index, "boat", articles=[1])) == [10, 11]
    assert found(index, "boat", articles=[]) == []
    assert found(index, "car", articles=[1]) == []


def test_what_is_removed_leaves_no_trace() -> None:
    index = make_index(["a boat", "a car"], ["a boat on a boat"])
    fresh = make_index(["a boat", "a car"])
    index.remove(1)
    index.remove(1)
    assert found(index, "boat") == [0]
    assert index.weigh("the boat") == fresh.weigh("the boat")


def test_a_words_weight_is_its_idf_as_a_share_of_the_questions() -> None:
    index = make_index(["the red boat", "the blue boat", "the car"])
    weights = index.weigh("The red submarine")
    idf = {"the": math.log(1 + 0.5 / 3.5), "red": math.log(1 + 2.5 / 1.5), "submarin": math.log(1 + 3.5 / 0.5)}
    assert weights == pytest.approx({term: value / sum(idf.values()) for term, value in idf.items()})
    assert sum(weights.values()) == pytest.approx(1)
    assert index.shared(weights, "Submarines, the red boat") == {"submarin", "the", "red"}
    assert index.shared(weights, "nothing") == set()


def test_how_telling_a_word_is_depends_on_the_articles_that_are_searched() -> None:
    index = make_index(["one boat", "two boats"], ["one car", "a boat"])
    assert index.weigh("one boat", articles=[0])["boat"] < 0.3
    assert index.weigh("one boat", articles=[1])["boat"] == pytest.approx(0.5)


def test_overlong_words_are_passed_over() -> None:
    index = make_index(["x" * 100_000 + " boat"])
    assert found(index, "y" * 100_000 + " boat") == [0]


def test_words_in_files_and_in_memory_are_searched_and_weighed_as_one(tmp_path: Path) -> None:
    """An article in a file, one that was taken out of it, and one that came later."""
    texts = {0: ["the red boat", "a blue car"], 1: ["a boat on a boat"], 2: ["the boats of Sunday"]}
    passages = {
        article: [LexicalPassage(article * 10 + i, text, (text,)) for i, text in enumerate(each)]
        for article, each in texts.items()
    }
    with LexicalWriter(tmp_path) as writer:
        sentences = {article: writer.add(article, passages[article]) for article in (0, 1)}
    with LexicalWriter(tmp_path) as writer:
        writer.remove(1)
        sentences[1] = writer.add(1, passages[1])
    both, fresh = LexicalIndex(tmp_path, sentences), make_index(texts[0])
    both.remove(1)
    for each in (both, fresh):
        each.add(2, passages[2])
    assert sorted(found(both, "boat")) == sorted(found(fresh, "boat")) == [0, 20]
    assert found(both, "a car", articles=[0, 1]) == found(fresh, "a car", articles=[0]) == [1]
    assert found(both, "boat", articles=[1]) == []
    for articles in (None, [0], [2], [0, 1, 2]):
        assert both.weigh("the boat on Sunday", articles=articles) == fresh.weigh(
            "the boat on Sunday", articles=articles
        )


def test_of_very_many_passages_those_with_the_rarer_words_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["the boat", "the old boat", "the anchor", "the lost anchor of it"]
    with LexicalWriter(tmp_path) as writer:
        for article, text in enumerate(texts):
            writer.add(article, [LexicalPassage(article, text, (text,))])
    index = LexicalIndex(tmp_path, dict.fromkeys(range(4), 1))
    assert set(found(index, "the lost old anchor")) == {0, 1, 2, 3}
    monkeypatch.setattr(lexical_files, "MANY", 3)
    assert set(found(index, "the lost old anchor")) == {1, 3}, "most have “the”, and half of them an anchor"
    assert set(found(index, "the lost old anchor", articles=[2, 3])) == {2, 3}
    assert set(found(index, "the anchor")) == {0, 1, 2, 3}, "two words are looked for at least"


def test_words_are_counted_the_same_where_some_were_taken_out_of_the_files(tmp_path: Path) -> None:
    texts = ["the boat", "the old boat", "the anchor", "the lost anchor"]
    with LexicalWriter(tmp_path) as writer:
        for article, text in enumerate(texts):
            writer.add(article, [LexicalPassage(article, text, (text,))])
    whole = LexicalIndex(tmp_path, dict.fromkeys(range(4), 1))
    whole.remove(3)
    with LexicalWriter(tmp_path) as writer:
        writer.remove(3)
    without = LexicalIndex(tmp_path, dict.fromkeys(range(3), 1))
    assert list(tmp_path.rglob("*.del")), "tantivy only marks what is taken out"
    for index in (whole, without):
        for question in ("the anchor", "lost boat"):
            for _ in range(2):
                assert index.weigh(question) == make_index(*([text] for text in texts[:3])).weigh(question)
