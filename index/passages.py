"""An article cut into passages: runs of whole sentences, none longer than a model reads with its title and heading.

The paragraph is the natural unit. Very short ones under the same heading are joined, long ones split between sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.blocks import BlockKind, split_blocks
from index.sentences import split_at_blanks, split_sentences
from index.types import Article, Passage

SHORT = 40
"""Word pieces: a passage shorter than this is joined with its neighbour under the same heading, where both fit."""

JOINED = 160
"""Word pieces: joined passages get no longer than this, the length of a good paragraph."""

MAX_CONTEXT = 64
"""Word pieces of title and heading that go with a passage, at most."""

_AT_ONCE = 1_000
"""Sentences counted at a time: a file may be one paragraph of a hundred thousand."""

CountTokens = Callable[[Sequence[str]], list[int]]
"""How many word pieces each text has, special tokens not counted."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence by its offsets in the article, and the number of the paragraph that it stands in."""

    start: int
    end: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class SplitPassage:
    """A passage, what it stands under, and its sentences: one or more."""

    passage: Passage
    context: str
    """Title and heading: what lexical search knows a passage by besides its own words."""
    sentences: tuple[Sentence, ...]

    @property
    def sentence_texts(self) -> tuple[str, ...]:
        return sentence_texts(self.passage, self.sentences)


@dataclass(frozen=True, slots=True)
class _Run:
    """Consecutive sentences under one heading, and their word pieces."""

    section: int
    """Counts the headings before it: two headings may have the same words."""
    heading: str
    sentences: tuple[Sentence, ...]
    tokens: int


def split_passages(article: Article, *, count_tokens: CountTokens, max_tokens: int) -> list[SplitPassage]:
    """Return the passages of an article, in order and without overlap; ``[]`` for blank text.

    ``max_tokens``: the word pieces, special tokens not counted, that a passage and its context may have together.
    Every word of the article but its headings is in exactly one passage.
    """
    contexts: dict[str, str] = {}
    rooms: dict[str, int] = {}
    runs: list[_Run] = []
    for section, heading, sentences in _paragraphs(article.text):
        if heading not in contexts:
            limit = min(MAX_CONTEXT, max_tokens // 2)
            contexts[heading], used = _fit_context(article.title, heading, count_tokens, limit)
            rooms[heading] = max_tokens - used
        runs.extend(
            _Run(section, heading, tuple(part), tokens)
            for part, tokens in _split_paragraph(article.text, sentences, count_tokens, rooms[heading])
        )
    joined = _join_short(article.text, runs, count_tokens, rooms)
    return [_to_passage(article, position, run, contexts[run.heading]) for position, run in enumerate(joined)]


def sentence_texts(passage: Passage, sentences: Iterable[Sentence]) -> tuple[str, ...]:
    """The text of each of a passage's sentences."""
    start = passage.start
    return tuple(passage.text[sentence.start - start : sentence.end - start] for sentence in sentences)


def _paragraphs(text: str) -> Iterator[tuple[int, str, list[Sentence]]]:
    """The section's number, its heading and the sentences of each block that is not a heading."""
    section, heading = 0, ""
    for block in split_blocks(text):
        if block.kind is BlockKind.HEADING:
            section, heading = section + 1, text[block.start : block.end]
            continue
        spans = split_sentences(text, block.start, block.end)
        yield section, heading, [Sentence(start, end, block.paragraph) for start, end in spans]


def _fit_context(title: str, heading: str, count_tokens: CountTokens, limit: int) -> tuple[str, int]:
    """Title and heading on a line, cut after the last word that fits; and its word pieces."""
    parts = [part for part in dict.fromkeys((" ".join(title.split()), " ".join(heading.split()))) if part]
    words = " – ".join(part[: limit * 8] for part in parts).split()
    while words:
        context = " ".join(words)
        (tokens,) = count_tokens([context])
        if tokens <= limit:
            return context, tokens
        words = words[: min(len(words) - 1, len(words) * limit // tokens + 1)]
    return "", 0


def _split_paragraph(
    text: str, sentences: list[Sentence], count_tokens: CountTokens, room: int
) -> Iterator[tuple[list[Sentence], int]]:
    """A paragraph's sentences in as few parts as fit, of about the same length, and the word pieces of each."""
    counted = list(_fitting(text, sentences, count_tokens, room))
    left = sum(tokens for _, tokens in counted)
    share = left / max(1, -(-left // room))
    run: list[Sentence] = []
    used = 0
    for sentence, tokens in counted:
        if run and (used + tokens > room or used >= share):
            yield run, used
            run, used = [], 0
        run.append(sentence)
        used += tokens
    if run:
        yield run, used


def _fitting(
    text: str, sentences: Iterable[Sentence], count_tokens: CountTokens, room: int
) -> Iterator[tuple[Sentence, int]]:
    """Each sentence with its word pieces; one that alone is too long comes in parts."""
    whole = list(sentences)
    counts: list[int] = []
    for start in range(0, len(whole), _AT_ONCE):
        counts += count_tokens([text[s.start : s.end] for s in whole[start : start + _AT_ONCE]])
    for sentence, tokens in zip(whole, counts, strict=True):
        length = sentence.end - sentence.start
        if tokens <= room or length <= 1:
            yield sentence, min(tokens, room)
            continue
        parts = split_at_blanks(text, sentence.start, sentence.end, max(1, length * room // (tokens + 1)))
        yield from _fitting(text, [replace(sentence, start=s, end=e) for s, e in parts], count_tokens, room)


def _join_short(text: str, runs: Iterable[_Run], count_tokens: CountTokens, rooms: dict[str, int]) -> Iterator[_Run]:
    """The runs, with short neighbours in one section joined where both fit, and the list mark between them."""
    last: _Run | None = None
    for run in runs:
        if last and last.section == run.section and min(last.tokens, run.tokens) < SHORT:
            mark = text[last.sentences[-1].end : run.sentences[0].start].strip()
            tokens = last.tokens + run.tokens + (sum(count_tokens([mark])) if mark else 0)
            if tokens <= min(rooms[run.heading], JOINED):
                last = replace(last, sentences=last.sentences + run.sentences, tokens=tokens)
                continue
        if last:
            yield last
        last = run
    if last:
        yield last


def _to_passage(article: Article, position: int, run: _Run, context: str) -> SplitPassage:
    first, last = run.sentences[0], run.sentences[-1]
    passage = Passage(
        id=f"{article.id}/{position}",
        article_id=article.id,
        text=article.text[first.start : last.end],
        start=first.start,
        end=last.end,
        heading=run.heading,
        paragraph=first.paragraph,
    )
    return SplitPassage(passage, context, run.sentences)
