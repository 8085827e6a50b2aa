"""An answer as HTML for the page: quotes with where they stand, or a refusal with the nearest passage. Pure.

What a button does is in static/page.js and static/reading.js; its ``data-do`` says which.

All that comes from an article or a question is escaped: none of it is ever read as HTML or Markdown. What can be shown
in the article carries ``data-article``, ``data-start`` and ``data-end``, the offsets of ``Article.text`` to light up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape

from bot.article_view import escape_words
from bot.citation import citation_line
from bot.render import VERDICTS, cited, more_places, said_by, short_message, web_address
from bot.types import Answer, Citation
from index.questions import is_yes_no
from index.types import Hit, Quote

SURE = ((0.9, "Very sure"), (0.7, "Quite sure"), (0.5, "Fairly sure"), (0.0, "Not sure"))
"""How the least confidence of each step is said in plain words."""

SHORT = 0.6
"""The words that answer are shown within their quote where they are at most this share of it: else they are it."""

_NEW_LINE = re.compile(
    r"""[ \t]*(?:&\#13;)?\n (?:(?:[ \t]|&\#13;)*\n)+ [ \t]*                # a blank line, or several
      | [ \t]*(?:&\#13;)?\n [ \t]* (?=(?:[-*+•]|\d{1,3}[.)])[ ]|&gt;)  # the start of a list item or a quote""",
    re.VERBOSE,
)


def answer_html(answer: Answer, titles: Mapping[str, str], *, as_typed: bool = False) -> str:
    """What stands under a question on the page. ``titles`` holds the articles' titles by id: named where several.

    ``as_typed``: whether the question was searched in its own words because the reader wanted it so.
    """
    parts = [_understood(answer, as_typed)]
    if answer.verdict:
        parts.append(f'<p class="pq-verdict">{escape(VERDICTS[answer.verdict])}</p>')
    if answer.message:
        parts.append(f'<p class="pq-message">{escape_words(short_message(answer))}</p>')
    asks_whether = is_yes_no(answer.asked_as)  # then no words of the quote are the answer
    for number, (_, hit, citation) in enumerate(cited(answer), start=1):
        words = None if asks_whether else telling_words(hit)
        parts.append(_quote(number, hit, citation, titles, words))
    if answer.nearest:
        parts.append(_nearest(answer.nearest, titles))
    if answer.elsewhere:
        parts.append(_elsewhere(answer.elsewhere, titles))
    return "".join(parts)


def trouble_html(sentence: str) -> str:
    """Why there is no answer, when something went wrong."""
    return f'<p class="pq-trouble" role="alert">{escape_words(sentence)}</p>'


def in_words(confidence: float) -> str:
    """How sure the program is, for people."""
    return next(words for least, words in SURE if confidence >= least)


def telling_words(hit: Hit) -> tuple[int, int] | None:
    """The words of its quote that answer, as offsets in the article; None where they are most of it or unknown."""
    if hit.answer is None:
        return None
    quote, (start, end) = hit.quote, hit.answer
    inside = quote.start <= start < end <= quote.end
    return hit.answer if inside and end - start <= SHORT * (quote.end - quote.start) else None


def _understood(answer: Answer, as_typed: bool) -> str:
    """What the question was taken to mean, and the button that undoes it; or that it was taken as it is."""
    if as_typed:
        words, do, label = "Searched in your own words", "understand", "Undo"
    elif answer.asked_as != answer.question:
        words = f'Understood as: “<span dir="auto">{escape_words(answer.asked_as)}</span>”'
        do, label = "as-typed", "Use my words"
    else:
        return ""
    button = f'<button type="button" class="pq-text-button" data-do="{do}">{label}</button>'
    return f'<p class="pq-understood">{words} {button}</p>'


def _quote(
    number: int, hit: Hit, citation: Citation | None, titles: Mapping[str, str], words: tuple[int, int] | None
) -> str:
    quote = hit.quote
    telling = f' data-words="{words[0]}-{words[1]}"' if words else ""
    speaker = (
        f'<span class="pq-speaker" dir="auto">{escape_words(said_by(citation))}</span>'
        if citation and citation.speaker
        else ""
    )
    return (
        f'<figure class="pq-quote" {_target(quote)} data-number="{number}"{telling}>'
        f'<blockquote dir="auto"><p>{_with_words(quote, words)}</p></blockquote>'
        f"<figcaption>{speaker}{_place(hit, titles, citation, number)}{_sureness(hit.confidence)}"
        f"{_actions(quote, citation)}</figcaption>{_passage(hit)}</figure>"
    )


def _with_words(quote: Quote, words: tuple[int, int] | None) -> str:
    """The quote, with the words that answer marked in it."""
    if words is None:
        return escape_words(quote.text)
    start, end = words[0] - quote.start, words[1] - quote.start
    telling = f'<strong class="pq-words">{escape_words(quote.text[start:end])}</strong>'
    return f"{escape_words(quote.text[:start])}{telling}{escape_words(quote.text[end:])}"


def _actions(quote: Quote, citation: Citation | None) -> str:
    """What can be done with a quote: copied with its source, and seen on the page that it came from."""
    if not citation:
        return ""
    copy = (
        '<button type="button" class="pq-text-button" data-do="copy" title="Copy the quote with its source"'
        f' data-copy="{escape_words(citation_line(quote, citation))}">Copy</button>'
    )
    address = web_address(citation.link)
    link = (
        f'<a class="pq-text-button" href="{escape(address)}" target="_blank" rel="noreferrer noopener"'
        ' title="Opens the page in a new tab">On the page</a>'
        if address
        else ""
    )
    return f'<span class="pq-actions">{link}{copy}</span>'


def _elsewhere(places: Sequence[Quote], titles: Mapping[str, str]) -> str:
    """The other places, folded away behind how many there are; opened, one is shown at a time."""
    shown = "".join(_other(quote, titles) for quote in places)
    steps = _step(-1, "Previous place", "‹", "←") + _step(1, "Next place", "›", "→") if len(places) > 1 else ""
    return (
        '<div class="pq-elsewhere"><div class="pq-steps" role="group" aria-label="Other places that speak of this">'
        f'<button type="button" class="pq-text-button" data-do="elsewhere" aria-expanded="false">'
        f"{more_places(len(places))}</button>"
        f'<span class="pq-stepping" hidden>{steps}<span class="pq-count" role="status"></span></span></div>'
        f"{shown}</div>"
    )


def _step(by: int, label: str, sign: str, key: str) -> str:
    return (
        f'<button type="button" class="pq-step" data-step="{by}" aria-label="{label}" title="{label} ({key})">'
        f"{sign}</button>"
    )


def _other(quote: Quote, titles: Mapping[str, str]) -> str:
    article = ""
    if len(titles) > 1:
        article = f'<span class="pq-from" dir="auto">{escape_words(titles.get(quote.article_id, ""))}</span>'
    return (
        f'<figure class="pq-other" {_target(quote)} hidden>'
        f'<blockquote dir="auto"><p>{escape_words(quote.text)}</p></blockquote>'
        f"<figcaption>{article}{_place_button(f'Paragraph {quote.paragraph}')}</figcaption></figure>"
    )


def _nearest(hit: Hit, titles: Mapping[str, str]) -> str:
    passage = hit.passage
    shown = replace(hit.quote, text=passage.text, start=passage.start, end=passage.end)
    return (
        f'<figure class="pq-nearest" {_target(shown)} data-kind="nearest">'
        '<p class="pq-label">Nearest passage, not an answer</p>'
        f'<blockquote dir="auto"><p>{_lines(passage.text)}</p></blockquote>'
        f"<figcaption>{_place(hit, titles)}</figcaption></figure>"
    )


def _place(hit: Hit, titles: Mapping[str, str], citation: Citation | None = None, number: int | None = None) -> str:
    """Where it stands, as the button that shows it there; of which article, where there are several."""
    title = titles.get(hit.passage.article_id, "")
    article = f'<span class="pq-from" dir="auto">{escape_words(title)}</span>' if len(titles) > 1 else ""
    place = f"Paragraph {hit.quote.paragraph}"
    if citation and citation.page:
        place = f"Page {citation.page}, {place.lower()}"
    if hit.passage.heading and hit.passage.heading != title:
        place = f'<span dir="auto">{escape_words(hit.passage.heading)}</span>, {place.lower()}'
    return f"{article}{_place_button(place, number)}"


def _place_button(place: str, number: int | None = None) -> str:
    numbered = f'<span class="pq-number">{number}</span>' if number else ""
    return (
        f'<button type="button" class="pq-place" title="Show it in the article">{numbered}<span>{place}</span></button>'
    )


def _sureness(confidence: float) -> str:
    """In words, with the number for whoever points at it, moves the focus to it or has it read out."""
    number = f"{confidence:.0%} sure that this answers"
    return (
        f'<span class="pq-sure" tabindex="0" role="note" aria-label="{in_words(confidence)}: {number}">'
        f'{in_words(confidence)}<span class="pq-tip" aria-hidden="true">{number}</span></span>'
    )


def _passage(hit: Hit) -> str:
    """The passage around the quote, folded away; nothing where the quote is all of it."""
    passage, quote = hit.passage, hit.quote
    if quote.text == passage.text:
        return ""
    before = passage.text[: quote.start - passage.start]
    after = passage.text[quote.end - passage.start :]
    return (
        "<details><summary>The passage around it</summary>"
        f'<p class="pq-passage" dir="auto">{_lines(before)}<mark>{_lines(quote.text)}</mark>'
        f"{_lines(after)}</p></details>"
    )


def _lines(words: str) -> str:
    """Escaped, with a new line on the page for each new paragraph and list item, but none where a line was wrapped."""
    return _NEW_LINE.sub(lambda ends: "<br>" * min(2, ends[0].count("\n")), escape_words(words))


def _target(quote: Quote) -> str:
    return (
        f'data-article="{escape(quote.article_id)}" data-revision="{escape(quote.revision)}"'
        f' data-start="{quote.start}" data-end="{quote.end}" data-paragraph="{quote.paragraph}"'
    )
