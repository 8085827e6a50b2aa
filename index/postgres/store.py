"""A library in PostgreSQL: the Store of many processes at once, each article added or removed in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from index.errors import ArticleError
from index.lexical import make_analyser
from index.postgres import packs
from index.postgres.connection import Connection
from index.postgres.rows import (
    INSERT_ARTICLE,
    INSERT_PASSAGE,
    INSERT_REVISION,
    SELECT_ARTICLE,
    SELECT_PASSAGE,
    count_change,
    forget_article,
    insert_words,
    passage_rows,
)
from index.postgres.schema import PLACES, drop_other_vector_indexes, make_vector_index, prepare
from index.postgres.sources import Sources
from index.postgres.words import ArticleWords, collect_words
from index.store import Finder, Origin, StoredPassage
from index.store_rows import article_row, to_article, to_passage, to_revision

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.embedding import Encoder
    from index.passages import SplitPassage
    from index.types import Article, Problem, Revision

_AT_ONCE = 1_000
"""Passages asked for in one statement: 10 MB."""

Rows = list[tuple[Any, ...]]
Values = Sequence[object] | Mapping[str, object]


class PostgresStore:
    """An open library in a database, and perhaps in a copy of it that questions are put to."""

    def __init__(self, url: str, replica: str | None = None) -> None:
        """``url``: a connection string. ``replica``: one of a copy that follows it, to search there.

        The copy is searched once it has what this library wrote; and where it cannot be reached, it is done without.
        """
        self._sources = Sources(url, replica)
        self._database = self._sources.database
        self.where = self._database.where
        self._analyser = make_analyser()
        self._held: Connection | None = None
        """What is being changed, in a transaction."""
        self._reading: Connection | None = None
        """What is being read, in one."""
        self._unpacked = 0
        """Passages that were added here since words were last packed."""
        try:
            if prepare(self._database):
                packs.pack_words(self)
            # A copy that has not even the tables yet is not searched.
            self._sources.note_written()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._sources.close()

    def generation(self) -> int:
        return int(self.search("SELECT generation FROM pullquote.totals")[0][0])

    def setting(self, name: str) -> str | None:
        rows = self.read("SELECT value FROM pullquote.settings WHERE name = %s", [name])
        return rows[0][0] if rows else None

    def articles(self) -> list[Article]:
        return [to_article(row, self.where) for row in self.read(f"{SELECT_ARTICLE} ORDER BY number")]

    def ids(self) -> list[str]:
        return [row[0] for row in self.read("SELECT id FROM pullquote.articles ORDER BY number")]

    def article(self, article_id: str) -> Article | None:
        rows = self.read(f"{SELECT_ARTICLE} WHERE id = %s", [article_id])
        return to_article(rows[0], self.where) if rows else None

    def origin(self, article_id: str) -> Origin | None:
        wanted = "SELECT source, CASE titled WHEN 1 THEN title END FROM pullquote.articles WHERE id = %s"
        rows = self.read(wanted, [article_id])
        return Origin(*rows[0]) if rows else None

    def revisions(self, article_id: str) -> list[Revision]:
        wanted = "SELECT revision, added, characters FROM pullquote.revisions WHERE article_id = %s ORDER BY number"
        return [to_revision(row) for row in self.read(wanted, [article_id])]

    def numbers(self, article_ids: Collection[str]) -> dict[str, int]:
        wanted = "SELECT id, number FROM pullquote.articles WHERE id = ANY(%s)"
        return dict(self.search(wanted, [list(article_ids)]))

    def add(
        self,
        article: Article,
        passages: Sequence[SplitPassage],
        vectors: Iterable[NDArray[np.float16]],
        made_with: dict[str, str],
        *,
        titled: bool = False,
    ) -> None:
        refuse_nul(article)
        held = list(vectors)
        if len(passages) >= 1 << PLACES:
            raise ArticleError(f"{article.title!r} has more than {1 << PLACES:,} passages: add it in parts")
        words = self.words_of((split.context, split.passage.text, _sentences(split)) for split in passages)
        sizes = (len(passages), words.sentences, words.words)
        last = self.revisions(article.id)[-1:]
        with self.changing(article.id) as connection:
            gone = forget_article(connection, article.id)
            self._keep_settings(connection, {**made_with, "dimension": str(held[0].shape[1])} if held else made_with)
            row = (*article_row(article, titled=titled), *sizes)
            number = int((connection.execute(INSERT_ARTICLE, row).fetchone() or (0,))[0])
            with connection.cursor() as cursor:
                cursor.executemany(INSERT_PASSAGE, passage_rows(number, passages, held))
            insert_words(connection, number, words)
            if not last or last[0].revision != article.revision:
                edition = (article.id, article.revision, article.added.isoformat(), len(article.text))
                connection.execute(INSERT_REVISION, edition)
            count_change(connection, (sizes, words.counts), gone)
        self._unpacked += len(passages)
        if not self._held:
            self.pack_if_due()

    def pack_if_due(self) -> None:
        """Pack the words of what came, where it was enough."""
        if self._unpacked >= packs.WORTH_PACKING:
            self._unpacked = 0
            packs.pack_words(self, most=packs.IN_PASSING)

    def remove(self, article_id: str) -> bool:
        with self.changing(article_id) as connection:
            connection.execute("DELETE FROM pullquote.queue WHERE id = %s", [article_id])
            gone = forget_article(connection, article_id)
            if gone:
                connection.execute("DELETE FROM pullquote.revisions WHERE article_id = %s", [article_id])
                count_change(connection, None, gone)
        return gone is not None

    @contextmanager
    def replacing(self) -> Iterator[None]:
        with self.holding() as connection:
            connection.execute("LOCK TABLE pullquote.articles IN SHARE ROW EXCLUSIVE MODE")
            yield
        dimension = self.setting("dimension")
        if dimension:
            with self._database.transaction() as connection:
                drop_other_vector_indexes(connection, int(dimension))

    def passages(self, numbers: Sequence[int]) -> list[tuple[StoredPassage, NDArray[np.float32]]]:
        found = []
        for start in range(0, len(numbers), _AT_ONCE):
            some = [list(numbers[start : start + _AT_ONCE])]
            rows = self.search(f"{SELECT_PASSAGE} WHERE passages.number = ANY(%s) ORDER BY passages.number", some)
            found += [to_passage(row, self.where) for row in rows]
        return found

    def passages_of(self, article: int) -> Iterator[tuple[StoredPassage, NDArray[np.float32]]]:
        wanted = (
            f"{SELECT_PASSAGE} WHERE article = %s AND passages.number > %s ORDER BY passages.number LIMIT {_AT_ONCE}"
        )
        last = -1
        while rows := self.read(wanted, [article, last]):
            last = rows[-1][0]
            yield from (to_passage(row, self.where) for row in rows)

    def check(self) -> list[Problem]:
        """Nothing: what holds its tables together is PostgreSQL's to keep."""
        return []

    def finder(self, encoder: Encoder) -> Finder:
        from index.postgres.finder import PostgresFinder

        return PostgresFinder(self, encoder)

    def terms(self, text: str) -> list[str]:
        """The words of a text as they are kept."""
        found: list[str] = self._analyser.analyze(text)
        return found

    def words_of(self, passages: Iterable[tuple[str, str, Sequence[str]]]) -> ArticleWords:
        """The words of an article's passages: of each its context, its text and its sentences."""
        return collect_words(((f"{context}\n{text}", sentences) for context, text, sentences in passages), self.terms)

    def read(self, statement: str, values: Values = ()) -> Rows:
        """The rows that a statement finds, as they are now."""
        held = self._held or self._reading
        if held:
            with self._database.named_errors():
                return held.execute(statement, values, binary=True).fetchall()
        return self._database.run(lambda connection: connection.execute(statement, values, binary=True).fetchall())

    def at_once(self, statement: str, values: Values = ()) -> Rows:
        """The rows of a statement that is done by itself, whatever becomes of what is being changed."""
        return self._database.run(lambda connection: connection.execute(statement, values).fetchall())

    def search(self, statement: str, values: Values = ()) -> Rows:
        """The rows that a statement finds, in the copy where there is one; what was written here among them."""
        if self._held or self._reading:
            return self.read(statement, values)
        searched = self._sources.searched()
        return searched.run(lambda connection: connection.execute(statement, values, binary=True).fetchall())

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All that is read inside is of one moment, of the copy where there is one that is up to date."""
        if self._held or self._reading:
            yield
            return
        with self._sources.searched().transaction(snapshot=True) as connection:
            self._reading = connection
            try:
                yield
            finally:
                self._reading = None

    def alone(self, lock: int) -> AbstractContextManager[Connection | None]:
        """A connection that holds an advisory lock; None where another has it."""
        return self._database.alone(lock)

    @contextmanager
    def holding(self) -> Iterator[Connection]:
        """All that is changed inside at once, or none of it."""
        with self._database.transaction() as connection:
            self._held = connection
            try:
                yield connection
            finally:
                self._held = None
        self._sources.note_written()

    @contextmanager
    def changing(self, article_id: str) -> Iterator[Connection]:
        """All that is changed of an article inside, or nothing; others that change the same one wait."""
        with nullcontext(self._held) if self._held else self.holding() as connection, self._database.named_errors():
            connection.execute("LOCK TABLE pullquote.articles IN ROW EXCLUSIVE MODE")
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [article_id])
            yield connection

    def _keep_settings(self, connection: Connection, settings: dict[str, str]) -> None:
        kept: dict[str, str] = dict(connection.execute("SELECT name, value FROM pullquote.settings").fetchall())
        if kept.get("dimension") != settings.get("dimension"):
            make_vector_index(connection, int(settings["dimension"]))
        keep = "INSERT INTO pullquote.settings VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        for name, value in settings.items():
            if kept.get(name) != value:
                connection.execute(keep, [name, value])


def _sentences(split: SplitPassage) -> tuple[str, ...]:
    start = split.passage.start
    return tuple(split.passage.text[each.start - start : each.end - start] for each in split.sentences)


def refuse_nul(article: Article) -> None:
    """Raise ArticleError for an article that holds the one character that PostgreSQL's texts cannot."""
    for value in (article.text, article.title, article.source, article.author, article.published):
        if value and "\0" in value:
            raise ArticleError(
                f"{article.title!r} holds a character of value 0, which PostgreSQL cannot keep: leave it out"
            )
