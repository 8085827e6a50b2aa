"""Answers that take a while: given up when who asked goes away, and told stage by stage to those who want that.

Stages are asked for by the Accept header: ``application/x-ndjson`` is one JSON object a line, ``text/event-stream``
server-sent events; each holds its ``stage``, and the last is what would else have been the answer, or ``failed``.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import anyio
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import StreamingResponse

from bot.desk import Tell
from bot.incoming import Gone, Stopped
from bot.trouble import told, trouble_body

Result = TypeVar("Result")
Work = Callable[[Tell, Stopped], tuple[str, dict[str, Any]]]
LINES, EVENTS = "application/x-ndjson", "text/event-stream"
THREADS = 100
"""Requests that may be in work or waiting for their turn at once, of each kind; those that come later wait unseen."""

log = logging.getLogger(__name__)
_running: set[asyncio.Task[None]] = set()


class Workers:
    """Threads for one kind of work, apart from those for all that is answered at once."""

    def __init__(self) -> None:
        self._limiter: anyio.CapacityLimiter | None = None

    async def run(self, work: Callable[[], Result]) -> Result:
        """What ``work`` gives, done in a thread."""
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(THREADS)
        return await to_thread.run_sync(work, limiter=self._limiter)

    async def run_unless_gone(self, request: Request, work: Callable[[Stopped], Result]) -> Result:
        """The same, while ``work`` can see whether the client has gone away. Gone where it has."""
        stopped = threading.Event()
        results: list[Result] = []

        async def watch() -> None:
            while (await request.receive())["type"] != "http.disconnect":
                pass
            stopped.set()

        watching = asyncio.create_task(watch())
        try:
            results.append(await self.run(lambda: work(stopped.is_set)))
        finally:
            stopped.set()
            watching.cancel()
        if not results:
            raise Gone("nobody waits for it any more")
        return results[0]


def wanted(request: Request) -> str:
    """In which way a client wants to be told of stages; ``""`` where it wants the answer alone."""
    accepted = [part.split(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]
    return next((kind for kind in accepted if kind in (LINES, EVENTS)), "")


def in_stages(kind: str, workers: Workers, work: Work) -> StreamingResponse:
    """A response that tells of each stage of ``work`` as it is reached; it returns the last one, with what is in it."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_frames(kind, workers, work), media_type=kind, headers=headers)


async def _frames(kind: str, workers: Workers, work: Work) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    stages: asyncio.Queue[bytes | None] = asyncio.Queue()
    stopped = threading.Event()

    def tell(stage: str, facts: dict[str, Any]) -> None:
        if not stopped.is_set():
            loop.call_soon_threadsafe(stages.put_nowait, _frame(kind, stage, facts))

    def do() -> None:
        try:
            tell(*work(tell, stopped.is_set))
        except Exception as error:  # noqa: BLE001 - the response has begun: this is its end
            tell("failed", _failure(error))

    async def run() -> None:
        try:
            await workers.run(do)
        finally:
            stages.put_nowait(None)

    task = asyncio.create_task(run())
    _running.add(task)
    task.add_done_callback(_running.discard)
    try:
        while (frame := await stages.get()) is not None:
            yield frame
    finally:
        stopped.set()


def _failure(error: Exception) -> dict[str, Any]:
    code, detail, name = told(error)
    if code == 500:
        log.error("A request could not be answered", exc_info=error)
    return {"status": code, **trouble_body(code, detail, name)}


def _frame(kind: str, stage: str, facts: dict[str, Any]) -> bytes:
    line = json.dumps({"stage": stage, **facts}, ensure_ascii=False)
    whole = f"{line}\n" if kind == LINES else f"event: {stage}\ndata: {line}\n\n"
    return whole.encode("utf-8", "replace")
