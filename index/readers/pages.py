"""Printed pages to light Markdown: lines to paragraphs, broken words mended, what runs on each page dropped.

Each page's text ends in a form feed, so that a place in the text tells its page (``page_of``). Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median, quantiles

from index.blocks import PAGE_END
from index.readers.extract import clean


@dataclass(frozen=True, slots=True)
class Line:
    """One line of print, at its place on the page in points, counted from the page's lower left corner."""

    words: str
    x: float
    y: float
    size: float
    """The height of most of its letters, in points."""
    bold: bool = False


@dataclass(frozen=True, slots=True)
class _Paragraph:
    lines: tuple[Line, ...]
    level: int = 0
    """1 to 6 for a heading, else 0."""


_EDGE = 3
"""Lines at the top and at the bottom of a page among which running heads and page numbers stand."""

_REPEATS = 3
"""Pages that a running head is on at least, or all of fewer."""

_WIDE_GAP = 1.3
"""Times the usual distance of lines: a wider one parts paragraphs."""

_DOUBLE = 1.8
"""Times the letters' size: lines this far apart are set double, or are paragraphs."""

_INDENT = 0.7
"""Times the letters' size: a line that starts further in than this starts a paragraph."""

_SHORT = 0.6
"""Times the length of others: a line shorter than this ended because its paragraph did."""

_FULL = 0.8
"""Times the length of others: a line longer than this at a page's end, without a full stop, goes on on the next."""

_LARGE = 1.15
"""Times the size of most letters: lines of larger ones are headings. Superscripts and notes vary by less."""

_MAX_HEADING = 150
_MAX_BOLD_HEADING = 80
"""Characters: a line of bold letters no larger than the others is a heading only if it is short."""

_NUMBER = re.compile(
    r"(?:page|p\.|seite|[-–—|·•(\[])*\s*(?:\d{1,4}|[ivxlc]{1,7})\s*(?:(?:of|/|von|de)\s*\d+)?[-–—|·•)\].]*",
    re.IGNORECASE,
)
_CLOSED = re.compile(r"[.!?:;…][\"'”’»)\]\d]*$")
_BULLET = re.compile(r"([•▪◦●○■□‣⁃∙·–—*])\s+(?=\S)")
_NUMBERED = re.compile(r"\(?(?:\d{1,2}|[a-z])[.)]\s+(?=\S)")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"})
_HYPHENS = "-\u00ad\u2010"
_BROKEN = re.compile(rf"([^\W\d_]+)[{_HYPHENS}]$")
_COMPOUND = re.compile(r"\w-$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def join_pages(pages: Sequence[Sequence[Line]]) -> str:
    """Return the text of ``pages``: a form feed ends each, a paragraph is a line, larger letters are headings.

    A paragraph that goes on on the next page is one paragraph, with the form feed in it.
    """
    tidy = _without_running_heads([[_tidy(line) for line in page if line.words.strip()] for page in pages])
    known = {word.lower() for page in tidy for line in page for word in _WORD.findall(line.words)}
    usual = _usual_size(line for page in tidy for line in page)
    leading = _leading(tidy)
    ranks = _ranks((line.size for page in tidy for line in page), usual)
    texts: list[str] = []
    open_end = full = False
    for page in tidy:
        paragraphs = [_Paragraph(tuple(group), _level(group, usual, ranks)) for group in _groups(page, leading)]
        written = [_written(paragraph, known) for paragraph in paragraphs]
        if open_end and paragraphs and _goes_on(paragraphs[0], full):
            _join_over(texts, written, known)
        else:
            texts.append("\n\n")
        if written:
            texts.append("\n\n".join(written))
        open_end = bool(paragraphs) and not paragraphs[-1].level and not _CLOSED.search(texts[-1])
        full = bool(page) and len(page[-1].words) > _FULL * median(len(line.words) for line in page)
        texts.append(PAGE_END)
    return clean(re.sub(r"^\n+", "", "".join(texts)))


def _tidy(line: Line) -> Line:
    words = " ".join(line.words.translate(_LIGATURES).split())
    return Line(words, line.x, line.y, line.size, line.bold)


def _without_running_heads(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without the lines at their edges that are on many of them, but for the numbers in them."""
    edges = [_edges(page) for page in pages]
    seen = Counter(key for edge in edges for key in {_key(line) for line in edge})
    enough = min(_REPEATS, max(2, len(pages)))
    dropped = [{line for line in edge if seen[_key(line)] >= enough or _is_number(line, edge)} for edge in edges]
    # Heads that name the chapter change, but stand where those of the other pages stand.
    places = Counter(round(line.y) for lines in dropped for line in lines)
    usual = {place for place, times in places.items() if times * 2 >= len(pages) and times >= _REPEATS}
    for edge, lines in zip(edges, dropped, strict=True):
        lines |= {line for line in edge[:1] + edge[-1:] if round(line.y) in usual and len(line.words) <= _MAX_HEADING}
    return [[line for line in page if line not in lines] for page, lines in zip(pages, dropped, strict=True)]


def _edges(page: list[Line]) -> list[Line]:
    """The highest and the lowest lines, from above."""
    ordered = sorted(page, key=lambda line: -line.y)
    return ordered if len(ordered) <= 2 * _EDGE else ordered[:_EDGE] + ordered[-_EDGE:]


def _key(line: Line) -> tuple[str, int]:
    """What running heads of different pages have in common: their words but for numbers, and their place."""
    return re.sub(r"\d+", "#", line.words.lower()), round(line.y / 4)


def _is_number(line: Line, edge: list[Line]) -> bool:
    return line in (edge[0], edge[-1]) and bool(_NUMBER.fullmatch(line.words)) and len(edge) > 1


def _usual_size(lines: Iterable[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size * 2) / 2] += len(line.words)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _ranks(sizes: Iterable[float], usual: float) -> dict[float, int]:
    """A heading's level by its letters' size: 1 for the largest."""
    large = sorted({round(size) for size in sizes if size >= usual * _LARGE}, reverse=True)
    return {size: min(rank, 6) for rank, size in enumerate(large, 1)}


def _leading(pages: list[list[Line]]) -> float:
    """The usual distance of one line of a paragraph from the next, in its letters' sizes: most others are wider."""
    pairs = [pair for page in pages for pair in pairwise(page) if pair[1].size > 0]
    gaps = [gap for a, b in pairs if 0.9 < (gap := (a.y - b.y) / b.size) < 3]
    return quantiles(gaps, n=4)[0] if len(gaps) > 1 else sum(gaps)


def _groups(page: list[Line], leading: float) -> list[list[Line]]:
    """The lines of each paragraph of a page."""
    usual = median(len(line.words) for line in page) if page else 0
    groups: list[list[Line]] = []
    for line in page:
        if groups and not _starts(line, groups[-1], leading, usual):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _starts(line: Line, before: list[Line], leading: float, usual: float) -> bool:
    """Whether a line starts a paragraph. ``usual``: how many characters a line of this page has."""
    last = before[-1]
    gap = (last.y - line.y) / max(line.size, 1)
    closed = bool(_CLOSED.search(last.words))
    small = line.words[0].islower()
    if abs(line.size - last.size) > 0.1 * max(line.size, last.size) and len(line.words) > 1:
        return True
    if _BULLET.match(line.words) or (_NUMBERED.match(line.words) and (closed or len(last.words) < _SHORT * usual)):
        return True
    if gap < 0:  # the next column
        return closed or (not small and len(last.words) < _SHORT * usual)
    if gap > leading * _WIDE_GAP or (line.bold != last.bold and gap > leading * 0.5 and not small):
        return True
    if gap < leading * 0.5 or small:
        return False
    if closed and gap > _DOUBLE:
        return True
    if len(last.words) < _SHORT * (usual if len(before) == 1 else max(len(each.words) for each in before)):
        return True
    hanging = bool(_BULLET.match(before[0].words) or _NUMBERED.match(before[0].words))
    return closed and line.x - last.x > _INDENT * line.size and not (hanging and len(before) == 1)


def _level(group: list[Line], usual: float, ranks: dict[float, int]) -> int:
    """A paragraph's rank as a heading, 0 for none: careful, since a heading is never quoted."""
    words = " ".join(line.words for line in group)
    if not any(character.isalpha() for character in words) or words.endswith((".", ",", ";")) or _BULLET.match(words):
        return 0
    if min(line.size for line in group) >= usual * _LARGE and len(words) <= _MAX_HEADING:
        return ranks.get(round(group[0].size), 6)
    if len(group) == 1 and group[0].bold and len(words) <= _MAX_BOLD_HEADING and not _CLOSED.search(words):
        return min(len(ranks) + 1, 6)
    return 0


def _written(paragraph: _Paragraph, known: set[str]) -> str:
    text = ""
    for line in paragraph.lines:
        text = _joined(text, line.words, known)
    if paragraph.level:
        return f"{'#' * paragraph.level} {text}"
    if bullet := _BULLET.match(text):
        return f"- {text[bullet.end() :]}"
    # Four blanks: a line that starts as a heading does is not one.
    return f"    {text}" if re.match(r"#{1,6}\s", text) else text


def _joined(text: str, more: str, known: set[str], between: str = " ") -> str:
    """``text`` and the line that follows it; a word broken at the line's end is whole again."""
    broken = _BROKEN.search(text)
    if not broken or not more[:1].islower():
        # What was parted after its own hyphen, as 2-1 or UK-Turkey, has no blank there.
        whole = between == " " and bool(_COMPOUND.search(text)) and more[:1].isalnum()
        return f"{text}{'' if whole else between}{more}" if text else more
    rest = _WORD.match(more)
    head, tail = broken.group(1), rest.group(0) if rest else ""
    kept = text[-1] == "-" and f"{head}-{tail}".lower() in known and f"{head}{tail}".lower() not in known
    text = text if kept else text[:-1]
    return f"{text}{more}" if between == " " else f"{text}{tail}{between}{more[len(tail) :].lstrip()}"


def _goes_on(paragraph: _Paragraph, full: bool) -> bool:
    """Whether a page's first paragraph may be the rest of the last one of the page before, whose last line was full."""
    words = paragraph.lines[0].words
    return not paragraph.level and not _BULLET.match(words) and (words[0].islower() or full)


def _join_over(texts: list[str], written: list[str], known: set[str]) -> None:
    """Join the first of a page's paragraphs to the last text of the page before, over the form feed between them."""
    texts.pop()
    before = texts.pop()
    texts.append(_joined(before, written.pop(0), known, f" {PAGE_END}"))
    if written:
        texts.append("\n\n")
