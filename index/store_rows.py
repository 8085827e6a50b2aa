"""Articles and passages as rows of the database, each with a checksum: what comes back is what was written.

A bit that turns in an article's text would be a quote that nobody wrote. Pure.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from index.errors import LibraryDamaged
from index.passages import Sentence, SplitPassage
from index.store import StoredPassage
from index.types import Article, Passage, Revision

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SELECT_ARTICLE = """
SELECT id, title, text, source, added, revision, author, published, titled, checksum FROM articles"""
INSERT_ARTICLE = """
INSERT INTO articles (id, title, text, source, added, revision, author, published, titled, checksum)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
SELECT_PASSAGE = """
SELECT passages.number, title, revision, articles.id, passages.checksum,
    article, passages.id, context, start, end, heading, paragraph, passages.text, sentences, vectors, words
FROM passages JOIN articles INDEXED BY articles_in_short ON articles.number = article"""
INSERT_PASSAGE = """
INSERT INTO passages (article, id, context, start, end, heading, paragraph, text, sentences, vectors, words, checksum)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def checksum(*values: object) -> int:
    """Return the CRC-32 of a row's values."""
    return zlib.crc32(
        b"".join(value + b"\0" if isinstance(value, bytes) else f"{value}\0".encode() for value in values)
    )


def article_row(article: Article, *, titled: bool) -> tuple[Any, ...]:
    """The values of INSERT_ARTICLE."""
    row = (
        article.id,
        article.title,
        article.text,
        article.source,
        article.added.isoformat(),
        article.revision,
        article.author,
        article.published,
        int(titled),
    )
    return *row, checksum(*row)


def to_article(row: Sequence[Any], where: str) -> Article:
    """The article of a row of SELECT_ARTICLE. LibraryDamaged where it is not what was written."""
    *values, kept = row
    id_, title, text, source, added, revision, author, published, _ = values
    if checksum(*values) != kept:
        raise LibraryDamaged(
            f"the article {id_!r} in {where} is not what was added: refresh it, or remove it and add it again"
        )
    return Article(id_, title, text, source, datetime.fromisoformat(added), revision, author, published)


def to_revision(row: Sequence[Any]) -> Revision:
    revision, added, characters = row
    return Revision(revision, datetime.fromisoformat(added), characters)


def passage_row(article: int, split: SplitPassage, vectors: NDArray[np.float16], *words: bytes) -> tuple[Any, ...]:
    """The values of INSERT_PASSAGE. ``article``: its number; ``vectors``: the sentences'; ``words``: packed."""
    passage = split.passage
    row = (
        article,
        passage.id,
        split.context,
        passage.start,
        passage.end,
        passage.heading,
        passage.paragraph,
        passage.text,
        json.dumps([(s.start, s.end, s.paragraph) for s in split.sentences], separators=(",", ":")),
        vectors.astype("<f2", copy=False).tobytes(),
        *words,
    )
    return *row, checksum(*row)


def to_passage(row: Sequence[Any], where: str) -> tuple[StoredPassage, NDArray[np.float32]]:
    """The passage of a row of SELECT_PASSAGE, and its vectors. LibraryDamaged where it is not what was written."""
    import numpy as np

    number, title, revision, article_id, kept, *values = row
    article, id_, context, start, end, heading, paragraph, text, spans, blob, words = values
    if checksum(*(values if words is not None else values[:-1])) != kept:
        raise LibraryDamaged(
            f"a passage of the article {article_id!r} in {where} is not what was added:"
            " mend it with pullquote check --library DIR"
        )
    passage = Passage(id_, article_id, text, start, end, heading, paragraph)
    sentences = tuple(Sentence(*span) for span in json.loads(spans))
    vectors = np.frombuffer(blob, dtype="<f2").astype(np.float32).reshape(len(sentences), -1)
    return StoredPassage(number, article, title, revision, context, passage, sentences, words), vectors
