"""Quotes that stand on their own."""

from __future__ import annotations

import numpy as np
import pytest

from index.fusion import Evidence
from index.hits import says_nothing, to_hit
from index.passages import Sentence
from index.retrieval import Candidate
from index.types import Passage

WEAK = np.zeros(1)


def candidate(*sentences: str, best: int, paragraphs: tuple[int, ...] = ()) -> Candidate:
    """A passage that starts at 100 in its article, the reader sure of one sentence, the answer its first word."""
    text = " ".join(sentences)
    starts = [100 + sum(len(before) + 1 for before in sentences[:n]) for n in range(len(sentences))]
    spans = [(start, start + len(each)) for start, each in zip(starts, sentences, strict=True)]
    scores = tuple(float(n == best) for n in range(len(sentences)))
    return Candidate(
        passage=Passage("a/0", "a", text, 100, 100 + len(text), "", 1),
        title="",
        revision="r",
        sentences=tuple(
            Sentence(*span, paragraph) for span, paragraph in zip(spans, paragraphs or [1] * len(spans), strict=True)
        ),
        evidence=Evidence(WEAK, WEAK, WEAK, WEAK),
        scores=scores,
        score=1.0,
        confidence=0.9,
        spans=tuple((start, start + len(each.split()[0])) for start, each in zip(starts, sentences, strict=True)),
    )


@pytest.mark.parametrize(
    "sentence",
    [
        "It does not.",
        "Not yet, she said.",
        "“No,” said Mr Reyes.",
        "That is not so, the prime minister told reporters.",
        "It isn’t.",
        "Yes.",
    ],
)
def test_a_few_words_without_content_say_nothing(sentence: str) -> None:
    assert says_nothing(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "It does not cover returns.",
        "He fell.",
        "In 2019.",
        "London.",
        "He said the deal was done.",
        "They also say so in Ankara.",
        "It is not that it was not, or that it could not have been, but that they would not.",
    ],
)
def test_a_sentence_with_content_or_at_length_says_something(sentence: str) -> None:
    assert not says_nothing(sentence)


def test_a_quote_that_says_nothing_takes_the_sentence_before_along() -> None:
    found = candidate("Ferries run daily.", "Will the bridge reopen in May?", "It will not.", best=2)
    hit = to_hit(found)
    assert hit.quote.text == "Will the bridge reopen in May? It will not."
    start = found.passage.start
    assert found.passage.text[hit.quote.start - start : hit.quote.end - start] == hit.quote.text
    assert hit.answer == (found.sentences[2].start, found.sentences[2].start + len("It"))


def test_a_quote_that_says_something_stands_alone() -> None:
    assert to_hit(candidate("A bridge.", "He closed it in May.", best=1)).quote.text == "He closed it in May."


def test_a_quote_never_reaches_into_another_paragraph_or_passage() -> None:
    across = candidate("Will the bridge reopen?", "It will not.", best=1, paragraphs=(1, 2))
    assert to_hit(across).quote.text == "It will not."
    assert to_hit(candidate("It will not.", "Ferries run daily.", best=0)).quote.text == "It will not."
