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
class Citation:
    """What a reader needs to cite a quote and to find it again."""

    title: str
    """Of the article."""
    source: str | None
    """The path or address that the article was read from, or None for text that was handed over."""
    link: str = ""
    """Leads to the very words on the page that the article came from, where it came from the web."""
    speaker: str = ""
    """Who says it, in the article's words; ``""`` where it is the article itself, or unsure."""
    page: int | None = None
    """The page that the quote starts on, from 1, where the article has pages, as a PDF has."""


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
    citations: tuple[Citation, ...] = ()
    """Where each of ``quotes`` comes from and who says it, in the same order."""
    elsewhere: tuple[Quote, ...] = ()
    """Other places that speak of this, in the order in which they stand; none of them repeats ``quotes``."""
    suggestions: tuple[str, ...] = ()
    """Questions that lead on from here, each tried: empty unless ``ask`` was told to look for some."""
    message: str = ""
    """What the program says itself: a refusal, or a reply to small talk; ``""`` beside quotes that need no word."""

    def __bool__(self) -> bool:
        return bool(self.quotes)

    @property
    def text(self) -> str:
        """The first quote's text, ``""`` when there is none."""
        return self.quotes[0].text if self.quotes else ""

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        from bot.notebook import notebook_html

        return notebook_html(self)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation and what was answered."""

    question: str
    answer: Answer
