"""What was answered lately, so that a conversation sent along with a question need not be asked all over again.

As in a Conversation that is kept, what was answered stays as it was, until ``forget`` is told that an article is gone,
or another one now. What was answered from one library is never used for another.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from bot.conversation import Conversation
from bot.types import Answer, Turn

if TYPE_CHECKING:
    from index.library import Library

MOST = 500
"""Conversations that are kept, the ones used last: a few kilobytes each."""

Key = tuple[Any, ...]


class Memory:
    """Asks questions within conversations that live elsewhere. Safe to share between threads."""

    def __init__(self) -> None:
        self._turns: OrderedDict[Key, tuple[Turn, ...]] = OrderedDict()
        self._numbers: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._next = count()
        self._lock = Lock()

    def ask(
        self,
        library: Library,
        question: str,
        history: Sequence[Any] = (),
        articles: Sequence[str] | None = None,
        *,
        as_typed: bool = False,
        suggest: int = 0,
    ) -> Answer:
        """What ``Conversation.from_history(library, history, articles).ask(question, …)`` answers, only faster."""
        scope = self._number(library), None if articles is None else tuple(articles)
        asked = tuple(map(_key, history))
        known = self._recall((scope, asked))
        chat = Conversation.from_history(library, history if known is None else known, articles)
        answer = chat.ask(question, as_typed=as_typed, suggest=suggest)
        self._keep((scope, (*asked, _key({"question": question, "as_typed": as_typed}))), chat.turns)
        return answer

    def forget(self, library: Library | None) -> None:
        """Forget what was answered from ``library``, or from any where None."""
        with self._lock:
            if library is None:
                self._numbers.clear()
                self._turns.clear()
            elif (number := self._numbers.pop(_identity(library), None)) is not None:
                for key in [key for key in self._turns if key[0][0] == number]:
                    del self._turns[key]

    def _number(self, library: Library) -> int:
        """What stands for a library: no two have the same one, and after it is forgotten it has another."""
        with self._lock:
            identity = _identity(library)
            if identity not in self._numbers:
                self._numbers[identity] = next(self._next)
            return self._numbers[identity]

    def _recall(self, key: Key) -> tuple[Turn, ...] | None:
        with self._lock:
            if key in self._turns:
                self._turns.move_to_end(key)
            return self._turns.get(key)

    def _keep(self, key: Key, turns: tuple[Turn, ...]) -> None:
        with self._lock:
            self._turns[key] = turns
            if len(self._turns) > MOST:
                self._turns.popitem(last=False)


def _identity(library: Any) -> Any:
    """A view of a library stands for what it shows, see ``Desk.identity``; else the library for itself."""
    return getattr(library, "identity", library)


def _key(entry: Any) -> str:
    """What tells an entry of a history from others: the same for a question and for a mapping that holds it."""
    if isinstance(entry, Mapping) and "question" in entry:
        return repr((entry["question"], bool(entry.get("as_typed"))))
    return repr((entry, False)) if isinstance(entry, str) else repr(entry)
