"""Why, whether, when, where, who and what: the questions that a clause answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.asking.amounts import amounts
from bot.asking.clauses import Clause, ask
from bot.asking.dates import DATE, WHEN
from bot.asking.kinds import Kind, Made
from bot.asking.subjects import BE, is_plural
from bot.asking.verbs import past_forms
from bot.english.words import FUNCTION_WORDS, names_people, word_list, words_of

_CAUSE = re.compile(r"^,?\s*(?:partly\s+|mainly\s+|chiefly\s+|largely\s+|mostly\s+)?(?:because\b|due to\b|owing to\b)")
_PARTLY = re.compile(r"\s*\b(?:partly|mainly|chiefly|largely|mostly|not least)$")
_CAUSE_INSIDE = re.compile(
    r"\s+(?:partly\s+|mainly\s+|chiefly\s+|largely\s+|mostly\s+)?(?:due to|owing to|as a result of|on account of)\s.+$"
)
_STANDING = word_list("stand lie live meet begin start end") | {"take place"}
_PLACED = re.compile(
    r"^(?P<verb>(?:be\s+)?(?:held|built|based|found|buried|born|housed|located|kept|made|printed|filmed|stored|shown|taught)"
    r"|be|stand|live|meet|begin|start|end|take place)?(?:^|\s+)(?:in|at|near|on)\s+(?:the\s+)?"
    r"(?!\w+(?:ish|ian|ese)\b)(?:[a-z]+\s+(?:of|in)\s+)?[A-Z]"
)
_UNASKED = re.compile(
    r"^(?:yet|want|know|mean|say|think|seem|need|tell|comment|disclose|name|be of)\b|\bwhat\b"
    r"|\b(?:calls?|comment|from|for|with|to|of|by)$"
)
"""Nobody asks whether a spokesman returned calls; and what was cut off behind a preposition is missed."""
_UNCOUNTED = word_list("evidence power money insurance effect intention authority right help room")
_SHORT = 5
"""Words of a predicate: longer ones tell a story, which nobody asks to have confirmed."""
_SETTLING = word_list("""
    been accepted admitted agreed apologised approved arrested banned bought changed closed confirmed denied found
    ended fixed lifted opened ordered paid published reached rejected replied resigned signed started stopped
    suspended withdrawn won
""")
"""What somebody may or may not have done: worth asking."""
_TOLD = re.compile(
    r"\d|\b(?:no|nobody|none|nothing|never|only|nevertheless|next|first|soon|now|not|once|twice|at any rate)\b"
)
"""What would be no question any more, or gives the answer away."""
_NO_END = FUNCTION_WORDS - {"out", "up"} | word_list("two three four five six seven eight nine ten")
_STATES = word_list("""
    allowed permitted free included open exempt required compulsory admitted available covered banned forbidden
""")
_AGENTIVE = word_list("""
    buy build design found win invite propose reject oppose approve write draw lead discover invent create publish sign
    sell own run organise support finance fund establish launch direct introduce ban pay replace succeed carry check
    manage supply represent drive teach train kill steal damage destroy describe examine identify compare
    criticise welcome chair operate
""")
_WHAT = {
    "want": "What {do} {who} want?",
    "promise": "What {do} {who} promise?",
    "propose": "What {do} {who} propose?",
    "recommend": "What {do} {who} recommend?",
    "demand": "What {do} {who} demand?",
    "deny": "What {do} {who} deny?",
    "agree": "What {do} {who} agree to do?",
    "refuse": "What {do} {who} refuse to do?",
    "offer": "What {do} {who} offer?",
    "require": "What {do} {who} require?",
    "discover": "What {do} {who} discover?",
    "predict": "What {do} {who} predict?",
    "expect": "What {do} {who} expect?",
    "suggest": "What {do} {who} suggest?",
    "argue": "What {do} {who} argue?",
    "decide": "What {do} {who} decide?",
    "urge": "What {do} {who} urge?",
    "insist": "What {do} {who} insist on?",
    "plan": "What {do} {who} plan to do?",
    "hope": "What {do} {who} hope to do?",
    "aim": "What {do} {who} aim to do?",
    "intend": "What {do} {who} intend to do?",
    "need": "What {do} {who} need to do?",
}
_TAKES_TO = frozenset(("agree", "refuse", "plan", "hope", "aim", "intend", "need"))
_MEANT = re.compile(
    r"(?P<how>meant|designed|supposed|expected|required|allowed|obliged|intended)\s+to\s+(?P<verb>[a-z]+)\b"
)


def about(clause: Clause) -> Iterator[Made]:
    """The kinds and the words of the questions that a clause answers."""
    yield from _why(clause)
    yield from _having_none(clause)
    if clause.negated:
        yield from _whether(clause)
        return
    yield from amounts(clause)
    yield from _when(clause)
    yield from _where(clause)
    yield from _who(clause)
    yield from _doing(clause)
    yield from _confirmed(clause)


def _whether(clause: Clause) -> Iterator[Made]:
    predicate = re.sub(r"^(?:no longer)\b", "still", clause.predicate)
    predicate = re.sub(r"\s+at all$", "", predicate)
    if clause.auxiliary in ("may", "must", "might", "would", "could", "had") or _UNASKED.search(predicate):
        return
    if len(words_of(predicate)) >= 2:
        yield Kind.WHETHER, ask("", clause, predicate)


def _having_none(clause: Clause) -> Iterator[Made]:
    """What has none of something, asked for it."""
    found = re.match(r"have no (?P<what>[a-z-]+)\b(?!\s+longer)", clause.predicate)
    if not found or re.search(r"\b(?:except|but|other|apart)\b", clause.predicate):
        return
    if is_plural(found["what"]) or found["what"] in _UNCOUNTED:
        yield Kind.WHETHER, ask("", clause, clause.predicate.replace("have no ", "have any ", 1))


def _confirmed(clause: Clause) -> Iterator[Made]:
    """What is allowed, done or announced, asked whether it is so."""
    words = clause.predicate.split()
    told = _TOLD.search(clause.predicate) or DATE.search(clause.predicate) or clause.lead
    if told or _UNASKED.search(clause.predicate) or (len(words) < 2 and clause.auxiliary not in BE):
        return
    permitted = clause.auxiliary in ("can", "may") and words[0] == "be" and words[1] in past_forms()
    done = clause.auxiliary in ("has", "have") and len(words) <= _SHORT and words[0] in _SETTLING
    stands = clause.auxiliary in ("is", "are") and words[0] in _STATES
    if permitted or done or stands or clause.auxiliary == "will":
        auxiliary = "can" if permitted else clause.auxiliary
        yield Kind.CONFIRMED, ask("", replace(clause, auxiliary=auxiliary), clause.predicate)


def _why(clause: Clause) -> Iterator[Made]:
    predicate = clause.predicate
    inside = _CAUSE_INSIDE.search(predicate)
    if inside:
        predicate = predicate[: inside.start()]
    elif not _CAUSE.match(clause.after):
        return
    predicate = _PARTLY.sub("", predicate)
    words = words_of(predicate)
    if not words or words[-1].lower in FUNCTION_WORDS or not (words[1:] or clause.verb or _passive(predicate)):
        return
    yield Kind.WHY, ask("why", clause, f"not {predicate}" if clause.negated else predicate)


def _when(clause: Clause) -> Iterator[Made]:
    dates = list(WHEN.finditer(clause.predicate))
    predicate = clause.predicate
    opens = re.match(r"open\s+(?:from|on|until|between|every|daily)\b", predicate)
    if opens and clause.auxiliary in BE:
        yield Kind.WHEN, ask("when", clause, "open", lead=False)
        return
    if len(dates) == 1 and not clause.lead and not predicate[dates[0].end() :].strip(" ,."):
        predicate = predicate[: dates[0].start()].rstrip(" ,")
    elif not clause.lead or dates:
        return
    words = words_of(predicate)
    if clause.auxiliary not in BE | {"did", "does", "do", "will", "must"} or re.search(r"\d", predicate):
        return
    if (not words and clause.auxiliary not in BE) or (
        words and (words[0].lower == "have" or words[-1].lower in _NO_END)
    ):
        return
    if words and clause.auxiliary in BE and not _passive(predicate):
        return
    if clause.verb and words[1:] and words[-1].lower in past_forms():
        return  # "went to a station closed in 2020": the date is not that of the clause
    yield Kind.WHEN, ask("when", clause, predicate, lead=False)


def _passive(predicate: str) -> bool:
    first = next((word.lower for word in words_of(predicate) if not word.lower.endswith("ly")), "")
    return (
        first.endswith(("ed", "wn", "lt", "en"))
        or first in past_forms()
        or first in ("born", "held", "made", "built", "due", "open")
    )


def _where(clause: Clause) -> Iterator[Made]:
    if DATE.search(clause.predicate) or clause.auxiliary not in BE | {"will", "does", "do", "did"}:
        return
    found = _PLACED.match(clause.predicate)
    if found and len(clause.predicate.split()) <= 8:
        verb = found["verb"] or ""
        if (clause.auxiliary in BE) == (verb not in _STANDING and not verb.startswith("be")):
            yield Kind.WHERE, ask("where", clause, verb, lead=False)


def _who(clause: Clause) -> Iterator[Made]:
    if not clause.named or clause.plural or clause.verb not in _AGENTIVE or clause.auxiliary not in ("did", "does"):
        return
    if len(words_of(clause.stated)) >= 3:
        stated = f"Who {clause.stated} {clause.lead}".strip(" ,.")
        yield Kind.WHO, f"{stated}?"


def _doing(clause: Clause) -> Iterator[Made]:
    meant = _MEANT.match(clause.predicate)
    if meant and clause.auxiliary in BE and meant["verb"] in past_forms().values():
        yield Kind.DOING, ask("what", clause, f"{meant['how']} to do", lead=False)
    if clause.verb in ("include", "contain", "cover") and clause.auxiliary != "did":
        yield Kind.DOING, ask("what", clause, clause.verb, lead=False)
    template = _WHAT.get(clause.verb)
    following = clause.predicate[len(clause.verb) :].split()
    if (
        template
        and following
        and (following[0] in ("to", "that") or (clause.verb not in _TAKES_TO and following[0] in ("a", "an")))
    ):
        if clause.verb in _TAKES_TO and (following[1:] or [""])[0] not in past_forms().values():
            return
        if (following[0] == "that" and clause.verb == "want") or (clause.verb == "refuse" and not _may_refuse(clause)):
            return
        yield Kind.DOING, template.format(do=clause.auxiliary, who=clause.subject)


def _may_refuse(clause: Clause) -> bool:
    """Whether the subject is somebody: "inflation refuses to come down" is a figure of speech."""
    return clause.named or clause.plural or names_people(clause.subject.split()[-1])
