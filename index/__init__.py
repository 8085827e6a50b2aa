"""Find: articles in, passages and quotes out. Knows of no conversation.

Importing this loads no heavy library: they are imported when first needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.errors import (
    ArticleError,
    ArticleTooLarge,
    EmptyArticle,
    LibraryBusy,
    LibraryClosed,
    LibraryDamaged,
    LibraryError,
    LibraryNotWritable,
    LibraryTooNew,
    ModelError,
    NoSuchArticle,
    NoSuchFile,
    PullquoteError,
    UnsupportedFormat,
)
from index.types import Article, Change, Hit, Passage, Problem, Quote, Revision

if TYPE_CHECKING:
    from index.library import Library, search

__all__ = [
    "Article",
    "ArticleError",
    "ArticleTooLarge",
    "Change",
    "EmptyArticle",
    "Hit",
    "Library",
    "LibraryBusy",
    "LibraryClosed",
    "LibraryDamaged",
    "LibraryError",
    "LibraryNotWritable",
    "LibraryTooNew",
    "ModelError",
    "NoSuchArticle",
    "NoSuchFile",
    "Passage",
    "Problem",
    "PullquoteError",
    "Quote",
    "Revision",
    "UnsupportedFormat",
    "search",
]


def __getattr__(name: str) -> Any:
    if name in ("Library", "search"):
        from index import library

        return getattr(library, name)
    raise AttributeError(f"module 'index' has no attribute {name!r}")
