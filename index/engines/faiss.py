"""Vectors in FAISS: exact inner products (IndexFlatIP) over all of them, at the speed of the machine's vector units."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class FaissEngine:
    """A flat FAISS index with ids, in memory."""

    def __init__(self, dimension: int) -> None:
        """``dimension``: the length of the vectors."""
        import faiss

        self._faiss: Any = faiss
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        import numpy as np

        if len(ids):
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), np.asarray(ids, dtype=np.int64))

    def remove(self, ids: Collection[int]) -> None:
        if ids:
            self._index.remove_ids(self._selector(ids))

    def search(
        self, vector: NDArray[np.float32], k: int, *, among: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        import numpy as np

        k = min(k, len(self) if among is None else len(among))
        if k < 1:
            return []
        selector = None if among is None else self._selector(among)
        parameters = None if selector is None else self._faiss.SearchParameters(sel=selector)
        question = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        # FAISS shares out questions, not vectors: with one question the other threads would only spin. The number holds
        # for the calling thread alone, so it is set at every search.
        self._faiss.omp_set_num_threads(1)
        cosines, ids = self._index.search(question, k, params=parameters)
        found = [(int(held), float(cosine)) for held, cosine in zip(ids[0], cosines[0], strict=True) if held >= 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def _selector(self, ids: Collection[int]) -> Any:
        import numpy as np

        return self._faiss.IDSelectorBatch(np.fromiter(ids, dtype=np.int64, count=len(ids)))
