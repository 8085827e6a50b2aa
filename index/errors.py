"""What can go wrong, as a tree. Each message names the offending thing and the way out.

::

    PullquoteError
    ├── ArticleError            an article cannot be read or added; the library is as it was
    │   ├── EmptyArticle        no words in it
    │   ├── NoSuchFile          nothing there, or not a file, or not ours to read
    │   ├── UnsupportedFormat   binary, an unknown encoding, or a format with no reader
    │   └── ArticleTooLarge     over the limit that the message names
    ├── LibraryError            a library cannot be opened, read or written
    │   ├── NoSuchArticle       no article of that id in the library
    │   ├── LibraryClosed       used after close()
    │   ├── LibraryBusy         another process is writing to it
    │   ├── LibraryNotWritable  the folder cannot be made or written
    │   ├── LibraryDamaged      what is kept there is not what was written
    │   └── LibraryTooNew       written by a later version of this program
    └── ModelError              a model is missing, or is not the one expected

Bad arguments raise ValueError instead.
"""

from __future__ import annotations


class PullquoteError(Exception):
    """Whatever can go wrong but bad arguments: the root of the tree."""


class ArticleError(PullquoteError):
    """An article cannot be read or added."""


class EmptyArticle(ArticleError):
    """There are no words in it."""


class NoSuchFile(ArticleError):
    """There is nothing at that path, or it is not a file, or it may not be read."""


class UnsupportedFormat(ArticleError):
    """It is binary, in an unknown encoding, or in a format that has no reader."""


class ArticleTooLarge(ArticleError):
    """It is over the limit that the message names."""


class LibraryError(PullquoteError):
    """A library cannot be opened, read or written."""


class NoSuchArticle(LibraryError):
    """There is no article of that id in the library."""


class LibraryClosed(LibraryError):
    """It was used after close()."""


class LibraryBusy(LibraryError):
    """Another process is writing to it."""


class LibraryNotWritable(LibraryError):
    """Its folder cannot be made or written."""


class LibraryDamaged(LibraryError):
    """Its file is truncated, overwritten or altered, or an article in it is."""


class LibraryTooNew(LibraryError):
    """It was written by a later version of this program."""


class ModelError(PullquoteError):
    """A model is missing, or is not the one expected."""
