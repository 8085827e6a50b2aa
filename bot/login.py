"""Who may come in: names and passwords, given as ``name:password`` or in a file of such lines.

HTTP Basic carries them, which browsers, curl, gradio_client and MCP clients all speak, so that one door guards the page
and the API alike. It does not hide them on the way: put a server that encrypts (TLS) before this one where others
share the network.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from index.errors import PullquoteError

CHALLENGE = {"WWW-Authenticate": 'Basic realm="Pullquote", charset="UTF-8"'}


class NoSuchLogin(PullquoteError):
    """What was given as a login, or as a file of logins, is none."""


class Login:
    """The people who may come in. The first is the owner of what is shared."""

    def __init__(self, passwords: Mapping[str, str]) -> None:
        """``passwords``: by name. ValueError where there is none, or one is empty, or a name has a colon."""
        if not passwords or any(not name or ":" in name or not word for name, word in passwords.items()):
            raise ValueError("a login is a name without a colon, and a password: neither may be empty")
        self._digests = {name: _digest(f"{name}:{word}") for name, word in passwords.items()}
        self.owner = next(iter(passwords))

    @classmethod
    def parse(cls, given: str) -> Login:
        """The logins of ``name:password``, or of a file of such lines. NoSuchLogin where it is neither."""
        path = Path(given)
        is_file = len(given) < 4096 and "\0" not in given and path.is_file()
        if not is_file and ":" not in given:
            raise NoSuchLogin("a login is name:password, or a file of such lines; there is no file of that name")
        lines = _lines(path) if is_file else [given]
        pairs = [line.partition(":") for line in lines]
        try:
            return cls({name.strip(): word for name, _, word in pairs})
        except ValueError as error:
            where = f"{given}: " if is_file else ""
            raise NoSuchLogin(f"{where}{error}") from None

    def name_of(self, header: str | None) -> str | None:
        """Who an ``Authorization`` header shows to be there; None for nobody. Takes as long for any wrong password."""
        given = _digest(_credentials(header))
        found = None
        for name, digest in self._digests.items():
            if hmac.compare_digest(given, digest):
                found = name
        return found


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NoSuchLogin(f"{path} cannot be read ({error})") from None
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _credentials(header: str | None) -> str:
    """The ``name:password`` of an Authorization header; ``""``, which nobody has, where it holds none."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        raw = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        return ""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
