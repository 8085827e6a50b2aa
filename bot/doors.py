"""Searching, asking and adding as plain functions, for what calls functions: an MCP client, or gradio_client.

Short answers, that a program which reads them has all of and no more: quotes with where they stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot import person as people
from bot.incoming import from_address, from_text
from bot.memory import Memory
from bot.person import CURRENT, Person
from bot.shelves import Shelves
from bot.types import Answer
from index.types import Article, Change, Hit, Quote

if TYPE_CHECKING:
    from index.library import Library

MOST_HITS = 20


class Doors:
    """What may be called. Each call is answered for the person whose request it came with, or whose ``session`` it has.

    A client that keeps no cookies and does not log in gives back as ``session`` what ``add`` told it.
    """

    def __init__(self, shelves: Shelves, memory: Memory) -> None:
        self._shelves, self._memory = shelves, memory

    def search(self, question: str, k: int = 5, articles: list[str] | None = None, session: str = "") -> dict[str, Any]:
        """Find the passages of the articles that fit a question best, each with its best sentence, word for word.

        k: how many, 20 at most. articles: ids of those to look in; leave it out for all. session: what `add` told you,
        to look in what you added as well.
        """
        desk = self._shelves.desk(_who(session))
        hits = desk.search(question, k=max(1, min(k, MOST_HITS)), articles=articles)
        return {"hits": [_hit(hit) for hit in hits], "articles": self._titles(desk)}

    def ask(
        self,
        question: str,
        history: list[str] | None = None,
        articles: list[str] | None = None,
        session: str = "",
    ) -> dict[str, Any]:
        """Answer a question with sentences of the articles, word for word, or say that they do not say.

        Where `answered` is false there is no answer: `nearest` is only what came closest. history: the questions asked
        before, oldest first, for a question that leans on them. articles: ids of those to ask; leave it out for all.
        session: what `add` told you, to ask what you added as well.
        """
        desk = self._shelves.desk(_who(session))
        answer = self._memory.ask(desk, question, history or [], articles)
        return _answer(answer, self._titles(desk))

    def add(self, url: str = "", text: str = "", title: str = "", session: str = "") -> dict[str, Any]:
        """Add an article to ask: the public web page at `url`, or `text` as it is. It is yours alone.

        Give back `session`, where there is one in what you get, with every later call. `id` is the article's.
        """
        if bool(url) == bool(text):
            raise ValueError("give either url or text")
        person = _who(session)
        read = from_address(url, title or None) if url else from_text(text, title or None)
        added = self._shelves.add(person, read)
        told = {**_row(added.article), "unchanged": added.change is Change.UNCHANGED}
        return {**told, "session": person.token} if person.token else told

    def _titles(self, desk: Library) -> list[dict[str, Any]]:
        return [_row(article) for article in desk.articles]


def _who(session: str) -> Person:
    """Whose articles are meant: those of the login, or of the session that is named, or of the request's cookie."""
    current = CURRENT.get()
    named = None if current.name else people.known(session or None, is_owner=current.is_owner)
    if session and named is None and not current.name:
        raise ValueError("there is no such session: give back what add told you, or leave it out")
    return named or current


def _row(article: Article) -> dict[str, Any]:
    return {"id": article.id, "title": article.title, "source": article.source, "characters": len(article.text)}


def _quote(quote: Quote) -> dict[str, Any]:
    return {"text": quote.text, "article": quote.article_id, "start": quote.start, "end": quote.end}


def _hit(hit: Hit) -> dict[str, Any]:
    place = {"heading": hit.passage.heading, "passage": hit.passage.text, "confidence": round(hit.confidence, 3)}
    return {**_quote(hit.quote), **place}


def _answer(answer: Answer, articles: list[dict[str, Any]]) -> dict[str, Any]:
    cited = {quote.article_id for quote in (*answer.quotes, *answer.elsewhere)}
    if answer.nearest:
        cited.add(answer.nearest.quote.article_id)
    return {
        "answered": bool(answer),
        "verdict": answer.verdict.value if answer.verdict else None,
        "asked_as": answer.asked_as,
        "message": answer.message,
        "confidence": round(answer.confidence, 3),
        "quotes": [_quote(quote) for quote in answer.quotes],
        "elsewhere": [_quote(quote) for quote in answer.elsewhere],
        "nearest": _quote(answer.nearest.quote) if answer.nearest else None,
        "articles": [row for row in articles if row["id"] in cited],
    }
