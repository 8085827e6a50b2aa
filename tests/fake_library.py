"""A library that needs no model: for tests of what is around a search, where the ranking does not matter."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from index import Article, Hit, NoSuchArticle, Passage, Quote
from index.blocks import BlockKind, split_blocks
from index.sentences import split_sentences


def make_article(text: str, *, title: str = "An article", source: str | None = None) -> Article:
    """An article whose id is made of its title."""
    revision = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Article(title.lower().replace(" ", "-"), title, text, source, datetime(2026, 3, 1, tzinfo=UTC), revision)


class FakeLibrary:
    """Its passages are the articles' blocks; a quote's confidence is the share of the question's words in it."""

    def __init__(self, *articles: Article) -> None:
        self.articles = list(articles)
        self.searches: list[str] = []
        self.error: Exception | None = None
        """Raised by every search, where set."""

    def article(self, article_id: str) -> Article:
        """The article of an id."""
        return next(article for article in self.articles if article.id == article_id)

    def search(
        self,
        question: str,
        k: int = 5,
        *,
        articles: Iterable[str] | None = None,
        read: bool = True,
        history: str = "",
    ) -> list[Hit]:
        if self.error:
            raise self.error
        self.searches.append(question)
        if unknown := set(articles or ()) - {article.id for article in self.articles}:
            raise NoSuchArticle(f"there is no article {unknown} here")
        wanted = _words(question)
        hits = [
            hit
            for article in self.articles
            if articles is None or article.id in articles
            for hit in _hits(article, wanted)
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:k] if wanted else []

    def close(self) -> None:
        pass


def _hits(article: Article, wanted: set[str]) -> Iterable[Hit]:
    heading = ""
    for block in split_blocks(article.text):
        words = article.text[block.start : block.end]
        if block.kind is BlockKind.HEADING:
            heading = words
            continue
        passage = Passage(
            f"{article.id}/{block.start}", article.id, words, block.start, block.end, heading, block.paragraph
        )
        spans = split_sentences(article.text, block.start, block.end)
        start, end = max(spans, key=lambda span: len(wanted & _words(article.text[span[0] : span[1]])))
        quote = Quote(article.id, article.text[start:end], start, end, block.paragraph, article.revision)
        share = len(wanted & _words(quote.text)) / max(1, len(wanted))
        yield Hit(passage, share, quote, share)


def _words(text: str) -> set[str]:
    return {word.strip(".,;:!?\"'()").casefold() for word in text.split()} - {"", "the", "is", "a", "of", "in", "to"}
