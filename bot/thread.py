"""What a conversation has been about so far: what was asked and quoted, and where in an article it stands now."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.english.words import is_telling, words_of
from bot.types import Answer, Turn
from index.types import Article, Quote

if TYPE_CHECKING:
    from index.library import Library


@dataclass(frozen=True, slots=True)
class Thread:
    """It, as far as one article goes; the defaults are those of a conversation that has not begun."""

    at: int | None = None
    """Where in the article the last quote stands, or the one that came closest."""
    words: frozenset[str] = frozenset()
    """The telling words of the last question and quote."""
    asked: frozenset[str] = frozenset()
    told: tuple[tuple[int, int], ...] = ()
    """What was quoted, as offsets."""

    def was_asked(self, question: str) -> bool:
        """Whether a question was asked in these words already, or understood as if it had been."""
        return _plain(question) in self.asked

    def was_told(self, start: int, end: int) -> bool:
        """Whether any of that stretch of the article was quoted already."""
        return any(start < told_end and told_start < end for told_start, told_end in self.told)

    def shared(self, question: str) -> int:
        """How many telling words ``question`` shares with the last question and its quote."""
        return sum(word.bare in self.words for word in words_of(question) if is_telling(word))


def thread_of(article: Article, turns: Sequence[Turn]) -> Thread:
    """Where a conversation stands in ``article``."""
    if not turns:
        return Thread()
    last = turns[-1].answer
    place = _place(last)
    quotes = [quote for turn in turns for quote in turn.answer.quotes if quote.article_id == article.id]
    return Thread(
        at=place.start if place and place.article_id == article.id else None,
        words=frozenset(word.bare for word in words_of(f"{last.asked_as} {last.text}") if is_telling(word)),
        asked=frozenset(_plain(each) for turn in turns for each in (turn.question, turn.answer.asked_as)),
        told=tuple((quote.start, quote.end) for quote in quotes),
    )


def article_of(library: Library, turns: Sequence[Turn], articles: Iterable[str] | None) -> Article | None:
    """The article of the last quote, or of what came closest; else the first of ``articles``, or of all where None."""
    for turn in reversed(turns):
        if place := _place(turn.answer):
            return library.article(place.article_id)
    if articles is not None:
        first = next(iter(articles), None)
        return None if first is None else library.article(first)
    held = library.articles
    return held[0] if held else None


def _place(answer: Answer) -> Quote | None:
    """The quote that an answer leads with, or on refusal the one that came closest."""
    if answer.quotes:
        return answer.quotes[0]
    return answer.nearest.quote if answer.nearest else None


def _plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.casefold()))
