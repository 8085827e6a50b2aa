"""A tree of HTML to light Markdown: headings, paragraphs, lists, tables, quotes and code, in reading order.

Nothing of it is run or fetched: scripts, styles, forms and pictures are left out, and links come down to their words.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

from index.errors import ArticleTooLarge
from index.readers.extract import clean

Tree = Any
"""An element of lxml's, which ships no types."""

_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_BLANKS = re.compile(r"\s+")
_AROUND_BREAK = re.compile(r" *\n *")

_LEFT_OUT = frozenset(
    """
    applet audio button canvas datalist embed frame head iframe input math meter noscript object option progress
    script select style svg template textarea title video
    """.split()  # noqa: SIM905 - read faster as words
)
FRAME = frozenset({"aside", "footer", "form", "header", "menu", "nav"})
"""What stands around a page's article, and is no part of it."""

_INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q rb rp rt ruby s samp small span
    strike strong sub sup time tt u var wbr
    """.split()  # noqa: SIM905 - read faster as words
)
"""All other elements start and end a block."""

_INDENT = "    "
"""Before lines of code: so that none of them reads as a heading."""

_MAX_CELL = 300
"""Characters: a table with more in a cell arranges a page, and is read as the blocks that it holds."""


def parse_html(text: str) -> Tree | None:
    """Return the tree of an HTML page, however broken; None where there is nothing in it.

    ArticleTooLarge where it is nested too deeply, MemoryError where there is no room for it: the parser would go on
    with a part of the page, and the rest would be lost without a word.
    """
    from lxml import etree, html

    # Without huge_tree, ten million characters in one place are too many.
    parser = html.HTMLParser(huge_tree=True)
    try:
        tree = html.document_fromstring(_XML_DECLARATION.sub("", text), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        tree = None
    for error in parser.error_log.filter_from_fatals():
        if error.type == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError
        if error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            raise ArticleTooLarge(f"the page is nested too deeply to be read ({error.message}): add its text alone")
    return tree


def parse_xml(content: bytes) -> Tree | None:
    """Return the root of an XML file in UTF-8 or the encoding that it states; None where it is broken or empty.

    Entities that it defines stay unresolved, and nothing is loaded from elsewhere.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def to_markdown(tree: Tree, *, without: frozenset[str] = frozenset()) -> str:
    """Return the words of ``tree`` as light Markdown; ``without``: elements to leave out beside those never read."""
    from lxml import etree

    writer = _Writer()
    walk = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event in ("comment", "pi"):
            writer.say(element.tail)
            continue
        tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
        left_out = tag in _LEFT_OUT or tag in without
        if event == "start":
            if left_out:
                walk.skip_subtree()
            else:
                writer.start(tag, element)
                writer.say(element.text)
        else:
            if not left_out:
                writer.end(tag)
            writer.say(element.tail)
    writer.flush()
    return clean(writer.text())


class _Writer:
    """Takes a tree's elements and words as they come, and puts them down as blocks."""

    def __init__(self) -> None:
        self._blocks: list[tuple[str, str]] = []
        """The kind of each ("" where it stands alone), and its words with its mark."""
        self._words: list[str] = []
        self._marks: list[str] = []
        """Of the list items and quotes that we are in."""
        self._counts: list[int | None] = []
        """The next number of each list that we are in; None where it is not numbered."""
        self._tables: list[bool] = []
        """Whether each table that we are in is one of rows and columns."""
        self._cells: list[str] = []
        self._code = 0
        self._runs = 0
        """How many lists and tables were begun: the items of one stand together, those of two apart."""
        self._fresh = False
        """Whether a list item's mark is still to be written."""

    def say(self, words: str | None) -> None:
        if words:
            self._words.append(words if self._code else _BLANKS.sub(" ", words))

    def start(self, tag: str, element: Tree) -> None:
        if tag == "br":
            self._words.append("\n")
        if tag in _INLINE or tag == "br":
            return
        self.flush()
        match tag:
            case "ul" | "ol":
                self._runs += not self._counts
                self._counts.append(_whole_number(element.get("start"), 1) if tag == "ol" else None)
            case "li":
                self._marks.append(self._item_mark())
                self._fresh = True
            case "blockquote":
                self._marks.append("> ")
            case "pre":
                self._code += 1
            case "table":
                self._runs += 1
                self._tables.append(not self._in_table() and not _arranges(element))

    def end(self, tag: str) -> None:
        if tag in _INLINE or tag == "br":
            return
        if tag in ("td", "th") and self._in_table():
            self._cells.append(" ".join("".join(self._words).split()))
            self._words = []
            return
        level = int(tag[1]) if re.fullmatch("h[1-6]", tag) else 0
        self.flush(level)
        match tag:
            case "ul" | "ol" if self._counts:
                self._counts.pop()
            case "li" | "blockquote" if self._marks:
                self._marks.pop()
                self._fresh = False
            case "pre" if self._code:
                self._code -= 1
            case "tr" if any(self._cells):
                self._blocks.append((f"row {self._runs}", " | ".join(self._cells)))
                self._cells = []
            case "table" if self._tables:
                self._cells = []
                self._tables.pop()

    def flush(self, level: int = 0) -> None:
        """End the block that is being written. ``level``: a heading's."""
        if self._in_table():
            self._words.append(" ")
            return
        words = "".join(self._words)
        self._words = []
        if not words.strip():
            return
        if self._code:
            lines = [_INDENT + line.rstrip() for line in words.splitlines() if line.strip()]
            self._blocks.append(("", "\n".join(lines)))
            return
        words = _AROUND_BREAK.sub("\n", re.sub(" {2,}", " ", words)).strip()
        mark = self._marks[-1] if self._marks else ""
        if level and not mark:
            self._blocks.append(("", f"{'#' * level} {' '.join(words.split())}"))
        elif mark == "> ":
            self._blocks.append(("", "\n".join(mark + line for line in words.split("\n") if line)))
        elif mark and self._fresh:
            self._blocks.append((f"item {self._runs}", mark + " ".join(words.split())))
            self._fresh = False
        else:
            self._blocks.append(("", re.sub(r"\n{3,}", "\n\n", words)))

    def text(self) -> str:
        """What was written: rows and items a line each, a blank line between all others."""
        runs = groupby(self._blocks, key=lambda block: block[0])
        parts = [("\n" if kind else "\n\n").join(words for _, words in run) for kind, run in runs]
        return "\n\n".join(parts) + "\n" if parts else ""

    def _item_mark(self) -> str:
        number = self._counts[-1] if self._counts else None
        if number is None:
            return "- "
        self._counts[-1] = number + 1
        return f"{number}. "

    def _in_table(self) -> bool:
        return bool(self._tables) and self._tables[-1]


def _arranges(table: Tree) -> bool:
    """Whether a table arranges a page, and holds no rows and columns."""
    if next(table.iterdescendants("table", "{*}table"), None) is not None:
        return True
    cells = table.iterdescendants("td", "th", "{*}td", "{*}th")
    return any(len(_BLANKS.sub(" ", "".join(cell.itertext()))) > _MAX_CELL for cell in cells)


def _whole_number(text: str | None, otherwise: int) -> int:
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise
