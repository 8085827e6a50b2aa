"""The first clause of a sentence, taken apart so that it can be asked about: subject, auxiliary, the rest. Pure.

By rules that would rather give up than guess: of a news article they take apart about one sentence in four.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.asking.casing import Casing, mid_sentence
from bot.asking.dates import DATE, in_mid_sentence
from bot.asking.subjects import (
    DOING,
    HELPING,
    PLANNING,
    PLURAL_ONLY,
    POINTING,
    is_plural,
    is_plural_verb,
    is_subject,
    predicate_at,
    without_aside,
)
from bot.asking.verbs import past_forms, present_forms
from bot.english.words import AUXILIARIES, DATES, Word, word_list, words_of

_NEGATED = {"cannot": "can", "can't": "can", "won't": "will", "shan't": "shall"}
_OWNING = word_list("his her its their")
_ENDS = word_list(
    "because although though while whereas but unless if when whether since as once whose where lest than so"
)
_TIME_ENDS = word_list("before after until till")
_DROPPED = re.compile(r"\b(?:also|however|therefore|thus|indeed|accordingly|meanwhile),?\s", re.IGNORECASE)
_LEAD = re.compile(r"(?:But|And|Yet|Still,|However,|Meanwhile,|Instead,|So|Even so,|Nevertheless,)\s+(?=[A-Z])")
_MARK = re.compile(r"[;:()\[\]/*_|<>{}\"“”]|\s[–—-]\s|—|,|…|\.(?=\s)|[‘]|(?<=\s)'")
_FURTHER = re.compile(
    r"(?:;|,\s+(?:and|but|though|although|while|because)"
    r"|\b(?:said|says|found|showed|confirmed|warned|announced|ruled)\s+that)\s+(?=\w)"
)
_SPOILS = word_list("than whether where how what as lest whose so why")
"""What cannot be cut off without harm to what stands before."""
_SPEAKING = word_list("say tell think believe know add argue claim explain insist mean suppose report reveal")
_IN_NAMES = frozenset(("of", "and", "de"))
_CUT_SHORT = re.compile(r"\b[A-Z]\.[A-Z]$|\b(?:except|both|between|the (?:night|day|week|month|year))$")
_NOT_ASKED = ("only", "just", "to ", "nothing", "no ", "little", "hardly", "few ", "neither", "not")
"""Beginnings of a predicate that a question would turn into their opposite, or into nonsense."""
_PARTICIPLES = word_list("run become come put cut set done gone risen begun sung sunk")
_BEFORE_PARTICIPLES = word_list("not yet already never long always since now just recently")


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement taken apart: ``auxiliary subject [not] predicate lead`` is the question whether it is so."""

    subject: str
    """As it stands in mid-sentence: "the deal"."""
    named: bool
    """Whether the subject is a name."""
    plural: bool
    auxiliary: str
    """As it stands, "will", or what a question needs: "does", "did"."""
    negated: bool
    predicate: str
    """What follows the auxiliary: a bare verb behind "does" and "did"."""
    stated: str
    """The predicate as it stands, auxiliary and all."""
    verb: str
    """The base form of a full verb, ``""`` behind an auxiliary."""
    lead: str
    """The date that the sentence begins with, as it would stand at its end: "in 2022"."""
    after: str
    """What follows the clause in its sentence."""


def clauses_of(sentence: str, casing: Casing) -> Iterator[Clause]:
    """Those clauses of ``sentence`` that the rules are sure of: the first, and what follows "but" or "said that"."""
    if first := clause_of(sentence, casing):
        yield first
    for found in _FURTHER.finditer(sentence):
        if further := clause_of(sentence[found.end() :], casing, opens=False):
            yield further


def clause_of(sentence: str, casing: Casing, *, opens: bool = True) -> Clause | None:
    """The first clause of ``sentence``; None where unsure. ``opens``: whether it is a sentence's start."""
    text = _LEAD.sub("", sentence.strip(), count=1)
    if not text[:1].isalpha():
        return None
    lead = ""
    opening = DATE.match(text)
    if opening and re.match(r",?\s+(?=\w)", text[opening.end() :]):
        lead = in_mid_sentence(opening[0])
        text = text[opening.end() :].lstrip(", ")
    text = without_aside(text)
    words = words_of(text)
    at = predicate_at(text, words)
    if not at:
        return None
    subject = mid_sentence(
        text[: words[at - 1].end], casing, opens=opens and not lead, plural=is_plural_verb(words[at])
    )
    if not subject or not is_subject(words[:at]):
        return None
    return _taken_apart(text, words, at, subject, lead)


def ask(opening: str, clause: Clause, predicate: str, *, lead: bool = True) -> str:
    """The question of ``opening``, auxiliary, subject and ``predicate``; ``lead``: with the date before the clause."""
    words = f"{opening} {clause.auxiliary} {clause.subject} {predicate} {clause.lead if lead else ''}"
    line = " ".join(words.split()).rstrip(" ,.;")
    return f"{line[0].upper()}{line[1:]}?"


def _taken_apart(text: str, words: Sequence[Word], at: int, subject: str, lead: str) -> Clause | None:
    end, cut = _clause_end(text, words, at)
    stated = _DROPPED.sub("", text[words[at].start : end]).strip().rstrip(".!?").rstrip()
    if _is_maimed(stated, text[end:]) or re.search(r"[?!]", text) or _points_back(stated, subject):
        return None
    verb = _full_verb(words[at].lower)
    if verb and cut and _participle_doubt(words, at, end):
        return None
    turned = _turned_full(stated, verb, words[at].lower) if verb else _turned_helping(stated)
    if not turned or not turned[2] or turned[2].lower().startswith(_NOT_ASKED):
        return None
    auxiliary, negated, predicate = turned
    past_plural = auxiliary == "did" and is_plural(words[at - 1].lower)
    return Clause(
        subject=subject,
        named=subject[0].isupper() and all(word.capitalised or word.lower in _IN_NAMES for word in words[:at]),
        plural=past_plural or auxiliary in PLURAL_ONLY,
        auxiliary=auxiliary,
        negated=negated,
        predicate=predicate,
        stated=stated,
        verb=verb,
        lead=lead,
        after=text[end:].strip(),
    )


def _full_verb(word: str) -> str:
    """The base form of a full verb, ``""`` for an auxiliary."""
    if word in HELPING | DOING:
        return ""
    if word in PLANNING or word == "costs":
        return PLANNING.get(word, "cost")
    return past_forms().get(word) or present_forms().get(word) or word


def _turned_full(stated: str, verb: str, word: str) -> tuple[str, bool, str] | None:
    """The auxiliary that a question needs for a full verb, False, and the predicate behind it."""
    rest = stated[len(word) :].strip()
    if verb in _SPEAKING or rest.startswith(("not ", "that ", "neither")):
        return None
    auxiliary = "did" if word in past_forms() else "do" if word == verb else "does"
    return auxiliary, False, f"{verb} {rest}".strip()


def _turned_helping(stated: str) -> tuple[str, bool, str] | None:
    """The auxiliary of a statement, whether it is negated, and the predicate behind it."""
    first, _, rest = stated.partition(" ")
    auxiliary = first.lower().replace("’", "'")
    shortened = auxiliary.endswith("n't") or auxiliary == "cannot"
    negated = shortened or rest.startswith("not ")
    auxiliary = _NEGATED.get(auxiliary, auxiliary.removesuffix("n't"))
    predicate = rest.strip() if shortened else rest.removeprefix("not ").strip()
    if auxiliary in ("do", "does", "did") and not negated:
        return None
    if auxiliary in ("has", "have", "had") and not _is_participle(predicate):
        if auxiliary == "had" or negated:
            return None
        return ("does" if auxiliary == "has" else "do"), False, f"have {predicate}"
    return auxiliary, negated, predicate


def _is_maimed(stated: str, after: str) -> bool:
    """Whether a clause makes no sense without what was cut off behind it."""
    following = after.split()[0].lower().strip(",") if after.split() else ""
    return not stated or following in _SPOILS or _CUT_SHORT.search(stated) is not None


def _clause_end(text: str, words: Sequence[Word], at: int) -> tuple[int, bool]:
    """Where the clause ends, and whether the sentence goes on."""
    for place in range(at + 1, len(words)):
        word, before = words[place], words[place - 1]
        if _MARK.search(text[before.end : word.start].replace(",0", "")) and not _in_number(text, before, word):
            return before.end + (text[before.end] == "%"), True
        following = words[place + 1].lower if place + 1 < len(words) else ""
        joins = word.lower in ("and", "or") and not (words[place + 1 :] and words[place + 1].capitalised)
        waits = word.lower in _TIME_ENDS and not (following == "the" or following[:1].isdigit() or following in DATES)
        if word.lower in _ENDS or joins or waits:
            return before.end, True
    end = len(text.rstrip())
    return (words[-1].end if end - words[-1].end <= 2 else end), False


def _in_number(text: str, before: Word, after: Word) -> bool:
    return before.text[-1].isdigit() and after.text[0].isdigit() and not text[before.end : after.start].isspace()


def _points_back(stated: str, subject: str) -> bool:
    """Whether a predicate has a word in it that only the text before explains."""
    words = {word.lower for word in words_of(stated)}
    owning = words & _OWNING
    return bool(words & POINTING) or (bool(owning) and not _explains(owning, subject))


def _explains(owning: set[str], subject: str) -> bool:
    """Whether "its" or "their" may be the subject's. "His" and "her" could be anybody's."""
    return owning <= {"its", "their"} and ("their" in owning) == is_plural(subject.split()[-1])


def _participle_doubt(words: Sequence[Word], at: int, end: int) -> bool:
    """Whether another verb follows, so that "signed" in "The deal signed in May covers" may be no verb of its own."""
    inside = [word.lower for word in words[at + 1 :] if word.end <= end]
    return any(word in AUXILIARIES or word in present_forms() for word in inside)


def _is_participle(predicate: str) -> bool:
    """Whether "has" is an auxiliary here: "been", "not yet decided", but not "a name"."""
    for word in words_of(predicate)[:3]:
        lower = word.lower
        if lower.endswith(("ed", "wn", "en")) or lower in past_forms() or lower in _PARTICIPLES:
            return True
        if lower not in _BEFORE_PARTICIPLES and not lower.endswith("ly"):
            return False
    return False
