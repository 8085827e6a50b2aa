"""What every encoder does: texts to unit vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Progress = Callable[[int, int], None]
"""Called with how many sentences are encoded, and how many there are."""


class Encoder(Protocol):
    """Turns texts into unit vectors (float32) whose inner product is their cosine."""

    @property
    def name(self) -> str:
        """What the model is called; kept with the library that it made."""

    @property
    def fingerprint(self) -> str:
        """Changes with the weights: vectors of different fingerprints cannot be compared."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    @property
    def max_tokens(self) -> int:
        """How many word pieces of one text it reads, special tokens not counted; the rest would be lost."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text has, special tokens not counted."""

    def encode_question(self, question: str) -> NDArray[np.float32]:
        """Return the question's vector, of shape (dimension,)."""

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> NDArray[np.float32]:
        """Return the vectors of texts that are to be found, of shape (n, dimension)."""

    def load(self) -> None:
        """Make ready what the first question would otherwise wait for."""
