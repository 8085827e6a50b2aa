"""Passages found by the database itself: nearest vectors by pgvector, and BM25 over the words of passages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.embedding import Encoder, Progress
from index.fusion import Weights
from index.postgres.rows import vector_text
from index.postgres.schema import PLACES
from index.postgres.words import COUNT_BITS, K1, LENGTH_BITS, B, idf, shares, split_by_rarity
from index.types import Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.postgres.store import PostgresStore

MOST_POSTINGS = 8_000
"""Passages are looked for by a question's rarest words, as many as have no more postings than this together; the other
words only weigh those that were found."""

_WEIGHED = 4
"""Times as many as are wanted: passages that the rare words find and the others weigh."""

_LOOK_UPS = 5_000
"""Words times articles: so many are looked up, whatever they cost to weigh."""

_EXACT = 5_000
"""Passages: so many in the articles that are searched are compared one by one, and none is missed."""

_COUNT = f"(p & {2**COUNT_BITS - 1})::float8"
_LENGTH = f"((p >> {COUNT_BITS}) & {2**LENGTH_BITS - 1})::float8"
_WEIGHT = f"a.idf * {_COUNT} / ({_COUNT} + %(fixed)s::float8 + %(by_length)s::float8 * {_LENGTH})"
"""BM25 of a word in a passage, by its posting; what is the same for all words and passages is left out."""
_NUMBER = f"((w.article << {PLACES}) | (p >> {COUNT_BITS + LENGTH_BITS}))"

_BY_WORDS = f"""
rare AS (
    SELECT w.article, {_NUMBER} AS number, sum({_WEIGHT}) AS score
    FROM unnest(%(rare)s::text[], %(rare_idf)s::float8[]) AS a (term, idf)
    JOIN pullquote.words w USING (term), unnest(w.postings) AS p
    {{within}}
    GROUP BY 1, 2 ORDER BY score DESC, number LIMIT %(weighed)s
), by_words AS (
    SELECT number FROM rare ORDER BY score + coalesce((
        SELECT sum({_WEIGHT}) FROM unnest(%(other)s::text[], %(other_idf)s::float8[]) AS a (term, idf)
        JOIN pullquote.words w ON w.article = rare.article AND w.term = a.term, unnest(w.postings) AS p
        WHERE {_NUMBER} = number
    ), 0) DESC, number LIMIT %(depth)s
)"""

_NEAREST = """
by_meaning AS (
    SELECT number FROM pullquote.passages WHERE vector_dims(embedding) = {dimension} {within}
    ORDER BY embedding::halfvec({dimension}) <=> %(vector)s::halfvec({dimension}) LIMIT %(depth)s
)"""
_NEAREST_OF_FEW = """
few AS MATERIALIZED (
    SELECT number, embedding FROM pullquote.passages WHERE article = ANY(%(articles)s)
), by_meaning AS (
    SELECT number FROM few WHERE vector_dims(embedding) = {dimension}
    ORDER BY embedding <=> %(vector)s::halfvec, number LIMIT %(depth)s
)"""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of a question's words: in how many passages and sentences of those searched they are."""

    question: str
    articles: tuple[int, ...] | None
    passages: dict[str, int]
    """Of each word: in how many passages of the library it is."""
    sentences: dict[str, int]
    """Of each word: in how many sentences of the articles that are searched it is."""
    all_passages: int
    all_words: int
    searched_passages: int
    searched_sentences: int


class PostgresFinder:
    """The Finder of a database. It keeps nothing but what it knows of the last question."""

    def __init__(self, store: PostgresStore, encoder: Encoder) -> None:
        self._store = store
        self._encoder = encoder
        self._asked: _Asked | None = None

    def sync(self, progress: Progress | None = None) -> None:
        """Nothing to do: what was added is found as soon as it is there."""
        self._asked = None

    def settle(self, progress: Progress | None = None) -> None:
        """Nothing to do."""

    def check(self, progress: Progress | None = None) -> list[Problem]:
        from index.postgres.check import check_words

        return check_words(self._store, progress)

    def propose(
        self,
        question: str,
        vector: NDArray[np.float32],
        *,
        depth: int,
        articles: Collection[int] | None,
        weights: Weights,
    ) -> set[int]:
        asked = self._ask(question, articles)
        values: dict[str, object] = {"depth": depth, "articles": None if articles is None else list(articles)}
        parts, wanted = [], []
        if weights.uses_dense and asked.searched_passages:
            few = articles is not None and asked.searched_passages <= _EXACT
            within = "" if articles is None else "AND article = ANY(%(articles)s)"
            parts.append((_NEAREST_OF_FEW if few else _NEAREST).format(dimension=len(vector), within=within))
            wanted.append("SELECT number FROM by_meaning")
            values["vector"] = vector_text(vector)
        held = {term: count for term, count in asked.passages.items() if count}
        if weights.uses_lexical and held and asked.searched_passages:
            # Of few articles all words are looked up, one by one.
            by_article = articles is not None and len(articles) * len(held) <= _LOOK_UPS
            rare, other = (list(held), []) if by_article else split_by_rarity(held, MOST_POSTINGS)
            parts.append(_BY_WORDS.format(within="" if articles is None else "WHERE w.article = ANY(%(articles)s)"))
            wanted.append("SELECT number FROM by_words")
            values |= {"rare": rare, "other": other, "weighed": _WEIGHED * depth}
            values["fixed"], values["by_length"] = K1 * (1 - B), K1 * B * asked.all_passages / asked.all_words
            for name, terms in (("rare_idf", rare), ("other_idf", other)):
                values[name] = [idf(held[term], asked.all_passages) for term in terms]
        if not parts:
            return set()
        return {row[0] for row in self._store.search(f"WITH {', '.join(parts)} {' UNION '.join(wanted)}", values)}

    def weigh(self, question: str, *, articles: Collection[int] | None) -> dict[str, float]:
        asked = self._ask(question, articles)
        return shares(asked.sentences, asked.searched_sentences)

    def words(self, text: str) -> frozenset[str]:
        return frozenset(self._store.terms(text))

    def _ask(self, question: str, articles: Collection[int] | None) -> _Asked:
        """What the database knows of a question's words; asked once for finding and for weighing."""
        within = None if articles is None else tuple(articles)
        if self._asked is None or (self._asked.question, self._asked.articles) != (question, within):
            self._asked = self._look_up(question, within)
        return self._asked

    def _look_up(self, question: str, articles: tuple[int, ...] | None) -> _Asked:
        terms = list(dict.fromkeys(self._store.terms(question)))
        rows = self._store.search(
            "SELECT NULL, passages, sentences, words FROM pullquote.totals"
            " UNION ALL SELECT term, passages, sentences, 0 FROM pullquote.terms WHERE term = ANY(%s)",
            [terms],
        )
        known = {row[0]: row[1:] for row in rows}
        totals = known[None]
        passages = {term: known[term][0] if term in known else 0 for term in terms}
        sentences = {term: known[term][1] if term in known else 0 for term in terms}
        searched = totals
        if articles is not None:
            wanted = list(articles)
            rows = self._store.search(
                "SELECT NULL, coalesce(sum(passages), 0)::bigint, coalesce(sum(sentences), 0)::bigint"
                " FROM pullquote.articles WHERE number = ANY(%s)"
                " UNION ALL SELECT term, 0, sum(sentences)::bigint FROM pullquote.words"
                " WHERE article = ANY(%s) AND term = ANY(%s) GROUP BY term",
                [wanted, wanted, terms],
            )
            found = {row[0]: row[1:] for row in rows}
            searched = found[None]
            sentences = {term: found[term][1] if term in found else 0 for term in terms}
        return _Asked(question, articles, passages, sentences, totals[0], totals[2], searched[0], searched[1])
