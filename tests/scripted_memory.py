"""Answers made by hand, with all that an answer may carry: for tests of how it is shown, where no search is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fake_library import FakeLibrary, make_article

from bot import Answer, Citation, Verdict
from bot.memory import Memory
from index import Article, Hit, Library, Passage, Quote

FILLER = "\n\n".join(f"Filler number {number} says nothing much, at some length." for number in range(30))
TOWER = make_article(
    "# The tower\n\nThe tower will not be sold, the mayor said. It opened in 1889.\n\n"
    f"{FILLER}\n\nNobody has made an offer for the tower.\n\n{FILLER}\n\nA sale would need the council's vote.",
    title="The tower",
    source="https://news.example/tower",
)
SOLD = "Will the tower be sold?"
AND_BRIDGE = "And the bridge?"
UNDERSTOOD = "Will the bridge be sold?"
SUGGESTED = ("When did the tower open?", "Who is the mayor?", "What would a sale need?")


def quote_of(article: Article, words: str) -> Quote:
    """The first place in ``article`` with these words."""
    start = article.text.index(words)
    paragraph = article.text[:start].count("\n\n")
    return Quote(article.id, words, start, start + len(words), paragraph, article.revision)


def hit_of(article: Article, words: str, confidence: float = 0.9) -> Hit:
    """These words as a hit, with the paragraph around them as its passage."""
    quote = quote_of(article, words)
    start = article.text.rindex("\n\n", 0, quote.start) + 2
    end = (article.text + "\n\n").index("\n\n", quote.start)
    passage = Passage(f"{article.id}/0", article.id, article.text[start:end], start, end, "", quote.paragraph)
    return Hit(passage, confidence, quote, confidence)


def tower_answer(question: str = SOLD, asked_as: str = SOLD, suggestions: tuple[str, ...] = ()) -> Answer:
    """An answer with a verdict, a speaker, a link, and two other places."""
    hit = hit_of(TOWER, "The tower will not be sold, the mayor said.")
    link = "https://news.example/tower#:~:text=The%20tower%20will%20not%20be%20sold"
    return Answer(
        question=question,
        asked_as=asked_as,
        quotes=(hit.quote,),
        confidence=hit.confidence,
        verdict=Verdict.NO,
        hits=(hit,),
        citations=(Citation(TOWER.title, TOWER.source, link, "the mayor"),),
        elsewhere=(
            quote_of(TOWER, "Nobody has made an offer for the tower."),
            quote_of(TOWER, "A sale would need the council's vote."),
        ),
        suggestions=suggestions,
    )


class ScriptedMemory(Memory):
    """Gives ``tower_answer`` to everything; ``AND_BRIDGE`` is understood as ``UNDERSTOOD`` unless taken as typed."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, bool, list[Any]]] = []
        """What was asked for an answer: the question, whether as typed, and the history."""
        self.library = FakeLibrary(TOWER)

    def ask(
        self,
        library: Library,
        question: str,
        history: Sequence[Any] = (),
        articles: Sequence[str] | None = None,
        *,
        as_typed: bool = False,
        suggest: int = 0,
    ) -> Answer:
        del library, articles
        if not suggest:
            self.asked.append((question, as_typed, list(history)))
        asked_as = UNDERSTOOD if question == AND_BRIDGE and not as_typed else question
        return tower_answer(question, asked_as, SUGGESTED[:suggest])
