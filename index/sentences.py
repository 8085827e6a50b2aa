"""Sentences, as exact offsets: sentencex finds them, and what it gets wrong in articles is mended here."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_SENTENCE = 1_000
"""Characters: a longer "sentence" is a table, a list without full stops or no prose at all, and is split at blanks."""

Span = tuple[int, int]
"""Start and end, exclusive."""

_JOINS = re.compile(
    r"""
    \b[ap]\.m\.\s+(?=(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|[A-Z]{1,4}T|GMT|UTC)\b)  # 10 a.m. Monday
    | \b(?:approx|[Ee]qs?|[Ff]igs?|[Nn]os?|[Vv]ols?|pp?|ch|[Ss]ecs?|[Aa]rts?|paras?|ca?|tel|ext)\.\s+(?=\d)  # approx. 3
    | [?!][”’"']\s+(?=[a-z])  # “Is that so?” he asked
    """,
    re.VERBOSE,
)
"""A stretch that holds the end of one of sentencex's sentences and the start of the next, which are in truth one."""

_ASIDE = re.compile(r"\((?:[^()]{0,500})[.!?]\)\s+(?=[A-Z\d“\"‘'])")
"""A sentence in brackets at the start of what sentencex takes for one: another follows."""

_STRETCH = 20_000
"""Characters looked at together: sentencex takes time in the square of the length, and no paragraph is as long."""

_REACH = 10
"""Characters on both sides of a boundary that show whether it is one."""

_LAST_BLANK = re.compile(r".*\s", re.DOTALL)
_WORD = re.compile(r"\S")


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Return (start, end) of each sentence of ``text[start:end]``, in order, without blanks around them.

    Offsets count from the start of ``text``. Blank text gives ``[]``. Takes time linear in the length.
    """
    import sentencex

    found = [
        (part + each["start_index"], part + each["end_index"])
        for part, stop in split_at_blanks(text, start, len(text) if end is None else end, _STRETCH)
        for each in sentencex.get_sentence_boundaries("en", text[part:stop])
    ]
    return [piece for span in _mended(text, found) for piece in split_at_blanks(text, *span, MAX_SENTENCE)]


def _mended(text: str, spans: list[Span]) -> Iterator[Span]:
    """The spans, with those joined that are one sentence, and an aside in brackets parted from what follows."""
    joined: list[Span] = []
    for start, end in spans:
        if joined and _is_joined(text, start):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    for start, end in joined:
        aside = _ASIDE.match(text, start, end)
        if aside:
            yield start, aside.end()
            start = aside.end()
        yield start, end


def _is_joined(text: str, boundary: int) -> bool:
    found = _JOINS.search(text, max(0, boundary - _REACH), boundary + _REACH)
    return found is not None and found.end() == boundary


def split_at_blanks(text: str, start: int, end: int, size: int) -> list[Span]:
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


def _trimmed(text: str, start: int, end: int) -> Span:
    """The span without the blanks at its ends; an empty one for blanks alone."""
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return start, start + len(words.strip())
