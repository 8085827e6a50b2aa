"""What a reader takes from a file: the words in reading order, and what the file says about itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Control characters other than tab, newline and the form feed that ends a page; halves of characters."""


@dataclass(frozen=True, slots=True)
class Extract:
    """The article's text as light Markdown, and its title, author and date where the file names them."""

    text: str
    title: str | None = None
    author: str | None = None
    published: str | None = None
    """The day, as in 2026-05-11."""


def clean(text: str) -> str:
    """``text`` of a format that is not itself text, without characters that mean nothing in one."""
    return _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
