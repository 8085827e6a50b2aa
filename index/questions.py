"""Whether a question asks for yes or no, and what of its wording asks nothing. Pure: by its words alone.

Wrong guesses are cheap one way only: to a question that asks for a name, "Yes." is nonsense; a yes/no question that is
not recognised is still answered with its quote. So what is doubtful is none.
"""

from __future__ import annotations

import re

_AUXILIARY = (
    r"(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must|ain'?t"
    r"|(?:is|are|was|were|do|does|did|has|have|had|could|would|should|must|might|need)n'?t|can'?t|cannot|won'?t|shan'?t)"
)
_ASKING = r"(?:who|whom|whose|what|which|where|when|why|how)"
_SUBJECT = r"(?:i|you|he|she|it|we|they|there|the|a|an|any|anyone|anybody|anything|this|that|these|those|my|your|our)"
_FILLER = re.compile(
    r"^(?:(?:so|and|but|ok|okay|well|then|hi|hey|hello|please|um|hmm|wait|also|now|actually|right|sorry|just|or)\b[\s,:;.!…-]*)+"
)
_STARTS = re.compile(rf"{_AUXILIARY}\b(?!\s+(?:{_ASKING}\b|of\b))(?!(?<=\bmay)\s\d)")
_ASKS_WHETHER = re.compile(
    r"(?:is it (?:true|right|correct|the case) (?:that )?|any (?:chance|truth|sign|hope|possibility|plans?)\b"
    r"|(?:tell me|say|i wonder|wondering|i want to know|i'd like to know|what about|(?:do|does|did|can|could|would) \w+"
    r"(?: \w+)? (?:know|tell(?: me| us)?|say|said|mention|explain)|any (?:word|news|idea) (?:on|about|of)?)"
    r" ?(?:whether|if) "
    r"|whether )"
)
_ASKS_MORE = re.compile(
    rf"{_AUXILIARY} (?:\w+ ){{1,4}}?"
    r"(?:know|tell|say|said|mention|explain|specify|state|reveal|show|describe|remember|think)"
    rf"(?: me| us)?(?: anything about| something about)? {_ASKING}\b(?! to\b)"
    r"|(?:can|could|will|would) (?:you|u) (?:please |just )?"
    r"(?:tell|say|explain|describe|list|name|give|show|sum|summari[sz]e|quote|find|point|elaborate|clarify)\b"
)
_TAG = re.compile(
    rf"(?:,\s*|\s)(?:{_AUXILIARY} (?:i|you|he|she|it|we|they|there)|or not)$|,\s*(?:right|correct|yes|no|true)$"
)
_ALTERNATIVE = re.compile(
    r"\bor (?!not\b|so\b|more\b|less\b|fewer\b|later\b|earlier\b|above\b|below\b|over\b|under\b|any|other"
    r"|ever\b|even\b)"
)
_ASKS = re.compile(
    rf"(?:(?:in|on|at|of|to|for|from|by|with|under|about|since|until|after|during|over|through) )?{_ASKING}\b"
)
_AND_ASKS = re.compile(rf",\s*(?:and |but )?{_ASKING}\b|\band (?:if so,? |if not,? )?(?:why|how|when|where|what)\b")
_LEADS = re.compile(
    r"(?:if|in|on|at|after|before|during|under|for|by|since|with|without|once|as|from|until|according)\b"
)
_INNER = re.compile(rf"\s{_AUXILIARY} {_SUBJECT}\b")
_AFTER_COMMA = re.compile(rf",\s*{_AUXILIARY} \w")
_BRACKETS = re.compile(r"\s*\([^()]*\)\s*$")
"""What a follow-up was understood to be about: no question of its own."""
_LAST_SENTENCE = re.compile(r"(?<=\w[.!?])\s+(?=\w)|\s[-–—]+\s")
_OPENING = re.compile(
    rf"^\s*(?:(?:so|ok|okay|well|hi|hey|hello|um|hmm|please)\b[\s,:;.!…-]+)+(?=(?:{_AUXILIARY}|{_ASKING})\b)",
    re.IGNORECASE,
)


def without_opening(question: str) -> str:
    """``question`` less the words with which people begin to talk: "So does it rain?" asks what "does it rain?" does.

    Only before a word that asks: "So Lam won?" stays as it is. So do "and" and "but", which lean on what went before.
    """
    return _OPENING.sub("", question)


def is_yes_no(question: str) -> bool:
    """Whether ``question`` asks for yes or no: "Does the deal cover returns?", "any chance that it will?".

    Not so where it names alternatives ("red or blue?"), or asks what somebody said. False for a blank one.
    """
    asked = " ".join(_BRACKETS.sub("", question).casefold().replace("’", "'").split()).rstrip("?!. ")
    last = _LAST_SENTENCE.split(asked)[-1]
    asked, last = _FILLER.sub("", asked, count=1), _FILLER.sub("", last, count=1)
    if _ASKS.match(last) or _AND_ASKS.search(last) or _ALTERNATIVE.search(last):
        return False
    if _ASKS_MORE.match(last) and not _ASKS_WHETHER.match(last):
        return False
    return _asks_whether(asked) or _asks_whether(last)


def _asks_whether(asked: str) -> bool:
    if _STARTS.match(asked) or _TAG.search(asked) or _ASKS_WHETHER.match(asked):
        return " " in asked
    led = _AFTER_COMMA.search(asked) or (_LEADS.match(asked) and _INNER.search(asked))
    return bool(led) and not re.search(rf"\b{_ASKING}\b", asked)
