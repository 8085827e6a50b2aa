"""An article as HTML that is safe to show and exact to light up.

Every run of the article's words is one element with ``data-start`` and ``data-end``: the offsets, in code points, of
``Article.text`` that it holds, so that a quote can be marked by its offsets alone. The words are escaped, never read
as HTML or Markdown; marks such as ``# `` and ``- `` are shown as the structure that they stand for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby

from index.blocks import Block, BlockKind, split_blocks
from index.types import Article

DEEPEST_HEADING = 6
WORDS_A_MINUTE = 230
"""How fast adults read articles silently: Brysbaert, "How many words do we read per minute?" (2019) has 238."""
LOOKED_AT = 4_000
"""Code points of an article that tell which way it is written."""


def article_html(article: Article) -> str:
    """The article as one ``<article>`` element: its title, where it comes from, and its blocks in order."""
    blocks = split_blocks(article.text)
    first = blocks[0] if blocks else None
    title = escape_words(article.title)
    if first and first.kind is BlockKind.HEADING and _same_words(article.text[first.start : first.end], article.title):
        title = _words(article.text, first)
        blocks = blocks[1:]
    return (
        f'<article class="pq-article" data-article="{escape(article.id)}" data-revision="{escape(article.revision)}"'
        f' dir="{direction(article.text)}">'
        f'<header><h1 dir="auto">{title}</h1><p class="pq-facts">{_facts(article)}</p></header>'
        f'<div class="pq-text">{"".join(_body(article.text, blocks))}</div></article>'
    )


def escape_words(words: str) -> str:
    """``words`` with nothing in them that HTML would read as its own, one character on the page for each of them.

    A carriage return is written as a reference and NUL as U+FFFD: HTML would fold the one and drop the other, and
    every later offset would be off by one.
    """
    return escape(words).replace("\r", "&#13;").replace("\0", "\ufffd")


def direction(text: str) -> str:
    """Which way most of a text is written: "rtl", as Arabic and Hebrew are, or "ltr"."""
    kinds = [unicodedata.bidirectional(character) for character in text[:LOOKED_AT]]
    return "rtl" if kinds.count("R") + kinds.count("AL") > kinds.count("L") else "ltr"


def _body(text: str, blocks: Iterable[Block]) -> Iterator[str]:
    """Each block as HTML; neighbouring list items share a list, neighbouring lines of a block quote a blockquote."""
    numbered = 0
    for (kind, _), run in groupby(blocks, key=lambda block: (block.kind, _run(block))):
        inner = []
        for block in run:
            number = f' data-paragraph="{block.paragraph}"' if block.paragraph > numbered else ""
            numbered = max(numbered, block.paragraph)
            inner.append(_element(text, block, "" if kind is BlockKind.HEADING else number))
        if kind is BlockKind.ITEM:
            yield f'<ul role="list">{"".join(inner)}</ul>'
        elif kind is BlockKind.QUOTE:
            yield f"<blockquote>{''.join(inner)}</blockquote>"
        else:
            yield from inner


def _run(block: Block) -> int:
    """What blocks of one kind must share to stand in one list or blockquote; others stand alone."""
    return block.paragraph if block.kind in (BlockKind.ITEM, BlockKind.QUOTE) else block.start


def _element(text: str, block: Block, number: str) -> str:
    """One block, marked up for what it is; a list item keeps the bullet or number that its writer gave it."""
    words = _words(text, block)
    if block.kind is BlockKind.HEADING:
        level = min(block.level + 1, DEEPEST_HEADING)
        return f'<h{level} dir="auto">{words}</h{level}>'
    if block.kind is BlockKind.ITEM:
        mark = text[text.rfind("\n", 0, block.start) + 1 : block.start].strip()
        shown = mark if mark[:1].isdigit() else "•"
        return f'<li dir="auto"{number}><span class="pq-bullet" aria-hidden="true">{escape(shown)}</span>{words}</li>'
    return f'<p dir="auto"{number}>{words}</p>'


def _words(text: str, block: Block) -> str:
    words = escape_words(text[block.start : block.end])
    return f'<span data-start="{block.start}" data-end="{block.end}">{words}</span>'


def _same_words(one: str, other: str) -> bool:
    return one.split() == other.split()


def _facts(article: Article) -> str:
    """Where the article comes from, how long it takes to read, and when it was added."""
    minutes = max(1, round(len(article.text.split()) / WORDS_A_MINUTE))
    added = f"{article.added.day} {article.added:%B %Y}"
    facts = [f"{minutes} min read", f"added {added}"]
    if article.source:
        facts.insert(0, _source(article.source))
    return " · ".join(escape(fact) for fact in facts)


def _source(source: str) -> str:
    """The site or the file name of where it was read from: never a path of this machine's disk."""
    if "://" in source:
        return source.split("://", 1)[1].split("/", 1)[0]
    return source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
