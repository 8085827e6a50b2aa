"""What every request passes before it is answered: who is it, may they, from where, how often, and how much is sent.

What is turned away here has cost nothing yet.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot import person as people
from bot.limits import MEGABYTE, Limits, Rate, TooMany
from bot.login import CHALLENGE, Login
from bot.person import COOKIE, IN_SCOPE, Person, asked_by
from bot.trouble import trouble

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
BODY = 2 * MEGABYTE
"""Bytes of a request that adds nothing: a long conversation takes a tenth."""
AROUND = MEGABYTE
"""Bytes that the form around a file may take."""
TRIES = 10
"""Wrong passwords a minute from one address."""
INTRODUCED = ("/v1/articles", "/v1/feedback", "/page/articles", "/mcp")
"""Beside the page itself, where somebody who has no cookie gets one."""
WORK = ("/v1/", "/gradio_api/", "/mcp")


class Guard:
    """Lets requests through to ``app`` as ``person.CURRENT``, or answers them itself with what is wrong."""

    def __init__(self, app: ASGIApp, *, login: Login | None, limits: Limits, is_local: bool) -> None:
        """``is_local``: whether only this machine can reach the server, so that who has no login is its owner."""
        self._app, self._login, self._limits, self._is_local = app, login, limits, is_local
        self._rate, self._tries = Rate(limits.rate), Rate(TRIES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})  # nothing here speaks it

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        client = scope["client"][0] if scope.get("client") else ""
        try:
            person, is_new = self._who(headers, client)
            if scope["method"] in UNSAFE:
                _check_origin(headers)
            if scope["path"].startswith(WORK if scope["method"] in UNSAFE else "/page/questions"):
                self._rate.take(person.name or client)
        except TooMany as error:
            await trouble(429, str(error), {"Retry-After": "30"})(scope, receive, send)
            return
        except HTTPException as error:
            await trouble(error.status_code, error.detail, error.headers)(scope, receive, send)
            return

        async def introduce(message: Message) -> None:
            if message["type"] == "http.response.start" and is_new and _is_introduced(scope["path"]):
                secure = "; Secure" if scope["scheme"] == "https" else ""
                cookie = f"{COOKIE}={person.token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000{secure}"
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        scope = {**scope, IN_SCOPE: person}
        with asked_by(scope):
            await self._app(scope, self._measured(scope, headers, receive), introduce)

    def _who(self, headers: Headers, client: str) -> tuple[Person, bool]:
        """Who asks, and whether they were not known before. HTTPException 401 where they must log in."""
        if self._login is None:
            found = people.known(_cookie(headers), is_owner=self._is_local)
            return (found, False) if found else (people.newcomer(is_owner=self._is_local), True)
        given = headers.get("authorization")
        if self._tries.is_spent(client):
            raise TooMany("too many wrong passwords: wait a minute")
        name = self._login.name_of(given)
        if name is None:
            if given:
                self._tries.take(client)
            raise HTTPException(401, "This server asks for a name and a password.", CHALLENGE)
        return people.logged_in(name, is_owner=name == self._login.owner), False

    def _measured(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        """``receive``, until more has come in than may. What is announced to be too long is not read at all."""
        adds = scope["path"] == "/v1/articles"
        most = self._limits.upload + AROUND if adds else BODY
        told = (
            f"larger than {self._limits.upload / MEGABYTE:g} MB, the most that is taken here: split it" if adds else ""
        )
        error = HTTPException(413, f"That is {told or 'more than a question needs'}.")
        announced = headers.get("content-length", "")
        taken = 0

        async def measure() -> Message:
            nonlocal taken
            if announced.isdecimal() and int(announced) > most:
                raise error
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise error
            return message

        return measure


def _check_origin(headers: Headers) -> None:
    """HTTPException 403 for what another site's page makes a browser send. Programs say nothing of where they are."""
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None:
        same = site in ("same-origin", "none")
    else:
        same = origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    if not same:
        raise HTTPException(403, "Pages of other sites cannot use this server.")


def _cookie(headers: Headers) -> str | None:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel else None


def _is_introduced(path: str) -> bool:
    return path == "/" or path.startswith(INTRODUCED)
