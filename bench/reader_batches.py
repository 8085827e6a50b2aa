"""What the reader is trained on, in batches: windows of examples as tensors, varied from epoch to epoch."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from bench.reader_examples import Document, Example
from index.reader.windows import WINDOW_TOKENS, Window, make_windows

TITLE_DROPOUT = 0.3
"""How often training leaves the title out, so that texts without one are read as well."""
LEAST_READ = 96
"""Word pieces that a window has at least for sentences, however long its question."""
VARIANT, SHORTENED, LEFT_OUT = 0.3, 0.3, 0.3
"""With --vary: how often a question is put as others might type it, how often a document loses some of its sentences,
and at most which share of them."""


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
    sure: Tensor
    """``(examples,)``: 0 where the sentence that answers was left out, so that none or another may answer; or 1."""
    soft: Tensor | None
    """``(examples, 1 + most sentences)``: the larger reader's probabilities."""
    verdicts: Tensor
    """``(some, 2)``: sentence and verdict."""
    spans: Tensor
    """``(some, 3)``: window, first and last piece."""

    def to(self, device: str) -> Batch:
        moved: dict[str, Any] = {
            name: None if tensor is None else tensor.to(device, non_blocking=True)
            for name, tensor in vars(self).items()
        }
        return Batch(**moved)


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
        most: int | None = None,
        vary: bool = False,
    ) -> None:
        """``seed``: None for the order as it is, and nothing left to chance.

        ``most``: read only so many windows of a question that ``soft`` knows: those that answer, then those that the
        larger reader was least sure to pass over.
        """
        self.documents, self.examples, self.soft, self.seed = documents, examples, soft, seed
        self.most, self.vary = most, vary
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
        windows = sum(-(-n // 200) for n in lengths)
        if self.most and self.soft and example.id in self.soft:
            windows = min(windows, self.most)
        return windows, min(256, max(lengths) + head + 12)

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, number: int) -> Batch:
        rng = random.Random(f"{self.seed}/{number}") if self.seed is not None else None
        examples = [self.examples[i] for i in self.batches[number]]
        return collate(self.documents, examples, rng, self.soft, self.pieces, self.most, vary=self.vary)


def collate(
    documents: dict[str, Document],
    examples: list[Example],
    rng: random.Random | None,
    soft: Any = None,
    pieces: Any = None,
    most: int | None = None,
    *,
    vary: bool = False,
) -> Batch:
    """Windows of all examples; ``rng`` varies their size and drops titles, for training. ``most``: see Batches.

    ``vary``: other wordings of questions, and documents with sentences left out.
    """
    windows: list[Window] = []
    tables, golds, sure, softs, verdicts, spans, window_of = [], [], [], [], [], [], []
    sentences = 0
    size = WINDOW_TOKENS if rng is None or rng.random() < 0.6 else rng.randint(80, 255)
    for example in examples:
        table, gold = [0], [not example.gold]
        bare = rng is not None and rng.random() < TITLE_DROPOUT
        labels = None if soft is None else soft.get(example.id)
        read = _windows(documents, example, size, bare=bare, vary=rng if vary else None)
        known = [0]
        if most and labels is not None:
            read = sorted(read, key=lambda each: -_worth(example, each, labels))[:most]
        for number, before, window in read:
            for sentence, first, last in window.spans:
                if example.span and example.span[:2] == (number, sentence):
                    a, b = first + example.span[2], first + example.span[3]
                    if b < last:
                        spans.append((len(windows), a, b))
                if example.verdict is not None and (number, sentence) == example.gold[0]:
                    verdicts.append((sentences + len(table) - 1, example.verdict))
                table.append(sentences + len(table))
                gold.append((number, sentence) in example.gold)
                window_of.append(len(windows))
                known.append(1 + before + sentence)
            windows.append(window)
        sentences += len(table) - 1
        tables.append(table)
        golds.append(gold)
        sure.append(float(any(gold)))
        if soft is not None:
            target = np.array(gold) / max(1, sum(gold)) if labels is None else labels[known]
            softs.append(target / max(target.sum(), 1e-6))
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
        torch.from_numpy(ids),
        torch.from_numpy(types),
        torch.from_numpy(mask),
        torch.from_numpy(sentence_of),
        torch.tensor(window_of),
        pad(tables, -1),
        pad(golds, False),
        torch.tensor(sure),
        pad([s.tolist() for s in softs], 0.0) if softs else None,
        torch.tensor(verdicts).reshape(-1, 2),
        torch.tensor(spans).reshape(-1, 3),
    )


def _windows(
    documents: dict[str, Document], example: Example, size: int, *, bare: bool, vary: random.Random | None
) -> list[tuple[int, int, Window]]:
    """Each window with its document's number, and how many sentences the documents before that have."""
    found, before = [], 0
    question, left_out = example.question, 0.0
    if vary and example.variants and vary.random() < VARIANT:
        question = vary.choice(example.variants)
    if vary and vary.random() < SHORTENED:
        left_out = vary.random() * LEFT_OUT
    for number, key in enumerate(example.documents):
        document = documents[key]
        title = () if bare else document.title
        segments = document.segments
        if vary and left_out:
            kept = [s for s in segments if s.sentence is None or vary.random() >= left_out]
            segments = kept if any(s.sentence is not None for s in kept) else segments
        head = len(question) + len(example.history) + len(title)
        tokens = min(WINDOW_TOKENS, max(size, head + LEAST_READ))
        made = make_windows(question, segments, title=title, history=example.history, tokens=tokens)
        found += [(number, before, window) for window in made]
        before += len(document.offsets)
    return found


def _worth(example: Example, read: tuple[int, int, Window], labels: Any) -> float:
    """How much there is to learn from a window: above all from one that answers."""
    number, before, window = read
    if any((number, sentence) in example.gold for sentence, _, _ in window.spans):
        return 2.0
    return max((float(labels[1 + before + sentence]) for sentence, _, _ in window.spans), default=0.0)
