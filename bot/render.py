"""An Answer or a Hit for people and programs: lines for a terminal, Markdown, and dictionaries for JSON. Pure.

Article text is foreign text: nothing of it may become markup in Markdown or HTML, nor steer a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any

from bot.types import Answer, Verdict
from index.types import Hit

VERDICTS = {Verdict.YES: "Yes.", Verdict.NO: "No.", Verdict.PARTLY: "Partly."}
NEAREST = "Nearest passage, which is no answer:"

_MARKUP = re.compile(r"[!-/:-@\[-`{-~]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "$": "&#36;"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Style(StrEnum):
    """What a line of terminal output holds, for whoever colours it."""

    VERDICT = "verdict"
    QUOTE = "quote"
    PLACE = "place"
    NOTE = "note"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of terminal output, indented by ``indent`` blanks; an empty ``text`` is an empty line."""

    style: Style
    text: str
    indent: int = 0


def to_dict(value: Answer | Hit | Any) -> dict[str, Any]:
    """An Answer, a Hit, or any dataclass within them, as what ``json.dumps`` takes, under the same field names.

    An Answer's ``text`` is there too. Raises ValueError for what is no dataclass.
    """
    if not is_dataclass(value) or isinstance(value, type):
        raise ValueError(f"expected an Answer or a Hit, not {value!r:.80}")
    found = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return {"text": value.text, **found} if isinstance(value, Answer) else found


def to_markdown(answer: Answer, titles: Mapping[str, str]) -> str:
    """``answer`` as CommonMark; ``titles`` holds the articles' titles by id. Quotes are block quotes."""
    parts = [f"Understood as: “{escape_markdown(answer.asked_as)}”"] if answer.asked_as != answer.question else []
    if answer.verdict:
        parts.append(f"**{VERDICTS[answer.verdict]}**")
    if answer.message:
        parts.append(escape_markdown(answer.message))
    for quote, hit in zip(answer.quotes, answer.hits, strict=True):
        parts += [f"> {escape_markdown(quote.text)}", escape_markdown(place(hit, titles))]
    if answer.nearest:
        parts += [NEAREST, f"> {escape_markdown(answer.nearest.passage.text)}"]
        parts.append(escape_markdown(place(answer.nearest, titles)))
    return "\n\n".join(parts) + "\n"


def to_text(lines: Sequence[Line]) -> str:
    """Terminal lines as plain text, each as long as it is."""
    return "".join(" " * line.indent + line.text + "\n" if line.text else "\n" for line in lines)


def answer_lines(answer: Answer, titles: Mapping[str, str]) -> list[Line]:
    """``answer`` for a terminal: the first quote first, so that the first line is what was asked for."""
    return list(_answer_lines(answer, titles))


def _answer_lines(answer: Answer, titles: Mapping[str, str]) -> Iterator[Line]:
    if answer.asked_as != answer.question:
        yield Line(Style.NOTE, f"Understood as: “{printable(answer.asked_as)}”")
    if answer.verdict:
        yield Line(Style.VERDICT, VERDICTS[answer.verdict])
    if answer.message:
        yield Line(Style.NOTE, printable(answer.message))
    for number, (quote, hit) in enumerate(zip(answer.quotes, answer.hits, strict=True)):
        if number or answer.message:
            yield Line(Style.NOTE, "")
        yield Line(Style.QUOTE, printable(quote.text))
        yield Line(Style.PLACE, printable(place(hit, titles)), indent=2)
    if answer.nearest:
        yield Line(Style.NOTE, "")
        yield Line(Style.NOTE, NEAREST)
        yield Line(Style.PASSAGE, printable(answer.nearest.passage.text), indent=2)
        yield Line(Style.PLACE, printable(place(answer.nearest, titles)), indent=2)


def hit_lines(hits: Sequence[Hit], titles: Mapping[str, str]) -> list[Line]:
    """The hits of a search for a terminal: the best sentence of each, where it stands, and its passage."""
    lines: list[Line] = []
    for rank, hit in enumerate(hits, start=1):
        lines += [Line(Style.NOTE, "")] if lines else []
        lines.append(Line(Style.QUOTE, f"{rank}. {printable(hit.quote.text)}"))
        lines.append(Line(Style.PLACE, printable(place(hit, titles)), indent=3))
        if hit.passage.text != hit.quote.text:
            lines.append(Line(Style.PASSAGE, printable(hit.passage.text), indent=3))
    return lines


def place(hit: Hit, titles: Mapping[str, str]) -> str:
    """Where the quote of ``hit`` stands: "Title › Heading · paragraph 7 · characters 10-42 · 93% sure"."""
    quote = hit.quote
    title = titles.get(quote.article_id, quote.article_id)
    heading = f" › {hit.passage.heading}" if hit.passage.heading not in ("", title) else ""
    offsets = f"characters {quote.start}-{quote.end}"
    return f"{title}{heading} · paragraph {quote.paragraph} · {offsets} · {hit.confidence:.0%} sure"


def escape_markdown(text: str) -> str:
    """``text`` on one line such that CommonMark, HTML in it and the usual extensions show it as it is."""
    return _MARKUP.sub(lambda mark: _ENTITIES.get(mark[0], "\\" + mark[0]), printable(text))


def printable(text: str) -> str:
    """``text`` on one line, without what steers a terminal: control and direction characters become U+FFFD."""
    return _CONTROL.sub("\ufffd", " ".join(text.split()))


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return to_dict(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return value
