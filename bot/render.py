"""An Answer or a Hit for people and programs: lines for a terminal, Markdown, and dictionaries for JSON. Pure.

Article text is foreign text: nothing of it may become markup in Markdown or HTML, nor steer a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum, StrEnum
from itertools import repeat
from typing import Any

from bot.answer import DO_NOT_SAY, DOES_NOT_SAY
from bot.citation import SPEAKER
from bot.types import Answer, Citation, Verdict
from index.types import Hit, Quote

VERDICTS = {Verdict.YES: "Yes.", Verdict.NO: "No.", Verdict.PARTLY: "Partly."}
NEAREST = "Nearest passage, which is no answer:"
NEXT = "You could ask next:"

_MARKUP = re.compile(r"[!-/:-@\[-`{-~]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "$": "&#36;"}
_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\\x00-\x1f\x7f-\x9f]+", re.IGNORECASE)
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
    return "\n\n".join(_markdown_parts(answer, titles)) + "\n"


def _markdown_parts(answer: Answer, titles: Mapping[str, str]) -> Iterator[str]:
    message = answer.message
    if answer.asked_as != answer.question:
        yield f"Understood as: “{escape_markdown(answer.asked_as)}”"
        message = short_message(answer)
    if answer.verdict:
        yield f"**{VERDICTS[answer.verdict]}**"
    if message:
        yield escape_markdown(message)
    for quote, hit, citation in cited(answer):
        yield f"> {escape_markdown(quote.text)}"
        if citation and citation.speaker:
            yield escape_markdown(said_by(citation))
        yield escape_markdown(place(hit, titles, citation))
        if citation and (link := web_address(citation.link)):
            yield f"[On the page](<{link.replace('&', '&amp;')}>)"
    if answer.nearest:
        yield NEAREST
        yield f"> {escape_markdown(answer.nearest.passage.text)}"
        yield escape_markdown(place(answer.nearest, titles))
    if answer.elsewhere:
        yield f"{more_places(len(answer.elsewhere))}:"
        for quote in answer.elsewhere:
            yield f"> {escape_markdown(quote.text)}"
            yield escape_markdown(place_of_quote(quote, titles))
    if answer.suggestions:
        yield NEXT
        yield "\n".join(f"- {escape_markdown(question)}" for question in answer.suggestions)


def to_text(lines: Sequence[Line]) -> str:
    """Terminal lines as plain text, each as long as it is."""
    return "".join(" " * line.indent + line.text + "\n" if line.text else "\n" for line in lines)


def answer_lines(answer: Answer, titles: Mapping[str, str]) -> list[Line]:
    """``answer`` for a terminal: the first quote first, so that the first line is what was asked for."""
    return list(_answer_lines(answer, titles))


def _answer_lines(answer: Answer, titles: Mapping[str, str]) -> Iterator[Line]:
    message = answer.message
    if answer.asked_as != answer.question:
        yield Line(Style.NOTE, f"Understood as: “{printable(answer.asked_as)}”")
        message = short_message(answer)
    if answer.verdict:
        yield Line(Style.VERDICT, VERDICTS[answer.verdict])
    if message:
        yield Line(Style.NOTE, printable(message))
    for number, (quote, hit, citation) in enumerate(cited(answer)):
        if number or message:
            yield Line(Style.NOTE, "")
        yield Line(Style.QUOTE, printable(quote.text))
        if citation and citation.speaker:
            yield Line(Style.PLACE, printable(said_by(citation)), indent=2)
        yield Line(Style.PLACE, printable(place(hit, titles, citation)), indent=2)
        if citation and (link := web_address(citation.link)):
            yield Line(Style.PLACE, link, indent=2)
    if answer.nearest:
        yield Line(Style.NOTE, "")
        yield Line(Style.NOTE, NEAREST)
        yield Line(Style.PASSAGE, printable(answer.nearest.passage.text), indent=2)
        yield Line(Style.PLACE, printable(place(answer.nearest, titles)), indent=2)
    if answer.elsewhere:
        yield Line(Style.NOTE, "")
        yield Line(Style.NOTE, f"{more_places(len(answer.elsewhere))}:")
        for quote in answer.elsewhere:
            yield Line(Style.PASSAGE, printable(quote.text), indent=2)
            yield Line(Style.PLACE, printable(place_of_quote(quote, titles)), indent=2)
    if answer.suggestions:
        yield Line(Style.NOTE, "")
        yield Line(Style.NOTE, NEXT)
        for number, question in enumerate(answer.suggestions, start=1):
            yield Line(Style.NOTE, f"{number}. {printable(question)}", indent=2)


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


def cited(answer: Answer) -> Iterator[tuple[Quote, Hit, Citation | None]]:
    """Each quote with the hit that it stands in, and its citation; None where the answer has no citations."""
    citations = answer.citations or repeat(None)
    return zip(answer.quotes, answer.hits, citations, strict=False)


def place(hit: Hit, titles: Mapping[str, str], citation: Citation | None = None) -> str:
    """Where the quote of ``hit`` stands: "Title › Heading · paragraph 7 · characters 10-42 · 93% sure".

    With a ``citation`` that knows it, the page as well.
    """
    title = _title(hit.quote, titles)
    heading = f" › {hit.passage.heading}" if hit.passage.heading not in ("", title) else ""
    page = f" · page {citation.page}" if citation and citation.page else ""
    return f"{title}{heading}{page} · {_offsets(hit.quote)} · {hit.confidence:.0%} sure"


def place_of_quote(quote: Quote, titles: Mapping[str, str]) -> str:
    """Where a quote stands: "Title · paragraph 7 · characters 10-42"."""
    return f"{_title(quote, titles)} · {_offsets(quote)}"


def said_by(citation: Citation) -> str:
    """Who says the quote, and on whose word."""
    return SPEAKER.format(speaker=citation.speaker)


def more_places(count: int) -> str:
    """How many other places there are, as a sentence without its full stop."""
    return "1 more place speaks of this" if count == 1 else f"{count} more places speak of this"


def short_message(answer: Answer) -> str:
    """The message of ``answer`` without the question that it looked for, for where that stands right above it."""
    return next((words for words in (DOES_NOT_SAY, DO_NOT_SAY) if answer.message.startswith(words)), answer.message)


def web_address(link: str) -> str:
    """``link`` where it leads to a web page, ``""`` where it leads anywhere else: such as to a script."""
    return link if _WEB_ADDRESS.fullmatch(link) else ""


def _title(quote: Quote, titles: Mapping[str, str]) -> str:
    return titles.get(quote.article_id, quote.article_id)


def _offsets(quote: Quote) -> str:
    return f"paragraph {quote.paragraph} · characters {quote.start}-{quote.end}"


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
