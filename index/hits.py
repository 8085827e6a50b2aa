"""A candidate to the hit that a search returns: its best sentence as the quote, with the one before it where needed.

Pure.
"""

from __future__ import annotations

import re

from index.retrieval import Candidate
from index.types import Hit, Quote

FEW_WORDS = 10
"""A sentence of more words says something, whichever they are."""

_SAYING = re.compile(
    r"""
    [,”"'?!]\s*\b(?:
        (?:said|says|replied|added|insisted|told\ \w+)(?:\ \w+){0,4}  # “No,” said Mr Reyes
        | (?:\w+\ ){1,4}(?:said|says|replied|added|insisted|told\ \w+)  # Not yet, the mayor told reporters
    )\W*$
    """,
    re.VERBOSE,
)
"""Who says it, at the end of a sentence."""

_SAYS_NOTHING = frozenset(
    """
    a absolutely again ain all also always am and any anything are aren as at be been but by can cannot certainly
    could couldn course d definitely did didn do does doesn don done either even ever everything for from had hadn
    has hasn have haven he her here hers herself him himself his how however i if in indeed is isn it its itself
    just ll m may maybe me might mine more most must my neither never no none nor not nothing now of oh on one ones
    or other others our ours perhaps possibly probably quite rather re really s same shall she should shouldn so
    some something still such sure t than that the their theirs them themselves then there these they this those
    though thus to too true us ve very was wasn we well were weren what when where which who whom why will with
    without won would wouldn yeah yes yet you your yours
    """.split()  # noqa: SIM905 - a list literal of these is longer, and no clearer
)
"""Words that say nothing by themselves: who "he" is, and what "it does not", stands elsewhere."""


def to_hit(candidate: Candidate) -> Hit:
    """The passage with its best sentence as the quote; of equals, the first."""
    best = candidate.best
    sentence, passage = candidate.sentences[best], candidate.passage
    first = sentence
    if best and says_nothing(candidate.text_of(best)):
        before = candidate.sentences[best - 1]
        first = before if before.paragraph == sentence.paragraph else sentence
    quote = Quote(
        article_id=passage.article_id,
        text=passage.text[first.start - passage.start : sentence.end - passage.start],
        start=first.start,
        end=sentence.end,
        paragraph=sentence.paragraph,
        revision=candidate.revision,
    )
    stance = candidate.stances[best] if candidate.stances else None
    answer = candidate.spans[best] if candidate.spans else None
    return Hit(passage, candidate.score, quote, candidate.confidence, stance, answer)


def says_nothing(sentence: str) -> bool:
    """Whether a sentence means nothing without the one before: a few words, none of them with content.

    "It does not.", "Not yet, she said."; not "He fell.", nor "In 2019.".
    """
    if len(sentence.split()) > FEW_WORDS:
        return False
    words = re.findall(r"\w+", _SAYING.sub("", sentence.casefold().replace("’", "'")))
    return all(word in _SAYS_NOTHING for word in words)
