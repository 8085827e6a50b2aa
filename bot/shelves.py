"""The articles that people add for themselves: a library of their own for each, beside the one that is shared.

Nothing has to be filtered, so nothing can be forgotten: whoever asks searches what is shared and their own library, and
no other is at hand. They are kept in memory, and gone when the server stops; those of people who log in to a server
that has a folder are kept in it, under ``people``.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bot.desk import Desk, Tell, as_told
from bot.incoming import Gone, Read, Stopped
from bot.limits import Limits, Pool, TooMany, TooManyArticles
from bot.memory import Memory
from bot.person import CURRENT, NOBODY, Person
from index.errors import ArticleError, PullquoteError
from index.types import Article, Change

if TYPE_CHECKING:
    from bot.loading import Loading
    from index.library import Library

Progress = Callable[[int, int], None]
ADDED_AT_ONCE = 2
"""Articles that are read and encoded at once; more would keep those waiting who only ask."""
_LOOK = 0.1
"""Seconds between two looks at whether it is still wanted."""


class NotAllowed(PullquoteError):
    """It may not be changed, or nothing may be added."""


@dataclass(frozen=True, slots=True)
class Added:
    """What came of handing in an article."""

    article: Article
    change: Change
    shared: bool = False
    """Whether it is among the shared articles already."""


@dataclass(slots=True)
class _Shelf:
    library: Library
    used: float
    lock: threading.Lock = field(default_factory=threading.Lock)


class Shelves:
    """Who has which articles, and what each may do with them. Safe to share between threads."""

    def __init__(
        self,
        shared: Loading[Library],
        *,
        limits: Limits | None = None,
        memory: Memory | None = None,
        folder: Path | None = None,
        may_add: bool = True,
        make: Callable[[Path | None], Library] | None = None,
    ) -> None:
        """``folder``: where articles of people who log in are kept. ``make``: opens a person's library."""
        self.shared = shared
        self.limits = limits or Limits()
        self.may_add = may_add
        self.pool = Pool()
        self.closing = threading.Event()
        """Set when the server stops: what is being added is given up."""
        self._memory = memory or Memory()
        self._folder = folder
        self._make = make or _open_library
        self._shelves: dict[str, _Shelf] = {}
        self._lock = threading.Lock()
        self._turns = threading.Semaphore(ADDED_AT_ONCE)

    def desk(self, person: Person, *, timeout: float = 0, tell: Tell | None = None) -> Library:
        """What ``person`` can ask. Waits ``timeout`` seconds for the shared library; errors as ``result``."""
        shared = self.shared.result(timeout)
        return cast("Library", Desk(shared, self.own(person), self.pool, tell))  # does all that is asked of one

    def seen(self) -> Loading[Library]:
        """The shared library's loading, whose result is what the person can ask whose request is being answered."""
        from bot.loading import Seen

        return Seen(self.shared, lambda timeout: self.desk(CURRENT.get(), timeout=timeout))

    def own(self, person: Person) -> Library | None:
        """The library of what ``person`` has added; None where that is nothing."""
        shelf = self._shelf(person)
        return shelf.library if shelf else None

    def keeps(self, person: Person) -> bool:
        """Whether what ``person`` adds is still there after the server has stopped."""
        return bool(self._folder and person.name)

    def add(
        self,
        person: Person,
        read: Read,
        *,
        progress: Progress | None = None,
        stopped: Stopped = lambda: False,
    ) -> Added:
        """Read an article, and put it among the person's own. It is there whole or not at all.

        Where ``stopped`` says yes on the way: Gone, and all is as it was. Errors: NotAllowed where nothing may be added
        here, TooManyArticles, and those of reading and of ``Library.add_article``.
        """
        shared = self.shared.result()
        if not self.may_add:
            raise NotAllowed("this server takes no articles: who runs it can allow it with --adding")
        if person == NOBODY:
            raise NotAllowed("it is not known who you are, so nothing can be kept for you")
        gone = _any(stopped, self.closing.is_set)
        with _Turn(self._turns, gone):
            article = _unless(gone, lambda: read(gone))
            if shared.compare(article) is Change.UNCHANGED:
                return Added(as_told(shared.article(article.id)), Change.UNCHANGED, shared=True)
            mine = replace(article, id=_own_id(person, article.id))
            shelf = self._shelf(person, make=True)
            with shelf.lock:
                return self._put(shelf.library, mine, progress, gone)

    def _put(self, library: Library, article: Article, progress: Progress | None, gone: Stopped) -> Added:
        change = library.compare(article)
        if change is Change.UNCHANGED:
            return Added(library.article(article.id), change)
        if change is Change.NEW and len(library.ids) >= self.limits.articles:
            raise TooManyArticles(f"you have added {self.limits.articles} articles, the most there may be: remove some")
        added = _unless(gone, lambda: library.add_article(article, progress=_heeding(gone, progress)))
        if change is Change.CHANGED:
            self._memory.forget(library)
        elif gone():
            library.remove(article.id)
            raise Gone("nobody waits for it any more")
        return Added(added, change)

    def remove(self, person: Person, article_id: str) -> None:
        """Forget an article. NoSuchArticle where the person has none of that id, NotAllowed where it is not theirs."""
        library, is_own = self._holder(person, article_id)
        library.remove(article_id)
        self._memory.forget(library if is_own else None)

    def refresh(
        self, person: Person, article_id: str, *, progress: Progress | None = None, stopped: Stopped = lambda: False
    ) -> Added:
        """Read an article again where it came from. Errors as ``remove``, and those of ``Library.refresh``."""
        library, is_own = self._holder(person, article_id)
        before = library.article(article_id)
        if is_own and not is_on_the_web(before.source):
            raise ArticleError("only an article from the web can be read again: add the new text, or the new file")
        gone = _any(stopped, self.closing.is_set)
        with _Turn(self._turns, gone):
            after = _unless(gone, lambda: library.refresh(article_id, progress=_heeding(gone, progress)))
        if after.revision == before.revision:
            return Added(as_told(after), Change.UNCHANGED, shared=not is_own)
        self._memory.forget(library if is_own else None)
        return Added(as_told(after), Change.CHANGED, shared=not is_own)

    def stop(self) -> None:
        """Give up what is being added, and send away those who wait for a search."""
        self.closing.set()
        self.pool.close()

    def close(self) -> None:
        """Stop, and let go of the libraries."""
        self.stop()
        with self._lock:
            shelves, self._shelves = list(self._shelves.values()), {}
        for shelf in shelves:
            shelf.library.close()

    def _holder(self, person: Person, article_id: str) -> tuple[Library, bool]:
        """The library that holds an article which ``person`` may change, and whether it is their own."""
        shared, own = self.shared.result(), self.own(person)
        if own and article_id in own.ids:
            return own, True
        shared.article(article_id)
        if not person.is_owner:
            raise NotAllowed("this article is everyone's: only who runs the server can change it")
        return shared, False

    def _shelf(self, person: Person, *, make: bool = False) -> Any:
        """The person's shelf; None where there is none, unless it is to be made."""
        where = self._folder / person.key if self._folder and person.name else None
        with self._lock:
            self._tidy()
            shelf = self._shelves.get(person.key)
            if shelf is None:
                if not make and not (where and where.is_dir()):
                    return None
                if len(self._shelves) >= self.limits.people:
                    raise TooMany("more people have articles here than there is room for: try again later")
                shelf = self._shelves[person.key] = _Shelf(self._make(where), time.monotonic())
            shelf.used = time.monotonic()
            return shelf

    def _tidy(self) -> None:
        """Let go of what was not used for long; what is in the folder can be opened again."""
        long_ago = time.monotonic() - self.limits.idle
        for key in [key for key, shelf in self._shelves.items() if shelf.used < long_ago]:
            self._shelves.pop(key).library.close()


class _Turn:
    """A turn at adding, waited for as long as somebody wants it."""

    def __init__(self, turns: threading.Semaphore, gone: Stopped) -> None:
        self._turns, self._gone = turns, gone

    def __enter__(self) -> None:
        while not self._turns.acquire(timeout=_LOOK):
            if self._gone():
                raise Gone("nobody waits for it any more")

    def __exit__(self, *_: object) -> None:
        self._turns.release()


def is_on_the_web(source: str | None) -> bool:
    """Whether a source is a web address."""
    return bool(source) and str(source).lower().startswith(("http://", "https://"))


def _heeding(gone: Stopped, progress: Progress | None) -> Progress:
    """Progress that ends what it is told of, once nobody waits for it."""

    def tell(done: int, of: int) -> None:
        if gone():
            raise Gone("nobody waits for it any more")
        if progress:
            progress(done, of)

    return tell


def _unless(gone: Stopped, work: Callable[[], Article]) -> Article:
    """What ``work`` gives; where it was given up because nobody waits for it, Gone in place of its error."""
    try:
        return work()
    except ArticleError:
        if gone():
            raise Gone("nobody waits for it any more") from None
        raise


def _any(one: Stopped, other: Stopped) -> Stopped:
    return lambda: one() or other()


def _own_id(person: Person, article_id: str) -> str:
    """An id that no other person's article has, not even of the same text."""
    return hashlib.sha256(f"{person.key}:{article_id}".encode()).hexdigest()[:16]


def _open_library(where: Path | None) -> Library:
    from index.library import Library

    return Library(where)
