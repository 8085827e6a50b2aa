"""Libraries in a folder or in memory: everything in one SQLite file, changed in transactions.

A process that dies in the middle of one leaves the library as it was. Other processes read on while one writes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.derived import drop_words
from index.embedding import Encoder
from index.errors import LibraryDamaged, LibraryNotWritable
from index.lexical import make_analyser
from index.passages import SplitPassage
from index.snapshots import drop_snapshots
from index.store import FILE_NAME, Finder, Origin, StoredPassage
from index.store_open import named_errors, open_database
from index.store_rows import (
    INSERT_ARTICLE,
    INSERT_PASSAGE,
    SELECT_ARTICLE,
    SELECT_PASSAGE,
    article_row,
    passage_row,
    to_article,
    to_passage,
    to_revision,
)
from index.types import Article, Problem, Revision
from index.words import pack_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_AT_ONCE = 1_000
"""Passages asked for in one statement: SQLite allows 32,766 parameters."""

_ORPHANS = "FROM passages WHERE article NOT IN (SELECT number FROM articles)"

_MOST_FAULTS = 20
"""Of the database's own: more say nothing more."""


class SqliteStore:
    """An open library's tables: the Store of a folder, or of memory."""

    def __init__(self, folder: Path | None) -> None:
        """``folder``: made if it is not there; None keeps all in memory."""
        self.folder = folder
        self.where = "the library in memory" if folder is None else str(folder)
        self._opened = open_database(folder, self.where)
        self._connection = self._opened.connection
        self._seen = self._file_state()
        self._inside = False

    @property
    def writable(self) -> bool:
        """False where the folder cannot be written: it is then read alone."""
        return self._opened.writable

    def close(self) -> None:
        self._connection.close()
        self._opened.clean_up()

    def generation(self) -> int:
        self._follow_file()
        return self.counter("generation")

    def setting(self, name: str) -> str | None:
        with named_errors(self.where):
            row = self._connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def counter(self, name: str) -> int:
        """A setting that counts: ``generation``, and ``purged``, the generation of the last removal."""
        value = self.setting(name) or ""
        if not value.isdecimal():
            raise LibraryDamaged(f"{self.where} counts its changes wrongly ({name} is {value!r}): bring back a copy")
        return int(value)

    def articles(self) -> list[Article]:
        with named_errors(self.where):
            rows = self._connection.execute(f"{SELECT_ARTICLE} ORDER BY number")
            return [to_article(row, self.where) for row in rows]

    def ids(self) -> list[str]:
        with named_errors(self.where):
            return [row[0] for row in self._connection.execute("SELECT id FROM articles ORDER BY number")]

    def article(self, article_id: str) -> Article | None:
        with named_errors(self.where):
            row = self._connection.execute(f"{SELECT_ARTICLE} WHERE id = ?", (article_id,)).fetchone()
        return to_article(row, self.where) if row else None

    def origin(self, article_id: str) -> Origin | None:
        wanted = "SELECT source, iif(titled, title, NULL) FROM articles WHERE id = ?"
        with named_errors(self.where):
            row = self._connection.execute(wanted, (article_id,)).fetchone()
        return Origin(*row) if row else None

    def revisions(self, article_id: str) -> list[Revision]:
        wanted = "SELECT revision, added, characters FROM revisions WHERE article_id = ? ORDER BY number"
        with named_errors(self.where):
            return [to_revision(row) for row in self._connection.execute(wanted, (article_id,))]

    def numbers(self, article_ids: Collection[str]) -> dict[str, int]:
        found = {}
        with named_errors(self.where):
            for article_id in article_ids:
                row = self._connection.execute("SELECT number FROM articles WHERE id = ?", (article_id,)).fetchone()
                if row:
                    found[article_id] = int(row[0])
        return found

    def add(
        self,
        article: Article,
        passages: Sequence[SplitPassage],
        vectors: Iterable[NDArray[np.float16]],
        made_with: dict[str, str],
        *,
        titled: bool = False,
    ) -> None:
        with self._changing() as run:
            last = self.revisions(article.id)[-1:]
            run("DELETE FROM articles WHERE id = ?", (article.id,))
            for setting in made_with.items():
                run("INSERT OR REPLACE INTO settings VALUES (?, ?)", setting)
            number = run(INSERT_ARTICLE, article_row(article, titled=titled)).lastrowid or 0
            for split, of_sentences in zip(passages, vectors, strict=True):
                run(INSERT_PASSAGE, passage_row(number, split, of_sentences, self._words(split)))
            if not last or last[0].revision != article.revision:
                edition = (article.id, article.revision, article.added.isoformat(), len(article.text))
                run("INSERT INTO revisions (article_id, revision, added, characters) VALUES (?, ?, ?, ?)", edition)

    def remove(self, article_id: str) -> bool:
        if not self.numbers([article_id]):
            return False
        try:
            held = self._remove(article_id)
        except LibraryNotWritable:
            if not self.writable or self._inside or self.folder is None:
                raise
            drop_snapshots(self.folder)  # where the disk is full that makes room
            held = self._remove(article_id)
        if self.folder is not None:
            drop_words(self.folder, held)
        with suppress(sqlite3.Error):  # a reader may be in the way: then the log is emptied when it is done
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        return True

    def _remove(self, article_id: str) -> list[int]:
        """Remove an article that is held; the numbers of those that are left."""
        with self._changing() as run:
            run("DELETE FROM articles WHERE id = ?", (article_id,))
            run("DELETE FROM revisions WHERE article_id = ?", (article_id,))
            # Files derived from what was before this hold its words, wherever they come from.
            purged = "1 + (SELECT value FROM settings WHERE name = 'generation')"
            run(f"UPDATE settings SET value = {purged} WHERE name = 'purged'")  # noqa: S608 - our own words
            return [number for (number,) in run("SELECT number FROM articles")]

    @contextmanager
    def replacing(self) -> Iterator[None]:
        with self._changing():
            yield

    def passages(self, numbers: Sequence[int]) -> list[tuple[StoredPassage, NDArray[np.float32]]]:
        found: list[tuple[StoredPassage, NDArray[np.float32]]] = []
        for start in range(0, len(numbers), _AT_ONCE):
            some = list(numbers[start : start + _AT_ONCE])
            marks = ", ".join("?" * len(some))
            found += self._select_passages(f"passages.number IN ({marks})", some)
        return found

    def passages_of(self, article: int) -> Iterator[tuple[StoredPassage, NDArray[np.float32]]]:
        return self._select_passages("article = ?", [article])

    def passage_ranges(self, known: Mapping[int, range] | None = None) -> dict[int, range]:
        """The numbers of each article's passages, by the article's number: they follow one another.

        ``known``: what was found before. It never changes, and only articles of higher numbers are looked at again.
        """
        run, known = self._connection.execute, known or {}
        wanted = "SELECT article, MIN(number), MAX(number) FROM passages WHERE article > ? GROUP BY article"
        with named_errors(self.where):
            held = run("SELECT number FROM articles") if known else ()
            ranges = {number: known[number] for (number,) in held if number in known}
            for article, first, last in run(wanted, (max(known, default=-1),)):
                ranges[article] = range(first, last + 1)
        return ranges

    @contextmanager
    def reading(self) -> Iterator[None]:
        if self._connection.in_transaction:
            yield
            return
        with named_errors(self.where):
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("COMMIT")

    def check(self) -> list[Problem]:
        with named_errors(self.where):
            faults = self._connection.execute(f"PRAGMA integrity_check({_MOST_FAULTS})").fetchall()
            orphans = self._connection.execute(f"SELECT COUNT(*) {_ORPHANS}").fetchone()[0]
        way_out = "save what can be read with pullquote export, and add it to a new library"
        found = [
            Problem(f"the database of {self.where}: {row[0]}: {way_out}", False) for row in faults if row[0] != "ok"
        ]
        if orphans and not found and self.writable:
            with self._changing() as run:
                run(f"DELETE {_ORPHANS}")
            found.append(Problem(f"{orphans} passages in {self.where} were no article's: removed", True))
        return found

    def finder(self, encoder: Encoder) -> Finder:
        from index.indexes import Indexes

        return Indexes(self, encoder)

    @cached_property
    def _analyser(self) -> Any:
        return make_analyser()

    def _words(self, split: SplitPassage) -> bytes:
        return pack_words(map(self._analyser.analyze, (split.context, *split.sentence_texts)))

    def _select_passages(
        self, which: str, values: Sequence[int]
    ) -> Iterator[tuple[StoredPassage, NDArray[np.float32]]]:
        with named_errors(self.where):
            for row in self._connection.execute(f"{SELECT_PASSAGE} WHERE {which} ORDER BY passages.number", values):
                yield to_passage(row, self.where)

    @contextmanager
    def _changing(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        """All of what is run inside, or nothing; a new generation of the articles."""
        if self._inside:
            yield self._connection.execute
            return
        if not self.writable:
            raise LibraryNotWritable(f"{self.where} can only be read: change its permissions, or copy it elsewhere")
        with named_errors(self.where):
            self._connection.execute("BEGIN IMMEDIATE")
            self._inside = True
            try:
                yield self._connection.execute
                self._connection.execute("UPDATE settings SET value = value + 1 WHERE name = 'generation'")
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._inside = False

    def _file_state(self) -> object:
        """What tells that somebody else has written to a folder that this process cannot write."""
        if self.writable or self.folder is None:
            return None
        return [_state(self.folder / name) for name in (FILE_NAME, f"{FILE_NAME}-wal")]

    def _follow_file(self) -> None:
        """Open the file again where somebody else has written to it."""
        state = self._file_state()
        if state != self._seen:
            opened = open_database(self.folder, self.where)
            self.close()
            self._opened, self._connection, self._seen = opened, opened.connection, self._file_state()


def _state(file: Path) -> object:
    """The size and time of a file, which change when it is written to; None where it is not there."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
