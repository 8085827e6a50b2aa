"""Questions made from questions: the same ones as others might type them, and ones that only look answerable."""

from __future__ import annotations

import random
import re

_LITTLE_WORDS = """
a an the is are was were be been do does did has have had of to in on at for by with from that this it its there will
would can could should please tell me s
"""
_OPPOSITES = """
first/last before/after more/less more/fewer most/least largest/smallest biggest/smallest highest/lowest
longest/shortest oldest/youngest earliest/latest best/worst increase/decrease increased/decreased rise/fall
rose/fell grow/shrink gained/lost won/lost win/lose north/south northern/southern east/west eastern/western upper/lower
above/below inside/outside maximum/minimum above/under include/exclude included/excluded accept/reject accepted/rejected
allow/forbid allowed/banned support/oppose supported/opposed begin/end began/ended start/stop started/stopped open/close
opened/closed arrive/leave arrived/left buy/sell bought/sold male/female mother/father brother/sister son/daughter
husband/wife king/queen urban/rural public/private old/new hot/cold strong/weak positive/negative success/failure
succeed/fail advantages/disadvantages strengths/weaknesses like/dislike love/hate easy/difficult fast/slow
cheap/expensive domestic/foreign primary/secondary major/minor early/late import/export imports/exports causes/prevents
cause/prevent gain/loss praised/criticized create/destroy created/destroyed
"""
LITTLE = frozenset(_LITTLE_WORDS.split())
_OPPOSITE = {word: other for pair in _OPPOSITES.split() for word, other in (pair.split("/"), reversed(pair.split("/")))}
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,.]*\d|(?<![\w.,])\d(?![\w])")
_NAME = re.compile(r"(?<![.!?] )(?<!^)(?<=[\w,;)] )(?:[A-Z][\w'’-]*)(?: (?:[A-Z][\w'’-]*|of(?= [A-Z])|de(?= [A-Z])))*")
_YES_OR_NO = re.compile(
    r"(?i)^(is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|must|isn|aren|doesn|didn)\b"
)


def variants(question: str, rng: random.Random) -> list[str]:
    """The question without its mark, as a few key words, and with a slip of the finger."""
    bare = question.rstrip(" ?.!")
    words = bare.split()
    key = [w for w in words if w.lower() not in LITTLE]
    found = [bare]
    if 3 <= len(key) < len(words):
        found.append(" ".join(key))
    long = [n for n, w in enumerate(words) if len(w) > 4 and w.isalpha()]
    if long:
        n = rng.choice(long)
        found.append(" ".join([*words[:n], _slip(words[n], rng), *words[n + 1 :]]))
    return found


def _slip(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        [word[:at] + word[at + 1 :], word[:at] + word[at + 1] + word[at] + word[at + 2 :], word[:at] + word[at - 1 :]]
    )


def altered(question: str, text: str, rng: random.Random, *, asserted: bool = False) -> str | None:
    """The question with one number, name or word changed, so that ``text`` most likely does not answer it.

    After the way in which SQuAD 2.0's unanswerable questions were often made (https://arxiv.org/abs/1806.03822, 3.2).
    A name or number is taken from ``text``, of the same form. None for yes/no questions, and where nothing can be
    changed. ``asserted``: for a yes/no question of which ``text`` says that it is so, to make one that it denies.
    """
    if not asserted and _YES_OR_NO.match(question):
        return None
    ways = []
    for kind in (_NUMBER,) if asserted else (_NUMBER, _NAME):
        others = sorted({m[0] for m in kind.finditer(text)})
        for m in kind.finditer(question):
            fit = [o for o in others if _alike(o, m[0]) and o not in question and m[0] not in o]
            if fit:
                ways.append((m.start(), m.end(), rng.choice(fit)))
    for m in re.finditer(r"\w+", question):
        opposite = _OPPOSITE.get(m[0])
        if opposite and not re.search(rf"(?i)\b{opposite}\b", question):
            ways.append((m.start(), m.end(), opposite))
    if not ways:
        return None
    start, end, other = rng.choice(ways)
    return question[:start] + other + question[end:]


def _alike(one: str, other: str) -> bool:
    if one[0].isdigit():
        return len(one) == len(other) and one != other
    return one.count(" ") == other.count(" ") and one[:4].lower() != other[:4].lower()
