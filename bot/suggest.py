"""Questions worth asking of an article, each one tried before it is shown: no example ends in a refusal.

They are made from the article's own sentences (questions.py); the reader must find the answer to each in the sentence
that it was made from, and be sure of it. What was tried is remembered, so that asking again costs nothing.
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from bot.leaning import Leaning, leaning
from bot.overview import overview
from bot.questions import Candidate, Kind, candidates_of
from bot.types import Answer, Turn
from bot.words import is_telling, words_of
from index.types import Article, Quote

if TYPE_CHECKING:
    from index.library import Library

MOST = 4
"""As many as are read at a glance."""
TRIES = 8
"""Searches for the questions that a conversation begins with, at most: the page is read meanwhile."""
TRIES_NEXT = 5
"""Searches for those that follow an answer."""
SURE_ENOUGH = 0.6
"""The least confidence of an answer to a question that was made by a rule."""
REMEMBERED = 100
"""Articles of which the questions are kept, the ones used last: some kilobytes each."""
STATES = 50
"""States of conversations about an article for which the choice is kept."""

_WORTH = {
    Kind.WHY: 1.0,
    Kind.WHETHER: 1.0,
    Kind.COST: 0.95,
    Kind.COUNT: 0.9,
    Kind.DOING: 0.9,
    Kind.MEASURE: 0.85,
    Kind.WHEN: 0.85,
    Kind.WHERE: 0.85,
    Kind.HEADING: 0.8,
    Kind.WHO: 0.8,
    Kind.CONFIRMED: 0.7,
    Kind.SAYING: 0.65,
    Kind.PERSON: 0.6,
    Kind.EVENT: 0.45,
    Kind.GENERAL: 0.1,
}
"""What tells most about an article comes first: by judgement, on the articles of data/train."""
_SAME_KIND = 0.4
"""What a further question of a kind is worth, as a share of the one before."""
_SAME_SECTION = 0.7
_FAR = 1_500
"""Code points from the last quote at which a question is half as near as one right beside it."""
_SHARED = 0.25
"""What each name or telling word of the last turn adds, up to two of them."""

_OVERVIEW = "What is this article about?"
_OF_ANY_ARTICLE = ("What happens next?", "What has changed?", "How many people are affected?", "Why does it matter?")
_OF_THE_BUNDLED = (
    "Does the deal cover returns?",
    "How many Turkish nationals crossed the Channel in small boats?",
    "Why are people leaving Turkey?",
    "When is the migration dialogue?",
)
_BUNDLED = "uk-turkey-deal.md"


@dataclass(slots=True)
class _Known:
    """What is known of one revision of an article: the questions made of it, and what those that were tried found."""

    candidates: tuple[Candidate, ...]
    found: dict[str, tuple[Quote, float] | None] = field(default_factory=dict)
    chosen: dict[tuple[_Context, int, float], tuple[str, ...]] = field(default_factory=dict)
    """What was chosen, for each state that a conversation was in."""


_known: WeakKeyDictionary[Library, OrderedDict[tuple[str, str], _Known]] = WeakKeyDictionary()
_lock = Lock()


def suggest(library: Library, article: Article) -> list[str]:
    """Up to MOST questions that ``article`` answers, the one to try first at the front; makes TRIES searches at most."""
    known = _known_of(library, article)
    own = _OF_THE_BUNDLED if (article.source or "").endswith(_BUNDLED) else ()
    chosen = [question for question in own if _find(library, article, known, question)]
    if len(chosen) < MOST:
        chosen += _proven(library, article, known, MOST - len(chosen), TRIES - len(own), _Context())
    if len(chosen) < MOST and overview(_OVERVIEW, [article]):
        chosen.append(_OVERVIEW)
    return chosen


def next_questions(
    library: Library,
    turns: Sequence[Turn],
    articles: Iterable[str] | None = None,
    count: int = 3,
    *,
    strictness: float = 0.0,
) -> tuple[str, ...]:
    """Up to ``count`` questions that lead on from the last of ``turns``; makes TRIES_NEXT searches at most.

    About the article of the last quote, or of what came closest; else the first of ``articles`` (ids; None for all).
    None was asked already, and none is answered by what was quoted already. ``strictness``: see Conversation.
    """
    article = _article_of(library, turns, articles)
    if article is None or count < 1:
        return ()
    known = _known_of(library, article)
    context = _context_of(article, turns)
    chosen = _proven(library, article, known, count, TRIES_NEXT, context, max(SURE_ENOUGH, strictness))
    lost = not turns or not turns[-1].answer
    if lost and len(chosen) < count and not _is_asked(_OVERVIEW, context) and overview(_OVERVIEW, [article]):
        chosen.append(_OVERVIEW)
    return tuple(chosen)


@dataclass(frozen=True, slots=True)
class _Context:
    """What a conversation has been about so far; the defaults are those of one that has not begun."""

    at: int | None = None
    """Where in the article the last quote stands."""
    words: frozenset[str] = frozenset()
    """The telling words of the last question and quote."""
    asked: frozenset[str] = frozenset()
    told: tuple[tuple[int, int], ...] = ()
    """What was quoted, as offsets."""


def _article_of(library: Library, turns: Sequence[Turn], articles: Iterable[str] | None) -> Article | None:
    for turn in reversed(turns):
        if place := _place(turn.answer):
            return library.article(place.article_id)
    ids = None if articles is None else list(articles)
    if ids:
        return library.article(ids[0])
    held = library.articles if ids is None else []
    return held[0] if held else None


def _place(answer: Answer) -> Quote | None:
    """The quote that an answer leads with, or on refusal the one that came closest."""
    if answer.quotes:
        return answer.quotes[0]
    return answer.nearest.quote if answer.nearest else None


def _context_of(article: Article, turns: Sequence[Turn]) -> _Context:
    answers = [turn.answer for turn in turns]
    quotes = [quote for answer in answers for quote in answer.quotes if quote.article_id == article.id]
    last = answers[-1] if answers else None
    place = _place(last) if last else None
    words = words_of(f"{last.asked_as} {last.text}") if last else []
    return _Context(
        at=place.start if place and place.article_id == article.id else None,
        words=frozenset(word.bare for word in words if is_telling(word)),
        asked=frozenset(_plain(each) for turn in turns for each in (turn.question, turn.answer.asked_as)),
        told=tuple((quote.start, quote.end) for quote in quotes),
    )


def _proven(
    library: Library,
    article: Article,
    known: _Known,
    count: int,
    tries: int,
    context: _Context,
    sure: float = SURE_ENOUGH,
) -> list[str]:
    """What ``_look_for`` finds; when asked again in the same state of a conversation, without looking again."""
    state = (context, count, sure)
    if state not in known.chosen:
        known.chosen[state] = tuple(_look_for(library, article, known, count, tries, context, sure))
        if len(known.chosen) > STATES:
            known.chosen.pop(next(iter(known.chosen)), None)
    return list(known.chosen[state])


def _look_for(
    library: Library,
    article: Article,
    known: _Known,
    count: int,
    tries: int,
    context: _Context,
    sure: float,
) -> list[str]:
    """Up to ``count`` questions that are answered as they should be, tried in the order of what they are worth."""
    left = [each for each in known.candidates if not _is_asked(each.question, context) and not _is_told(each, context)]
    chosen: list[Candidate] = []
    told = list(context.told)
    while left and len(chosen) < count:
        best = max(left, key=lambda each: _worth(each, chosen, context))
        left.remove(best)
        if best.question not in known.found:
            if not tries:
                continue
            tries -= 1
        found = _find(library, article, known, best.question)
        if found and found[1] >= sure and _is_answer(found[0], best) and not _overlaps(found[0], told):
            chosen.append(best)
            told.append((found[0].start, found[0].end))
    return [each.question for each in chosen]


def _worth(candidate: Candidate, chosen: Sequence[Candidate], context: _Context) -> float:
    kinds = Counter(each.kind for each in chosen)
    sections = Counter(each.section for each in chosen)
    worth = _WORTH[candidate.kind] * _SAME_KIND ** kinds[candidate.kind] * _SAME_SECTION ** sections[candidate.section]
    if context.at is not None:
        shared = sum(word.bare in context.words for word in words_of(candidate.question) if is_telling(word))
        worth *= _FAR / (_FAR + abs(candidate.start - context.at)) + _SHARED * min(2, shared)
    return worth


def _is_asked(question: str, context: _Context) -> bool:
    return _plain(question) in context.asked


def _is_told(candidate: Candidate, context: _Context) -> bool:
    return not candidate.is_broad and any(
        candidate.start < end and start < candidate.end for start, end in context.told
    )


def _is_answer(quote: Quote, candidate: Candidate) -> bool:
    return quote.start < candidate.end and candidate.start < quote.end


def _overlaps(quote: Quote, told: Sequence[tuple[int, int]]) -> bool:
    return any(quote.start < end and start < quote.end for start, end in told)


def _plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.casefold()))


def _known_of(library: Library, article: Article) -> _Known:
    """What is known of ``article``, made where it is not there yet."""
    key = (article.id, article.revision)
    with _lock:
        kept = _known.setdefault(library, OrderedDict())
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
    made = [each for each in candidates_of(article) if leaning(each.question) is not Leaning.LEANS]
    made += [Candidate(question, Kind.GENERAL, 0, len(article.text), -1, True) for question in _OF_ANY_ARTICLE]
    known = _Known(tuple(made))
    with _lock:
        kept[key] = known
        if len(kept) > REMEMBERED:
            kept.popitem(last=False)
    return known


def _find(library: Library, article: Article, known: _Known, question: str) -> tuple[Quote, float] | None:
    """The quote that answers ``question`` best and how surely it does; None where nothing is found."""
    if question not in known.found:
        hits = library.search(question, k=1, articles=[article.id])
        known.found[question] = (hits[0].quote, hits[0].confidence) if hits else None
    return known.found[question]
