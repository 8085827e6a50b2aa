"""What passages are found by, compared with the passages themselves, and made anew where it differs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.embedding import Progress
from index.errors import LibraryDamaged
from index.postgres.packs import pack_anew
from index.postgres.rows import embedding, insert_words
from index.types import Problem

if TYPE_CHECKING:
    from index.postgres.store import PostgresStore

_NEAR = 0.01
"""How far an embedding's cosine distance to what it was made from may be: it is kept in half precision."""

_COUNTED = "SELECT term, sum(cardinality(postings)), sum(sentences) FROM pullquote.words GROUP BY term"
_DIFFERENT = f"""
SELECT EXISTS ((SELECT term, passages, sentences FROM pullquote.terms EXCEPT {_COUNTED}))
    OR EXISTS (({_COUNTED}) EXCEPT SELECT term, passages, sentences FROM pullquote.terms)
    OR EXISTS (SELECT passages, sentences, words FROM pullquote.totals
        EXCEPT SELECT coalesce(sum(passages), 0), coalesce(sum(sentences), 0), coalesce(sum(words), 0)
        FROM pullquote.articles)"""


def check_words(store: PostgresStore, progress: Progress | None = None) -> list[Problem]:
    """Return what differed, all mended. ``progress``: called with how many articles are looked at, and of how many."""
    problems = list(_check_articles(store, progress))
    with store.holding() as connection:
        connection.execute("LOCK TABLE pullquote.articles IN SHARE ROW EXCLUSIVE MODE")
        if connection.execute(_DIFFERENT).fetchone() == (True,):
            connection.execute("DELETE FROM pullquote.terms")
            connection.execute(f"INSERT INTO pullquote.terms {_COUNTED}")
            connection.execute(
                "UPDATE pullquote.totals SET (passages, sentences, words) = (SELECT coalesce(sum(passages), 0),"
                " coalesce(sum(sentences), 0), coalesce(sum(words), 0) FROM pullquote.articles)"
            )
            problems.append(Problem(f"the words in {store.where} were counted wrongly: counted anew", True))
    if not pack_anew(store):
        problems.append(Problem(f"words in {store.where} were packed wrongly: packed anew", True))
    return problems


def _check_articles(store: PostgresStore, progress: Progress | None) -> Iterator[Problem]:
    ids = store.ids()
    for done, article_id in enumerate(ids, 1):
        try:
            if not _is_as_made(store, article_id):
                message = f"what the article {article_id!r} in {store.where} is found by was damaged: made anew"
                yield Problem(message, True)
        except LibraryDamaged as error:
            yield Problem(str(error), False)
        if progress:
            progress(done, len(ids))


def _is_as_made(store: PostgresStore, article_id: str) -> bool:
    """Whether the words and embeddings of an article are those of its passages; they are made so where not."""
    with store.changing(article_id) as connection:
        numbers = [row[0] for row in store.read("SELECT number FROM pullquote.articles WHERE id = %s", [article_id])]
        for article in numbers:
            passages = list(store.passages_of(article))
            words = store.words_of((each.context, each.passage.text, each.sentence_texts) for each, _ in passages)
            kept = store.read(
                "SELECT term, sentences, postings FROM pullquote.words WHERE article = %s ORDER BY term", [article]
            )
            sizes = (len(passages), words.sentences, words.words)
            counted = store.read(
                "SELECT passages, sentences, words FROM pullquote.articles WHERE number = %s", [article]
            )
            far = [
                (number, vector)
                for number, vector in ((each.number, embedding(vectors)) for each, vectors in passages)
                if not store.read(
                    "SELECT 1 FROM pullquote.passages WHERE number = %s AND"
                    " (embedding <=> %s::halfvec <= %s OR l2_norm(%s::halfvec) = 0)",
                    [number, vector, _NEAR, vector],
                )
            ]
            if kept == words.rows and counted == [sizes] and not far:
                continue
            connection.execute("DELETE FROM pullquote.words WHERE article = %s", [article])
            insert_words(connection, article, words)
            connection.execute(
                "UPDATE pullquote.articles SET passages = %s, sentences = %s, words = %s WHERE number = %s",
                [*sizes, article],
            )
            for number, vector in far:
                connection.execute(
                    "UPDATE pullquote.passages SET embedding = %s::halfvec WHERE number = %s", [vector, number]
                )
            return False
    return True
