"""An answer as HTML for the page: quotes with where they stand, or a refusal with the nearest passage. Pure.

All that comes from an article or a question is escaped: none of it is ever read as HTML or Markdown. What can be shown
in the article carries ``data-article``, ``data-start`` and ``data-end``, the offsets of ``Article.text`` to light up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from bot.answer import DO_NOT_SAY, DOES_NOT_SAY
from bot.article_view import escape_words
from bot.render import VERDICTS
from bot.types import Answer
from index.types import Hit

SURE = ((0.9, "Very sure"), (0.7, "Quite sure"), (0.5, "Fairly sure"), (0.0, "Not sure"))
"""How the least confidence of each step is said in plain words."""

_NEW_LINE = re.compile(
    r"""[ \t]*(?:&\#13;)?\n (?:(?:[ \t]|&\#13;)*\n)+ [ \t]*                # a blank line, or several
      | [ \t]*(?:&\#13;)?\n [ \t]* (?=(?:[-*+•]|\d{1,3}[.)])[ ]|&gt;)  # the start of a list item or a quote""",
    re.VERBOSE,
)


def answer_html(answer: Answer, titles: Mapping[str, str]) -> str:
    """What stands under a question on the page. ``titles`` holds the articles' titles by id: named where several."""
    parts = []
    if answer.asked_as != answer.question:
        parts.append(
            f'<p class="pq-understood">Understood as “<span dir="auto">{escape_words(answer.asked_as)}</span>”</p>'
        )
    if answer.verdict:
        parts.append(f'<p class="pq-verdict">{escape(VERDICTS[answer.verdict])}</p>')
    if answer.message:
        parts.append(f'<p class="pq-message">{escape_words(_message(answer))}</p>')
    parts += [_quote(number, hit, titles) for number, hit in enumerate(answer.hits, start=1)]
    if answer.nearest:
        parts.append(_nearest(answer.nearest, titles))
    return "".join(parts)


def trouble_html(sentence: str) -> str:
    """Why there is no answer, when something went wrong."""
    return f'<p class="pq-trouble" role="alert">{escape_words(sentence)}</p>'


def in_words(confidence: float) -> str:
    """How sure the program is, for people."""
    return next(words for least, words in SURE if confidence >= least)


def _message(answer: Answer) -> str:
    """The message without the question that it looked for, where that stands right above it on the page."""
    if answer.asked_as == answer.question:
        for refusal in (DOES_NOT_SAY, DO_NOT_SAY):
            if answer.message.startswith(refusal):
                return refusal
    return answer.message


def _quote(number: int, hit: Hit, titles: Mapping[str, str]) -> str:
    quote = hit.quote
    return (
        f'<figure class="pq-quote" {_target(quote.article_id, quote.start, quote.end)} data-number="{number}">'
        f'<blockquote dir="auto"><p>{escape_words(quote.text)}</p></blockquote>'
        f"<figcaption>{_place(hit, titles)}{_sureness(hit.confidence)}</figcaption>{_passage(hit)}</figure>"
    )


def _nearest(hit: Hit, titles: Mapping[str, str]) -> str:
    passage = hit.passage
    return (
        f'<figure class="pq-nearest" {_target(passage.article_id, passage.start, passage.end)} data-kind="nearest">'
        '<p class="pq-label">Nearest passage, not an answer</p>'
        f'<blockquote dir="auto"><p>{_lines(passage.text)}</p></blockquote>'
        f"<figcaption>{_place(hit, titles)}</figcaption></figure>"
    )


def _place(hit: Hit, titles: Mapping[str, str]) -> str:
    """Where it stands, as the button that shows it there; of which article, where there are several."""
    title = titles.get(hit.passage.article_id, "")
    article = f'<span class="pq-from" dir="auto">{escape_words(title)}</span>' if len(titles) > 1 else ""
    place = f"Paragraph {hit.quote.paragraph}"
    if hit.passage.heading and hit.passage.heading != title:
        place = f'<span dir="auto">{escape_words(hit.passage.heading)}</span>, {place.lower()}'
    return (
        f'{article}<button type="button" class="pq-place" title="Show it in the article"><span>{place}</span></button>'
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


def _target(article_id: str, start: int, end: int) -> str:
    return f'data-article="{escape(article_id)}" data-start="{start}" data-end="{end}"'
