"""The oracle: every vector is looked at, with numpy alone. Slow on big libraries, and right by construction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ExactEngine:
    """Unit vectors in a dictionary, compared one by one. For tests, and for a few thousand passages."""

    def __init__(self) -> None:
        self._vectors: dict[int, NDArray[np.float32]] = {}

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        self._vectors.update(zip(ids, vectors, strict=True))

    def remove(self, ids: Collection[int]) -> None:
        for held in ids:
            self._vectors.pop(held, None)

    def search(
        self, vector: NDArray[np.float32], k: int, *, among: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        allowed = self._vectors.keys() if among is None else self._vectors.keys() & set(among)
        scored = [(held, float(self._vectors[held] @ vector)) for held in allowed]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))[:k]

    def __len__(self) -> int:
        return len(self._vectors)
