"""A follow-up question, made to stand alone by the turns before it. Pure.

Does not rewrite yet: each question is searched as it was asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.types import Turn


def resolve(question: str, turns: Sequence[Turn]) -> str:
    """``question`` as it is to be searched, given the ``turns`` before it, oldest first.

    A question that stands alone comes back as it is.
    """
    del turns
    return question
