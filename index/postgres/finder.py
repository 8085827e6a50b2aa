"""Passages found in the database: nearest vectors by pgvector, and BM25 from the words that are kept of passages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.embedding import Encoder, Progress
from index.fusion import Weights
from index.postgres.frequent import FrequentWords
from index.postgres.packs import pack_words
from index.postgres.rows import vector_text
from index.postgres.schema import PLACES
from index.postgres.scoring import Bm25, Pack, count_sentences, look_in, rank_pack, rank_rows, read_pack
from index.postgres.words import COUNT_BITS, LENGTH_BITS, idf, shares, split_by_rarity
from index.types import Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.postgres.store import PostgresStore

MOST_POSTINGS = 2_000_000
"""Passages are weighed by a question's rarest words, as many as have no more postings than this together: 8 MB. Of
100,000 passages that is all words of nearly every question, and the ranking is exact."""

_MOST_UNPACKED = 40_000
"""The same for words that are not packed. More only where what has come was not packed in time."""

_LOOK_UPS = 5_000
"""Words times articles: so many are looked up one by one rather than in packs."""

_EXACT = 10_000
"""Passages: so many in the articles that are searched are compared one by one, and none is missed."""

_EXACT_OF_ALL = 2_000
"""The same where all are searched, for which there is an index: it may miss one, most of all after many changes."""

_LOOK_UP = """
SELECT totals.passages, totals.sentences, totals.words, known.*,
    ARRAY(SELECT number FROM pullquote.packs ORDER BY first), (SELECT coalesce(max(last), 0) FROM pullquote.packs),
    (SELECT coalesce(sum(size), 0)::bigint FROM pullquote.packs),
    (SELECT coalesce(string_agg(int8send(article), ''), '') FROM pullquote.removed)
FROM pullquote.totals, (
    SELECT array_agg(term), array_agg(passages), array_agg(sentences) FROM pullquote.terms WHERE term = ANY(%s)
) AS known"""
_PACKED = """
SELECT term, pack, postings, {sentences} FROM pullquote.packed WHERE term = ANY(%(terms)s) AND pack = ANY(%(packs)s)"""
_ROWS = f"""
SELECT term, NULL::bigint, string_agg(int8send((article << {PLACES}) | (p >> {COUNT_BITS + LENGTH_BITS})), ''),
    string_agg(int8send(p), '')
FROM pullquote.words, unnest(postings) AS p WHERE term = ANY(%(some)s) AND {{which}} GROUP BY term"""
_NEAREST_FOUND = "SELECT NULL::text, number, NULL::bytea, NULL::bytea FROM by_meaning"
_OF_ARTICLES = """
SELECT coalesce(sum(passages), 0)::bigint, coalesce(sum(sentences), 0)::bigint FROM pullquote.articles
WHERE number = ANY(%s)"""
_SENTENCES = """
SELECT term, sum(sentences)::bigint FROM pullquote.words WHERE article = ANY(%s) AND term = ANY(%s) GROUP BY term"""

_NEAREST = """
by_meaning AS (
    SELECT number FROM pullquote.passages WHERE vector_dims(embedding) = {dimension} {within}
    ORDER BY embedding::halfvec({dimension}) <=> %(vector)s::halfvec({dimension}) LIMIT %(near)s
)"""
_NEAREST_OF_FEW = """
by_meaning AS (
    SELECT number FROM pullquote.passages WHERE vector_dims(embedding) = {dimension} {within}
    ORDER BY embedding <=> %(vector)s::halfvec, number LIMIT %(near)s
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
    unpacked: int
    """Passages, about."""
    last: int
    """The number of the last article that is packed."""
    packs: tuple[int, ...]
    """The numbers of those that are searched: none where there are few articles, which are looked up."""
    within: dict[int, NDArray[np.bool_] | None]
    """Of each of them, which of its articles are searched."""
    words: dict[int, dict[str, bytes]]
    """Of each of them, the postings of the question's words that were read already."""


class PostgresFinder:
    """The Finder of a database. It keeps what it knows of the last question, and which passages are in which pack."""

    encodes_beside = False
    """One statement finds by words and by meaning."""

    def __init__(self, store: PostgresStore, encoder: Encoder) -> None:
        self._store = store
        self._encoder = encoder
        self._asked: _Asked | None = None
        self._packs: dict[int, Pack] = {}
        self._frequent = FrequentWords()

    def sync(self, progress: Progress | None = None) -> None:
        """Nothing to do: what was added is found as soon as it is there."""
        self._asked = None

    def settle(self, progress: Progress | None = None) -> None:
        """Pack the words of what was added."""
        pack_words(self._store)

    def check(self, progress: Progress | None = None) -> list[Problem]:
        from index.postgres.check import check_words

        return check_words(self._store, progress)

    def propose(
        self,
        question: str,
        vector: Callable[[], NDArray[np.float32]],
        *,
        depth: int,
        near: int,
        articles: Collection[int] | None,
        weights: Weights,
    ) -> Iterator[set[int]]:
        asked = self._ask(question, articles)
        values: dict[str, object] = {"near": near, "articles": None if articles is None else list(articles)}
        before, parts = "", []
        if weights.uses_dense and asked.searched_passages:
            few = asked.searched_passages <= (_EXACT_OF_ALL if articles is None else _EXACT)
            within = "" if articles is None else "AND article = ANY(%(articles)s)"
            before = "WITH" + (_NEAREST_OF_FEW if few else _NEAREST).format(
                dimension=self._encoder.dimension, within=within
            )
            parts.append(_NEAREST_FOUND)
            values["vector"] = vector_text(vector())
        held = {term: count for term, count in asked.passages.items() if count}
        weighs = bool(weights.uses_lexical and held and asked.searched_passages)
        terms = split_by_rarity(held, MOST_POSTINGS)[0]
        kept = {} if asked.words else self._frequent.get(terms, asked.packs)
        if weighs:
            values["terms"] = [term for term in terms if term not in kept]
            parts += self._by_words(asked, held, values)
        rows = self._store.search(f"{before} {' UNION ALL '.join(parts)}", values) if parts else []
        found = {number for term, number, _, _ in rows if term is None}
        yield found | self._weighed(asked, held, rows, kept, depth) if weighs else found

    def weigh(self, question: str, *, articles: Collection[int] | None) -> dict[str, float]:
        asked = self._ask(question, articles)
        return shares(asked.sentences, asked.searched_sentences)

    def words(self, text: str) -> frozenset[str]:
        return frozenset(self._store.terms(text))

    def _by_words(self, asked: _Asked, held: dict[str, int], values: dict[str, object]) -> list[str]:
        """The parts of a statement that read where a question's words are; their values are put to the others."""
        looked_up = asked.articles is not None and not asked.packs
        values["packs"] = list(asked.packs)
        unpacked = {term: count * asked.unpacked // asked.all_passages for term, count in held.items()}
        values["some"] = list(held) if looked_up else split_by_rarity(unpacked, _MOST_UNPACKED)[0]
        values["last"] = asked.last
        parts = []
        if asked.articles is None:
            parts.append(_ROWS.format(which="article > %(last)s"))
        elif single := [article for article in asked.articles if looked_up or article > asked.last]:
            values["single"] = single
            parts.append(_ROWS.format(which="article = ANY(%(single)s)"))
        if asked.packs and not asked.words:
            parts.append(_PACKED.format(sentences="NULL"))
        return parts

    def _weighed(
        self,
        asked: _Asked,
        held: dict[str, int],
        rows: list[tuple[Any, ...]],
        kept: dict[str, dict[int, bytes]],
        depth: int,
    ) -> set[int]:
        """The passages that have most of the question's words, from the rows of ``_by_words`` and what was ``kept``."""
        words = asked.words or {pack: {} for pack in asked.packs}
        single = []
        for term, pack, postings, more in rows:
            if term is not None and pack is None:
                single.append((term, postings, more))
            elif term is not None:
                words[pack][term] = postings
        if not asked.words:
            self._frequent.keep(list(held), words)
        for term, of_packs in kept.items():
            for pack, postings in of_packs.items():
                words[pack][term] = postings
        bm25 = Bm25({term: idf(held[term], asked.all_passages) for term in held}, asked.all_words / asked.all_passages)
        found = rank_rows(single, bm25, depth=depth)
        for pack in asked.packs:
            found += rank_pack(self._packs[pack], words[pack], bm25, depth=depth, within=asked.within[pack])
        return {number for _, number in sorted(found, key=lambda pair: (-pair[0], pair[1]))[:depth]}

    def _ask(self, question: str, articles: Collection[int] | None) -> _Asked:
        """What the database knows of a question's words; asked once for finding and for weighing."""
        within = None if articles is None else tuple(articles)
        if self._asked is None or (self._asked.question, self._asked.articles) != (question, within):
            self._asked = self._look_up(question, within)
        return self._asked

    def _look_up(self, question: str, articles: tuple[int, ...] | None) -> _Asked:
        import numpy as np

        terms = list(dict.fromkeys(self._store.terms(question)))
        row = self._store.search(_LOOK_UP, [terms])[0]
        of_passages, of_sentences = (dict(zip(row[3] or (), row[place] or (), strict=True)) for place in (4, 5))
        packs, last, size, gone = row[6:]
        passages = {term: of_passages.get(term, 0) for term in terms}
        sentences = {term: of_sentences.get(term, 0) for term in terms}
        searched = (row[0], row[1])
        words: dict[int, dict[str, bytes]] = {}
        if articles is not None and len(articles) * len(terms) <= _LOOK_UPS:
            packs = []
        within = self._read_packs(packs, articles, np.frombuffer(gone, ">i8").astype(np.int64))
        if articles is not None:
            single = [article for article in articles if article > last] if packs else list(articles)
            searched = self._store.search(_OF_ARTICLES, [single])[0]
            sentences = dict.fromkeys(terms, 0) | dict(self._store.search(_SENTENCES, [single, terms]))
            words = {pack: {} for pack in packs}
            wanted = _PACKED.format(sentences="sentences")
            rows = self._store.search(wanted, {"terms": terms, "packs": packs}) if packs else []
            for term, pack, postings, counts in rows:
                words[pack][term] = postings
                sentences[term] += count_sentences(self._packs[pack], postings, counts, within[pack])
            for pack in packs:
                of_pack = self._packs[pack]
                searched = (
                    searched[0] + int(of_pack.article_passages[within[pack]].sum()),
                    searched[1] + int(of_pack.article_sentences[within[pack]].sum()),
                )
        return _Asked(
            question, articles, passages, sentences, row[0], row[2], *searched,
            max(0, row[0] - size), last, tuple(packs), within, words,
        )  # fmt: skip

    def _read_packs(
        self, packs: list[int], articles: Collection[int] | None, gone: NDArray[np.int64]
    ) -> dict[int, NDArray[np.bool_] | None]:
        """Read what is not known of packs, and tell which articles in each are searched."""
        missing = [pack for pack in packs if pack not in self._packs]
        if missing:
            wanted = "SELECT number, articles, passages, sentences, lengths FROM pullquote.packs WHERE number = ANY(%s)"
            come = {row[0]: read_pack(row[1:]) for row in self._store.search(wanted, [missing])}
            self._packs = {pack: known for pack, known in self._packs.items() if pack in packs} | come
        return {pack: look_in(self._packs[pack], articles, gone) for pack in packs}
