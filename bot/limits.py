"""What one person, and one client, may take of a server: how much to add, and how often to ask."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from index.errors import PullquoteError

if TYPE_CHECKING:
    from limits import RateLimitItem

MEGABYTE = 1_000_000
WORKERS = max(1, os.cpu_count() or 1)
"""Searches at once: one a core. More only slow one another, so that ten people would wait ten times as long as one."""
MOST_WAITING = 300
"""Searches that may wait for their turn; some minutes' worth. Who comes after these is told to come again."""


class TooMany(PullquoteError):
    """More was asked for than the limits of this server allow just now."""


class TooManyArticles(PullquoteError):
    """A person has added as many articles as this server lets one."""


class TooLarge(PullquoteError):
    """A request is over the size that this server takes."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be set about a server; the defaults are those of one that answers its own machine alone."""

    upload: int = 20 * MEGABYTE
    """Bytes of a file or a text that is added."""
    articles: int = 50
    """Articles that one person may add."""
    rate: int = 0
    """Requests a minute that one client may make, of those that take work: questions, searches, additions. 0: any."""
    people: int = 200
    """People who may have articles of their own at once."""
    idle: float = 24 * 3600
    """Seconds without a request after which the articles of a person who has not logged in are forgotten."""


class Rate:
    """Counts what clients do in the last minute. Safe to share between threads."""

    def __init__(self, most: int) -> None:
        """``most``: times a minute; 0 for as often as they please."""
        self._most = most

    def take(self, client: str) -> None:
        """Count one more of ``client``, or raise TooMany."""
        if self._most and not _window().hit(_a_minute(self._most), str(id(self)), client):
            raise TooMany(f"that is more than {self._most} requests in a minute: wait a little, and try again")

    def is_spent(self, client: str) -> bool:
        """Whether ``client`` has none left, without counting one."""
        return bool(self._most) and not _window().test(_a_minute(self._most), str(id(self)), client)


@cache
def _window() -> Any:
    from limits.storage import MemoryStorage
    from limits.strategies import MovingWindowRateLimiter

    return MovingWindowRateLimiter(MemoryStorage())


@cache
def _a_minute(most: int) -> RateLimitItem:
    from limits import RateLimitItemPerMinute

    return RateLimitItemPerMinute(most)


class Pool:
    """Lets WORKERS searches run at once, in the order in which they come."""

    def __init__(self, workers: int = WORKERS, *, most_waiting: int = MOST_WAITING) -> None:
        self._turns = threading.Semaphore(workers)
        self._lock = threading.Lock()
        self._inside = 0
        self._is_closed = False
        self._most = workers + most_waiting

    def close(self) -> None:
        """Send away those who wait, and whoever comes."""
        self._is_closed = True
        self._turns.release(self._most)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and take it. TooMany where too many wait already."""
        with self._lock:
            if self._inside >= self._most:
                raise TooMany("too many questions are waiting for an answer: try again in a minute")
            self._inside += 1
        try:
            with self._turns:
                if self._is_closed:
                    raise TooMany("the server is being stopped: try again when it is back")
                yield
        finally:
            with self._lock:
                self._inside -= 1
