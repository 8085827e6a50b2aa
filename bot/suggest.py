"""Questions worth asking of an article, each one tried before it is shown: no example ends in a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.conversation import Conversation
from index.types import Article

if TYPE_CHECKING:
    from index.library import Library

MOST = 4
"""As many as are read at a glance."""

SURE_ENOUGH = 0.5
"""The least confidence of an answer to a question that was not written for the article: more likely right than not."""

_OF_ANY_ARTICLE = (
    "What is this article about?",
    "Who is it about?",
    "Why does it matter?",
    "What has changed?",
    "How many people are affected?",
    "What happens next?",
    "How much does it cost?",
)
_OF_THE_BUNDLED = (
    "Does the deal cover returns?",
    "How many Turkish nationals crossed the Channel in small boats?",
    "Why are people leaving Turkey?",
    "When is the migration dialogue?",
)
_BUNDLED = "uk-turkey-deal.md"


def suggest(library: Library, article: Article) -> list[str]:
    """Up to MOST questions that ``article`` answers, the one to try first at the front."""
    own = _OF_THE_BUNDLED if (article.source or "").endswith(_BUNDLED) else ()
    answered: list[str] = []
    for question in (*own, *_OF_ANY_ARTICLE):
        if len(answered) == MOST:
            break
        answer = Conversation(library, [article.id]).ask(question)
        if answer and (question in own or answer.confidence >= SURE_ENOUGH):
            answered.append(question)
    return answered
