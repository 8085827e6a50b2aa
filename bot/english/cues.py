"""What the words of a question and of a quote say about whether the one denies what the other asks. Pure.

Small lists of English words: those that deny, those that leave open, those that speak of a part. They decide nothing by
themselves; bot/verdict.py weighs them beside what the models read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DENYING = _words("not no never none nobody nothing nowhere neither nor without cannot hardly scarcely barely n't")
"""They turn round the sense of what follows."""
REFUSING = _words(
    "deny denies denied denying refuse refuses refused refusing refusal reject rejects rejected rejecting ban"
    " bans banned banning bar bars barred forbid forbids forbidden forbade prohibit prohibits prohibited exclude"
    " excludes excluded excluding exempt exempts exempted exemption fail fails failed failing failure lack lacks"
    " lacked lacking stop stops stopped drop drops dropped scrap scraps scrapped cancel cancels cancelled canceled"
    " abandon abandons abandoned withdraw withdrew withdrawn end ended halt halted suspend suspended lose loses"
    " lost miss missed missing unable unchanged untouched unaffected unlike decline declines declined void false"
    " wrong dispute disputes disputed rebut rebuts rebutted contradict short empty absent against instead rather"
    " other elsewhere out leave leaves leaving left close closes closed closing shut shuts shutting gone"
)
"""They deny by their own meaning."""
OPEN = _words(
    "may might could would should whether if unclear unknown undecided pending consider considers considered"
    " considering discuss discussed discussing talks hope hopes hoped hoping plan plans planned planning propose"
    " proposes proposed proposal expect expects expected ask asks asked seek seeks sought wait waits waiting"
    " awaits awaiting awaited review reviewed examine examining explore exploring likely unlikely possible"
    " possibly perhaps probably decide decides deciding decision appeal appealed yet soon want wants wanted aim"
    " aims intend intends suggest suggests suggested believe believes believed think thinks claimed"
    " alleged allegedly reportedly rumours disagree disagreed divided open vote votes tested testing trial draft"
    " study"
)
"""They leave a matter open, or report what somebody thinks of it."""
PART = _words(
    "some most many several few part partly partially half third quarter two-thirds three-quarters majority"
    " minority mostly mainly largely almost nearly certain others rest partial percent"
)
"""They speak of less than all."""
WHOLE = _words(
    "all every each everyone everybody entire entirely whole wholly fully full always both only any completely"
)
"""They speak of all."""
_COMMON = _words(
    "a an the is are was were be been being am do does did has have had having can could will would shall should"
    " may might must to of in on at by for from with into about as it its they them their he him his she her we us"
    " our i me my you your this that these those there here and or so than then also still already ever any who"
    " which what whose whom when where if up out over under per s t said says say get gets got"
)
"""They tell nothing of what a question is about."""
_TOKEN = re.compile(r"\d[\d,.]*\d|\d|[^\W\d_]+(?:[-'][^\W\d_]+)*")
_CLAUSE = re.compile(
    r"[,;:—–()\"“”]|\s-\s|\b(?:but|and|which|who|while|whereas|although|though|because|since|unless|except|so that)\b"
)
_LEADING_NOT = re.compile(r"^(\w+)n't\b")
_TAG = re.compile(r",\s*\w+(?:n't)? (?:i|you|he|she|it|we|they|there)\s*\?*$")


@dataclass(frozen=True, slots=True)
class Cues:
    """What is to be seen in a question and a quote; "the clause" is the one that shares most with the question."""

    asked_denied: bool
    """The question itself is put in the negative: "Did nobody object?"; not so "Didn't they object?"."""
    asked_whole: bool
    """The question asks for all, every, always."""
    asked_part: bool
    leaves_open: bool
    """It holds a word that leaves open what it says, and that the question does not have."""
    overlap: float
    """The share, in [0, 1], of the question's telling words that the quote has as well."""


def find_cues(question: str, quote: str) -> Cues:
    """The cues of a yes/no question and of the quote that is to answer it."""
    asked = tokens(_LEADING_NOT.sub(r"\1", _TAG.sub("", _plain(question).strip())))
    telling = {stem(word) for word in asked} - {stem(word) for word in _COMMON | DENYING}
    clause = nearest_clause(telling, quote)
    said = {stem(word) for word in tokens(quote)}
    return Cues(
        asked_denied=any(word in DENYING or word in REFUSING for word in asked),
        asked_whole=any(word in WHOLE for word in asked),
        asked_part=any(word in PART for word in asked),
        leaves_open=any(word in OPEN and stem(word) not in telling for word in clause),
        overlap=len(telling & said) / len(telling) if telling else 0.0,
    )


def nearest_clause(telling: set[str], quote: str) -> list[str]:
    """The words of the clause of ``quote`` that has most of the stems ``telling``; of equals, the first."""
    clauses = [found for part in _CLAUSE.split(_plain(quote)) if (found := tokens(part))]
    return max(clauses, key=lambda clause: len(telling & {stem(word) for word in clause}), default=[])


def tokens(text: str) -> list[str]:
    """Words and numbers in lower case; "doesn't" becomes "does" and "n't"."""
    found: list[str] = []
    for word in _TOKEN.findall(_plain(text)):
        if word.endswith("n't"):
            found += [word[:-3], "n't"]
        else:
            found.append(word.removesuffix("'s"))
    return found


def stem(word: str) -> str:
    """What inflected forms of a word have in common, roughly: its first letters."""
    for ending in ("ing", "ies", "ed", "es", "s", "ly"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:6].rstrip("e")


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'")
