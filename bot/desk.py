"""A person's view of the articles: what is shared, and what is their own. Nobody else's can be reached from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.limits import Pool
from index.errors import NoSuchArticle
from index.types import Article, Hit, Passage

if TYPE_CHECKING:
    from index.library import Library

Tell = Callable[[str, dict[str, Any]], object]
"""Told of each stage of a search as it is reached: its name, and what is known by then."""
MOST_PLACES = 5
"""Of the places that are going to be read, this many are told."""


class Desk:
    """To be used where a Library is asked: ``articles``, ``article`` and ``search`` are the same.

    Sources that are paths of the server's disk are given by their file's name alone.
    """

    def __init__(self, shared: Library, own: Library | None, pool: Pool, tell: Tell | None = None) -> None:
        self._shared, self._own, self._pool, self._tell = shared, own, pool, tell
        self.identity: object = own or shared
        """The same object for two views of the same articles: what was answered from one holds for the other."""

    @property
    def articles(self) -> list[Article]:
        """The shared articles, then the person's own, each in the order in which they were added."""
        own = self._own.articles if self._own else []
        return [as_told(article) for article in (*self._shared.articles, *own)]

    def article(self, article_id: str) -> Article:
        """The article of an id. NoSuchArticle where the person has none."""
        if self._own:
            try:
                return as_told(self._own.article(article_id))
            except NoSuchArticle:
                pass
        return as_told(self._shared.article(article_id))

    def search(
        self,
        question: str,
        k: int = 5,
        articles: Iterable[str] | None = None,
        read: bool = True,
        *,
        history: str = "",
    ) -> list[Hit]:
        """As ``Library.search``, when there is a turn to be had."""
        from index.joined import search_together

        with self._pool.turn():
            if self._own is None and self._tell is None:
                return self._shared.search(question, k, articles=articles, read=read, history=history)
            libraries = [self._shared, self._own] if self._own else [self._shared]
            hits = search_together(
                libraries, question, k, articles=articles, read=read, history=history, found=self._found
            )
            if self._tell and read:
                self._tell("read", {"passages": len(hits)})
            return hits

    def _found(self, passages: Any) -> None:
        if self._tell:
            places = [_place(passage) for passage in passages[:MOST_PLACES]]
            count = len({passage.article_id for passage in passages})
            self._tell("found", {"passages": len(passages), "articles": count, "places": places})


def as_told(article: Article) -> Article:
    """An article as people may see it: where it was read from a file, by the file's name, never by its path."""
    if article.source is None or (told := told_source(article.source)) == article.source:
        return article
    return replace(article, source=told)


def told_source(source: str) -> str:
    """A web address as it is; of a path the last part."""
    if source.lower().startswith(("http://", "https://")):
        return source
    return source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def _place(passage: Passage) -> dict[str, Any]:
    return {"article_id": passage.article_id, "start": passage.start, "end": passage.end}
