"""What the reader is trained on, as plain data: needs nothing but the windows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from index.reader.windows import Segment

EXAMPLES = Path("runs/reader/examples.pickle")


@dataclass(slots=True)
class Document:
    """A text as segments. ``offsets[sentence]`` are its start and end in the text."""

    title: tuple[int, ...]
    segments: list[Segment]
    offsets: list[tuple[int, int]]


@dataclass(slots=True)
class Example:
    """A question over some documents. ``gold`` is empty where none of them answers."""

    id: str
    source: str
    question: tuple[int, ...]
    history: tuple[int, ...]
    documents: list[str]
    gold: list[tuple[int, int]] = field(default_factory=list)
    """Pairs of a number into ``documents`` and the number of a sentence in it."""
    span: tuple[int, int, int, int] | None = None
    """Document, sentence, first and last word piece in the sentence."""
    verdict: int | None = None
    variants: tuple[tuple[int, ...], ...] = ()
    """The question as others might type it."""
    held_out: bool = False
