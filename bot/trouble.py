"""What each error becomes over HTTP: a code, and one sentence that a person can act on. Nothing from within.

``{"detail": "one sentence", "error": {"code": "no_such_article", "message": "the same sentence"}}``
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from bot.incoming import Gone
from bot.limits import TooMany, TooManyArticles
from bot.loading import StillLoading
from bot.shelves import NotAllowed
from index.errors import (
    ArticleError,
    ArticleTooLarge,
    EmptyArticle,
    LibraryBusy,
    LibraryClosed,
    NoSuchArticle,
    NoSuchFile,
    PullquoteError,
    UnsupportedFormat,
)

RETRY_AFTER = 2
"""Seconds after which it makes sense to ask again while the library loads; the model takes about five."""
SURPRISE = "Something went wrong in the server; its log says what."

_FOLDERS = re.compile(r"(?<![\w/:.])/(?:[^\s/'\":;,()]+/)+|\b[A-Za-z]:\\(?:[^\\:;,'\"]+\\)+")
"""What stands before the name in a full path; not in a web address, where something stands before the slash."""

_CODES: dict[type[Exception], int] = {
    StillLoading: 503,
    LibraryBusy: 503,
    LibraryClosed: 503,
    TooMany: 503,
    NoSuchArticle: 404,
    NoSuchFile: 404,
    NotAllowed: 403,
    TooManyArticles: 409,
    ArticleTooLarge: 413,
    UnsupportedFormat: 415,
    EmptyArticle: 422,
    ArticleError: 422,
    Gone: 499,
    ValueError: 422,
}
_NAMES = {
    400: "bad_request",
    401: "login_required",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_format",
    422: "bad_request",
    429: "too_many_requests",
    499: "gone",
    500: "internal",
    503: "unavailable",
}


def add_handlers(app: FastAPI) -> None:
    """Let ``app`` answer all that goes wrong in it so."""
    app.add_exception_handler(RequestValidationError, _on_bad_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    for kind in (PullquoteError, ValueError):
        app.add_exception_handler(kind, _on_error)
    app.add_exception_handler(Exception, _on_surprise)


def trouble(code: int, detail: str, headers: Mapping[str, str] | None = None, *, name: str = "") -> Response:
    """A response that says what is wrong. ``name``: what programs know it by; made from the code where ``""``."""
    waiting = {"Retry-After": str(RETRY_AFTER)} if code == 503 else {}
    return JSONResponse(trouble_body(code, detail, name), code, headers={**waiting, **(headers or {})})


def trouble_body(code: int, detail: str, name: str = "") -> dict[str, Any]:
    """What such a response holds."""
    return {"detail": detail, "error": {"code": name or _NAMES.get(code, "error"), "message": detail}}


def told(error: Exception) -> tuple[int, str, str]:
    """An error as a code, what may be told of it, and what programs know it by."""
    if isinstance(error, PullquoteError | ValueError):
        code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), 500)
        return code, without_paths(str(error)), _snake(type(error).__name__)
    return 500, SURPRISE, "internal"


def _on_error(_: Request, error: Exception) -> Response:
    code, detail, name = told(error)
    return trouble(code, detail, name=name)


def _on_bad_request(_: Request, error: Exception) -> Response:
    """The first thing that is wrong with a request: where it is, and what is wrong with it."""
    first: dict[str, Any] = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    if first.get("type") == "json_invalid":
        return trouble(422, "The request's body is not JSON.")
    where = ".".join(str(part) for part in first.get("loc", ())[1:])
    if where.startswith("history."):
        return trouble(422, "history: each entry is a question, a turn with a question, or a chat message.")
    return trouble(422, f"{where or 'body'}: {first.get('msg', 'is not as it should be')}.")


def _on_http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return trouble(error.status_code, str(error.detail), error.headers)


def _on_surprise(_: Request, error: Exception) -> Response:
    del error  # the server logs it, with its traceback; none of that is a client's business
    from bot.gate import HEADERS

    return trouble(500, SURPRISE, HEADERS)  # this alone does not pass SecurityHeaders on its way out


def without_paths(message: str) -> str:
    """The first line of a message, with the files and folders in it by their names alone."""
    first = (message.strip().splitlines() or [SURPRISE])[0]
    return _FOLDERS.sub("", first)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
