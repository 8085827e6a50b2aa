"""A follow-up question made to stand alone by the turns before it. Pure.

Pronouns give way to what they stand for where that is clear; else the question keeps its words, and what it is about
follows them in brackets. A question that stands alone comes back as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot import smalltalk
from bot.leaning import PERSONS, SEVERAL, Leaning, is_cut_short, is_possessive, leaning, loose_pronouns
from bot.mentions import Kind, Mention, content_of, mentions
from bot.types import Turn
from bot.words import DETERMINERS, Word, is_function_word, is_telling, words_of

REACH = 3
"""Turns back that a pronoun may point."""
GAP = 0.2
"""How much surer the less likely way of understanding must be than the other one: a probability."""
MOST_TERMS = 4
"""As many as say what a question is about and are still read at a glance."""
LONGEST_REPEATED = 120
"""Code points of a question that is repeated in brackets behind one that is a part of it."""
HISTORY_CHARACTERS = 260
"""Code points of what went before that the reader gets: about as many as its 72 word pieces."""
_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*$")
_OWNED = re.compile(r"(?:his|her|its|their|my|your|our)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_CONNECTOR = re.compile(r"^(?:and|but|so|or|also)\b[,\s]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Understood:
    """A question in the light of the turns before it."""

    leaning: Leaning
    """How it stands to them; ALONE where there are none."""
    asked_as: str
    """The question with what it leans on; as it was typed where there is nothing to lean on."""
    history: str
    """What was asked and answered just before, for the reader; ``""`` where nothing was."""


def understand(question: str, turns: Sequence[Turn]) -> Understood:
    """``question`` in the light of ``turns``, oldest first. Small talk among them is passed over."""
    before = [turn for turn in turns if _is_about_the_article(turn)][-REACH:]
    if not before:
        return Understood(Leaning.ALONE, question, "")
    how = leaning(question)
    if how is Leaning.ALONE:
        return Understood(how, question, "")
    asked_as = _in_context(question, before)
    # With nothing to add to its words there is nothing to show for a search in context.
    return Understood(how if asked_as != question else Leaning.ALONE, asked_as, history_of(before))


def prefers_context(how: Leaning, bare: float, in_context: float, threshold: float) -> bool:
    """Whether the answer in context is the one to give, by how sure the two are of theirs.

    A question that leans is taken in context unless only the bare one is answered; one that may stand alone is taken
    as it is unless only the one in context is answered, and clearly so.
    """
    if how is Leaning.LEANS:
        return in_context >= threshold or bare < max(threshold, in_context + GAP)
    return bare < threshold and in_context >= max(threshold, bare + GAP)


def history_of(turns: Sequence[Turn]) -> str:
    """What was asked and answered last, in at most HISTORY_CHARACTERS; past refusals back to what was answered."""
    found: list[str] = []
    left = HISTORY_CHARACTERS
    for turn in reversed(turns):
        said = (
            f"{_bare(turn.answer.asked_as)} {turn.answer.text[: max(0, left - len(turn.answer.asked_as) - 1)]}".strip()
        )
        if found and len(said) > left:
            break
        found.insert(0, said[:HISTORY_CHARACTERS])
        left -= len(said) + 1
        if turn.answer:
            break
    return " ".join(found)


def _is_about_the_article(turn: Turn) -> bool:
    talk = smalltalk.recognise(turn.question)
    return talk is None or talk is smalltalk.Talk.OVERVIEW


def _bare(asked_as: str) -> str:
    return _BRACKETS.sub("", asked_as)


def _in_context(question: str, turns: Sequence[Turn]) -> str:
    """``question`` with its pronouns resolved; where one stays open, with what it is about in brackets."""
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
    asked = _bare(turn.answer.asked_as)
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
        if not is_cut_short(_bare(turn.answer.asked_as)):
            return _bare(turn.answer.asked_as)
    return _bare(turns[-1].answer.asked_as)


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
    asked = [each.text for each in mentions(_bare(answer.asked_as))] or [content_of(_bare(answer.asked_as))]
    before = kept.group(1).removesuffix("?").split(", ") if kept else []
    names = [each.text for each in mentions(answer.text) if each.named] if answer else []
    chosen: list[str] = []
    for phrase in [*asked, *before, *names]:
        fresh = {word.bare for word in words_of(phrase) if is_telling(word)} - known
        if fresh and len(chosen) < MOST_TERMS and not any(each in phrase for each in chosen):
            chosen.append(phrase)
            known |= fresh
    return chosen
