"""Whom a sentence names as the one who says it. Pure; the patterns are in speech_patterns.py."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.english.speech_patterns import (
    ACCORDING,
    AFTER_SPEECH,
    AND_SAYS,
    BESIDE,
    BLOT,
    BODY,
    ENDING_NAME,
    FULL_NAME_AT_END,
    HOLDS_ON,
    INVERTED,
    NAME_AT_START,
    NAMED_SUBJECTS,
    OPENING,
    SINGULAR_WITH_PLURAL_VERB,
    SPEECH,
    SUBJECT,
    VAGUE,
)

RESOLVED = ("he", "she", "it")
"""Pronouns that may stand for a speaker; "they" and "we" may stand for anybody."""

_FIRST_SPEECH = re.compile(rf"[^{BLOT}]*{BLOT}+")
_SPOKEN = re.compile(r"[,.?!…—–-][\"”’']?\Z")
"""How speech ends, and words that are only set in quotation marks do not."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whom a sentence names: where the name stands in it, and the pronoun in small letters where it is one."""

    start: int
    end: int
    pronoun: str = ""


def mask_speech(paragraph: str) -> str:
    """``paragraph``, each character within quotation marks replaced by BLOT; what is opened and not closed as well."""
    return SPEECH.sub(lambda speech: BLOT * len(speech[0]), paragraph)


def attribution_of(masked: str, sentence: str) -> Attribution | None:
    """Whom ``sentence`` names as the one who says it; None where it names nobody, or not clearly.

    ``masked``: the same by ``mask_speech``.
    """
    first = _FIRST_SPEECH.match(masked)
    spoken = first is not None and _SPOKEN.search(sentence[: first.end()]) is not None
    opening, inverted = OPENING.match(masked), INVERTED.search(masked)
    if opening and opening["pronoun"] and opening["pronoun"].lower() not in RESOLVED:
        return None
    ways = (
        AFTER_SPEECH.search(masked) if spoken else None,
        ACCORDING.search(masked),
        opening,
        inverted if inverted and (spoken or inverted[0].startswith(",")) else None,
        BESIDE.search(masked),
    )
    return next((found for way in ways if way and (found := _who(way))), None) or _going_on(masked)


def subject_of(masked: str) -> Attribution | None:
    """Whom a sentence is about, by what it begins with: a pronoun, a name or a body; None for anything else."""
    opening = SUBJECT.match(masked)
    if opening is None:
        return None
    if opening["pronoun"]:
        return Attribution(*opening.span("pronoun"), opening["pronoun"].lower())
    start = opening.start("subject")
    for pattern in NAMED_SUBJECTS:
        name = pattern.match(masked, start)
        if name and not name[1].endswith(("'s", "’s", "'", "’")):
            return Attribution(*name.span(1))
    body = BODY.match(masked, start)
    return Attribution(*body.span()) if body else None


def _who(way: re.Match[str]) -> Attribution | None:
    """The one that a pattern found: the name in what it matched, or else all of the phrase."""
    groups = way.groupdict()
    if groups.get("pronoun"):
        return Attribution(*way.span("pronoun"), way["pronoun"].lower())
    phrase, (start, end) = way["subject"], way.span("subject")
    name = NAME_AT_START.match(groups.get("middle") or "")
    if name and not FULL_NAME_AT_END.search(phrase):
        at = way.start("middle")
        # One name alone says little: "his wife, Zoja" stays together.
        return Attribution(at if " " in name[0] else start, at + name.end())
    if VAGUE.fullmatch(phrase) or SINGULAR_WITH_PLURAL_VERB.fullmatch(way[0]):
        return None
    name = ENDING_NAME.search(phrase)
    if name and " " in name[1] and not HOLDS_ON.search(phrase[: name.start(1)]):
        return Attribution(start + name.start(1), end)
    return Attribution(start, end)


def _going_on(masked: str) -> Attribution | None:
    """The subject of a sentence that does something else first: ``Ann Bell accepted nine and said that …``."""
    says = AND_SAYS.search(masked)
    if says is None or ";" in masked[: says.start()]:
        return None
    subject = subject_of(masked[: says.start()])
    return subject if subject and subject.pronoun in ("", *RESOLVED) else None
