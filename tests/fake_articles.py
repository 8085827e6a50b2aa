"""The routes of articles, answered in the browser: as they are told of in /docs, and as slow or failing as need be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from fake_library import make_article
from playwright.sync_api import BrowserContext, Route

from bot.article_view import article_html
from index import Article

ADDED = "# Herons\n\nHerons stand still at the water. They eat frogs."


class FakeArticles:
    """What may be added, and is; ``held`` requests wait until ``let_go``."""

    def __init__(self, *articles: Article, may_add: bool = True) -> None:
        self.articles = list(articles)
        self.may_add = may_add
        self.handed_in: list[str] = []
        """The bodies that were sent to be added."""
        self.trouble = ""
        """What every change is answered by, where set."""
        self.hold = False
        self.held: list[Callable[[], None]] = []

    def prepare(self, context: BrowserContext) -> None:
        """Answer in place of the server."""
        context.route("**/v1/articles", self._list_or_add)
        context.route("**/v1/articles/*", self._remove)
        context.route("**/v1/articles/*/refresh", self._refresh)
        context.route("**/page/articles", self._list_or_add)
        context.route("**/page/articles/*", self._show)
        context.route("**/page/questions/*", lambda route: route.fulfill(json=[]))

    def let_go(self) -> None:
        """Answer what is held."""
        self.hold = False
        while self.held:
            self.held.pop()()

    def _list_or_add(self, route: Route) -> None:
        if route.request.method == "POST":
            self._answer(route, lambda: self._add(route))
            return
        adding = {"allowed": self.may_add, "bytes": 20_000_000, "articles": 50, "added": 0, "kept": False}
        route.fulfill(json={"articles": [_row(each) for each in self.articles], "adding": adding})

    def _add(self, route: Route) -> None:
        body = (route.request.post_data_buffer or b"").decode("utf-8", "replace")
        self.handed_in.append(body)
        article = make_article(ADDED, title="Herons", source="https://birds.example/herons")
        known = article in self.articles
        if not known:
            self.articles.append(article)
        last = {"stage": "added", "article": {**_row(article), "unchanged": known}}
        stages = [{"stage": "reading"}, {"stage": "encoding", "done": 1, "of": 2}, last]
        lines = "".join(json.dumps(stage) + "\n" for stage in stages)
        route.fulfill(body=lines, content_type="application/x-ndjson", status=200)

    def _refresh(self, route: Route) -> None:
        def answer() -> None:
            changed = make_article(ADDED + "\n\nAnd fish.", title="Herons", source="https://birds.example/herons")
            self.articles = [changed if each.id == changed.id else each for each in self.articles]
            route.fulfill(json={**_row(changed), "unchanged": False})

        self._answer(route, answer)

    def _remove(self, route: Route) -> None:
        def answer() -> None:
            self.articles = [each for each in self.articles if each.id != _last_part(route)]
            route.fulfill(status=204)

        self._answer(route, answer)

    def _show(self, route: Route) -> None:
        found = next((each for each in self.articles if each.id == _last_part(route)), None)
        if found is None:
            route.fulfill(status=404, json={"detail": "gone"})
        else:
            route.fulfill(body=article_html(found), content_type="text/html; charset=utf-8")

    def _answer(self, route: Route, answer: Callable[[], None]) -> None:
        if self.trouble:
            route.fulfill(status=422, json={"error": {"code": "bad", "message": self.trouble}, "detail": self.trouble})
        elif self.hold:
            self.held.append(answer)
        else:
            answer()


def _last_part(route: Route) -> str:
    return unquote(route.request.url.rsplit("/", 1)[-1])


def _row(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "added": article.added.isoformat(),
        "characters": len(article.text),
        "shared": False,
        "can_refresh": article.source is not None,
        "can_remove": True,
    }
