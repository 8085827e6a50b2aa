"""What retrieval found, read: the reader's word on each sentence, joined with retrieval's, makes the final order.

The best candidates are read until a budget of text is spent; a short article is read whole. Passages that follow one
another are read together, so that a sentence is seen with what comes before it. Where several sentences come close,
each of them is looked at again, with its neighbours alone, and both readings count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from index.naming import NAMED, shortfalls
from index.reader.calibration import confidence, log_odds, stance
from index.reader.reader import Reader, Reading, Run
from index.retrieval import Candidate

READ_CHARACTERS = 12_000
"""Text read for a question, at most: about 3,000 word pieces, or 50 paragraphs of news. Reading is what takes time."""


CONTENDERS = 4
"""Sentences that are looked at again, at most: two readings of one are better than either, and cost time."""
MARGIN = 1.0
"""How far behind the best one, in log-odds, a sentence may be to be looked at again."""


def read_candidates(
    reader: Reader, question: str, candidates: Sequence[Candidate], *, history: str = ""
) -> list[Candidate]:
    """Return ``candidates`` (best first) in the order that reading gives, with scores and confidences to match.

    A score is the log-odds that the sentence answers, less where the question names another article than its own. What
    is beyond the budget stays in retrieval's order behind all that was read, and gets no more confidence than the last
    of that. ``history``: see ``Reader.read``.
    """
    readings = read_each(reader, question, candidates, history=history)
    unnamed = shortfalls(question, {candidate.title for candidate, _ in readings})
    read = [_judged(candidate, found, NAMED * unnamed[candidate.title]) for candidate, found in readings]
    read.sort(key=lambda found: (-found.score, found.passage.article_id, found.passage.start))
    return read + [_behind(candidate, read[-1], place) for place, candidate in enumerate(candidates[len(read) :], 1)]


def read_each(
    reader: Reader, question: str, candidates: Sequence[Candidate], *, history: str = ""
) -> list[tuple[Candidate, list[Reading]]]:
    """Return those of ``candidates`` that the budget allows, in no order, with a Reading for each sentence."""
    runs = _runs(_within_budget(candidates))
    found: list[tuple[Candidate, list[Reading]]] = []
    for run, readings in zip(runs, reader.read(question, [_to_run(run) for run in runs], history=history), strict=True):
        at = 0
        for candidate in run:
            found.append((candidate, readings[at : at + len(candidate.sentences)]))
            at += len(candidate.sentences)
    _look_again(reader, question, found, history)
    return found


def _look_again(reader: Reader, question: str, found: Sequence[tuple[Candidate, list[Reading]]], history: str) -> None:
    """Put the mean of two readings in place of one, for the sentences that come closest to being the best."""
    odds = [
        (log_odds(reading.answers, candidate.scores[at]), place, at)
        for place, (candidate, readings) in enumerate(found)
        for at, reading in enumerate(readings)
    ]
    best = max(odds)[0]
    close = [(place, at) for odd, place, at in sorted(odds, reverse=True)[:CONTENDERS] if odd >= best - MARGIN]
    if len(close) < 2:
        return
    again = reader.read(question, [_neighbours(found[place][0], at) for place, at in close], history=history)
    for (place, at), readings in zip(close, again, strict=True):
        first, second = found[place][1][at], readings[min(at, 1)]
        yes, no, undecided = ((a + b) / 2 for a, b in zip(first.verdict, second.verdict, strict=True))
        answers = (first.answers + second.answers) / 2
        found[place][1][at] = replace(first, answers=answers, verdict=(yes, no, undecided))


def _neighbours(candidate: Candidate, at: int) -> Run:
    """A sentence of a passage between the one before and the one after, if there are such."""
    around = range(max(0, at - 1), min(at + 2, len(candidate.sentences)))
    lines = tuple(candidate.text_of(number) for number in around)
    return Run(candidate.title, lines, (False,) * len(lines))


def _within_budget(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    left = READ_CHARACTERS
    for count, candidate in enumerate(candidates):
        left -= len(candidate.passage.text)
        if left < 0 and count:
            return candidates[:count]
    return candidates


def _runs(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Passages that follow one another, together and in the order of their article."""
    ordered = sorted(candidates, key=lambda found: (found.passage.article_id, found.passage.start))
    runs: list[list[Candidate]] = []
    for _, of_article in groupby(ordered, key=attrgetter("passage.article_id")):
        run: list[Candidate] = []
        for candidate in of_article:
            if run and _position(candidate) != _position(run[-1]) + 1:
                runs.append(run)
                run = []
            run.append(candidate)
        runs.append(run)
    return runs


def _position(candidate: Candidate) -> int:
    return int(candidate.passage.id.rpartition("/")[2])


def _to_run(candidates: Sequence[Candidate]) -> Run:
    lines: list[str] = []
    is_heading: list[bool] = []
    heading = ""
    for candidate in candidates:
        passage = candidate.passage
        if passage.heading != heading:
            heading = passage.heading
            lines.append(heading)
            is_heading.append(True)
        lines += [candidate.text_of(number) for number in range(len(candidate.sentences))]
        is_heading += [False] * len(candidate.sentences)
    return Run(candidates[0].title, tuple(lines), tuple(is_heading))


def _judged(candidate: Candidate, readings: Sequence[Reading], behind: float) -> Candidate:
    scores = tuple(log_odds(r.answers, s) - behind for r, s in zip(readings, candidate.scores, strict=True))
    stances = tuple(stance(reading.verdict) for reading in readings)
    spans = tuple(
        (sentence.start + reading.span[0], sentence.start + reading.span[1])
        for reading, sentence in zip(readings, candidate.sentences, strict=True)
    )
    return replace(
        candidate,
        scores=scores,
        score=max(scores),
        confidence=confidence(max(scores)),
        stances=stances,
        spans=spans,
    )


def _behind(candidate: Candidate, last: Candidate, place: int) -> Candidate:
    shift = last.score - place - max(candidate.scores)
    scores = tuple(score + shift for score in candidate.scores)
    return replace(candidate, scores=scores, score=max(scores), confidence=min(last.confidence, candidate.confidence))
