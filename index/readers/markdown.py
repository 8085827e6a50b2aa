"""Markdown files: inline marks, links and HTML come down to their words, and the blocks stay as light Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.readers.extract import Extract
from index.readers.text import read_text

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(r"\A---\n(.*?\n)(?:---|\.\.\.)\n", re.DOTALL)
_FRONT_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_BREAK = re.compile(r"<br\b", re.IGNORECASE)
_INDENT = "    "
"""Before lines of code: so that none of them reads as a heading."""


def read_markdown(content: bytes, name: str, declared: str | None = None) -> Extract:
    """Return a Markdown file's text: headings as ``#`` lines, a paragraph a line, blank lines between.

    UnsupportedFormat where the bytes are not text.
    """
    from markdown_it import MarkdownIt

    source = read_text(content, name, declared).text
    front = _FRONT_MATTER.match(source)
    parts = list(_parts(MarkdownIt("commonmark").enable("table").parse(source[front.end() :] if front else source)))
    title = _FRONT_TITLE.search(front.group(1)) if front else None
    if title and not any(part.startswith("# ") for part, _ in parts):
        parts.insert(0, (f"# {title.group(1)}", False))
    text = "".join(("\n" if joined else "\n\n") + part for part, joined in parts).strip("\n") + "\n"
    return Extract(text)


def _parts(tokens: list[Token]) -> Iterator[tuple[str, bool]]:
    """Each block's words with its mark, and whether it stands right under the one before: list items, table rows."""
    marks: list[str] = []
    fresh_item = False
    items = 0
    cells: list[str] = []
    for place, token in enumerate(tokens):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                items = 0
            case "list_item_open":
                marks.append(f"{token.info}{token.markup} " if token.info else "- ")
                fresh_item = True
            case "blockquote_open":
                marks.append("> ")
            case "list_item_close" | "blockquote_close":
                marks.pop()
            case "tr_close":
                yield " | ".join(cells), tokens[place + 1].type != "thead_close"
                cells = []
            case "inline" if tokens[place - 1].type in ("th_open", "td_open"):
                cells.append(_words(token))
            case "inline" if words := _words(token):
                before = tokens[place - 1]
                if before.type == "heading_open":
                    yield f"{'#' * int(before.tag[1:])} {' '.join(words.split())}", False
                    continue
                quoted = bool(marks) and marks[-1] == "> "
                yield (marks[-1] if quoted or fresh_item else "") + words, fresh_item and items > 0
                items += fresh_item
                fresh_item = False
            case "fence" | "code_block":
                yield "\n".join(_INDENT + line for line in token.content.splitlines() if line.strip()), False
            case "html_block" if words := _without_tags(token.content).strip():
                yield words, False


def _words(token: Token) -> str:
    """An inline token's words, without its marks."""
    return "".join(_child_words(child) for child in token.children or ()).strip()


def _child_words(child: Token) -> str:
    match child.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "html_inline":
            return "\n" if _BREAK.match(child.content) else ""
        case _:
            return child.content


def _without_tags(html: str) -> str:
    from html import unescape

    return unescape(_TAG.sub("", _COMMENT.sub("", html)))
