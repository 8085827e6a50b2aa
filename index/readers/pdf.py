"""PDF files, by pypdf: where each line stands tells paragraphs, headings and what runs on every page."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from index.errors import ArticleError, ArticleTooLarge, EmptyArticle, UnsupportedFormat
from index.readers.extract import Extract, clean
from index.readers.pages import Line, join_pages

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MAX_PAGES = 5_000
"""A longer one takes longer to read than anyone waits."""

_HEADER = 1024
"""Bytes at the start of a file within which a PDF says that it is one."""

_NO_TITLE = re.compile(r"untitled|microsoft word|.*\.(?:docx?|tex|dvi|indd|qxp|pdf|odt|pptx?)", re.I)
"""What programs put for a title where nobody gave one."""


def read_pdf(content: bytes, name: str, declared: str | None = None) -> Extract:
    """Return a PDF's text, each page of it ended by a form feed, and the title and author that it is said to have.

    UnsupportedFormat where it is no PDF, EmptyArticle for a scan, ArticleTooLarge over MAX_PAGES, ArticleError where it
    is locked or damaged.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if b"%PDF-" not in content[:_HEADER]:
        raise UnsupportedFormat(f"{name} is not a PDF, whatever its name says: open it, and save it as one")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        _unlock(reader, name)
        count = len(reader.pages)
        if count > MAX_PAGES:
            raise ArticleTooLarge(f"{name} has {count} pages, and {MAX_PAGES} are the limit: split it")
        text = join_pages([list(_lines(page)) for page in reader.pages])
    except PyPdfError as error:
        raise ArticleError(f"{name} is a damaged PDF ({error}): open it, and print it to a new PDF") from error
    if not any(character.isalnum() for character in text):
        raise EmptyArticle(
            f"{name} has {count} pages and no words, as a scan has: run text recognition (OCR) on it, and add that"
        )
    return Extract(text, _fact(reader, "title"), _fact(reader, "author"))


def _unlock(reader: PdfReader, name: str) -> None:
    """Open a PDF that is encrypted against changes alone, with no password to read it."""
    from pypdf import PasswordType
    from pypdf.errors import DependencyError

    if not reader.is_encrypted:
        return
    try:
        opened = reader.decrypt("") != PasswordType.NOT_DECRYPTED
    except DependencyError:
        opened = False
    if not opened:
        raise ArticleError(f"{name} is encrypted: open it with its password, print it to a new PDF, and add that")


def _lines(page: PageObject) -> Iterator[Line]:
    """The lines of a page in the order in which they were set."""
    pieces: list[tuple[str, float, float, float, bool]] = []

    def take(
        text: str, matrix: list[float], text_matrix: list[float], font: dict[str, Any] | None, size: float
    ) -> None:
        x = text_matrix[4] * matrix[0] + text_matrix[5] * matrix[2] + matrix[4]
        y = text_matrix[4] * matrix[1] + text_matrix[5] * matrix[3] + matrix[5]
        height = abs(size * (text_matrix[3] or text_matrix[1]) * (matrix[3] or matrix[1]))
        pieces.append((text, x, y, height, "bold" in str((font or {}).get("/BaseFont", "")).lower()))

    page.extract_text(visitor_text=take)
    line: list[tuple[str, float, float, float, bool]] = []
    for text, *place in pieces:
        first, *others = text.split("\n")
        line.append((first, *place))  # type: ignore[arg-type]
        for other in others:
            yield from _line(line)
            line = [(other, *place)]  # type: ignore[list-item]
    yield from _line(line)


def _line(pieces: list[tuple[str, float, float, float, bool]]) -> Iterator[Line]:
    """The line that pieces of text make up, if there is anything in them."""
    said = [piece for piece in pieces if piece[0].strip()]
    if not said:
        return
    sizes: Counter[float] = Counter()
    for words, _, _, size, _ in said:
        sizes[size] += len(words.strip())
    words = clean("".join(piece[0] for piece in pieces))
    if words.strip():
        yield Line(words, said[0][1], said[0][2], sizes.most_common(1)[0][0], all(piece[4] for piece in said))


def _fact(reader: PdfReader, which: str) -> str | None:
    """The title or author that a PDF names; None where it names none, or only the program's idea of one."""
    stated = getattr(reader.metadata, which, None)
    words = " ".join(clean(stated).split()) if isinstance(stated, str) else ""
    return None if not words or _NO_TITLE.match(words) else words
