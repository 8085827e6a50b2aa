"""A follow-up question put so that it stands alone: pronouns give way to what they stand for. Pure.

Only where something is likely enough. Else the question keeps its words, and what it is about follows them in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.english.antecedents import antecedent, class_of, in_brackets, without_brackets
from bot.english.leaning import is_cut_short, is_fragment, is_possessive, loose_pronouns
from bot.english.mentions import content_of, mentions
from bot.english.words import AUXILIARIES, DETERMINERS, Word, is_function_word, is_telling, words_of
from bot.types import Turn

MOST_TERMS = 3
"""As many as say what a question is about and are still read at a glance."""
LONGEST_REPEATED = 120
"""Code points of a question that is repeated in brackets behind one that is a part of it."""
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_ASKS = re.compile(
    r"(?:(?:and|but|so)\s+)?(?P<how>(?:(?:by|since|until|for|from|to)\s+)?"
    r"(?:(?P<why>why)|when|where|how(?:\s+(?:often|long|far|soon|much|quickly))?))\s*\?*",
    re.IGNORECASE,
)
"""A question that is nothing but what asks: "By how much?"."""
_CLAUSE = re.compile(r"(?:(?P<asks>when|where|why|how)\s+)?(?P<verb>\w+)(?P<rest>\s.+)", re.IGNORECASE | re.DOTALL)
_CONNECTOR = re.compile(r"^(?:and|but|so|or|also)\b[,\s]+", re.IGNORECASE)


def reword(question: str, turns: Sequence[Turn]) -> str:
    """``question`` as it reads by itself after ``turns``, of which there is at least one, oldest first.

    The same where they have nothing to add.
    """
    pronouns = loose_pronouns(question)
    words = words_of(question)
    resolved: list[tuple[Word, str]] = []
    last: dict[str, str] = {}
    for word in pronouns:
        kind = class_of(word)
        at = next(i for i, each in enumerate(words) if each.start == word.start)
        name = last.get(kind) or antecedent(words, at, turns)
        if name is None:
            continue
        if kind not in last:
            resolved.append((word, _in_place_of(word, name, possessive=is_possessive(words, at))))
        last[kind] = name
    if resolved and len(last) == len({class_of(word) for word in pronouns}):
        return _tidy(_replace(question, resolved))
    return _with_brackets(_replace(question, resolved) if resolved else question, turns)


def _in_place_of(pronoun: Word, antecedent: str, *, possessive: bool) -> str:
    """What to write for a pronoun: "the men" for "they", "the mayor's" for "his" and for "he's"."""
    name = re.sub(r"^(?:a|an)\b", "the", antecedent, flags=re.IGNORECASE)
    common = words_of(name)[-1].text[0].islower() and "'s " not in name
    if common and words_of(name)[0].lower not in DETERMINERS:
        name = f"the {name}"
    lower = pronoun.lower
    if lower in ("hers", "theirs") or possessive:
        return name + ("'" if name.endswith("s") and lower in ("their", "theirs") else "'s")
    ending = lower.partition("'")[2]
    return f"{name}'{ending}" if ending else name


def _replace(question: str, resolved: Sequence[tuple[Word, str]]) -> str:
    for word, text in sorted(resolved, key=lambda pair: -pair[0].start):
        if text.startswith(("The ", "A ", "An ")):
            text = text[:1].lower() + text[1:]
        question = question[: word.start] + text + question[word.end :]
    return question


def _tidy(question: str) -> str:
    """Without the "and" that tied it to the question before, with a capital where that one had."""
    plain = _CONNECTOR.sub("", question.strip())
    return plain[:1].upper() + plain[1:] if question[:1].isupper() else plain


def _with_brackets(question: str, turns: Sequence[Turn]) -> str:
    """``question`` and behind it what it is about: the question that it is a part of, or what that one named."""
    asked = _whole_question(turns)
    if (is_cut_short(question) or is_fragment(question)) and len(asked) <= LONGEST_REPEATED:
        whole = _to_another_year(question, asked) or _with_clause_of(question, asked)
        return whole or f"{question.rstrip()} ({asked.strip().rstrip('?')}?)"
    terms = _terms(question, turns)
    if len(terms) == 1 and len(words_of(terms[0])) == 1 and terms[0].islower():
        return f"{question.rstrip()} ({asked.strip().rstrip('?')}?)"  # a lone verb or noun says too little
    return f"{question.rstrip()} ({', '.join(terms)})" if terms else question


def _whole_question(turns: Sequence[Turn]) -> str:
    """The last question that is a clause of its own, be it in the brackets behind one that is not."""
    for turn in reversed(turns):
        kept = in_brackets(turn.answer.asked_as)
        if kept.endswith("?"):
            return kept
        if not is_cut_short(without_brackets(turn.answer.asked_as)):
            return without_brackets(turn.answer.asked_as)
    return without_brackets(turns[-1].answer.asked_as)


def _to_another_year(question: str, asked: str) -> str:
    """``asked`` for the year that ``question`` names and nothing else: "And in 2022?"; ``""`` where that is not so."""
    told = [word.text for word in words_of(question) if is_telling(word)]
    years = _YEAR.findall(asked)
    if len(told) != 1 or not _YEAR.fullmatch(told[0]) or len(years) != 1:
        return ""
    return _YEAR.sub(told[0], asked)


def _with_clause_of(question: str, asked: str) -> str:
    """What asks, before the clause of the last question: "By how much did the levy go up?"; ``""`` where none fits.

    That one must ask when, where, why or how; or whether, unless the question is why, for the answer may have been no.
    """
    asks = _ASKS.fullmatch(question.strip())
    clause = _CLAUSE.fullmatch(asked.strip())
    if not asks or not clause or (asks["why"] and not clause["asks"]):
        return ""
    begins = clause["verb"].lower()
    if begins not in AUXILIARIES:
        return ""
    whole = f"{asks['how'].lower()} {begins}{clause['rest'].rstrip('?')}?"
    return whole[:1].upper() + whole[1:] if question.strip()[:1].isupper() else whole


def _terms(question: str, turns: Sequence[Turn]) -> list[str]:
    """What the last turn named and the question does not, names of its quote last."""
    known = {word.bare for word in words_of(question) if not is_function_word(word)}
    answer = turns[-1].answer
    asked = [each.text for each in mentions(without_brackets(answer.asked_as))]
    asked = asked or [content_of(without_brackets(answer.asked_as))]
    before = [each for each in in_brackets(answer.asked_as).removesuffix("?").split(", ") if each]
    names = [each.text for each in mentions(answer.text) if each.named] if answer else []
    chosen: list[str] = []
    for phrase in [*asked, *before, *names]:
        fresh = {word.bare for word in words_of(phrase) if is_telling(word)} - known
        if fresh and len(chosen) < MOST_TERMS and not any(each in phrase for each in chosen):
            chosen.append(phrase)
            known |= fresh
    return chosen
