"""The reader as torch trains it: the model and the loss. Its batches are in reader_batches.py.

What the loss is made of stands in bench/train_reader.py's docstring; what the outputs mean, in index/reader/reader.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel

from bench.reader_batches import Batch

ATTENTION, VALUE, START, END, VERDICT = 0, 1, 2, 3, slice(4, 7)
"""What each output of a word piece is."""
SPAN_WEIGHT, SOFT_WEIGHT = 0.2, 1.0


class ReaderModel(nn.Module):
    """A transformer with seven outputs a word piece and one a window."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(base, add_pooling_layer=False, dtype=torch.float32)
        width = self.encoder.config.hidden_size
        self.pieces = nn.Linear(width, 7)
        self.window = nn.Linear(width, 1)
        self.is_bert = self.encoder.config.model_type == "bert"
        if self.encoder.config.model_type == "mpnet":
            for layer in self.encoder.encoder.layer:
                layer.attention.attn.forward = partial(_attend, layer.attention.attn)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """``(windows, pieces)`` ids to ``(windows, pieces, 7)`` and ``(windows,)``."""
        more = {"token_type_ids": types} if self.is_bert else {}
        hidden = self.encoder(input_ids=ids, attention_mask=mask, **more).last_hidden_state
        return self.pieces(hidden), self.window(hidden[:, 0]).squeeze(-1)


def mean_weights(paths: Iterable[str | Path]) -> dict[str, Tensor]:
    """The mean of trained weights: often better than either of two of which one was trained on from the other.

    https://arxiv.org/abs/2109.01903. Of a path that ends in ``.onnx`` the encoder alone, without its heads.
    """
    found: list[dict[str, Tensor]] = [
        exported_encoder(path)
        if str(path).endswith(".onnx")
        else torch.load(path, weights_only=True, map_location="cpu")
        for path in paths
    ]
    return {name: torch.stack([each[name].float() for each in found]).mean(0) for name in found[0]}


def exported_encoder(path: str | Path) -> dict[str, Tensor]:
    """The encoder's weights of a model as the package carries it: int8, turned back into float32."""
    graph = onnx.load(path).graph
    stored = {each.name: numpy_helper.to_array(each) for each in graph.initializer}

    def floats(name: str) -> Tensor:
        whole = stored[f"{name}_quantized"].astype(np.float32) - stored[f"{name}_zero_point"]
        return torch.from_numpy((whole * stored[f"{name}_scale"]).astype(np.float32))

    found = {name: torch.from_numpy(array.copy()) for name, array in stored.items() if name.startswith("encoder.")}
    found = {name: weight for name, weight in found.items() if weight.is_floating_point() and weight.ndim}
    for name in [name.removesuffix("_quantized") for name in stored if name.endswith("_quantized")]:
        if name.startswith("encoder."):
            found[name] = floats(name)
    attention = 0
    for node in graph.node:
        if node.op_type == "QAttention":
            weights = floats(node.input[1].removesuffix("_quantized")).T.chunk(3)
            biases = torch.from_numpy(stored[node.input[2]].copy()).chunk(3)
            for part, weight, bias in zip(("query", "key", "value"), weights, biases, strict=True):
                layer = f"encoder.encoder.layer.{attention}.attention.self.{part}"
                found[f"{layer}.weight"], found[f"{layer}.bias"] = weight.contiguous(), bias
            attention += 1
        elif node.op_type == "MatMulInteger" and node.name.startswith("/encoder/"):
            layer = node.name.removesuffix("/MatMul_quant").strip("/").replace("/", ".")
            found[f"{layer}.weight"] = floats(node.input[1].removesuffix("_quantized")).T.contiguous()
    return found


def _attend(self: Any, hidden: Tensor, attention_mask: Tensor, position_bias: Tensor, **_: Any) -> tuple[Tensor]:
    """MPNet's attention in one fused kernel; its position bias stays as it was pretrained."""
    shape = (*hidden.shape[:-1], self.num_attention_heads, self.attention_head_size)
    query, key, value = (part(hidden).view(shape).transpose(1, 2) for part in (self.q, self.k, self.v))
    bias = (position_bias.detach() + attention_mask).to(query.dtype)
    mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    return (self.o(mixed.transpose(1, 2).flatten(2)),)


def score(model: nn.Module, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Logits ``(examples, 1 + most sentences)``, verdict logits ``(sentences, 3)``, and piece outputs."""
    pieces, windows = model(batch.ids, batch.types, batch.mask)
    pieces, windows = pieces.float(), windows.float()
    count, at = len(batch.window_of), batch.sentence_of.flatten()
    attention = pieces[..., ATTENTION].flatten()
    top = torch.full((count + 1,), -1e4, device=attention.device).scatter_reduce(0, at, attention.detach(), "amax")
    weight = (attention - top[at]).exp()
    total = torch.zeros(count + 1, device=weight.device).index_add(0, at, weight)
    weight = (weight / total[at]).unsqueeze(-1)
    columns = torch.cat([pieces[..., VALUE : VALUE + 1], pieces[..., VERDICT]], -1).flatten(0, 1)
    pooled = torch.zeros(count + 1, 4, device=weight.device).index_add(0, at, weight * columns)[:count]
    sentences = pooled[:, 0] + windows[batch.window_of]
    flat = torch.cat([sentences.new_zeros(1), sentences])
    logits = torch.where(batch.table < 0, -1e4, flat[batch.table.clamp_min(0)])
    return logits, pooled[:, 1:], pieces


def loss_of(
    model: nn.Module, batch: Batch, *, smoothing: float, verdict_weight: float, taught: Tensor | None = None
) -> Tensor:
    """The mean loss of an example. ``taught``: a larger reader's verdict logits, ``(sentences, 3)``."""
    logits, verdicts, pieces = score(model, batch)
    log_p = logits.log_softmax(-1)
    hard = -torch.where(batch.gold, log_p, -1e4).logsumexp(-1) * batch.sure
    real = batch.table >= 0
    uniform = -torch.where(real, log_p, 0).sum(-1) / real.sum(-1)
    loss = ((1 - smoothing) * hard + smoothing * uniform).mean()
    if batch.soft is not None:
        loss = (1 - SOFT_WEIGHT / 2) * loss - SOFT_WEIGHT * torch.where(real, batch.soft * log_p, 0).sum(-1).mean()
    if len(batch.verdicts):
        sentence, verdict = batch.verdicts.T
        off = functional.cross_entropy(verdicts[sentence], verdict, reduction="sum")
        if taught is not None:
            soft = functional.cross_entropy(verdicts[sentence], taught[sentence].softmax(-1), reduction="sum")
            off = (off + soft) / 2
        loss = loss + verdict_weight * off / len(batch.table)
    if len(batch.spans):
        window, first, last = batch.spans.T
        inside = batch.types[window] == 1
        for column, target in ((START, first), (END, last)):
            choice = torch.where(inside, pieces[window, :, column], -1e4)
            loss = loss + SPAN_WEIGHT * functional.cross_entropy(choice, target, reduction="sum") / len(batch.table)
    return loss
