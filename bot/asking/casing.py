"""Capitals: what the first words of a sentence look like in the middle of one. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.english.words import TITLES, names_people, words_of

_SPEECH_OR_STOP = ('"', "“", "‘", ":", ".", "?", "!", "(")


@dataclass(frozen=True, slots=True)
class Casing:
    """How an article writes its words: what tells "Turkish nationals" from "Bus crews" at the start of a sentence."""

    small: frozenset[str] = frozenset()
    """Words that it has in small letters."""
    names: frozenset[str] = frozenset()
    """Words that it has with a capital where no sentence begins, in small letters."""


def casing_of(sentences: Sequence[str]) -> Casing:
    """How the words of ``sentences`` are written."""
    small: set[str] = set()
    names: set[str] = set()
    for sentence in sentences:
        for place, word in enumerate(words_of(sentence)):
            if place and sentence[: word.start].rstrip()[-1:] not in _SPEECH_OR_STOP:
                (names if word.capitalised else small).add(word.bare)
    return Casing(frozenset(small), frozenset(names))


def mid_sentence(subject: str, casing: Casing, *, opens: bool = True, plural: bool = False) -> str:
    """A subject with a capital only where it is a name; ``""`` where that is not clear.

    ``opens``: it opened a sentence. ``plural``: its verb says that it is one.
    """
    first, _, others = subject.partition(" ")
    bare = words_of(first)[0].bare if words_of(first) else ""
    if bare in ("chief", "deputy", "vice"):
        return ""
    if not opens:
        return re.sub("^The ", "the ", subject)
    if bare in TITLES:
        return subject
    if bare == "the" or (bare in casing.small and others[:1].islower()):
        return f"{first.lower()} {others}"
    before_name = others[:1].isupper()
    if names_people(bare) and bare not in casing.names and before_name:
        return ""  # "Economist Ann Bell", or "Carter Bell"
    if bare in casing.names or (before_name and bare not in casing.small):
        return subject
    if bare in casing.small:
        return f"{first.lower()} {others}".strip()
    thing = bare.endswith("s") and not bare.endswith(("ss", "us", "is", "ians", "eans"))
    return first.lower() if thing and plural and not others else ""
