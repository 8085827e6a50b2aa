"""The packaged model's graphs in onnxruntime, with their weights from the package. Nothing here knows of texts."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from index.encoders.weights import WeightsFile, embeddings, float_weights, int8_weights

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Precision(Enum):
    """In what numbers the model is computed."""

    FLOAT32 = "float32"
    INT8 = "int8"
    """Twice as fast on processors that multiply whole numbers (AVX-512 VNNI and its like); cosines differ by 0.003."""


GRAPHS = {each: Path(__file__).parent / f"minilm-{each.value}.onnx" for each in Precision}


class CannotRun(Exception):
    """This onnxruntime does not take the graph."""


class Session:
    """A graph with its weights, ready to run: on one thread each time, and as often at once as there are callers."""

    def __init__(self, precision: Precision, weights: Path) -> None:
        """``weights``: a model.safetensors that was checked. CannotRun where onnxruntime refuses."""
        import onnxruntime
        from onnxruntime.capi import onnxruntime_pybind11_state as errors

        file = WeightsFile(weights)
        self._words, self._places = embeddings(file)
        arrays = float_weights(file) if precision is Precision.FLOAT32 else int8_weights(file)
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in arrays.values()]
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        # A question is too short to share out: threads that wait for one another make it slower, on a busy machine ten
        # times. Many texts are shared out by the batch.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        # The graph is as it is to be: further on, onnxruntime would put SkipLayerNormalization back.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        options.add_external_initializers(list(arrays), values)
        graph = GRAPHS[precision].read_bytes()
        try:
            self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        except (errors.Fail, errors.InvalidGraph, errors.NotImplemented, errors.RuntimeException) as error:
            raise CannotRun(str(error)) from error
        self.precision = precision
        self._kept = arrays, values  # the session looks into these arrays, and does not keep them itself
        file.release()  # of matrices it looks into copies, which it has made to measure

    def run(self, ids: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """The vectors of texts, given as word pieces, (n, dimension)."""
        import numpy as np

        padded = np.zeros((len(ids), max(map(len, ids))), np.int32)
        mask = np.zeros_like(padded)
        for row, pieces in enumerate(ids):
            padded[row, : len(pieces)] = pieces
            mask[row, : len(pieces)] = 1
        embedded = self._words[padded] + self._places[: padded.shape[1]]
        vectors: NDArray[np.float32] = self._session.run(None, {"embedded": embedded, "mask": mask})[0]
        return vectors
