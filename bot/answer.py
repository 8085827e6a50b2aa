"""Hits to an answer: which quotes, how sure, or none. Pure: the same hits always give the same answer.

Whatever is quoted stands in a hit. What the program says itself is fixed text, kept in this file and in smalltalk.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from bot.types import Answer
from bot.verdict import carries, verdict_of
from index.types import Hit

THRESHOLD = 0.4
"""The least confidence with which a quote is given as an answer; below it, "the article does not say".

A probability. The one place where it is set; ``Conversation(strictness=…)`` moves it. Of the thresholds within 0.005 of
the best mean F1 over both sets that the reader was not trained on, the one that answers wrongly least often
(bench/fit_reader.py).
"""
CLOSE_BEHIND = 0.93
"""A further quote needs this share of the first one's confidence: what is much less sure only distracts from it."""
MOST_QUOTES = 3
"""As many as are read at a glance."""
SAME_WORDS = 0.8
"""Two quotes of which the shorter one's words are in the other to this share say the same: the first is enough."""
LONGEST_ECHO = 200
"""Code points of a question that a refusal repeats: enough to recognise it by."""

DOES_NOT_SAY = "The article does not say."
DO_NOT_SAY = "The articles do not say."
LOOKED_FOR = "Looked for: “{question}”"
NO_ARTICLE = "There is no article to ask: add one first."
NO_QUESTION = "Ask something about the article."


def decide(question: str, asked_as: str, hits: Sequence[Hit], threshold: float = THRESHOLD) -> Answer:
    """The answer that ``hits``, best first, give to ``question``, searched for as ``asked_as``.

    The first quote is that of the best hit whose confidence reaches ``threshold``; further ones follow where they are
    close behind and say something else; beside a verdict, only those that carry it too. When no hit reaches the
    threshold, a refusal with the best hit as ``nearest``.
    """
    sure = [hit for hit in hits if hit.confidence >= threshold]
    if not sure:
        return _refusal(question, asked_as, hits)
    chosen: list[Hit] = []
    for hit in takewhile(lambda _: len(chosen) < MOST_QUOTES, sure):
        close = hit.confidence >= CLOSE_BEHIND * sure[0].confidence
        if close and not any(_repeats(hit, before) for before in chosen):
            chosen.append(hit)
    verdict = verdict_of(asked_as, chosen)
    chosen = chosen[:1] + [hit for hit in chosen[1:] if carries(hit, verdict)]
    return Answer(
        question=question,
        asked_as=asked_as,
        quotes=tuple(hit.quote for hit in chosen),
        confidence=chosen[0].confidence,
        verdict=verdict,
        hits=tuple(chosen),
    )


def _refusal(question: str, asked_as: str, hits: Sequence[Hit]) -> Answer:
    nearest = hits[0] if hits else None
    several = len({hit.passage.article_id for hit in hits}) > 1
    return Answer(
        question=question,
        asked_as=asked_as,
        confidence=nearest.confidence if nearest else 0.0,
        nearest=nearest,
        message=f"{DO_NOT_SAY if several else DOES_NOT_SAY} {LOOKED_FOR.format(question=_echo(asked_as))}",
    )


def _echo(question: str) -> str:
    """``question`` on one line, shortened where it is long."""
    line = " ".join(question.split())
    return line if len(line) <= LONGEST_ECHO else line[: LONGEST_ECHO - 1].rstrip() + "…"


def _repeats(hit: Hit, before: Hit) -> bool:
    """Whether two hits quote the same place, or much the same words from two places."""
    one, other = hit.quote, before.quote
    if one.article_id == other.article_id and one.start < other.end and other.start < one.end:
        return True
    words, words_before = _words(one.text), _words(other.text)
    fewer = min(len(words), len(words_before))
    return len(words & words_before) >= SAME_WORDS * fewer if fewer else one.text == other.text


def _words(text: str) -> set[str]:
    """The words of ``text``, without regard to case and to the marks around them."""
    return {word for token in text.casefold().split() if (word := token.strip(".,;:!?()[]\"'“”‘’«»…-"))}
