"""Articles, passages and words as rows of PostgreSQL's tables. Pure but for the statements that write words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from index.engines.base import mean_vector
from index.postgres.schema import PLACES
from index.postgres.words import ArticleWords
from index.store_rows import passage_row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.passages import SplitPassage
    from index.postgres.connection import Connection

_ARTICLE = "id, title, text, source, added, revision, author, published, titled, checksum"
SELECT_ARTICLE = f"SELECT {_ARTICLE} FROM pullquote.articles"
INSERT_ARTICLE = f"""
INSERT INTO pullquote.articles ({_ARTICLE}, passages, sentences, words)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING number"""
SELECT_QUEUED = f"SELECT number, {_ARTICLE} FROM pullquote.queue"
INSERT_QUEUED = f"INSERT INTO pullquote.queue ({_ARTICLE}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
SELECT_PASSAGE = """
SELECT passages.number, title, revision, articles.id, passages.checksum, article, passages.id, context,
    "start", "end", heading, paragraph, passages.text, passages.sentences, vectors, NULL
FROM pullquote.passages JOIN pullquote.articles ON articles.number = article"""
INSERT_PASSAGE = """
INSERT INTO pullquote.passages (number, article, id, context, "start", "end", heading, paragraph, text, sentences,
    vectors, checksum, embedding)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::halfvec)"""
INSERT_REVISION = """
INSERT INTO pullquote.revisions (article_id, revision, added, characters) VALUES (%s, %s, %s, %s)"""
_ADD_TOTALS = """
UPDATE pullquote.totals SET generation = generation + 1, passages = passages + %s, sentences = sentences + %s,
    words = words + %s"""
_ADD_TERMS = """
INSERT INTO pullquote.terms SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])
ON CONFLICT (term) DO UPDATE
SET passages = terms.passages + excluded.passages, sentences = terms.sentences + excluded.sentences"""
_FORGET_TERMS = "DELETE FROM pullquote.terms WHERE passages <= 0 AND term = ANY(%s)"

Counts = Mapping[str, tuple[int, int]]
"""Of each word: in how many passages, and in how many sentences it is."""
Sizes = tuple[int, int, int]
"""Passages, sentences, words."""


def passage_number(article: int, place: int) -> int:
    """The number of a passage: it tells its article's."""
    return article << PLACES | place


def passage_rows(
    article: int, passages: Sequence[SplitPassage], vectors: Sequence[NDArray[np.float16]]
) -> Iterator[tuple[Any, ...]]:
    """The values of INSERT_PASSAGE, for an article's passages and their sentences' vectors."""
    for place, (split, of_sentences) in enumerate(zip(passages, vectors, strict=True)):
        number = passage_number(article, place)
        yield number, *passage_row(article, split, of_sentences), embedding(of_sentences)


def embedding(vectors: NDArray[Any]) -> str:
    """What a passage is found by, the mean of its sentences' vectors, as pgvector reads it."""
    import numpy as np

    return vector_text(mean_vector(vectors.astype(np.float32)))


def vector_text(vector: NDArray[np.float32]) -> str:
    """A vector as pgvector reads it."""
    return f"[{','.join(f'{value:.7g}' for value in vector.tolist())}]"


def insert_words(connection: Connection, article: int, words: ArticleWords) -> None:
    """Keep the words of an article."""
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY pullquote.words (article, term, sentences, postings) FROM STDIN") as copy,
    ):
        for term, sentences, postings in words.rows:
            copy.write_row((article, term, sentences, postings))


def forget_article(connection: Connection, article_id: str) -> tuple[Sizes, Counts] | None:
    """Delete an article with all that hangs on it, and tell what it counted for; None where there is none."""
    wanted = "SELECT number, passages, sentences, words FROM pullquote.articles WHERE id = %s FOR UPDATE"
    row = connection.execute(wanted, [article_id]).fetchone()
    if row is None:
        return None
    words = connection.execute(
        "DELETE FROM pullquote.words WHERE article = %s RETURNING term, cardinality(postings), sentences", [row[0]]
    )
    counts = {term: (passages, sentences) for term, passages, sentences in words}
    connection.execute("DELETE FROM pullquote.articles WHERE number = %s", [row[0]])
    connection.execute("INSERT INTO pullquote.removed VALUES (%s) ON CONFLICT DO NOTHING", [row[0]])
    return row[1:], counts


def count_change(connection: Connection, come: tuple[Sizes, Counts] | None, gone: tuple[Sizes, Counts] | None) -> None:
    """Count what has come and gone. The last step of a change: from here on others that write wait for it."""
    nothing: tuple[Sizes, Counts] = (0, 0, 0), {}
    (more, added), (less, removed) = come or nothing, gone or nothing
    terms, passages, sentences = [], [], []
    for term in sorted(added.keys() | removed.keys()):
        plus, minus = added.get(term, (0, 0)), removed.get(term, (0, 0))
        if plus != minus:
            terms.append(term)
            passages.append(plus[0] - minus[0])
            sentences.append(plus[1] - minus[1])
    connection.execute(_ADD_TOTALS, [a - b for a, b in zip(more, less, strict=True)])
    connection.execute(_ADD_TERMS, [terms, passages, sentences])
    if removed:
        connection.execute(_FORGET_TERMS, [terms])
