"""HTML pages: trafilatura finds the article among menus, banners and footers. It parses; it fetches nothing."""

from __future__ import annotations

import re
from dataclasses import replace

from index.readers.encoding import decode
from index.readers.extract import Extract
from index.readers.tree import FRAME, Tree, parse_html, to_markdown

_DECLARED = re.compile(rb"""(?:charset\s*=\s*["']?\s*|^\s*<\?xml[^>]*\bencoding\s*=\s*["'])([A-Za-z0-9._:-]+)""", re.I)
_HEAD = 4096
"""Bytes at the start of a page within which it may name its encoding."""

_MOST_WEIGHED = 3_000_000
"""Characters: finding the article in a longer page takes minutes, so all of it is read but what frames it."""

_LEAST = 250
"""Characters: an article shorter than this was not found but missed. One of a single block was run together."""

_AROUND = (
    "//*[@hidden or @aria-hidden='true' or contains(translate(@style, ' ', ''), 'display:none')"
    " or @role='navigation' or @role='banner' or @role='contentinfo' or @role='search' or @role='dialog'"
    " or contains(concat(@id, ' ', @class), 'cookie') or contains(concat(@id, ' ', @class), 'consent')]"
)
"""What a page does not show, or says itself to be no part of the article."""

_AS_HTML = {
    "head": "h3",
    "list": "ul",
    "item": "li",
    "quote": "blockquote",
    "row": "tr",
    "cell": "td",
    "lb": "br",
    "hi": "b",
    "ref": "a",
    "graphic": "img",
}


def read_html(content: bytes, name: str, declared: str | None = None) -> Extract:
    """Return a page's article as light Markdown, with its title, author and date where it names them.

    Where no article can be told from the rest, all the words are kept but those in menus, headers and footers.
    """
    found = _DECLARED.search(content[:_HEAD])
    page = decode(content, name, declared=declared or (found.group(1).decode() if found else None))
    tree = parse_html(page)
    if tree is None:
        return Extract("")
    extract = _article(page) if len(page) <= _MOST_WEIGHED else None
    if extract is None:
        extract = Extract(_all_words(tree), tree.findtext(".//title"))
    elif len(extract.text) < _LEAST or "\n\n" not in extract.text:
        extract = replace(extract, text=_all_words(tree))
    return _headed(extract)


def _all_words(tree: Tree) -> str:
    """All the words of a page but those around its article; all there are where it has no others."""
    everything = to_markdown(tree)
    for element in tree.xpath(_AROUND):
        if element.getparent() is not None:
            element.drop_tree()
    inner = to_markdown(tree, without=FRAME)
    return inner if any(character.isalnum() for character in inner) else everything


def _article(page: str) -> Extract | None:
    """What trafilatura finds; None where it finds no article."""
    from trafilatura import bare_extraction

    found = bare_extraction(
        page,
        with_metadata=True,
        include_comments=False,
        include_formatting=True,
        favor_recall=True,
        # The date that the page states: none is better than one guessed from some number in it.
        date_extraction_params={"extensive_search": False, "original_date": True, "outputformat": "%Y-%m-%d"},
    )
    if found is None or isinstance(found, dict):
        return None
    for element in list(found.body.iter("code", *_AS_HTML)):
        element.tag = _as_html(element)
    return Extract(to_markdown(found.body), found.title, found.author, found.date)


def _as_html(element: Tree) -> str:
    """The HTML name of an element as trafilatura names it, after TEI."""
    rank = element.get("rend", "")
    match element.tag:
        case "head":
            return rank if re.fullmatch("h[1-6]", rank) else "h3"
        case "list":
            return "ol" if rank == "ol" else "ul"
        case "code":
            return "pre" if "\n" in "".join(element.itertext()) else "code"
    return _AS_HTML[str(element.tag)]


def _headed(extract: Extract) -> Extract:
    """Named by its first heading of the first rank; where it has none, with its title as that."""
    heading = re.search("^# (.+)", extract.text, re.MULTILINE)
    title = " ".join((heading.group(1) if heading else extract.title or "").split()) or None
    text = extract.text
    if title and not heading and text.strip():
        text = f"# {title}\n\n{text}"
    return replace(extract, text=text, title=title)
