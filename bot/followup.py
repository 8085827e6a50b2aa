"""A question in the light of the turns before it, and which way of understanding it to trust. Pure.

A question that stands alone comes back as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot import smalltalk
from bot.english.antecedents import REACH, without_brackets
from bot.english.leaning import Leaning, leaning
from bot.english.rewording import reword
from bot.types import Turn
from index.types import Hit

GAP = 0.2
"""How much surer the less likely way of understanding must be than the other one: a probability.

On chats over 40 articles that the reader was not trained on, asked of all of them at once, staying with the article
took questions that may stand alone from 0.65 to 0.85 right, and lost none that changed the topic. A few words without a
verb need none: of 137 such follow-ups on articles that were held out the surer way answered 0.72 rightly and 0.19
wrongly, where this gap gave 0.60 and 0.29; of 150 questions there put as a few words to look for, as many as with it.
"""
LOYALTY = 2.0
"""What is added to the log-odds of a passage of the article that was quoted last: a conversation mostly stays with it.

On chats over 1,233 articles, asked of all of them at once, 371 such turns got the right sentence 0.53 of the time
without this, 0.73 with 2 and 0.77 with 3.
"""
ACQUAINTANCE = 1.0
"""The same for any other article that was quoted, and for a question as it was typed.

On chats over 1,233 articles, 84 such turns got the right sentence 0.43 of the time without this, 0.49 with 1 and 0.52
with 2; of 119 that changed the topic, none was lost. It is half of LOYALTY for those that go back and forth.
"""
HISTORY_CHARACTERS = 260
"""Code points of what went before that the reader gets: about as many as its 72 word pieces."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A question in the light of the turns before it."""

    leaning: Leaning
    """How it stands to them; ALONE where there are none."""
    asked_as: str
    """The question with what it leans on; as it was typed where there is nothing to lean on."""
    history: str
    """What was asked and answered just before, for the reader; ``""`` where nothing was."""
    articles: tuple[str, ...] = ()
    """The ids of the articles that were quoted, the last one first."""


def understand(question: str, turns: Sequence[Turn]) -> Understood:
    """``question`` in the light of ``turns``, oldest first. Small talk among them is passed over."""
    before = [turn for turn in turns if _is_about_the_article(turn)][-REACH:]
    if not before:
        return Understood(Leaning.ALONE, question, "")
    how, quoted = leaning(question), _quoted_in(before)
    if how is Leaning.ALONE:
        return Understood(how, question, "", quoted)
    asked_as = reword(question, before)
    # With nothing to add to its words there is nothing to show for a search in context.
    how = how if asked_as != question else Leaning.ALONE
    return Understood(how, asked_as, history_of(before), quoted)


def is_settled(understood: Understood, first: Sequence[Hit], threshold: float) -> bool:
    """Whether the likelier way of understanding, searched ``first``, found what makes the other one needless."""
    if understood.leaning is Leaning.FRAGMENT or sureness(first) < threshold:
        return False
    return understood.leaning is Leaning.LEANS or not _strays(understood, first)


def prefers_context(understood: Understood, bare: Sequence[Hit], in_context: Sequence[Hit], threshold: float) -> bool:
    """Whether to take what was found in context rather than for the bare question.

    A question that leans is taken in context unless only the bare one is answered, and clearly so. One that may stand
    alone is taken as it is unless only the one in context is answered, and clearly so; or, where it has no verb, unless
    that one is surer; or unless it leaves the article that was spoken of, where that one answers nearly as surely.
    """
    without, within = sureness(bare), sureness(in_context)
    if understood.leaning is Leaning.LEANS:
        return within >= threshold or without < max(threshold, within + GAP)
    if in_context and _strays(understood, bare) and not _strays(understood, in_context):
        return in_context[0].confidence >= max(threshold, without - GAP)
    if understood.leaning is Leaning.FRAGMENT:
        return within >= max(threshold, without)
    return without < threshold and within >= max(threshold, without + GAP)


def stay(understood: Understood, hits: Sequence[Hit], *, in_context: bool) -> list[Hit]:
    """``hits`` of a search, as typed or in context, those of articles that were quoted further ahead."""
    ahead = dict.fromkeys(understood.articles, ACQUAINTANCE)
    if in_context:
        ahead.update(dict.fromkeys(understood.articles[:1], LOYALTY))
    return sorted(hits, key=lambda hit: hit.score + ahead.get(hit.passage.article_id, 0.0), reverse=True)


def sureness(hits: Sequence[Hit]) -> float:
    """How sure the best of ``hits`` is; 0 where there are none."""
    return max((hit.confidence for hit in hits), default=0.0)


def _strays(understood: Understood, hits: Sequence[Hit]) -> bool:
    """Whether the best hit is in another article than the one that was spoken of last."""
    return bool(understood.articles and hits) and hits[0].passage.article_id != understood.articles[0]


def history_of(turns: Sequence[Turn]) -> str:
    """What was asked and answered last, in at most HISTORY_CHARACTERS; past refusals back to what was answered."""
    found: list[str] = []
    left = HISTORY_CHARACTERS
    for turn in reversed(turns):
        asked = without_brackets(turn.answer.asked_as)
        said = f"{asked} {turn.answer.text[: max(0, left - len(asked) - 1)]}".strip()
        if found and len(said) > left:
            break
        found.insert(0, said[:HISTORY_CHARACTERS])
        left -= len(said) + 1
        if turn.answer:
            break
    return " ".join(found)


def _quoted_in(turns: Sequence[Turn]) -> tuple[str, ...]:
    found = (turn.answer.quotes[0].article_id for turn in reversed(turns) if turn.answer)
    return tuple(dict.fromkeys(article for article in found if article))


def _is_about_the_article(turn: Turn) -> bool:
    talk = smalltalk.recognise(turn.question)
    return talk is None or talk is smalltalk.Talk.OVERVIEW
