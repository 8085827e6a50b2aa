"""Word files (DOCX), by mammoth: its HTML by the document's styles, and that to light Markdown."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from index.errors import ArticleError, UnsupportedFormat
from index.readers.archive import open_archive, read_member
from index.readers.extract import Extract, clean
from index.readers.tree import parse_html, parse_xml, to_markdown

_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
"""
"""Beside those that mammoth knows: headings, lists, footnotes."""

_MARKERS = "//sup[a[starts-with(@id, 'footnote-ref') or starts-with(@id, 'endnote-ref')]] | //a[.='↑']"
"""The numbers of notes, which are no part of the sentence that they stand in, and the ways back from the notes."""

_DOCUMENT = "word/document"
_FACTS = "docProps/core.xml"
_LOCKED = b"\xd0\xcf\x11\xe0"
"""What the container starts with in which Word puts encrypted documents, and those of its old format."""


def read_docx(content: bytes, name: str, declared: str | None = None) -> Extract:
    """Return a Word document's text as light Markdown, with its title, author and date where it names them.

    UnsupportedFormat where it is none, ArticleTooLarge where it unpacks to too much, ArticleError where it is damaged.
    """
    import mammoth

    if content.startswith(_LOCKED):
        raise UnsupportedFormat(f"{name} is encrypted, or of Word's old format: save it as DOCX without a password")
    with open_archive(content, name) as archive:
        facts = read_member(archive, _FACTS, name)
        markup = [member for member in archive.namelist() if member.endswith((".xml", ".rels"))]
        if not any(member.startswith(_DOCUMENT) for member in markup):
            raise UnsupportedFormat(f"{name} is an archive with no Word document in it: save it as DOCX or as text")
        if any(b"<!DOCTYPE" in read_member(archive, member, name) for member in markup):
            raise ArticleError(f"{name} defines markup of its own, as no Word document does: save it anew, or as text")
    found: Any = mammoth.convert_to_html(BytesIO(content), style_map=_STYLES, convert_image=_no_image)
    tree = parse_html(found.value)
    if tree is None:
        return Extract("")
    for element in tree.xpath(_MARKERS):
        element.drop_tree()
    text = to_markdown(tree)
    heading = re.match("#+ (.+)", text)
    title = heading.group(1) if heading else _fact(facts, "title")
    return Extract(text, title, _fact(facts, "creator"), (_fact(facts, "created") or "")[:10] or None)


def _no_image(image: Any) -> list[Any]:
    """Nothing: pictures are not opened, be they in the file or elsewhere."""
    return []


def _fact(facts: bytes, which: str) -> str | None:
    """What the document says of itself."""
    tree = parse_xml(facts)
    words = tree.findtext(f".//{{*}}{which}") if tree is not None else None
    return " ".join(clean(words or "").split()) or None
