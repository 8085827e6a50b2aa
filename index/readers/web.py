"""Pages from the web: fetched through requests-hardened, so that no address within a private network is asked.

One page, with limits to its size, its time and its redirects, and nothing that it refers to. No proxy, no cookies or
passwords of the user's, no JavaScript.
"""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import requests
from requests_hardened import Config, HTTPSession
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from index.errors import ArticleError, ArticleTooLarge

MAX_BYTES = 20_000_000
"""Unpacked, whatever the server says of its length."""

MAX_SECONDS = 60
MAX_REDIRECTS = 5

_WAIT = (10, 20)
"""Seconds to wait for the connection, and for the next bytes."""

_CHUNK = 16_384

_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
"""All that is public in IPv6 (https://www.iana.org/assignments/ipv6-address-space)."""

_METADATA = ipaddress.ip_address("168.63.129.16")
"""A public address by which a cloud tells its machines about themselves. The other clouds' are not public."""

_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; Pullquote)",
    "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9,text/*;q=0.8,*/*;q=0.5",
}
_BY_HAND = "open it in a browser, save it, and add the file"


@dataclass(frozen=True, slots=True)
class Page:
    """What a server sent."""

    content: bytes
    address: str
    """Where it came from in the end, after redirects."""
    media_type: str
    """As in ``text/html``; ``""`` where the server says none."""
    charset: str | None


def fetch(address: str, *, allow_loopback: bool = False) -> Page:
    """Return the page at an http or https address.

    ``allow_loopback``: lets this machine itself be asked, as tests must. Errors: ArticleTooLarge over MAX_BYTES or
    MAX_SECONDS, ArticleError where the address is not a public one, or does not answer with a page.
    """
    try:
        with _session(allow_loopback=allow_loopback) as session:
            return _follow(session, address)
    except InvalidIPAddress as error:
        raise ArticleError(
            f"{address} is, or leads to, an address within a private network ({error}), and is not fetched: {_BY_HAND}"
        ) from error
    except requests.exceptions.SSLError as error:
        raise ArticleError(f"{address} cannot prove that it is who it says (its certificate): {_BY_HAND}") from error
    except requests.Timeout as error:
        raise ArticleError(f"{address} does not answer in {_WAIT[1]} seconds: try again later") from error
    except (requests.RequestException, OSError, ValueError) as error:
        raise ArticleError(f"{address} cannot be fetched: check the address and the connection ({error})") from error


class _PublicOnly(IPFilterAdapter):  # type: ignore[misc]  # it ships no types
    """Refuses, beyond what requests-hardened does, whatever is not known to be public."""

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        address = ipaddress.ip_address(host["host"].strip("[]"))
        public = address.is_global and address != _METADATA and (address.version == 4 or address in _PUBLIC_V6)
        if not public and not (self._allow_loopback and address.is_loopback):
            raise InvalidIPAddress(address)
        return host, pool


def _session(*, allow_loopback: bool) -> HTTPSession:
    session = HTTPSession(
        Config(
            ip_filter_enable=True,
            ip_filter_allow_loopback_ips=allow_loopback,
            never_redirect=True,
            default_timeout=_WAIT,
        )
    )
    for scheme, secure in (("http://", False), ("https://", True)):
        session.mount(scheme, _PublicOnly(is_https_proto=secure, allow_loopback=allow_loopback))
    # A proxy would look the name up by itself, and the user's own passwords (.netrc) are no page's business.
    session.trust_env = False
    session.headers.update(_HEADERS)
    return session


def _follow(session: HTTPSession, address: str) -> Page:
    """The page that the redirects end at."""
    deadline = time.monotonic() + MAX_SECONDS
    place = address
    for _ in range(MAX_REDIRECTS + 1):
        _check(place, address)
        with session.get(place, stream=True) as response:
            target = session.get_redirect_target(response)
            if target is None:
                return _read(response, address, deadline)
        place = urldefrag(urljoin(place, target)).url
    raise ArticleError(f"{address} redirects more than {MAX_REDIRECTS} times: {_BY_HAND}")


def _check(place: str, address: str) -> None:
    """That a place is one to ask at all: each redirect may lead anywhere."""
    parts = urlsplit(place)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise ArticleError(f"{address} is, or leads to, no http or https address ({place:.100}): check it")
    if parts.username is not None or parts.password is not None:
        raise ArticleError(f"{parts.hostname}: addresses with a name or password in them are not fetched: {_BY_HAND}")


def _read(response: requests.Response, address: str, deadline: float) -> Page:
    if response.status_code in (401, 402, 403):
        raise ArticleError(f"{address} is not shown to everyone ({response.status_code}): {_BY_HAND}")
    if response.status_code != requests.codes.ok:
        raise ArticleError(f"{address} answers {response.status_code} {response.reason}: check the address")
    stated = response.headers.get("Content-Length", "")
    if stated.isdecimal() and int(stated) > MAX_BYTES:
        raise _too_large(address)
    content = bytearray()
    for chunk in response.iter_content(_CHUNK):
        content += chunk
        if len(content) > MAX_BYTES:
            raise _too_large(address)
        if time.monotonic() > deadline:
            raise ArticleTooLarge(f"{address} is not here after {MAX_SECONDS} seconds: {_BY_HAND}")
    return Page(bytes(content), response.url, *_type(response.headers))


def _too_large(address: str) -> ArticleTooLarge:
    return ArticleTooLarge(
        f"{address} is larger than {MAX_BYTES // 1_000_000} MB: save the part that you need, and add that"
    )


def _type(headers: Mapping[str, str]) -> tuple[str, str | None]:
    """The media type and the encoding that a server names."""
    message = Message()
    message["Content-Type"] = re.sub(r"[\r\n]", " ", headers.get("Content-Type") or "application/octet-stream")
    charset = message.get_content_charset()
    return message.get_content_type(), charset
