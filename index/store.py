"""What a Library asks of the place where it is kept, and what is asked of what searches it there.

A ``Store`` is the one truth. A ``Finder`` finds passages in it: from indexes that are derived from the store, as for a
folder, or by asking the database itself. A new kind of library is one class of each.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.embedding import Encoder, Progress
from index.fusion import Weights
from index.passages import Sentence, SplitPassage, sentence_texts
from index.types import Article, Passage, Problem, Revision

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE_NAME = "pullquote.sqlite3"
"""What a library's folder is known by."""

REPLICA_VARIABLE = "PULLQUOTE_REPLICA"


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
    words: bytes | None = None
    """As index/words.py packs them; None where they are not kept."""

    @property
    def with_context(self) -> str:
        """Its text, under its title and heading."""
        return f"{self.context}\n{self.passage.text}"

    @property
    def sentence_texts(self) -> tuple[str, ...]:
        return sentence_texts(self.passage, self.sentences)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an article was read from, and the title that it was given by whoever added it, if any."""

    source: str | None
    title: str | None


class Store(Protocol):
    """Articles, their passages and the vectors of these. Not safe to share between threads: its owner holds a lock.

    Each revision of an article has a number, which is never used again. What is read is checked: LibraryDamaged where
    it is not what was written.
    """

    where: str
    """What messages call it."""

    def close(self) -> None:
        """Let go of it."""

    def generation(self) -> int:
        """A number that grows with every change to the articles, whoever makes it."""

    def setting(self, name: str) -> str | None:
        """What was kept beside the articles under a name: ``model`` and ``fingerprint`` tell what encoded them."""

    def articles(self) -> list[Article]:
        """All articles, in the order in which they were added."""

    def ids(self) -> list[str]:
        """Their ids, in the same order."""

    def article(self, article_id: str) -> Article | None:
        """The article of an id; None where there is none."""

    def origin(self, article_id: str) -> Origin | None:
        """Where it came from, damaged or not."""

    def revisions(self, article_id: str) -> list[Revision]:
        """Its editions, oldest first; ``[]`` where there is no such article."""

    def numbers(self, article_ids: Collection[str]) -> dict[str, int]:
        """The number of each of these articles that is there."""

    def add(
        self,
        article: Article,
        passages: Sequence[SplitPassage],
        vectors: Iterable[NDArray[np.float16]],
        made_with: dict[str, str],
        *,
        titled: bool = False,
    ) -> None:
        """Keep an article, in place of the one with its id, if any: all of it or nothing.

        ``vectors``: for each passage its sentences', (sentences, dimension). ``made_with``: settings to keep beside it.
        ``titled``: whether it was given its title, rather than having it from its source.
        """

    def remove(self, article_id: str) -> bool:
        """Forget an article, wherever it is kept; False if there was none of that id."""

    def replacing(self) -> AbstractContextManager[None]:
        """All that is added inside at once, or none of it; nobody else writes meanwhile."""

    def reading(self) -> AbstractContextManager[None]:
        """All that is read inside is of one moment, whatever others change meanwhile."""

    def passages(self, numbers: Sequence[int]) -> list[tuple[StoredPassage, NDArray[np.float32]]]:
        """Passages by their numbers, in order, each with its sentences' vectors, (sentences, dimension).

        None for a number that is not held.
        """

    def passages_of(self, article: int) -> Iterator[tuple[StoredPassage, NDArray[np.float32]]]:
        """An article's passages by its number, in order, as ``passages`` has them, one after another."""

    def check(self) -> list[Problem]:
        """What is wrong with how it is kept, the articles themselves aside."""

    def finder(self, encoder: Encoder) -> Finder:
        """What finds its passages."""


class Finder(Protocol):
    """Proposes passages of a store for a question. Not safe to share between threads: its owner holds a lock."""

    @property
    def encodes_beside(self) -> bool:
        """Whether it has the question encoded while it looks for words, on two threads: worth it for many passages."""

    def sync(self, progress: Progress | None = None) -> None:
        """Take in what was added to the store since, and forget what was removed."""

    def settle(self, progress: Progress | None = None) -> None:
        """Make what was added quick to find for whoever opens the library next."""

    def check(self, progress: Progress | None = None) -> list[Problem]:
        """Compare what it searches with the store, and mend what differs."""

    def propose(
        self,
        question: str,
        vector: Callable[[], NDArray[np.float32]],
        *,
        depth: int,
        near: int,
        articles: Collection[int] | None,
        weights: Weights,
    ) -> Iterator[set[int]]:
        """The numbers of ``depth`` passages by words and of ``near`` by meaning, in these articles or all.

        As they are found: some may come twice. ``vector``: gives the question's.
        """

    def weigh(self, question: str, *, articles: Collection[int] | None) -> dict[str, float]:
        """The question's words, each with its share of their weight, as ``LexicalIndex.weigh`` has them."""

    def words(self, text: str) -> frozenset[str]:
        """The words of a text, in the form that ``weigh`` has them in."""


def is_library(where: str | Path) -> bool:
    """Whether there is a library already, rather than one to be made."""
    return "://" in str(where) or (Path(where).expanduser() / FILE_NAME).is_file()


def open_store(where: str | Path | None, *, replica: str | None = None) -> Store:
    """Open the store of a folder or a database, made if it is not there; None for one in memory.

    ``replica``: a copy of the database to search, by its address; None for that of PULLQUOTE_REPLICA, if any.
    LibraryError and its kinds.
    """
    if isinstance(where, str) and where.startswith(("postgresql://", "postgres://")):
        from index.postgres.store import PostgresStore

        return PostgresStore(where, replica or os.environ.get(REPLICA_VARIABLE))
    if replica:
        raise ValueError("a replica is one of a database: name the library's address, postgresql://…, as well")
    from index.store_sqlite import SqliteStore

    return SqliteStore(None if where is None else Path(where).expanduser())
