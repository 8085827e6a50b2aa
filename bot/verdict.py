"""Yes or no, where the quotes decide it: what the models read in the quote, weighed with the wording. Pure.

What they read is too often wrong to be repeated. A logistic regression of "the verdict is right" on its probability, on
the confidence that the quote answers and on two cues of wording says how sure a verdict is. It is shown from where it
was right 95 times in 100 on articles that neither the models nor these weights were fitted to, though the threshold
was; what it comes to on the bench stands in bench/RESULTS.md. Weights and threshold: bench/fit_verdict.py.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from bot.english.cues import find_cues
from bot.types import Verdict
from index.questions import is_yes_no
from index.types import Hit

__all__ = ["WEIGHTS", "carries", "is_yes_no", "judge", "read_features", "verdict_of"]

WEIGHTS = {
    "constant": -0.042,
    "says_so": 0.734,
    "confidence": -0.188,
    "shared": 0.759,
    "no_asked_denied": -0.578,
}
"""What each of ``read_features`` adds to the log-odds that the verdict is right."""
LEAST_SURE = 0.867
"""The least probability with which a verdict is shown: right 95 times in 100 where it was chosen."""
LEAST_CONFIDENCE = 0.4
"""The weights were fitted to quotes that answer with this confidence or more; they say nothing of others."""
CONTRADICTS = 0.5
"""Another quote that says the opposite with this probability leaves the matter undecided."""
CARRIES = 0.8
"""A further quote beside a verdict says the same with this probability: whatever is shown must bear it out."""
PARTLY_CONFIDENCE, PARTLY_OVERLAP = 0.6, 0.75
"""Partly is said where the quote says so itself, answers with this confidence, and shares so much of the question."""
_SOFTEST = 3e-3
"""Probabilities are kept this far from 0 and 1 before logarithms are taken."""
_PARTLY = re.compile(
    r"\b(?:only (?:in part|partly|partially|part of|some of|half of)|(?:partly|partially|in part)"
    r"(?! (?:because|due|to|by|for|as|from|thanks))|some,? but not all|to some extent|up to a point)\b",
    re.IGNORECASE,
)


def verdict_of(question: str, hits: Sequence[Hit]) -> Verdict | None:
    """What the quotes of ``hits``, those that are shown, best first, say to a yes/no question; None if undecided.

    None as well for any other question, and where the reader did not read.
    """
    if not hits or hits[0].stance is None or hits[0].confidence < LEAST_CONFIDENCE or not is_yes_no(question):
        return None
    if _says_partly(question, hits[0]):
        return Verdict.PARTLY
    verdict, sure = judge(question, hits[0])
    if sure < LEAST_SURE or any(_contradicts(verdict, other) for other in hits[1:]):
        return None
    return verdict


def carries(hit: Hit, verdict: Verdict | None) -> bool:
    """Whether the quote of ``hit`` may stand beside a verdict: it says the same. Beside none, or "partly", any may."""
    if verdict not in (Verdict.YES, Verdict.NO) or hit.stance is None:
        return True
    return hit.stance[verdict is Verdict.NO] >= CARRIES


def judge(question: str, hit: Hit) -> tuple[Verdict, float]:
    """Yes or no, whichever the quote of ``hit`` rather says, and the probability that this is right.

    ValueError for a hit that was not read.
    """
    odds = sum(WEIGHTS[name] * value for name, value in read_features(question, hit).items())
    yes, no, _ = hit.stance or (0.0, 0.0, 0.0)
    return Verdict.NO if no > yes else Verdict.YES, 0.5 * (1.0 + math.tanh(0.5 * odds))


def read_features(question: str, hit: Hit) -> dict[str, float]:
    """What speaks for and against the verdict to which the quote inclines, by name; as many as WEIGHTS has."""
    if hit.stance is None:
        raise ValueError(f"the quote was not read: {hit.quote.text!r}")
    yes, no, _ = hit.stance
    cues = find_cues(question, hit.quote.text)
    return {
        "constant": 1.0,
        "says_so": _log_odds(max(yes, no)),
        "confidence": _log_odds(hit.confidence),
        "shared": cues.overlap,
        "no_asked_denied": float(no > yes and cues.asked_denied),
    }


def _log_odds(probability: float) -> float:
    kept = min(max(probability, _SOFTEST), 1 - _SOFTEST)
    return math.log(kept / (1 - kept))


def _contradicts(verdict: Verdict, other: Hit) -> bool:
    if other.stance is None:
        return False
    yes, no, _ = other.stance
    return (yes if verdict is Verdict.NO else no) >= CONTRADICTS


def _says_partly(question: str, hit: Hit) -> bool:
    if hit.confidence < PARTLY_CONFIDENCE or not _PARTLY.search(hit.quote.text):
        return False
    cues = find_cues(question, hit.quote.text)
    asks_how_much = cues.asked_whole or cues.asked_part or cues.asked_denied
    return cues.overlap >= PARTLY_OVERLAP and not asks_how_much and not cues.leaves_open
