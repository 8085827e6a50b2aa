"""The routes for programs: /v1/search, /v1/ask, /v1/articles, /v1/feedback and /healthz."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, Response

from bot.articles_api import article_routes
from bot.examples import ANSWER, FEEDBACK, QUESTIONS, SEARCHES, STAGES
from bot.feedback import Feedback
from bot.loading import Loading, Status
from bot.memory import Memory
from bot.person import CURRENT
from bot.render import to_dict
from bot.schema import (
    AnswerBody,
    AskRequest,
    ChatMessage,
    FeedbackRequest,
    HealthBody,
    HitsBody,
    PastTurn,
    SearchRequest,
    TroubleBody,
)
from bot.streams import EVENTS, LINES, Workers, in_stages, wanted
from bot.trouble import add_handlers, trouble, without_paths
from bot.version import __version__

if TYPE_CHECKING:
    from bot.desk import Tell
    from bot.shelves import Shelves

_PATHS = ("/v1/ask", "/v1/search", "/v1/articles", "/v1/feedback")
_TROUBLE: dict[int | str, dict[str, Any]] = {
    404: {"model": TroubleBody, "description": "No article of that id"},
    422: {"model": TroubleBody, "description": "Something in the request is not as it should be"},
    429: {"model": TroubleBody, "description": "More requests in a minute than you may make"},
    503: {"model": TroubleBody, "description": "Still loading: try again after the seconds in Retry-After"},
}
_ANSWERS = {
    200: {
        "content": {
            "application/json": {"example": ANSWER},
            LINES: {"example": STAGES, "schema": {"type": "string"}},
            EVENTS: {"schema": {"type": "string"}},
        }
    },
    **_TROUBLE,
}
_ASKING = """Send `Accept: application/x-ndjson` (or `text/event-stream`) to be told of each stage as it is reached:
`found` (what is going to be read, once or twice), `read`, and `answered`, which holds the answer; or `failed`."""


def add_api(app: FastAPI, shelves: Shelves, page: Loading[Any], memory: Memory, feedback: Feedback) -> None:
    """Add the routes, and the handlers that turn errors into responses, to ``app``."""
    routes = APIRouter(tags=["For programs"])
    workers = Workers()

    @routes.post(
        "/v1/ask",
        response_model=AnswerBody,
        responses=_ANSWERS,
        summary="Ask: quotes, or an honest refusal",
        description=_ASKING,
    )
    async def ask(http: Request, request: Annotated[AskRequest, Body(openapi_examples=QUESTIONS)]) -> Any:
        person = CURRENT.get()

        def answer(tell: Tell | None) -> dict[str, Any]:
            found = memory.ask(
                shelves.desk(person, tell=tell),
                request.question,
                [past for entry in request.history or () if (past := _past(entry)) is not None],
                request.articles,
                as_typed=request.as_typed,
                suggest=request.suggest,
            )
            return to_dict(found)

        if kind := wanted(http):
            return in_stages(kind, workers, lambda tell, _: ("answered", {"answer": answer(tell)}))
        return JSONResponse(await workers.run(lambda: answer(None)))

    @routes.post("/v1/search", response_model=HitsBody, responses=_TROUBLE, summary="Find passages, best first")
    async def search(request: Annotated[SearchRequest, Body(openapi_examples=SEARCHES)]) -> Any:
        desk = shelves.desk(CURRENT.get())
        hits = await workers.run(
            lambda: desk.search(request.question, k=request.k, articles=request.articles, read=request.read)
        )
        return JSONResponse({"hits": [to_dict(hit) for hit in hits]})

    @routes.post(
        "/v1/feedback", status_code=204, responses={422: _TROUBLE[422]}, summary="Say what you think of an answer"
    )
    def think(request: Annotated[FeedbackRequest, Body(openapi_examples=FEEDBACK)]) -> None:
        feedback.keep(CURRENT.get(), request.model_dump(exclude_none=True))

    @routes.get(
        "/v1/feedback",
        response_class=Response,
        responses={200: {"content": {LINES: {"schema": {"type": "string"}}}}},
        summary="What you thought of answers, one a line as JSON; for the owner, what everyone did",
    )
    def thoughts() -> Response:
        lines = [json.dumps(entry, ensure_ascii=False) + "\n" for entry in feedback.told(CURRENT.get())]
        return Response("".join(lines).encode("utf-8", "replace"), media_type=LINES)

    @routes.get("/healthz", response_model=HealthBody, summary="Whether questions can be asked yet")
    async def healthz() -> Response:
        library = shelves.shared
        message = without_paths(library.message) if library.message else ""
        health = HealthBody(status=library.status, message=message, page=page.status, version=__version__)
        code = 503 if library.status is Status.FAILED else 200
        return JSONResponse(jsonable_encoder(health), code, headers={"Cache-Control": "no-store"})

    app.include_router(routes)
    app.include_router(article_routes(shelves))
    add_handlers(app)

    @app.api_route("/v1/{rest:path}", methods=["GET", "POST", "PUT", "DELETE", "PATCH"], include_in_schema=False)
    async def nothing(request: Request) -> Response:
        code = 405 if request.url.path in _PATHS else 404
        return trouble(code, f"There is no {request.method} {request.url.path:.200}; /docs lists what there is.")


def _past(entry: str | ChatMessage | PastTurn) -> str | dict[str, Any] | None:
    """The question that an entry of a history holds, as a conversation takes it; None for a message that is a reply."""
    if isinstance(entry, ChatMessage):
        return entry.content if entry.role == "user" else None
    if isinstance(entry, PastTurn) and entry.as_typed:
        return {"question": entry.question, "as_typed": True}
    return entry if isinstance(entry, str) else entry.question
