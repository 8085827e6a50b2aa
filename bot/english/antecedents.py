"""What a pronoun of a follow-up stands for: the likeliest of what was named before, where it is likely enough. Pure.

A softmax over what the last turns named and "none of it", whose weights bench/fit_antecedents.py finds. What is written
for a pronoun is shown and not searched for: where it is wrong, what was typed is still what is read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from bot.english.leaning import PERSONS, SEVERAL, THINGS, is_possessive
from bot.english.mentions import Kind, Mention, mentions
from bot.english.words import Word, word_list, words_of
from bot.types import Turn

REACH = 3
"""Turns back that are looked at."""
LIKELY = {"person": 0.35, "several": 0.2, "thing": 0.2}
"""The least probability of what a pronoun of each class is taken for.

Of 1,713 pronouns in follow-ups (bench/fit_antecedents.py, five-fold over the articles) 0.95, 0.86 and 0.95 are
resolved, and 0.77, 0.45 and 0.47 of these to a word that the full form has; people put it in other words as well. The
first name that fits, which was taken before, was it for 0.74, 0.36 and 0.44. Higher bounds leave out more that is
right, and share fewer words with the full forms.
"""
APART = 0.4
"""How much likelier, in log-odds, one of two people must be for either to be named."""

WEIGHTS = {
    "person": (1.79, 0.84, 0.44, 0.00, 0.00, -0.17, -0.64, -1.03, -1.08, -0.79, 0.79, -0.93, 0.00, 0.48),
    "several": (0.19, 0.49, 0.00, 0.00, -0.42, -0.65, -1.38, -0.88, -1.06, -0.48, 0.66, 0.00, -0.36, -0.75),
    "thing": (0.90, 0.32, 0.00, -0.37, 0.00, -0.05, -1.03, -0.64, -1.06, -1.14, 0.08, 0.00, 0.01, -0.31),
}
"""Of what ``_features`` tells of a mention, in its order, and of "none of it"."""

_FITS: dict[str, Callable[[Mention], bool]] = {
    "person": lambda each: each.kind in (Kind.PERSON, Kind.OPEN),
    "several": lambda each: each.kind in (Kind.SEVERAL, Kind.OPEN) or each.grouped,
    "thing": lambda each: each.kind in (Kind.THING, Kind.OPEN, Kind.PLACE),
}
_MALE = word_list("mr sir lord king prince father brother son husband boy man uncle grandfather")
_FEMALE = word_list("mrs ms miss dame lady queen princess mother sister daughter wife girl woman aunt grandmother")
_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*$")
_OWNED = re.compile(r"(?:his|her|its|their|my|your|our)\b", re.IGNORECASE)
_EXISTENTIAL = re.compile(r"\b(?:is|was|are|were|been|be)\s+there\s*$|\bthere\s+(?:is|was|are|were)\s*$", re.IGNORECASE)
_TAKEN_UP = word_list("accept reject refuse allow approve back support oppose deny grant admit confirm")
"""What is done to a proposal, and not to those who make it."""
_MOST_BEHIND = 5


def antecedent(words: Sequence[Word], at: int, turns: Sequence[Turn]) -> str | None:
    """What the pronoun ``words[at]`` of a question stands for after ``turns``; None where nothing is likely enough."""
    found = candidates(words, at, turns)
    if not found:
        return None
    kind = class_of(words[at])
    *weights, none = WEIGHTS[kind]
    odds = [sum(weight * value for weight, value in zip(weights, values, strict=True)) for _, values in found]
    best, *others = sorted(range(len(odds)), key=odds.__getitem__, reverse=True)
    share = 1 / (math.exp(none - odds[best]) + sum(math.exp(each - odds[best]) for each in odds))
    if share < LIKELY[kind] or (kind == "person" and others and odds[others[0]] > odds[best] - APART):
        return None
    return found[best][0].text


def class_of(pronoun: Word) -> str:
    """Whether it stands for a "person", for "several" or for a "thing"."""
    return "person" if pronoun.lower in PERSONS else "several" if pronoun.lower in SEVERAL else "thing"


def candidates(words: Sequence[Word], at: int, turns: Sequence[Turn]) -> list[tuple[Mention, tuple[float, ...]]]:
    """What the last turns named, each name where it was last, with what speaks for it and against it."""
    known = {word.bare for word in words}  # a question names by itself whatever else it means
    found = []
    for back, turn in enumerate(reversed(turns[-REACH:])):
        asked = without_brackets(turn.answer.asked_as)
        for text, quoted in ((asked, False), (turn.answer.text if turn.answer else "", True)):
            for place, each in enumerate(mentions(text)):
                if each.key not in known and _can_be(each, text, words, at):
                    known.add(each.key)
                    found.append((each, _features(each, words[at], turn, back, place, quoted=quoted)))
    return found


def without_brackets(asked_as: str) -> str:
    """A question as it was understood, without what was put behind it."""
    return _BRACKETS.sub("", asked_as)


def in_brackets(asked_as: str) -> str:
    """What was put behind a question as it was understood; ``""`` where nothing was."""
    kept = _BRACKETS.search(asked_as)
    return kept.group(1) if kept else ""


def _features(mention: Mention, pronoun: Word, turn: Turn, back: int, place: int, *, quoted: bool) -> tuple[float, ...]:
    words = words_of(mention.text)
    lower = {word.lower for word in words}
    of_other_sex = _MALE if pronoun.lower.startswith(("she", "her")) else _FEMALE
    asks_who = turn.answer.asked_as.lower().startswith(("who", "and who", "which"))
    return (
        mention.named,
        mention.named and sum(word.capitalised for word in words) == 2,
        mention.kind is Kind.PERSON,
        mention.kind is Kind.PLACE,
        mention.kind is Kind.SEVERAL,
        mention.grouped,
        quoted,
        back == 1,
        back == 2,
        min(place, _MOST_BEHIND) / _MOST_BEHIND,
        quoted and asks_who,
        pronoun.lower in PERSONS and not lower.isdisjoint(of_other_sex),
        any(character.isdigit() for character in mention.text),
    )


def _can_be(mention: Mention, text: str, words: Sequence[Word], at: int) -> bool:
    """Whether what stands around a pronoun allows for a mention.

    "His plan" needs somebody else to explain it. Nobody accepts a ministry, and what was only asked for ("was there an
    accident?") has no keeper.
    """
    if _OWNED.match(mention.text) or not _FITS[class_of(words[at])](mention):
        return False
    if words[at].lower not in THINGS:
        return True
    if at and words[at - 1].lower in _TAKEN_UP and mention.grouped:
        return False
    return not (is_possessive(words, at) and _EXISTENTIAL.search(text[: mention.start]))
