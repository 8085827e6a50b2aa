"""Where a sentence's subject ends and its predicate begins, and whether a question can repeat that subject. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.asking.verbs import base_forms, past_forms, present_forms
from bot.english.words import DATES, FUNCTION_WORDS, Word, word_list

LONGEST_SUBJECT = 7
"""Words: a longer subject makes a question that nobody would ask."""

BE = frozenset(("is", "are", "was", "were"))
HELPING = BE | word_list("""
    has have had will would can could must should may cannot can't won't isn't aren't wasn't weren't hasn't haven't
    hadn't couldn't wouldn't mustn't
""")
DOING = word_list("do does did don't doesn't didn't")
PLURAL_ONLY = frozenset(("are", "were", "have", "do", "aren't", "weren't", "haven't", "don't"))
_IN_SUBJECTS = word_list("of the for in at on and between a")
POINTING = word_list("""
    he she it they them him i me we us you this that these those such other another others here there then so too same
    former latter one ones itself himself herself themselves my our your mine ours yours instead either neither even
    likewise both each otherwise nor first second third meanwhile therefore thus however again
""")
"""Words that point to what was said before, which a question cannot take along."""
_STARTERS = word_list("""
    today yesterday tomorrow perhaps maybe still even once nothing nobody everyone everybody someone none half most many
    few several all any nearly almost only just another such much more less what which why how now there here both each
    every no not never last next this that these those or and but so yet if when as
""")
_ASIDE = re.compile(r"(?P<subject>[A-Z][\w'’-]*(?:\s+[\w'’-]+){0,5}),\s+(?P<aside>[^,;:()\"“”]{2,120}),\s+(?=[a-z])")
_FULL_NAME = re.compile(r"(?:(?:Mr|Mrs|Ms|Dr|Sir)\s+)?[A-Z][\w'’-]+(?:\s+[A-Z][\w'’.-]*){1,2}")
_COSTS = re.compile(
    r"costs?\s+(?:(?:about|around|some|nearly|almost|more|up|just|only)\b|[£$€¥]|\d"
    r"|\w+\s+(?:hundred|thousand|million|euros|dollars|pounds|marks|crowns|francs)\b)"
)
_VAGUE = word_list("""
    second third fourth fifth sixth seventh injured dead wounded accused others former latter remainder rest highest
    lowest only young old rich poor question answer problem point thing things matter case way
""")
_NUMBERS = word_list("two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred")
_NO_SUPERLATIVES = word_list(
    "guest forest interest harvest priest west test contest protest quest request arrest nest chest crest"
)
PLANNING = {"plans": "plan", "hopes": "hope", "wants": "want", "needs": "need", "aims": "aim", "promises": "promise"}
"""Plurals as well, but not before "to" and a verb."""
_TO_DO = re.compile(r"\s+to\s+[a-z]+")


def without_aside(text: str) -> str:
    """Without what stands between commas behind the subject; a name there is the better subject."""
    aside = _ASIDE.match(text)
    if not aside:
        return text
    verb = text[aside.end() :].split(maxsplit=1)[0].lower()
    if verb not in HELPING | DOING and verb not in past_forms() and verb not in present_forms():
        return text
    name = _FULL_NAME.fullmatch(aside["aside"])
    return f"{name[0] if name else aside['subject']} {text[aside.end() :]}"


def predicate_at(text: str, words: Sequence[Word]) -> int:
    """The place of the word that the predicate begins with; 0 where it is not clear."""
    for at, word in enumerate(words[: LONGEST_SUBJECT + 1]):
        if at and re.search(r"[^\w\s.'’-]|\.\s", text[words[at - 1].end : word.start]):
            return 0
        if word.capitalised:
            continue
        if at and (word.lower in HELPING | DOING or _is_finite(text, words, at)):
            return at
    return 0


def _is_finite(text: str, words: Sequence[Word], at: int) -> bool:
    """Whether the word at a place is a full verb that fits the noun before it."""
    lower, before = words[at].lower, words[at - 1]
    if before.lower in FUNCTION_WORDS:
        return False
    if lower in PLANNING and _TO_DO.match(text, words[at].end):
        return not is_plural(before.lower) or before.capitalised
    if lower in ("cost", "costs"):
        # With a plural, "cost" may be now or then; and "costs" alone is a noun.
        return not is_plural(before.lower) and bool(_COSTS.match(text, words[at].start))
    if lower in present_forms():
        return not is_plural(before.lower) or before.capitalised
    return lower in past_forms() or (lower in base_forms() and is_plural(before.lower))


def is_subject(words: Sequence[Word]) -> bool:
    """Whether words are a subject that a question can repeat: the first phrase of it definite, nothing verbal in it."""
    first, last = words[0], words[-1].lower.replace("’", "'")
    if last.endswith(("'s", "s'")):
        return False
    if last in _VAGUE | _NUMBERS or first.lower in _NUMBERS or (last.endswith("est") and last not in _NO_SUPERLATIVES):
        return False
    if first.lower in _STARTERS | DATES or first.lower in ("a", "an") or first.lower.endswith("ly"):
        return False
    if (first.lower in FUNCTION_WORDS and first.lower != "the") or first.text[0].isdigit():
        return False
    if (
        first.lower != "the"
        and len(words) > 1
        and "of" in {word.lower for word in words[1:2]}
        and first.lower in ("part", "most")
    ):
        return False
    for at, word in enumerate(words[1:], start=1):
        lower = word.lower
        if lower in POINTING or (lower in FUNCTION_WORDS and lower not in _IN_SUBJECTS):
            return False
        verbal = lower in past_forms() or lower.endswith("ed") or lower in DOING or lower.endswith("ing")
        if verbal and not word.capitalised and words[at - 1].lower != "the":
            return False
    return words[-1].lower not in FUNCTION_WORDS and words[-1].bare not in DATES


def is_plural(noun: str) -> bool:
    """Whether a noun's form is a plural."""
    lower = noun.lower()
    return (lower.endswith("s") and not lower.endswith(("ss", "us", "is", "ics", "news"))) or lower in (
        "people",
        "men",
        "women",
        "children",
        "police",
    )


def is_plural_verb(word: Word) -> bool:
    return word.lower in PLURAL_ONLY or word.lower in base_forms()
