"""A follow-up question put so that it stands alone: pronouns give way to what they stand for. Pure.

Only where that is clear. Else the question keeps its words, and what it is about follows them in brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.english.leaning import PERSONS, SEVERAL, is_cut_short, is_possessive, loose_pronouns
from bot.english.mentions import Kind, Mention, content_of, mentions
from bot.english.words import DETERMINERS, Word, is_function_word, is_telling, words_of
from bot.types import Turn

MOST_TERMS = 4
"""As many as say what a question is about and are still read at a glance."""
LONGEST_REPEATED = 120
"""Code points of a question that is repeated in brackets behind one that is a part of it."""
_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*$")
_OWNED = re.compile(r"(?:his|her|its|their|my|your|our)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_CONNECTOR = re.compile(r"^(?:and|but|so|or|also)\b[,\s]+", re.IGNORECASE)


def without_brackets(asked_as: str) -> str:
    """A question as it was understood, without what was put behind it."""
    return _BRACKETS.sub("", asked_as)


def reword(question: str, turns: Sequence[Turn]) -> str:
    """``question`` as it reads by itself after ``turns``, of which there is at least one, oldest first.

    The same where they have nothing to add.
    """
    pronouns = loose_pronouns(question)
    words = words_of(question)
    resolved: list[tuple[Word, str]] = []
    last: dict[str, str] = {}
    for word in pronouns:
        kind = _class_of(word)
        antecedent = last.get(kind) or _antecedent(word, turns, besides=words)
        if antecedent is None:
            continue
        if kind not in last:
            at = next(i for i, each in enumerate(words) if each.start == word.start)
            resolved.append((word, _in_place_of(word, antecedent, possessive=is_possessive(words, at))))
        last[kind] = antecedent
    if resolved and len(last) == len({_class_of(word) for word in pronouns}):
        return _tidy(_replace(question, resolved))
    return _with_brackets(_replace(question, resolved) if resolved else question, turns)


def _class_of(word: Word) -> str:
    return "person" if word.lower in PERSONS else "several" if word.lower in SEVERAL else "thing"


def _antecedent(pronoun: Word, turns: Sequence[Turn], *, besides: Sequence[Word]) -> str | None:
    """What a pronoun stands for, where one thing alone, or one before all others, can be it.

    ``besides``: the words of its question, which names by itself whatever else it means.
    """
    named = {word.bare for word in besides}
    kinds = {
        "person": ((Kind.PERSON,), (Kind.OPEN,)),
        "several": ((Kind.SEVERAL,), (Kind.OPEN,)),
        "thing": ((Kind.THING,), (Kind.OPEN, Kind.PLACE)),
    }[_class_of(pronoun)]
    for turn in reversed(turns):
        for text in _sources(turn, _class_of(pronoun)):
            found = [each for each in mentions(text) if each.key not in named and not _OWNED.match(each.text)]
            for kind in kinds:
                fitting = _distinct(each for each in found if each.kind in kind)
                if fitting:
                    return _the_one(fitting, _class_of(pronoun))
    return None


def _sources(turn: Turn, pronoun: str) -> list[str]:
    """The texts of a turn to look for an antecedent in, the likeliest first."""
    asked = without_brackets(turn.answer.asked_as)
    quotes = [turn.answer.text] if turn.answer else []
    asks_who = asked.lower().startswith(("who ", "who's", "whose ", "which ", "and who"))
    return [*quotes, asked] if pronoun == "person" and asks_who else [asked, *quotes]


def _distinct(found: Iterable[Mention]) -> list[Mention]:
    """Each name once, as it is first given."""
    kept: dict[str, Mention] = {}
    for each in found:
        kept.setdefault(each.key, each)
    return list(kept.values())


def _the_one(fitting: Sequence[Mention], pronoun: str) -> str | None:
    """The mention that a pronoun stands for; None where it could be either of two people."""
    if len(fitting) > 1 and pronoun == "person":
        named = [each for each in fitting if each.named]
        return named[0].text if len(named) == 1 else None
    main = [each for each in fitting if not each.after] or list(fitting)
    return main[0].text


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
    if is_cut_short(question) and len(asked) <= LONGEST_REPEATED:
        return _to_another_year(question, asked) or f"{question.rstrip()} ({asked.strip().rstrip('?')}?)"
    terms = _terms(question, turns)
    return f"{question.rstrip()} ({', '.join(terms)})" if terms else question


def _whole_question(turns: Sequence[Turn]) -> str:
    """The last question that is a clause of its own, be it in the brackets behind one that is not."""
    for turn in reversed(turns):
        kept = _BRACKETS.search(turn.answer.asked_as)
        if kept and kept.group(1).endswith("?"):
            return kept.group(1)
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


def _terms(question: str, turns: Sequence[Turn]) -> list[str]:
    """What the last turn named and the question does not, names of its quote last."""
    known = {word.bare for word in words_of(question) if not is_function_word(word)}
    answer = turns[-1].answer
    kept = _BRACKETS.search(answer.asked_as)
    asked = [each.text for each in mentions(without_brackets(answer.asked_as))] or [
        content_of(without_brackets(answer.asked_as))
    ]
    before = kept.group(1).removesuffix("?").split(", ") if kept else []
    names = [each.text for each in mentions(answer.text) if each.named] if answer else []
    chosen: list[str] = []
    for phrase in [*asked, *before, *names]:
        fresh = {word.bare for word in words_of(phrase) if is_telling(word)} - known
        if fresh and len(chosen) < MOST_TERMS and not any(each in phrase for each in chosen):
            chosen.append(phrase)
            known |= fresh
    return chosen
