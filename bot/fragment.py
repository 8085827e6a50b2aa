"""A link that leads to words on a page: a text fragment, ``#:~:text=[prefix-,]start[,end][,-suffix]``.

After the WICG's "URL Fragment Text Directives" (https://wicg.github.io/scroll-to-text-fragment/). A browser goes to the
first place that matches, so where the words stand more than once, what is before and after them is named too; one that
does not know text fragments opens the page as ever. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote

from index.blocks import split_blocks

LONGEST_WHOLE = 120
"""Code points: words longer than this are named by the first and the last of them, so that links stay short."""
ENDS = (4, 8, 16)
"""Words that are named of each end, fewest first, until they are found in one place alone."""
CONTEXT = (0, 3, 6, 12)
"""The same for the words before and after."""
REACH = 2_000
"""Code points around the words in which their neighbours are looked for."""

_UNRESERVED_IN_URLS = ":/?#[]@!$&'()*+,;=%~"
_DIRECTIVE = ":~:"


class _Fragment(NamedTuple):
    """What a text directive names: words with one blank between them, ``""`` for what it does not name."""

    prefix: str
    start: str
    end: str
    suffix: str


def text_fragment(url: str, text: str, start: int, end: int) -> str:
    """``url`` with a text fragment that leads to ``text[start:end]``; without one where there are no words there.

    A fragment that ``url`` has already stays in front. Where nothing tells the words from others like them, the link
    leads to the first of those.
    """
    page = quote(url.partition(_DIRECTIVE)[0], safe=_UNRESERVED_IN_URLS, errors="replace")
    tried = None
    for tried in _fragments(text, start, end):
        if _leads_to(tried, text, start, end):
            break
    if tried is None:
        return page
    mark = "" if "#" in page else "#"
    return f"{page}{mark}{_DIRECTIVE}text={_directive(tried)}"


def _fragments(text: str, start: int, end: int) -> Iterator[_Fragment]:
    """Ways to name the words, shortest first. No part of one may reach over the end of a block."""
    lines = _lines(text[start:end])
    if not lines:
        return
    before = _lines(text[max(0, start - REACH) : start])[-1:]
    after = _lines(text[end : end + REACH])[:1]
    first, last = lines[0], lines[-1]
    whole = len(lines) == 1 and (end - start <= LONGEST_WHOLE or len(first) == 1)
    for context in CONTEXT:
        prefix = " ".join(before[0][-context:]) if before and context else ""
        suffix = " ".join(after[0][:context]) if after else ""
        if whole:
            yield _Fragment(prefix, " ".join(first), "", suffix)
            continue
        for count in ENDS:
            # Of one line, the ends may not share a word.
            head, tail = (min(count, max(1, len(line) // 2)) for line in (first, last))
            yield _Fragment(prefix, " ".join(first[:head]), " ".join(last[-tail:]), suffix)


def _lines(text: str) -> list[list[str]]:
    """The words of each block of ``text``, without the marks of headings, list items and block quotes."""
    return [words for block in split_blocks(text) if (words := text[block.start : block.end].split())]


def _leads_to(fragment: _Fragment, text: str, start: int, end: int) -> bool:
    """Whether a browser that searches ``text`` for ``fragment`` comes to ``text[start:end]`` first."""
    prefix = rf"{_pattern(fragment.prefix)}\W*" if fragment.prefix else ""
    tail = rf".*?(?<!\w){_pattern(fragment.end)}(?!\w)" if fragment.end else ""
    suffix = rf"\W*{_pattern(fragment.suffix)}(?!\w)" if fragment.suffix else ""
    pattern = rf"(?<!\w){prefix}(?P<words>{_pattern(fragment.start)}(?!\w){tail}){suffix}"
    found = re.search(pattern, text, re.IGNORECASE | re.DOTALL)
    return found is not None and found.span("words") == _trimmed(text, start, end)


def _pattern(words: str) -> str:
    return r"\s+".join(map(re.escape, words.split()))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return start, start + len(words.strip())


def _directive(fragment: _Fragment) -> str:
    parts = (
        f"{_encoded(fragment.prefix)}-" if fragment.prefix else "",
        _encoded(fragment.start),
        _encoded(fragment.end),
        f"-{_encoded(fragment.suffix)}" if fragment.suffix else "",
    )
    return ",".join(part for part in parts if part)


def _encoded(words: str) -> str:
    """Percent-encoded; so is the dash, which ``quote`` leaves as it is and which has a meaning here."""
    return quote(words, safe="", errors="replace").replace("-", "%2D")
