"""What a conversation is made of: answers, turns and verdicts. All frozen, all plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from index import Hit, Quote


class Verdict(StrEnum):
    """What the quotes say to a yes/no question."""

    YES = "yes"
    NO = "no"
    PARTLY = "partly"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bot returns: quotes, how sure it is of them, and the question as it was understood.

    False when the article does not say. Only ``message`` holds words of the program's own, and they are fixed.
    """

    question: str
    asked_as: str
    """The question as it was understood: the same as ``question`` unless it was a follow-up."""
    quotes: tuple[Quote, ...] = ()
    """What answers, best first; empty when nothing does."""
    confidence: float = 0.0
    """The probability, in [0, 1], that the first quote answers; on refusal that the nearest passage does."""
    verdict: Verdict | None = None
    """Set for a yes/no question whose quotes decide it."""
    nearest: Hit | None = None
    """On refusal, the passage that came closest: never an answer."""
    hits: tuple[Hit, ...] = ()
    """The passages that ``quotes`` stand in, in the same order."""
    message: str = ""
    """What the program says itself: a refusal, or a reply to small talk; ``""`` beside quotes that need no word."""

    def __bool__(self) -> bool:
        return bool(self.quotes)

    @property
    def text(self) -> str:
        """The first quote's text, ``""`` when there is none."""
        return self.quotes[0].text if self.quotes else ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and what was answered."""

    question: str
    answer: Answer
