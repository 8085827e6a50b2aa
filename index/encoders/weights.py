"""The packaged model's weights, from its file to the names and forms under which its graphs ask for them.

A graph holds no weights of its own: they are read from the package's model.safetensors, so the program ships them once,
and what was checked is what is used.
"""

from __future__ import annotations

import json
import mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]

GELU_FLOOR = -0.17
"""Just below the least value of a GELU, -0.16997."""

_LAYERS = 6
_LARGEST = 127


class WeightsFile:
    """Tensors of a .safetensors file, by name: 8 bytes of length, a header in JSON, then the numbers.

    The file is mapped: what is read of it takes no memory of the process's own, and is shared between processes.
    """

    def __init__(self, path: Path) -> None:
        """Read the header. ValueError, KeyError or OSError for a file of another kind."""
        import numpy as np

        self._mapped = np.memmap(path, dtype=np.uint8, mode="r")
        length = int.from_bytes(self._mapped[:8].tobytes(), "little")
        self._header: dict[str, Any] = json.loads(self._mapped[8 : 8 + length].tobytes())
        self._start = 8 + length

    def tensor(self, name: str) -> NDArray[np.float32]:
        """A tensor of 32-bit floats, not to be changed."""
        entry = self._header[name]
        if entry["dtype"] != "F32":
            raise ValueError(f"{name} is of type {entry['dtype']}, not F32")
        first, last = (self._start + offset for offset in entry["data_offsets"])
        found: NDArray[np.float32] = self._mapped[first:last].view("<f4").reshape(entry["shape"])
        return found

    def release(self) -> None:
        """Let go of what is in memory of the file: it is read again where it is needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._mapped._mmap.madvise(mmap.MADV_DONTNEED)  # type: ignore[attr-defined]


def embeddings(weights: WeightsFile) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The vector of each word piece, and of each place in a text; a text's type, always the first, is part of those.

    Half of the file is vectors of word pieces, of which a process meets few.
    """
    words = weights.tensor("embeddings.word_embeddings.weight")
    places = weights.tensor("embeddings.position_embeddings.weight")
    return words, places + weights.tensor("embeddings.token_type_embeddings.weight")[0]


def float_weights(weights: WeightsFile) -> Arrays:
    """All weights as the 32-bit graph names them: as they are."""
    found = _shared(weights)
    for layer in _layers():
        for name in (*_MATRICES, "output.dense.bias"):
            found[f"{layer}.{name}"] = weights.tensor(f"{layer}.{name}")
    return found


def int8_weights(weights: WeightsFile) -> Arrays:
    """All weights as the int8 graph names them: each matrix as whole numbers up to 127, and a scale for each column."""
    found = _shared(weights)
    for layer in _layers():
        for name in _MATRICES:
            whole, scale = _quantised(weights.tensor(f"{layer}.{name}"))
            found[f"{layer}.{name}.int8"], found[f"{layer}.{name}.scale"] = whole, scale
        # What the inner layer gives is quantised from GELU_FLOOR up; what that floor adds is made good here.
        shift = GELU_FLOOR * whole.astype("<f4").sum(axis=0) * scale
        found[f"{layer}.output.dense.shifted_bias"] = weights.tensor(f"{layer}.output.dense.bias") + shift
    return found


_MATRICES = (
    *(f"attention.self.{each}.weight" for each in ("query", "key", "value")),
    *(f"{each}.weight" for each in ("attention.output.dense", "intermediate.dense", "output.dense")),
)
_VECTORS = (
    *(f"{block}.LayerNorm.{each}" for block in ("attention.output", "output") for each in ("weight", "bias")),
    "attention.output.dense.bias",
    "intermediate.dense.bias",
)


def _layers() -> list[str]:
    return [f"encoder.layer.{number}" for number in range(_LAYERS)]


def _shared(weights: WeightsFile) -> Arrays:
    """The weights that both graphs have."""
    import numpy as np

    found: Arrays = {
        name: weights.tensor(name) for name in ("embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias")
    }
    for layer in _layers():
        found |= {f"{layer}.{name}": weights.tensor(f"{layer}.{name}") for name in _VECTORS}
        attention = f"{layer}.attention.self"
        three = [weights.tensor(f"{attention}.{each}.bias") for each in ("query", "key", "value")]
        found[f"{attention}.qkv.bias"] = np.concatenate(three)
    return found


def _quantised(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix (out, in), transposed, as whole numbers in [-127, 127], and each column's scale."""
    import numpy as np

    scale = np.abs(matrix).max(axis=1) / np.float32(_LARGEST)
    whole = np.rint(matrix / scale[:, None]).astype(np.int8)
    return np.ascontiguousarray(whole.T), scale
