"""The structure of an article's text: its headings, paragraphs, list items and block quotes, as offsets.

Computed from the text whenever it is needed and never stored, so that offsets always refer to ``Article.text``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

PAGE_END = "\f"
"""What a page of print ends with."""

MAX_HEADING = 120
"""Characters: a longer line of plain text is a paragraph, not a heading."""

_WRAPPED = 45
"""Characters: a line at least this long that ends in mid-sentence was wrapped by an editor, not ended by its writer."""

_HEADING = re.compile(r"(#{1,6})[ \t]+(?=[^\s#])")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+(?=\S)")
_QUOTED = re.compile(r"[ \t]*>[ \t]?")
_RULE = re.compile(r"\s*(?:[-=*_~#—–]\s*){3,}")
_CLOSED = re.compile(r"[.!?;:,…。！？][\"'”’»)\]]*$")
_CLOSING = 8
"""Characters at the end of a line that are searched for closing punctuation."""

_MAX_MARKED_HEADING = 300
"""Characters: a longer line is a paragraph whatever it starts with, since a heading is never quoted."""

_CODE_INDENT = 4
_SMALL_WORD = 4
"""Characters: in a title, words of up to this many may stand in small letters ("of", "with")."""


class BlockKind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Block:
    """One of them: ``text[start:end]``, without its mark (``# ``, ``- ``, ``> ``)."""

    kind: BlockKind
    start: int
    end: int
    paragraph: int
    """From 1. The items of one list share a number; a heading has that of the paragraph before it, or 0."""
    level: int = 0
    """1 to 6 for a heading, else 0."""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    after_blank: bool
    indented: bool
    """By four blanks or more: code, as Markdown has it, and no heading."""


def split_blocks(text: str) -> list[Block]:
    """Return the blocks of ``text`` in order; ``[]`` for blank text.

    Where no line starts with ``#``, short lines that stand alone and read like headings count as headings.
    Text of nothing but headings is taken for paragraphs, since headings are never quoted.
    """
    groups = list(_paragraphs(text))
    marked = {index for index, group in enumerate(groups) if _is_marked_heading(text, group[0])}
    headings = marked or _plain_headings(text, groups)
    if len(headings) == len(groups):
        headings = set()
    blocks: list[Block] = []
    paragraph = 0
    for index, group in enumerate(groups):
        if index in headings:
            blocks.append(_heading(text, group[0], paragraph, first=not blocks))
            continue
        kind, start = _unmark(text, group[0])
        paragraph += _starts_paragraph(kind, group[0], blocks)
        blocks.append(Block(kind, start, group[-1].end, paragraph))
    return blocks


def page_of(text: str, place: int) -> int | None:
    """Return the page, from 1, that ``text[place]`` stands on; None for a text that has no pages.

    A form feed ends a page, as in what PDF files are read as.
    """
    return text.count(PAGE_END, 0, place) + 1 if PAGE_END in text else None


def _lines(text: str) -> Iterator[_Line]:
    """Each line with something on it, trimmed. A rule (``---``) parts paragraphs as a blank line does."""
    start, after_blank = 0, True
    for line in text.splitlines(keepends=True):
        words = "" if _RULE.fullmatch(line) else line.strip()
        if words:
            first = start + len(line) - len(line.lstrip())
            yield _Line(first, first + len(words), after_blank, first - start >= _CODE_INDENT)
        after_blank = not words
        start += len(line)


def _paragraphs(text: str) -> Iterator[list[_Line]]:
    """Lines that belong together: a wrapped paragraph is one group, a list item, a heading and a lone line each one."""
    group: list[_Line] = []
    for line in _lines(text):
        if group and not _continues(text, group, line):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _continues(text: str, group: list[_Line], line: _Line) -> bool:
    """Whether a line goes on with the paragraph before it."""
    last = group[-1]
    if line.after_blank or _is_marked_heading(text, line) or _is_marked_heading(text, last):
        return False
    if _ITEM.match(text, line.start, line.end) or _QUOTED.match(text, line.start, line.end):
        return False
    if text[line.start].islower():
        return True
    return last.end - last.start >= _WRAPPED and not _is_closed(text, group)


def _is_marked_heading(text: str, line: _Line) -> bool:
    short = line.end - line.start <= _MAX_MARKED_HEADING
    return short and not line.indented and bool(_HEADING.match(text, line.start, line.end))


def _heading(text: str, line: _Line, paragraph: int, *, first: bool) -> Block:
    """The block of a heading line, marked (``## Terms ##``) or plain."""
    mark = _HEADING.match(text, line.start, line.end)
    if not mark:
        return Block(BlockKind.HEADING, line.start, line.end, paragraph, 1 if first else 2)
    end = line.start + len(text[line.start : line.end].rstrip("#").rstrip())
    return Block(BlockKind.HEADING, mark.end(), end, paragraph, len(mark.group(1)))


def _starts_paragraph(kind: BlockKind, line: _Line, before: list[Block]) -> bool:
    """Whether a block has a paragraph number of its own: all but the second and later lines of a list or quote."""
    return line.after_blank or kind is BlockKind.PARAGRAPH or not before or before[-1].kind is not kind


def _unmark(text: str, line: _Line) -> tuple[BlockKind, int]:
    """The kind of the block that a line starts, and where its words start."""
    for kind, mark in ((BlockKind.ITEM, _ITEM), (BlockKind.QUOTE, _QUOTED)):
        match = mark.match(text, line.start, line.end)
        if match and match.end() < line.end:
            return kind, match.end()
    return BlockKind.PARAGRAPH, line.start


def _plain_headings(text: str, groups: list[list[_Line]]) -> set[int]:
    """Which groups read as headings, in text without ``#``: careful, since a heading is never quoted."""
    found: set[int] = set()
    body_follows = False
    for index in range(len(groups) - 1, -1, -1):
        length = groups[index][-1].end - groups[index][0].start
        if body_follows and _alone(groups, index) and length <= MAX_HEADING and not _is_closed(text, groups[index]):
            following = groups[index + 1]
            longer = following[-1].end - following[0].start > 2 * length and index + 1 not in found
            if longer or _is_title_case(text[groups[index][0].start : groups[index][-1].end]):
                found.add(index)
                continue
        body_follows = _is_closed(text, groups[index])
    return found


def _is_closed(text: str, group: list[_Line]) -> bool:
    """Whether a group ends as a sentence or a clause does."""
    end = group[-1].end
    return bool(_CLOSED.search(text, max(group[0].start, end - _CLOSING), end))


def _alone(groups: list[list[_Line]], index: int) -> bool:
    """Whether a group is one line with nothing right above or below it."""
    before_blank = index + 1 == len(groups) or groups[index + 1][0].after_blank
    return len(groups[index]) == 1 and before_blank and (index == 0 or groups[index][0].after_blank)


def _is_title_case(words: str) -> bool:
    long_words = [word for word in re.findall(r"[^\W\d_][\w'’-]*", words) if len(word) > _SMALL_WORD]
    return bool(long_words) and all(word[0].isupper() for word in long_words)
