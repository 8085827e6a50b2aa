"""What the best candidates say to a yes/no question: of each one's best sentence, the reader's word and the judge's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.questions import is_yes_no
from index.reader.judge import Judge, Said
from index.retrieval import Candidate

JUDGED = 4
"""Candidates that are judged: the quotes of an answer, and what may contradict them. Each takes a few milliseconds."""
JUDGE_WEIGHT = 0.6
"""What the judge counts beside the reader, of 1: of several the one that gave most verdicts on held-out articles."""
_SOFTEST = 1e-3
"""Added to probabilities before logarithms are taken."""

Stance = tuple[float, float, float]


def judge_candidates(
    judge: Judge, question: str, candidates: Sequence[Candidate], *, history: str = ""
) -> list[Candidate]:
    """Return ``candidates`` (read, best first), the first ones with a surer stance where ``question`` asks yes or no.

    ``history``: see ``Judge.judge``.
    """
    if not is_yes_no(question):
        return list(candidates)
    first = [candidate for candidate in candidates[:JUDGED] if candidate.stances]
    said = judge.judge(question, [_said(candidate) for candidate in first], history=history)
    judged = [_joined(candidate, stance) for candidate, stance in zip(first, said, strict=True)]
    return judged + list(candidates[len(judged) :])


def join(reader: Stance, judge: Stance) -> Stance:
    """The weighted geometric mean of two probabilities of yes, no and undecided, scaled to add up to 1."""
    yes, no, undecided = (
        (theirs + _SOFTEST) ** JUDGE_WEIGHT * (ours + _SOFTEST) ** (1 - JUDGE_WEIGHT)
        for ours, theirs in zip(reader, judge, strict=True)
    )
    total = yes + no + undecided
    return yes / total, no / total, undecided / total


def _said(candidate: Candidate) -> Said:
    at = candidate.best
    return Said(candidate.title, candidate.text_of(at - 1) if at else "", candidate.text_of(at))


def _joined(candidate: Candidate, stance: Stance) -> Candidate:
    stances, at = candidate.stances, candidate.best
    return replace(candidate, stances=(*stances[:at], join(stances[at], stance), *stances[at + 1 :]))
