"""The HTTP service: /v1/… as JSON, /healthz, MCP at /mcp, and the page at /.

``serve(["report.md"])`` is all that the program's front door needs. The server answers at once; the page and the
library load behind it, and until they are there it says so. What it serves asks for nothing from other machines.
"""

from __future__ import annotations

import asyncio
import contextlib
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline
from starlette.routing import Route

from bot.access import Access
from bot.api import add_api
from bot.article_view import article_html
from bot.desk import as_told
from bot.doors import Doors
from bot.feedback import Feedback
from bot.gate import STATIC, Dressed, Gate, SecurityHeaders
from bot.guard import Guard
from bot.listening import CannotListen, in_address, is_local, listen, own_names
from bot.loading import Loading
from bot.mcp_door import McpDoor
from bot.memory import Memory
from bot.opening import OpeningLibrary
from bot.person import CURRENT
from bot.shelves import Shelves
from bot.suggest import suggest
from bot.version import __version__
from index.errors import NoSuchArticle, PullquoteError
from index.types import Article

if TYPE_CHECKING:
    from index.library import Library

__all__ = ["Access", "CannotListen", "build_page", "create_app", "serve"]

GRACE = 2
"""Seconds that open requests get to end when the server is interrupted."""

ABOUT = """Answers to questions about an article in the article's own words, or an honest "it does not say".

Offsets count Unicode code points in the article's text, end exclusive. What goes wrong comes as `{"detail": "…",
"error": {"code": "…", "message": "…"}}`. Articles that you add are yours alone: send back the cookie that you got, or
log in."""
OPEN_TO_ALL = (
    "anyone who can reach {host} can ask this server, and read its articles: give --auth NAME:PASSWORD to let in only"
    " who knows it, or leave --host away to answer this machine alone"
)


def serve(
    sources: Sequence[str | Path | Article] = (),
    *,
    library: Library | str | Path | None = None,
    host: str = "127.0.0.1",
    port: int = 7860,
    access: Access | None = None,
    open_browser: bool = False,
    announce: Callable[[str], object] | None = None,
    warn: Callable[[str], object] | None = None,
) -> None:
    """Serve the page and the HTTP API until interrupted.

    ``sources`` are paths or addresses of articles, added before questions can be asked; ``library`` is an open
    library or where to open one. With neither, the bundled article is served. Port 0 takes any free port. ``access``:
    who may use it; ``is_local`` in it is set by ``host``. ``announce`` is called once, with the address, when the
    server answers; everything slow happens after that. ``warn``: called with what is unwise about how it is served.
    Raises CannotListen before anything is loaded where the address is taken; trouble with an article is shown on
    the page and by /healthz instead.
    """
    access = replace(access or Access(), is_local=is_local(host))
    listener = listen(host, port)
    port = listener.getsockname()[1]
    address = f"http://{in_address(host)}:{port}"
    if warn and not access.is_local and access.login is None:
        warn(OPEN_TO_ALL.format(host=f"{host}:{port}"))
    # What may be slow to load must not start before the listener has its port, nor keep the server from answering.
    opening = OpeningLibrary(sources, library)
    memory = Memory()
    folder = _folder(library)
    limits, may_add = access.settled()
    people = folder / "people" if folder else None
    shelves = Shelves(opening, limits=limits, memory=memory, folder=people, may_add=may_add)
    doors = Doors(shelves, memory)
    page: Loading[FastAPI] = Loading(lambda _: build_page(shelves.seen(), memory, doors), message="Building the page…")
    app = create_app(
        opening,
        page,
        hosts=own_names(host),
        memory=memory,
        shelves=shelves,
        access=access,
        feedback=Feedback(folder),
    )
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=GRACE, server_header=False)
    )
    Thread(target=_load_in_turn, args=(page, opening), name="pullquote-loading", daemon=True).start()
    if announce:
        announce(address)
    if open_browser:
        Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    finally:
        listener.close()
        shelves.close()
        if opening.is_ready and opening.result() is not library:
            opening.result().close()


def create_app(
    library: Loading[Library],
    page: Loading[FastAPI] | None = None,
    *,
    hosts: Iterable[str] | None = None,
    memory: Memory | None = None,
    shelves: Shelves | None = None,
    access: Access | None = None,
    feedback: Feedback | None = None,
) -> FastAPI:
    """The service over a library that may still be loading, with a page that may as well; None is no page.

    Where ``hosts`` is given, requests that name another host are turned away. ``memory``: that of the page, so that
    what was answered there need not be looked for again. ``shelves``: who has which articles beside ``library``.
    """
    gate = Gate()
    page = page or Loading(lambda _: FastAPI(), message="This server has no page.")
    memory = memory or Memory()
    access = access or Access()
    limits, may_add = access.settled()
    shelves = shelves or Shelves(library, limits=limits, memory=memory, may_add=may_add)
    door = McpDoor(Doors(shelves, memory))

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        stop = asyncio.Event()
        opened = asyncio.create_task(_keep_open(page, gate, stop))
        tools = asyncio.create_task(door.keep_open(stop))
        yield
        stop.set()
        shelves.stop()
        if not page.future.done():
            opened.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(opened, tools)

    app = FastAPIOffline(
        title="Pullquote",
        description=ABOUT,
        version=__version__,
        redoc_url=None,
        favicon_url="/page/icon.svg",
        lifespan=lifespan,
    )
    add_api(app, shelves, page, memory, feedback or Feedback())
    _add_page_parts(app, shelves)
    app.router.routes.append(Route("/mcp", endpoint=door, include_in_schema=False))
    app.mount("/", gate)
    app.add_middleware(Guard, login=access.login, limits=limits, is_local=access.is_local)
    app.add_middleware(SecurityHeaders, hosts=hosts)
    return app


def _add_page_parts(app: FastAPI, shelves: Shelves) -> None:
    """What the page in the browser fetches: an article as HTML, questions worth asking of it, styles and scripts."""
    library = shelves.shared

    def articles() -> list[Article]:
        if library.is_ready:
            return shelves.desk(CURRENT.get()).articles
        return [as_told(each) for each in library.articles] if isinstance(library, OpeningLibrary) else []

    def article_of(article_id: str) -> Article:
        if library.is_ready:
            return shelves.desk(CURRENT.get()).article(article_id)
        for article in articles():
            if article.id == article_id:
                return article
        raise NoSuchArticle(f"there is no article {article_id[:80]!r} in the library")

    @app.get("/page/articles", include_in_schema=False)
    def article_list() -> Response:
        return JSONResponse({"articles": [{"id": each.id, "title": each.title} for each in articles()]})

    @app.get("/page/articles/{article_id}", include_in_schema=False)
    def article_view(article_id: str) -> Response:
        return Response(article_html(article_of(article_id)).encode("utf-8", "replace"), media_type="text/html")

    @app.get("/page/questions/{article_id}", include_in_schema=False)
    def questions(article_id: str) -> Response:
        return JSONResponse(suggest(shelves.desk(CURRENT.get()), article_of(article_id)))

    @app.get("/favicon.ico", include_in_schema=False)
    def icon() -> Response:
        return FileResponse(STATIC / "icon.svg")

    app.mount("/page", StaticFiles(directory=STATIC), name="page")


async def _keep_open(page: Loading[FastAPI], gate: Gate, stop: asyncio.Event) -> None:
    """Open the gate to the page when it is built, and let the page start up and shut down in one task of its own."""
    try:
        built = await asyncio.wrap_future(page.future)
    except (PullquoteError, ValueError):
        return  # /healthz and the loading page tell
    async with built.router.lifespan_context(built):
        gate.page = built
        await stop.wait()


def _load_in_turn(*things: Loading[Any]) -> None:
    """One after the other: Python imports no faster in two threads, and the page is worth having first."""
    for thing in things:
        thing.run()


def build_page(library: Loading[Library], memory: Memory | None = None, doors: Doors | None = None) -> FastAPI:
    """The page as an application of its own. Importing what it is made of takes seconds."""
    from bot.page import add_page

    built = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    built.add_middleware(Dressed)
    add_page(built, library, memory or Memory(), doors=[doors.search, doors.ask, doors.add] if doors else [])
    return built


def _folder(library: Library | str | Path | None) -> Path | None:
    """The folder that a library is kept in; None where it is in memory, or in a database elsewhere."""
    named = isinstance(library, Path) or (isinstance(library, str) and "://" not in library)
    return Path(str(library)).expanduser() if named else None
