"""Reading in a process of its own, with a limit to its time and memory: what comes from outside may be made to do harm.

A file that loops, swells or crashes its reader takes that process with it, and nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from math import ceil
from pathlib import Path
from typing import Any

from index import errors
from index.errors import ArticleError, ArticleTooLarge
from index.readers.extract import Extract

MAX_SECONDS = 120
"""For one article: a book of a thousand pages takes half of it."""

ADDRESS = "address"
"""Not the name of a format, but of where it is to be had."""

MAX_MEMORY = 2_000_000_000
"""Bytes of address space. Where the system knows no such limit, as on Windows, time alone is limited."""

_ROOT = str(Path(__file__).parents[2])

_LOOK = 0.1
"""Seconds between two looks at whether the article is still wanted."""


def read_isolated(
    kind: str,
    name: str,
    content: bytes = b"",
    *,
    seconds: float = MAX_SECONDS,
    memory: int = MAX_MEMORY,
    stopped: Callable[[], bool] | None = None,
    **options: Any,
) -> Extract:
    """Return what the reader of ``kind`` finds in ``content``, or at the address ``name``, read in another process.

    ``options``: handed to ``index.readers.formats.read``, or to its ``read_address`` for the kind ADDRESS. ``stopped``:
    asked ten times a second; once it says yes the process is ended. Errors: the reader's own, ArticleTooLarge where the
    time or the memory did not do, ArticleError where the process broke or was stopped.
    """
    task = {"kind": kind, "name": name, "options": options}
    paths = json.dumps([_ROOT, *(path for path in sys.path if path)])
    code = f"import sys; sys.path[:] = {paths}; from index.readers.isolated import serve; serve({seconds}, {memory})"
    command = [sys.executable, "-I", "-W", "ignore", "-c", code]
    try:
        output = _run(command, json.dumps(task).encode() + b"\n" + content, seconds, stopped)
    except subprocess.TimeoutExpired as error:
        raise ArticleTooLarge(
            f"{name} is not read after {seconds:g} seconds: split it, or add its text alone"
        ) from error
    except OSError as error:
        raise ArticleError(f"{name} cannot be read: no process can be started for it ({error})") from error
    if output is None:
        raise ArticleError(f"{name} is not wanted any more: add it again if it is")
    return _result(name, output, memory)


def _run(command: list[str], task: bytes, seconds: float, stopped: Callable[[], bool] | None) -> bytes | None:
    """What a process that gets ``task`` writes; None where it was stopped. TimeoutExpired after ``seconds``."""
    deadline = time.monotonic() + seconds
    pipe, to_send = subprocess.PIPE, task or None
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:  # noqa: S603 - our own interpreter and code; names and content go in as data
        try:
            while not (stopped and stopped()):
                left = deadline - time.monotonic()
                try:
                    return process.communicate(to_send, timeout=min(left, _LOOK) if stopped else left)[0]
                except subprocess.TimeoutExpired:
                    if not stopped or time.monotonic() >= deadline:
                        raise
                    to_send = None  # what was handed over once is not to be again
            return None
        finally:
            process.kill()


def serve(seconds: float, memory: int) -> None:
    """Do the one task that comes in by standard input, and write what became of it as JSON. Runs in the process."""
    _limit(seconds, memory)
    with os.fdopen(os.dup(1), "wb") as out:
        # What a library prints is not part of the answer.
        os.dup2(2, 1)
        try:
            answer = _answer()
        except MemoryError:
            answer = {"error": MemoryError.__name__}
        out.write(json.dumps(answer).encode())


def _answer() -> dict[str, Any]:
    from index.readers.formats import read, read_address

    task = json.loads(sys.stdin.buffer.readline())
    try:
        if task["kind"] == ADDRESS:
            extract = read_address(task["name"], **task["options"])
        else:
            extract = read(task["kind"], sys.stdin.buffer.read(), task["name"], **task["options"])
        return {name: getattr(extract, name) for name in Extract.__slots__}
    except ArticleError as error:
        return {"error": type(error).__name__, "message": str(error)}


def _result(name: str, output: bytes, memory: int) -> Extract:
    try:
        answer = json.loads(output)
    except ValueError as error:
        raise ArticleError(
            f"{name} breaks the program that reads it: it may be damaged, or made to; add its text alone"
        ) from error
    if answer.get("error") == MemoryError.__name__:
        raise ArticleTooLarge(
            f"{name} takes more than {memory / 1e9:g} GB of memory to read: split it, or add its text alone"
        )
    if "error" in answer:
        raise getattr(errors, answer["error"])(answer["message"])
    return Extract(**answer)


def _limit(seconds: float, memory: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    # The time is here for the case that the one who waits for this process is killed first.
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, ceil(seconds)),
        (resource.RLIMIT_CORE, 0),
    ):
        # Some systems know a limit and do not take it.
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (value, value))
