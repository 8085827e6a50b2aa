"""The first clause of a sentence, taken apart so that it can be asked about: subject, auxiliary, the rest. Pure.

By rules that would rather give up than guess: of a news article they take apart about one sentence in four.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.verbs import base_forms, past_forms, present_forms
from bot.words import AUXILIARIES, DATES, FUNCTION_WORDS, TITLES, Word, names_people, word_list, words_of

LONGEST_SUBJECT = 7
"""Words: a longer subject makes a question that nobody would ask."""

BE = frozenset(("is", "are", "was", "were"))
_HELPING = BE | word_list(
    "has have had will would can could must should may cannot can't won't isn't aren't wasn't weren't hasn't haven't hadn't couldn't wouldn't mustn't"
)
_DOING = word_list("do does did don't doesn't didn't")
_PLURAL_ONLY = frozenset(("are", "were", "have", "do", "aren't", "weren't", "haven't", "don't"))
_NEGATED = {"cannot": "can", "can't": "can", "won't": "will", "shan't": "shall"}
_IN_SUBJECTS = word_list("of the for in at on and between a")
_POINTING = word_list("""
    he she it they them him i me we us you this that these those such other another others here there then so too same
    former latter one ones itself himself herself themselves my our your mine ours yours instead either neither even
    likewise both each otherwise nor first second third meanwhile therefore thus however again
""")
"""Words that point to what was said before, which a question cannot take along."""
_OWNING = word_list("his her its their")
_ENDS = word_list(
    "because although though while whereas but unless if when whether since as once whose where lest than so"
)
_TIME_ENDS = word_list("before after until till")
_DROPPED = re.compile(r"\b(?:also|however|therefore|thus|indeed|accordingly|meanwhile),?\s", re.IGNORECASE)
_LEAD = re.compile(r"(?:But|And|Yet|Still,|However,|Meanwhile,|Instead,|So|Even so,|Nevertheless,)\s+(?=[A-Z])")
_MARK = re.compile(r"[;:()\[\]/*_|<>{}\"“”]|\s[–—-]\s|—|,|…|\.(?=\s)|[‘]|(?<=\s)'")
_STARTERS = word_list("""
    today yesterday tomorrow perhaps maybe still even once nothing nobody everyone everybody someone none half most many
    few several all any nearly almost only just another such much more less what which why how now there here both each
    every no not never last next this that these those or and but so yet if when as
""")
_ASIDE = re.compile(r"(?P<subject>[A-Z][\w'’-]*(?:\s+[\w'’-]+){0,5}),\s+(?P<aside>[^,;:()\"“”]{2,120}),\s+(?=[a-z])")
_FULL_NAME = re.compile(r"(?:(?:Mr|Mrs|Ms|Dr|Sir)\s+)?[A-Z][\w'’-]+(?:\s+[A-Z][\w'’.-]*){1,2}")
_FURTHER = re.compile(
    r"(?:;|,\s+(?:and|but|though|although|while|because)|\b(?:said|says|found|showed|confirmed|warned|announced|ruled)\s+that)\s+(?=\w)"
)
_COSTS = re.compile(
    r"costs?\s+(?:(?:about|around|some|nearly|almost|more|up|just|only)\b|[£$€¥]|\d|\w+\s+(?:hundred|thousand|million|euros|dollars|pounds|marks|crowns|francs)\b)"
)
_VAGUE = word_list("""
    second third fourth fifth sixth seventh injured dead wounded accused others former latter remainder rest highest lowest only young old rich poor question answer
    problem point thing things matter case way
""")
_NUMBERS = word_list("two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred")
_NO_SUPERLATIVES = word_list(
    "guest forest interest harvest priest west test contest protest quest request arrest nest chest crest"
)
_PLANNING = {"plans": "plan", "hopes": "hope", "wants": "want", "needs": "need", "aims": "aim", "promises": "promise"}
"""Plurals as well, but not before "to" and a verb."""
_TO_DO = re.compile(r"\s+to\s+[a-z]+")
_SPOILS = word_list("than whether where how what as lest whose so why")
"""What cannot be cut off without harm to what stands before."""
_SPEAKING = word_list("say tell think believe know add argue claim explain insist mean suppose report reveal")
MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DAY = "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
DATE = re.compile(
    rf"(?:(?:on|On)\s+(?:{DAY}|(?:{DAY},?\s+)?(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}|{MONTH}\s+\d{{1,2}})(?:,?\s+\d{{4}})?"
    rf"|(?:in|In)\s+(?:early\s+|late\s+|mid-)?(?:{MONTH}(?:\s+(?:of\s+)?(?:\d{{4}}|(?:next|last)\s+year))?|(?:1[5-9]|20)\d\d)"
    rf"|(?:in|In)\s+the\s+(?:spring|summer|autumn|winter|fall)(?:\s+of\s+(?:\d{{4}}|next\s+year))?"
    rf"|at\s+the\s+end\s+of\s+(?:{MONTH}|\d{{4}}|next\s+year|the\s+year)|(?:next|Next)\s+(?:year|month|week|spring|summer|autumn|winter|{MONTH}|{DAY}))"
    r"(?![\w-])"
)


_HOUR = r"at\s+(?:noon|midnight|\d{1,2}(?:[.:]\d\d)?\s?(?:am|pm|a\.m\.?|p\.m\.?|o['’]clock))(?!\w)"
WHEN = re.compile(rf"(?:{DATE.pattern}|{_HOUR})(?:,?\s+(?:{DATE.pattern}|{_HOUR}))*")
"""A date, an hour, or one after the other."""


@dataclass(frozen=True, slots=True)
class Casing:
    """How an article writes its words: what tells "Turkish nationals" from "Bus crews" at the start of a sentence."""

    small: frozenset[str]
    """Words that it has in small letters."""
    names: frozenset[str]
    """Words that it has with a capital where a sentence does not begin, in small letters."""


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


def casing_of(sentences: Sequence[str]) -> Casing:
    """How the words of ``sentences`` are written."""
    small: set[str] = set()
    names: set[str] = set()
    for sentence in sentences:
        before = ""
        for word in words_of(sentence):
            opens = not before or sentence[: word.start].rstrip()[-1:] in ('"', "“", "‘", ":", ".", "?", "!", "(")
            if not opens:
                (names if word.capitalised else small).add(word.bare)
            before = word.text
    return Casing(frozenset(small), frozenset(names))


def clauses_of(sentence: str, casing: Casing) -> Iterator[Clause]:
    """Those clauses of ``sentence`` that the rules are sure of: the first, and what follows ``but``, ``;`` or ``said that``."""
    if first := clause_of(sentence, casing):
        yield first
    for found in _FURTHER.finditer(sentence):
        if further := clause_of(sentence[found.end() :], casing, opens=False):
            yield further


def clause_of(sentence: str, casing: Casing, *, opens: bool = True) -> Clause | None:
    """The first clause of ``sentence``; None where the rules are not sure of it. ``opens``: it begins with a capital."""
    text = _LEAD.sub("", sentence.strip(), count=1)
    if not text[:1].isalpha():
        return None
    lead = ""
    opening = DATE.match(text)
    if opening and re.match(r",?\s+(?=\w)", text[opening.end() :]):
        lead = opening[0][0].lower() + opening[0][1:]
        text = text[opening.end() :].lstrip(", ")
    text = _without_aside(text)
    words = words_of(text)
    at = _predicate_at(text, words)
    if not at:
        return None
    subject = mid_sentence(
        text[: words[at - 1].end], casing, opens=opens and not lead, plural=_is_plural_verb(words[at])
    )
    if not subject or not _is_subject(words[:at]):
        return None
    return _taken_apart(text, words, at, subject, lead)


def _without_aside(text: str) -> str:
    """Without what stands between commas behind the subject; a name there is the better subject."""
    aside = _ASIDE.match(text)
    if not aside:
        return text
    verb = text[aside.end() :].split(maxsplit=1)[0].lower()
    if verb not in _HELPING | _DOING and verb not in past_forms() and verb not in present_forms():
        return text
    name = _FULL_NAME.fullmatch(aside["aside"])
    return f"{name[0] if name else aside['subject']} {text[aside.end() :]}"


def mid_sentence(subject: str, casing: Casing, *, opens: bool = True, plural: bool = False) -> str:
    """A subject with a capital only where it is a name; ``""`` where that is not clear. ``opens``: it opened a sentence."""
    first, _, others = subject.partition(" ")
    bare = words_of(first)[0].bare if words_of(first) else ""
    if bare in ("chief", "deputy", "vice"):
        return ""
    if not opens:
        return re.sub("^The ", "the ", subject)
    if bare in TITLES:
        return subject
    if bare in ("the", "a", "an"):
        return f"{first.lower()} {others}"
    if bare in casing.small and others[:1].islower():
        return f"{first.lower()} {others}"
    if names_people(bare) and bare not in casing.names and others[:1].isupper():
        return ""
    if bare in casing.names or (others[:1].isupper() and bare not in casing.small):
        return subject
    if bare in casing.small:
        return f"{first.lower()} {others}".strip()
    known = bare.endswith("s") and not bare.endswith(("ss", "us", "is", "ians", "eans")) and plural and not others
    return first.lower() if known else ""


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


def _is_plural_verb(word: Word) -> bool:
    return word.lower in _PLURAL_ONLY or word.lower in base_forms()


def _predicate_at(text: str, words: Sequence[Word]) -> int:
    """The place of the word that the predicate begins with; 0 where it is not clear."""
    for at, word in enumerate(words[: LONGEST_SUBJECT + 1]):
        if at and re.search(r"[^\w\s.'’-]|\.\s", text[words[at - 1].end : word.start]):
            return 0
        if word.capitalised:
            continue
        if at and (word.lower in _HELPING | _DOING or _is_finite(text, words, at)):
            return at
    return 0


def _is_finite(text: str, words: Sequence[Word], at: int) -> bool:
    """Whether the word at a place is a full verb that fits the noun before it."""
    lower, before = words[at].lower, words[at - 1]
    if before.lower in FUNCTION_WORDS:
        return False
    if lower in _PLANNING and _TO_DO.match(text, words[at].end):
        return not is_plural(before.lower) or before.capitalised
    if lower in ("cost", "costs"):
        # With a plural, "cost" may be now or then; and "costs" alone is a noun.
        return not is_plural(before.lower) and bool(_COSTS.match(text, words[at].start))
    if lower in present_forms():
        return not is_plural(before.lower) or before.capitalised
    return lower in past_forms() or (lower in base_forms() and is_plural(before.lower))


def _is_subject(words: Sequence[Word]) -> bool:
    """Whether words are a subject that a question can repeat: the first phrase of it definite, nothing verbal in it."""
    first, last = words[0], words[-1].lower
    if last in _VAGUE | _NUMBERS or first.lower in _NUMBERS or (last.endswith("est") and last not in _NO_SUPERLATIVES):
        return False
    if first.lower in _STARTERS | DATES or first.lower in ("a", "an") or first.lower.endswith("ly"):
        return False
    if first.lower in FUNCTION_WORDS and first.lower != "the" or first.text[0].isdigit():
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
        if lower in _POINTING or (lower in FUNCTION_WORDS and lower not in _IN_SUBJECTS):
            return False
        verbal = lower in past_forms() or lower.endswith("ed") or lower in _DOING or lower.endswith("ing")
        if verbal and not word.capitalised and words[at - 1].lower != "the":
            return False
    return words[-1].lower not in FUNCTION_WORDS and words[-1].bare not in DATES


def _taken_apart(text: str, words: Sequence[Word], at: int, subject: str, lead: str) -> Clause | None:
    head = words[at]
    end, cut = _clause_end(text, words, at)
    stated = _DROPPED.sub("", text[head.start : end]).strip().rstrip(".!?").rstrip()
    after = text[end:].strip()
    if re.search(r"\b[A-Z]\.[A-Z]$|\b(?:except|both|between|the (?:night|day|week|month|year))$", stated):
        return None
    if cut and text[end:].split()[0].lower().strip(",") in _SPOILS:
        return None
    if not stated or re.search(r"[?!]", text) or _points_back(stated, subject):
        return None
    verb = (
        past_forms().get(head.lower, "")
        or present_forms().get(head.lower, "")
        or _PLANNING.get(head.lower, "")
        or ("cost" if head.lower == "costs" else "")
        or (head.lower if head.lower in base_forms() else "")
    )
    if head.lower in _HELPING | _DOING:
        verb = ""
    if head.lower in ("do", "does", "did") and not re.match(r"\w+\s+not\s", stated):
        return None
    first = stated.split()[0].lower().replace("’", "'")
    rest = stated[len(first) :].strip()
    negated = (not verb and bool(re.match(r"not\b", rest))) or first.endswith(("n't", "n’t")) or first == "cannot"
    auxiliary = first
    auxiliary = _NEGATED.get(auxiliary, auxiliary.removesuffix("n't"))
    predicate = re.sub(r"^not\s+", "", rest)
    plural = first in _PLURAL_ONLY
    if verb in _SPEAKING or (verb and rest.startswith(("not ", "that ", "neither"))):
        return None
    if verb:
        past = head.lower in past_forms()
        if cut and _participle_doubt(text, words, at, end):
            return None
        auxiliary = "did" if past else "do" if head.lower == verb else "does"
        plural = auxiliary == "do" or (past and is_plural(words[at - 1].lower))
        predicate = f"{verb} {rest}".strip()
    elif auxiliary in ("has", "have", "had") and not _is_participle(predicate):
        if auxiliary == "had" or negated:
            return None
        predicate = f"have {predicate}"
        auxiliary = "does" if auxiliary == "has" else "do"
    if not predicate or predicate.lower().startswith(
        ("only", "just", "to ", "nothing", "no ", "little", "hardly", "few ", "neither", "not")
    ):
        return None
    named = words[0].lower != "the" and all(
        word.capitalised or word.lower in ("of", "the", "and", "de") for word in words[:at]
    )
    return Clause(
        subject, named and subject[0].isupper(), plural, auxiliary, negated, predicate, stated, verb, lead, after
    )


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
    return bool(words & _POINTING) or (bool(owning) and not _explains(owning, subject))


def _explains(owning: set[str], subject: str) -> bool:
    """Whether "its" or "their" may be the subject's. "His" and "her" are somebody's, and a question should say whose."""
    return owning <= {"its", "their"} and ("their" in owning) == is_plural(subject.split()[-1])


def _participle_doubt(text: str, words: Sequence[Word], at: int, end: int) -> bool:
    """Whether another verb follows, so that "signed" in "The deal signed in May covers" may be no verb of its own."""
    inside = [word for word in words[at + 1 :] if word.end <= end]
    return any(word.lower in AUXILIARIES or word.lower in present_forms() for word in inside)


def _is_participle(predicate: str) -> bool:
    """Whether "has" is an auxiliary here: "been", "not yet decided", but not "a name"."""
    for word in words_of(predicate)[:3]:
        lower = word.lower
        if (
            lower.endswith(("ed", "wn", "en"))
            or lower in past_forms()
            or lower in ("run", "become", "come", "put", "cut", "set", "done", "gone", "risen", "begun", "sung", "sunk")
        ):
            return True
        if lower not in (
            "not",
            "yet",
            "already",
            "never",
            "long",
            "always",
            "since",
            "now",
            "just",
            "recently",
        ) and not lower.endswith("ly"):
            return False
    return False
