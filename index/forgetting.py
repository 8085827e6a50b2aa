"""What goes at once when an article is removed: the files with its words. Those of other parts stay as they are.

Its vectors, which are not words, go when the indexes are next written.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from index.lexical_parts import LexicalWriter, link, read_places, write_places
from index.snapshots import Snapshot, drop_snapshots, newest_snapshot, writing_snapshot

VECTORS, WORDS, PLACES = "vectors.faiss", "words", "places.npy"
"""The files of a set."""

log = logging.getLogger(__name__)


def drop_words(library: Path, held: Collection[int]) -> None:
    """Leave no file that knows words of other articles than these, by their numbers. Where that fails, leave none."""
    try:
        newest = newest_snapshot(library)
        if newest:
            _drop_words(library, newest, set(held))
    except (OSError, ValueError) as error:
        log.warning("what is derived from %s is made anew (%s)", library, error)
        drop_snapshots(library)


def _drop_words(library: Path, old: Snapshot, held: Collection[int]) -> None:
    places = read_places(old.folder / PLACES)
    parts = {place.part for place in places.values()} - {None}
    dropped = {place.part for article, place in places.items() if article not in held}
    if not dropped & parts:
        drop_snapshots(library, but=old.folder.name)
        return
    with writing_snapshot(library, old.maker, old.generation, like=old) as target:
        link(old.folder / VECTORS, target / VECTORS)
        with LexicalWriter(target / WORDS, like=old.folder / WORDS) as words:
            kept = {part: words.keep(part) for part in sorted(part for part in parts - dropped if part is not None)}
        there = {
            article: replace(place, part=None if place.part is None else kept.get(place.part))
            for article, place in places.items()
        }
        write_places(target / PLACES, there)
