"""Plain text: by its byte-order mark, as UTF-8, or by a guess at its encoding that must be a good one."""

from __future__ import annotations

import codecs

from index.errors import UnsupportedFormat

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""UTF-32's before UTF-16's, whose mark the little-endian one starts with."""

_SAMPLE = 200_000
"""Bytes that the guess is made from."""


def read_text(content: bytes, name: str) -> str:
    """Return a file's text, lines ended by newlines. UnsupportedFormat where it is binary or of unknown encoding."""
    return _decode(content, name).replace("\r\n", "\n").replace("\r", "\n")


def _decode(content: bytes, name: str) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decode_as(encoding, content, name)
    if b"\0" in content:
        raise UnsupportedFormat(f"{name} is a binary file, not text: save it as plain text (UTF-8) and add that")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_as(_guess_encoding(content, name), content, name)


def _decode_as(encoding: str, content: bytes, name: str) -> str:
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise _unknown(name) from error


def _guess_encoding(content: bytes, name: str) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(content[:_SAMPLE]).best()
    if best is None:
        raise _unknown(name)
    return best.encoding


def _unknown(name: str) -> UnsupportedFormat:
    return UnsupportedFormat(f"{name} is not text in any encoding we know: save it as plain text (UTF-8) and add that")
