"""Whether a question names an article: whoever asks many articles at once says which one is meant, if not always."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from index.lexical import make_analyser

NAMED = 2.0
"""What an article that a question names in full gains on one of which it has no word: log-odds.

Of 467 questions over 1,233 articles of our own, few of which name theirs, the right sentence came first for 0.340 with
0, 0.345 with 1 and 0.351 with 2 or 3; of the 133 that none answers, 0.44, 0.43, 0.41 and 0.39 were answered.
"""
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
"""At a title's end: which of several things of one name is meant."""


def shortfalls(question: str, titles: Iterable[str]) -> dict[str, float]:
    """For each title by how much of it, in [0, 1], the question falls short of what it has of the title it names most.

    What it has of a title is the share of the title's words, reduced to stems, and stop words passed over. All 0 where
    there is one title only.
    """
    asked = _words(question)
    shares = {title: _share(_words(_IN_BRACKETS.sub("", title)), asked) for title in titles}
    most = max(shares.values(), default=0.0)
    return {title: most - share for title, share in shares.items()}


def _share(words: set[str], asked: set[str]) -> float:
    return len(words & asked) / len(words) if words else 0.0


def _words(text: str) -> set[str]:
    return set(_analyser().analyze(text))


@cache
def _analyser() -> Any:
    return make_analyser(stop_words=True)
