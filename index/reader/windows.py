"""What the reader reads at once: a question beside as many whole sentences as fit.

A window is ``[CLS] question [SEP] history [SEP] title, heading, sentences [SEP]`` in word pieces. The sentence before a
window's first goes along, unscored, so that "he" and "the figure" have something to stand for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

UNKNOWN, CLS, SEP = 100, 101, 102
"""The ids of BERT's own marks in the vocabulary of all-MiniLM-L6-v2."""
WINDOW_TOKENS = 256
QUESTION_TOKENS = 56
HISTORY_TOKENS = 72
TITLE_TOKENS = 24
HEADING_TOKENS = 16
CONTEXT_TOKENS = 40


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence as word pieces, or a heading: ``sentence`` is None, and it is read but not scored."""

    ids: tuple[int, ...]
    sentence: int | None


@dataclass(frozen=True, slots=True)
class Window:
    """One input of the model. ``spans`` are ``(sentence, first, last + 1)`` in ``ids``."""

    ids: tuple[int, ...]
    passage_start: int
    """Where the second segment (token type 1) starts in ``ids``."""
    spans: tuple[tuple[int, int, int], ...]


def make_windows(
    question: Sequence[int],
    segments: Sequence[Segment],
    *,
    title: Sequence[int] = (),
    history: Sequence[int] = (),
    tokens: int = WINDOW_TOKENS,
) -> list[Window]:
    """Windows of at most ``tokens`` word pieces in which each sentence of ``segments`` is scored once, in order.

    Windows of one call are of about equal length, since padding is work too. A sentence longer than a window is cut.
    """
    head = [CLS, *question[:QUESTION_TOKENS], SEP]
    if history:
        head += [*history[:HISTORY_TOKENS], SEP]
    room = tokens - len(head) - 1 - min(len(title), TITLE_TOKENS)
    windows = []
    for run, lead in _runs(_without_stacks(segments), room):
        ids = [*head, *title[:TITLE_TOKENS], *lead]
        spans = []
        for segment in run:
            first = len(ids)
            ids += segment.ids[: tokens - 1 - first]
            if segment.sentence is not None and len(ids) > first:
                spans.append((segment.sentence, first, len(ids)))
        windows.append(Window((*ids, SEP), len(head), tuple(spans)))
    return windows


def _without_stacks(segments: Sequence[Segment]) -> list[Segment]:
    """The segments with headings cut to what may be read of them; of several in a row, the last two."""
    kept: list[Segment] = []
    for segment in segments:
        if segment.sentence is None:
            segment = Segment(segment.ids[:HEADING_TOKENS], None)
            if [each.sentence for each in kept[-2:]] == [None, None]:
                del kept[-2]
        kept.append(segment)
    return kept


def _runs(segments: Sequence[Segment], room: int) -> list[tuple[list[Segment], list[int]]]:
    """Consecutive segments that fit ``room`` with what leads into them: their heading and the sentence before."""
    total = sum(len(segment.ids) for segment in segments)
    share = -(-total // max(1, -(-total // (room - CONTEXT_TOKENS))))
    runs: list[tuple[list[Segment], list[int]]] = []
    run: list[Segment] = []
    lead: list[int] = []
    heading: Segment | None = None
    before: Segment | None = None
    used = 0
    for segment in segments:
        size = len(segment.ids)
        full = used + len(lead) + size > room
        # A heading never ends a window: it belongs to what comes after it.
        enough = used >= share or (segment.sentence is None and used + 2 * size > share)
        if run and any(s.sentence is not None for s in run) and (full or enough):
            runs.append((run, lead))
            run, used = [], 0
            lead = _lead(heading, before) if segment.sentence is not None else []
        if segment.sentence is None:
            heading, before = segment, None
        else:
            before = segment
        run.append(segment)
        used += size
    if any(segment.sentence is not None for segment in run):
        runs.append((run, lead))
    return runs


def _lead(heading: Segment | None, before: Segment | None) -> list[int]:
    lead = list(heading.ids) if heading else []
    return lead + (list(before.ids[-(CONTEXT_TOKENS - HEADING_TOKENS) :]) if before else [])
