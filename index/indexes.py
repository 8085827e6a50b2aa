"""The dense and the lexical index of a library, kept in step with its store, and in files where that is worth it.

What the files lack is held in memory, until it is so much that files are written anew.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from index.derived import PLACES, VECTORS, WORDS, FilesWriter, read_passages, to_lexical, to_vectors
from index.embedding import Encoder, Progress
from index.engines.faiss import FaissEngine
from index.fusion import Weights
from index.lexical import LexicalIndex
from index.lexical_parts import Place, read_places
from index.snapshots import Maker, Snapshot, drop_snapshots, find_snapshot, has_damage, writing_snapshot
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

BESIDE = 100_000
"""Passages: of more, words are looked for while the question is encoded."""

_TRIES = 3
"""How often files are written that share some with others, where another process takes those away meanwhile."""

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

    @property
    def encodes_beside(self) -> bool:
        return len(self._engine) > BESIDE

    def sync(self, progress: Progress | None = None) -> None:
        self._update(progress, clean=not self._opened)

    def settle(self, progress: Progress | None = None) -> None:
        if self._store.folder is None or not self._can_write:
            return
        if _count(self._store.passage_ranges(self._known).values()) <= WORTH_FILES:
            drop_snapshots(self._store.folder)  # of when there was more
        else:
            self._update(progress, clean=True)

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
        vector: Callable[[], NDArray[np.float32]],
        *,
        depth: int,
        near: int,
        articles: Collection[int] | None,
        weights: Weights,
    ) -> Iterator[set[int]]:
        def by_meaning() -> set[int]:
            if not weights.uses_dense or not len(self._engine):
                return set()
            among = None if articles is None else list(chain.from_iterable(map(self._passages_of, articles)))
            return {number for number, _ in self._engine.search(vector(), near, among=among)}

        def by_words() -> set[int]:
            most = min(depth, len(self._engine))
            if not weights.uses_lexical or not most:
                return set()
            return {number for number, _ in self._lexical.search(question, most, articles=articles)}

        if not self.encodes_beside:
            yield self._whatever_befalls_files(lambda: by_meaning() | by_words())
            return
        with ThreadPoolExecutor(1) as threads:
            beside = threads.submit(by_meaning)
            tries = iter([beside.result])
            yield self._whatever_befalls_files(by_words, beside)
            yield self._whatever_befalls_files(lambda: next(tries, by_meaning)())

    def weigh(self, question: str, *, articles: Collection[int] | None) -> dict[str, float]:
        return self._whatever_befalls_files(lambda: self._lexical.weigh(question, articles=articles))

    def words(self, text: str) -> frozenset[str]:
        return frozenset(self._lexical.terms(text))

    def _whatever_befalls_files(self, search: Callable[[], Found], beside: Future[set[int]] | None = None) -> Found:
        """What a search finds: where files turn out to be damaged that were whole when opened, without them.

        ``beside``: another search in the same files.
        """
        try:
            return search()
        except (OSError, ValueError, RuntimeError) as error:
            wait([beside] if beside else [])
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
        self._in_files: dict[int, Place] = {}
        """Where each article in the files is."""
        self._known: dict[int, range] = {}
        """Of each article that the store held when last asked, or when the files were written: those numbers."""
        self._places: dict[int, range] = {}
        """Of each article that is held, in the files or in memory: the numbers of its passages."""
        self._wordless: set[int] = set()
        """Those of them whose words are not: their part of the files went, with an article that was removed."""

    def _open(self, *, whole: bool = False) -> None:
        """Take up the newest files, where there are any that can be used. ``whole``: look at all that is in them."""
        self._opened = True
        self._engine = FaissEngine(self._encoder.dimension)
        self._lexical = LexicalIndex()
        folder = self._store.folder
        if folder is None:
            return
        found = find_snapshot(folder, self._maker(), newest=self._store.counter("generation"), whole=whole)
        if found is None:
            return
        try:
            places = read_places(found.folder / PLACES)
            engine = FaissEngine(self._encoder.dimension, file=found.folder / VECTORS)
            in_words = {article: place for article, place in places.items() if place.part is not None}
            counts = {article: place.sentences for article, place in in_words.items()}
            lexical = LexicalIndex(found.folder / WORDS, counts)
        except (OSError, ValueError, RuntimeError) as error:
            log.warning("%s cannot be used (%s): it is made anew", found.folder, error)
            return
        self._files, self._engine, self._lexical, self._in_files = found, engine, lexical, places
        self._known = {article: place.passages for article, place in places.items()}
        self._places = dict(self._known)
        self._wordless = places.keys() - in_words.keys()

    def _update(self, progress: Progress | None, *, clean: bool) -> None:
        """Come into step with the store. ``clean``: leave nothing in the files of what was removed, however little."""
        with self._store.reading():
            if not self._opened:
                self._open()
            held = self._known = self._store.passage_ranges(self._known)
            is_worth_it = self._outside_files(held) > _most_outside(_count(held.values()))
            if self._can_write and (is_worth_it or (clean and self._has_removed(held))):
                self._write(held, progress)
            self._follow(held, progress)

    def _outside_files(self, held: dict[int, range]) -> int:
        """How many passages the files lack, or have too many."""
        lacking = (held.keys() - self._in_files.keys()) | (self._wordless & held.keys())
        gone = self._in_files.keys() - held.keys()
        return _count(map(held.__getitem__, lacking)) + _count(self._in_files[article].passages for article in gone)

    def _has_removed(self, held: dict[int, range]) -> bool:
        """Whether there is anything in the files of articles that are gone, one of which may have been removed."""
        if self._files is None or self._files.generation >= self._store.counter("purged"):
            return False
        return bool(self._in_files.keys() - held.keys())

    def _follow(self, held: dict[int, range], progress: Progress | None) -> None:
        """Forget what the store holds no more, and hold in memory what neither files nor memory have."""
        for article in self._places.keys() - held.keys():
            self._engine.remove(self._places.pop(article))
            self._lexical.remove(article)
        new = sorted((held.keys() - self._places.keys()) | (self._wordless & held.keys()))
        for done, article in enumerate(new, 1):
            for passages in read_passages(self._store, article, held[article]):
                if article not in self._places:
                    self._engine.add(*to_vectors(passages))
                self._lexical.add(article, to_lexical(passages))
            self._places[article] = held[article]
            self._wordless.discard(article)
            if progress:
                progress(done, len(new))

    def _write(self, held: dict[int, range], progress: Progress | None) -> None:
        """Write files of all that the store holds, and take them up. Where that fails they stay as they were."""
        folder = self._store.folder
        if folder is None:
            return
        generation = self._store.counter("generation")
        for tries_left in reversed(range(_TRIES)):
            self._close()
            self._open(whole=True)  # others may have written some, and damage is not to be copied
            try:
                with writing_snapshot(folder, self._maker(), generation, like=self._files) as target:
                    self._write_files(target, held, progress)
                break
            except (OSError, ValueError, RuntimeError) as error:
                if tries_left and self._files and not self._files.is_there():
                    log.info("%s went while files were written that share some: once more", self._files.folder)
                    continue
                log.warning("the indexes in %s cannot be kept (%s): they are held in memory", folder, error)
                self._can_write = False
                break
        self._close()
        self._open()

    def _write_files(self, target: Path, held: dict[int, range], progress: Progress | None) -> None:
        for article in self._places.keys() - held.keys():
            self._engine.remove(self._places.pop(article))
        old = self._files.folder if self._files else None
        writer = FilesWriter(self._store, self._engine, old=old, places=self._in_files)
        writer.write(target, held, clean=self._has_removed(held), progress=progress)

    def _maker(self) -> Maker:
        library, fingerprint = self._store.setting("library"), self._store.setting("fingerprint")
        return Maker.of(library or "", fingerprint or "", self._encoder.dimension)


def _most_outside(passages: int) -> float:
    """How many passages may be outside of the files of a library of so many."""
    return max(WORTH_FILES, min(SHARE * passages, MOST_OUTSIDE))


def _count(ranges: Iterable[range]) -> int:
    return sum(map(len, ranges))
