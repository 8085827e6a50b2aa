"""Questions worth asking of an article, each one tried before it is shown: no example ends in a refusal.

They are made from the article's own sentences (bot/asking); the reader must find the answer to each in the sentence
that it was made from, and be sure of it. What was tried is remembered, so that asking again costs nothing.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from bot.answer import THRESHOLD
from bot.asking.kinds import Kind
from bot.asking.questions import Candidate, candidates_of
from bot.english.leaning import Leaning, leaning
from bot.overview import overview
from bot.thread import Thread, article_of, thread_of
from bot.types import Turn
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
SURE_OF_GENERAL = 0.7
"""The same for a question that was made without regard to the article: below, half of the answers are beside it."""
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

NO_SECTION = -1
_OVERVIEW = "What is this article about?"
_OF_ANY_ARTICLE = ("What happens next?", "What has changed?", "How many people are affected?")
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
    chosen: dict[tuple[Thread, int, float], tuple[str, ...]] = field(default_factory=dict)
    """What was chosen, for each state that a conversation was in."""


_known: WeakKeyDictionary[Library, OrderedDict[tuple[str, str], _Known]] = WeakKeyDictionary()
_lock = Lock()


def suggest(library: Library, article: Article) -> list[str]:
    """Up to MOST questions that ``article`` answers, the one to try first at the front; at most TRIES searches."""
    trial = _Trial(library, article)
    chosen = [question for question in _own(article) if trial.sureness(question) >= THRESHOLD]
    if len(chosen) < MOST:
        chosen += trial.choose(Thread(), MOST - len(chosen), TRIES - len(chosen))
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
    article = article_of(library, turns, articles)
    if article is None or count < 1:
        return ()
    thread = thread_of(article, turns)
    chosen = _Trial(library, article).choose(thread, count, TRIES_NEXT, sure=max(SURE_ENOUGH, strictness))
    lost = not turns or not turns[-1].answer
    if lost and len(chosen) < count and not thread.was_asked(_OVERVIEW) and overview(_OVERVIEW, [article]):
        return (*chosen, _OVERVIEW)
    return chosen


class _Trial:
    """Tries questions on an article, each once."""

    def __init__(self, library: Library, article: Article) -> None:
        self._library = library
        self._article = article
        self._known = _known_of(library, article)

    def choose(self, thread: Thread, count: int, tries: int, *, sure: float = SURE_ENOUGH) -> tuple[str, ...]:
        """Up to ``count`` questions that are answered with a confidence of ``sure``, after ``tries`` searches at most.

        In the same state of a conversation, the same ones, without any search.
        """
        state = (thread, count, sure)
        kept = self._known.chosen
        if state not in kept:
            found = tuple(self._look_for(thread, count, tries, sure))
            with _lock:
                kept[state] = found
                while len(kept) > STATES:
                    del kept[next(iter(kept))]
            return found
        return kept.get(state, ())

    def sureness(self, question: str) -> float:
        """The confidence of the answer to ``question``; 0 where nothing is found."""
        found = self._find(question)
        return found[1] if found else 0.0

    def _look_for(self, thread: Thread, count: int, tries: int, sure: float) -> Iterator[str]:
        """Questions in the order of what they are worth, each with regard to those before it."""
        left = [each for each in self._known.candidates if not _is_known(each, thread)]
        chosen: list[Candidate] = []
        while left and len(chosen) < count:
            best = max(left, key=lambda each: _worth(each, chosen, thread))
            left.remove(best)
            if best.question not in self._known.found:
                if not tries:
                    continue
                tries -= 1
            found = self._find(best.question)
            least = max(sure, SURE_OF_GENERAL) if best.kind is Kind.GENERAL else sure
            if found and found[1] >= least and _is_meant(found[0], best, thread):
                chosen.append(best)
                thread = replace(thread, told=(*thread.told, (found[0].start, found[0].end)))
                yield best.question

    def _find(self, question: str) -> tuple[Quote, float] | None:
        """The quote that answers ``question`` best and how surely it does; None where nothing is found."""
        found = self._known.found
        if question not in found:
            hits = self._library.search(question, k=1, articles=[self._article.id])
            found[question] = (hits[0].quote, hits[0].confidence) if hits else None
        return found[question]


def _own(article: Article) -> tuple[str, ...]:
    """The questions that were written for an article."""
    return _OF_THE_BUNDLED if (article.source or "").endswith(_BUNDLED) else ()


def _known_of(library: Library, article: Article) -> _Known:
    """What is known of ``article``, made where it is not there yet."""
    key = (article.id, article.revision)
    with _lock:
        kept = _known.setdefault(library, OrderedDict())
        if key in kept:
            kept.move_to_end(key)
            return kept[key]
    made = [each for each in candidates_of(article) if leaning(each.question) is not Leaning.LEANS]
    for kind, questions in ((Kind.HEADING, _own(article)), (Kind.GENERAL, _OF_ANY_ARTICLE)):
        made += [Candidate(question, kind, 0, len(article.text), NO_SECTION, True) for question in questions]
    known = _Known(tuple(made))
    with _lock:
        kept[key] = known
        if len(kept) > REMEMBERED:
            kept.popitem(last=False)
    return known


def _is_known(candidate: Candidate, thread: Thread) -> bool:
    """Whether a question was asked already, or what it was made from was quoted."""
    told = not candidate.is_broad and thread.was_told(candidate.start, candidate.end)
    return told or thread.was_asked(candidate.question)


def _is_meant(quote: Quote, candidate: Candidate, thread: Thread) -> bool:
    """Whether a quote is what a question was made from, and something new."""
    inside = quote.start < candidate.end and candidate.start < quote.end
    return inside and not thread.was_told(quote.start, quote.end)


def _worth(candidate: Candidate, chosen: Sequence[Candidate], thread: Thread) -> float:
    kinds = Counter(each.kind for each in chosen)
    sections = Counter(each.section for each in chosen)
    worth = _WORTH[candidate.kind] * _SAME_KIND ** kinds[candidate.kind] * _SAME_SECTION ** sections[candidate.section]
    if thread.at is not None and not candidate.is_broad:
        worth *= _FAR / (_FAR + abs(candidate.start - thread.at))
    return worth * (1 + _SHARED * min(2, thread.shared(candidate.question)))
