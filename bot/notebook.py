"""An Answer as a notebook shows it: a few plain HTML elements, in which every word of the article is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from bot.render import NEAREST, VERDICTS, cited, said_by, short_message, web_address

if TYPE_CHECKING:
    from bot.types import Answer, Citation
    from index.types import Hit, Quote


def notebook_html(answer: Answer) -> str:
    """The verdict, the quotes with where they stand, and what the program says itself; as ``_repr_html_`` gives it."""
    parts = [f'<p dir="auto"><strong>{escape(answer.question)}</strong></p>']
    if answer.asked_as != answer.question:
        parts.append(f'<p dir="auto"><small>Understood as: {escape(answer.asked_as)}</small></p>')
    if answer.verdict:
        parts.append(f"<p>{VERDICTS[answer.verdict]}</p>")
    parts += [_quote(quote, hit, citation) for quote, hit, citation in cited(answer)]
    if answer.message:
        parts.append(f'<p dir="auto">{escape(short_message(answer))}</p>')
    if answer.nearest:
        nearest = escape(answer.nearest.passage.text)
        parts.append(f'<details><summary>{NEAREST}</summary><p dir="auto">{nearest}</p></details>')
    return f"<div>{''.join(parts)}</div>"


def _quote(quote: Quote, hit: Hit, citation: Citation | None) -> str:
    facts = [f"characters {quote.start}-{quote.end}", f"{hit.confidence:.0%} sure"]
    if citation and citation.page:
        facts.insert(0, f"page {citation.page}")
    if citation and citation.speaker:
        facts.insert(0, escape(said_by(citation)))
    title = escape(citation.title) if citation else escape(quote.article_id)
    if citation and (address := web_address(citation.link)):
        title = f'<a href="{escape(address)}" rel="noopener noreferrer">{title}</a>'
    words = f'<p dir="auto">{escape(quote.text)}</p>'
    return f"<blockquote>{words}<footer><small>{' · '.join([title, *facts])}</small></footer></blockquote>"
