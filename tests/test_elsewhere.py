"""Which other places speak of what was asked: on topic, in order, without repeats."""

from __future__ import annotations

import pytest
from fake_library import FakeLibrary, make_article

from bot import Conversation
from bot.elsewhere import MOST_PLACES, other_places
from index import Article, Hit, Quote

NEWS = """# A bridge, and a prize

The Halvorsen bridge at Marl will close in June. It was built in 1931. Nobody was hurt.

The town of Marl has two schools. The prize went to a poet. She wrote about rain, and about her mother's kitchen. Her
first book sold badly. The second is read in schools. A third is on its way. It is set in Norway.

A jury of five had read ninety books. They met in a hotel. Two of them fell asleep. Dinner was fish.

## Money

Repairs to the Halvorsen bridge cost 4 million euros. The council paid half of it.

- A toll for the Halvorsen bridge was ruled out.
- Buses will run to the station.

The Halvorsen bridge at Marl will close in June, as said. Cheese was eaten. Someone sang. The band went home at ten."""
OTHER = "Rain fell. A dog barked. Snow is due. Two cars met. The road was shut. A tree came down. Nobody slept."
QUESTION = "When will the Halvorsen bridge close?"


def hits_of(*articles: Article, question: str = QUESTION) -> list[Hit]:
    return FakeLibrary(*articles).search(question, k=25)


def quote_of(article: Article, words: str) -> Quote:
    start = article.text.index(words)
    return Quote(article.id, words, start, start + len(words), 1, article.revision)


def places(
    *articles: Article, question: str = QUESTION, quoted: str = "The Halvorsen bridge at Marl will close in June."
) -> tuple[Quote, ...]:
    quotes = [quote_of(articles[0], quoted)]
    return other_places(question, quotes, hits_of(*articles, question=question), {each.id: each for each in articles})


def test_other_places_speak_of_the_same_in_the_order_in_which_they_stand() -> None:
    assert [place.text for place in places(make_article(NEWS))] == [
        "Repairs to the Halvorsen bridge cost 4 million euros.",
        "A toll for the Halvorsen bridge was ruled out.",
    ]


def test_a_place_is_a_quote_that_stands_in_the_article() -> None:
    article = make_article(NEWS)
    found = places(article)
    assert [place.paragraph for place in found] == [4, 5]
    assert all(article.text[place.start : place.end] == place.text for place in found)
    assert {place.revision for place in found} == {article.revision}


def test_no_place_repeats_the_answer_or_another_place() -> None:
    """The last paragraph says again what was quoted: it is no other place, and neither is a second copy of one."""
    copied = f"{NEWS}\n\n{OTHER}\n\nRepairs to the Halvorsen bridge cost 4 million euros."
    texts = [place.text for place in places(make_article(copied))]
    assert len(texts) == len(set(texts)) == 2
    assert not any("close in June" in text for text in texts)


def test_a_quote_of_several_sentences_is_overlapped_by_none() -> None:
    quoted = "Repairs to the Halvorsen bridge cost 4 million euros. The council paid half of it."
    texts = [place.text for place in places(make_article(NEWS), quoted=quoted)]
    assert texts == [
        "The Halvorsen bridge at Marl will close in June.",
        "A toll for the Halvorsen bridge was ruled out.",
    ]


@pytest.mark.parametrize("question", ["is it", "???", "", "What about the cathedral in Lisbon?"])
def test_nothing_is_shown_that_only_looks_alike(question: str) -> None:
    assert places(make_article(NEWS), question=question) == ()


def test_places_of_several_articles_come_article_by_article() -> None:
    one, other = (
        make_article(NEWS, title="One"),
        make_article(f"{OTHER} The Halvorsen bridge has a café.", title="Other"),
    )
    assert [place.article_id for place in places(one, other)] == ["one", "one", "other"]


def test_what_has_changed_since_the_search_is_passed_over() -> None:
    article = make_article(NEWS)
    quotes, hits = [quote_of(article, "Cheese was eaten.")], hits_of(article)
    assert other_places(QUESTION, quotes, hits, {article.id: make_article(NEWS + " ")}) == ()
    assert other_places(QUESTION, quotes, hits, {}) == ()


def test_there_are_never_more_than_one_steps_through() -> None:
    lines = ["The Halvorsen bridge is grey.", *(f"Number {n} on Halvorsen bridge is a{'b' * n}." for n in range(20))]
    filler = [f"Some c{'d' * n} sentence e{'f' * n} of g{'h' * n}." for n in range(110)]
    article = make_article("\n\n".join(lines + filler))
    hits = FakeLibrary(article).search(QUESTION, k=200)
    found = other_places(QUESTION, [quote_of(article, lines[0])], hits, {article.id: article})
    assert len(found) == MOST_PLACES


def test_an_answer_has_its_citations_and_other_places_and_a_refusal_has_neither() -> None:
    library = FakeLibrary(make_article(NEWS, title="The bridge", source="https://news.example/marl"))
    chat = Conversation(library, strictness=0.6)  # type: ignore[arg-type]
    answer = chat.ask(QUESTION)
    assert len(answer.citations) == len(answer.quotes)
    assert answer.citations[0].title == "The bridge"
    assert answer.citations[0].link.startswith("https://news.example/marl#:~:text=The%20Halvorsen")
    assert answer.elsewhere
    refusal = chat.ask("What became of the cathedral of Lisbon in the earthquake?")
    assert not refusal
    assert not refusal.citations
    assert not refusal.elsewhere


def test_what_the_article_is_about_is_cited_as_well() -> None:
    library = FakeLibrary(make_article(NEWS, title="The bridge"))
    answer = Conversation(library).ask("What is this article about?")  # type: ignore[arg-type]
    assert [citation.title for citation in answer.citations] == ["The bridge"]
    assert answer.elsewhere == ()
