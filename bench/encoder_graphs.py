"""Make the graphs of the packaged model that index/encoders runs: ``python -m bench.encoder_graphs``.

They hold no weights: those are named, and come from the model's package when a graph is loaded. A graph is given each
word piece's vector with its place's added; those are looked up outside of it. The model is BERT with a mean
over its word pieces, of unit length; tests compare it with sentence-transformers. In the int8 graph the matrices are
int8 by column, and what they multiply is made int8 row by row, so that a text's vector does not depend on the texts
beside it.

Twelve layer norms are Add and LayerNormalization, for onnxruntime's SkipLayerNormalization takes five times as long.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from index.encoders.packaged import PROBED, PROBES, PackagedEncoder
from index.encoders.session import GRAPHS, Precision
from index.encoders.weights import GELU_FLOOR

LAYERS, HEADS, WIDTH, INNER = 6, 12, 384, 1536
EPSILON = 1e-12
CONTRIBUTED = "com.microsoft"
CONSTANTS = {
    "most": np.float32(127),
    "most_unsigned": np.float32(255),
    "tiny": np.float32(1e-12),
    "one": np.float32(1),
    "middle": np.uint8(128),
    "bottom": np.uint8(0),
    "floor": np.float32(-GELU_FLOOR),
    "axis_1": np.array([1], np.int64),
    "axis_2": np.array([2], np.int64),
}


class Graph:
    """A graph under construction. Values and weights are known by their names; a node's output is its first one's."""

    def __init__(self, precision: Precision) -> None:
        self._precision = precision
        self._nodes: list[onnx.NodeProto] = []
        self._weights: dict[str, onnx.TensorProto] = {}

    def node(self, kind: str, *inputs: str, domain: str = "", outputs: int = 1, **attributes: Any) -> str:
        """Add a node; return the name of its output."""
        name = f"{kind}_{len(self._nodes)}"
        names = [name, *(f"{name}_{n}" for n in range(1, outputs))]
        self._nodes.append(helper.make_node(kind, list(inputs), names, name=name, domain=domain, **attributes))
        return name

    def weight(self, name: str, *shape: int, kind: int = TensorProto.FLOAT) -> str:
        """Name a weight that is given when the graph is loaded."""
        tensor = TensorProto(name=name, dims=shape, data_type=kind, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="given")
        self._weights[name] = tensor
        return name

    def quantise(self, value: str, *, signed: bool = True) -> tuple[str, str, str]:
        """Rows as uint8, what to multiply them with to have them back, and their zero.

        ``signed``: the middle of the range is 0. If not, rows start at GELU_FLOOR, the least that a GELU gives, and the
        weights' ``shift`` takes that off again: twice as fine.
        """
        if signed:
            most, zero = "most", "middle"
            largest = self.node("ReduceMax", self.node("Abs", value), axes=[-1], keepdims=1)
        else:
            most, zero = "most_unsigned", "bottom"
            value = self.node("Add", value, "floor")
            largest = self.node("ReduceMax", value, axes=[-1], keepdims=1)
        largest = self.node("Max", largest, "tiny")
        scaled = self.node("Mul", value, self.node("Div", most, largest))
        return self.node("QuantizeLinear", scaled, "one", zero), self.node("Div", largest, most), zero

    def times(self, quantised: tuple[str, str, str], name: str, rows: int, columns: int) -> str:
        """Quantised rows times a quantised matrix, as floats."""
        pieces, scale, zero = quantised
        matrix = self.weight(f"{name}.int8", rows, columns, kind=TensorProto.INT8)
        scales = self.weight(f"{name}.scale", columns)
        product = self.node("MatMulIntegerToFloat", pieces, matrix, "one", scales, zero, domain=CONTRIBUTED)
        return self.node("Mul", product, scale)

    def linear(self, value: str, name: str, rows: int, columns: int, *, signed: bool = True) -> str:
        """``value`` times a matrix, without its bias."""
        if self._precision is Precision.INT8:
            return self.times(self.quantise(value, signed=signed), name, rows, columns)
        # As they lie in the package's file, out by in: so they need not be turned round, nor copied.
        matrix = self.weight(name, columns, rows)
        return self.node("FusedMatMul", value, matrix, domain=CONTRIBUTED, transB=1)

    def attend(self, value: str, name: str) -> str:
        """Self-attention, with the biases of its three matrices."""
        bias = self.weight(f"{name}.qkv.bias", 3 * WIDTH)
        if self._precision is Precision.INT8:
            quantised = self.quantise(value)
            three = [self.times(quantised, f"{name}.{each}.weight", WIDTH, WIDTH) for each in ("query", "key", "value")]
        else:
            three = [self.linear(value, f"{name}.{each}.weight", WIDTH, WIDTH) for each in ("query", "key", "value")]
        return self.node("MultiHeadAttention", *three, bias, "mask", domain=CONTRIBUTED, num_heads=HEADS)

    def add_and_norm(self, value: str, before: str, name: str, *, bias: str = "dense.bias") -> str:
        """What a block gives, with its bias, on top of what it was given, normalised."""
        biased = self.node("Add", value, self.weight(f"{name}.{bias}", WIDTH))
        return self.norm(self.node("Add", biased, before), name)

    def norm(self, value: str, name: str) -> str:
        """``value`` normalised."""
        weight, bias = (self.weight(f"{name}.LayerNorm.{each}", WIDTH) for each in ("weight", "bias"))
        return self.node("LayerNormalization", value, weight, bias, axis=-1, epsilon=EPSILON)

    def layer(self, value: str, name: str) -> str:
        """One layer of the encoder."""
        attended = self.linear(
            self.attend(value, f"{name}.attention.self"), f"{name}.attention.output.dense.weight", WIDTH, WIDTH
        )
        middle = self.add_and_norm(attended, value, f"{name}.attention.output")
        inner = self.linear(middle, f"{name}.intermediate.dense.weight", WIDTH, INNER)
        active = self.node("BiasGelu", inner, self.weight(f"{name}.intermediate.dense.bias", INNER), domain=CONTRIBUTED)
        outer = self.linear(active, f"{name}.output.dense.weight", INNER, WIDTH, signed=False)
        shifted = "dense.shifted_bias" if self._precision is Precision.INT8 else "dense.bias"
        return self.add_and_norm(outer, middle, f"{name}.output", bias=shifted)

    def finish(self, value: str) -> bytes:
        """The graph that gives ``value``, in bytes."""
        self._nodes.append(helper.make_node("Identity", [value], ["vectors"]))
        constants = [numpy_helper.from_array(np.asarray(value), name) for name, value in CONSTANTS.items()]
        used = {name for node in self._nodes for name in node.input}
        graph = helper.make_graph(
            self._nodes,
            f"all-MiniLM-L6-v2, {self._precision.value}",
            [
                helper.make_tensor_value_info("embedded", TensorProto.FLOAT, ["texts", "pieces", WIDTH]),
                helper.make_tensor_value_info("mask", TensorProto.INT32, ["texts", "pieces"]),
            ],
            [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", WIDTH])],
            [*self._weights.values(), *(each for each in constants if each.name in used)],
        )
        imports = [helper.make_opsetid("", 17), helper.make_opsetid(CONTRIBUTED, 1)]
        model = helper.make_model(graph, opset_imports=imports, ir_version=8)
        found: bytes = model.SerializeToString()
        return found


def make_graph(precision: Precision) -> bytes:
    """All but the first step: vectors of word pieces, and their mask, to a vector of unit length for each text."""
    graph = Graph(precision)
    value = graph.norm("embedded", "embeddings")
    for number in range(LAYERS):
        value = graph.layer(value, f"encoder.layer.{number}")
    counted = graph.node("Unsqueeze", graph.node("Cast", "mask", to=TensorProto.FLOAT), "axis_1")
    # The sum will do for the mean, for only its direction counts.
    summed = graph.node("Squeeze", graph.node("MatMul", counted, value), "axis_1")
    length = graph.node("Max", graph.node("ReduceL2", summed, axes=[-1], keepdims=1), "tiny")
    return graph.finish(graph.node("Div", summed, length))


if __name__ == "__main__":
    for precision, path in GRAPHS.items():
        path.write_bytes(make_graph(precision))
        print(f"{path.name}: {path.stat().st_size:,} bytes")
    np.save(PROBED, PackagedEncoder(precision=Precision.FLOAT32).encode(PROBES))
