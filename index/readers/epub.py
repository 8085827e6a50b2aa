"""EPUB books: their chapters in the order of the spine, and each as the HTML that it is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote
from zipfile import ZipFile

from index.errors import ArticleError, UnsupportedFormat
from index.readers.archive import open_archive, read_member
from index.readers.encoding import decode
from index.readers.extract import Extract, clean
from index.readers.tree import Tree, parse_html, parse_xml, to_markdown

_CONTAINER = "META-INF/container.xml"
_RIGHTS = "META-INF/encryption.xml"
_FONTS = re.compile("(?:idpf.org|adobe.com).*(?:embedding|font)", re.IGNORECASE)
"""How fonts are scrambled: that is no lock on the text."""

_CHAPTERS = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]*;")
"""Names for characters that HTML knows and XML does not."""


def read_epub(content: bytes, name: str, declared: str | None = None) -> Extract:
    """Return a book's text as light Markdown, with its title, author and date where it names them.

    UnsupportedFormat where it is none, ArticleTooLarge where it unpacks to too much, ArticleError where it is locked or
    damaged.
    """
    with open_archive(content, name) as archive:
        container = parse_xml(read_member(archive, _CONTAINER, name))
        root = container.find(".//{*}rootfile") if container is not None else None
        if root is None:
            raise UnsupportedFormat(f"{name} is not an EPUB, whatever its name says: save it as EPUB or as text")
        path = root.get("full-path", "")
        package = parse_xml(read_member(archive, path, name))
        if package is None:
            raise ArticleError(f"{name} is a damaged EPUB, without a list of its chapters: open it, and save it anew")
        _check_unlocked(archive, name)
        parts = [_text(read_member(archive, member, name), f"{name} ({member})") for member in _spine(package, path)]
    text = "\n".join(part for part in parts if part)
    return Extract(
        text, _fact(package, "title"), _fact(package, "creator"), (_fact(package, "date") or "")[:10] or None
    )


def _check_unlocked(archive: ZipFile, name: str) -> None:
    rights = parse_xml(read_member(archive, _RIGHTS, name))
    methods = rights.iterfind(".//{*}EncryptionMethod") if rights is not None else ()
    if any(not _FONTS.search(method.get("Algorithm", "")) for method in methods):
        raise ArticleError(f"{name} is locked against copying (DRM), and cannot be read: add a text that is not")


def _spine(package: Tree, path: str) -> Iterator[str]:
    """The names of the chapters' files in reading order, each once, without the table of contents."""
    items = {item.get("id"): item for item in package.iterfind(".//{*}manifest/{*}item")}
    seen: set[str] = set()
    for place in package.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(place.get("idref"))
        if item is None or item.get("media-type") not in _CHAPTERS or "nav" in item.get("properties", "").split():
            continue
        member = posixpath.normpath(posixpath.join(posixpath.dirname(path), unquote(item.get("href", ""))))
        if member not in seen:
            seen.add(member)
            yield member


def _text(chapter: bytes, name: str) -> str:
    stated = re.match(rb"""\s*<\?xml[^>]*\bencoding\s*=\s*["']([A-Za-z0-9._-]+)""", chapter)
    page = decode(chapter, name, declared=stated.group(1).decode() if stated else None)
    # As XML where it is, since <title/> would be an open element in HTML, and all that follows its title.
    plain = _NAMED.sub(lambda found: unescape(found.group()), _DECLARATION.sub("", page))
    tree = parse_xml(plain.encode())
    if tree is None:
        tree = parse_html(page)
    return to_markdown(tree, without=frozenset({"nav"})) if tree is not None else ""


def _fact(package: Tree, which: str) -> str | None:
    """What the book says of itself."""
    words = package.findtext(f".//{{*}}metadata/{{*}}{which}")
    return " ".join(clean(words or "").split()) or None
