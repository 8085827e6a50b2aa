"""People who chat, as locust plays them: each adds an article of their own, and asks it and the shared one.

Every article says who keeps its harbour, a name that stands in no other: an answer with another's name in it, or
without one's own where it is asked for, counts as a failure.
"""

from __future__ import annotations

import itertools
import json
import sys
from typing import Any

from gevent import GreenletExit
from locust import HttpUser, between, events, task

KEEPERS = [
    f"{first}{last}"
    for first, last in itertools.product(
        ("Alder", "Bramble", "Cinder", "Dapple", "Ember", "Fennel", "Gorse", "Hazel"),
        ("moor", "wick", "stone", "field", "brook", "combe", "dale", "hurst"),
    )
]
SHARED = (
    "Does the deal cover returns?",
    "Who announced the deal?",
    "What is smuggling?",
    "How many boats were seized?",
    "Will engines be stopped?",
)
_numbers = itertools.count()


@events.request.add_listener
def complain(name: str, exception: Exception | None, **_: Any) -> None:
    """Say what went wrong, when it does: the table only counts."""
    if exception:
        print(f"{name}: {exception!r:.300}", file=sys.stderr, flush=True)


class Chatter(HttpUser):
    """One person, with a cookie of their own; waits a little between questions, as people do who read the answers."""

    wait_time = between(5, 15)

    def on_start(self) -> None:
        """Open the page, and add an article."""
        self.keeper = KEEPERS[next(_numbers) % len(KEEPERS)]
        self.history: list[str] = []
        self.client.get("/", name="the page")
        text = (
            f"The harbour of the town is kept by Captain {self.keeper}.\n\nIts tower was built in 1889 of grey stone."
        )
        with self.client.post(
            "/v1/articles", json={"text": text}, name="add an article", catch_response=True
        ) as response:
            self.article = response.json().get("id", "")
            if response.status_code != 201:
                response.failure(response.text)

    @task(3)
    def ask_my_article(self) -> None:
        """Who keeps the harbour? My captain, and no other."""
        self._ask("Who keeps the harbour of the town?", [self.article], expected=self.keeper)

    @task(3)
    def ask_everything(self) -> None:
        """The same of all articles: mine answers."""
        self._ask("Who keeps the harbour of the town?", None, expected=self.keeper)

    @task(4)
    def ask_what_is_shared(self) -> None:
        """A question on the article that everyone shares, in the conversation so far."""
        question = SHARED[next(_numbers) % len(SHARED)]
        self._ask(question, None, history=self.history[-3:])
        self.history.append(question)

    @task(1)
    def list_articles(self) -> None:
        """Two: the shared one and mine."""
        with self.client.get("/v1/articles", name="list the articles", catch_response=True) as response:
            mine = [each["id"] for each in response.json()["articles"] if not each["shared"]]
            if mine != [self.article]:
                response.failure(f"not my articles: {mine}")

    def _ask(self, question: str, articles: list[str] | None, *, expected: str = "", history: Any = ()) -> None:
        body = {"question": question, "articles": articles, "history": list(history)}
        try:
            self._check(body, expected)
        except GreenletExit as unanswered:
            events.request.fire(
                request_type="POST", name="ask", response_time=0, response_length=0, context={}, exception=unanswered
            )
            raise

    def _check(self, body: dict[str, Any], expected: str) -> None:
        """Ask, and say what is wrong with the answer."""
        with self.client.post("/v1/ask", json=body, name="ask", catch_response=True) as response:
            if response.status_code != 200:
                response.failure(response.text[:200])
                return
            told = json.dumps(response.json())
            if any(keeper in told for keeper in KEEPERS if keeper != self.keeper):
                response.failure("an answer from somebody else's article")
            elif expected and expected not in response.json()["text"]:
                response.failure(f"not what my article says: {response.json()['text']!r}")
