"""Suggested questions: made from the article, sound, answered when asked, and never what was asked or told already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from fake_library import FakeLibrary, make_article

from bot import Conversation
from bot.asking.questions import candidates_of
from bot.suggest import MOST, TRIES, TRIES_NEXT, next_questions, suggest
from index import Article, Library

FERRY = """# Carrow Head ferry stopped by fog

Some 900 passengers spent Tuesday night on camp beds at the Carrow Head terminal. The ferry finally left on Wednesday.

Sound Line, which runs the crossing, was not to blame for the fog. Visibility at the harbour mouth was below 80 metres.

## Who pays

The company will not pay compensation for delays that the weather causes. A replacement ticket costs 15 marks. Tickets
can be used on any sailing until the end of the month. The company's spokeswoman, Dara Fenn, said that the rules were
the same for every line.

## A beacon

The islanders' council wants to build a radar beacon on the Carrow rocks. The beacon would cost 4.1 million marks. The
ministry has not replied to the council's letter. The harbour was closed because the lights had failed. The council
will vote on 12 May. The lighthouse was built in 1871, and the keepers left in 1990.
"""
NO_FACTS = "So there. Well, well. And then again, why not? Oh, the things they say!"


def questions_of(text: str) -> list[str]:
    return [candidate.question for candidate in candidates_of(make_article(text))]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("The deal does not cover returns.", "Does the deal cover returns?"),
        ("The town lives on fines. Fines cannot be paid in cash.", "Can fines be paid in cash?"),
        ("The mayor won't sign the order.", "Will the mayor sign the order?"),
        ("The registrar has no power to order a refund.", "Does the registrar have any power to order a refund?"),
        ("The line was withdrawn because the brakes had failed.", "Why was the line withdrawn?"),
        ("The council refused the plan because it came too late.", "Why did the council refuse the plan?"),
        ("Some 900 passengers spent the night on camp beds.", "How many passengers spent the night on camp beds?"),
        ("The works employ 420 people.", "How many people do the works employ?"),
        ("In 2022 Britain returned 191 Turkish citizens.", "How many Turkish citizens did Britain return in 2022?"),
        ("The new bridge will cost about £25 million.", "How much will the new bridge cost?"),
        ("The fee is 60 euros.", "How much is the fee?"),
        ("The price was $60,000.", "What was the price?"),
        ("The trial lasted four weeks.", "How long did the trial last?"),
        ("The tower is 54 metres high.", "How high is the tower?"),
        ("The museum closed in 2016.", "When did the museum close?"),
        ("The hearing will begin on 12 May at 9am.", "When will the hearing begin?"),
        ("The cup final will be held in Lisbon.", "Where will the cup final be held?"),
        ("The bill was opposed by Irina Vasko, a lawyer from Kent.", "Who is Irina Vasko?"),
        ("The union's secretary, Lorcan Tibbs, was there.", "Who is Lorcan Tibbs?"),
        ("The ministry plans to close two schools.", "What does the ministry plan to do?"),
        ("Irina Vasko said that the plan was dead.", "What did Irina Vasko say about the plan?"),
        ("In 1896 he leased the island to a settler.", "What happened in 1896?"),
        ("# A town\n\n## Who pays\n\nThe town does, as it always has.", "Who pays?"),
        ("# A town\n\n## Will prices rise?\n\nThey already have.", "Will prices rise?"),
        ("The dam, which was built by monks, does not leak any more.", "Does the dam leak any more?"),
    ],
)
def test_a_sentence_becomes_the_question_that_it_answers(text: str, question: str) -> None:
    assert question.lower() in [made.lower() for made in questions_of(f"{text} Here is more of it for them all.")]


@pytest.mark.parametrize(
    "text",
    [
        "He will not sign it, and they do not mind.",
        "It has not been decided.",
        "The others will not go there.",
        "The technique cannot tell when a bone was removed.",
        "The plan announced in May covers 40 towns.",
        "Norsul did not say for how long.",
        "Two things were sold.",
        "A few of them were not so sure of it.",
        "The bridge will not only be longer but wider than the old one.",
        "“The deal is not dead,” he said.",
        "Die Stadt will das Museum nicht kaufen, und der Preis war zu hoch.",
        "Has the plan not been dropped?",
        NO_FACTS,
    ],
)
def test_where_the_rules_are_unsure_nothing_is_made(text: str) -> None:
    assert questions_of(text) == []


def test_a_question_holds_no_markup() -> None:
    text = (
        "The *new* bridge will not open. The [old](http://x.y) one will not close. <b>The</b> toll cannot rise again."
    )
    assert not any(set(question) & set("*[]()<>_|`") for question in questions_of(text))


def test_somebody_who_is_named_twice_is_asked_about_once() -> None:
    text = "The mayor, Ann Bell, said no. The mayor, Ann Bell, said that nothing was signed. Ann Bell said it was over."
    assert questions_of(text).count("Who is Ann Bell?") == 1
    assert len([question for question in questions_of(text) if "Bell say" in question]) == 1


@pytest.fixture(scope="module")
def ferry() -> Iterator[Library]:
    """A small library with the real model."""
    with Library() as library:
        library.add_text(FERRY)
        yield library


@pytest.fixture
def article(ferry: Library) -> Article:
    return ferry.articles[0]


def test_a_chat_begins_with_varied_questions_that_are_answered(ferry: Library, article: Article) -> None:
    suggested = suggest(ferry, article)
    assert len(suggested) == MOST == len(set(suggested))
    assert len({question.split()[0] for question in suggested}) >= 3
    answers = [Conversation(ferry).ask(question) for question in suggested]
    assert all(answers)
    assert len({answer.quotes[0].start for answer in answers}) == MOST


def test_the_answer_is_the_sentence_that_the_question_was_made_from(ferry: Library, article: Article) -> None:
    made = {candidate.question: candidate for candidate in candidates_of(article)}
    sources = [made[question] for question in suggest(ferry, article) if question in made]
    assert sources
    for source in sources:
        quote = Conversation(ferry).ask(source.question).quotes[0]
        assert source.start <= quote.start < source.end


def test_what_follows_leads_on_and_repeats_nothing(ferry: Library, article: Article) -> None:
    chat = Conversation(ferry)
    asked = [suggest(ferry, article)[0]]
    told: set[tuple[int, int]] = set()
    for _ in range(3):
        answer = chat.ask(asked[-1], suggest=3)
        told |= {(quote.start, quote.end) for quote in answer.quotes}
        assert 0 < len(answer.suggestions) <= 3
        assert not set(answer.suggestions) & set(asked)
        for question in answer.suggestions:
            following = Conversation.from_history(ferry, chat.turns).ask(question)
            assert following
            assert (following.quotes[0].start, following.quotes[0].end) not in told
        asked.append(answer.suggestions[0])


def test_a_refusal_comes_with_what_the_article_does_answer(ferry: Library) -> None:
    answer = Conversation(ferry).ask("Who won the chess tournament in Reykjavik?", suggest=3)
    assert not answer
    assert answer.suggestions
    assert all(Conversation(ferry).ask(question) for question in answer.suggestions)


def test_none_are_looked_for_unless_asked_for(ferry: Library) -> None:
    assert Conversation(ferry).ask("How much does a replacement ticket cost?").suggestions == ()


def test_a_greeting_is_answered_with_questions(ferry: Library) -> None:
    assert Conversation(ferry).ask("Hello", suggest=2).suggestions


def test_an_article_without_facts_has_nothing_to_lead_on_to(ferry: Library) -> None:
    other = ferry.add_text(NO_FACTS, title="Nothing")
    try:
        assert suggest(ferry, other) in ([], ["What is this article about?"])
        assert Conversation(ferry, [other.id]).ask("What is this article about?", suggest=3).suggestions == ()
    finally:
        ferry.remove(other.id)


def fake(*texts: str) -> FakeLibrary:
    return FakeLibrary(*(make_article(text, title=f"Article {number}") for number, text in enumerate(texts)))


def test_few_searches_are_made_and_none_the_second_time() -> None:
    library = fake(FERRY)
    first = suggest(cast(Library, library), library.articles[0])
    assert 0 < len(library.searches) <= TRIES
    library.searches.clear()
    assert suggest(cast(Library, library), library.articles[0]) == first
    assert library.searches == []


def test_few_searches_are_made_for_what_follows() -> None:
    library = fake(FERRY)
    chat = Conversation(cast(Library, library))
    chat.ask("What is the fog?")
    library.searches.clear()
    found = next_questions(cast(Library, library), chat.turns)
    assert len(library.searches) <= TRIES_NEXT
    library.searches.clear()
    assert next_questions(cast(Library, library), chat.turns) == found
    assert library.searches == []


def test_a_new_edition_is_asked_about_anew() -> None:
    library = fake(FERRY)
    suggest(cast(Library, library), library.articles[0])
    library.articles[0] = make_article("The pier does not open in winter.", title="Article 0")
    assert "Does the pier open in winter?" in suggest(cast(Library, library), library.articles[0])


def test_of_several_articles_the_one_that_was_quoted_is_asked_about() -> None:
    library = fake("The pier does not open in winter. The pier was sold in 1990.", FERRY)
    chat = Conversation(cast(Library, library))
    answer = chat.ask("When was the pier sold?")
    assert answer.quotes[0].article_id == "article-0"
    assert next_questions(cast(Library, library), chat.turns)[0] == "Does the pier open in winter?"


def test_a_conversation_about_no_article_suggests_nothing() -> None:
    assert next_questions(cast(Library, FakeLibrary()), ()) == ()
    assert next_questions(cast(Library, fake(FERRY)), (), []) == ()
    assert next_questions(cast(Library, fake(FERRY)), (), None, 0) == ()
