"""The slow parts of starting: what each is doing, and what came of it.

Loaded in a thread, they let a server answer at once, and say what it waits for or why there is nothing to wait for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from enum import StrEnum
from typing import Generic, TypeVar

from index.errors import PullquoteError

Result = TypeVar("Result")
Say = Callable[[str], None]

log = logging.getLogger(__name__)


class Status(StrEnum):
    """How far a thing has come."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


class StillLoading(PullquoteError):
    """It is not ready yet; the message says what it is doing."""


class Loading(Generic[Result]):
    """One slow thing, loaded by ``load(say)``, which may ``say`` in a sentence what it is doing."""

    def __init__(self, load: Callable[[Say], Result], *, message: str) -> None:
        self.message = message
        """What it is doing now, or why it failed: one sentence. ``""`` when it is ready."""
        self.future: Future[Result] = Future()
        self._load = load

    @classmethod
    def done(cls, result: Result) -> Loading[Result]:
        """Something that needs no loading."""
        loading = cls(lambda _: result, message="")
        loading.future.set_result(result)
        return loading

    @property
    def status(self) -> Status:
        if not self.future.done():
            return Status.LOADING
        return Status.FAILED if self.future.exception() else Status.READY

    @property
    def is_ready(self) -> bool:
        return self.status is Status.READY

    def run(self) -> None:
        """Load now. What goes wrong is kept, and told by ``status``, ``message`` and ``result``; never raised here."""
        self.future.set_running_or_notify_cancel()
        try:
            result = self._load(self._say)
        except (PullquoteError, ValueError) as error:
            self._fail(error)
        except Exception as error:
            log.exception("Loading failed")
            self._fail(PullquoteError(f"Loading failed: {_first_line(error)}. The server's log has the details."))
        else:
            self.message = ""
            self.future.set_result(result)

    def result(self, timeout: float = 0) -> Result:
        """What was loaded, after at most ``timeout`` seconds of waiting.

        Raises StillLoading when that is not enough, and the error that loading ended in when it failed.
        """
        try:
            return self.future.result(timeout)
        except FutureTimeout:
            if self.future.done():
                raise
            raise StillLoading(f"Not ready yet: {self.message}") from None

    def _say(self, message: str) -> None:
        self.message = message

    def _fail(self, error: Exception) -> None:
        self.message = _first_line(error)
        self.future.set_exception(error)


def _first_line(error: Exception) -> str:
    """The first line of an error's message, or the name of its kind where it has none."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


class Seen(Loading[Result]):
    """A thing that another loads, seen through ``view`` each time that it is asked for."""

    def __init__(self, whole: Loading[Result], view: Callable[[float], Result]) -> None:
        """``view``: what is to be seen of it, given how many seconds to wait; raises as ``Loading.result``."""
        self._whole, self._view = whole, view
        self.future = whole.future

    @property
    def message(self) -> str:
        return self._whole.message

    @message.setter
    def message(self, message: str) -> None:
        self._whole.message = message

    def run(self) -> None:
        self._whole.run()

    def result(self, timeout: float = 0) -> Result:
        return self._view(timeout)
