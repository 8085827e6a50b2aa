"""Articles that wait in the database to be encoded, and the workers that do it: any number, on any machine.

A worker holds an article's place in the queue in the very transaction that adds the article. Killed in the middle, it
lets go of it, and another begins anew; nothing is lost and nothing is done twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from index.embedding import Encoder
from index.encoding import check_model, choose_encoder, encode_article, is_unchanged, known_vectors
from index.errors import ArticleError, LibraryError
from index.postgres.packs import pack_words
from index.postgres.rows import INSERT_QUEUED, SELECT_QUEUED
from index.postgres.store import PostgresStore, refuse_nul
from index.store_rows import article_row, to_article
from index.types import Article

MOST_BEGUN = 5
"""Times that an article is begun with: one that ends every worker, for want of memory say, is then left alone."""

_PAUSE = 1.0
"""Seconds between two looks at an empty queue."""

_NEXT = f"""
{SELECT_QUEUED} WHERE error IS NULL AND NOT EXISTS (
    SELECT FROM pullquote.queue AS earlier
    WHERE earlier.id = queue.id AND earlier.number < queue.number AND earlier.error IS NULL
) ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED"""
"""The first that no worker holds; of one article's editions the earlier first, or an old one might come to stay."""
_BEGIN = """
INSERT INTO pullquote.begun VALUES (%s, 1) ON CONFLICT (number) DO UPDATE SET times = begun.times + 1
RETURNING times"""
_FORGET = """
DELETE FROM pullquote.queue WHERE number IN
    (SELECT number FROM pullquote.queue WHERE id = %s FOR UPDATE SKIP LOCKED) RETURNING number"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An article in the queue."""

    id: str
    title: str
    error: str | None
    """Why it cannot be added; None while it still may be."""


Told = Callable[[Waiting], None]
"""Told of each article that was in the queue: added, or left there with its error."""


def put(store: PostgresStore, article: Article, *, titled: bool = False) -> None:
    """Leave an article to the workers, in place of an edition of it that still waits. ArticleError as ``add``."""
    refuse_nul(article)
    with store.holding() as connection:
        gone = connection.execute(_FORGET, [article.id]).fetchall()
        connection.execute("DELETE FROM pullquote.begun WHERE number = ANY(%s)", [[number for (number,) in gone]])
        connection.execute(INSERT_QUEUED, article_row(article, titled=titled))


def waiting(store: PostgresStore) -> list[Waiting]:
    """What is in the queue, in the order in which it came."""
    return [Waiting(*row) for row in store.read("SELECT id, title, error FROM pullquote.queue ORDER BY number")]


def work(
    url: str,
    *,
    model: str | Encoder | None = None,
    told: Told | None = None,
    stay: bool = True,
) -> None:
    """Encode and add what is in the queue, one article after another, and what comes to it.

    ``stay``: False to end when there is nothing left that others do not hold. One that stays tries again while the
    database cannot be reached. Errors: those of ``Library(…)``.
    """
    store = PostgresStore(url)
    try:
        encoder = choose_encoder(store, model)
        added = False
        while True:
            try:
                done = _work_on_next(store, encoder)
            except LibraryError as error:
                if not stay:
                    raise
                log.warning("%s", error)
                done = None
            if done and told:
                told(done)
            if done:
                store.pack_if_due()
            elif added:
                pack_words(store)
            added = bool(done)
            if not done and not stay:
                return
            if not done:
                time.sleep(_PAUSE)
    finally:
        store.close()


def _work_on_next(store: PostgresStore, encoder: Encoder) -> Waiting | None:
    """Add the next article; None where there is none that others do not hold."""
    with store.holding() as connection:
        # Encoding a book takes its time, and so may those who write meanwhile.
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '5min'")
        row = connection.execute(_NEXT).fetchone()
        if row is None:
            return None
        number, id_, title, *_ = row
        # Over another connection: it stays, whatever becomes of this worker.
        times = store.at_once(_BEGIN, [number])[0][0]
        error = _add(store, encoder, row[1:]) if times <= MOST_BEGUN else f"{MOST_BEGUN} workers ended while adding it"
        if error is None:
            connection.execute("DELETE FROM pullquote.queue WHERE number = %s", [number])
            connection.execute("DELETE FROM pullquote.begun WHERE number = %s", [number])
        else:
            connection.execute("UPDATE pullquote.queue SET error = %s WHERE number = %s", [error, number])
    return Waiting(id_, title, error)


def _add(store: PostgresStore, encoder: Encoder, row: tuple[Any, ...]) -> str | None:
    """Encode and add the article of a row; what is wrong with it, if anything."""
    article, titled = to_article(row, store.where), bool(row[-2])
    check_model(store, encoder)
    try:
        if not is_unchanged(store, article):
            passages, vectors = encode_article(article, encoder, known_vectors(store, article.id))
            made_with = {"model": encoder.name, "fingerprint": encoder.fingerprint}
            store.add(article, passages, vectors, made_with, titled=titled)
    except ArticleError as error:
        return str(error)
    return None
