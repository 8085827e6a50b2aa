"""What people hand in, each as a function that reads it: a file that was sent, an address, a text that was pasted."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from bot.desk import told_source
from index.errors import ArticleError, PullquoteError
from index.types import Article

Stopped = Callable[[], bool]
"""Says whether who asked for something has gone away."""
Read = Callable[[Stopped], Article]
"""Reads an article, unless it is stopped before."""
LONGEST_NAME = 200
LONGEST_TITLE = 300
LONGEST_ADDRESS = 4_000


class Gone(PullquoteError):
    """Who asked for it has gone away: nothing was changed."""


def from_file(file: BinaryIO, name: str, title: str | None = None) -> Read:
    """A file that was sent. Of ``name`` only the last part counts, however it is written: it leads nowhere here."""
    own = _one_line(told_source(name), LONGEST_NAME) or "a file"

    def read(stopped: Stopped) -> Article:
        from dataclasses import replace

        from index.article import read_content

        article = read_content(file.read(), own, title=_title(title), stopped=stopped)
        return replace(article, source=own)  # its id is made of the text: two files may well have one name

    return read


def from_address(address: str, title: str | None = None) -> Read:
    """A page on the web, which is fetched from public addresses alone. ArticleError for what is no http(s) address."""
    address = address.strip()
    if not address.lower().startswith(("http://", "https://")) or len(address) > LONGEST_ADDRESS:
        raise ArticleError(f"{address[:80]!r} is no web address: it is to start with http:// or https://")

    def read(stopped: Stopped) -> Article:
        from index.article import read_article

        return read_article(address, title=_title(title), stopped=stopped)

    return read


def from_text(text: str, title: str | None = None) -> Read:
    """A text that was pasted, which is kept exactly as it is."""

    def read(stopped: Stopped) -> Article:
        from index.article import make_article

        return make_article(text, title=_title(title))

    return read


def _title(title: str | None) -> str | None:
    return _one_line(title or "", LONGEST_TITLE) or None


def _one_line(words: str, longest: int) -> str:
    return "".join(character for character in " ".join(words.split()) if character.isprintable())[:longest].strip()
