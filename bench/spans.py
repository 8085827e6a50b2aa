"""How well the words that are marked match the answers that people gave: exact match and F1. Pure.

As SQuAD's own evaluation has it (Rajpurkar et al. 2016): without case, punctuation and articles, against the answer
that fits best.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")


def normalise(answer: str) -> str:
    """The words of an answer that are compared."""
    kept = "".join(character for character in answer.lower() if character not in string.punctuation)
    return " ".join(_ARTICLES.sub(" ", kept).split())


def exact_match(marked: str, answers: Sequence[str]) -> bool:
    """Whether what is marked is one of ``answers``."""
    return any(normalise(marked) == normalise(answer) for answer in answers)


def f1(marked: str, answers: Sequence[str]) -> float:
    """The F1 of words, in [0, 1], with the answer of ``answers`` (one at least) that matches best."""
    return max(_f1(normalise(marked).split(), normalise(answer).split()) for answer in answers)


def _f1(marked: list[str], answer: list[str]) -> float:
    if not marked or not answer:
        return float(marked == answer)
    shared = (Counter(marked) & Counter(answer)).total()
    return 2 * shared / (len(marked) + len(answer))
