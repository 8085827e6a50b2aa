"""Where a quote comes from: its article, a link that leads to the very words, and whether they still stand there.

``cite`` and ``citation_line`` are pure; ``verify`` looks the articles up in the library again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.types import Answer, Citation
from index.blocks import page_of, split_blocks
from index.errors import NoSuchArticle
from index.types import Article, Quote

if TYPE_CHECKING:
    from index.library import Library

SPEAKER = "{speaker}, according to the article"
"""How a citation's speaker is shown."""


class Standing(StrEnum):
    """What has become of a quote."""

    STANDS = "stands"
    """It stands word for word where it says, in the revision that it was taken from."""
    MOVED = "moved"
    """The article is another one now, or the offsets were wrong; the same words stand in it."""
    GONE = "gone"
    """The article is there, and the words are not in it."""
    NO_ARTICLE = "no article"
    """The library has no article of that id."""


@dataclass(frozen=True, slots=True)
class Check:
    """What ``verify`` found out about one quote. True where it stands."""

    quote: Quote
    state: Standing
    now: Quote | None
    """The quote as it stands today, with today's offsets, paragraph and revision; None where it does not.

    Of several places with the same words, the one closest to where they were.
    """

    def __bool__(self) -> bool:
        return self.state is Standing.STANDS


def cite(quotes: Sequence[Quote], articles: Mapping[str, Article]) -> tuple[Citation, ...]:
    """A Citation for each of ``quotes``, in the same order. ``articles``: those that they stand in, by id.

    An article that is another revision now is cited without a place in it and without a speaker. KeyError for a quote
    whose article is not among ``articles``.
    """
    return tuple(_cite(quote, articles[quote.article_id]) for quote in quotes)


def citation_line(quote: Quote, citation: Citation) -> str:
    """One line of plain text to copy: ``“Returns are not covered.” — The deal, https://…, paragraph 7``.

    Names the speaker where there is one, and of a file its name alone: never a path of this machine's disk.
    """
    source = "" if citation.source is None else _file_name(citation.source)
    speaker = SPEAKER.format(speaker=citation.speaker) if citation.speaker else ""
    place = f"paragraph {quote.paragraph}" if citation.page is None else f"page {citation.page}"
    facts = (speaker, citation.title, source, place)
    return _one_line(f"“{quote.text}” — {', '.join(fact for fact in facts if fact)}")


def verify(answer: Answer, library: Library) -> tuple[Check, ...]:
    """For each quote of ``answer``, in order, whether it still stands word for word where it says; ``()`` for none.

    Words are the same where they differ in blanks and line breaks alone. LibraryClosed where the library is.
    """
    return tuple(_check(quote, library) for quote in answer.quotes)


def _cite(quote: Quote, article: Article) -> Citation:
    # Imported when first needed: their regular expressions take longer to compile than all else of this package.
    from bot.fragment import text_fragment
    from bot.speaker import speaker_of

    web = article.source is not None and re.match(r"https?://", article.source, re.IGNORECASE)
    if not _stands(quote, article):
        return Citation(article.title, article.source, article.source or "" if web else "")
    return Citation(
        title=article.title,
        source=article.source,
        link=text_fragment(article.source or "", article.text, quote.start, quote.end) if web else "",
        speaker=speaker_of(article.text, quote.start, quote.end),
        page=page_of(article.text, quote.start),
    )


def _file_name(source: str) -> str:
    return source if "://" in source else source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def _one_line(words: str) -> str:
    return " ".join(words.split())


def _check(quote: Quote, library: Library) -> Check:
    try:
        article = library.article(quote.article_id)
    except NoSuchArticle:
        return Check(quote, Standing.NO_ARTICLE, None)
    if _stands(quote, article):
        return Check(quote, Standing.STANDS, quote)
    now = _find(quote, article)
    return Check(quote, Standing.MOVED if now else Standing.GONE, now)


def _stands(quote: Quote, article: Article) -> bool:
    words = article.text[quote.start : quote.end] if 0 <= quote.start < quote.end else None
    return quote.revision == article.revision and quote.text == words


def _find(quote: Quote, article: Article) -> Quote | None:
    """The words of ``quote`` in ``article`` as it is now."""
    words = r"\s+".join(map(re.escape, quote.text.split()))
    if not words:
        return None
    places = [match.span() for match in re.finditer(rf"(?<!\w){words}(?!\w)", article.text)]
    if not places:
        return None
    start, end = min(places, key=lambda place: abs(place[0] - quote.start))
    paragraph = max((b.paragraph for b in split_blocks(article.text) if b.start <= start), default=1)
    return Quote(article.id, article.text[start:end], start, end, max(1, paragraph), article.revision)
