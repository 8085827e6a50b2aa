"""An encoder that counts words: the same on every machine, and close where words are shared. For all but ranking."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray


class BagOfWordsEncoder:
    """Each word adds 1 at a place that its checksum decides; a word piece is four characters of a word, or a mark."""

    name = "bag-of-words"
    dimension = 64

    def __init__(self, *, fingerprint: str = "one", max_tokens: int = 254) -> None:
        self.fingerprint = fingerprint
        self.max_tokens = max_tokens
        self.encoded = 0

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(re.findall(r"\w{1,4}|[^\w\s]", text)) for text in texts]

    def encode_question(self, question: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = self._encode([question])[0]
        return vector

    def encode(
        self, texts: Sequence[str], *, progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        self.encoded += len(texts)
        for done in range(1, len(texts) + 1):
            if progress:
                progress(done, len(texts))
        return self._encode(texts)

    def load(self) -> None:
        """Nothing to load."""

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, zlib.crc32(word.encode("utf-8", "surrogatepass")) % self.dimension] += 1
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return vectors
