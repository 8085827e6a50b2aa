"""What a question or a quote speaks of: people, places, things, and several of them, as the words stand. Pure.

By rules on capitals, articles and what stands around them. Unsure kinds are left open rather than guessed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bot.english.words import (
    AUXILIARIES,
    DATES,
    DETERMINERS,
    LIGHT_WORDS,
    PREPOSITIONS,
    QUESTION_WORDS,
    TITLES,
    Word,
    is_function_word,
    is_telling,
    names_people,
    word_list,
    words_of,
)


class Kind(Enum):
    """What can stand for a mention: "he" or "she", "there", "it", "they"; a lone name is OPEN, for any of them."""

    PERSON = "person"
    PLACE = "place"
    THING = "thing"
    SEVERAL = "several"
    OPEN = "open"


_RANKS = word_list("first second third fourth fifth last next other others rest same former latter")
"""What one of several is called: by itself it names nothing that stands outside its sentence."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words of a text that name something: ``text[start:end]``, an article included."""

    text: str
    kind: Kind
    start: int
    end: int
    named: bool
    """Whether it is a name, or holds one."""
    after: str
    """The preposition right before it, ``""`` where there is none."""
    grouped: bool = False
    """Whether it is an office, a company or the like: "they" for some."""

    @property
    def key(self) -> str:
        """The same for two mentions of the same name: its last word."""
        return words_of(self.text)[-1].bare


_LINKS = word_list("""
    of de van von der den la le du da di del al el bin
""")
_SAYING = word_list("""
    said says added told argued warned admitted called asked wrote explained insisted
""")
_GROUPS = word_list("""
    university council ministry agency bank act treaty party museum company group union league federation
    committee court office department association institute school college hospital club board commission centre
    center authority service trust foundation programme program project fund plan deal bridge river lake island
    station street road park house hall line railway airport inc ltd corp co parliament senate government police
    army church festival cup
""")
_VERBS = word_list("""
    accept add affect agree aim allow amount announce answer apply appear approve argue arrange arrive ask ban
    become believe belong blame bring build buy call cancel carry cause change charge charged check choose claim
    close collect come compare complain contain cost count cover create cut deal decide decline deny depend
    describe die differ disagree do draw drop earn eat employ end enter exist expect explain face fail fall feel
    fight find finish fit fly follow forbid found fund get give go grow handle happen have hear help hire hold
    hope improve include increase intend invest involve join jump keep kill know land last lead learn leave let
    lie live look lose make manage matter mean measure meet mention move need object offer open operate order
    own owe pass pay permit plan play prefer prevent produce promise propose protect prove provide publish put
    raise reach read receive recommend refuse reject release remain remove replace reply report request require
    respond rest return rise rule run save say see seem sell send serve set show shut sign sit speak spend stand
    start stay stop study succeed suffer suggest support survive take talk teach tell think travel treat try
    turn understand use visit vote wait walk want warn watch wear weigh win work write doing going getting paid
    made
""")

_PARTICIPLES = word_list("""
    beaten begun bitten born bought broken brought built caught chosen cut driven drawn dug eaten fallen fed felt
    forbidden forgiven forgotten fought found frozen given gone grown heard held hidden hit hung hurt kept known laid
    led left lent let lit lost made meant met paid put raised read rebuilt run said seen sent set shaken shot shown
    shut sold spent split spoken spread stolen struck stuck sung sunk swept taken taught thought thrown told torn
    understood undone won worn woven written
""")
"""Of verbs that do not form them with "ed": "when was the tower built?"."""
_SURE_VERBS = word_list("""
    is has wants says gets makes takes gives goes comes thinks needs becomes keeps loses pays holds runs sells
    brings puts leaves lost won went took gave got made paid came said told put sold brought kept left held ran
    cost
""")


def mentions(text: str) -> list[Mention]:
    """The people, places and things that ``text`` names, in the order in which they stand."""
    words = words_of(text)
    found: list[Mention] = []
    at = 0
    while at < len(words):
        end = _phrase_end(text, words, at)
        if end > at and not all(word.lower in DETERMINERS | _RANKS for word in words[at:end]):
            found.append(_mention(text, words, at, end))
            owned = _noun_end(text, words, end, end) if words[end - 1].lower.endswith(("'s", "'")) else end
            if end < owned and not is_function_word(words[end]) and found[-1].named:
                found.append(_mention(text, words, at, owned))
                end = owned
        at = max(end, at + 1)
    return found


def _phrase_end(text: str, words: Sequence[Word], at: int) -> int:
    """Where the phrase that starts at a word ends; ``at`` itself where none does."""
    word = words[at]
    if word.lower in DETERMINERS and word.lower not in ("this", "that", "these", "those"):
        return _noun_end(text, words, at, at + 1)
    if _starts_name(text, words, at):
        end = _name_end(text, words, at)
        # "Turkish nationals": the name of what follows.
        joined = end < len(words) and not _parted(text, words[end - 1], words[end]) and not is_function_word(words[end])
        return end + 1 if joined and _is_plural(words[end]) and not words[end - 1].lower.endswith("'s") else end
    before = words[at - 1].lower if at else ""
    counted = before in ("many", "which") or before in PREPOSITIONS or before in AUXILIARIES
    acts = word.lower in _VERBS | _SURE_VERBS or word.lower.endswith("ed")
    if counted and not is_function_word(word) and not acts:
        end = _noun_end(text, words, at, at)
        if before in ("many", "which") or _is_plural(words[end - 1]):
            return end
    return at


def _noun_end(text: str, words: Sequence[Word], start: int, at: int) -> int:
    """Past the nouns and adjectives from ``at`` on: up to a function word, a mark, a verb, or the owner's "'s"."""
    verb_near = start > 0 and words[start - 1].lower in AUXILIARIES
    first = at
    while at < len(words) and at - first < 5:
        word = words[at]
        if is_function_word(word) and not (word.lower in _LINKS and at > first and _next_capital(words, at)):
            break
        if at > first and _parted(text, words[at - 1], word):
            break
        verbal = word.lower.endswith("ed") or (verb_near and word.lower in _VERBS | _PARTICIPLES)
        if at > first and not word.capitalised and (verbal or word.lower in _SURE_VERBS):
            break
        if at > first and not verb_near and _is_plural(words[at - 1]) and not word.capitalised:
            break
        if at > first and word.capitalised and not words[at - 1].capitalised and word.lower not in LIGHT_WORDS:
            at = _name_end(text, words, at)
            break
        at += 1
        if word.lower.endswith("'s"):
            break
    return at if at > first else start


def _starts_name(text: str, words: Sequence[Word], at: int) -> bool:
    word = words[at]
    if not word.capitalised or is_function_word(word) or word.bare.removesuffix("s") in DATES:
        return False
    if word.bare in LIGHT_WORDS and word.lower not in TITLES:
        return False
    opens = at == 0 or any(mark in text[words[at - 1].end : word.start] for mark in '.?!:"“”‘\n(')
    if not opens:
        return True
    # The first word of a sentence has a capital anyway.
    return (at + 1 < len(words) and words[at + 1].capitalised) or word.lower.endswith("'s")


def _name_end(text: str, words: Sequence[Word], at: int) -> int:
    end = at + 1
    while end < len(words) and not words[end - 1].lower.endswith("'s"):
        links = words[end].lower in _LINKS and _next_capital(words, end)
        if _parted(text, words[end - 1], words[end]) or not (words[end].capitalised or links):
            break
        if words[end].capitalised and is_function_word(words[end]):
            break
        end += 1
    return end


def _next_capital(words: Sequence[Word], at: int) -> bool:
    return at + 1 < len(words) and words[at + 1].capitalised and not is_function_word(words[at + 1])


def _parted(text: str, before: Word, after: Word) -> bool:
    between = text[before.end : after.start]
    return bool(between.strip()) and not (between.strip() == "." and before.lower in TITLES)


def _is_plural(word: Word) -> bool:
    return (word.bare.endswith("s") and not word.bare.endswith(("ss", "us", "is"))) or word.bare in (
        "people",
        "men",
        "women",
        "children",
        "police",
    )


def _mention(text: str, words: Sequence[Word], at: int, end: int) -> Mention:
    run = words[at:end]
    last = run[-1]
    stop = last.end - 2 if last.lower.endswith("'s") else last.end - (last.text[-1] in "'’")
    before = words[at - 1].lower if at else ""
    after = words[end].lower if end < len(words) else ""
    names = [word for word in run if word.capitalised and word.lower not in DETERMINERS]
    preposition = before if before in PREPOSITIONS else ""
    return Mention(
        text=text[run[0].start : stop],
        kind=_kind(run, names, before, after),
        start=run[0].start,
        end=stop,
        named=bool(names),
        after=preposition,
        grouped=last.bare in _GROUPS,
    )


def _kind(run: Sequence[Word], names: Sequence[Word], before: str, after: str) -> Kind:
    last = run[-1]
    article = run[0].lower in DETERMINERS
    grouped = any(word.bare in _GROUPS for word in run)
    said = before in _SAYING or after in _SAYING
    if any(word.lower.endswith("'s") for word in run[:-1]):
        # "the mayor's plan" is a plan, whoever's it is.
        names, article = [], True
        run = run[-1:]
    if run[0].lower in TITLES or (len(run) > 1 and article and run[1].lower in TITLES and names):
        return Kind.PERSON
    if names_people(last.bare) and not names:
        return Kind.SEVERAL if _is_plural(last) else Kind.PERSON
    if _is_plural(last) and not last.capitalised:
        return Kind.SEVERAL
    if names and not article and not grouped:
        if said or names_people(before):
            return Kind.PERSON
        if before in ("in", "at", "near") and len(names) < 3:
            return Kind.PLACE
        if 2 <= len(names) <= 3 and len(names) == len(run) and not _is_plural(last):
            return Kind.PERSON
        return Kind.OPEN
    if _is_plural(last) and not names:
        return Kind.SEVERAL
    if names and before in ("in", "at", "near") and not grouped:
        return Kind.PLACE
    return Kind.THING


def content_of(question: str) -> str:
    """What is left of a question without the words that ask: "the deal cover returns"; ``""`` where nothing is."""
    words = words_of(question)
    telling = [at for at, word in enumerate(words) if is_telling(word) or not is_function_word(word)]
    if not telling:
        return ""
    first, last = telling[0], telling[-1]
    while first and words[first - 1].lower in DETERMINERS - {"this", "that", "these", "those"}:
        first -= 1
    if first >= 2 and [words[first - 2].lower, words[first - 1].lower] in (["how", "many"], ["how", "much"]):
        first -= 2
    elif first == 0 and words[0].lower in QUESTION_WORDS:
        first += 1
    return question[words[first].start : words[last].end]
