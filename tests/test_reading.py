"""Retrieval's candidates in the order that reading gives them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from index import Library
from index.hits import to_hit
from index.reader.calibration import confidence
from index.reader.reader import Reader, Reading, Run
from index.reading import READ_CHARACTERS, read_candidates

QUESTIONS = json.loads((Path(__file__).parent / "bundled_questions.json").read_text(encoding="utf-8"))


class WordReader(Reader):
    """Knows an answer by one word in it, and keeps what it was given first."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word
        self.given: list[Run] = []

    def read(self, question: str, runs: Sequence[Run], *, history: str = "") -> list[list[Reading]]:
        self.given = self.given or list(runs)
        return [
            [
                Reading(5.0 if self.word in line else -5.0, (0.0, 0.0, 0.0), _span(line, self.word))
                for line, heading in zip(run.lines, run.is_heading, strict=True)
                if not heading
            ]
            for run in runs
        ]


def _span(line: str, word: str) -> tuple[int, int]:
    start = max(0, line.find(word))
    return start, start + len(word)


def paragraphs(count: int, *, words: int = 60) -> str:
    return "\n\n".join(f"Paragraph {n} is about apples{' and pears' * (words // 2)}." for n in range(count))


def test_what_the_reader_prefers_comes_first(library: Library) -> None:
    library.add_text(f"{paragraphs(5)}\n\nQuinces are mentioned last, and {'once ' * 60}only.")
    question = "What is paragraph 1 about?"
    candidates = library.retrieve(question)
    found = read_candidates(WordReader("Quinces"), question, candidates)
    assert found[0].passage.text.startswith("Quinces")
    assert found[0].confidence > 0.5 > found[1].confidence
    assert sorted(c.passage.id for c in found) == sorted(c.passage.id for c in candidates)


def test_the_words_that_answer_are_found_by_their_place_in_the_article(library: Library) -> None:
    article = library.add_text("# Fruit\n\nApples are 🍎 first. Then come quinces and pears.\n\nNothing more is said.")
    question = "What comes then?"
    candidates = library.retrieve(question)
    found = read_candidates(WordReader("quinces"), question, candidates)
    hit = to_hit(found[0])
    assert hit.answer
    assert article.text[hit.answer[0] : hit.answer[1]] == "quinces"
    assert hit.quote.start <= hit.answer[0] < hit.answer[1] <= hit.quote.end
    assert to_hit(candidates[0]).answer is None


def test_neighbours_are_read_together_in_the_articles_order_under_their_headings(library: Library) -> None:
    library.add_text(f"# Fruit\n\n{paragraphs(2)}\n\n## More\n\n{paragraphs(2)}")
    reader = WordReader("apples")
    read_candidates(reader, "apples", library.retrieve("apples"))
    (run,) = reader.given
    assert run.title == "Fruit"
    assert [line for line, heading in zip(run.lines, run.is_heading, strict=True) if heading] == ["Fruit", "More"]
    assert [line.split()[1] for line, heading in zip(run.lines, run.is_heading, strict=True) if not heading] == [
        "0",
        "1",
        "0",
        "1",
    ]


def test_no_more_is_read_than_the_budget_and_the_rest_stays_behind_it(library: Library) -> None:
    library.add_text(paragraphs(60, words=120))
    candidates = library.retrieve("apples and pears", depth=60)
    assert sum(len(c.passage.text) for c in candidates) > 2 * READ_CHARACTERS
    reader = WordReader("nowhere")
    found = read_candidates(reader, "apples and pears", candidates)
    read = sum(len(line) for run in reader.given for line in run.lines)
    assert 0 < read <= READ_CHARACTERS
    scores = [c.score for c in found]
    assert scores == sorted(scores, reverse=True)
    assert len(found) == len(candidates)
    assert max(c.confidence for c in found[-10:]) <= min(c.confidence for c in found[:5])


def test_a_passage_longer_than_the_budget_is_still_read(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.reading.READ_CHARACTERS", 10)
    library.add_text(paragraphs(3))
    reader = WordReader("apples")
    read_candidates(reader, "apples", library.retrieve("apples"))
    assert len(reader.given) == 1


def test_confidence_grows_with_the_odds_and_stays_a_probability() -> None:
    steps = [confidence(odds) for odds in (-1e4, -5.0, 0.0, 5.0, 1e4)]
    assert steps == sorted(steps)
    assert steps[0] >= 0
    assert steps[-1] <= 1


@pytest.mark.model
def test_the_sentence_that_denies_returns_comes_before_those_about_returns(bundled: Library) -> None:
    hits = bundled.search("Does the deal cover returns?")
    assert (
        hits[0].quote.text
        == "The deal does not provide for the return of Turkish nationals whose asylum claims have failed."
    )
    assert hits[0].confidence > 0.5


@pytest.mark.model
@pytest.mark.parametrize("empty", ["\u200b", "\ufe0f\ufe0f", "\u200b."])
def test_sentences_of_which_the_reader_sees_nothing_are_no_obstacle(library: Library, empty: str) -> None:
    library.add_text(f"The bridge was closed because of cracks.\n\n{empty}\n\nA ferry carries people now.")
    assert library.search("Why was the bridge closed?", 1)[0].quote.text == "The bridge was closed because of cracks."


@pytest.mark.model
def test_reading_finds_more_of_the_bundled_articles_answers_than_retrieval(bundled: Library) -> None:
    answerable = [each for each in QUESTIONS if not each["unanswerable"]]
    read, retrieved = (
        sum(bundled.search(each["question"], 1, read=read)[0].quote.text == each["sentence"] for each in answerable)
        for read in (True, False)
    )
    assert read > retrieved
    assert read >= 0.7 * len(answerable)


@pytest.mark.model
def test_questions_without_an_answer_are_read_with_less_confidence(bundled: Library) -> None:
    sure = {True: [], False: []}  # type: dict[bool, list[float]]
    for each in QUESTIONS:
        sure[each["unanswerable"]].append(bundled.search(each["question"], 1)[0].confidence)
    pairs = [(yes, no) for yes in sure[False] for no in sure[True]]
    assert sum(yes > no for yes, no in pairs) / len(pairs) > 0.8
