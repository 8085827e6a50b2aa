"""Who says a quoted sentence: named where the article says so clearly, and nobody where it does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake_library import FakeLibrary, make_article
from hypothesis import given
from hypothesis import strategies as st

from bot import Conversation
from bot.speaker import speaker_of


def says(text: str, sentence: str | None = None) -> str:
    """Who says ``sentence`` of ``text``; its last one where None."""
    sentence = sentence or text
    start = text.index(sentence)
    return speaker_of(text, start, start + len(sentence))


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("“We will close it,” said Ann Bell, who runs the mill.", "Ann Bell"),
        ('"We will close it," the union\'s president, Ann Bell, told a crowd.', "Ann Bell"),
        ("'We will close it,' says Ann Bell.", "Ann Bell"),
        ("Ann Bell said that the mill would close.", "Ann Bell"),
        ("The mayor, Ann Bell, said on Monday that the mill would close.", "Ann Bell"),
        ("Deputy security minister Ramiro Castrejón said the idea had come from a nun.", "Ramiro Castrejón"),
        ("Ann Bell, who was first on the scene, told the court that she had seen nothing.", "Ann Bell"),
        ("Ann Bell accepted nine of them and said the tenth would cost too much.", "Ann Bell"),
        ("The mill will close in May, Ann Bell conceded.", "Ann Bell"),
        ("The mill, said the mayor, Ann Bell, will close in May.", "Ann Bell"),
        ("According to Ann Bell, the mill will close in May.", "Ann Bell"),
        ("Zoja's brother Pavel, who stayed, warned that nobody had a plan.", "Zoja's brother Pavel"),
        ("The report says that the mill lost money.", "The report"),
        ("The mill lost money, the Home Office said.", "the Home Office"),
        ("The mill lost money, according to the prospectus.", "the prospectus"),
        ("A spokesman for the Home Office said that the mill lost money.", "A spokesman for the Home Office"),
        ("Officials say that the mill lost money.", "Officials"),
        ("On Tuesday the Athletics Association said that he had been right.", "the Athletics Association"),
    ],
)
def test_whoever_the_sentence_names_as_its_speaker_is_named(sentence: str, speaker: str) -> None:
    assert says(sentence) == speaker


@pytest.mark.parametrize(
    "sentence",
    [
        "The mill will close in May.",
        "Ann Bell runs the mill.",
        "Ann Bell did not say when.",
        "Ann Bell said no.",
        "He was told that the mill would close.",
        "The claim, which two papers had repeated in May, was false.",
        "One said that the mill would close.",
        "They said that the mill would close.",
        "We understand that the mill will close, and we say so.",
        "“Donna” was in Guam that summer.",
        "The mill, closed by the county council, is for sale.",
        "The bridge is open; the minister said it was safe.",
    ],
)
def test_nobody_is_named_where_the_article_speaks_or_the_speaker_is_unclear(sentence: str) -> None:
    assert says(sentence) == ""


def test_a_short_name_is_given_in_full() -> None:
    text = "Robert Jenrick went to Ankara.\n\nMr Jenrick said that it was a start."
    assert says(text, "Mr Jenrick said that it was a start.") == "Robert Jenrick"


def test_a_name_that_two_people_share_stays_as_it_stands() -> None:
    text = "Hamish Pryde fell. Janet Pryde wept.\n\nMs Pryde said that it was over."
    assert says(text, "Ms Pryde said that it was over.") == "Ms Pryde"


@pytest.mark.parametrize(
    ("before", "speaker"),
    [
        ("Ann Bell said that it was late.", "Ann Bell"),
        ("The mayor, Ann Bell, went home.", "Ann Bell"),
        ("Ann Bell went home. She slept for a day.", "Ann Bell"),
        ("Mr Hugo Bell went home.", ""),
        ("The report was late.", ""),
        ("Two men met Ann Bell.", ""),
        ("Ann Bell went home.\n\n", ""),
    ],
)
def test_a_pronoun_is_resolved_only_where_it_is_clear(before: str, speaker: str) -> None:
    last = "She said that nobody would pay."
    assert says(f"{before} {last}", last) == speaker


def test_a_pronoun_beside_another_name_is_left_open() -> None:
    last = "Eva Lind teaches in Norwich and has no wish, she says, to give it up."
    assert says(f"Ann Bell said that it was late. {last}", last) == ""


def test_it_may_be_a_report_or_a_body_and_no_person() -> None:
    last = "It says that nobody will pay."
    assert says(f"The report, of 46 pages, came out on Monday. {last}", last) == "The report"
    assert says(f"Ann Bell came home on Monday. {last}", last) == ""


SPEECH = (
    "“We lost the mill,” said Ann Bell. “It was ours. Nobody asked us.”\n\n"
    "Hugo Marsh said that he was sorry.\n\n"
    "“It was a bad year. We had to choose,” said Eva Lind.\n\n"
    "Then Otto Reiss rose:\n\n"
    "“I will pay.”"
)


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("“It was ours.", "Ann Bell"),
        ("Nobody asked us.”", "Ann Bell"),
        ("“It was a bad year.", "Eva Lind"),
        ("“I will pay.”", ""),
    ],
)
def test_speech_of_several_sentences_has_one_speaker(sentence: str, speaker: str) -> None:
    """What goes before or after in the same quotation marks tells; "rose:" names a speaker to no rule of ours."""
    assert says(SPEECH, sentence) == speaker


def test_speech_that_runs_over_paragraphs_keeps_its_speaker() -> None:
    text = "“We lost the mill,” said Ann Bell. “It was ours.\n\n“Nobody asked us.”"
    assert says(text, "“Nobody asked us.”") == "Ann Bell"
    announced = "Ann Bell said that day:\n\n“Nobody asked us.”"
    assert says(announced, "“Nobody asked us.”") == "Ann Bell"


def test_a_quote_of_two_sentences_has_a_speaker_where_both_are_theirs() -> None:
    text = "Ann Bell said that it was late. She said that she would go. The mill closed."
    assert says(text, "Ann Bell said that it was late. She said that she would go.") == "Ann Bell"
    assert says(text, "She said that she would go. The mill closed.") == ""


def test_words_within_quotation_marks_name_nobody() -> None:
    assert says("“Ann Bell said that it was late”", "“Ann Bell said that it was late”") == ""


@given(st.text("ab AB.,:;\"“”'’‘\n-#said Ann he told according to that ", max_size=200), st.data())
def test_a_speaker_always_stands_in_the_article(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert speaker_of(text, start, end) in " ".join(text.split())


def test_an_answers_citation_names_the_speaker() -> None:
    text = "The deal is new. Robert Jenrick said that the deal does not cover returns. It costs nothing."
    library = FakeLibrary(make_article(text))
    answer = Conversation(library, strictness=0.5).ask("Does the deal cover returns?")  # type: ignore[arg-type]
    assert [citation.speaker for citation in answer.citations] == ["Robert Jenrick"]


def test_on_marked_sentences_at_least_19_in_20_names_are_right(shared: Path) -> None:
    """The marks are data/train's; see bench/speakers.py."""
    from bench.data import load_rows
    from bench.speakers import MARKS

    texts = {row["id"]: row["text"] for row in load_rows("train", "news.articles")}
    right = wrong = 0
    for mark in json.loads(MARKS.read_text(encoding="utf-8")):
        named = speaker_of(texts[mark["article"]], mark["start"], mark["end"])
        if named:
            is_right = any(each and each.casefold() in named.casefold() for each in mark["speakers"])
            right, wrong = right + is_right, wrong + (not is_right)
    assert right >= 80
    assert right / (right + wrong) >= 0.95
