"""Shared words: what is found by them, and how much of a question they are."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from index import lexical_files, lexical_parts
from index.lexical import LexicalIndex, LexicalPassage
from index.lexical_parts import LexicalWriter, Place, PlannedPart, plan_parts


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


def test_how_telling_a_word_is_depends_on_the_articles_that_are_searched() -> None:
    index = make_index(["one boat", "two boats"], ["one car", "a boat"])
    assert index.weigh("one boat", articles=[0])["boat"] < 0.3
    assert index.weigh("one boat", articles=[1])["boat"] == pytest.approx(0.5)


def test_overlong_words_are_passed_over() -> None:
    index = make_index(["x" * 100_000 + " boat"])
    assert found(index, "y" * 100_000 + " boat") == [0]


def passages_of(article: int, texts: list[str]) -> list[LexicalPassage]:
    return [LexicalPassage(article * 10 + i, text, (text,)) for i, text in enumerate(texts)]


def write_parts(folder: Path, *parts: dict[int, list[str]]) -> dict[int, int]:
    """Each part's articles, by their numbers, with their passages; how many sentences each article has."""
    sentences = {}
    with LexicalWriter(folder) as writer:
        for part in parts:
            with writer.part():
                for article, texts in part.items():
                    sentences[article] = writer.add(article, passages_of(article, texts))
    return sentences


TEXTS = {0: ["the red boat", "a blue car"], 1: ["a boat on a boat"], 2: ["the boats of Sunday"], 3: ["the lost anchor"]}


def test_words_in_files_and_in_memory_are_searched_and_weighed_as_one(tmp_path: Path) -> None:
    """Articles in two parts, one that was taken out of them, and one that came later."""
    sentences = write_parts(tmp_path, {0: TEXTS[0], 1: TEXTS[1]}, {3: TEXTS[3]})
    both, fresh = LexicalIndex(tmp_path, sentences), LexicalIndex()
    for article in (0, 3):
        fresh.add(article, passages_of(article, TEXTS[article]))
    both.weigh("boat")
    both.remove(1)
    for each in (both, fresh):
        each.add(2, passages_of(2, TEXTS[2]))
    assert sorted(found(both, "boat")) == sorted(found(fresh, "boat")) == [0, 20]
    assert found(both, "a car", articles=[0, 1]) == found(fresh, "a car", articles=[0]) == [1]
    assert found(both, "boat", articles=[1]) == []
    for articles in (None, [0], [2], [0, 3], [0, 1, 2]):
        for _ in range(2):
            assert both.weigh("the lost boat on Sunday", articles=articles) == fresh.weigh(
                "the lost boat on Sunday", articles=articles
            )


def test_parts_are_ranked_by_the_statistics_of_all(tmp_path: Path) -> None:
    """A passage's score does not depend on which others are in its part."""
    fresh = LexicalIndex()
    for article, texts in TEXTS.items():
        fresh.add(article, passages_of(article, texts))
    for number, parts in enumerate(([[0, 1, 2, 3]], [[0], [1], [2], [3]], [[3, 1], [0, 2]], [[], [0, 1], [2, 3]])):
        folder = tmp_path / str(number)
        sentences = write_parts(folder, *({article: TEXTS[article] for article in part} for part in parts))
        index = LexicalIndex(folder, sentences)
        for question in ("the boat", "a red anchor", "Sunday", "submarine"):
            assert index.search(question, 10) == fresh.search(question, 10)
            assert index.search(question, 10, articles=[0, 2]) == fresh.search(question, 10, articles=[0, 2])
            assert index.weigh(question) == fresh.weigh(question)


def test_parts_that_are_kept_are_searched_with_those_that_are_made(tmp_path: Path) -> None:
    write_parts(tmp_path / "old", {0: TEXTS[0]}, {1: TEXTS[1], 2: TEXTS[2]}, {3: TEXTS[3]})
    with LexicalWriter(tmp_path / "new", like=tmp_path / "old") as writer:
        assert writer.keep(2) == 0
        with writer.part() as number:
            assert number == 1
            writer.add(2, passages_of(2, TEXTS[2]))
        assert writer.keep(0) == 2
    index = LexicalIndex(tmp_path / "new", {0: 2, 2: 1, 3: 1})
    fresh = LexicalIndex()
    for article in (0, 2, 3):
        fresh.add(article, passages_of(article, TEXTS[article]))
    for question in ("the boat", "lost car", "Sunday"):
        assert index.search(question, 10) == fresh.search(question, 10)
        assert index.weigh(question) == fresh.weigh(question)


def test_as_many_are_found_where_the_best_were_taken_out(tmp_path: Path) -> None:
    index = LexicalIndex(
        tmp_path, write_parts(tmp_path, *({n: ["boat " * (20 - n) + "by the sea"]} for n in range(20)))
    )
    assert [number for number, _ in index.search("boat", 3)] == [0, 10, 20]
    for article in (*range(15), 17):
        index.remove(article)
    assert [number for number, _ in index.search("boat", 3)] == [150, 160, 180]
    assert [number for number, _ in index.search("boat", 5)] == [150, 160, 180, 190]
    assert [number for number, _ in index.search("boat", 3, articles=[3, 16])] == [160]


def test_no_parts_are_an_index_of_nothing(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path, write_parts(tmp_path))
    assert found(index, "boat") == []
    assert list(index.weigh("boat")) == ["boat"]


def test_a_part_is_not_written_by_halves(tmp_path: Path) -> None:
    def fail(writer: LexicalWriter) -> None:
        with writer.part():
            writer.add(1, passages_of(1, TEXTS[1]))
            raise OSError("the disk is full")

    with LexicalWriter(tmp_path) as writer:
        with pytest.raises(OSError, match="full"):
            fail(writer)
        with writer.part():
            writer.add(0, passages_of(0, TEXTS[0]))
    assert found(LexicalIndex(tmp_path, {0: 2}), "boat") == [0]


def places_of(*parts: dict[int, int]) -> dict[int, Place]:
    """Articles of so many passages, of two sentences each, in parts."""
    return {
        article: Place(range(article * 100, article * 100 + size), 2 * size, number)
        for number, part in enumerate(parts)
        for article, size in part.items()
    }


def held_of(sizes: dict[int, int]) -> dict[int, range]:
    return {article: range(article * 100, article * 100 + size) for article, size in sizes.items()}


@pytest.mark.parametrize(
    ("parts", "held", "clean", "planned"),
    [
        ([], {}, False, []),
        ([], {1: 4, 2: 5, 3: 2}, False, [("made", 1, 2), ("made", 3)]),
        ([], {1: 30, 2: 1}, False, [("made", 1), ("made", 2)]),
        ([{1: 5, 2: 5}, {3: 9}], {1: 5, 2: 5, 3: 9}, True, [(0, 1, 2), (1, 3)]),
        ([{1: 5, 2: 5}, {3: 9}], {1: 5, 3: 9}, True, [("made", 1), (1, 3)]),
        ([{1: 5}, {3: 9}], {3: 9}, True, [(1, 3)]),
        ([{1: 9, 2: 1}, {3: 9}], {1: 9, 3: 9}, False, [(0, 1, 2), (1, 3)]),
        ([{1: 8, 2: 2}, {3: 9}], {1: 8, 3: 9}, False, [("made", 1), (1, 3)]),
        ([{1: 8}, {2: 2}], {1: 8, 2: 2, 3: 1}, False, [(0, 1), ("made", 2, 3)]),
        ([{1: 9}, {2: 1}], {1: 9, 2: 1, 3: 1}, False, [(0, 1), ("made", 2, 3)]),
        ([{1: 4}, {2: 2}], {1: 4, 2: 2, 3: 1}, False, [("made", 1, 2, 3)]),
        ([{1: 3}, {2: 5, 3: 3}], {1: 3, 2: 5}, True, [("made", 1, 2)]),
    ],
)
def test_only_parts_of_what_is_gone_are_made_anew_and_small_ones_joined(
    monkeypatch: pytest.MonkeyPatch,
    parts: list[dict[int, int]],
    held: dict[int, int],
    clean: bool,
    planned: list[tuple[Any, ...]],
) -> None:
    """Parts of ten passages at most, of which a tenth may be gone."""
    monkeypatch.setattr(lexical_parts, "PART", 10)
    monkeypatch.setattr(lexical_parts, "STALE", 0.1)
    plan = plan_parts(places_of(*parts), held_of(held), clean=clean)
    assert plan == [PlannedPart(tuple(articles), None if kept == "made" else kept) for kept, *articles in planned]


def test_what_has_no_part_any_more_gets_a_new_one() -> None:
    places = places_of({1: 5}) | {2: Place(range(200, 205), 10, None)}
    assert plan_parts(places, held_of({1: 5, 2: 5}), clean=True) == [PlannedPart((1, 2), None)]
    assert plan_parts(places, held_of({1: 5}), clean=True) == [PlannedPart((1,), 0)]


def test_of_very_many_passages_those_with_the_rarer_words_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = ["the boat", "the old boat", "the anchor", "the lost anchor of it"]
    numbers = {article: article * 10 for article in range(4)}
    write_parts(tmp_path, *({article: [text]} for article, text in enumerate(texts)))
    index = LexicalIndex(tmp_path, dict.fromkeys(range(4), 1))
    assert set(found(index, "the lost old anchor")) == set(numbers.values())
    monkeypatch.setattr(lexical_files, "MANY", 3)
    assert set(found(index, "the lost old anchor")) == {10, 30}, "most have “the”, and half of them an anchor"
    assert set(found(index, "the lost old anchor", articles=[2, 3])) == {20, 30}
    assert set(found(index, "the anchor")) == set(numbers.values()), "two words are looked for at least"
