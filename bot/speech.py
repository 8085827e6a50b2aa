"""What in a sentence is speech, and whom the sentence names as its speaker. Pure; English alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

BLOT = "\0"
"""What stands for each character within quotation marks, these included."""

_SPEECH = re.compile(
    r"""“[^”\n]*(?:”|$) | "[^"\n]*(?:"|$) | (?<!\w)[‘'](?=\w)[^\n]{2,600}?[,.!?…][’'](?!\w)""", re.VERBOSE
)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whom a sentence names as its speaker: where the name stands in it, or the pronoun that stands for it."""

    start: int
    end: int
    pronoun: str = ""
    """"he", "she" or "it", else ``""``."""


_REPORTING = (
    "said|says|say|told|tells|added|adds|wrote|writes|stated|states|argued|argues|argue|claimed|claims|claim|insisted"
    "|insists|insist|warned|warns|warn|explained|explains|announced|announces|admitted|admits|admit|conceded|concedes"
    "|concede|acknowledged|acknowledges|noted|notes|complained|complains|confirmed|confirms|denied|denies|replied|replies"
    "|answered|recalled|recalls|promised|promises|declared|declares|testified|maintained|maintains|stressed|stresses"
    "|suggested|suggests|predicted|predicts|reminded|remarked|remarks|reported|responded|objected|observed"
    "|observes|asserted|asserts|alleged|alleges|joked|disclosed|revealed|reveals"
)
_BESIDE = f"{_REPORTING}|asked|asks|reckons|reckon|thinks|believes|believe|finds|found|put it|puts it"
"""Verbs that name a speaker in passing: ``…, she found, …``."""
_CLAUSE = r"(?:\s+(?!not\b|no\b)[\w'’-]+){0,5}?(?:\s+(?:that|how|why|whether)\b|:?\s+\0|:$|,\s+\0)"
"""What follows a verb that tells what somebody says: up to five words (to whom, when), and the clause or the speech."""
_SAYS = (
    rf"(?:(?:at first|at the time)\s+)?(?:(?:also|later|then|once|now|again|still|even|\w+ly)\s+)?(?:(?:has|have|had)\s+(?:also\s+|since\s+)?)?"
    rf"(?:(?:said|says|say)\b(?!\s+(?:no|yes|so|nothing|anything|little|goodbye|farewell|sorry|to|what|who)\b)"
    rf"|(?:{_REPORTING})\b(?={_CLAUSE}))"
)
_STOP = (
    r"(?:is|are|was|were|be|been|being|has|have|had|do|does|did|will|would|can|could|may|might|must|shall|should|that"
    r"|which|who|whom|whose|when|where|why|how|what|whether|if|because|since|although|though|while|as|than|until|unless"
    r"|before|after|and|or|but|not|never|to(?! (?:the|a|an)\b)|it|he|she|they|we|i|you|there|this|these|those|so|then|once|nobody|no|none"
    r"|neither|nor|both|either|also|later)\b(?!-)"
)
"""Words that are in no plain noun phrase that speaks."""
_WORD = rf"(?:(?:Mr|Mrs|Ms|Dr|Rev|St|[A-Z])\.|(?!(?i:{_STOP}))[\w$£€&](?:[\w'’.&/-]*[\w'’])?)"
_PHRASE = rf"{_WORD}(?:\s+{_WORD}){{0,11}}?"
_LEAD = (
    r"[*_\s]*(?:(?:\w+\s+){1,6}(?:after|before|ago|later)\b[^,;:.\0]*,\s+|(?:And|But|Yet|Still|So|Then|Later|Meanwhile|Instead|However|Asked|Pressed|Speaking|In|On|At|After|Before"
    r"|Through|During|For|Last|Since|Under|With|To|From|By|As|Earlier|Outside|Inside|Writing|Today|Yesterday)\b"
    r"[^,;:.\0]*,\s+|(?:And|But|Yet)\s+|On\s+(?:\w+day|\d+\s\w+)\s+|(?:In|On|At|After|During|Outside)\s+(?:[\w'’-]+\s+){1,6}?(?=(?:he|she|it)\s))?"
)
_NAME = r"(?:[A-Z]\.|[A-Z](?:[\w'’.&-]*[\w'’])?|de|da|do|dos|del|der|den|di|du|la|le|van|von|al|el|bin|ibn|ter)"
_NAMES = (
    rf"(?:(?:Mr|Mrs|Ms|Dr|Rev|St)\.?\s+)?(?!(?:The|A|An|This|That|These|Those|Its|His|Her|Their|In|On|At|Of|It|If|No|Not"
    rf"|When|Where|What|Who|Why|How|All|Some|Most|Many|One|Two|Both|Each|As|By|For|From|With|There|To|And|But|So)\s)"
    rf"(?:[A-Z]\.|[A-Z](?:[\w'’.&-]*[\w'’])?)(?:\s+{_NAME}){{0,4}}"
)
_BETWEEN = r"(?!(?:is|are|was|were|has|have|had|did|does|will|would|can|could|and|but)\b)"
_OPENING = re.compile(
    rf"{_LEAD}(?:(?P<pronoun>(?i:he|she|it))|(?!(?:In|On|At|For|By|From|With|Of|After|During)\s)(?P<subject>{_PHRASE})(?:,\s+(?P<middle>{_BETWEEN}[^;\0]{{1,160}}?),|\s+who\s[^,;\0]{{3,60}}?)?)"
    rf"\s+{_SAYS}"
)
_SUBJECT = re.compile(rf"{_LEAD}(?:(?P<pronoun>(?i:he|she|it|they|we|i)\b)|(?P<subject>{_PHRASE})(?=[\s,.]))")
_AND_SAYS = re.compile(rf",?\s+(?:and|but)\s+(?!(?:say|argue|claim|insist|warn|admit|concede)\b){_SAYS}")
_ACCORDING = re.compile(
    rf"(?:^|(?<=,\s)|(?<=\0\s))(?:[Aa]ccording to|[Ii]n the words of)\s+(?P<subject>{_PHRASE})(?=\s*[,.;\0]|\s+(?:who|which|that)\b|$)"
)
_INVERTED = re.compile(
    rf"(?:,\s+(?:said|says|say|added|adds)|\0\s+(?:{_BESIDE}))\s+(?!(?:by|in|on|at|for|from|with|of|about|after|through|during|the court|him|her|them|us|me)\b)(?P<subject>{_PHRASE})(?=[,.;:\0]|\s+(?:who|which|that|as|when|while|after|before|and)\b|$)"
    rf"(?:,\s+(?P<middle>[^,;.\0]{{1,60}}))?"
)
_AFTER_SPEECH = re.compile(
    rf"\0\s+(?:(?P<pronoun>he|she|it)|(?P<subject>{_PHRASE})(?:,\s+(?P<middle>{_BETWEEN}[^;\0]{{1,120}}?),)?)"
    rf"\s+(?:\w+ly\s+|later\s+|also\s+)?(?:{_BESIDE})\b"
)
_BESIDE_IT = re.compile(
    rf",\s+(?:(?P<pronoun>he|she|it)|(?P<subject>{_PHRASE}))\s+(?:{_BESIDE})"
    rf"(?:\s+(?:on|in|at|to|from)\s+[\w ]{{1,30}}|\s+(?:today|yesterday|later|\w+day))?\s*(?:[,.;\0]|$)"
)
_VAGUE = re.compile(
    r"(?:one|another|some|others|several|many|most|few|all|each|a (?:second|third|fourth)|two|three|four|five|six|seven"
    r"|eight|nine|ten|eleven|twelve|\w+teen|the|a|an|its|his|her|their|my|our|your|.+['’]s?|the (?:first|second|third|others?|latter|former|next|rest|same)|\d+|people|sources)",
    re.IGNORECASE,
)


_HOLDS_ON = re.compile(r"\b(?:the|of|for|at|in|from|by|with)\s+$", re.IGNORECASE)
_BODY = re.compile(
    r"(?:The|A|An|Its)\s+(?:[\w'’-]+\s+){0,2}?(?:report|review|study|survey|inquiry|letter|statement|paper|group"
    r"|organisation|organization|company|ministry|department|government|agency|union|charity|party|council|court"
    r"|commission|committee|board|firm|bank|university|association|authority|trust|club|society|federation|office)\b"
)
"""What "it said" may mean."""


def mask_speech(paragraph: str) -> str:
    """``paragraph``, each character within quotation marks replaced by BLOT; what is opened and not closed as well."""
    return _SPEECH.sub(lambda speech: BLOT * len(speech[0]), paragraph)


def attribution_of(masked: str, sentence: str) -> Attribution | None:
    """Whom a sentence names as the one who says it; None where it names nobody, or not clearly.

    ``masked``: ``sentence`` by ``mask_speech``.
    """
    spoken = re.search(r"[,.?!…—–-][\"”’']?\Z", sentence[: _end_of_speech(masked)])
    ways = [_ACCORDING.search(masked)]
    if spoken:
        ways.append(_AFTER_SPEECH.search(masked))
    ways += [_inverted(masked, bool(spoken)), _OPENING.match(masked), _BESIDE_IT.search(masked)]
    for way in ways:
        if way and (found := _attribution(masked, way)):
            return found
    return _going_on(masked)


def subject_of(masked: str) -> Attribution | None:
    """Whom a sentence is about: the name, the pronoun or the phrase that it begins with."""
    opening = _SUBJECT.match(masked)
    if opening is None:
        return None
    if opening["pronoun"]:
        return Attribution(*opening.span("pronoun"), opening["pronoun"].lower())
    start = opening.start("subject")
    name = re.compile(rf"(?:[\w'’-]+\s+){{1,6}}?[\w'’-]+,\s+({_NAMES})(?=,|\s+[a-z])").match(masked, start)
    if name and " " in name[1]:
        return Attribution(*name.span(1))
    name = re.compile(rf"(?:[\w'’-]+\s+){{0,4}}?((?:(?:Mr|Mrs|Ms|Dr)\.?\s+)?{_NAMES})(?![\w'’])").match(masked, start)
    if name and not name[1].endswith(("'s", "’s", "'", "’")):
        return Attribution(*name.span(1))
    body = _BODY.match(masked, start)
    return Attribution(*body.span()) if body else None


def _end_of_speech(masked: str) -> int:
    """Where the first speech of the sentence ends; 0 where there is none."""
    found = re.search(rf"{BLOT}+", masked)
    return found.end() if found else 0


def _inverted(masked: str, spoken: bool) -> re.Match[str] | None:
    found = _INVERTED.search(masked)
    return found if found and (spoken or found[0][0] == ",") and not re.match(r"\W+(?:told|tells)\b", found[0]) else None


def _going_on(masked: str) -> Attribution | None:
    """The subject of a sentence that does something else first: ``Ann Bell accepted nine and said that …``."""
    says = _AND_SAYS.search(masked)
    if says is None or ";" in masked[: says.start()]:
        return None
    subject = subject_of(masked[: says.start()])
    return subject if subject and subject.pronoun not in ("they", "we", "i") else None


def _attribution(masked: str, way: re.Match[str]) -> Attribution | None:
    groups = way.groupdict()
    if groups.get("pronoun"):
        return Attribution(*way.span("pronoun"), way["pronoun"].lower())
    start, end = way.span("subject")
    if groups.get("middle"):
        middle = re.match(rf"{_NAMES}(?=,|$|\s+(?:of|from|at|in|for|who)\b)", way["middle"])
        if middle and not _ends_in_name(way["subject"]):
            at = way.start("middle")
            alone = " " not in middle[0]
            return Attribution(start if alone else at, at + middle.end())
    if _VAGUE.fullmatch(way["subject"]):
        return None
    name = re.search(rf"(?:^|(?<=[a-z]\s)|(?<=['’]s\s)|(?<=\d\s))({_NAMES})$", way["subject"])
    if name and " " in name[1] and not _HOLDS_ON.search(way["subject"][: name.start(1)]):
        return Attribution(start + name.start(1), end)
    return Attribution(start, end)


def _ends_in_name(phrase: str) -> bool:
    return re.search(rf"(?:^|\s){_NAME}\s+[A-Z][\w'’.-]*$", phrase) is not None
