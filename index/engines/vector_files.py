"""Vectors in a file that is mapped, not read: in a row while they are few, in lists of near ones when they are many.

Up to CROSSING a question is compared with every vector. Beyond, it is compared with the centres of the lists, and then
with the vectors of the nearest lists alone (an inverted file, as in Sivic and Zisserman, "Video Google", ICCV 2003).
"""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CROSSING = 100_000
"""Vectors: of more, those in a file are in lists. bench/scale_indexes.py: from here on that is the faster."""

LOOKED_IN = 256
"""Lists that a question looks in, at least. Of a million vectors that finds 99 in 100 of the ten nearest."""

_SAMPLE = 40
"""Vectors for each list that its centre is found from: FAISS asks for 39."""

_AT_ONCE = 10_000
"""Vectors copied at a time: 15 MB."""

Block = tuple["NDArray[np.int64]", "NDArray[np.float32]"]
"""Ids and their vectors."""


class VectorFile:
    """A file of unit vectors with ids, to be searched. It is never changed."""

    def __init__(self, file: Path, dimension: int) -> None:
        """ValueError where its vectors are of another length, RuntimeError where it is no such file."""
        import faiss

        self._faiss: Any = faiss
        self._index: Any = faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
        if self._index.d != dimension:
            raise ValueError(f"{file} has vectors of {self._index.d} numbers, not of {dimension}")
        self._in_lists = isinstance(self._index, faiss.IndexIVF)
        self._sorted: NDArray[np.int64] | None = None

    @property
    def centres(self) -> Any:
        """The index of the lists' centres; None where there are no lists."""
        return self._index.quantizer if self._in_lists else None

    def holds(self, ids: Collection[int]) -> set[int]:
        """Those of some ids that are in it."""
        import numpy as np

        if self._sorted is None:
            every = [self._ids_of(number) for number in range(self._index.nlist)] if self._in_lists else [self._ids()]
            self._sorted = np.sort(np.concatenate(every))
        wanted = np.fromiter(ids, dtype=np.int64, count=len(ids))
        places = np.searchsorted(self._sorted, wanted)
        inside = places < len(self._sorted)
        inside[inside] = self._sorted[places[inside]] == wanted[inside]
        found: set[int] = set(wanted[inside].tolist())
        return found

    def search(
        self, question: NDArray[np.float32], k: int, *, among: Collection[int] | None, but: Collection[int]
    ) -> list[tuple[int, float]]:
        """Up to ``k`` (id, cosine) pairs, in no order. ``question``: (1, dimension). ``but``: ids to leave out.

        ``among``: look at these ids alone. The fewer they are, the more lists are looked in: at most all, and then none
        is missed.
        """
        if among is not None:
            among = set(among).difference(but) if but else among
        selector = self._selector(among, but)
        if not self._in_lists:
            return nearest(self._faiss, self._index, question, k, selector)
        share = 1.0 if among is None else max(1, len(among)) / self._index.ntotal
        lists = min(self._index.nlist, int(LOOKED_IN / share))
        parameters = self._faiss.SearchParametersIVF(nprobe=lists, sel=selector)
        return nearest(self._faiss, self._index, question, k, selector, parameters)

    def blocks(self) -> Iterator[Block]:
        """All that it holds, some at a time: where it has lists, one after another, the empty ones as well."""
        import numpy as np

        if not self._in_lists:
            yield from blocks_of(self._faiss, self._index)
            return
        for number in range(self._index.nlist):
            ids = self._ids_of(number)
            codes = self._index.invlists.get_codes(number)
            halves = self._faiss.rev_swig_ptr(codes, len(ids) * self._index.code_size).view("<f2")
            yield ids, halves.reshape(len(ids), self._index.d).astype(np.float32)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def _ids(self) -> NDArray[np.int64]:
        ids: NDArray[np.int64] = self._faiss.vector_to_array(self._index.id_map)
        return ids

    def _ids_of(self, number: int) -> NDArray[np.int64]:
        lists = self._index.invlists
        size = lists.list_size(number)
        found: NDArray[np.int64] = self._faiss.rev_swig_ptr(lists.get_ids(number), size).copy()
        return found

    def _selector(self, among: Collection[int] | None, but: Collection[int]) -> Any:
        if among is not None:
            return select(self._faiss, among)
        if not but:
            return None
        # Held by a name of its own: the selector that refers to it does not keep it.
        self._outside = select(self._faiss, but)
        return self._faiss.IDSelectorNot(self._outside)


class VectorFileWriter:
    """Writes a VectorFile. Used in a ``with`` block, at whose end the file is there.

    Errors: RuntimeError and OSError, for instance where the disk is full.
    """

    def __init__(self, file: Path, dimension: int, count: int, *, like: VectorFile | None = None) -> None:
        """``count``: how many vectors are to come. ``like``: a file whose lists will do, where there are enough."""
        import faiss

        self._faiss: Any = faiss
        self._file, self._dimension = file, dimension
        self._scratch = file.with_suffix(".scratch")
        self._waiting: Any = None
        self._ids: list[NDArray[np.int64]] = []
        self._like: VectorFile | None = None
        lists = lists_for(count)
        if count <= CROSSING:
            self._index: Any = faiss.IndexIDMap(faiss.IndexFlatIP(dimension))
            return
        centres: Any = None if like is None else like.centres
        # Lists grow with the square root: these were found from no less than a quarter of the vectors.
        known = centres is not None and centres.ntotal >= lists / 2
        self._centres: Any = faiss.clone_index(centres) if known else faiss.IndexFlatIP(dimension)
        lists = self._centres.ntotal if known else lists
        half, product = faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        self._index = faiss.IndexIVFScalarQuantizer(self._centres, dimension, lists, half, product, False)
        if known:
            self._like = like
            self._index.train(self._centres.reconstruct_n(0, lists))
        else:
            self._waiting = self._scratch.open("w+b")

    def copy(self, file: VectorFile, but: Collection[int]) -> None:
        """Take in all that a file holds, but for some ids."""
        import numpy as np

        gone = np.fromiter(but, dtype=np.int64, count=len(but))
        for number, (ids, vectors) in enumerate(file.blocks()):
            held = ~np.isin(ids, gone)
            if file is self._like:
                self._put(number, ids[held], vectors[held])
            else:
                self.add(ids[held], vectors[held])

    def add(self, ids: Sequence[int] | NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Take in each row of ``vectors`` under its id."""
        import numpy as np

        numbers = np.asarray(ids, dtype=np.int64)
        if self._waiting:
            self._ids.append(numbers)
            self._waiting.write(vectors.astype("<f2").tobytes())
        elif len(numbers):
            self._use_all_cores()
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), numbers)

    def __enter__(self) -> VectorFileWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                if self._waiting:
                    self._sort_into_lists()
                self._faiss.write_index(self._index, str(self._file))
        finally:
            if self._waiting:
                self._waiting.close()
                self._scratch.unlink()

    def _put(self, number: int, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Add to a list that is known: to find it again would take as long as at first."""
        codes = vectors.astype("<f2").view("u1")
        if len(ids):
            pointer = self._faiss.swig_ptr
            self._index.invlists.add_entries(number, len(ids), pointer(ids), pointer(codes))
            self._index.ntotal += len(ids)

    def _sort_into_lists(self) -> None:
        """Find the centres from some of the vectors that wait, and put all of them into the lists."""
        import numpy as np

        self._waiting.flush()
        halves = np.memmap(self._scratch, dtype="<f2", mode="r").reshape(-1, self._dimension)
        random = np.random.default_rng(0)
        wanted = min(len(halves), _SAMPLE * self._index.nlist)
        self._index.cp.min_points_per_centroid = 1  # of fewer it would print a warning
        self._use_all_cores()
        self._index.train(halves[np.sort(random.choice(len(halves), wanted, replace=False))].astype(np.float32))
        ids = np.concatenate(self._ids)
        for start in range(0, len(ids), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            self._index.add_with_ids(halves[some].astype(np.float32), ids[some])

    def _use_all_cores(self) -> None:
        self._faiss.omp_set_num_threads(os.cpu_count() or 1)


def lists_for(count: int) -> int:
    """How many lists so many vectors are kept in: the power of two nearest to 4 √n, as FAISS's authors advise."""
    return min(count, 1 << round(2 + math.log2(max(1, count)) / 2))


def nearest(
    faiss: Any, index: Any, question: NDArray[np.float32], k: int, selector: Any, parameters: Any = None
) -> list[tuple[int, float]]:
    """What an index of FAISS finds, as pairs."""
    if parameters is None and selector is not None:
        parameters = faiss.SearchParameters(sel=selector)
    cosines, ids = index.search(question, k, params=parameters)
    return [(int(held), float(cosine)) for held, cosine in zip(ids[0], cosines[0], strict=True) if held >= 0]


def blocks_of(faiss: Any, index: Any) -> Iterator[Block]:
    """All that an IndexIDMap over a flat index holds, some at a time."""
    ids = faiss.vector_to_array(index.id_map)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        yield some, index.index.reconstruct_n(start, len(some))


def select(faiss: Any, ids: Collection[int]) -> Any:
    """A selector of these ids: of a run of them, as an article's are, the two ends."""
    import numpy as np

    wanted = np.fromiter(ids, dtype=np.int64, count=len(ids))
    if len(wanted) and int(wanted.max() - wanted.min()) + 1 == len(wanted) == len(set(ids)):
        return faiss.IDSelectorRange(int(wanted.min()), int(wanted.max()) + 1)
    return faiss.IDSelectorBatch(wanted)
