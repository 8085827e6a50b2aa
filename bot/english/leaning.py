"""Whether a question leans on what went before: pronouns that nothing in it explains, and clauses cut short. Pure.

It would rather miss a follow-up than take a question that stands alone for one: what is missed is still searched in
context where it finds nothing by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from bot.english.words import (
    AUXILIARIES,
    CLAUSE_STARTS,
    DETERMINERS,
    PREPOSITIONS,
    QUESTION_WORDS,
    Word,
    is_function_word,
    is_telling,
    names_people,
    word_list,
    words_of,
)


class Leaning(Enum):
    """How a question stands to those before it."""

    ALONE = "it says all that it asks"
    PERHAPS = "it says so little that it may be part of something"
    FRAGMENT = "it has no verb: part of a question, or words to look for"
    LEANS = "it cannot be understood by itself"


PERSONS = word_list("""
    he he's he'd he'll him his she she's she'd she'll her hers
""")
THINGS = frozenset(("it", "it's", "it'd", "it'll", "its"))
SEVERAL = word_list("""
    they they're they've they'd they'll them their theirs
""")
POSSESSIVES = frozenset(("his", "her", "its", "their"))
_SUBJECTS = word_list("""
    he she it they he's she's it's they're they've
""")
_POINTING = frozenset(("this", "that", "these", "those"))
_TIMES = word_list("""
    year month week weekend day days morning evening afternoon night summer winter spring autumn season time
    century article text document page piece story report summarised moment
""")
_CONNECTORS = frozenset(("and", "or", "but", "so", "also", "then"))
_SOFT = word_list("""
    else other others another more also too same instead again such similar
""")
_DESCRIBING = word_list("""
    who that with without in of at from on not the under over country area region page
""")
_ASKING = frozenset(("why", "how", "when", "where", "who", "which", "what", "since", "until"))
_EXISTING = frozenset(("any", "a", "been", "enough", "more"))
_NOT_ONE = word_list("""
    no any every some least number day
""")
_MANY = word_list("""
    people men women children police staff workers customers everyone everybody someone anyone
""")
_EASE = "|".join(
    word_list("""
    true false safe legal illegal lawful unlawful possible impossible easy easier hard harder difficult allowed
    permitted forbidden ok okay fine necessary compulsory mandatory worth worthwhile important good bad better best
    wise common usual normal rare known clear certain sure likely unlikely dangerous risky safer cheaper expensive
    quicker faster worse right wrong fair enough late crime offence idea problem case
    """)
)
_LONGEST_FRAGMENT = 5
"""Words."""
_OPENS = "(?:to|that|for|if|when|until|before|[a-z]+ing)"
_EMPTY_IT = re.compile(
    rf"\b(?:it|it's) (?:be |been |still |now |really |ever |also |not |too |a |an |the |good )*(?:{_EASE})"
    rf" (?:\w+ ){{0,2}}?{_OPENS}\b"
    r"|\bit (?:have )?(?:means?|takes?|took|taken|costs?|requires?|matters?|helps?|hurts?|make sense|pays?)"
    rf" (?:\w+ ){{0,3}}?{_OPENS}\b"
    r"|\bhow (?:is|was|come) it that\b|\bwhat time is it\b|\bis it (?:\w+ ){1,4}(?:who|that)\b|\bhow far is it\b"
    r"|\b(?:does|did|will|is|was) it (?:rain|snow|raining|snowing|hot|warm|cold|dark|late)\b"
)
"""An "it" that stands for nothing: "is it legal to …?", "how long does it take to …?"."""


def leaning(question: str) -> Leaning:
    """How ``question`` stands to those before it, by its words alone."""
    words = words_of(question)
    if not words:
        return Leaning.ALONE
    if loose_pronouns(question) or _points(words) or is_cut_short(question):
        return Leaning.LEANS
    telling = sum(map(is_telling, words))
    named = any(word.capitalised or word.text[0].isdigit() for word in words[1:])
    thin = telling <= 1 if named else telling <= 3
    if thin or any(word.lower in _SOFT for word in words) or any(_is_pronoun(word) for word in words):
        return Leaning.FRAGMENT if is_fragment(question) else Leaning.PERHAPS
    return Leaning.ALONE


def is_fragment(question: str) -> bool:
    """Whether it is a few words without a verb: "Apprentices?", "regional differences"."""
    lower = [word.lower for word in words_of(question)]
    if not lower or len(lower) > _LONGEST_FRAGMENT or lower[0] in QUESTION_WORDS:
        return False
    return not any(_is_verb(word) for word in lower)


def loose_pronouns(question: str) -> list[Word]:
    """The personal pronouns of ``question`` that nothing before them in it explains."""
    words = words_of(question)
    lower = " ".join(word.lower for word in words)
    empty_it = bool(_EMPTY_IT.search(lower))
    return [
        word
        for at, word in enumerate(words)
        if _is_pronoun(word) and not (empty_it and word.lower in ("it", "it's")) and not _explained(question, words, at)
    ]


def is_possessive(words: Sequence[Word], at: int) -> bool:
    """Whether the pronoun at a place stands before what is owned: "her plan", and not "with her"."""
    if words[at].lower not in POSSESSIVES or at + 1 == len(words):
        return False
    return words[at].lower != "her" or not is_function_word(words[at + 1])


def _is_pronoun(word: Word) -> bool:
    return word.lower in PERSONS | THINGS | SEVERAL and word.text not in ("IT", "IT's")


def _explained(question: str, words: Sequence[Word], at: int) -> bool:
    """Whether a noun before the pronoun can be what it stands for: "does the UK keep its veto?"."""
    pronoun = words[at].lower
    if _named_after(words, at):
        return True
    nouns = [i for i in range(at) if _could_be_noun(words, i)]
    if not nouns:
        return False
    kinds = [words[i] for i in nouns]
    if pronoun in PERSONS:
        fits = any((word.capitalised or names_people(word.bare)) for word in kinds)
        # "Who wrote his speech?" may be about somebody else: searched as it is first.
    elif pronoun in SEVERAL:
        fits = any(word.capitalised or word.bare.endswith("s") or word.bare in _MANY for word in kinds)
    else:
        fits = True
    if not fits:
        return False
    if is_possessive(words, at):
        return True
    if pronoun in PERSONS and any(word.capitalised and word.lower.endswith("'s") for word in kinds):
        return True
    if len(nouns) > 1 and any(words[i].lower == "to" for i in range(nouns[-1] + 1, at)):
        return True
    # What a clause acts on is not its own subject: "how did Jenrick explain it?" speaks of something else.
    return any(words[i].lower in CLAUSE_STARTS | QUESTION_WORDS for i in range(nouns[0] + 1, at)) or any(
        mark in ",;:.?!–—" for mark in question[words[nouns[0]].end : words[at].start]
    )


def _named_after(words: Sequence[Word], at: int) -> bool:
    """Whether it comes before its own name: "how much of his sentence must Pryce-Lund serve?"."""
    verbs = [i for i, word in enumerate(words) if word.lower in AUXILIARIES]
    after = words[verbs[0] + 1 :] if verbs and at < verbs[0] else ()
    return is_possessive(words, at) and any(word.capitalised for word in after[:2])


def _could_be_noun(words: Sequence[Word], at: int) -> bool:
    word = words[at]
    if is_function_word(word):
        return word.lower in _MANY
    if word.capitalised and at:
        return True
    before = words[at - 1] if at else None
    if before is None:
        return False
    after_start = before.lower in DETERMINERS or before.lower in AUXILIARIES or before.lower in PREPOSITIONS
    inside = at >= 2 and not is_function_word(before) and words[at - 2].lower in DETERMINERS
    return after_start or inside or before.lower in ("which", "many", "whose")


def _points(words: Sequence[Word]) -> bool:
    """Whether "that", "there", "then" or "the new ones" point at something outside the question."""
    return any(_points_out(words, at) for at in range(len(words)))


def _points_out(words: Sequence[Word], at: int) -> bool:
    lower = words[at].lower
    before = words[at - 1].lower if at else ""
    after = words[at + 1].lower if at + 1 < len(words) else ""
    match lower:
        case "that's":
            return at == 0
        case "that":
            return before != "so" and (not after or before in PREPOSITIONS or before in AUXILIARIES)
        case "this" | "these" | "those":
            described = after.endswith(("ed", "ing", "en")) or after in _DESCRIBING
            return after.removesuffix("'s") not in _TIMES and not described
        case "there":
            is_place = before not in AUXILIARIES and after not in AUXILIARIES and after not in _EXISTING
            named = any(
                word.capitalised and words[i].lower in PREPOSITIONS for i, word in enumerate(words[1:at]) if i < at
            )
            return is_place and not named
        case "then":
            return len(words) > 1 and (not after or at <= 1)
        case "ones":
            return True
        case "one" | "one's":
            if not before or before in _NOT_ONE or before in PREPOSITIONS | AUXILIARIES | CLAUSE_STARTS:
                return False
            return lower == "one's" or not after or after in AUXILIARIES
    return False


def is_cut_short(question: str) -> bool:
    """Whether it is no clause of its own: "And in 2022?", "Why?", "What about journalists?", "By how much?"."""
    words = words_of(question)
    lower = [word.lower for word in words]
    telling = sum(map(is_telling, words))
    while lower and lower[0] in _CONNECTORS:
        del lower[0]
    if not lower or lower[:2] in (["what", "about"], ["how", "about"], ["what", "of"]):
        return bool(words)
    has_verb = any(map(_is_verb, lower))
    if len(lower) < len(words) and not has_verb:
        return lower[0] not in QUESTION_WORDS or telling <= 2
    if len(lower) <= 2 and lower[0] in _ASKING:
        return telling == 0 or lower[0] == "which"
    if not has_verb and telling <= 1 and (lower[0] in PREPOSITIONS or (lower[0] in ("the", "any") and len(lower) <= 3)):
        return True
    if len(lower) == 3 and lower[:2] in (["how", "many"], ["how", "much"]) and telling <= 1:
        return True
    if lower[:2] == ["how", "many"] and telling <= 1:
        return len(lower) == 2 or lower[2] in AUXILIARIES
    return False


def _is_verb(lower: str) -> bool:
    """Whether it is one of those that every question has, or has one at its end: "who's"."""
    return lower in AUXILIARIES or lower.endswith(("'s", "'re", "'ll", "'d"))
