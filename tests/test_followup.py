"""Follow-up questions: what leans on the turns before it, and how it then reads by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot import Answer, Conversation, Turn
from bot.english.leaning import Leaning, leaning
from bot.english.mentions import Kind, mentions
from bot.followup import (
    ACQUAINTANCE,
    HISTORY_CHARACTERS,
    LOYALTY,
    Understood,
    history_of,
    is_settled,
    prefers_context,
    stay,
    understand,
)
from index import Hit, Library, Passage, Quote


def make_turn(question: str, text: str = "", *, asked_as: str | None = None) -> Turn:
    """A turn that was answered by a quote of ``text``, or refused where there is none."""
    quotes = (Quote("a", text, 0, len(text), 1, "r"),) if text else ()
    return Turn(question, Answer(question, asked_as or question, quotes))


TREATY = make_turn("Who signed the Ossel treaty for Karvia?", "Irina Vasko, its foreign minister, signed on Monday.")
BOATS = make_turn(
    "How many Turkish nationals crossed in small boats in 2023?", "In 2023 some 3,060 Turkish nationals crossed."
)


@pytest.mark.parametrize(
    ("turn", "question", "asked_as"),
    [
        (TREATY, "How long does it last?", "How long does the Ossel treaty last?"),
        (TREATY, "What did she say?", "What did Irina Vasko say?"),
        (TREATY, "And what is her view of it?", "What is Irina Vasko's view of the Ossel treaty?"),
        (TREATY, "when does it end", "when does the Ossel treaty end"),
        (BOATS, "How many of them were sent back?", "How many of the Turkish nationals were sent back?"),
        (BOATS, "What were their reasons?", "What were the Turkish nationals' reasons?"),
        (BOATS, "And in 2022?", "How many Turkish nationals crossed in small boats in 2022?"),
        (BOATS, "What about 2022?", "How many Turkish nationals crossed in small boats in 2022?"),
        (BOATS, "Why?", "Why? (How many Turkish nationals crossed in small boats in 2023?)"),
        (
            make_turn("Has the UK joined the Erasmus programme?", "The UK rejoined the programme in 2027."),
            "Is the UK still part of it?",
            "Is the UK still part of the Erasmus programme?",
        ),
        (
            make_turn("Who is the minister?", "The minister, Robert Jenrick, spoke on Friday."),
            "What does he say about the EU?",
            "What does Robert Jenrick say about the EU?",
        ),
    ],
)
def test_a_follow_up_reads_by_itself(turn: Turn, question: str, asked_as: str) -> None:
    assert understand(question, [turn]).asked_as == asked_as


LEVY = make_turn("Did the levy go up?", "The levy rose by 6 per cent last year.")
TOWER = make_turn("When was the tower built?", "The tower itself, built in 1887 of granite, is not at risk.")
NORVIK = make_turn("What happened in Norvik?", "Its keeper retired in May, and the light has failed twice since.")
ACCIDENT = make_turn("Was there an accident?", "No accident resulted.")
MINISTRY = make_turn(
    "What has she asked for?",
    "She has asked the ministry to overrule the authority if it goes ahead.",
    asked_as="What has the mayor asked for?",
)


@pytest.mark.parametrize(
    ("turns", "question", "asked_as"),
    [
        ([LEVY], "By how much?", "By how much did the levy go up?"),
        ([LEVY], "And when?", "When did the levy go up?"),
        ([LEVY], "Why?", "Why? (Did the levy go up?)"),
        ([TOWER], "Why?", "Why was the tower built?"),
        ([TOWER], "Can it be visited?", "Can the tower be visited?"),
        ([NORVIK, ACCIDENT], "When did its keeper retire?", "When did Norvik's keeper retire?"),
        ([MINISTRY], "Did they accept it?", "Did they accept it? (the mayor)"),
        ([MINISTRY], "What else did she say?", "What else did the mayor say?"),
        (
            [make_turn("Did everyone survive?", "Four of its five crew survived.")],
            "What does the mayor say about that?",
            "What does the mayor say about that? (Did everyone survive?)",
        ),
    ],
)
def test_what_is_written_for_a_pronoun_can_be_meant(turns: list[Turn], question: str, asked_as: str) -> None:
    assert understand(question, turns).asked_as == asked_as


def test_of_two_people_neither_is_guessed() -> None:
    turn = make_turn("Who met in Rome?", "Robert Jenrick met Yvette Cooper in Rome.")
    assert understand("What did he say?", [turn]).asked_as == "What did he say? (Rome, Robert Jenrick, Yvette Cooper)"


def test_a_chain_of_follow_ups_keeps_its_question() -> None:
    turns = [BOATS]
    for question in ("And in France?", "And in Spain?"):
        turns.append(make_turn(question, asked_as=understand(question, turns).asked_as))
    assert turns[-1].answer.asked_as == "And in Spain? (How many Turkish nationals crossed in small boats in 2023?)"


def test_the_thread_survives_a_refusal() -> None:
    refused = make_turn("What did she wear?", asked_as="What did Irina Vasko wear?")
    understood = understand("How long does it last?", [TREATY, refused])
    assert understood.asked_as == "How long does the Ossel treaty last?"
    assert understood.history.startswith("Who signed the Ossel treaty for Karvia? Irina Vasko")
    assert understood.history.endswith("What did Irina Vasko wear?")


def test_the_thread_survives_small_talk() -> None:
    turns = [TREATY, make_turn("Thanks!"), make_turn("Who are you?")]
    assert understand("How long does it last?", turns) == understand("How long does it last?", [TREATY])


@pytest.mark.parametrize("question", ["How long does it last?", "Why?", "And in 2022?", "What did she say?"])
def test_without_a_turn_before_there_is_nothing_to_lean_on(question: str) -> None:
    for turns in ([], [make_turn("Hello")]):
        understood = understand(question, turns)
        assert (understood.leaning, understood.asked_as, understood.history) == (Leaning.ALONE, question, "")


@pytest.mark.parametrize(
    "question",
    [
        "Does the deal cover returns?",
        "Is it legal to cross the Channel in a dinghy?",
        "How long does it take to get a visa for Türkiye?",
        "Does the UK keep its veto under the treaty?",
        "What did Jenrick say about his plans for Dover?",
        "Who said that the agreement with Ankara was a failure?",
        "Are there any plans to reopen the consulate in Izmir?",
        "What happens to migrants once they reach Kent?",
        "Which of this year's Turkish elections was annulled?",
        "How much of his sentence must Pryce-Lund serve?",
        "Is one in six passengers really exempt from the airport fee?",
        "deal returns turkey 2026",
        "And what did the Merrow programme cost when parliament approved it?",
    ],
)
def test_a_question_that_stands_alone_does_not_lean(question: str) -> None:
    assert leaning(question) is not Leaning.LEANS
    understood = understand(question, [BOATS])
    assert understood.leaning is not Leaning.LEANS


@pytest.mark.parametrize(
    "question",
    [
        "And in 2022?",
        "Why?",
        "since when",
        "What about journalists?",
        "With a tripod?",
        "the ministry?",
        "How many of those were children?",
        "What does that mean?",
        "Who lives there?",
        "What happened then?",
        "When is the next one?",
        "Where are the new ones kept?",
        "Why's he going?",
        "Who wrote it?",
        "How did Jenrick explain it?",
        "Is she married",
        "Who objected to their offer?",
    ],
)
def test_what_points_outside_itself_leans(question: str) -> None:
    assert leaning(question) is Leaning.LEANS


def test_names_and_things_are_told_apart() -> None:
    found = mentions("Irina Vasko met fishermen in Ossel about the harbour plan, said Dr Pell.")
    assert [(each.text, each.kind) for each in found] == [
        ("Irina Vasko", Kind.PERSON),
        ("Ossel", Kind.PLACE),
        ("the harbour plan", Kind.THING),
        ("Dr Pell", Kind.PERSON),
    ]


def test_a_verb_is_no_part_of_a_name() -> None:
    asked = {
        "When was the tower built?": ["the tower"],
        "How many took part?": [],
        "Was the old ship sold?": ["the old ship"],
    }
    for question, names in asked.items():
        assert [each.text for each in mentions(question)] == names


def test_one_of_several_is_no_name_by_itself() -> None:
    found = [each.text for each in mentions("Two cranes go to the museum, and the third is sold to the others.")]
    assert "the museum" in found
    assert not {"the third", "the others"} & set(found)


def test_what_a_mention_says_stands_in_the_text() -> None:
    text = "The mayor's plan for Karvia, she said, is “the end of the Bank of Ossel's lending”."
    assert mentions(text)
    assert all(text[each.start : each.end] == each.text for each in mentions(text))


def test_the_reader_gets_no_more_history_than_it_reads() -> None:
    turns = [make_turn("Who?", "x " * 500), make_turn("What? " * 100)]
    assert 0 < len(history_of(turns)) <= HISTORY_CHARACTERS
    assert len(history_of(turns[:1])) <= HISTORY_CHARACTERS


@pytest.mark.parametrize("question", ["?", "🙂", "it" * 5000, "(((", "it it it", "\ud83d it?"])
def test_any_text_is_understood_somehow(question: str) -> None:
    turns = [TREATY, make_turn(question, question)]
    assert isinstance(understand(question, turns).asked_as, str)
    assert isinstance(understand("Why is it so?", turns).asked_as, str)


def make_hits(confidence: float, article: str = "a") -> list[Hit]:
    """One hit of that confidence."""
    passage = Passage(f"{article}/0", article, "x", 0, 1, "", 1)
    return [Hit(passage, confidence, Quote(article, "x", 0, 1, 1, "r"), confidence)]


@pytest.mark.parametrize(
    ("how", "bare", "in_context", "taken"),
    [
        (Leaning.LEANS, 0.9, 0.5, True),
        (Leaning.LEANS, 0.3, 0.1, True),
        (Leaning.LEANS, 0.5, 0.35, True),
        (Leaning.LEANS, 0.9, 0.1, False),
        (Leaning.PERHAPS, 0.5, 0.9, False),
        (Leaning.PERHAPS, 0.2, 0.6, True),
        (Leaning.PERHAPS, 0.3, 0.45, False),
        (Leaning.PERHAPS, 0.1, 0.35, False),
        (Leaning.FRAGMENT, 0.7, 0.85, True),
        (Leaning.FRAGMENT, 0.7, 0.65, False),
        (Leaning.FRAGMENT, 0.1, 0.35, False),
    ],
)
def test_the_less_likely_way_needs_a_clear_gap(how: Leaning, bare: float, in_context: float, taken: bool) -> None:
    understood = Understood(how, "x", "x", ("a",))
    assert prefers_context(understood, make_hits(bare), make_hits(in_context), 0.4) is taken


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("Apprentices?", Leaning.FRAGMENT),
        ("not even in Dresden?", Leaning.FRAGMENT),
        ("regional differences", Leaning.FRAGMENT),
        ("And the old ferry?", Leaning.LEANS),
        ("Who pays?", Leaning.PERHAPS),
        ("Was it the mayor's?", Leaning.LEANS),
        ("ferry cars Brennvik Gdansk island Greece 2022", Leaning.ALONE),
    ],
)
def test_a_few_words_without_a_verb_may_be_a_part_or_words_to_look_for(question: str, how: Leaning) -> None:
    assert leaning(question) is how


def test_a_short_question_stays_with_the_article_that_was_spoken_of() -> None:
    understood = Understood(Leaning.PERHAPS, "x", "x", ("a",))
    assert is_settled(understood, make_hits(0.9, "a"), 0.4)
    assert not is_settled(understood, make_hits(0.9, "b"), 0.4)
    assert not is_settled(Understood(Leaning.FRAGMENT, "x", "x", ("a",)), make_hits(0.9, "a"), 0.4)
    assert prefers_context(understood, make_hits(0.8, "b"), make_hits(0.7, "a"), 0.4)
    assert not prefers_context(understood, make_hits(0.8, "b"), make_hits(0.5, "a"), 0.4)
    assert not prefers_context(understood, make_hits(0.8, "b"), make_hits(0.7, "c"), 0.4)


def test_articles_that_were_quoted_are_ahead_by_so_much_and_no_more() -> None:
    (here,), (near,), (far,) = (make_hits(score, article) for score, article in ((0.5, "a"), (2.0, "b"), (3.0, "c")))
    assert (LOYALTY, ACQUAINTANCE) == (2.0, 1.0)
    spoken = Understood(Leaning.LEANS, "x", "x", ("a", "b"))
    assert stay(replace(spoken, articles=("a",)), [far, near, here], in_context=True) == [far, here, near]
    assert stay(replace(spoken, articles=("b", "a")), [far, near, here], in_context=True) == [near, far, here]
    assert stay(spoken, [far, near, here], in_context=False) == [far, near, here]
    assert stay(replace(spoken, articles=()), [far, near, here], in_context=True) == [far, near, here]


def test_a_question_that_stands_alone_knows_what_was_spoken_of() -> None:
    told = [make_turn("Who runs the ferry?", "The Ode brothers."), make_turn("Who runs the mill?")]
    turns = [replace(TREATY, answer=replace(TREATY.answer, quotes=(Quote("b", "x", 0, 1, 1, "r"),))), *told]
    understood = understand("When was the wooden lighthouse on Skarv island painted?", turns)
    assert understood.leaning is Leaning.ALONE
    assert understood.articles == ("a", "b")


ARTICLE = """# Harbour town votes on its ferry

Marta Solheim, the mayor of Brennvik, opened the new ferry on Monday. It carries 48 cars and was built in Gdansk.

The old ferry carried 20 cars. It was sold to an island in Greece for 300,000 euros.

In 2022 the ferries took 61,000 passengers; last year they took 74,000. Solheim called the rise "a nice problem".

The bridge that the council had promised will not be built. It would have cost 90 million euros, said the council.
"""


@pytest.fixture(scope="module")
def library() -> Iterator[Library]:
    with Library() as made:
        made.add_text(ARTICLE)
        yield made


def test_a_conversation_finds_the_right_sentence_at_each_turn(library: Library) -> None:
    chat = Conversation(library)
    wanted = {
        "Who opened the new ferry?": "Marta Solheim, the mayor of Brennvik",
        "How many cars does it carry?": "48 cars",
        "How many passengers did the ferries take last year?": "74,000",
        "What did she call the rise?": "a nice problem",
        "Will the bridge be built?": "will not be built",
        "What would it have cost?": "90 million euros",
    }
    for question, words in wanted.items():
        assert words in chat.ask(question).text, question


def test_a_change_of_topic_is_followed(library: Library) -> None:
    chat = Conversation(library)
    chat.ask("Who opened the new ferry?")
    answer = chat.ask("Will the bridge be built?")
    assert answer.asked_as == "Will the bridge be built?"
    assert "will not be built" in answer.text
