"""Questions made from an article's own sentences and headings, by rules that are sure of the grammar. Pure.

Made, not yet tried: whether the reader finds the answer is for suggest.py to see. English articles alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot import asking
from bot.clauses import Casing, casing_of, clauses_of
from bot.speaker import speaker_of
from bot.words import FUNCTION_WORDS, word_list, words_of
from index.blocks import BlockKind, split_blocks
from index.sentences import split_sentences
from index.types import Article

LONGEST = 14
"""Words: a longer question is not read at a glance."""
MOST_SENTENCES = 400
"""Sentences that are looked at: those of a long report's first 8,000 words."""
ENGLISH = 0.3
"""The least share of an English text's words that hold its sentences together; of other languages', hardly any."""


_NO_END = FUNCTION_WORDS - word_list("do out up off down over on about say expect suggest")
_NO_END |= word_list("two three four five six seven eight nine ten")
"""A question that ends in one of these has lost something."""


class Kind(StrEnum):
    """What a question asks for: the variety of what is shown is counted in these."""

    WHY = "why"
    WHETHER = "whether"
    CONFIRMED = "confirmed"
    COST = "cost"
    COUNT = "count"
    MEASURE = "measure"
    WHEN = "when"
    WHERE = "where"
    WHO = "who"
    PERSON = "person"
    EVENT = "event"
    SAYING = "saying"
    DOING = "doing"
    HEADING = "heading"
    GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, and where its answer should be."""

    question: str
    kind: Kind
    start: int
    """Where the sentence that it was made from starts in the article; the section, for a heading."""
    end: int
    section: int
    """Counts the headings before."""
    is_broad: bool = False
    """Whether any sentence in between may answer it."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    start: int
    end: int
    section: int


def candidates_of(article: Article) -> list[Candidate]:
    """The questions that can be made of ``article``, in the order of its text; none where it is not in English."""
    sentences, headings = _parts(article.text)
    if not _is_english(" ".join(sentence.text for sentence in sentences)):
        return []
    casing = casing_of([sentence.text for sentence in sentences])
    found: dict[str, Candidate] = {}
    for made in (*_of_sentences(article.text, sentences, casing), *_of_headings(headings)):
        words = made.question.rstrip("?").lower().split()
        if (
            len(words) <= LONGEST
            and words[-1] not in _NO_END
            and not any(mark in made.question for mark in '[]()*_|<>"')
        ):
            found.setdefault(made.question.lower(), made)
    return sorted(found.values(), key=lambda each: each.start)


def _parts(text: str) -> tuple[list[_Sentence], list[_Sentence]]:
    """The sentences, and the headings with the extent of what stands under them."""
    sentences: list[_Sentence] = []
    headings: list[_Sentence] = []
    for block in split_blocks(text):
        if block.kind is BlockKind.HEADING:
            headings.append(_Sentence(text[block.start : block.end], block.end, block.end, len(headings) + 1))
            continue
        for start, end in split_sentences(text, block.start, block.end):
            sentences.append(_Sentence(" ".join(text[start:end].split()), start, end, len(headings)))
        if headings:
            headings[-1] = _Sentence(headings[-1].text, headings[-1].start, block.end, len(headings))
    return sentences[:MOST_SENTENCES], headings


def _is_english(text: str) -> bool:
    words = words_of(text)
    return sum(word.lower in FUNCTION_WORDS for word in words) >= ENGLISH * max(1, len(words))


def _of_sentences(text: str, sentences: list[_Sentence], casing: Casing) -> Iterator[Candidate]:
    described: set[str] = set()
    heard: set[str] = set()
    for sentence in sentences:

        def made(kind: str, question: str, sentence: _Sentence = sentence) -> Candidate:
            return Candidate(question, Kind(kind), sentence.start, sentence.end, sentence.section)

        for name, question in asking.who_is(sentence.text):
            if name not in described:
                described.add(name)
                yield made(Kind.PERSON, question)
        if question := asking.how_many_do(sentence.text):
            yield made(Kind.COUNT, question)
        if question := asking.what_happened(sentence.text):
            yield made(Kind.EVENT, question)
        for clause in clauses_of(sentence.text, casing):
            for kind, question in asking.about(clause):
                yield made(kind, question)
        if asking.reports(sentence.text):
            speaker = speaker_of(text, sentence.start, sentence.end)
            for name, question in asking.what_was_said(speaker, sentence.text, casing):
                if name not in heard:
                    heard.add(name)
                    yield made(Kind.SAYING, question)


def _of_headings(headings: list[_Sentence]) -> Iterator[Candidate]:
    for heading in headings:
        if heading.end > heading.start and (question := asking.of_heading(heading.text)):
            yield Candidate(question, Kind.HEADING, heading.start, heading.end, heading.section, True)
