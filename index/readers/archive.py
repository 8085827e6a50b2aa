"""Zip archives, which DOCX and EPUB files are: opened only if what is to be read from them fits in memory."""

from __future__ import annotations

import zipfile
from io import BytesIO

from index.errors import ArticleError, ArticleTooLarge, UnsupportedFormat

MAX_UNPACKED = 100_000_000
"""Bytes of markup, unpacked: a long novel has two million. zipfile reads no more of a member than it claims to hold."""

MAX_MEMBERS = 20_000

_MARKUP = (".xml", ".rels", ".html", ".htm", ".xhtml", ".opf", ".ncx", ".svg", ".css")
"""Endings of what may be read; pictures and fonts are not."""


def open_archive(content: bytes, name: str) -> zipfile.ZipFile:
    """Open an archive. ArticleTooLarge where it unpacks to too much, UnsupportedFormat where it is none."""
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
        raise UnsupportedFormat(f"{name} is damaged, or not what its name says: open it, and save it anew") from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise ArticleTooLarge(f"{name} holds {len(members)} files, and {MAX_MEMBERS} are the limit: add its text alone")
    unpacked = sum(member.file_size for member in members if member.filename.lower().endswith(_MARKUP))
    if unpacked > MAX_UNPACKED:
        raise ArticleTooLarge(
            f"{name} unpacks to {unpacked // 1_000_000} MB, and {MAX_UNPACKED // 1_000_000} are the limit:"
            " add its text alone"
        )
    return archive


def read_member(archive: zipfile.ZipFile, member: str, name: str) -> bytes:
    """Return the bytes of a member; ``b""`` where there is none. ArticleError where it is locked or damaged."""
    try:
        info = archive.getinfo(member)
        if info.file_size > MAX_UNPACKED:
            raise ArticleTooLarge(f"{name} holds a file of {info.file_size // 1_000_000} MB: add its text alone")
        return archive.read(info)
    except KeyError:
        return b""
    except (zipfile.BadZipFile, EOFError, OSError) as error:
        raise ArticleError(f"{name} is damaged ({error}): open it, and save it anew") from error
    except (RuntimeError, NotImplementedError) as error:
        raise ArticleError(
            f"{name} is locked, or packed in a way we cannot open: save it without a password"
        ) from error
