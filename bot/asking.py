"""The patterns by which a clause, a name or a heading becomes a question. Pure; each yields nothing where unsure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.clauses import BE, DATE, WHEN, Casing, Clause, clause_of, is_plural
from bot.verbs import base_forms, past_forms, present_forms
from bot.words import AUXILIARIES, FUNCTION_WORDS, PREPOSITIONS, names_people, word_list, words_of

_NUMBER_WORD = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    "|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_NUMBER = rf"(?:\d[\d,.]*\d|\d|(?:{_NUMBER_WORD})(?:-\w+)?)(?:\s+(?:hundred|thousand|million|billion))?"
_ABOUT = r"(?:(?:some|about|around|roughly|nearly|almost|more than|fewer than|less than|at least|at most|up to|over|only|just|exactly|as many as|a total of)\s+)?"
_CURRENCY = (
    r"(?:euros?|dollars?|pounds?|marks?|crowns?|francs?|kroner|kronor|yen|rupees?|pence|cents?|pesos?|lira|guilders?)"
)
_MONEY = re.compile(
    rf"^{_ABOUT}(?:[£$€¥]\s?\d[\d,.]*(?:\s?(?:million|billion|m|bn|thousand))?|{_NUMBER}\s+{_CURRENCY})(?![\w-])",
    re.IGNORECASE,
)
_COUNTED = re.compile(rf"^{_ABOUT}{_NUMBER}\s+(?P<noun>(?:[a-z][\w-]*\s+){{0,2}}?[a-z][\w-]*)(?=\s|$)", re.IGNORECASE)
_TIME = r"(?:minutes|hours|days|weeks|months|years|seconds|nights)"
_LASTING = re.compile(rf"^(?:for\s+)?{_ABOUT}{_NUMBER}\s+{_TIME}$")
_UNITS = re.compile(
    rf"(?:{_TIME}|metres|meters|kilometres|kilometers|miles|feet|inches|centimetres|millimetres|tonnes|tons|kilos|kilograms|grams"
    rf"|litres|degrees|hectares|acres|square|cubic|per|percent|points|times|knots|watts|megawatts|kilowatts|pence|{_CURRENCY})\b.*",
    re.IGNORECASE,
)
_SIZE = re.compile(
    rf"^(?:now\s+)?{_ABOUT}{_NUMBER}\s+(?:metres|meters|kilometres|kilometers|miles|feet|inches|centimetres|years)\s+(long|high|wide|deep|tall|old)\b"
)
_CAUSE = re.compile(r"^,?\s*(?:partly\s+|mainly\s+|chiefly\s+|largely\s+|mostly\s+)?(?:because\b|due to\b|owing to\b)")
_PARTLY = re.compile(r"\s*\b(?:partly|mainly|chiefly|largely|mostly|not least)$")
_CAUSE_INSIDE = re.compile(
    r"\s+(?:partly\s+|mainly\s+|chiefly\s+|largely\s+|mostly\s+)?(?:due to|owing to|as a result of|on account of)\s.+$"
)
_FIGURES = word_list("""
    limit rate target minimum maximum budget wage height length weight turnout magnitude distance capacity average total
    population threshold toll speed temperature depth price fee fine charge penalty premium rent fare deposit
""")
_FIGURE = re.compile(rf"^{_ABOUT}(?:[£$€¥]|{_NUMBER})[^,;]{{0,40}}$")
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
_SETTLING = word_list("""
    accepted admitted agreed apologised approved arrested banned bought changed closed confirmed denied found ended fixed lifted
    opened ordered paid published reached rejected replied resigned signed started stopped suspended withdrawn won
""")
"""What somebody may or may not have done: worth asking."""
_TOLD = re.compile(r"\d|\b(?:no|nobody|none|nothing|never|only|nevertheless|next|first|soon|now|not|at any rate)\b")
"""What would be no question any more, or gives the answer away."""
_NO_END = FUNCTION_WORDS - {"out", "up"} | word_list("two three four five six seven eight nine ten")
_STATES = word_list("""
    allowed permitted free included open exempt required compulsory admitted available covered banned forbidden
""")
_COSTING = word_list("cost pay spend raise earn donate contribute owe lend invest borrow")
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
_ROLES = word_list("""
    chair secretary spokeswoman spokesman spokesperson head boss captain mayor deputy chief guide nurse coach
    economist pilot clerk cook professor chairwoman chairman headteacher architect curator treasurer rector
""")
_FULL = r"[A-Z][\w'’-]*[^\W\d_A-Z](?:\s+(?:[A-Z]\.|(?:de|van|von|der|al|el|bin|di|da)|[A-Z][\w'’-]+)){0,2}\s+[A-Z][\w'’-]*[^\W\d_A-Z]"
_ROLE_FIRST = re.compile(rf"(?P<role>[a-z][\w-]*)(?:\s+of\s+(?:the\s+)?[\w\s]{{2,30}}?)?,\s+(?P<name>{_FULL}),")
_ROLE_BEFORE = re.compile(
    rf"(?:^|\s)(?P<role>[a-z][a-z-]+)\s+(?P<name>{_FULL})(?=[,.]|\s+(?:who|is|was|has|had|will|would|told|said|says|and)\b)"
)
_WITH_ROLE = re.compile(r"^(?:Vice-president|Director|Vice-chancellor|Biologist|Finance|Chief)\s+(?=\S+\s)")
_NO_PERSON = re.compile(
    r"['’]s?$|\b(?:Ltd|Inc|Group|Capital|Bank|Sound|Party|Union|Council|Company|Street|School|University|Olympic|Club|Trust|Society|Hotel|Museum)\b"
)
_FIRMS = word_list("""
    operator agent brewer shareholder supplier maker dealer lender owner carrier insurer retailer builder developer
    contractor publisher newspaper manufacturer producer newsletter broadcaster bidder lawyer's airline investor
""")
_ROLE_AFTER = re.compile(
    rf"(?P<name>{_FULL}),\s+(?:(?:a|an|the|its|their)\s+)?(?P<role>(?:[a-z][\w-]*\s+){{0,3}}?[a-z][\w-]*)(?=\s+(?:of|at|for|from|in|with|to|who|on)\s|,|\.)"
)
_DAY_OF_YEAR = re.compile(r"\d{1,2} \w+ \d{4}|\w+ \d{1,2}, \d{4}|[A-Z]\w+ \d{4}")
_ASIDE_BEFORE = re.compile(r"\b(?:who|which|that|when|where|since|after|as|if|whose)\b|,")
_ALONE = re.compile(_FULL)
_LINKS = word_list("of the and & de van von der al el bin di da")
_REPORTS = re.compile(
    r"\b(?:said|says|told|tells|added|argued|argues|insisted|insists|warned|warns|explained|explains|according to|claimed|claims|wrote|writes)\b",
    re.IGNORECASE,
)
_SAID_THAT = re.compile(
    r"\b(?:said|says|argued|argues|insisted|warned|explained|claimed|claims|added)\s+(?:that\s+)?(?=[\w])"
)
_OPEN_HEADING = re.compile(r"^(?:Who|What)\s+(?P<verb>[a-z]+)\b(?!.*[?:])")
_QUESTION = re.compile(
    r"^(?:Who|What|When|Where|Why|How|Is|Are|Do|Does|Did|Can|Could|Will|Would|Should|Must|May|Has|Have|Was|Were|Which)\b[^?]{6,80}\?$"
)


def about(clause: Clause) -> Iterator[tuple[str, str]]:
    """The kinds and the words of the questions that a clause answers."""
    yield from _why(clause)
    yield from _having_none(clause)
    if clause.negated:
        yield from _whether(clause)
        return
    yield from _numbers(clause)
    yield from _when(clause)
    yield from _where(clause)
    yield from _who(clause)
    yield from _doing(clause)
    yield from _confirmed(clause)


def _ask(opening: str, clause: Clause, predicate: str, *, lead: bool = True) -> str:
    """``opening`` auxiliary subject predicate, as a question."""
    words = f"{opening} {clause.auxiliary} {clause.subject} {predicate} {clause.lead if lead else ''}"
    line = " ".join(words.split()).rstrip(" ,.;")
    return f"{line[0].upper()}{line[1:]}?"


def _whether(clause: Clause) -> Iterator[tuple[str, str]]:
    predicate = re.sub(r"^(?:no longer)\b", "still", clause.predicate)
    predicate = re.sub(r"\s+at all$", "", predicate)
    if clause.auxiliary in ("may", "must", "might", "would", "could", "had") or _UNASKED.search(predicate):
        return
    if len(words_of(predicate)) >= 2:
        yield "whether", _ask("", clause, predicate)


def _having_none(clause: Clause) -> Iterator[tuple[str, str]]:
    """What has none of something, asked for it."""
    found = re.match(r"have no (?P<what>[a-z-]+)\b(?!\s+longer)", clause.predicate)
    if not found or re.search(r"\b(?:except|but|other|apart)\b", clause.predicate):
        return
    if is_plural(found["what"]) or found["what"] in _UNCOUNTED:
        yield "whether", _ask("", clause, clause.predicate.replace("have no ", "have any ", 1))


def _confirmed(clause: Clause) -> Iterator[tuple[str, str]]:
    """What is allowed, done or announced, asked whether it is so."""
    words = clause.predicate.split()
    told = _TOLD.search(clause.predicate) or DATE.search(clause.predicate) or clause.lead
    if told or _UNASKED.search(clause.predicate) or (len(words) < 2 and clause.auxiliary not in BE):
        return
    if clause.auxiliary in ("is", "are") and words[0] in _STATES:
        yield "confirmed", _ask("", clause, clause.predicate)
    elif clause.auxiliary in ("can", "may") and words[0] == "be" and words[1] in past_forms():
        yield "confirmed", _ask("", replace(clause, auxiliary="can"), clause.predicate)
    elif clause.auxiliary in ("has", "have") and len(words) <= _SHORT and (words[0] == "been" or words[0] in _SETTLING):
        yield "confirmed", _ask("", clause, clause.predicate)
    elif clause.auxiliary == "will":
        yield "confirmed", _ask("", clause, clause.predicate)


def _why(clause: Clause) -> Iterator[tuple[str, str]]:
    predicate = clause.predicate
    inside = _CAUSE_INSIDE.search(predicate)
    if inside:
        predicate = predicate[: inside.start()]
    elif not _CAUSE.match(clause.after):
        return
    predicate = _PARTLY.sub("", predicate)
    words = words_of(predicate)
    if not words or words[-1].lower in FUNCTION_WORDS or (len(words) < 2 and not clause.verb):
        return
    yield "why", _ask("why", clause, f"not {predicate}" if clause.negated else predicate)


def _numbers(clause: Clause) -> Iterator[tuple[str, str]]:
    opening, rest = _verb_and_rest(clause)
    size = _SIZE.match(rest) if clause.auxiliary in BE and not opening else None
    money, counted = _MONEY.match(rest), _COUNTED.match(rest)
    if size:
        yield "measure", _ask(f"how {size[1]}", clause, "", lead=False)
    elif money and (opening.split()[-1:] or [""])[0] in _COSTING:
        remains = rest[money.end() :].strip()
        if not remains or _goes_on(remains):
            yield "cost", _ask("how much", clause, f"{opening} {remains}")
    elif money and clause.auxiliary in BE and not opening and not rest[money.end() :].strip() and not clause.plural:
        how = (
            "what"
            if clause.subject.endswith(("price", "offer", "bid", "figure", "total", "turnover", "profit"))
            else "how much"
        )
        yield "cost", _ask(how, clause, "", lead=False)
    elif clause.auxiliary in BE and not opening and clause.subject.split()[-1] in _FIGURES and _FIGURE.match(rest):
        yield "measure", _ask("what", clause, "", lead=False)
    elif opening in ("last", "take") and _LASTING.match(rest):
        yield "measure", _ask("how long", clause, opening)
    elif (
        counted
        and opening
        and not _UNITS.match(counted["noun"])
        and (noun := _counted_noun(rest, counted.start("noun")))
    ):
        remains = rest[counted.start("noun") + len(noun) :].strip()
        if not remains or _goes_on(remains):
            yield "count", _ask(f"how many {noun}", clause, f"{opening} {remains}")


def _verb_and_rest(clause: Clause) -> tuple[str, str]:
    """The full verb of the predicate with its particles, and what follows: "be paid", "60 euros"."""
    words = clause.predicate.split()
    at = 0
    while (
        at < len(words)
        and at < 4
        and words[at].lower()
        in ("be", "been", "have", "now", "already", "so", "far", "currently", "usually", "eventually", "alone")
    ):
        at += 1
    if (
        at < len(words)
        and (clause.verb or clause.auxiliary not in BE)
        and (
            words[at] in base_forms()
            or words[at] in past_forms().values()
            or words[at] in past_forms()
            or words[at] in ("cost", "have", "put", "set", "cut")
        )
    ):
        at += 1
    return " ".join(words[:at]), " ".join(words[at:])


def _counted_noun(rest: str, start: int) -> str:
    """The plural phrase of one to three words in small letters that starts there; ``""`` where none does."""
    taken: list[str] = []
    for word in rest[start:].split():
        bare = word.rstrip(",.;:")
        if not re.fullmatch(r"[a-z][a-z-]*", bare) or bare in FUNCTION_WORDS:
            break
        taken.append(bare)
        if bare != word or len(taken) > 3:
            break
    if not taken or len(taken) > 3 or not is_plural(taken[-1]) or any(is_plural(word) for word in taken[:-1]):
        return ""
    if any(_UNITS.fullmatch(word) for word in taken) or taken[0] in (
        "more",
        "other",
        "further",
        "different",
        "such",
        "new",
    ):
        return ""
    return " ".join(taken)


def _goes_on(remains: str) -> bool:
    """Whether what is left behind an object can stay when the object is asked for."""
    first = remains.split()[0].lower()
    return first in PREPOSITIONS - {"than", "of", "with", "without"} and not remains.startswith(",")


def _when(clause: Clause) -> Iterator[tuple[str, str]]:
    dates = list(WHEN.finditer(clause.predicate))
    predicate = clause.predicate
    opens = re.match(r"open\s+(?:from|on|until|between|every|daily)\b", predicate)
    if opens and clause.auxiliary in BE:
        yield "when", _ask("when", clause, "open", lead=False)
        return
    if len(dates) == 1 and not clause.lead and not predicate[dates[0].end() :].strip(" ,."):
        predicate = predicate[: dates[0].start()].rstrip(" ,")
    elif not clause.lead or dates:
        return
    words = words_of(predicate)
    if clause.auxiliary not in BE | {"did", "does", "do", "will", "must"} or re.search(r"\d", predicate):
        return
    if not words and clause.auxiliary not in BE or words and (words[0].lower == "have" or words[-1].lower in _NO_END):
        return
    if words and clause.auxiliary in BE and not _passive(predicate):
        return
    yield "when", _ask("when", clause, predicate, lead=False)


def _passive(predicate: str) -> bool:
    first = next((word.lower for word in words_of(predicate) if not word.lower.endswith("ly")), "")
    return (
        first.endswith(("ed", "wn", "lt", "en"))
        or first in past_forms()
        or first in ("born", "held", "made", "built", "due", "open")
    )


def _where(clause: Clause) -> Iterator[tuple[str, str]]:
    if DATE.search(clause.predicate) or clause.auxiliary not in BE | {"will", "does", "do", "did"}:
        return
    found = _PLACED.match(clause.predicate)
    if found and len(clause.predicate.split()) <= 8:
        verb = found["verb"] or ""
        if (clause.auxiliary in BE) == (verb not in _STANDING and not verb.startswith("be")):
            yield "where", _ask("where", clause, verb, lead=False)


def _who(clause: Clause) -> Iterator[tuple[str, str]]:
    if not clause.named or clause.plural or clause.verb not in _AGENTIVE or clause.auxiliary not in ("did", "does"):
        return
    if len(words_of(clause.stated)) >= 3:
        stated = f"Who {clause.stated} {clause.lead}".strip(" ,.")
        yield "who", f"{stated}?"


def _doing(clause: Clause) -> Iterator[tuple[str, str]]:
    meant = _MEANT.match(clause.predicate)
    if meant and clause.auxiliary in BE and meant["verb"] in past_forms().values():
        yield "doing", _ask("what", clause, f"{meant['how']} to do", lead=False)
    if clause.verb in ("include", "contain", "cover") and clause.auxiliary != "did":
        yield "doing", _ask("what", clause, clause.verb, lead=False)
    template = _WHAT.get(clause.verb)
    following = clause.predicate[len(clause.verb) :].split()
    if (
        template
        and following
        and (following[0] in ("to", "that") or (clause.verb not in _TAKES_TO and following[0] in ("a", "an")))
    ):
        if clause.verb in _TAKES_TO and (following[1:] or [""])[0] not in past_forms().values():
            return
        if clause.verb == "want" and following[0] == "that":
            return
        yield "doing", template.format(do=clause.auxiliary, who=clause.subject)


def how_many_do(sentence: str) -> str:
    """A sentence that begins with a number of somebodies, asked for them: "How many passengers spent …?"."""
    counted = _COUNTED.match(sentence)
    if not counted or sentence.split()[0].lower() in ("only", "just", "at"):
        return ""
    noun = _counted_noun(sentence, counted.start("noun"))
    after = sentence[counted.start("noun") + len(noun) :]
    if not noun:
        return ""
    verb = after.split()[0] if after[:1] == " " and after.split() else ""
    if verb not in past_forms() and verb not in ("were", "are", "have", "will"):
        return ""
    clause = clause_of(f"The {noun}{after}", Casing(frozenset(), frozenset()))
    if clause is None or clause.negated or len(words_of(clause.stated)) < 3:
        return ""
    return f"How many {noun} {clause.stated}?"


def _is_role(role: str) -> bool:
    """Whether a word is one for what a single person does or is."""
    return role in _ROLES or (
        names_people(role) and not is_plural(role) and role not in _FIRMS and not role.endswith("ing")
    )


def what_happened(sentence: str) -> str:
    """A sentence that tells of a day, a month or a year, asked what happened then."""
    dates = list(DATE.finditer(sentence))
    if len(dates) != 1:
        return ""
    at = dates[0].start()
    if at and (not _DAY_OF_YEAR.search(dates[0][0]) or _ASIDE_BEFORE.search(sentence[:at])):
        return ""
    if re.search(r"[\"“”]|\b(?:said|says|say|if|would|could|until|before)\b", sentence):
        return ""
    date = dates[0][0][0].lower() + dates[0][0][1:]
    if re.search(r"\d", date) is None:
        return ""
    if re.search(r"\b(?:will|is to|are to)\b", sentence):
        return f"What will happen {date}?"
    verbs = [word.lower for word in words_of(sentence) if word.lower in past_forms() or word.lower in ("was", "were")]
    if not verbs or re.search(r"\b(?:is|are|has|have|not|no|never)\b", sentence):
        return ""
    return f"What happened {date}?"


def who_is(sentence: str) -> Iterator[tuple[str, str]]:
    """The people whom a sentence introduces by what they are, with the question who that is."""
    for pattern in (_ROLE_FIRST, _ROLE_AFTER, _ROLE_BEFORE):
        for found in pattern.finditer(sentence):
            name = _WITH_ROLE.sub("", found["name"])
            if _is_role(found["role"].split()[-1]) and not _NO_PERSON.search(name):
                yield name, f"Who is {name}?"


def reports(sentence: str) -> bool:
    """Whether a sentence may hold somebody's words."""
    return bool(_REPORTS.search(sentence))


def what_was_said(speaker: str, sentence: str, casing: Casing) -> Iterator[tuple[str, str]]:
    """What ``speaker`` said, and about what where the sentence that reports it begins with that."""
    if not speaker or len(speaker.split()) > 5 or not re.match(r"[A-Z]|the\b", speaker) or "," in speaker:
        return
    name = re.sub(r"^The\b", "the", speaker)
    first, _, others = name.partition(" ")
    if (
        others
        and first[0].isupper()
        and (_is_role(first.lower()) or first.lower() in casing.small)
        and _ALONE.fullmatch(others)
    ):
        name = others
    elif not others and (first.lower() not in casing.names or not sentence.startswith(first)):
        return
    elif others and first[0].isupper() and not all(word[0].isupper() or word in _LINKS for word in others.split()):
        return
    elif others and f"the {name.lower()}" in sentence.lower():
        name = f"the {name}"
    if re.match(r"(?:A|An|One|Some|Its|His|Her|Their|Our|My|This|That|Another)\b", name):
        return
    reported = _SAID_THAT.search(sentence)
    clause = clause_of(sentence[reported.end() :], casing, opens=False) if reported else None
    if clause and clause.subject.lower() not in name.lower():
        yield name, f"What did {name} say about {clause.subject}?"
    yield name, f"What did {name} say?"


def of_heading(heading: str) -> str:
    """A heading that is a question, or begins as one; ``""`` for all others."""
    line = " ".join(heading.split())
    if _QUESTION.match(line) and not (
        {word.lower for word in words_of(line)}
        & {"it", "they", "this", "he", "she", "i", "we", "my", "our", "you", "your"}
    ):
        return line
    found = _OPEN_HEADING.match(line)
    if found and (
        found["verb"] in present_forms()
        or found["verb"] in ("happens", "changes", "pays", "is", "was", "happened", "comes")
    ):
        plain = not re.search(r"\b(?:it|they|we|this|you)\b|\s(?:in|up)$", line)
        return f"{line}?" if plain else ""
    return ""
