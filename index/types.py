"""What the index speaks of: articles, passages of them, quotes in them, and the hits that a search returns.

All frozen, all plain data, no arrays. Offsets count Unicode code points in ``Article.text``, end exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Article:
    """One document. ``text`` never changes: a new edition is a new ``revision``.

    Lines of ``text`` that start with ``#`` to ``######`` and a blank are headings; blank lines part paragraphs.
    """

    id: str
    title: str
    text: str
    source: str | None
    """The path or address that it was read from, or None for text that was handed over."""
    added: datetime
    """When this revision was added, in UTC."""
    revision: str
    """The first 16 hexadecimal digits of the SHA-256 of ``text`` in UTF-8: what offsets refer to."""
    author: str | None = None
    """Who wrote it, where the file or the page says so."""
    published: str | None = None
    """The day on which it was published, as in 2026-05-11, where the file or the page says so."""


class Change(StrEnum):
    """What adding an article does to a library."""

    NEW = "new"
    """There was none of its id."""
    CHANGED = "changed"
    """There was another text under its id: it becomes a new revision."""
    UNCHANGED = "unchanged"
    """The same text is there already: nothing is done."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One edition of an article, by its text's hash: enough to tell which edition a quote was taken from."""

    revision: str
    """As ``Article.revision``."""
    added: datetime
    """When it was added, in UTC."""
    characters: int
    """The length of its text. The text of earlier revisions is not kept."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was wrong with a library, and whether it is mended."""

    message: str
    """One sentence: what it is and, where it is not mended, the way out."""
    mended: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article: ``article.text[start:end] == text``, always."""

    id: str
    article_id: str
    text: str
    start: int
    end: int
    heading: str
    """The heading that it stands under, without its marks; ``""`` where there is none."""
    paragraph: int
    """The number of the article's paragraph in which it starts, from 1; headings are not counted."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The sentence, or neighbouring sentences, that answer: ``article.text[start:end] == text``, always."""

    article_id: str
    text: str
    start: int
    end: int
    paragraph: int
    """The number of the article's paragraph in which it starts, from 1."""
    revision: str
    """The article's revision when this was quoted."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found."""

    passage: Passage
    score: float
    """What hits are ordered by: higher is better. Comparable within one search only."""
    quote: Quote
    """The best sentence of the passage."""
    confidence: float
    """The probability, in [0, 1], that the quote answers the question."""
    stance: tuple[float, float, float] | None = None
    """What the quote says to a yes/no question: the probabilities of yes, no and undecided. None where it was not read.

    Means nothing for other questions, nor where ``confidence`` is low.
    """
    answer: tuple[int, int] | None = None
    """The very words of ``quote`` that answer: offsets in ``Article.text``, end exclusive. None where it was not read.

    Means nothing where ``confidence`` is low, and little for yes/no questions.
    """
