"""The words of a passage as numbers, kept beside it: what it shares with a question is then found by comparing numbers.

A word's number is its CRC-32: two of the thousands that a question is compared with have the same once in 80,000
questions. Pure.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KIND = "<u4"
BREAK = 0
"""What stands before each part's words: no word's number."""


def number_of(word: str) -> int:
    """The number of a word, in the form in which words are indexed: in [1, 2³²)."""
    return zlib.crc32(word.encode()) or 1


def pack_words(parts: Iterable[Iterable[str]]) -> bytes:
    """The words of a passage's parts: of its context, and of each sentence. Each part's words are counted once."""
    import numpy as np

    numbers: list[int] = []
    for words in parts:
        numbers += BREAK, *dict.fromkeys(map(number_of, words))
    return np.array(numbers, dtype=_KIND).tobytes()


def unpack_words(packed: bytes) -> NDArray[np.uint32]:
    """The numbers that ``pack_words`` packed: BREAK and the words of the first part, BREAK and those of the next."""
    import numpy as np

    return np.frombuffer(packed, dtype=_KIND)
