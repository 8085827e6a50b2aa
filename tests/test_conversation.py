"""Asking a library, turn after turn: quotes, refusals, small talk, and a conversation taken up again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot import Answer, Conversation, Turn
from bot.conversation import REMEMBERED
from bot.smalltalk import Talk, recognise
from index import Article, Hit, NoSuchArticle, Passage, Quote

if TYPE_CHECKING:
    from index import Library

DEAL = """# The deal

By A. Writer

The deal does not cover returns. It is about intelligence. Money was not named.

## Figures

In 2022 the UK returned 191 people."""
CATS = "Cats sleep for most of the day. They hunt at dusk."


def make_article(id: str, text: str) -> Article:
    revision = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Article(id, id.title(), text, None, datetime(2026, 1, 1, tzinfo=UTC), revision)


class WordLibrary:
    """A library whose passages are its lines and whose confidence is the share of a question's words in a line."""

    def __init__(self, *articles: Article) -> None:
        self.articles = list(articles)
        self.asked: list[tuple[str, Sequence[str] | None]] = []
        self.histories: list[str] = []

    def article(self, article_id: str) -> Article:
        return next(article for article in self.articles if article.id == article_id)

    def search(
        self, question: str, *, k: int = 5, articles: Sequence[str] | None = None, history: str = ""
    ) -> list[Hit]:
        self.asked.append((question, articles))
        self.histories.append(history)
        if unknown := set(articles or ()) - {article.id for article in self.articles}:
            raise NoSuchArticle(f"There is no article {unknown} here.")
        wanted = _words(question)
        hits = []
        for article in self.articles:
            for line in filter(None, article.text.split("\n")):
                if articles is None or article.id in articles:
                    start = article.text.index(line)
                    passage = Passage(f"{article.id}/{start}", article.id, line, start, start + len(line), "", 1)
                    quote = Quote(article.id, line, start, start + len(line), 1, article.revision)
                    share = len(wanted & _words(line)) / len(wanted)
                    hits.append(Hit(passage, share, quote, share))
        return sorted(hits, key=lambda hit: -hit.score)[:k]


def _words(text: str) -> set[str]:
    return {word.strip(".,?!").casefold() for word in text.split()}


@pytest.fixture
def library() -> WordLibrary:
    return WordLibrary(make_article("deal", DEAL))


def converse(library: WordLibrary, articles: Sequence[str] | None = None, **options: Any) -> Conversation:
    return Conversation(cast("Library", library), articles, **{"strictness": 0.6, **options})


def test_an_answer_is_a_quote_that_stands_in_the_article(library: WordLibrary) -> None:
    answer = converse(library).ask("does the deal cover returns?")
    assert answer
    assert answer.text.startswith("The deal does not cover returns.")
    assert DEAL[answer.quotes[0].start : answer.quotes[0].end] == answer.text
    assert answer.asked_as == answer.question == "does the deal cover returns?"


def test_what_the_article_does_not_say_is_refused_with_the_nearest(library: WordLibrary) -> None:
    answer = converse(library).ask("how many boats sank in 2022?")
    assert not answer
    assert answer.message.startswith("The article does not say.")
    assert answer.nearest
    assert "191" in answer.nearest.passage.text


@pytest.mark.parametrize("question", ["", " ", "\n\t ", "\u2003"])
def test_a_blank_question_is_no_turn_and_searches_nothing(library: WordLibrary, question: str) -> None:
    chat = converse(library)
    answer = chat.ask(question)
    assert not answer
    assert answer.message == "Ask something about the article."
    assert (chat.turns, library.asked) == ((), [])


@pytest.mark.parametrize("question", [None, 3, b"bytes", ["list"]])
def test_a_question_that_is_no_string_is_a_value_error(library: WordLibrary, question: Any) -> None:
    with pytest.raises(ValueError, match="a question must be a string"):
        converse(library).ask(question)


def test_strictness_moves_the_threshold(library: WordLibrary) -> None:
    question = "how many people sank in 2022?"
    assert not converse(library).ask(question)
    assert converse(library, strictness=0.3).ask(question)
    assert not converse(library, strictness=1).ask("does the deal cover returns today?")
    assert converse(library, strictness=0).ask("zebras?")


@pytest.mark.parametrize("strictness", [-0.1, 1.1, float("nan")])
def test_strictness_out_of_range_is_a_value_error(library: WordLibrary, strictness: float) -> None:
    with pytest.raises(ValueError, match="strictness must be from 0 to 1"):
        converse(library, strictness=strictness)


def test_only_the_articles_asked_for_are_searched() -> None:
    library = WordLibrary(make_article("deal", DEAL), make_article("cats", CATS))
    assert converse(library, ["cats"]).ask("cats sleep?").quotes[0].article_id == "cats"
    assert not converse(library, ["deal"]).ask("cats sleep?")
    assert converse(library, ["deal"]).ask("zebras?").message.startswith("The article does not")
    assert converse(library).ask("zebras?").message.startswith("The articles do not")


def test_one_id_instead_of_a_list_is_a_value_error(library: WordLibrary) -> None:
    with pytest.raises(ValueError, match=r"articles must be a list of article ids, not one string: \['deal'\]"):
        converse(library, "deal")


def test_an_unknown_article_is_an_error_not_a_refusal(library: WordLibrary) -> None:
    with pytest.raises(NoSuchArticle):
        converse(library, ["gone"]).ask("does the deal cover returns?")


@pytest.mark.parametrize("question", ["does the deal cover returns?", "what is this article about?"])
def test_a_library_without_articles_says_so(question: str) -> None:
    answer = converse(WordLibrary()).ask(question)
    assert not answer
    assert answer.message == "There is no article to ask: add one first."


def test_turns_are_kept_in_order(library: WordLibrary) -> None:
    chat = converse(library)
    first, second = chat.ask("hello"), chat.ask("does the deal cover returns?")
    assert chat.turns == (Turn("hello", first), Turn("does the deal cover returns?", second))


def test_a_rebuilt_conversation_stands_where_the_other_one_was(library: WordLibrary) -> None:
    chat = converse(library)
    chat.ask("does the deal cover returns?")
    chat.ask("zebras?")
    histories: list[list[Any]] = [
        list(chat.turns),
        [turn.question for turn in chat.turns],
        [{"question": turn.question} for turn in chat.turns],
        [
            {"role": "user", "content": "does the deal cover returns?"},
            {"role": "assistant", "content": "The deal does not cover returns."},
            {"role": "user", "content": "zebras?"},
            {"role": "assistant", "content": "The article does not say."},
        ],
    ]
    for history in histories:
        assert Conversation.from_history(cast("Library", library), history).turns == chat.turns


def test_turns_of_a_history_are_not_asked_again(library: WordLibrary) -> None:
    turn = Turn("does the deal cover returns?", Answer("does the deal cover returns?", "does the deal cover returns?"))
    Conversation.from_history(cast("Library", library), [turn] * 3)
    assert library.asked == []


def test_a_long_history_costs_no_more_than_its_last_turns(library: WordLibrary) -> None:
    history = [f"does the deal cover {number}?" for number in range(100)]
    chat = Conversation.from_history(cast("Library", library), history)
    assert [turn.question for turn in chat.turns] == history[-REMEMBERED:]
    assert len(library.asked) == REMEMBERED


@pytest.mark.parametrize("entry", [7, None, {"answer": "x"}, {"role": "user", "content": 5}, ("a", "b")])
def test_a_history_of_something_else_is_a_value_error(library: WordLibrary, entry: Any) -> None:
    with pytest.raises(ValueError, match="history must hold turns, questions or"):
        Conversation.from_history(cast("Library", library), [entry])


def test_small_talk_is_answered_without_a_search(library: WordLibrary) -> None:
    answer = converse(library).ask("Hello!")
    assert not answer
    assert answer.message == Talk.GREETING.value
    assert (answer.nearest, library.asked) == (None, [])


def test_what_the_article_is_about_is_told_in_its_own_leading_sentences(library: WordLibrary) -> None:
    answer = converse(library).ask("What is this article about?")
    assert answer.text == "The deal does not cover returns. It is about intelligence."
    assert DEAL[answer.quotes[0].start : answer.quotes[0].end] == answer.text
    assert answer.hits[0].passage.heading == "The deal"
    assert answer.message == Talk.OVERVIEW.value
    assert library.asked == []


def test_several_articles_are_each_told_by_their_first_sentence() -> None:
    library = WordLibrary(make_article("deal", DEAL), make_article("cats", CATS))
    answer = converse(library).ask("Summarise this, please")
    assert [quote.text for quote in answer.quotes] == [
        "The deal does not cover returns.",
        "Cats sleep for most of the day.",
    ]
    assert [quote.article_id for quote in converse(library, ["cats"]).ask("tl;dr").quotes] == ["cats"]


def test_an_article_shorter_than_a_byline_still_has_an_opening() -> None:
    assert converse(WordLibrary(make_article("word", "Hello."))).ask("what is this about?").text == "Hello."


@pytest.mark.parametrize(
    ("message", "talk"),
    [
        ("hello", Talk.GREETING),
        ("Hi there!", Talk.GREETING),
        ("  GOOD MORNING…", Talk.GREETING),
        ("Hey, how are you today?", Talk.GREETING),
        ("Thanks", Talk.THANKS),
        ("ok, thank you so much!!", Talk.THANKS),
        ("Thanks for your help 🙏", Talk.THANKS),
        ("bye", Talk.FAREWELL),
        ("Thank you, goodbye.", Talk.FAREWELL),
        ("Who are you?", Talk.PROGRAM),
        ("what can you do", Talk.PROGRAM),
        ("How do you work?", Talk.PROGRAM),
        ("Are you a language model?", Talk.PROGRAM),
        ("What’s your name?", Talk.PROGRAM),
        ("What is this article about?", Talk.OVERVIEW),
        ("What's the article about?", Talk.OVERVIEW),
        ("What is this all about?", Talk.OVERVIEW),
        ("Summarise", Talk.OVERVIEW),
        ("Can you summarize this article for me, please?", Talk.OVERVIEW),
        ("Give me a short summary of the article", Talk.OVERVIEW),
        ("TL;DR", Talk.OVERVIEW),
    ],
)
def test_small_talk_is_recognised(message: str, talk: Talk) -> None:
    assert recognise(message) is talk


@pytest.mark.parametrize(
    "question",
    [
        "Hello Kitty's revenue?",
        "Who sang Hello?",
        "What did Jenrick say about the hello campaign?",
        "What is the article's author's name?",
        "Who wrote this article?",
        "What is the article about the earthquake?",
        "What is this article about Kapikule based on?",
        "What is the report about?",
        "What is the book about?",
        "What is it about?",
        "And what is the memorandum about?",
        "What does the article say about returns?",
        "Summarise what Jenrick said",
        "Summarise the memorandum",
        "How does it work?",
        "How does the centre work?",
        "Who are they?",
        "Who are the smugglers?",
        "What can the police do?",
        "Thanks to whom was the deal made?",
        "Why did Cooper say thanks?",
        "Is Thanksgiving mentioned?",
        "bye-laws?",
        "What are you allowed to bring into Turkey?",
        "Are you a Turkish national if you are born there?",
        "Good Morning Britain interviewed whom?",
        "What is your right to appeal?",
        "Help",
        "",
        "???",
    ],
)
def test_a_question_is_never_taken_for_small_talk(question: str) -> None:
    assert recognise(question) is None


class SureLibrary(WordLibrary):
    """One line of text, and as sure of it as it is told to be: without history, and with it."""

    def __init__(self, bare: float, in_context: float) -> None:
        super().__init__(make_article("boats", "Last year 300 boats came."))
        self.bare, self.in_context = bare, in_context

    def search(
        self, question: str, *, k: int = 5, articles: Sequence[str] | None = None, history: str = ""
    ) -> list[Hit]:
        sure = self.in_context if history else self.bare
        return [replace(hit, confidence=sure) for hit in super().search(question, k=k, history=history)]


FIRST = "How many small boats crossed the Channel in 2023?"
SHORT = "Who was arrested?"
"""It may stand alone, and may be part of something."""


def ask_second(library: SureLibrary, question: str, **options: Any) -> Answer:
    """What is answered to ``question`` as the second one of a conversation; the first one was answered."""
    quote = Quote("boats", "Last year 300 boats came.", 0, 25, 1, library.articles[0].revision)
    chat = Conversation.from_history(
        cast("Library", library), [Turn(FIRST, Answer(FIRST, FIRST, (quote,)))], strictness=0.4
    )
    return chat.ask(question, **options)


def test_a_follow_up_is_searched_with_what_was_asked_and_answered_before() -> None:
    library = SureLibrary(bare=0.1, in_context=0.9)
    answer = ask_second(library, "And in 2022?")
    assert answer
    assert answer.question == "And in 2022?"
    assert answer.asked_as == "How many small boats crossed the Channel in 2022?"
    assert library.histories == [f"{FIRST} Last year 300 boats came."]


def test_a_follow_up_that_finds_nothing_in_context_is_searched_as_it_is() -> None:
    answer = ask_second(SureLibrary(bare=0.9, in_context=0.1), "Does it rain there?")
    assert answer
    assert answer.asked_as == "Does it rain there?"


def test_a_refused_follow_up_says_what_was_looked_for() -> None:
    answer = ask_second(SureLibrary(bare=0.2, in_context=0.1), "And in 2022?")
    assert not answer
    assert "How many small boats crossed the Channel in 2022?" in answer.message


def test_a_question_that_stands_alone_is_searched_once_and_as_it_is() -> None:
    library = SureLibrary(bare=0.1, in_context=0.9)
    question = "Which airports does Lufthansa serve from Munich?"
    answer = ask_second(library, question)
    assert not answer
    assert answer.asked_as == question
    assert library.histories == [""]


@pytest.mark.parametrize(
    ("bare", "in_context", "taken", "searches"),
    [(0.9, 0.9, "bare", 1), (0.2, 0.9, "context", 2), (0.3, 0.45, "bare", 2), (0.1, 0.2, "bare", 2)],
)
def test_a_question_that_may_stand_alone_does_unless_context_is_clearly_surer(
    bare: float, in_context: float, taken: str, searches: int
) -> None:
    library = SureLibrary(bare, in_context)
    answer = ask_second(library, SHORT)
    assert (answer.asked_as == SHORT) is (taken == "bare")
    assert len(library.asked) == searches


def test_as_typed_undoes_what_was_understood() -> None:
    library = SureLibrary(bare=0.9, in_context=0.9)
    answer = ask_second(library, "And in 2022?", as_typed=True)
    assert answer.asked_as == "And in 2022?"
    assert library.histories == [""]


def test_a_rebuilt_conversation_knows_what_was_taken_as_typed() -> None:
    library = SureLibrary(bare=0.9, in_context=0.9)
    history: list[Any] = [FIRST, {"question": "And in 2022?", "as_typed": True}, {"question": "And in 2021?"}]
    chat = Conversation.from_history(cast("Library", library), history)
    assert [turn.answer.asked_as == turn.question for turn in chat.turns] == [True, True, False]


def test_the_first_question_has_nothing_to_lean_on() -> None:
    library = SureLibrary(bare=0.1, in_context=0.9)
    answer = Conversation(cast("Library", library)).ask("And in 2022?")
    assert answer.asked_as == "And in 2022?"
    assert library.histories == [""]


HARBOUR = "The harbour deal cost nine million crowns.\nThe money came from the port fund."
BRIDGE = "The bridge cost four million crowns.\nThe money came from a loan in 2019.\nIn 2022 the toll was dropped."


def ask_both(*questions: str) -> Answer:
    """The answer to the last of some questions over two articles that are much alike."""
    library = WordLibrary(make_article("harbour", HARBOUR), make_article("bridge", BRIDGE))
    chat = Conversation(cast("Library", library), strictness=0.3)
    return [chat.ask(question) for question in questions][-1]


def test_a_follow_up_stays_with_the_article_that_was_quoted() -> None:
    assert ask_both("What did the harbour deal cost?", "Where did its money come from?").text.endswith("port fund.")
    assert ask_both("What did the bridge cost?", "Where did its money come from?").text.endswith("loan in 2019.")


def test_a_follow_up_that_only_another_article_answers_goes_there() -> None:
    answer = ask_both("What did the harbour deal cost?", "Was its toll dropped in 2022?")
    assert answer.text == "In 2022 the toll was dropped."


def test_an_article_that_is_gone_does_not_hold_a_follow_up_back() -> None:
    library = WordLibrary(make_article("harbour", HARBOUR), make_article("bridge", BRIDGE))
    chat = Conversation(cast("Library", library), strictness=0.3)
    chat.ask("What did the harbour deal cost?")
    del library.articles[0]
    assert chat.ask("Where did its money come from?").text.endswith("loan in 2019.")
