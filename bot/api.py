"""The routes for programs: /v1/search, /v1/ask, /v1/articles and /healthz, and what each error becomes over HTTP.

Whatever goes wrong is told as ``{"detail": "one sentence"}``; what is nobody's fault but ours goes to the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from bot.examples import ANSWER, QUESTIONS, SEARCHES
from bot.loading import Loading, Status, StillLoading
from bot.memory import Memory
from bot.render import to_dict
from bot.schema import (
    AnswerBody,
    ArticlesBody,
    AskRequest,
    ChatMessage,
    HealthBody,
    HitsBody,
    PastTurn,
    SearchRequest,
    TroubleBody,
)
from bot.version import __version__
from index.errors import (
    ArticleTooLarge,
    EmptyArticle,
    LibraryBusy,
    LibraryClosed,
    NoSuchArticle,
    NoSuchFile,
    PullquoteError,
    UnsupportedFormat,
)
from index.types import Article

if TYPE_CHECKING:
    from index.library import Library

RETRY_AFTER = 2
"""Seconds after which it makes sense to ask again while the library loads; the model takes about five."""

_CODES: dict[type[Exception], int] = {
    StillLoading: 503,
    LibraryBusy: 503,
    LibraryClosed: 503,
    NoSuchArticle: 404,
    NoSuchFile: 404,
    ArticleTooLarge: 413,
    UnsupportedFormat: 415,
    EmptyArticle: 422,
    ValueError: 422,
}
_TROUBLE: dict[int | str, dict[str, Any]] = {
    404: {"model": TroubleBody, "description": "No article of that id"},
    422: {"model": TroubleBody, "description": "Something in the request is not as it should be"},
    503: {"model": TroubleBody, "description": "Still loading: try again after the seconds in Retry-After"},
}
_ANSWERS = {200: {"content": {"application/json": {"example": ANSWER}}}, **_TROUBLE}


def add_api(app: FastAPI, library: Loading[Library], page: Loading[Any], memory: Memory) -> None:
    """Add the routes, and the handlers that turn errors into responses, to ``app``."""
    routes = APIRouter(tags=["For programs"])

    @routes.post("/v1/ask", response_model=AnswerBody, responses=_ANSWERS, summary="Ask: quotes, or an honest refusal")
    def ask(request: Annotated[AskRequest, Body(openapi_examples=QUESTIONS)]) -> Any:
        answer = memory.ask(
            library.result(),
            request.question,
            [past for entry in request.history or () if (past := _past(entry)) is not None],
            request.articles,
            as_typed=request.as_typed,
            suggest=request.suggest,
        )
        return JSONResponse(to_dict(answer))

    @routes.post("/v1/search", response_model=HitsBody, responses=_TROUBLE, summary="Find passages, best first")
    def search(request: Annotated[SearchRequest, Body(openapi_examples=SEARCHES)]) -> Any:
        hits = library.result().search(request.question, k=request.k, articles=request.articles, read=request.read)
        return JSONResponse({"hits": [to_dict(hit) for hit in hits]})

    @routes.get(
        "/v1/articles", response_model=ArticlesBody, responses={503: _TROUBLE[503]}, summary="List the articles"
    )
    def articles() -> Any:
        return {"articles": [_listed(article) for article in library.result().articles]}

    @routes.get("/healthz", response_model=HealthBody, summary="Whether questions can be asked yet")
    def healthz() -> Response:
        health = HealthBody(status=library.status, message=library.message, page=page.status, version=__version__)
        code = 503 if library.status is Status.FAILED else 200
        return JSONResponse(jsonable_encoder(health), code, headers={"Cache-Control": "no-store"})

    @routes.api_route("/v1/{rest:path}", methods=["GET", "POST", "PUT", "DELETE", "PATCH"], include_in_schema=False)
    def nothing(request: Request) -> Response:
        code = 405 if request.url.path in ("/v1/ask", "/v1/search", "/v1/articles") else 404
        return _trouble(code, f"There is no {request.method} {request.url.path:.200}; /docs lists what there is.")

    app.include_router(routes)
    app.add_exception_handler(RequestValidationError, _on_bad_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    for kind in (PullquoteError, ValueError):
        app.add_exception_handler(kind, _on_error)
    app.add_exception_handler(Exception, _on_surprise)


def _past(entry: str | ChatMessage | PastTurn) -> str | dict[str, Any] | None:
    """The question that an entry of a history holds, as a conversation takes it; None for a message that is a reply."""
    if isinstance(entry, ChatMessage):
        return entry.content if entry.role == "user" else None
    if isinstance(entry, PastTurn) and entry.as_typed:
        return {"question": entry.question, "as_typed": True}
    return entry if isinstance(entry, str) else entry.question


def _listed(article: Article) -> dict[str, Any]:
    """An article as it is listed: how long its text is in place of the text."""
    listed = to_dict(article)
    return {**listed, "characters": len(listed.pop("text"))}


def _on_error(_: Request, error: Exception) -> Response:
    code = next((code for kind, code in _CODES.items() if isinstance(error, kind)), 500)
    return _trouble(code, str(error))


def _on_bad_request(_: Request, error: Exception) -> Response:
    """The first thing that is wrong with a request: where it is, and what is wrong with it."""
    first: dict[str, Any] = error.errors()[0] if isinstance(error, RequestValidationError) else {}
    if first.get("type") == "json_invalid":
        return _trouble(422, "The request's body is not JSON.")
    where = ".".join(str(part) for part in first.get("loc", ())[1:])
    if where.startswith("history."):
        return _trouble(422, "history: each entry is a question, a turn with a question, or a chat message.")
    return _trouble(422, f"{where or 'body'}: {first.get('msg', 'is not as it should be')}.")


def _on_http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return _trouble(error.status_code, str(error.detail), dict(error.headers or {}))


def _on_surprise(_: Request, error: Exception) -> Response:
    del error  # the server logs it, with its traceback; none of that is a client's business
    return _trouble(500, "Something went wrong in the server; its log says what.")


def _trouble(code: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    waiting = {"Retry-After": str(RETRY_AFTER)} if code == 503 else {}
    return JSONResponse({"detail": detail}, code, headers={**waiting, **(headers or {})})
