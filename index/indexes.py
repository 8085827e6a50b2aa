"""The dense and the lexical index of a library, kept in step with its store, and in files where that is worth it.

What the files lack is held in memory, until it is so much that files are written anew.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from index.embedding import Encoder, Progress
from index.engines.base import mean_vectors
from index.engines.faiss import FaissEngine
from index.errors import LibraryDamaged
from index.fusion import Weights
from index.lexical import LexicalIndex, LexicalPassage
from index.lexical_files import LexicalWriter
from index.snapshots import Maker, Snapshot, drop_snapshots, find_snapshot, has_damage, writing_snapshot
from index.store import StoredPassage
from index.types import Problem

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from index.store_sqlite import SqliteStore

WORTH_FILES = 200
"""Passages: fewer are indexed in memory in less than a tenth of a second, whenever the library is opened."""

SHARE = 0.1
"""Of all passages: when more than this is not in the files, they are written anew."""

MOST_OUTSIDE = 10_000
"""Passages: more are never left outside of the files, for these are indexed whenever the library is opened."""

_AT_ONCE = 1_000
"""Passages read from the store at a time: 10 MB."""

_VECTORS, _WORDS, _PLACES = "vectors.faiss", "words", "places.npy"

Found = TypeVar("Found")

log = logging.getLogger(__name__)


class Indexes:
    """The Finder of a store in a folder or in memory."""

    def __init__(self, store: SqliteStore, encoder: Encoder) -> None:
        """``encoder``: the one whose vectors the store holds."""
        self._store = store
        self._encoder = encoder
        self._can_write = store.folder is not None and store.writable
        self._close()

    def sync(self, progress: Progress | None = None) -> None:
        with self._store.reading():
            if not self._opened:
                self._open()
            held = self._store.passage_ranges(self._places)
            if self._can_write and self._outside_files(held) > _most_outside(_count(held.values())):
                self._write(held, progress)
            self._follow(held, progress)

    def settle(self, progress: Progress | None = None) -> None:
        if not self._can_write or _count(self._store.passage_ranges(self._places).values()) <= WORTH_FILES:
            return
        if self._files and self._files.generation < self._store.counter("purged"):
            with self._store.reading():
                self._write(self._store.passage_ranges(self._places), progress)
        self.sync(progress)

    def check(self, progress: Progress | None = None) -> list[Problem]:
        problems = []
        if self._store.folder and has_damage(self._store.folder):
            self._close()
            if self._can_write:
                drop_snapshots(self._store.folder)
            message = f"the search indexes in {self._store.where} were damaged, and are not used"
            problems.append(Problem(f"{message}: made anew" if self._can_write else message, self._can_write))
        self.sync(progress)
        return problems

    def propose(
        self,
        question: str,
        vector: NDArray[np.float32],
        *,
        depth: int,
        articles: Collection[int] | None,
        weights: Weights,
    ) -> set[int]:
        def search() -> set[int]:
            found: list[tuple[int, float]] = []
            most = min(depth, len(self._engine))
            if most and weights.uses_dense:
                among = None if articles is None else list(chain.from_iterable(map(self._passages_of, articles)))
                found += self._engine.search(vector, most, among=among)
            if most and weights.uses_lexical:
                found += self._lexical.search(question, most, articles=articles)
            return {number for number, _ in found}

        return self._whatever_befalls_files(search)

    def weigh(self, question: str, *, articles: Collection[int] | None) -> dict[str, float]:
        return self._whatever_befalls_files(lambda: self._lexical.weigh(question, articles=articles))

    def words(self, text: str) -> frozenset[str]:
        return frozenset(self._lexical.terms(text))

    def _whatever_befalls_files(self, search: Callable[[], Found]) -> Found:
        """What a search finds: where files turn out to be damaged that were whole when opened, without them."""
        try:
            return search()
        except (OSError, ValueError, RuntimeError) as error:
            if self._files is None or self._files.is_whole():
                raise
            log.warning("%s cannot be used any more (%s): it is made anew", self._files.folder, error)
            self._close()
            self.sync()
            return search()

    def _passages_of(self, article: int) -> range:
        return self._places.get(article, range(0))

    def _close(self) -> None:
        """Hold nothing, as before the first ``sync``."""
        self._opened = False
        self._files: Snapshot | None = None
        self._in_files: dict[int, tuple[range, int]] = {}
        """Of each article in the files: the numbers of its passages, and how many sentences it has."""
        self._places: dict[int, range] = {}
        """Of each article that is held, in the files or in memory: the numbers of its passages."""

    def _open(self) -> None:
        """Take up the newest files, where there are any that can be used."""
        self._opened = True
        self._engine = FaissEngine(self._encoder.dimension)
        self._lexical = LexicalIndex()
        folder = self._store.folder
        if folder is None:
            return
        generation = self._store.counter("generation")
        found = find_snapshot(folder, self._maker(), oldest=self._store.counter("purged"), newest=generation)
        if found is None:
            return
        try:
            in_files = _read_places(found.folder / _PLACES)
            engine = FaissEngine(self._encoder.dimension, file=found.folder / _VECTORS)
            lexical = LexicalIndex(found.folder / _WORDS, {article: count for article, (_, count) in in_files.items()})
        except (OSError, ValueError, RuntimeError) as error:
            log.warning("%s cannot be used (%s): it is made anew", found.folder, error)
            return
        self._files, self._engine, self._lexical, self._in_files = found, engine, lexical, in_files
        self._places = {article: places for article, (places, _) in in_files.items()}

    def _outside_files(self, held: dict[int, range]) -> int:
        """How many passages the files lack, or have too many."""
        added = _count(held[article] for article in held.keys() - self._in_files.keys())
        return added + _count(self._in_files[article][0] for article in self._in_files.keys() - held.keys())

    def _follow(self, held: dict[int, range], progress: Progress | None) -> None:
        """Forget what the store holds no more, and hold in memory what neither files nor memory have."""
        for article in self._places.keys() - held.keys():
            self._engine.remove(self._places.pop(article))
            self._lexical.remove(article)
        new = sorted(held.keys() - self._places.keys())
        for done, article in enumerate(new, 1):
            for passages in self._read(article, held[article]):
                self._engine.add(*_to_vectors(passages))
                self._lexical.add(article, _to_lexical(passages))
            self._places[article] = held[article]
            if progress:
                progress(done, len(new))

    def _write(self, held: dict[int, range], progress: Progress | None) -> None:
        """Write files of all that the store holds, and take them up. Where that fails they stay as they were."""
        folder = self._store.folder
        if folder is None:
            return
        try:
            if self._files and self._files.generation < self._store.counter("purged"):
                # Words of what was removed are not to be copied. Vectors are, from what is still mapped.
                self._files, self._in_files = None, {}
            elif self._files and not self._files.is_whole():
                self._close()
                self._engine = FaissEngine(self._encoder.dimension)
            with writing_snapshot(folder, self._maker(), self._store.counter("generation")) as target:
                self._write_files(target, held, progress)
        except (OSError, ValueError, RuntimeError) as error:
            log.warning("the indexes in %s cannot be kept (%s): they are held in memory", folder, error)
            self._can_write = False
        self._close()
        self._open()

    def _write_files(self, target: Path, held: dict[int, range], progress: Progress | None) -> None:
        sentences = {article: count for article, (_, count) in self._in_files.items() if article in held}
        if self._files:
            shutil.copytree(self._files.folder / _WORDS, target / _WORDS, copy_function=_link)
        for article in self._places.keys() - held.keys():
            self._engine.remove(self._places.pop(article))
        new = sorted(held.keys() - sentences.keys())
        vectors = self._engine.writer(target / _VECTORS, _count(held.values()))
        with LexicalWriter(target / _WORDS) as words, vectors:
            self._engine.copy_to(vectors)
            for article in self._in_files.keys() - held.keys():
                words.remove(article)
            for done, article in enumerate(new, 1):
                sentences[article] = 0
                for passages in self._read(article, held[article]):
                    sentences[article] += words.add(article, _to_lexical(passages))
                    if article not in self._places:
                        vectors.add(*_to_vectors(passages))
                if progress:
                    progress(done, len(new))
        _write_places(target / _PLACES, held, sentences)

    def _read(self, article: int, places: range) -> Iterator[list[tuple[StoredPassage, NDArray[np.float32]]]]:
        """An article's passages, some at a time: a book has tens of thousands."""
        for start in range(0, len(places), _AT_ONCE):
            some = places[start : start + _AT_ONCE]
            passages = self._store.passages(some)
            if [(stored.number, stored.article) for stored, _ in passages] != [(number, article) for number in some]:
                raise LibraryDamaged(
                    f"passages in {self._store.where} have lost their article: mend with pullquote check --library DIR"
                )
            yield passages

    def _maker(self) -> Maker:
        library, fingerprint = self._store.setting("library"), self._store.setting("fingerprint")
        return Maker.of(library or "", fingerprint or "", self._encoder.dimension)


def _link(source: str, target: str) -> None:
    """Have a file in a second place without its bytes, but for those that tantivy writes anew."""
    if not source.endswith(".json"):
        with suppress(OSError):
            os.link(source, target)
            return
    shutil.copy2(source, target)


def _to_vectors(
    passages: list[tuple[StoredPassage, NDArray[np.float32]]],
) -> tuple[list[int], NDArray[np.float32]]:
    return [stored.number for stored, _ in passages], mean_vectors([vectors for _, vectors in passages])


def _to_lexical(passages: Iterable[tuple[StoredPassage, object]]) -> list[LexicalPassage]:
    return [LexicalPassage(stored.number, stored.with_context, stored.sentence_texts) for stored, _ in passages]


def _most_outside(passages: int) -> float:
    """How many passages may be outside of the files of a library of so many."""
    return max(WORTH_FILES, min(SHARE * passages, MOST_OUTSIDE))


def _count(ranges: Iterable[range]) -> int:
    return sum(map(len, ranges))


def _read_places(file: Path) -> dict[int, tuple[range, int]]:
    import numpy as np

    rows = np.load(file, allow_pickle=False).tolist()
    return {article: (range(first, first + count), sentences) for article, first, count, sentences in rows}


def _write_places(file: Path, held: dict[int, range], sentences: dict[int, int]) -> None:
    import numpy as np

    rows = [(article, places.start, len(places), sentences[article]) for article, places in held.items()]
    np.save(file, np.asarray(rows, dtype=np.int64))
