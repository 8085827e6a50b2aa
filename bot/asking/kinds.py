"""What a question asks for: the variety of what is shown is counted in these."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """One of them."""

    WHY = "why"
    WHETHER = "whether"
    """Whether something is so that the article says is not."""
    CONFIRMED = "confirmed"
    """Whether something is so that the article says is."""
    COST = "cost"
    COUNT = "count"
    MEASURE = "measure"
    WHEN = "when"
    WHERE = "where"
    WHO = "who"
    DOING = "doing"
    SAYING = "saying"
    PERSON = "person"
    EVENT = "event"
    HEADING = "heading"
    GENERAL = "general"


Made = tuple[Kind, str]
"""A question and its kind."""
