"""Plain text, as it is but for its line ends."""

from __future__ import annotations

from index.errors import UnsupportedFormat
from index.readers.encoding import decode
from index.readers.extract import Extract

_OTHERS = {b"%PDF-": "a PDF", b"PK\x03\x04": "a zip archive", b"{\\rtf": "rich text (RTF)"}
"""What files that are not text start with, though an encoding may be found for them."""


def read_text(content: bytes, name: str, declared: str | None = None) -> Extract:
    """Return a file's text, lines ended by newlines. UnsupportedFormat where it is binary or of unknown encoding."""
    for start, kind in _OTHERS.items():
        if content.startswith(start):
            raise UnsupportedFormat(f"{name} is {kind}, not text: give it the ending of what it is, or save it as text")
    return Extract(decode(content, name, declared=declared).replace("\r\n", "\n").replace("\r", "\n"))
