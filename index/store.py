"""The one truth: articles, passages, sentences and vectors in SQLite. The only file that imports sqlite3.

All other indexes are derived from it. An article is added or removed in one transaction, so a process that dies
in between leaves the library as it was.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import LibraryBusy, LibraryError, LibraryNotWritable, LibraryTooNew
from index.passages import Sentence, SplitPassage
from index.types import Article, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE_NAME = "pullquote.sqlite3"
SCHEMA_VERSION = 1
BUSY_SECONDS = 3.0
"""How long a write waits for another process's to end, before it gives up with LibraryBusy."""

_AT_ONCE = 1_000
"""Passages asked for in one statement: SQLite allows 32,766 parameters."""

_SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    source TEXT,
    added TEXT NOT NULL,
    revision TEXT NOT NULL
);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    id TEXT NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    heading TEXT NOT NULL,
    paragraph INTEGER NOT NULL,
    text TEXT NOT NULL,
    context TEXT NOT NULL,
    sentences TEXT NOT NULL,
    vectors BLOB NOT NULL
);
CREATE INDEX passages_by_article ON passages (article);
"""


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it is kept: with its number, its article's number, title and revision, and its sentences."""

    number: int
    article: int
    title: str
    revision: str
    context: str
    passage: Passage
    sentences: tuple[Sentence, ...]

    @property
    def with_context(self) -> str:
        """Its text, under its title and heading."""
        return f"{self.context}\n{self.passage.text}"

    @property
    def sentence_texts(self) -> tuple[str, ...]:
        start = self.passage.start
        return tuple(self.passage.text[sentence.start - start : sentence.end - start] for sentence in self.sentences)


class Store:
    """An open library's tables. Not safe to share between threads: its owner holds a lock."""

    def __init__(self, folder: Path | None) -> None:
        """``folder``: made if it is not there; None keeps all in memory."""
        self.where = "the library in memory" if folder is None else str(folder)
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            path = ":memory:" if folder is None else folder / FILE_NAME
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as error:
            raise LibraryNotWritable(f"{self.where} cannot be written ({error}): name another folder") from error
        try:
            with self._named_errors():
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def changes(self) -> int:
        """A number that differs when another process has written since it was last asked for."""
        with self._named_errors():
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def setting(self, name: str) -> str | None:
        with self._named_errors():
            row = self._connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def articles(self) -> list[Article]:
        """All articles, in the order in which they were added."""
        with self._named_errors():
            return [_to_article(row) for row in self._connection.execute(f"{_ARTICLE} ORDER BY number")]

    def article(self, article_id: str) -> Article | None:
        with self._named_errors():
            row = self._connection.execute(f"{_ARTICLE} WHERE id = ?", (article_id,)).fetchone()
        return _to_article(row) if row else None

    def article_numbers(self) -> dict[int, str]:
        """The id of each article by its number. A number is never used again, not even for a new revision."""
        with self._named_errors():
            return dict(self._connection.execute("SELECT number, id FROM articles ORDER BY number").fetchall())

    def add(
        self,
        article: Article,
        passages: Sequence[SplitPassage],
        vectors: Sequence[NDArray[np.float32]],
        made_with: dict[str, str],
    ) -> None:
        """Keep an article, in place of the one with its id, if any.

        ``vectors``: for each passage its sentences', (sentences, dimension); they are kept in half precision.
        ``made_with``: settings to keep beside it.
        """
        with self._named_errors(), self._transaction() as run:
            run("DELETE FROM articles WHERE id = ?", (article.id,))
            for setting in made_with.items():
                run("INSERT OR REPLACE INTO settings VALUES (?, ?)", setting)
            number = run(_INSERT_ARTICLE, _article_row(article)).lastrowid
            for split, of_sentences in zip(passages, vectors, strict=True):
                run(_INSERT_PASSAGE, (number, *_passage_row(split), of_sentences.astype("<f2").tobytes()))

    def remove(self, article_id: str) -> bool:
        """Forget an article; False if there was none of that id."""
        with self._named_errors(), self._transaction() as run:
            return bool(run("DELETE FROM articles WHERE id = ?", (article_id,)).rowcount)

    def passages_of(self, article: int) -> list[tuple[StoredPassage, NDArray[np.float32]]]:
        """An article's passages by its number, in order, each with its sentences' vectors, (sentences, dimension)."""
        with self._named_errors():
            rows = self._connection.execute(f"{_PASSAGE} WHERE article = ? ORDER BY passages.number", (article,))
            return [_to_passage(row) for row in rows]

    def passages(self, numbers: Sequence[int]) -> list[tuple[StoredPassage, NDArray[np.float32]]]:
        """Passages by their numbers, as ``passages_of`` has them; none for a number that is not held."""
        found = []
        for start in range(0, len(numbers), _AT_ONCE):
            some = list(numbers[start : start + _AT_ONCE])
            marks = ", ".join("?" * len(some))
            with self._named_errors():
                rows = self._connection.execute(f"{_PASSAGE} WHERE passages.number IN ({marks})", some)
                found += [_to_passage(row) for row in rows]
        return found

    def _prepare(self) -> None:
        run = self._connection.execute
        run("PRAGMA foreign_keys = ON")
        if not self._has_tables():
            run("PRAGMA journal_mode = WAL")
            with self._transaction():
                if not self._has_tables():
                    for statement in _SCHEMA.split(";"):
                        run(statement)
                    run(f"PRAGMA user_version = {SCHEMA_VERSION}")
        run("PRAGMA synchronous = NORMAL")

    def _has_tables(self) -> bool:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise LibraryTooNew(
                f"{self.where} was written by a later version of this program: pip install --upgrade pullquote"
            )
        return bool(version)

    @contextmanager
    def _transaction(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        """All of what is run inside, or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection.execute
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """SQLite's errors as ours."""
        try:
            yield
        except sqlite3.Error as error:
            raise _to_library_error(error, self.where) from error


_ARTICLE = "SELECT id, title, text, source, added, revision FROM articles"
_INSERT_ARTICLE = "INSERT INTO articles (id, title, text, source, added, revision) VALUES (?, ?, ?, ?, ?, ?)"
_PASSAGE = """
SELECT passages.number, article, title, revision, context, passages.id, articles.id, start, end, heading, paragraph,
    passages.text, sentences, vectors
FROM passages JOIN articles ON articles.number = article"""
_INSERT_PASSAGE = """
INSERT INTO passages (article, id, context, start, end, heading, paragraph, text, sentences, vectors)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def _to_article(row: tuple[Any, ...]) -> Article:
    id_, title, text, source, added, revision = row
    return Article(id_, title, text, source, datetime.fromisoformat(added), revision)


def _article_row(article: Article) -> tuple[str | None, ...]:
    added = article.added.isoformat()
    return article.id, article.title, article.text, article.source, added, article.revision


def _to_passage(row: tuple[Any, ...]) -> tuple[StoredPassage, NDArray[np.float32]]:
    import numpy as np

    number, article, title, revision, context, id_, article_id, start, end, heading, paragraph, text, spans, blob = row
    passage = Passage(id_, article_id, text, start, end, heading, paragraph)
    sentences = tuple(Sentence(*span) for span in json.loads(spans))
    vectors = np.frombuffer(blob, dtype="<f2").astype(np.float32).reshape(len(sentences), -1)
    return StoredPassage(number, article, title, revision, context, passage, sentences), vectors


def _passage_row(split: SplitPassage) -> tuple[Any, ...]:
    passage = split.passage
    sentences = json.dumps([(s.start, s.end, s.paragraph) for s in split.sentences], separators=(",", ":"))
    return (
        passage.id,
        split.context,
        passage.start,
        passage.end,
        passage.heading,
        passage.paragraph,
        passage.text,
        sentences,
    )


def _to_library_error(error: sqlite3.Error, where: str) -> LibraryError:
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryBusy(f"another process is writing to {where}: try again when it is done")
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_FULL):
        return LibraryNotWritable(f"{where} cannot be written ({error}): make room or name another folder")
    if primary in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return LibraryError(f"{where} holds {FILE_NAME}, which is damaged or no library: move it away and add again")
    return LibraryError(f"{where} cannot be read ({error})")
