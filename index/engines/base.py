"""What every vector engine does."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class VectorEngine(Protocol):
    """Holds unit vectors under whole-number ids and finds those nearest to a question's."""

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Hold each row of ``vectors`` (n, dimension; unit length) under its id. Ids must be new."""

    def remove(self, ids: Collection[int]) -> None:
        """Forget the vectors of these ids; ids that are not held are passed over."""

    def search(
        self, vector: NDArray[np.float32], k: int, *, among: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return up to ``k`` (id, cosine) pairs, highest first, ties by lower id.

        ``among``: look at these ids alone, exactly; None for all. Fewer than ``k`` held gives fewer, none gives ``[]``.
        """

    def __len__(self) -> int:
        """How many vectors it holds."""
