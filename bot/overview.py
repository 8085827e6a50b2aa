"""What an article is about, in its own words: how it begins. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import MOST_QUOTES
from bot.smalltalk import Talk
from bot.types import Answer
from index.blocks import BlockKind, split_blocks
from index.sentences import split_sentences
from index.types import Article, Hit, Passage, Quote

OPENING = 2
"""Sentences that are quoted of one article: what happened, and to whom. Of each of several articles, one."""
BYLINE = 60
"""Code points: a first paragraph shorter than this is a byline or a date more often than an opening."""


def overview(question: str, articles: Sequence[Article]) -> Answer:
    """How each of the first ``articles`` begins, as quotes; false where none of them has a sentence.

    The confidence is 1: that the article begins so is certain.
    """
    count = OPENING if len(articles) == 1 else 1
    hits = tuple(hit for article in articles if (hit := _opening(article, count)))[:MOST_QUOTES]
    return Answer(
        question=question,
        asked_as=question,
        quotes=tuple(hit.quote for hit in hits),
        confidence=1.0 if hits else 0.0,
        hits=hits,
        message=Talk.OVERVIEW.value,
    )


def _opening(article: Article, count: int) -> Hit | None:
    """The first ``count`` sentences of the first paragraph that is more than a byline, as a hit."""
    heading = ""
    openings = []
    for block in split_blocks(article.text):
        if block.kind is BlockKind.HEADING:
            heading = article.text[block.start : block.end]
            continue
        openings.append((heading, block))
        if block.end - block.start >= BYLINE:
            break
    if not openings:
        return None
    heading, block = max(openings, key=lambda opening: opening[1].end - opening[1].start)
    spans = split_sentences(article.text, block.start, block.end)[:count]
    if not spans:
        return None
    start, end = spans[0][0], spans[-1][1]
    text = article.text[start:end]
    passage = Passage(f"{article.id}/opening", article.id, text, start, end, heading, block.paragraph)
    quote = Quote(article.id, text, start, end, block.paragraph, article.revision)
    return Hit(passage, 1.0, quote, 1.0)
