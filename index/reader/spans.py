"""Which words of a sentence answer: from logits of where the answer starts and ends to offsets in the text. Pure."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_PIECES = 30
"""Word pieces: of the answers in data/train, 998 in 1,000 are no longer."""

_CURRENCY = "$€£¥"
_GOES_ON = re.compile(r"[.,:’'\-/]\w|[%°]")
"""What a word goes on with: "2.5", "don't", "Anglo-Saxon", "9/11", "40%"."""


def best_span(starts: NDArray[np.float32], ends: NDArray[np.float32]) -> tuple[int, int]:
    """Return the first and the last word piece of the likeliest answer, given at least one piece.

    ``starts`` and ``ends``: ``(pieces,)`` logits of one sentence. No answer is longer than MOST_PIECES.
    """
    count = len(starts)
    first, last = divmod(int((starts[:, None] + ends + _band(count)).argmax()), count)
    return first, last


@cache
def _band(count: int) -> NDArray[np.float32]:
    """0 where a piece (row) may start what another (column) ends; minus infinity elsewhere."""
    import numpy as np

    distance = np.arange(count) - np.arange(count)[:, None]
    return np.where((distance >= 0) & (distance < MOST_PIECES), 0, -np.inf).astype(np.float32)


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Grow ``text[start:end]`` to whole words, without the blanks and the marks around them.

    Marks alone, and an empty span, give what they are without blanks. A bracket that is opened inside is closed.
    """
    while start > 0 and start < end and _joined(text, start):
        start -= 1
    while start < end < len(text) and _joined(text, end):
        end += 1
    first, last = start, end
    while first < last and not _is_word(text[first]) and text[first] not in _CURRENCY:
        first += 1
    while first < last and not _is_word(text[last - 1]) and text[last - 1] not in "%°":
        last -= 1
    if first == last:
        inside = text[start:end]
        start += len(inside) - len(inside.lstrip())
        return start, start + len(inside.strip())
    closes = text[last : last + 1] == ")" and text.count("(", first, last) > text.count(")", first, last)
    return first, last + closes


def _joined(text: str, at: int) -> bool:
    """Whether the characters before and at ``at`` belong to one word."""
    before, after = text[at - 1], text[at]
    if _is_word(before):
        return _is_word(after) or bool(_GOES_ON.match(text, at))
    if not _is_word(after):
        return False
    return before in _CURRENCY or (at > 1 and _is_word(text[at - 2]) and bool(_GOES_ON.match(text, at - 1)))


def _is_word(character: str) -> bool:
    """Letters, figures and the marks that combine with them: Python's ``\\w`` leaves the last out."""
    return category(character)[0] in "LNM"
