"""A conversation about articles: each question is understood, searched and decided, and the turns are kept.

The only mutable object of this package; what it does with a question is done by the pure functions beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot import followup, smalltalk
from bot.answer import NO_ARTICLE, NO_QUESTION, THRESHOLD, decide
from bot.citation import cite
from bot.elsewhere import other_places
from bot.english.leaning import Leaning
from bot.overview import overview
from bot.suggest import next_questions
from bot.types import Answer, Turn

if TYPE_CHECKING:
    from index import Article, Hit, Library

DEPTH = 8
"""Hits that are weighed for an answer: as many as are quoted at most, and room for those that repeat one."""
PLACES_DEPTH = 25
"""Hits among which other places are looked for: as many as a search weighs anyway, so they cost no more reading."""
REMEMBERED = 6
"""Turns that are taken over when a conversation is rebuilt: as far as a follow-up reaches back."""


class Conversation:
    """Ask a library, one question after another."""

    def __init__(
        self, library: Library, articles: Iterable[str] | None = None, *, strictness: float = THRESHOLD
    ) -> None:
        """Talk about the ``articles`` of these ids, or about all of the library where None.

        ``strictness`` is the least confidence, in [0, 1], with which a quote is given as an answer: at 0 the best
        passage always is, at 1 hardly any. Raises ValueError where an argument is not of its kind or range.
        """
        if not 0 <= strictness <= 1:
            raise ValueError(f"strictness must be from 0 to 1, not {strictness!r}")
        if isinstance(articles, str):
            raise ValueError(f"articles must be a list of article ids, not one string: [{articles!r}]")
        self._library = library
        self._articles = None if articles is None else list(articles)
        self._strictness = strictness
        self._turns: list[Turn] = []

    @classmethod
    def from_history(
        cls,
        library: Library,
        history: Iterable[Turn | str | Mapping[str, Any]],
        articles: Iterable[str] | None = None,
        *,
        strictness: float = THRESHOLD,
    ) -> Conversation:
        """A conversation that stands where ``history`` left off: the same history, the same next answer.

        An entry, oldest first, is a Turn; or a question; or a mapping that holds one as ``question`` (with ``as_typed``
        where it was asked so), or as the ``content`` of a chat message whose ``role`` is "user" (messages of other
        roles are passed over). Of a long history the last REMEMBERED turns count. All but Turns are asked again.
        Raises ValueError for anything else.
        """
        chat = cls(library, articles, strictness=strictness)
        entries = [entry for entry in map(_question_or_turn, history) if entry is not None]
        for entry in entries[-REMEMBERED:]:
            if isinstance(entry, Turn):
                chat._turns.append(entry)
            else:
                chat.ask(entry[0], as_typed=entry[1])
        return chat

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was asked and answered so far, oldest first; blank questions are not turns."""
        return tuple(self._turns)

    def ask(self, question: str, *, as_typed: bool = False, suggest: int = 0) -> Answer:
        """Answer ``question`` with quotes; the answer is false when the article does not say, or nothing was asked.

        A follow-up is understood from the turns before: ``answer.asked_as`` says how, and ``as_typed`` forbids it.
        ``suggest``: how many questions that lead on from here are to be looked for.
        Raises ValueError where ``question`` is no string, and what ``Library.search`` raises.
        """
        if not isinstance(question, str):
            raise ValueError(f"a question must be a string, not {type(question).__name__}")
        if not question.strip():
            return Answer(question, question, message=NO_QUESTION)
        answer = self._answer(question, as_typed)
        self._turns.append(Turn(question, answer))
        if suggest:
            found = next_questions(self._library, self._turns, self._articles, suggest, strictness=self._strictness)
            answer = replace(answer, suggestions=found)
            self._turns[-1] = Turn(question, answer)
        return answer

    def _answer(self, question: str, as_typed: bool) -> Answer:
        talk = smalltalk.recognise(question)
        if talk and talk is not smalltalk.Talk.OVERVIEW:
            return Answer(question, question, message=talk.value)
        if talk is smalltalk.Talk.OVERVIEW and (articles := self._asked_about()):
            return self._with_places(overview(question, articles), ())
        asked_as, hits = self._search(question, as_typed)
        if not hits and not self._asked_about():
            return Answer(question, question, message=NO_ARTICLE)
        return self._with_places(decide(question, asked_as, hits[:DEPTH], self._strictness), hits)

    def _search(self, question: str, as_typed: bool) -> tuple[str, list[Hit]]:
        """How ``question`` is understood, and what is found for it so.

        Where the likelier way of understanding it finds an answer, the other one is not searched.
        """
        understood = followup.understand(question, () if as_typed else self._turns)
        leans = understood.leaning is Leaning.LEANS
        first = self._look_for(question, understood, in_context=leans)
        if understood.leaning is Leaning.ALONE or followup.is_settled(understood, first, self._strictness):
            return understood.asked_as if leans else question, first
        second = self._look_for(question, understood, in_context=not leans)
        in_context, bare = (first, second) if leans else (second, first)
        if followup.prefers_context(understood, bare, in_context, self._strictness):
            return understood.asked_as, in_context
        return question, bare

    def _look_for(self, question: str, understood: followup.Understood, *, in_context: bool) -> list[Hit]:
        history = understood.history if in_context else ""
        found = self._library.search(question, k=PLACES_DEPTH, articles=self._articles, history=history)
        return followup.stay(understood, found, in_context=in_context)

    def _with_places(self, answer: Answer, hits: Sequence[Hit]) -> Answer:
        """``answer`` with a citation for each quote, and the other places among ``hits``, best first."""
        if not answer:
            return answer
        ids = [quote.article_id for quote in answer.quotes] + [hit.quote.article_id for hit in hits[:DEPTH]]
        articles = {article_id: self._library.article(article_id) for article_id in dict.fromkeys(ids)}
        places = other_places(answer.asked_as, answer.quotes, hits, articles)
        return replace(answer, citations=cite(answer.quotes, articles), elsewhere=places)

    def _asked_about(self) -> list[Article]:
        """The articles that this conversation is about. Reads their texts, so not to be called for each question."""
        articles = self._library.articles
        return articles if self._articles is None else [each for each in articles if each.id in self._articles]


def _question_or_turn(entry: Turn | str | Mapping[str, Any]) -> Turn | tuple[str, bool] | None:
    """What an entry of a history holds: a Turn, or a question and whether to take it as typed; None for a reply."""
    if isinstance(entry, Turn):
        return entry
    if isinstance(entry, str):
        return entry, False
    if isinstance(entry, Mapping):
        question = entry.get("content") if "role" in entry else entry.get("question")
        if "role" in entry and entry["role"] != "user":
            return None
        if isinstance(question, str):
            return question, bool(entry.get("as_typed", False))
    raise ValueError(f'history must hold turns, questions or {{"role", "content"}} messages, not {entry!r:.80}')
