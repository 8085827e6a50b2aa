"""Who somebody is, and what they said. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.asking.casing import Casing
from bot.asking.clauses import clause_of
from bot.asking.subjects import is_plural
from bot.english.words import names_people, word_list

_PART = r"[A-Z][\w'’-]*[^\W\d_A-Z]"
_FULL = rf"{_PART}(?:\s+(?:[A-Z]\.|(?:de|van|von|der|al|el|bin|di|da)|[A-Z][\w'’-]+)){{0,2}}\s+{_PART}"
_FULL_NAME = re.compile(_FULL)
_BEFORE_NAME = re.compile(rf"(?P<role>[a-z][\w-]*)(?:\s+of\s+(?:the\s+)?[\w\s]{{2,30}}?)?,\s+(?P<name>{_FULL}),")
_AFTER_NAME = re.compile(
    rf"(?P<name>{_FULL}),\s+(?:(?:a|an|the|its|their)\s+)?(?P<role>(?:[a-z][\w-]*\s+){{0,3}}?[a-z][\w-]*)"
    r"(?=\s+(?:of|at|for|from|in|with|to|who|on)\s|,|\.)"
)
_WITH_NAME = re.compile(
    rf"(?:^|\s)(?P<role>[a-z][a-z-]+)\s+(?P<name>{_FULL})"
    r"(?=[,.]|\s+(?:who|is|was|has|had|will|would|told|said|says|and)\b)"
)
_LED_BY_ROLE = re.compile(
    r"^(?:Vice-president|Vice-chancellor|Director|Biologist|Economist|Chairwoman|Chairman|Coach|Finance|Chief)\s+(?=\S+\s)"
)
_NO_PERSON = re.compile(
    r"['’]s?$|\b(?:Ltd|Inc|Group|Capital|Bank|Sound|Party|Union|Council|Company|Street|School|University|Olympic|Club"
    r"|Trust|Society|Hotel|Museum)\b"
)
_ROLES = word_list("""
    chair secretary spokeswoman spokesman spokesperson head boss captain mayor deputy chief guide nurse coach
    economist pilot clerk cook professor chairwoman chairman headteacher architect curator treasurer rector
""")
_FIRMS = word_list("""
    operator agent brewer shareholder supplier maker dealer lender owner carrier insurer retailer builder developer
    contractor publisher newspaper manufacturer producer newsletter broadcaster bidder airline investor
""")
"""Companies are these as often as people are."""
_REPORTS = re.compile(
    r"\b(?:said|says|told|tells|added|argued|argues|insisted|insists|warned|warns|explained|explains|according to"
    r"|claimed|claims|wrote|writes)\b",
    re.IGNORECASE,
)
_SAID_THAT = re.compile(r"\b(?:said|says|argued|argues|insisted|warned|explained|claimed|claims|added)\s+(?:that\s+)?")
_IN_NAMES = word_list("of the and & de van von der al el bin di da")
_NO_NAME = re.compile(r"(?:A|An|One|Some|Its|His|Her|Their|Our|My|This|That|Another)\b|the \w+est$")
_LONGEST_NAME = 5


def who_is(sentence: str) -> Iterator[tuple[str, str]]:
    """The people whom a sentence introduces by what they are, each with the question who that is."""
    for pattern in (_BEFORE_NAME, _AFTER_NAME, _WITH_NAME):
        for found in pattern.finditer(sentence):
            name = _LED_BY_ROLE.sub("", found["name"])
            if _is_role(found["role"].split()[-1]) and not _NO_PERSON.search(name):
                yield name, f"Who is {name}?"


def reports(sentence: str) -> bool:
    """Whether a sentence may hold somebody's words."""
    return bool(_REPORTS.search(sentence))


def what_was_said(speaker: str, sentence: str, casing: Casing) -> str:
    """What ``speaker`` said, and about what where the sentence reports it; ``""`` where the name is not clear."""
    name = _named(speaker, sentence, casing)
    if not name:
        return ""
    reported = _SAID_THAT.search(sentence)
    clause = clause_of(sentence[reported.end() :], casing, opens=False) if reported else None
    about = f" about {clause.subject}" if clause and clause.subject.lower() not in name.lower() else ""
    return f"What did {name} say{about}?"


def _is_role(word: str) -> bool:
    """Whether a word is one for what a single person does or is."""
    if word in _ROLES:
        return True
    return names_people(word) and not is_plural(word) and word not in _FIRMS and not word.endswith("ing")


def _named(speaker: str, sentence: str, casing: Casing) -> str:
    """A speaker as a question names them: without a role in capitals, with the article that the name goes with."""
    if not re.match(r"[A-Z]|the\b", speaker) or "," in speaker or len(speaker.split()) > _LONGEST_NAME:
        return ""
    name = re.sub(r"^The\b", "the", speaker)
    first, _, others = name.partition(" ")
    if _NO_NAME.match(name):
        return ""
    if not others:
        return name if first.lower() in casing.names and sentence.startswith(first) else ""
    if first[0].islower():
        return name
    if (_is_role(first.lower()) or first.lower() in casing.small) and _FULL_NAME.fullmatch(others):
        return others
    if not all(word[0].isupper() or word in _IN_NAMES for word in others.split()):
        return ""
    if f"the {name.lower()}" in sentence.lower():
        return f"the {name}"
    return "" if _NO_PERSON.search(name) else name
