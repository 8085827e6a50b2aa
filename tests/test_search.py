"""Searching: the right sentence first, exact offsets, a fixed order, and sense made of any question."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import Hit, Library, NoSuchArticle, search

TEXT = "The deal covers boats. It does not cover returns.\n\n## Money\n\nNobody named a sum. It may be large."
OTHER = "Cats sleep for most of the day. They hunt at dusk. Boats scare them."
QUESTIONS = json.loads((Path(__file__).parent / "bundled_questions.json").read_text(encoding="utf-8"))


@pytest.fixture
def filled(library: Library) -> Library:
    library.add_text(TEXT, title="The deal")
    library.add_text(OTHER, title="Cats")
    return library


def check_offsets(library: Library, hits: list[Hit]) -> None:
    articles = {article.id: article for article in library.articles}
    for hit in hits:
        article = articles[hit.passage.article_id]
        assert article.text[hit.passage.start : hit.passage.end] == hit.passage.text
        assert article.text[hit.quote.start : hit.quote.end] == hit.quote.text
        assert hit.passage.start <= hit.quote.start < hit.quote.end <= hit.passage.end
        assert (hit.quote.article_id, hit.quote.revision) == (article.id, article.revision)
        assert 0 <= hit.confidence <= 1


def test_the_sentence_that_shares_the_question_comes_first(filled: Library) -> None:
    hit = filled.search("Does it cover returns?", read=False)[0]
    assert hit.quote.text == "It does not cover returns."
    assert (hit.passage.heading, hit.passage.paragraph, hit.quote.paragraph) == ("", 1, 1)
    hit = filled.search("a large sum", read=False)[0]
    assert (hit.passage.heading, hit.passage.paragraph) == ("Money", 2)


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    question=st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_quotes_stand_where_they_say_whatever_the_text_and_the_question(
    library: Library, text: str, question: str
) -> None:
    article = library.add_text(f"Some words. {text}", source="same")
    assert library.articles == [article]
    check_offsets(library, library.search(question, read=False))
    check_offsets(library, library.search(f"words {text}", read=False))


def test_hits_come_best_first_one_a_passage_and_no_more_than_asked_for(filled: Library) -> None:
    for k in (1, 2, 50, 10**12):
        hits = filled.search("boats", k, read=False)
        assert len(hits) == min(k, 3)
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert len({hit.passage.id for hit in hits}) == len(hits)
        check_offsets(filled, hits)


def test_equals_come_in_a_fixed_order(library: Library) -> None:
    for number in range(12):
        library.add_text("The same words. " * 3, source=f"{number}")
    ids = [hit.passage.article_id for hit in library.search("same words", 12, read=False)]
    assert ids == sorted(ids)
    assert [hit.quote.start for hit in library.search("same words", 12, read=False)] == [0] * 12


def test_a_search_within_articles_stays_within_them(filled: Library) -> None:
    deal, cats = filled.articles
    assert {hit.passage.article_id for hit in filled.search("boats", articles=[cats.id], read=False)} == {cats.id}
    assert len(filled.search("boats", articles=[deal.id, cats.id, cats.id], read=False)) == 3
    assert filled.search("boats", articles=[], read=False) == []


def test_within_an_article_a_search_finds_what_it_would_find_if_there_were_no_other(filled: Library) -> None:
    deal = filled.articles[0]
    with Library(model=filled._encoder) as alone:
        alone.add_text(TEXT, title="The deal")
        for question in ("Does it cover returns?", "boats at dusk"):
            assert filled.search(question, articles=[deal.id], read=False) == alone.search(question, read=False)


@pytest.mark.parametrize("question", ["", "  \n", "?!…", "\u3000"])
def test_a_question_without_words_finds_nothing(filled: Library, question: str) -> None:
    assert filled.search(question) == []


@pytest.mark.parametrize(
    "question", ['AND ( " : *', "x" * 10_000, "boat " * 2_000, "\0", "🎉 boats", "日本語", "\ud83c"]
)
def test_any_other_question_finds_something(filled: Library, question: str) -> None:
    check_offsets(filled, filled.search(f"{question} boats", read=False))
    assert filled.search(f"{question} boats", read=False)


@pytest.mark.parametrize("k", [0, -1, 1.5, "3", None])
def test_k_is_a_whole_number_above_none(filled: Library, k: int) -> None:
    with pytest.raises(ValueError, match="k must be"):
        filled.search("boats", k)


@pytest.mark.parametrize("question", [None, 3, b"boats", ["boats"]])
def test_a_question_is_a_str(filled: Library, question: str) -> None:
    with pytest.raises(ValueError, match="question must be a str"):
        filled.search(question)


def test_an_unknown_article_is_named(filled: Library) -> None:
    with pytest.raises(NoSuchArticle, match="nowhere"):
        filled.search("boats", articles=["nowhere"])
    with pytest.raises(ValueError, match="list of ids"):
        filled.search("boats", articles=filled.articles[0].id)
    with pytest.raises(NoSuchArticle, match="nowhere"):
        filled.search("", articles=["nowhere"])


def test_an_empty_library_finds_nothing(library: Library) -> None:
    assert library.search("boats", read=False) == []
    assert library.search("boats") == []


def test_arguments_may_be_given_by_place_as_well(library: Library) -> None:
    one = library.add_text("The owl sleeps by day. It hunts at night.", "Owls", "owls.txt")
    library.add_text("The lark sings by day.", "Larks", "larks.txt")
    (hit,) = library.search("What does it do by day?", 5, [one.id], False)
    assert (one.title, one.source, hit.passage.article_id) == ("Owls", "owls.txt", one.id)


@pytest.mark.model
def test_the_default_library_is_the_bundled_article(bundled: Library) -> None:
    (article,) = bundled.articles
    assert article.title == "Britain and Turkey take aim at the small-boat trade"
    hits = search("Who wrote the report?", k=3)
    check_offsets(bundled, hits)
    assert {hit.passage.article_id for hit in hits} == {article.id}
    assert len(hits) == 3


@pytest.mark.model
def test_retrieval_puts_most_answers_to_the_bundled_articles_questions_among_the_first_five(bundled: Library) -> None:
    asked = [each for each in QUESTIONS if each["sentence"]]
    found = 0
    for each in asked:
        hits = bundled.search(each["question"], 5, read=False)
        found += any(each["sentence"] in hit.passage.text or hit.quote.text in each["sentence"] for hit in hits)
    assert found >= 0.8 * len(asked)


@pytest.mark.model
def test_meaning_finds_what_shares_no_word() -> None:
    with Library() as library:
        library.add_text(
            "The minister resigned on Monday. Rainfall broke all records in the north. The ferry was sold to Norway."
        )
        (hit,) = library.search("How wet was the weather?", 1, read=False)
        assert hit.quote.text == "Rainfall broke all records in the north."


@pytest.mark.model
def test_searches_from_many_threads_give_what_one_gives(bundled: Library) -> None:
    asked = [each["question"] for each in QUESTIONS[:12]]
    alone = [bundled.search(question, 3, read=False) for question in asked]
    together: list[list[Hit]] = [[] for _ in asked]

    def work(place: int) -> None:
        together[place] = bundled.search(asked[place], 3, read=False)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(asked))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone
