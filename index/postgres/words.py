"""BM25 in tables: what is kept of the words of passages, and how a question is weighed by them.

PostgreSQL's own full-text ranking does not know how rare a word is. So each word of an article is a row with a posting
for every passage that has it: enough to compute in SQL what tantivy computes for a folder, to the same ranking. Pure.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

K1, B = 1.2, 0.75
"""BM25's constants, as tantivy has them (Robertson and Zaragoza, 2009)."""

COUNT_BITS, LENGTH_BITS = 8, 16
"""A posting is one number: the passage's place in its article, its length, and how often it has the word."""

Analyse = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class ArticleWords:
    """The words of an article: the rows of its terms, and what they add up to."""

    rows: list[tuple[str, int, list[int]]]
    """Of each term: in how many sentences it is, and its postings."""
    sentences: int
    words: int

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Of each term: in how many passages, and in how many sentences it is."""
        return {term: (len(postings), sentences) for term, sentences, postings in self.rows}


def collect_words(passages: Iterable[tuple[str, Sequence[str]]], analyse: Analyse) -> ArticleWords:
    """Return the words of an article's passages: of each its text, with title and heading, and its sentences."""
    postings: dict[str, list[int]] = {}
    frequency: Counter[str] = Counter()
    sentences = words = 0
    for place, (text, of_passage) in enumerate(passages):
        terms = analyse(text)
        words += len(terms)
        sentences += len(of_passage)
        for term, count in Counter(terms).items():
            postings.setdefault(term, []).append(posting(place, len(terms), count))
        for sentence in of_passage:
            frequency.update(set(analyse(sentence)))
    return ArticleWords([(term, frequency[term], postings[term]) for term in sorted(postings)], sentences, words)


def posting(place: int, length: int, count: int) -> int:
    """A passage's place, length in words, and how often it has a word, as one number."""
    length, count = min(length, 2**LENGTH_BITS - 1), min(count, 2**COUNT_BITS - 1)
    return (place << LENGTH_BITS | rounded_length(length)) << COUNT_BITS | count


def rounded_length(length: int) -> int:
    """A length as tantivy keeps it, in one byte: exact up to 40, then in steps that double every eight."""
    step, start = 2, 40
    while length >= start + 8 * step:
        start, step = start + 8 * step, step * 2
    return length if length <= 40 else start + (length - start) // step * step


def idf(having: int, of: int) -> float:
    """BM25's weight of a word that ``having`` of ``of`` texts have: ln(1 + (n - f + 0.5) / (f + 0.5))."""
    return math.log(1 + (max(of, having) - having + 0.5) / (having + 0.5))


def shares(frequencies: Mapping[str, int], of: int) -> dict[str, float]:
    """Words, each with its share of their weight: as ``LexicalIndex.weigh`` has them."""
    weights = {term: idf(frequency, of) for term, frequency in frequencies.items()}
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()}


def split_by_rarity(frequencies: Mapping[str, int], most: int) -> tuple[list[str], list[str]]:
    """The rarest words, which together are in no more than ``most`` passages, or the rarest alone; and the others."""
    by_rarity = sorted(frequencies, key=lambda term: (frequencies[term], term))
    total = 0
    for place, term in enumerate(by_rarity):
        total += frequencies[term]
        if place and total > most:
            return by_rarity[:place], by_rarity[place:]
    return by_rarity, []
