"""Yes/no questions made of what articles say, with their verdicts: sentences turned into questions by rule.

"The firm did not contest it." answers "Did the firm contest it?": no. "It opened in 1921." answers "Did it open in
1921?": yes, and with another year, or a word turned into its opposite: no. "It may close." leaves "Will it?" open.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.reader_variants import altered
from bot.asking.casing import casing_of
from bot.asking.clauses import ask, clauses_of

MOST = {"no": 3, "yes": 2, "undecided": 1}
"""Questions of each verdict that are made of one text."""
_SHORTEST, _LONGEST = 5, 18
"""Words of a question that says enough, and of one that people would ask."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A question, the number of the sentence that answers it, and its verdict."""

    question: str
    sentence: int
    verdict: str


def statements(text: str, sentences: Sequence[tuple[int, int]], rng: random.Random) -> list[Statement]:
    """Some yes/no questions over ``text``, of which ``sentences`` are the extents."""
    words = [" ".join(text[start:end].split()) for start, end in sentences]
    casing = casing_of(words)
    found: dict[str, list[Statement]] = {verdict: [] for verdict in MOST}
    for number, sentence in enumerate(words):
        for clause in clauses_of(sentence, casing):
            open_ = clause.auxiliary in ("may", "might", "could")
            if open_ and not clause.negated:
                question, verdict = ask("", replace(clause, auxiliary="will"), clause.predicate), "undecided"
            elif open_ or clause.auxiliary in ("would", "should", "must"):
                continue
            else:
                question, verdict = ask("", clause, clause.predicate), "no" if clause.negated else "yes"
            if not _SHORTEST <= len(question.split()) <= _LONGEST:
                continue
            other = altered(question, text, rng, asserted=True) if verdict == "yes" and rng.random() < 0.7 else None
            if other:
                question, verdict = other, "no"
            found[verdict].append(Statement(question, number, verdict))
    return [each for verdict, some in found.items() for each in rng.sample(some, min(len(some), MOST[verdict]))]
