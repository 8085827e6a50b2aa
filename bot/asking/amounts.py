"""How much, how many, how long: the questions that a number in a clause answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.asking.casing import Casing
from bot.asking.clauses import Clause, ask, clause_of
from bot.asking.kinds import Kind, Made
from bot.asking.subjects import BE, is_plural
from bot.asking.verbs import base_forms, past_forms
from bot.english.words import FUNCTION_WORDS, PREPOSITIONS, word_list, words_of

_NUMBER_WORD = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    "|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_NUMBER = rf"(?:\d[\d,.]*\d|\d|(?:{_NUMBER_WORD})(?:-\w+)?)(?:\s+(?:hundred|thousand|million|billion))?"
_ABOUT = (
    r"(?:(?:some|about|around|roughly|nearly|almost|more than|fewer than|less than|at least|at most|up to|over|only"
    r"|just|exactly|as many as|a total of)\s+)?"
)
_CURRENCY = (
    r"(?:euros?|dollars?|pounds?|marks?|crowns?|francs?|kroner|kronor|yen|rupees?|pence|cents?|pesos?|lira|guilders?)"
)
_MONEY = re.compile(
    rf"{_ABOUT}(?:[£$€¥]\s?\d[\d,.]*(?:\s?(?:million|billion|m|bn|thousand))?|{_NUMBER}\s+{_CURRENCY})(?![\w-])",
    re.IGNORECASE,
)
_COUNTED = re.compile(rf"{_ABOUT}{_NUMBER}\s+(?P<noun>[a-z][\w-]*)(?=\s|$)", re.IGNORECASE)
_TIME = r"(?:minutes|hours|days|weeks|months|years|seconds|nights)"
_LENGTH = r"(?:metres|meters|kilometres|kilometers|miles|feet|inches|centimetres|millimetres)"
_LASTING = re.compile(rf"(?:for\s+)?{_ABOUT}{_NUMBER}\s+{_TIME}")
_SIZE = re.compile(rf"(?:now\s+)?{_ABOUT}{_NUMBER}\s+(?:{_LENGTH}|years)\s+(?P<how>long|high|wide|deep|tall|old)\b")
_UNIT = re.compile(
    rf"(?:{_TIME}|{_LENGTH}|{_CURRENCY}|tonnes|tons|kilos|kilograms|grams|litres|degrees|hectares|acres|square|cubic"
    r"|per|percent|points|times|knots|watts|megawatts|kilowatts)"
)
_FIGURES = word_list("""
    limit rate target minimum maximum budget wage height length weight turnout magnitude distance capacity average total
    population threshold toll speed temperature depth price fee fine charge penalty premium rent fare deposit
""")
_FIGURE = re.compile(rf"{_ABOUT}(?:[£$€¥]|{_NUMBER})[^,;]{{0,40}}")
_ASKED_WITH_WHAT = ("price", "offer", "bid", "figure", "total", "turnover", "profit")
_COSTING = word_list("cost pay spend raise earn donate contribute owe lend invest borrow")
_BESIDE_VERBS = word_list("be been have now already so far currently usually eventually alone")
_NO_KIND = word_list("more other further different such new dozen")
"""Of what has been counted before."""
_NOUN = re.compile(r"[a-z][a-z-]*|[A-Z][a-z]+(?:an|ish|ese|ch)")
"""In small letters, or of a people: "Turkish"."""
_LONGEST_NOUN = 3


def amounts(clause: Clause) -> Iterator[Made]:
    """The questions that the number behind the verb of a clause answers: one at most."""
    verb, rest = _verb_and_rest(clause)
    money = _MONEY.match(rest)
    if clause.auxiliary in BE and not verb:
        yield from _being(clause, rest)
    elif money and verb.split()[-1:] and verb.split()[-1] in _COSTING:
        remains = rest[money.end() :].strip()
        if _may_stay(remains):
            yield Kind.COST, ask("how much", clause, f"{verb} {remains}")
    elif verb in ("last", "take") and _LASTING.fullmatch(rest):
        yield Kind.MEASURE, ask("how long", clause, verb)
    elif verb and (counted := _COUNTED.match(rest)) and (noun := _counted_noun(rest, counted.start("noun"))):
        remains = rest[counted.start("noun") + len(noun) :].strip()
        if _may_stay(remains):
            yield Kind.COUNT, ask(f"how many {noun}", clause, f"{verb} {remains}")


def how_many(sentence: str) -> str:
    """A sentence that begins with a number of somebodies, asked for it: "How many passengers spent …?"; else ``""``."""
    counted = _COUNTED.match(sentence)
    if not counted or sentence.split()[0].lower() in ("only", "just", "at"):
        return ""
    noun = _counted_noun(sentence, counted.start("noun"))
    after = sentence[counted.start("noun") + len(noun) :]
    verb = after.split()[0] if noun and after[:1] == " " and after.split() else ""
    if verb not in past_forms() and verb not in ("were", "are", "have", "will"):
        return ""
    clause = clause_of(f"The {noun}{after}", Casing())
    return (
        f"How many {noun} {clause.stated}?" if clause and not clause.negated and len(clause.stated.split()) > 2 else ""
    )


def _being(clause: Clause, rest: str) -> Iterator[Made]:
    """What something is that is a number: a price, a length, a limit."""
    size, money = _SIZE.match(rest), _MONEY.fullmatch(rest)
    noun = clause.subject.split()[-1]
    if size:
        yield Kind.MEASURE, ask(f"how {size['how']}", clause, "", lead=False)
    elif money and not clause.plural:
        yield Kind.COST, ask("what" if noun in _ASKED_WITH_WHAT else "how much", clause, "", lead=False)
    elif noun in _FIGURES and _FIGURE.fullmatch(rest):
        yield Kind.MEASURE, ask("what", clause, "", lead=False)


def _verb_and_rest(clause: Clause) -> tuple[str, str]:
    """The full verb of the predicate with what goes before it, and what follows: "be paid", "60 euros"."""
    words = clause.predicate.split()
    at = 0
    while at < min(len(words), 4) and words[at].lower() in _BESIDE_VERBS:
        at += 1
    known = at < len(words) and (words[at] in base_forms() or words[at] in _verb_forms())
    if known and (clause.verb or clause.auxiliary not in BE):
        at += 1
    return " ".join(words[:at]), " ".join(words[at:])


@cache
def _verb_forms() -> frozenset[str]:
    return frozenset((*past_forms(), *past_forms().values(), "cost", "have", "put", "set", "cut"))


def _counted_noun(text: str, start: int) -> str:
    """The plural phrase of few words, none of them a name, that starts there; ``""`` where none does."""
    taken: list[str] = []
    for word in text[start:].split():
        bare = word.rstrip(",.;:")
        if not _NOUN.fullmatch(bare) or bare in FUNCTION_WORDS:
            break
        taken.append(bare)
        if bare != word or is_plural(bare):
            break
    if not 0 < len(taken) <= _LONGEST_NOUN or taken[0] in _NO_KIND or any(_UNIT.fullmatch(word) for word in taken):
        return ""
    return " ".join(taken) if is_plural(taken[-1]) else ""


def _may_stay(remains: str) -> bool:
    """Whether what is left behind an object can stay when the object is asked for."""
    words = words_of(remains)
    return not remains or (bool(words) and words[0].lower in PREPOSITIONS - {"than", "of", "with", "without"})
