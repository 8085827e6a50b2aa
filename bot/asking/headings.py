"""Headings that are questions. Pure."""

from __future__ import annotations

import re

from bot.asking.verbs import present_forms
from bot.english.words import word_list, words_of

_QUESTION = re.compile(
    r"(?:Who|What|When|Where|Why|How|Which|Is|Are|Was|Were|Do|Does|Did|Has|Have|Can|Could|Will|Would|Should|Must|May)\b"
    r"[^?]{6,80}\?"
)
_OPEN = re.compile(r"(?:Who|What)\s+(?P<verb>[a-z]+)\b[^?:]*(?<!\sin)(?<!\sup)")
_SUBJECT_VERBS = word_list("is was happens happened comes changes pays")
_UNCLEAR = word_list("it they this he she i we my our you your us me")


def of_heading(heading: str) -> str:
    """A heading that is a question, or is one but for its mark: "Who pays"; ``""`` for all others."""
    line = " ".join(heading.split())
    if {word.lower for word in words_of(line)} & _UNCLEAR:
        return ""
    if _QUESTION.fullmatch(line):
        return line
    found = _OPEN.fullmatch(line)
    return f"{line}?" if found and (found["verb"] in present_forms() or found["verb"] in _SUBJECT_VERBS) else ""
