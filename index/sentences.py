"""Sentences, as exact offsets: sentencex finds them, and what it cannot know of articles is mended here."""

from __future__ import annotations

import re

MAX_SENTENCE = 1_000
"""Characters: a longer "sentence" is a table, a list without full stops or no prose at all, and is split at blanks."""

_LAST_BLANK = re.compile(r".*\s", re.DOTALL)
_WORD = re.compile(r"\S")


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence of ``text[start:end]``, in order, without blanks around them.

    Offsets count from the start of ``text``. Blank text gives ``[]``. Takes time linear in the length.
    """
    import sentencex

    stretch = text[start:end]
    spans: list[tuple[int, int]] = []
    for found in sentencex.get_sentence_boundaries("en", stretch):
        spans.extend(split_at_blanks(text, start + found["start_index"], start + found["end_index"], MAX_SENTENCE))
    return spans


def split_at_blanks(text: str, start: int, end: int, size: int) -> list[tuple[int, int]]:
    """Return pieces of ``text[start:end]`` of at most ``size`` characters, parted at blanks where there are any."""
    pieces = []
    start, end = _trimmed(text, start, end)
    while end - start > size:
        blank = _LAST_BLANK.match(text, start + 1, start + size + 1)
        cut = blank.end() - 1 if blank else start + size
        pieces.append(_trimmed(text, start, cut))
        word = _WORD.search(text, cut, end)
        start = word.start() if word else end
    return [*pieces, (start, end)] if start < end else pieces


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the blanks at its ends; an empty one for blanks alone."""
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return start, start + len(words.strip())
