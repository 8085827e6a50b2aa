"""Dates and hours as they stand in a clause, and what happened then. Pure."""

from __future__ import annotations

import re

from bot.asking.verbs import past_forms
from bot.english.words import words_of

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DAY = "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_SEASON = "(?:spring|summer|autumn|winter|fall)"
_DAY_AND_MONTH = (
    rf"(?:(?:{_DAY},?\s+)?(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}|{_MONTH}\s+\d{{1,2}}|{_DAY})"
)
DATE = re.compile(
    rf"""(?:
    [Oo]n\s+{_DAY_AND_MONTH}(?:,?\s+\d{{4}})?
    | [Ii]n\s+(?:early\s+|late\s+|mid-)?(?:{_MONTH}(?:\s+(?:of\s+)?(?:\d{{4}}|(?:next|last)\s+year))?|(?:1[5-9]|20)\d\d)
    | [Ii]n\s+the\s+{_SEASON}(?:\s+of\s+(?:\d{{4}}|next\s+year))?
    | at\s+the\s+end\s+of\s+(?:{_MONTH}|\d{{4}}|next\s+year|the\s+year)
    | [Nn]ext\s+(?:year|month|week|{_SEASON}|{_MONTH}|{_DAY})
    )(?![\w-])""",
    re.VERBOSE,
)
_HOUR = r"at\s+(?:noon|midnight|\d{1,2}(?:[.:]\d\d)?\s?(?:am|pm|a\.m\.?|p\.m\.?|o['’]clock))(?!\w)"
WHEN = re.compile(rf"(?:{DATE.pattern}|{_HOUR})(?:,?\s+(?:{DATE.pattern}|{_HOUR}))*", re.VERBOSE)
"""A date, an hour, or one after the other."""
_DAY_OF_YEAR = re.compile(r"\d{1,2}\s\w+\s\d{4}|\w+\s\d{1,2},\s\d{4}|[A-Z]\w+\s\d{4}")
_ASIDE_BEFORE = re.compile(r"\b(?:who|which|that|when|where|since|after|as|if|whose)\b|,")
_NOT_TOLD = re.compile(r"[\"“”]|\b(?:said|says|say|if|would|could|until|before)\b")
_NOT_PAST = re.compile(r"\b(?:is|are|has|have|not|no|never)\b")
_TO_COME = re.compile(r"\b(?:will|is to|are to)\b")


def in_mid_sentence(date: str) -> str:
    """A date that opened a sentence, as it stands within one: "in 2022"."""
    return date[0].lower() + date[1:]


def what_happened(sentence: str) -> str:
    """A sentence that tells of a day, a month or a year, asked what happened then; ``""`` for all others."""
    dates = list(DATE.finditer(sentence))
    if len(dates) != 1 or _NOT_TOLD.search(sentence) or not re.search(r"\d", dates[0][0]):
        return ""
    at = dates[0].start()
    if at and (not _DAY_OF_YEAR.search(dates[0][0]) or _ASIDE_BEFORE.search(sentence[:at])):
        return ""
    date = in_mid_sentence(dates[0][0])
    if _TO_COME.search(sentence):
        return f"What will happen {date}?"
    past = any(word.lower in past_forms() or word.lower in ("was", "were") for word in words_of(sentence))
    return f"What happened {date}?" if past and not _NOT_PAST.search(sentence) else ""
