"""Who says a quoted sentence, in the article's own words, by rules on the sentence and those around it. Pure."""

from __future__ import annotations


def speaker_of(text: str, start: int, end: int) -> str:
    """Who says ``text[start:end]``, in the article's words; ``""`` where it is the article itself, or unsure."""
    return ""
