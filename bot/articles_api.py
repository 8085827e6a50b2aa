"""The routes of articles: which there are, and how to add, refresh and remove one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from bot.desk import Tell, as_told
from bot.examples import ADDITIONS, ARTICLE
from bot.incoming import Read, Stopped, from_address, from_file, from_text
from bot.limits import MEGABYTE
from bot.person import CURRENT, Person
from bot.render import to_dict
from bot.schema import AddedBody, AddRequest, ArticleBody, ArticlesBody, TroubleBody, WholeArticleBody
from bot.shelves import Added, Shelves, is_on_the_web
from bot.streams import Workers, in_stages, wanted
from index.errors import ArticleTooLarge
from index.types import Article, Change

HandedIn = tuple[Read, Callable[[], object]]
Last = tuple[str, dict[str, Any]]

_FORM = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary"}, "title": {"type": "string"}},
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": AddRequest.model_json_schema(), "examples": ADDITIONS},
            "multipart/form-data": {"schema": _FORM},
        },
    }
}
_TROUBLE: dict[int | str, dict[str, Any]] = {
    code: {"model": TroubleBody, "description": words}
    for code, words in {
        403: "It is not yours to change, or this server takes no articles",
        404: "No article of that id",
        409: "You have added as many as may be",
        413: "Larger than is taken here",
        415: "Not of a format that is read",
        422: "It cannot be read, or there are no words in it",
        429: "More requests in a minute than you may make",
        503: "Still loading: try again after the seconds in Retry-After",
    }.items()
}
_SHOWN: dict[int | str, dict[str, Any]] = {201: {"content": {"application/json": {"example": ARTICLE}}}}


def article_routes(shelves: Shelves) -> APIRouter:
    """The routes under /v1/articles."""
    routes = APIRouter(tags=["Articles"])
    workers = Workers()

    @routes.get(
        "/v1/articles", response_model=ArticlesBody, responses={503: _TROUBLE[503]}, summary="List the articles"
    )
    def articles() -> Any:
        person = CURRENT.get()
        own = shelves.own(person)
        shared = [shown(article, person, shared=True) for article in shelves.shared.result().articles]
        mine = [shown(article, person, shared=False) for article in (own.articles if own else ())]
        limits = shelves.limits
        adding = {
            "allowed": shelves.may_add,
            "bytes": limits.upload,
            "articles": limits.articles,
            "added": len(mine),
            "kept": shelves.keeps(person),
        }
        return {"articles": shared + mine, "adding": adding}

    @routes.post(
        "/v1/articles",
        status_code=201,
        response_model=AddedBody,
        responses={**_TROUBLE, **_SHOWN, 200: {"model": AddedBody, "description": "It was there already"}},
        openapi_extra=_BODY,
        summary="Add an article of your own: an address, a text or a file",
    )
    async def add(request: Request) -> Response:
        person = CURRENT.get()
        read, close = await _handed_in(request, shelves.limits.upload)
        if kind := wanted(request):
            return in_stages(kind, workers, lambda tell, gone: _told_adding(shelves, person, (read, close), tell, gone))
        try:
            added = await workers.run_unless_gone(request, lambda gone: shelves.add(person, read, stopped=gone))
        finally:
            close()
        return JSONResponse(_row(added, person), 201 if added.change is Change.NEW else 200)

    @routes.get(
        "/v1/articles/{article_id}",
        response_model=WholeArticleBody,
        responses={404: _TROUBLE[404]},
        summary="One article, with its text",
    )
    def article(article_id: str) -> Any:
        person = CURRENT.get()
        own = shelves.own(person)
        is_own = own is not None and article_id in own.ids
        found = own.article(article_id) if own and is_own else shelves.shared.result().article(article_id)
        return {**shown(found, person, shared=not is_own), "text": found.text}

    @routes.delete(
        "/v1/articles/{article_id}",
        status_code=204,
        responses={code: _TROUBLE[code] for code in (403, 404, 503)},
        summary="Remove an article",
    )
    def remove(article_id: str) -> None:
        shelves.remove(CURRENT.get(), article_id)

    @routes.post(
        "/v1/articles/{article_id}/refresh",
        response_model=AddedBody,
        responses={code: _TROUBLE[code] for code in (403, 404, 422, 503)},
        summary="Read an article again where it came from",
    )
    async def refresh(request: Request, article_id: str) -> Response:
        person = CURRENT.get()

        def work(gone: Stopped) -> Added:
            return shelves.refresh(person, article_id, stopped=gone)

        return JSONResponse(_row(await workers.run_unless_gone(request, work), person))

    return routes


def shown(article: Article, person: Person, *, shared: bool) -> dict[str, Any]:
    """An article as it is listed: the length of its text in place of the text, and what ``person`` may do with it."""
    row = to_dict(as_told(article))
    may_change = person.is_owner or not shared
    can_refresh = may_change and (is_on_the_web(article.source) or (shared and article.source is not None))
    allowed = {"shared": shared, "can_refresh": can_refresh, "can_remove": may_change}
    return {**row, "characters": len(row.pop("text")), **allowed}


def _row(added: Added, person: Person) -> dict[str, Any]:
    row = shown(added.article, person, shared=added.shared)
    return ArticleBody.model_validate(row).model_dump(mode="json") | {"unchanged": added.change is Change.UNCHANGED}


def _told_adding(shelves: Shelves, person: Person, handed_in: HandedIn, tell: Tell, gone: Stopped) -> Last:
    """Add an article, and tell of the stages on the way: reading, and how much of it is encoded."""
    read, close = handed_in

    def progress(done: int, of: int) -> None:
        tell("encoding", {"done": done, "of": of})

    tell("reading", {})
    try:
        added = shelves.add(person, read, stopped=gone, progress=progress)
    finally:
        close()
    return "added", {"article": _row(added, person)}


async def _handed_in(request: Request, most: int) -> HandedIn:
    """What a request hands in, as what reads it, and what is to be called afterwards. A file is streamed to disk."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        form = await request.form(max_files=1, max_fields=4)
        file, title = form.get("file"), form.get("title")
        if not isinstance(file, UploadFile):
            await form.close()
            raise HTTPException(422, "The form holds no file: send it in a field named “file”.")
        if (file.size or 0) > most:
            file.file.close()
            raise ArticleTooLarge(f"the file is larger than {most / MEGABYTE:g} MB, the most that is taken here")
        read = from_file(file.file, file.filename or "a file", title if isinstance(title, str) else None)
        return read, file.file.close
    if kind != "application/json":
        raise HTTPException(415, "Send JSON with “url” or “text”, or a form with a “file”.")
    try:
        asked = AddRequest.model_validate_json(await request.body())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise HTTPException(422, f"{where}: {first['msg']}.") from None
    if asked.url is not None:
        return from_address(asked.url, asked.title), _nothing
    return from_text(asked.text or "", asked.title), _nothing


def _nothing() -> None:
    """There is nothing to close."""
