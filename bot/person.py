"""Who asks: by login where there is one, else by a cookie that is as good as a key. Only a hash of it is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

COOKIE = "pullquote"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""As ``secrets.token_urlsafe(32)`` makes it: 256 bits, which nobody guesses."""


@dataclass(frozen=True, slots=True)
class Person:
    """One who asks. Two requests come from the same person where their ``key`` is the same."""

    key: str
    """Made from the token or the name by a hash: tells people apart, and gives nothing away."""
    token: str = ""
    """What the client's cookie holds; ``""`` for one who has logged in."""
    name: str = ""
    """Of one who has logged in."""
    is_owner: bool = False
    """Whether the shared articles are theirs to change."""


NOBODY = Person("nobody")
CURRENT: ContextVar[Person] = ContextVar("pullquote-person", default=NOBODY)
"""Who the request that is being answered came from; threads that are started for it see the same."""


IN_SCOPE = "pullquote.person"
"""Where a request itself tells who it came from: for what answers it in a thread that was started for another one."""


@contextmanager
def asked_by(scope: Mapping[str, Any]) -> Iterator[None]:
    """Answer as for the person whom the request of this ASGI scope came from; NOBODY where it does not tell."""
    mark = CURRENT.set(scope.get(IN_SCOPE, NOBODY))
    try:
        yield
    finally:
        CURRENT.reset(mark)


def known(token: str | None, *, is_owner: bool = False) -> Person | None:
    """The person of a token; None where it is none that this program makes."""
    if token is None or not _TOKEN.fullmatch(token):
        return None
    return Person(_hash("token", token), token=token, is_owner=is_owner)


def newcomer(*, is_owner: bool = False) -> Person:
    """Somebody who was not here before."""
    token = secrets.token_urlsafe(32)
    return Person(_hash("token", token), token=token, is_owner=is_owner)


def logged_in(name: str, *, is_owner: bool = False) -> Person:
    """The person of a login."""
    return Person(_hash("login", name), name=name, is_owner=is_owner)


def _hash(kind: str, secret: str) -> str:
    return hashlib.sha256(f"{kind}:{secret}".encode()).hexdigest()[:32]
