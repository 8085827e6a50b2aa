"""The article that ships with the program: it says all that it must, in words of its own."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from bot import Conversation, Verdict
from index import Library

ROOT = Path(__file__).parent.parent
ARTICLE = (ROOT / "index" / "bundled" / "uk-turkey-deal.md").read_text(encoding="utf-8")
QUESTIONS = json.loads((ROOT / "tests" / "bundled_questions.json").read_text(encoding="utf-8"))
SHARED = Path(os.environ.get("PULLQUOTE_DATA", ROOT.parent / "shared"))

RUN = 7
"""So many words in a row may not stand in the source as well; shorter runs are names and set phrases."""


def _blocks() -> list[str]:
    return [block for block in re.split(r"\n\s*\n", ARTICLE.strip()) if block]


def _runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def test_the_article_is_long_enough_and_has_headings() -> None:
    blocks = _blocks()
    paragraphs = [block for block in blocks if not block.startswith("#")]
    assert blocks[0].startswith("# ")
    assert len([block for block in blocks if block.startswith("## ")]) >= 5
    assert len(paragraphs) >= 25
    assert len(set(paragraphs)) == len(paragraphs)


def test_the_text_has_no_inline_markup_so_quotes_can_be_compared_as_they_are() -> None:
    assert not re.search(r"[*_`\[\]<>|\\]|^[-+] |^\d+\. ", ARTICLE, re.MULTILINE)


@pytest.mark.parametrize(
    "fact",
    [
        "centre of excellence",
        "Turkish National Police",
        "supply chain",
        "does not provide for the return of Turkish nationals whose asylum claims have failed",
        "has not been disclosed",
        "exchange of information",
        "post more officers to Turkey",
        "National Crime Agency",
        "Home Office",
        "memorandum of understanding",
        "customs data",
        "hundreds of boat parts a year",
        "Kapikule",
        "busiest and largest border crossing in Europe",
        "1,486",
        "first seven months of 2023",
        "Only Afghans",
        "earthquake of February 2023",
        "1.5 million",
        "just under 50 per cent",
        "In 2022 Britain returned 191",
        "1,076 landed from small boats",
        "no formal agreement",
        "UK-Turkey Migration Dialogue",
        "London in the autumn",
        "mood is hopeful that a deal on returns will follow later",
        "enter the bloc illegally from Turkish territory can be sent back",
        "Brexit",
        "24 other nations",
        "Robert Jenrick, the immigration minister",
        "had not worked well",
        "Yvette Cooper, Labour's shadow home secretary",
        "with the EU, with France and with other neighbours",
        "stronger cooperation with Europe on security",
        "report by Beth Malcolm",
        "Heriot-Watt University",
        "French and British Sign Language",
        "north west of England",
        "lives in Edinburgh",
    ],
)
def test_it_states_every_fact_of_the_report(fact: str) -> None:
    assert fact in ARTICLE


def test_there_are_forty_questions_twelve_of_them_unanswerable() -> None:
    assert len({item["question"] for item in QUESTIONS}) == len(QUESTIONS) == 40
    assert sum(item["unanswerable"] for item in QUESTIONS) == 12
    assert all((item["sentence"] is None) == item["unanswerable"] for item in QUESTIONS)
    assert {item["verdict"] for item in QUESTIONS if "verdict" in item} == {"yes", "no"}


@pytest.mark.parametrize("sentence", sorted({item["sentence"] for item in QUESTIONS if item["sentence"]}))
def test_an_answering_sentence_stands_in_the_article_once_and_whole(sentence: str) -> None:
    assert ARTICLE.count(sentence) == 1
    start = ARTICLE.index(sentence)
    assert sentence.endswith(".")
    assert ARTICLE[start - 2 : start].endswith((". ", "\n"))
    assert ARTICLE[start + len(sentence)] in " \n"


def test_no_sentence_of_the_source_is_copied() -> None:
    source = SHARED / "articles" / "uk-turkey-deal.txt"
    if not source.is_file():
        pytest.skip("the source article is not here: set PULLQUOTE_DATA to the folder that holds articles/")
    shared = _runs(ARTICLE, RUN) & _runs(source.read_text(encoding="utf-8"), RUN)
    assert not shared


@pytest.mark.model
@pytest.mark.parametrize("question", ["Does the deal cover returns?", "so does the deal cover returns"])
def test_whether_the_deal_covers_returns_is_answered_with_no(bundled: Library, question: str) -> None:
    answer = Conversation(bundled).ask(question)
    assert answer.verdict is Verdict.NO
    assert "does not provide for the return" in answer.text


@pytest.mark.model
def test_no_verdict_on_the_article_is_wrong(bundled: Library) -> None:
    asked = {item["question"]: item["verdict"] for item in QUESTIONS if "verdict" in item}
    given = {question: Conversation(bundled).ask(question).verdict for question in asked}
    assert {question: verdict for question, verdict in given.items() if verdict and verdict != asked[question]} == {}
    assert any(given.values())
