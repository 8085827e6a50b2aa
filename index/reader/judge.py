"""The judge: a small trained model that says whether a sentence answers a yes/no question with yes, no or neither.

The reader finds the sentence that answers; the judge reads that sentence alone, for what it says. How it was trained,
on what, and what it cannot do: README.md in this folder.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from index.reader.judge_window import HISTORY_TOKENS, make_judge_window
from index.reader.session import LazyModel
from index.reader.windows import QUESTION_TOKENS

MODEL = Path(__file__).parent / "judge.onnx"
MODEL_SHA256 = "72bf4d41930343f21ce345c238e6e4364fe4b472deae34896ff4751236e1ac1d"
"""Of ``judge.onnx``: checked when it is first loaded."""


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and what it leans on: its article's title, and the sentence before it in its passage, if any."""

    title: str
    before: str
    sentence: str


class Judge(LazyModel):
    """Says what sentences say. Loads its weights when first asked to; safe to share between threads."""

    def __init__(self, model: Path = MODEL, *, sha256: str | None = MODEL_SHA256) -> None:
        """``sha256``: what the weights must hash to; None to take them as they are."""
        super().__init__(model, sha256)

    def judge(self, question: str, sentences: Sequence[Said], *, history: str = "") -> list[tuple[float, float, float]]:
        """Return the probabilities of yes, no and neither for each sentence, in order; they add up to 1.

        ``history``: what was asked and answered just before, for a question that leans on it.
        """
        import numpy as np

        self.load()
        texts = [question[: QUESTION_TOKENS * 16], history[-HISTORY_TOKENS * 16 :]]
        texts += [part for each in sentences for part in (each.sentence, each.title, each.before)]
        asked, past, *rest = (e.ids for e in self._tokenizer.encode_batch_fast(texts, add_special_tokens=False))
        found = []
        for at in range(0, len(rest), 3):
            # One at a time: in a batch each would be rounded by the others in it.
            pieces, start = make_judge_window(asked, rest[at], history=past, title=rest[at + 1], before=rest[at + 2])
            ids = np.array([pieces], np.int64)
            types = (np.arange(ids.size) >= start).astype(np.int64)[None]
            (logits,) = self._session.run(None, {"ids": ids, "types": types, "mask": np.ones_like(ids)})
            found.append(_softmax(logits[0].tolist()))
        return found


@cache
def default_judge() -> Judge:
    """The judge that comes with the program; all libraries of a process share it."""
    return Judge()


def _softmax(logits: Sequence[float]) -> tuple[float, float, float]:
    most = max(logits)
    yes, no, neither = (math.exp(logit - most) for logit in logits)
    total = yes + no + neither
    return yes / total, no / total, neither / total
