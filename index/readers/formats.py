"""Which reader reads what: by the ending of a file's name, by what a server says it sends, or by how it starts."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from urllib.parse import urlsplit

from index.errors import ArticleError, UnsupportedFormat
from index.readers.docx import read_docx
from index.readers.epub import read_epub
from index.readers.extract import Extract
from index.readers.html import read_html
from index.readers.markdown import read_markdown
from index.readers.pdf import read_pdf
from index.readers.text import read_text

Reader = Callable[[bytes, str, str | None], Extract]
"""From a file's bytes, its name for messages and the encoding that its server names, to what is in it."""

READERS: dict[str, Reader] = {
    "text": read_text,
    "markdown": read_markdown,
    "html": read_html,
    "pdf": read_pdf,
    "docx": read_docx,
    "epub": read_epub,
}

ENDINGS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".epub": "epub",
}

_TYPES = {
    "text/plain": "text",
    "text/markdown": "markdown",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/epub+zip": "epub",
}
"""What servers call them (https://www.iana.org/assignments/media-types)."""

_SAYS_NOTHING = ("application/octet-stream", "binary/octet-stream", "application/zip", "application/x-download")
"""Types that servers give to what they do not know."""

_START = 1024
"""Bytes at the start of a file that show what it is."""

_AS_TEXT = "save it as plain text and add that"
_WAYS_OUT = dict.fromkeys((".doc", ".odt", ".rtf"), _AS_TEXT)


def format_of(name: str, ending: str, content: bytes) -> str:
    """Return the name of the format of a file; ``ending``: that of its name, with the dot.

    UnsupportedFormat for an ending of a format that has no reader.
    """
    ending = ending.lower()
    if ending in _WAYS_OUT:
        raise UnsupportedFormat(f"{name}: {ending} files are not read; {_WAYS_OUT[ending]}")
    return ENDINGS.get(ending) or _look(content)


def read(kind: str, content: bytes, name: str, *, declared: str | None = None) -> Extract:
    """Return what the reader of ``kind``, a key of READERS, finds in ``content``.

    ``declared``: the encoding that a server names. ArticleError, or one of its kinds, whatever the bytes are.
    """
    try:
        return READERS[kind](content, name, declared)
    except (ArticleError, MemoryError):
        raise
    except Exception as error:
        # Parsers of other people's formats fail on damaged files in every way there is.
        raise ArticleError(
            f"{name} is damaged, or not what it is named after ({type(error).__name__}): open it, and save it anew"
        ) from error


def read_address(address: str, *, allow_loopback: bool = False) -> Extract:
    """Fetch a page, and return what the reader of its format finds in it.

    ``allow_loopback``: as for ``index.readers.web.fetch``. Errors: those of that and of ``read``.
    """
    from index.readers.web import fetch

    page = fetch(address, allow_loopback=allow_loopback)
    ending = posixpath.splitext(urlsplit(page.address).path)[1].lower()
    kind = _TYPES.get(page.media_type)
    if page.media_type in _SAYS_NOTHING or (kind == "text" and ending in ENDINGS):
        kind = ENDINGS.get(ending) or _look(page.content)
    if kind is None:
        raise UnsupportedFormat(f"{address} is of the type {page.media_type}, which is not read; {_AS_TEXT}")
    return read(kind, page.content, address, declared=page.charset)


def _look(content: bytes) -> str:
    """The format that the first bytes tell of: text where they tell of none."""
    start = content[:_START].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"%pdf-" in start:
        return "pdf"
    if start.startswith(b"pk\x03\x04"):
        return "epub" if b"application/epub+zip" in start else "docx"
    return "html" if start.startswith((b"<!doctype html", b"<html")) else "text"
