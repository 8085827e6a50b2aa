"""Where a server listens: a socket at an address, the names that it goes by there, and who can reach it."""

from __future__ import annotations

import errno
import ipaddress
import socket

from index.errors import PullquoteError


class CannotListen(PullquoteError):
    """The address is taken, or is not one of this machine's."""


def listen(host: str, port: int) -> socket.socket:
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


def own_names(host: str) -> list[str] | None:
    """The names that a server for this machine alone goes by; None for one that others may reach as they please."""
    return ["127.0.0.1", "localhost", "[::1]", host] if is_local(host) else None


def is_local(host: str) -> bool:
    """Whether only this machine itself can reach a server that listens at ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def in_address(host: str) -> str:
    """``host`` as it stands in an address that a browser on this machine can open."""
    if host in ("0.0.0.0", "", "::"):  # noqa: S104 (compared with, not bound to)
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
