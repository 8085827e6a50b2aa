"""The tools search, ask and add for programs that speak the Model Context Protocol, at /mcp.

The ``mcp`` package is an extra (``pip install 'pullquote[mcp]'``), and is loaded when a client first comes: without it
/mcp says so. Each request stands alone; nothing is kept between two of them but what ``add`` has added.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib.util
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.doors import Doors
from bot.trouble import told, trouble
from bot.version import __version__

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from starlette.applications import Starlette

MISSING = "The tools for MCP need one package more: pip install 'pullquote[mcp]'"
INSTRUCTIONS = """Pullquote answers questions about articles with the sentences in them that answer, word for word, or
says that they do not say. Quote what it gives as it is; where `answered` is false, say that there is no answer."""

log = logging.getLogger(__name__)


class McpDoor:
    """An application that is there once it is first asked for, for as long as ``keep_open`` runs."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._wanted: asyncio.Event | None = None
        self._opened: asyncio.Future[ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._wanted is None or self._opened is None or importlib.util.find_spec("mcp") is None:
            await trouble(501, MISSING, name="not_installed")(scope, receive, send)
            return
        self._wanted.set()
        await (await asyncio.shield(self._opened))(scope, receive, send)

    async def keep_open(self, stop: asyncio.Event) -> None:
        """Wait for the first client, and then serve until ``stop``. To be run as one task."""
        self._wanted, self._opened = asyncio.Event(), asyncio.get_running_loop().create_future()
        waiting = [asyncio.ensure_future(event.wait()) for event in (self._wanted, stop)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if stop.is_set():
                return
            app = await asyncio.to_thread(self._build)
            async with app.router.lifespan_context(app):
                self._opened.set_result(app)
                await stop.wait()
        finally:
            for each in waiting:
                each.cancel()
            with contextlib.suppress(asyncio.InvalidStateError):
                self._opened.cancel()

    def _build(self) -> Starlette:
        from mcp.server.transport_security import TransportSecuritySettings

        # What these settings would check, of hosts and origins, was checked on the way here.
        checked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        return make_tools(self._doors).streamable_http_app(
            streamable_http_path="/mcp", stateless_http=True, json_response=True, transport_security=checked
        )


def make_tools(doors: Doors) -> MCPServer[Any]:
    """An MCP server that has the functions of ``doors`` as its tools."""
    from mcp.server import MCPServer
    from mcp_types import ToolAnnotations

    server: MCPServer[Any] = MCPServer(
        "Pullquote", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING", subscriptions=False
    )
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    adds = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True, open_world_hint=True)
    for function, kind in ((doors.search, reads), (doors.ask, reads), (doors.add, adds)):
        server.add_tool(_told(function), annotations=kind)
    return server


def _told(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """``function`` with what goes wrong in it told in one sentence, and nothing of the program's inside."""
    from mcp.server.mcpserver.exceptions import ToolError

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> dict[str, Any]:
        try:
            return function(*arguments, **named)
        except Exception as error:
            code, detail, _ = told(error)
            if code == 500:
                log.exception("A tool failed")
            raise ToolError(detail) from None

    return call
