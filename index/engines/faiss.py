"""Vectors in FAISS: those of a file, and in memory what came after it, compared one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.engines.vector_files import VectorFile, VectorFileWriter, blocks_of, nearest, select

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class FaissEngine:
    """A file of vectors, where there is one, and a flat index in memory for what came after it."""

    def __init__(self, dimension: int, *, file: Path | None = None) -> None:
        """``dimension``: the length of the vectors. ``file``: what ``save`` wrote; it is mapped, not read.

        Errors: ValueError where its vectors are of another length, RuntimeError where it is no such file.
        """
        import faiss

        self._faiss: Any = faiss
        self._dimension = dimension
        self._index: Any = faiss.IndexIDMap(faiss.IndexFlatIP(dimension))
        self._kept = VectorFile(file, dimension) if file else None
        self._gone: set[int] = set()
        """Those in the file that are held no more."""

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        import numpy as np

        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), np.asarray(ids, dtype=np.int64))

    def remove(self, ids: Collection[int]) -> None:
        if ids:
            self._index.remove_ids(select(self._faiss, ids))
        if ids and self._kept is not None:
            self._gone |= self._kept.holds(ids)

    def search(
        self, vector: NDArray[np.float32], k: int, *, among: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        import numpy as np

        k = min(k, len(self) if among is None else len(among))
        if k < 1:
            return []
        question = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        # FAISS shares out questions, not vectors: with one question the other threads would only spin. The number holds
        # for the calling thread alone, so it is set at every search.
        self._faiss.omp_set_num_threads(1)
        selector = None if among is None else select(self._faiss, among)
        found = nearest(self._faiss, self._index, question, k, selector)
        if self._kept is not None:
            found += self._kept.search(question, k, among=among, but=self._gone)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]

    def writer(self, file: Path, count: int) -> VectorFileWriter:
        """What writes a file of ``count`` vectors in this one's place."""
        return VectorFileWriter(file, self._dimension, count, like=self._kept)

    def copy_to(self, writer: VectorFileWriter) -> None:
        """Have all that is held written."""
        if self._kept is not None:
            writer.copy(self._kept, self._gone)
        for ids, vectors in blocks_of(self._faiss, self._index):
            writer.add(ids, vectors)

    def save(self, file: Path) -> None:
        """Write all that is held to a file. RuntimeError or OSError where that fails."""
        with self.writer(file, len(self)) as writer:
            self.copy_to(writer)

    def __len__(self) -> int:
        return int(self._index.ntotal) + (len(self._kept) - len(self._gone) if self._kept is not None else 0)
