"""The files of a set: vectors, words in parts, and where each article is in them. Written, and words dropped from them.

When an article is removed, the files with its words go at once; those of other parts stay as they are. Its vectors,
which are not words, go when the indexes are next written.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from index.embedding import Progress
from index.engines.base import mean_vectors
from index.errors import LibraryDamaged
from index.lexical import LexicalPassage
from index.lexical_parts import LexicalWriter, Place, PlannedPart, link, plan_parts, read_places, write_places
from index.snapshots import Snapshot, drop_snapshots, newest_snapshot, writing_snapshot
from index.store import StoredPassage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.engines.faiss import FaissEngine
    from index.engines.vector_files import VectorFileWriter
    from index.store_sqlite import SqliteStore

VECTORS, WORDS, PLACES = "vectors.faiss", "words", "places.npy"

_AT_ONCE = 1_000
"""Passages read from the store at a time: 10 MB."""

log = logging.getLogger(__name__)


class FilesWriter:
    """Writes the files of a set: what older ones and an engine have is taken from them, and the rest from the store."""

    def __init__(
        self, store: SqliteStore, engine: FaissEngine, *, old: Path | None, places: Mapping[int, Place]
    ) -> None:
        """``engine``: has the vectors of those articles of the older files that are still held.

        ``old``: the folder of the older files; ``places``: where each article is in them.
        """
        self._store, self._engine = store, engine
        self._old, self._places = old, places

    def write(self, target: Path, held: Mapping[int, range], *, clean: bool, progress: Progress | None = None) -> None:
        """Write files of all articles that are held, each with the numbers of its passages.

        ``clean``: leave no words in them of any other. OSError, ValueError or RuntimeError where that cannot be done.
        """
        plan = plan_parts(self._places, held, clean=clean)
        to_make = sum(len(part.articles) for part in plan if part.kept is None)
        there: dict[int, Place] = {}
        made = 0
        vectors = self._engine.writer(target / VECTORS, sum(map(len, held.values())))
        with LexicalWriter(target / WORDS, like=self._old and self._old / WORDS) as words, vectors:
            self._engine.copy_to(vectors)
            for part in plan:
                if part.kept is not None:
                    number = words.keep(part.kept)
                    for article in part.articles:
                        passages = held.get(article, range(0))
                        there[article] = Place(passages, self._places[article].sentences, number)
                    continue
                for article, place in self._make(part, held, words, vectors):
                    there[article] = place
                    made += 1
                    if progress:
                        progress(made, to_make)
        write_places(target / PLACES, there)

    def _make(
        self, part: PlannedPart, held: Mapping[int, range], words: LexicalWriter, vectors: VectorFileWriter
    ) -> Iterator[tuple[int, Place]]:
        """Write a part's words, and those vectors of it that are not copied; each article as it is there."""
        with words.part() as number:
            for article in part.articles:
                sentences = 0
                for passages in read_passages(self._store, article, held[article]):
                    sentences += words.add(article, to_lexical(passages))
                    if article not in self._places:
                        vectors.add(*to_vectors(passages))
                yield article, Place(held[article], sentences, number)


def drop_words(library: Path, held: Collection[int]) -> None:
    """Leave no file that knows words of other articles than these, by their numbers. Where that fails, leave none."""
    try:
        newest = newest_snapshot(library)
        if newest:
            _drop_words(library, newest, set(held))
        else:
            drop_snapshots(library)  # what was left of one that was never finished
    except (OSError, ValueError, LookupError, TypeError) as error:
        log.warning("what is derived from %s is made anew (%s)", library, error)
        drop_snapshots(library)


def _drop_words(library: Path, old: Snapshot, held: Collection[int]) -> None:
    places = read_places(old.folder / PLACES)
    parts = {place.part for place in places.values() if place.part is not None}
    dropped = {place.part for article, place in places.items() if article not in held}
    if not dropped & parts:
        drop_snapshots(library, but=old.folder.name)
        return
    with writing_snapshot(library, old.maker, old.generation, like=old) as target:
        link(old.folder / VECTORS, target / VECTORS)
        with LexicalWriter(target / WORDS, like=old.folder / WORDS) as words:
            kept = {part: words.keep(part) for part in sorted(parts - dropped)}
        there = {
            article: Place(place.passages, place.sentences, None if place.part is None else kept.get(place.part))
            for article, place in places.items()
        }
        write_places(target / PLACES, there)


def read_passages(
    store: SqliteStore, article: int, numbers: range
) -> Iterator[list[tuple[StoredPassage, NDArray[np.float32]]]]:
    """An article's passages, some at a time: a book has tens of thousands. LibraryDamaged where they are not its."""
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        passages = store.passages(some)
        if [(stored.number, stored.article) for stored, _ in passages] != [(number, article) for number in some]:
            raise LibraryDamaged(
                f"passages in {store.where} have lost their article: mend with pullquote check --library DIR"
            )
        yield passages


def to_vectors(
    passages: list[tuple[StoredPassage, NDArray[np.float32]]],
) -> tuple[list[int], NDArray[np.float32]]:
    """The numbers of passages, and their vectors."""
    return [stored.number for stored, _ in passages], mean_vectors([vectors for _, vectors in passages])


def to_lexical(passages: Iterable[tuple[StoredPassage, object]]) -> list[LexicalPassage]:
    """Passages as their words are indexed."""
    return [LexicalPassage(stored.number, stored.with_context, stored.sentence_texts) for stored, _ in passages]
