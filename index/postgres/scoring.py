"""BM25 of packed words, and of words of single articles: as tantivy computes it for a folder. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.postgres.schema import PLACES
from index.postgres.words import COUNT_BITS, K1, LENGTH_BITS, B

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORTH_NARROWING = 4_096
"""Postings: of shorter lists all are weighed."""

_ROUNDING = 1e-9

Scored = tuple[float, int]
"""A BM25 score, and the number of a passage."""


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """What is known of the articles of a pack, and of their passages in order."""

    articles: NDArray[np.int64]
    """Their numbers."""
    article_passages: NDArray[np.int64]
    """How many passages each of them has."""
    article_sentences: NDArray[np.int64]
    """How many sentences."""
    article_of: NDArray[np.int32]
    """Of each passage: the place of its article in ``articles``."""
    passages: NDArray[np.int64]
    """Their numbers."""
    lengths: NDArray[np.float64]
    """Their lengths in words."""


def read_pack(row: Sequence[bytes]) -> Pack:
    """A pack from its row: articles, passages, sentences, lengths."""
    import numpy as np

    articles = np.frombuffer(row[0], ">i8").astype(np.int64)
    counts, sentences, lengths = (np.frombuffer(each, ">i4").astype(np.int64) for each in row[1:])
    article_of = np.repeat(np.arange(len(articles), dtype=np.int32), counts)
    places = np.arange(len(article_of)) - np.repeat(np.cumsum(counts) - counts, counts)
    return Pack(articles, counts, sentences, article_of, articles[article_of] << PLACES | places, lengths.astype(float))


@dataclass(frozen=True, slots=True)
class Bm25:
    """What BM25 weighs by: the words' weights, and the passages' length on average."""

    idf: Mapping[str, float]
    average_length: float

    def norms(self, lengths: NDArray[np.float64]) -> NDArray[np.float64]:
        return K1 * (1 - B) + K1 * B / self.average_length * lengths


def rank_pack(
    pack: Pack, words: Mapping[str, bytes], bm25: Bm25, *, depth: int, within: NDArray[np.bool_] | None
) -> list[Scored]:
    """Up to ``depth`` passages of a pack that have one of the words, best first, ties by lower number.

    ``words``: their postings. ``within``: of each article of the pack whether it is looked in; None for all.

    All passages that have a rare word are weighed; once what the frequent ones can add would lift no other among the
    best, those alone that it could (Turtle and Flood, "Query Evaluation: Strategies and Optimizations", 1995).
    """
    import numpy as np

    scores = np.zeros(len(pack.passages))
    places: NDArray[np.intp] | None = None  # those that can be among the best; None as long as that is not known
    left = sum(bm25.idf[term] for term in words)
    for term in sorted(words, key=lambda term: (len(words[term]), term)):
        postings, idf = np.frombuffer(words[term], ">u4").astype(np.uint32), bm25.idf[term]
        if places is None and len(postings) > _WORTH_NARROWING:
            places = _narrow(scores, pack, within, depth, left)
        if places is not None:
            # A place, and the lowest count there is: the first posting from there on is that place's, if it has one.
            at = np.minimum(np.searchsorted(postings, (places << COUNT_BITS).astype(np.uint32)), len(postings) - 1)
            postings = postings[at][postings[at] >> COUNT_BITS == places]
        having, counts = (postings >> COUNT_BITS).astype(np.intp), (postings & (2**COUNT_BITS - 1)).astype(np.float64)
        scores[having] += idf * counts / (counts + bm25.norms(pack.lengths[having]))
        left -= idf
    if places is None:
        places = _searched(np.flatnonzero(scores), pack, within)
    return _best(scores[places], pack.passages[places], depth)


def _narrow(
    scores: NDArray[np.float64], pack: Pack, within: NDArray[np.bool_] | None, depth: int, left: float
) -> NDArray[np.intp] | None:
    """The passages that can still be among the best, when words come to at most ``left``; None where all can."""
    import numpy as np

    places = _searched(np.flatnonzero(scores), pack, within)
    if len(places) <= depth:
        return None
    least = np.partition(scores[places], -depth)[-depth]
    return places[scores[places] >= least - left - _ROUNDING] if least > left + _ROUNDING else None


def _searched(places: NDArray[np.intp], pack: Pack, within: NDArray[np.bool_] | None) -> NDArray[np.intp]:
    return places if within is None else places[within[pack.article_of[places]]]


def rank_rows(rows: Iterable[tuple[str, bytes, bytes]], bm25: Bm25, *, depth: int) -> list[Scored]:
    """The same of words, the numbers of the passages that have them, and their postings (words.py)."""
    import numpy as np

    numbers, scores = [], []
    for term, passages, postings in sorted(rows):
        packed = np.frombuffer(postings, ">i8").astype(np.int64)
        counts = (packed & (2**COUNT_BITS - 1)).astype(float)
        lengths = (packed >> COUNT_BITS & (2**LENGTH_BITS - 1)).astype(float)
        numbers.append(np.frombuffer(passages, ">i8").astype(np.int64))
        scores.append(bm25.idf[term] * counts / (counts + bm25.norms(lengths)))
    if not numbers:
        return []
    found, places = np.unique(np.concatenate(numbers), return_inverse=True)
    total = np.bincount(places, np.concatenate(scores)).astype(np.float64, copy=False)
    return _best(total, found, depth)


def _best(scores: NDArray[np.float64], numbers: NDArray[np.int64], depth: int) -> list[Scored]:
    import numpy as np

    if len(scores) > depth:
        least = np.partition(scores, -depth)[-depth]
        scores, numbers = scores[scores >= least], numbers[scores >= least]
    order = np.lexsort((numbers, -scores))[:depth]
    return list(zip(scores[order].tolist(), numbers[order].tolist(), strict=True))


def look_in(pack: Pack, articles: Iterable[int] | None, gone: NDArray[np.int64]) -> NDArray[np.bool_] | None:
    """Of each article of a pack whether it is one of ``articles``, None for all, and not ``gone``; None for all."""
    import numpy as np

    if articles is None and not len(gone):
        return None
    within = np.full(len(pack.articles), articles is None)
    if articles is not None:
        within[_places(pack, np.array(list(articles), dtype=np.int64))] = True
    within[_places(pack, gone)] = False
    return within


def count_sentences(pack: Pack, postings: bytes, sentences: bytes, within: NDArray[np.bool_] | None) -> int:
    """In how many sentences a word is, of the articles of a pack that are looked in."""
    import numpy as np

    articles = pack.article_of[np.frombuffer(postings, ">u4") >> COUNT_BITS]
    counts = np.frombuffer(sentences, ">i4").astype(np.int64)
    if within is not None:
        counts = counts[within[articles[np.flatnonzero(np.diff(articles, prepend=-1))]]]
    return int(counts.sum())


def _places(pack: Pack, articles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where in a pack the articles are that are in it."""
    import numpy as np

    if not len(pack.articles):
        return np.zeros(0, dtype=np.int64)
    places = np.minimum(np.searchsorted(pack.articles, articles), len(pack.articles) - 1).astype(np.int64)
    found: NDArray[np.int64] = places[pack.articles[places] == articles]
    return found
