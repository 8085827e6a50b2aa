"""Bytes to text: by the byte-order mark, as UTF-8, as it is said to be, or by a guess that must be a good one."""

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

_MEANT = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
"""What an encoding's name stands for on the web (https://encoding.spec.whatwg.org/#names-and-labels)."""

_SAMPLE = 200_000
"""Bytes that the guess is made from."""

_BROKEN = 1000
"""One broken character in so many leaves a text that says it is UTF-8 readable."""


def decode(content: bytes, name: str, *, declared: str | None = None) -> str:
    """Return the text of ``content``. ``declared``: the encoding that the file or its server names, if any.

    UnsupportedFormat, with ``name``, where the bytes are binary or in an encoding that cannot be told.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decode_as(encoding, content, name)
    stated = _codec(declared)
    if b"\0" in content and not stated.startswith(("utf-16", "utf-32")):
        raise UnsupportedFormat(f"{name} is a binary file, not text: save it as plain text (UTF-8) and add that")
    # Japanese in seven bits is UTF-8 too, to the letter, and gibberish.
    if not (stated.startswith("iso2022") and b"\x1b" in content) and b"\0" not in content:
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            pass
    try:
        return _as_stated(content, stated)
    except (UnicodeDecodeError, LookupError):
        return _decode_as(_guess_encoding(content, name), content, name)


def _codec(declared: str | None) -> str:
    """Python's name of an encoding, as browsers understand it; ``""`` where there is none of that name."""
    try:
        known = codecs.lookup((declared or "").strip().strip("'\""))
    except (LookupError, ValueError):
        return ""
    # Python has codecs that are no encodings of text (hex, zip): what they make is not to be trusted.
    return _MEANT.get(known.name, known.name) if getattr(known, "_is_text_encoding", True) else ""


def _as_stated(content: bytes, stated: str) -> str:
    if stated != "utf-8":
        return content.decode(stated or "utf-8")
    text = content.decode("utf-8", "replace")
    if text.count("\ufffd") * _BROKEN > len(text):
        raise LookupError("too much of it is no UTF-8")
    return text


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
