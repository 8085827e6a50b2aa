"""The HTTP service: /v1/search, /v1/ask and /v1/articles as JSON, /healthz, and the page at /.

``serve(["report.md"])`` is all that the program's front door needs. The server answers at once; the page and the
library load behind it, and until they are there it says so. What it serves asks for nothing from other machines.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import ipaddress
import socket
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline

from bot.api import add_api
from bot.article_view import article_html
from bot.gate import STATIC, Dressed, Gate, SecurityHeaders
from bot.loading import Loading
from bot.memory import Memory
from bot.opening import OpeningLibrary
from bot.suggest import suggest
from bot.version import __version__
from index.errors import NoSuchArticle, PullquoteError
from index.types import Article

if TYPE_CHECKING:
    from index.library import Library

GRACE = 2
"""Seconds that open requests get to end when the server is interrupted."""

ABOUT = """Answers to questions about an article in the article's own words, or an honest "it does not say".

Offsets count Unicode code points in the article's text, end exclusive. What goes wrong comes as `{"detail": "…"}`."""


class CannotListen(PullquoteError):
    """The address is taken, or is not one of this machine's."""


def serve(
    sources: Sequence[str | Path | Article] = (),
    *,
    library: Library | str | Path | None = None,
    host: str = "127.0.0.1",
    port: int = 7860,
    open_browser: bool = False,
    announce: Callable[[str], object] | None = None,
) -> None:
    """Serve the page and the HTTP API until interrupted.

    ``sources`` are articles, or paths or addresses of them, added before questions can be asked; ``library`` is an
    open library or where to open one. With neither, the bundled article is served. Port 0 takes any free port.
    ``announce`` is called once, with the address, when the server answers; everything slow happens after that.
    Raises CannotListen before anything is loaded where the address is taken; trouble with an article is shown on
    the page and by /healthz instead.
    """
    listener = _listen(host, port)
    port = listener.getsockname()[1]
    address = f"http://{_in_address(host)}:{port}"
    # What may be slow to load must not start before the listener has its port, nor keep the server from answering.
    opening = OpeningLibrary(sources, library)
    memory = Memory()
    page: Loading[FastAPI] = Loading(lambda _: build_page(opening, memory), message="Building the page…")
    app = create_app(opening, page, hosts=_own_names(host), memory=memory)
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
        if opening.is_ready and opening.result() is not library:
            opening.result().close()


def create_app(
    library: Loading[Library],
    page: Loading[FastAPI] | None = None,
    *,
    hosts: Iterable[str] | None = None,
    memory: Memory | None = None,
) -> FastAPI:
    """The service over a library that may still be loading, with a page that may as well; None is no page.

    Where ``hosts`` is given, requests that name another host are turned away. ``memory``: that of the page, so that
    what was answered there need not be looked for again.
    """
    gate = Gate()
    page = page or Loading(lambda _: FastAPI(), message="This server has no page.")

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        stop = asyncio.Event()
        opened = asyncio.create_task(_keep_open(page, gate, stop))
        yield
        stop.set()
        if not page.future.done():
            opened.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await opened

    app = FastAPIOffline(
        title="Pullquote",
        description=ABOUT,
        version=__version__,
        redoc_url=None,
        favicon_url="/page/icon.svg",
        lifespan=lifespan,
    )
    add_api(app, library, page, memory or Memory())
    _add_page_parts(app, library)
    app.mount("/", gate)
    app.add_middleware(SecurityHeaders, hosts=hosts)
    return app


def _add_page_parts(app: FastAPI, library: Loading[Library]) -> None:
    """What the page in the browser fetches: an article as HTML, questions worth asking of it, styles and scripts."""

    def articles() -> list[Article]:
        if isinstance(library, OpeningLibrary) and not library.is_ready:
            return library.articles
        return library.result().articles if library.is_ready else []

    def article_of(article_id: str) -> Article:
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
        return JSONResponse(suggest(library.result(), article_of(article_id)))

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


def build_page(library: Loading[Library], memory: Memory | None = None) -> FastAPI:
    """The page as an application of its own. Importing what it is made of takes seconds."""
    from bot.page import add_page

    built = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    built.add_middleware(Dressed)
    add_page(built, library, memory or Memory())
    return built


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens at the address. Raises CannotListen with the way out where that cannot be."""
    if not 0 <= port <= 65535:
        raise ValueError(f"port must be from 0 to 65535, not {port}")
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(
                f"port {port} of {host} is in use: stop what runs there, or choose another port, {port + 1} for one"
            ) from None
        if error.errno == errno.EACCES:
            raise CannotListen(f"port {port} needs more rights than you have: choose one from 1024 up") from None
        raise CannotListen(f"cannot listen at {host!r}: it is not an address of this machine") from None


def _own_names(host: str) -> list[str] | None:
    """The names that a server for this machine alone goes by; None for one that others may reach as they please."""
    try:
        alone = ipaddress.ip_address(host).is_loopback
    except ValueError:
        alone = host == "localhost"
    return ["127.0.0.1", "localhost", "[::1]", host] if alone else None


def _in_address(host: str) -> str:
    """``host`` as it stands in an address that a browser on this machine can open."""
    if host in ("0.0.0.0", "", "::"):  # noqa: S104 (compared with, not bound to)
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
