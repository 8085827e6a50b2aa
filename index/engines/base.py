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


def mean_vector(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of sentence vectors, (n, dimension), of unit length: what engines hold a passage as.

    It finds passages about as well as the passage's own vector, without running the model over the text a second time.
    """
    import numpy as np

    mean: NDArray[np.float32] = vectors.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return mean / length if length else mean


def mean_vectors(of_each: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """What ``mean_vector`` gives for each of some passages, one or more: (passages, dimension)."""
    import numpy as np

    starts = np.cumsum([0, *map(len, of_each)])
    sums: NDArray[np.float32] = np.add.reduceat(np.concatenate(of_each), starts[:-1], axis=0)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    np.divide(sums, lengths, out=sums, where=lengths > 0)
    return sums
