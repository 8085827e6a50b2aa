"""The words' files in parts, each of a bounded number of passages: what one article's removal has made anew.

A part is written by itself, as segments of tantivy's, and never changed. The segments of all parts lie in one folder,
and its meta.json names them: so tantivy searches them as one index, by the statistics of all. A new set of files has
links to the parts that it shares with the one before.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypedDict

from index.lexical import LexicalPassage, make_analyser, make_document, make_schema

PASSAGES, SENTENCES = "passages", "sentences"
"""The folders of tantivy's two indexes: of passages, to find them by, and of their sentences, to count words with."""

PART = 50_000
"""Passages of a part, at most, unless a single article has more: to make one anew takes 8 seconds."""

STALE = 0.02
"""Of a part's sentences: when more are of articles that are gone, it is made anew. Until then they are hidden."""

_WORTH_JOINING = 2
"""A part is joined with a neighbour that is made anyway, where it is at most so many times as big."""

_PART_BYTES = 150_000_000
"""tantivy's writing buffer: a part of the usual size becomes one segment."""

_PARTS, _META, _SCRATCH = "parts.json", "meta.json", ".tantivy-part"


class Segments(TypedDict):
    """What a part has of one of the two indexes."""

    segments: list[dict[str, Any]]
    """What tantivy's meta.json says of them."""
    files: list[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article is in a set of files."""

    passages: range
    """Their numbers; none where only its words are in the files, until its part is made anew."""
    sentences: int
    part: int | None
    """None where only its vectors are in the files: its part went, with an article that was removed."""


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """A part of the files that are to be written."""

    articles: tuple[int, ...]
    kept: int | None
    """The part that it is already; None where it is to be made."""


def plan_parts(places: Mapping[int, Place], held: Mapping[int, range], *, clean: bool) -> list[PlannedPart]:
    """The parts of new files for the articles that are held, each with the numbers of its passages.

    ``places``: the files there are. ``clean``: nothing of any other article may be left in them.
    """
    parts: defaultdict[int, list[int]] = defaultdict(list)
    for article, place in places.items():
        if place.part is not None:
            parts[place.part].append(article)
    plan = []
    for part, articles in sorted(parts.items()):
        gone = sum(places[article].sentences for article in articles if article not in held)
        if gone > (0 if clean else STALE * sum(places[article].sentences for article in articles)):
            plan.append(PlannedPart(tuple(article for article in articles if article in held), None))
        else:
            plan.append(PlannedPart(tuple(articles), part))
    known = {article for articles in parts.values() for article in articles}
    plan += _portions(sorted(held.keys() - known), held)
    return _joined([part for part in plan if part.articles], held)


def _portions(articles: Iterable[int], held: Mapping[int, range]) -> Iterator[PlannedPart]:
    """Articles by the part."""
    portion: list[int] = []
    size = 0
    for article in articles:
        if portion and size + len(held[article]) > PART:
            yield PlannedPart(tuple(portion), None)
            portion, size = [], 0
        portion.append(article)
        size += len(held[article])
    yield PlannedPart(tuple(portion), None)


def _joined(plan: list[PlannedPart], held: Mapping[int, range]) -> list[PlannedPart]:
    """Neighbours of which one is to be made, as one part where that is worth it: the last first, for they grow."""
    joined: list[PlannedPart] = []
    for part in reversed(plan):
        if joined and _are_one(part, joined[-1], held):
            both = (article for each in (part, joined.pop()) for article in each.articles if article in held)
            joined.append(PlannedPart(tuple(both), None))
        else:
            joined.append(part)
    return joined[::-1]


def _are_one(one: PlannedPart, other: PlannedPart, held: Mapping[int, range]) -> bool:
    sizes = [sum(len(held.get(article, ())) for article in part.articles) for part in (one, other)]
    kept = [size for part, size in zip((one, other), sizes, strict=True) if part.kept is not None]
    return sum(sizes) <= PART and (not kept or (len(kept) == 1 and kept[0] <= _WORTH_JOINING * (sum(sizes) - kept[0])))


class LexicalWriter:
    """Writes the two indexes of a folder, part by part. Used in a ``with`` block, at whose end they are there.

    Errors: OSError and ValueError, for instance where the disk is full.
    """

    def __init__(self, folder: Path, *, like: Path | None = None) -> None:
        """``like``: the folder of other such files, whose parts may be kept."""
        import tantivy

        self._tantivy: Any = tantivy
        self._folder, self._like = folder, like
        self._there: list[dict[str, Segments]] = [] if like is None else json.loads((like / _PARTS).read_bytes())
        self._parts: list[dict[str, Segments]] = []
        self._schema = make_schema()
        self._writers: dict[str, Any] = {}

    def keep(self, part: int) -> int:
        """Take over a part of the other files as it is; its number in these."""
        for name, segments in self._there[part].items():
            for file in segments["files"]:
                link((self._like or self._folder) / name / file, self._folder / name / file)
        self._parts.append(self._there[part])
        return len(self._parts) - 1

    @contextmanager
    def part(self) -> Iterator[int]:
        """A new part, of what is added inside; its number."""
        scratch = self._folder / _SCRATCH
        for name in (PASSAGES, SENTENCES):
            self._writers[name] = self._index(scratch / name).writer(_PART_BYTES, 1)
        try:
            yield len(self._parts)
            for writer in self._writers.values():
                writer.commit()
                writer.wait_merging_threads()
        except BaseException:
            for writer in self._writers.values():
                with suppress(OSError, ValueError):
                    writer.rollback()
            raise
        finally:
            self._writers.clear()
        self._parts.append(
            {name: _move_segments(scratch / name, self._folder / name) for name in (PASSAGES, SENTENCES)}
        )
        shutil.rmtree(scratch)

    def add(self, article: int, passages: Iterable[LexicalPassage]) -> int:
        """Write an article's passages into the new part; how many sentences they have."""
        count = 0
        for passage in passages:
            self._writers[PASSAGES].add_document(make_document(article, passage.number, passage.text))
            for sentence in passage.sentences:
                self._writers[SENTENCES].add_document(make_document(article, passage.number, sentence))
            count += len(passage.sentences)
        return count

    def __enter__(self) -> Self:
        for name in (PASSAGES, SENTENCES):
            self._index(self._folder / name)  # which writes a meta.json of no segments
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            return
        for name in (PASSAGES, SENTENCES):
            file = self._folder / name / _META
            segments = [segment for part in self._parts for segment in part[name]["segments"]]
            file.write_text(json.dumps(json.loads(file.read_bytes()) | {"segments": segments}), encoding="utf-8")
        (self._folder / _PARTS).write_text(json.dumps(self._parts), encoding="utf-8")

    def _index(self, folder: Path) -> Any:
        folder.mkdir(parents=True, exist_ok=True)
        index = self._tantivy.Index(self._schema, path=str(folder))
        index.register_tokenizer("words", make_analyser())
        return index


def _move_segments(source: Path, target: Path) -> Segments:
    """Have the files of all segments of an index in another folder."""
    segments = json.loads((source / _META).read_bytes())["segments"]
    stems = {segment["segment_id"].replace("-", "") for segment in segments}
    files = [file for file in source.iterdir() if file.stem in stems]
    for file in files:
        file.rename(target / file.name)
    return {"segments": segments, "files": sorted(file.name for file in files)}


def link(source: Path, target: Path) -> None:
    """Have a file in a second place, where the file system can without its bytes."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def read_places(file: Path) -> dict[int, Place]:
    """What ``write_places`` wrote, by the articles' numbers."""
    import numpy as np

    rows = np.load(file, allow_pickle=False).tolist()
    return {
        article: Place(range(first, first + count), sentences, None if part < 0 else part)
        for article, first, count, sentences, part in rows
    }


def write_places(file: Path, places: Mapping[int, Place]) -> None:
    """Keep where each article is."""
    import numpy as np

    rows = [
        (article, place.passages.start, len(place.passages), place.sentences, -1 if place.part is None else place.part)
        for article, place in places.items()
    ]
    np.save(file, np.asarray(rows, dtype=np.int64).reshape(-1, 5))
