"""The reader: a small trained model that reads a question beside sentences, and says how well each one answers.

The model gives seven outputs for each word piece and one for each window; ``_pool`` makes a sentence's logits of them.
How it was trained, on what, and what it cannot do: README.md in this folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.reader.session import LazyModel
from index.reader.spans import best_span, whole_words
from index.reader.windows import HISTORY_TOKENS, QUESTION_TOKENS, UNKNOWN, Segment, Window, make_windows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MODEL = Path(__file__).parent / "model.onnx"
MODEL_SHA256 = "fce92fa6acb235c869b40f907eff80a126bc5a0e4409b492bcd83796e17fdcfa"
"""Of ``model.onnx``: checked when it is first loaded."""


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive lines of one article: headings, which are read, and sentences, which are scored as well."""

    title: str
    lines: tuple[str, ...]
    is_heading: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says of one sentence. Logits: 0 is as good as "nothing here answers"."""

    answers: float
    """The log-odds of "this sentence answers" against "nothing does"."""
    verdict: tuple[float, float, float]
    """Logits of yes, no and undecided: they mean something for a yes/no question that the sentence answers."""
    span: tuple[int, int]
    """The very words that answer, if the sentence does: code points within it, end exclusive."""


class Reader(LazyModel):
    """Says how well sentences answer. Loads its weights when first asked to; safe to share between threads."""

    def __init__(self, model: Path = MODEL, *, sha256: str | None = MODEL_SHA256) -> None:
        """``sha256``: what the weights must hash to; None to take them as they are."""
        super().__init__(model, sha256)

    def read(self, question: str, runs: Sequence[Run], *, history: str = "") -> list[list[Reading]]:
        """Return one Reading for each sentence of each run, in order.

        ``history``: what was asked and answered just before, for a question that leans on it.
        """
        self.load()
        asked = self._encode([question[: QUESTION_TOKENS * 16]])[0]
        before = self._encode([history[-HISTORY_TOKENS * 16 :]])[0][-HISTORY_TOKENS:] if history else ()
        titles = self._encode([run.title for run in runs])
        windows: list[Window] = []
        owners: list[int] = []
        sentences: list[list[_Line]] = []
        for number, (run, title) in enumerate(zip(runs, titles, strict=True)):
            lines = self._encode_lines(run)
            sentences.append([line for line in lines if not line.is_heading])
            made = make_windows(asked, _to_segments(lines), title=title, history=before)
            windows += made
            owners += [number] * len(made)
        readings: list[list[Reading]] = [[] for _ in runs]
        for number, window, (pieces, logit) in zip(owners, windows, self._run(windows), strict=True):
            for sentence, first, last in window.spans:
                readings[number].append(_pool(pieces[first:last], logit, sentences[number][sentence]))
        return readings

    def _encode(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        encoded = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [tuple(encoding.ids) for encoding in encoded]

    def _encode_lines(self, run: Run) -> list[_Line]:
        encoded = self._tokenizer.encode_batch(list(run.lines), add_special_tokens=False)
        return [_Line(*each) for each in zip(run.lines, run.is_heading, encoded, strict=True)]

    def _run(self, windows: Sequence[Window]) -> list[tuple[NDArray[np.float32], float]]:
        """The model's outputs for each window.

        One at a time: a batch is no faster on two cores, takes more memory, and rounds each window by the others in it.
        """
        import numpy as np

        found = []
        for window in windows:
            ids = np.array([window.ids], np.int64)
            types = (np.arange(ids.size) >= window.passage_start).astype(np.int64)[None]
            pieces, logits = self._session.run(None, {"ids": ids, "types": types, "mask": np.ones_like(ids)})
            found.append((pieces[0], float(logits[0])))
        return found


@cache
def default_reader() -> Reader:
    """The reader that comes with the program; all libraries of a process share it."""
    return Reader()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a run with its word pieces, which know where they stand."""

    text: str
    is_heading: bool
    encoding: Any

    def span(self, first: int, last: int) -> tuple[int, int]:
        """The words that the pieces from ``first`` to ``last`` stand for, as offsets."""
        if not self.encoding.ids:
            return 0, len(self.text)
        start, end = self.encoding.token_to_chars(first)[0], self.encoding.token_to_chars(last)[1]
        return whole_words(self.text, start, end)


def _to_segments(lines: Sequence[_Line]) -> list[Segment]:
    segments, sentence = [], 0
    for line in lines:
        # Of some characters nothing is left (blanks of no width); each sentence is to have a reading all the same.
        ids = tuple(line.encoding.ids) or (UNKNOWN,)
        segments.append(Segment(ids, None if line.is_heading else sentence))
        sentence += not line.is_heading
    return segments


def _pool(pieces: NDArray[np.float32], window: float, line: _Line) -> Reading:
    """A sentence's logits: the mean of its word pieces' by the attention that each claims, plus the window's own."""
    import numpy as np

    weight = np.exp(pieces[:, 0] - pieces[:, 0].max())
    weight /= weight.sum()
    yes, no, undecided = (weight @ pieces[:, 4:7]).tolist()
    span = line.span(*best_span(pieces[:, 2], pieces[:, 3]))
    return Reading(float(weight @ pieces[:, 1]) + window, (yes, no, undecided), span)
