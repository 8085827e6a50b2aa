"""A file, a web page or a text to an Article. One reader a format, in index/readers/, run in a process of its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urldefrag

from index.blocks import BlockKind, split_blocks
from index.errors import ArticleError, ArticleTooLarge, EmptyArticle, NoSuchFile
from index.readers.extract import Extract
from index.readers.formats import format_of, read
from index.readers.isolated import ADDRESS, read_isolated
from index.types import Article

BUNDLED = Path(__file__).parent / "bundled"
"""Where the articles lie that come with the program."""

_BUNDLED = "pullquote/"
"""What their sources start with."""

_ID_LENGTH = 16
"""Hexadecimal digits of a SHA-256: 64 bits, so a million articles share none but once in 37 million libraries."""

_TITLE_LENGTH = 80
"""Characters of the first words that stand for a title where there is none."""

_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
"""Two letters at least: one is a drive."""

MAX_FILE = 100_000_000
"""Bytes: a longer file is no article."""

MAX_TEXT = 25_000_000
"""Characters, ten times a long novel: encoding more takes hours, and a small file may unpack to as much."""


def make_article(
    text: str,
    *,
    title: str | None = None,
    source: str | None = None,
    author: str | None = None,
    published: str | None = None,
) -> Article:
    """Return the article of a text, which is kept exactly as it is.

    ``title``: None for the first heading, or else the first words. ``author``, ``published``: where known. The id comes
    from the source, or without one from the text, so it is the same whenever the same article is added. EmptyArticle
    where there are no words.
    """
    if not isinstance(text, str):
        raise ValueError(f"text must be a str, not {type(text).__name__}")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"text holds half a character (a lone surrogate) at place {error.start}: leave it out"
        ) from error
    if not any(character.isalnum() for character in text):
        raise EmptyArticle(f"{source or 'the text'} has no words in it: add an article that has some")
    return Article(
        id=_digest(source or text),
        title=" ".join((title or _title_of(text)).split()),
        text=text,
        source=source,
        added=datetime.now(UTC),
        revision=_digest(text),
        author=_one_line(author),
        published=_one_line(published),
    )


def read_article(
    where: str | Path,
    *,
    title: str | None = None,
    allow_loopback: bool = False,
    stopped: Callable[[], bool] | None = None,
) -> Article:
    """Return the article of a file or an http(s) address; its source is the file's full path, or the address.

    ``allow_loopback``: lets pages of this machine itself be fetched, for tests; never those of a private network.
    ``stopped``: asked now and then; where it says yes, reading ends in an ArticleError.

    NoSuchFile where there is no file to read, UnsupportedFormat where it is of a format that has no reader,
    EmptyArticle where there are no words in it, ArticleTooLarge where it is over a limit, else ArticleError.
    """
    if isinstance(where, str) and (address := _ADDRESS.match(where.strip())):
        name = urldefrag(where.strip()).url
        if address.group(1).lower() not in ("http", "https"):
            raise ArticleError(f"{name} is no http or https address: name a file by its path")
        extract = read_isolated(ADDRESS, name, stopped=stopped, allow_loopback=allow_loopback)
        return _to_article(extract, name, title=title, source=name)
    path = Path(where).expanduser()
    return read_content(
        _read_bytes(path), str(path), title=title, source=_source_of(path), own=path.parent == BUNDLED, stopped=stopped
    )


def read_content(
    content: bytes,
    name: str,
    *,
    title: str | None = None,
    source: str | None = None,
    own: bool = False,
    stopped: Callable[[], bool] | None = None,
) -> Article:
    """Return the article of a file's bytes. ``name``: the file's, whose ending helps to tell its format.

    ``own``: whether it is one of the program's own, and harmless. Else as ``make_article`` and ``read_article``.
    """
    kind = format_of(name, Path(name).suffix, content)
    extract = (
        read(kind, content, name) if own or kind == "text" else read_isolated(kind, name, content, stopped=stopped)
    )
    return _to_article(extract, name, title=title, source=source)


def _to_article(extract: Extract, name: str, *, title: str | None, source: str | None) -> Article:
    if not any(character.isalnum() for character in extract.text):
        raise EmptyArticle(f"{name} has no words in it: add an article that has some")
    if len(extract.text) > MAX_TEXT:
        raise ArticleTooLarge(f"{name} has more than {MAX_TEXT // 1_000_000} million characters: split it")
    return make_article(
        extract.text,
        title=title or extract.title,
        source=source,
        author=extract.author,
        published=extract.published,
    )


def article_id(where: str | Path) -> str:
    """Return the id of the article that is, or was, read from a file or an address; of an article's source, its own."""
    if isinstance(where, str) and (_ADDRESS.match(where.strip()) or where.startswith(_BUNDLED)):
        return _digest(urldefrag(where.strip()).url)
    return _digest(_source_of(Path(where).expanduser()))


def read_source(source: str, *, title: str | None = None) -> Article:
    """Return the article of what was an article's source, as it is now. Errors as ``read_article``.

    ArticleError where it is neither an address nor the full path of a file: who added it may have written anything.
    """
    bundled = BUNDLED / source.removeprefix(_BUNDLED)
    if source.startswith(_BUNDLED) and bundled.parent == BUNDLED:
        return read_article(bundled, title=title)
    if not _ADDRESS.match(source) and not Path(source).is_absolute():
        raise ArticleError(f"{source!r} is no address and no full path of a file: add the article's new text instead")
    return read_article(source, title=title)


def _source_of(path: Path) -> str:
    """The full path; of an article that comes with the program a name, so that its id is the same on every machine."""
    try:
        path = path.resolve()
    except (OSError, ValueError):
        return str(path)
    return f"{_BUNDLED}{path.name}" if path.parent == BUNDLED else str(path)


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except FileNotFoundError as error:
        raise NoSuchFile(f"there is no file {path}: check the path") from error
    except IsADirectoryError as error:
        raise NoSuchFile(f"{path} is a folder: name the files in it") from error
    except PermissionError as error:
        raise NoSuchFile(f"{path} may not be read: change its permissions") from error
    except (OSError, ValueError) as error:
        raise NoSuchFile(f"{str(path)!r} cannot be read ({error}): check the path") from error
    if len(content) > MAX_FILE:
        raise ArticleTooLarge(f"{path} is larger than {MAX_FILE // 1_000_000} MB: split it, or add its text alone")
    return content


def _title_of(text: str) -> str:
    """The first heading if the text starts with one, or else the first words."""
    first = split_blocks(text)[0]
    words = text[first.start : first.end].split("\n", 1)[0]
    if first.kind is BlockKind.HEADING or len(words) <= _TITLE_LENGTH:
        return words
    return words[:_TITLE_LENGTH].rsplit(None, 1)[0] + "…"


def _one_line(fact: str | None) -> str | None:
    """A fact about an article without line breaks; None where it says nothing."""
    return " ".join(fact.split()) or None if fact else None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_ID_LENGTH]
