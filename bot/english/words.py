"""English words by what they do in a question: enough to tell names, pronouns and telling words apart. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass


def word_list(words: str) -> frozenset[str]:
    """The words of a text that are parted by blanks."""
    return frozenset(words.split())


AUXILIARIES = word_list("""
    is are was were am be been being isn't aren't wasn't weren't do does did don't doesn't didn't has have had
    hasn't haven't hadn't can could can't couldn't will would won't wouldn't shall should shouldn't may might
    must mustn't ought
""")
QUESTION_WORDS = word_list("""
    who whom whose what which when where why how who's what's where's when's how's why's
""")
DETERMINERS = word_list("""
    the a an this that these those my your our his her its their
""")
PREPOSITIONS = word_list("""
    in on at to of for from with by about after before since during under over between among into onto through
    against without within towards toward near behind beyond per via until till around across along despite
""")
CLAUSE_STARTS = word_list("""
    when while if because before after once until till since whether that as although though unless where who
    which and or but so than think thinks say says said believe believes claim claims hope hopes expect expects
    admit admitted know knows promise promised suggest suggests
""")
OTHER_FUNCTION_WORDS = word_list("""
    i i'm i've i'd i'll me my mine myself we we're we've us our ours you you're you've your yours he he's him
    his she she's her hers it it's its they they're them their theirs himself herself itself themselves there
    there's here then now not no yes any some all both each either neither every much many more most less least
    few fewer only just even also too very still yet already again ever never else other others another same
    such own one ones than please tell let's lets ok okay that's this's these those this that well really
    actually exactly anyone anything someone something everyone everything nobody nothing anybody somebody
""")
FUNCTION_WORDS = AUXILIARIES | QUESTION_WORDS | DETERMINERS | PREPOSITIONS | CLAUSE_STARTS | OTHER_FUNCTION_WORDS
LIGHT_WORDS = word_list("""
    say says said tell told happen happens happened happening make makes made get gets got getting give gives
    gave take takes took taken go goes going gone went come comes came do doing done use used want wants wanted
    need needs needed start starts started begin began end ends ended find found think thinks thought call
    called mean means meant know known work works worked put see seen show look like long old big far often time
    times thing things way kind sort type people person man woman year years month months week weeks day days
    date today number amount part reason reasons detail details information example examples article text story
    report reported different new next last first second later earlier ago long-term plan plans cost costs
    much-needed mr mrs ms dr
""")
"""Words that are in so many questions that they say little about what one is about."""
TITLES = word_list("""
    mr mrs ms miss dr prof professor sir dame lord lady rev reverend father sister judge justice captain
    sergeant colonel general president minister senator mayor king queen prince princess chief inspector
    secretary
""")
DATES = word_list("""
    january february march april may june july august september october november december monday tuesday
    wednesday thursday friday saturday sunday christmas easter
""")
_PEOPLE_END = re.compile(
    r"(?:[a-z]{2,}(?:er|or|ist|ian)|man|woman|mother|father|wife|husband|son|daughter|boy|girl|child"
    r"|chief|king|queen|boss|head|president|patient|nurse|judge|pupil|person|agent|student)s?$"
)
_NOT_PEOPLE = word_list("""
    number paper water river offer answer winter summer order letter matter power other after under over never
    ever october november december september whether rather either neither tower border centre center fever
    layer computer chapter weather silver copper timber member's factor sector error floor door colour color
    labour harbour labor harbor honour favour motor behavior behaviour tractor mirror list consist exist
    doctor's shower dinner counter meter filter trailer helicopter newsletter poster charter quarter disaster
    cancer corner danger banner server cover register ladder tender user's battery for nor lower upper higher
    longer older younger newer
""")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+(?:['’\-&.](?=[^\W_])[^\W_]+)*['’]?")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it stands in a text: ``text[start:end]``."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.lower().replace("’", "'")

    @property
    def bare(self) -> str:
        """In small letters, without a possessive ending."""
        lower = self.lower.rstrip("'")
        return lower.removesuffix("'s")

    @property
    def capitalised(self) -> bool:
        return self.text[0].isupper() and self.text not in ("I", "I'm", "I've", "I'd", "I'll", "I’m", "I’ve")


def words_of(text: str) -> list[Word]:
    """The words of ``text`` in order, without the marks around them."""
    return [Word(found.group(), found.start(), found.end()) for found in _WORD.finditer(text)]


def is_function_word(word: Word) -> bool:
    """Whether ``word`` holds a sentence together rather than saying what it is about."""
    return word.lower in FUNCTION_WORDS or word.bare in FUNCTION_WORDS


def is_telling(word: Word) -> bool:
    """Whether ``word`` says what a question is about: a name, a number, or a word that few questions have."""
    if is_function_word(word):
        return False
    return word.text[0].isdigit() or word.capitalised or word.bare not in LIGHT_WORDS


def names_people(word: str) -> bool:
    """Whether a word in small letters is one for people by what they do or are: "minister", "smugglers"."""
    return bool(_PEOPLE_END.search(word)) and word not in _NOT_PEOPLE and word.removesuffix("s") not in _NOT_PEOPLE
