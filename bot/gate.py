"""What every request passes on its way in: the security headers, and at / the page, or a word on what it waits for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(__file__).parent / "static"

# Gradio starts from inline scripts and compiles the listeners of its events, so both must be allowed to this origin's
# own page; what matters holds nevertheless: nothing is loaded from, or sent to, any other host.
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    ]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Adds HEADERS to every response and, where ``hosts`` are given, turns away requests that name another host.

    A server on this machine alone would else be open to any web site whose name is made to point here (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] | None = None) -> None:
        self._app = app
        self._hosts = None if hosts is None else frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        turned_away = PlainTextResponse("This server answers on its own machine only.", 421)
        await (self._app if self._welcome(scope) else turned_away)(scope, receive, send_with_headers)

    def _welcome(self, scope: Scope) -> bool:
        host = Headers(scope=scope).get("host", "")
        return self._hosts is None or not host or _without_port(host) in self._hosts


SHUT = ("/gradio_api/upload", "/gradio_api/proxy", "/gradio_api/file", "/monitoring")
"""Routes that Gradio brings along and this page has no use for: files in, files out, other sites, statistics."""


class Gate:
    """Whatever is not one of the service's own routes: the page once it is there, until then the loading page."""

    def __init__(self) -> None:
        self.page: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(SHUT):
            await PlainTextResponse("There is nothing here.", 404)(scope, receive, send)
        elif self.page is not None:
            await self.page(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/":
            await HTMLResponse(_loading(), headers={"Cache-Control": "no-store"})(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("There is nothing here.", 404)(scope, receive, send)


class Dressed:
    """An application whose page at / gets our styles and script in its head, and the splash in its body.

    Gradio puts its own ``head`` and ``css`` in by script, half a second after the browser first paints.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Message = {}
        body = b""

        async def gather(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if not message.get("more_body"):
                dressed = _dressed(body)
                MutableHeaders(scope=start)["content-length"] = str(len(dressed))
                await send(start)
                await send({"type": "http.response.body", "body": dressed})

        await self._app({**scope, "headers": plain}, receive, gather)


def _dressed(page: bytes) -> bytes:
    head = (STATIC / "head.html").read_bytes()
    splash = (STATIC / "splash.html").read_bytes()
    page = page.replace(b"</head>", head + b"</head>", 1)
    return page.replace(b"<gradio-app", splash + b"<gradio-app", 1)


def _loading() -> str:
    splash = (STATIC / "splash.html").read_text(encoding="utf-8")
    return (STATIC / "loading.html").read_text(encoding="utf-8").replace("<!-- splash -->", splash)


def _without_port(host: str) -> str:
    """``127.0.0.1:7860`` and ``[::1]:7860`` without what follows the last colon outside brackets."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdigit() else host).lower()
