"""Questions made from an article's own sentences and headings, by rules that are sure of the grammar. Pure.

Made, not yet tried: whether the reader finds the answer is for suggest.py to see. English articles alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.asking.amounts import how_many
from bot.asking.casing import Casing, casing_of
from bot.asking.clauses import clauses_of
from bot.asking.dates import what_happened
from bot.asking.headings import of_heading
from bot.asking.kinds import Kind
from bot.asking.people import reports, what_was_said, who_is
from bot.asking.statements import about
from bot.english.words import FUNCTION_WORDS, word_list, words_of
from bot.speaker import speaker_of
from index.blocks import BlockKind, split_blocks
from index.sentences import split_sentences
from index.types import Article

LONGEST = 14
"""Words: a longer question is not read at a glance."""
MOST_SENTENCES = 400
"""Sentences that are looked at: those of a long report's first 8,000 words."""
ENGLISH = 0.3
"""The least share of an English text's words that hold its sentences together; of other languages', hardly any."""
MOST_REPORTING = 40
"""Sentences of which the speaker is looked for, which takes longer than all the rest."""
_MARKS = frozenset('[]()*_|<>"#')
_NO_END = FUNCTION_WORDS - word_list("do out up off down over on about more say expect suggest")
_NO_END |= word_list("two three four five six seven eight nine ten")
"""A question that ends in one of these has lost something."""


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
        if _is_whole(made.question):
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


def _is_whole(question: str) -> bool:
    """Whether a question is short enough, holds no marks of another kind of text, and does not end in the middle."""
    words = question.rstrip("?").lower().split()
    return len(words) <= LONGEST and words[-1] not in _NO_END and not _MARKS & set(question)


def _of_sentences(text: str, sentences: list[_Sentence], casing: Casing) -> Iterator[Candidate]:
    known: set[tuple[Kind, str]] = set()
    reporting = 0
    for sentence in sentences:
        speaker = ""
        if reports(sentence.text) and reporting < MOST_REPORTING:
            reporting += 1
            speaker = speaker_of(text, sentence.start, sentence.end)
        for kind, name, question in _of_sentence(sentence.text, speaker, casing):
            # Somebody who is named again is asked about once.
            if not name or (kind, name) not in known:
                known.add((kind, name))
                yield Candidate(question, kind, sentence.start, sentence.end, sentence.section)


def _of_sentence(sentence: str, speaker: str, casing: Casing) -> Iterator[tuple[Kind, str, str]]:
    """The questions that a sentence answers, each with its kind and, where it is about a person, the name."""
    for name, question in who_is(sentence):
        yield Kind.PERSON, name, question
    if question := how_many(sentence):
        yield Kind.COUNT, "", question
    if question := what_happened(sentence):
        yield Kind.EVENT, "", question
    for clause in clauses_of(sentence, casing):
        for kind, question in about(clause):
            yield kind, "", question
    if speaker and (question := what_was_said(speaker, sentence, casing)):
        yield Kind.SAYING, speaker, question


def _of_headings(headings: list[_Sentence]) -> Iterator[Candidate]:
    for heading in headings:
        if heading.end > heading.start and (question := of_heading(heading.text)):
            yield Candidate(question, Kind.HEADING, heading.start, heading.end, heading.section, True)
