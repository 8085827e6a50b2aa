"""Vectors in FAISS: exact inner products (IndexFlatIP) over all of them, at the speed of the machine's vector units."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_AT_ONCE = 10_000
"""Vectors copied at a time: 15 MB."""


class FaissEngine:
    """Flat FAISS indexes with ids: one in a file, where there is one, and one in memory for what came after it."""

    def __init__(self, dimension: int, *, file: Path | None = None) -> None:
        """``dimension``: the length of the vectors. ``file``: what ``save`` wrote; it is mapped, not read.

        Errors: ValueError where its vectors are of another length, RuntimeError where it is no such file.
        """
        import faiss

        self._faiss: Any = faiss
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._kept: Any = None if file is None else faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
        self._gone: set[int] = set()
        """Those in the file that are held no more."""
        if self._kept is not None and self._kept.d != dimension:
            raise ValueError(f"{file} has vectors of {self._kept.d} numbers, not of {dimension}")

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        import numpy as np

        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), np.asarray(ids, dtype=np.int64))

    def remove(self, ids: Collection[int]) -> None:
        import numpy as np

        if ids:
            self._index.remove_ids(self._selector(ids))
        if ids and self._kept is not None:
            wanted = np.fromiter(ids, dtype=np.int64, count=len(ids))
            self._gone.update(wanted[np.isin(wanted, self._kept_ids())].tolist())

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
        found = self._search(self._index, question, k, None if among is None else self._selector(among))
        if self._kept is not None:
            found += self._search(self._kept, question, k, self._selector_of_kept(among))
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]

    def save(self, file: Path) -> None:
        """Write all that is held to a file. RuntimeError where that fails."""
        import numpy as np

        if self._kept is None:
            self._faiss.write_index(self._index, str(file))
            return
        ids = self._kept_ids()
        ids = ids[~np.isin(ids, np.fromiter(self._gone, dtype=np.int64, count=len(self._gone)))]
        whole = self._faiss.IndexIDMap2(self._faiss.IndexFlatIP(self._index.d))
        for index, held in ((self._kept, ids), (self._index, self._faiss.vector_to_array(self._index.id_map))):
            for start in range(0, len(held), _AT_ONCE):
                some = held[start : start + _AT_ONCE]
                whole.add_with_ids(index.reconstruct_batch(some), some)
        self._faiss.write_index(whole, str(file))

    def __len__(self) -> int:
        kept = 0 if self._kept is None else self._kept.ntotal - len(self._gone)
        return int(self._index.ntotal + kept)

    def _search(self, index: Any, question: NDArray[np.float32], k: int, selector: Any) -> list[tuple[int, float]]:
        parameters = None if selector is None else self._faiss.SearchParameters(sel=selector)
        cosines, ids = index.search(question, k, params=parameters)
        return [(int(held), float(cosine)) for held, cosine in zip(ids[0], cosines[0], strict=True) if held >= 0]

    def _kept_ids(self) -> NDArray[np.int64]:
        ids: NDArray[np.int64] = self._faiss.vector_to_array(self._kept.id_map)
        return ids

    def _selector_of_kept(self, among: Collection[int] | None) -> Any:
        if among is not None:
            return self._selector(set(among) - self._gone if self._gone else among)
        if not self._gone:
            return None
        # Held by a name of its own: the selector that refers to it does not keep it.
        self._outside = self._selector(self._gone)
        return self._faiss.IDSelectorNot(self._outside)

    def _selector(self, ids: Collection[int]) -> Any:
        import numpy as np

        return self._faiss.IDSelectorBatch(np.fromiter(ids, dtype=np.int64, count=len(ids)))
