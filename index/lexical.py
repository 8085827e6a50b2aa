"""The words that question and passage share: tantivy finds passages by them (BM25), and any text can be weighed.

With index/lexical_files.py and index/lexical_parts.py the only file that imports tantivy.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.lexical_files import LexicalFiles

_LONGEST_TERM = 64
"""Characters: longer "words" are no words, and are not indexed."""

WRITER_BYTES = 15_000_000
"""tantivy's smallest writing buffer; the index itself grows as it needs."""


@dataclass(frozen=True, slots=True)
class LexicalPassage:
    """A passage as it is indexed: under its number, its text with title and heading, and its sentences alone."""

    number: int
    text: str
    sentences: tuple[str, ...]


class LexicalIndex:
    """Passages by their words: those of files, where there are any, and in memory what came after them.

    A question is plain text: nothing in it is query syntax.
    """

    def __init__(self, folder: Path | None = None, sentences: Mapping[int, int] | None = None) -> None:
        """``folder``: what a LexicalWriter wrote; ``sentences``: how many each of the articles in it has.

        ValueError where there is no such index.
        """
        import tantivy

        self._tantivy: Any = tantivy
        self._analyser: Any = make_analyser()
        self._schema = make_schema()
        self._index: Any = tantivy.Index(self._schema)
        self._index.register_tokenizer("words", self._analyser)
        self._writer: Any = self._index.writer(WRITER_BYTES, 1)
        self._uncommitted = False
        self._frequencies: dict[int, Counter[str]] = {}
        """Of each article: in how many of its sentences each word is. tantivy's own would not go down on removal."""
        self._sentences: dict[int, int] = {}
        self._kept: LexicalFiles | None = None
        if folder:
            from index.lexical_files import LexicalFiles

            self._kept = LexicalFiles(folder, sentences or {})

    def add(self, article: int, passages: Iterable[LexicalPassage]) -> None:
        """Hold passages of an article, whose numbers must be new: some of them, or all."""
        frequency = self._frequencies.setdefault(article, Counter())
        count = self._sentences.get(article, 0)
        for passage in passages:
            for sentence in passage.sentences:
                frequency.update(set(self.terms(sentence)))
            count += len(passage.sentences)
            self._writer.add_document(make_document(article, passage.number, passage.text))
        self._sentences[article] = count
        self._uncommitted = True

    def remove(self, article: int) -> None:
        """Forget an article's passages; nothing happens if it is not held."""
        if self._kept:
            self._kept.hide(article)
        if self._frequencies.pop(article, None) is not None:
            del self._sentences[article]
            self._writer.delete_documents_by_query(self._tantivy.Query.term_query(self._schema, "article", article))
            self._uncommitted = True

    def search(self, question: str, k: int, *, articles: Collection[int] | None = None) -> list[tuple[int, float]]:
        """Return up to ``k`` (number, BM25) pairs of passages that share a word with the question, highest first.

        ``articles``: look in these alone; None for all. ``[]`` where no word is shared. Ties by lower number. Where
        there are files, passages in them and in memory are weighed apart, and up to ``k`` of either returned.
        """
        terms = list(dict.fromkeys(self.terms(question)))
        if not terms or (articles is not None and not articles):
            return []
        found = search_words(self._committed_searcher(), self._schema, terms, k, within=articles)
        if self._kept:
            found += self._kept.search(terms, k, articles)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def weigh(self, question: str, *, articles: Collection[int] | None = None) -> dict[str, float]:
        """Return the question's words, each with its share of their weight: they add up to 1, or ``{}`` without words.

        A word's weight is BM25's idf, ln(1 + (n - f + 0.5) / (f + 0.5)), f of n sentences having it, over the articles
        that are searched. A word that none has weighs most: a question in words of its own is then shared little of.
        """
        held = self._frequencies.keys() if articles is None else self._frequencies.keys() & set(articles)
        n = sum(self._sentences[article] for article in held)
        n += self._kept.sentences(articles) if self._kept else 0
        weights = {}
        for term in dict.fromkeys(self.terms(question)):
            f = sum(self._frequencies[article][term] for article in held)
            f += self._kept.frequency(term, articles) if self._kept else 0
            weights[term] = math.log(1 + (n - f + 0.5) / (f + 0.5))
        total = sum(weights.values())
        return {term: weight / total for term, weight in weights.items()}

    def terms(self, text: str) -> list[str]:
        """The words of a text as they are indexed."""
        found: list[str] = self._analyser.analyze(text)
        return found

    def _committed_searcher(self) -> Any:
        if self._uncommitted:
            self._writer.commit()
            self._index.reload()
            self._uncommitted = False
        return self._index.searcher()


def search_words(
    searcher: Any,
    schema: Any,
    terms: Iterable[str],
    k: int,
    *,
    within: Collection[int] | None = None,
    without: Set[int] = frozenset(),
) -> list[tuple[int, float]]:
    """Up to ``k`` (number, BM25) pairs of passages that have one of the words, highest first.

    ``within``: of these articles alone, None for all; ``without``: of none of these.
    """
    from tantivy import Occur, Query

    wanted = Query.boolean_query([(Occur.Should, Query.term_query(schema, "text", term, "freq")) for term in terms])
    wanted = wanted if within is None else restrict(wanted, schema, within)
    limit = k + min(len(without), k // 4)
    while True:
        hits = searcher.search(wanted, limit, count=False).hits
        addresses = [address for _, address in hits]
        # tantivy looks at half as many passages for words alone as for words that are not in some articles.
        articles = searcher.fast_field_values("article", addresses) if without else [None] * len(hits)
        numbers = searcher.fast_field_values("number", addresses)
        found = [
            (number, score)
            for number, article, (score, _) in zip(numbers, articles, hits, strict=True)
            if article not in without
        ]
        if len(found) >= k or len(hits) < limit:
            return found[:k]
        limit *= 2


def restrict(query: Any, schema: Any, within: Collection[int]) -> Any:
    """A query that looks in articles ``within`` alone."""
    from tantivy import Occur, Query

    inside = Query.term_set_query(schema, "article", list(within))
    return Query.boolean_query([(Occur.Must, Query.const_score_query(inside, 0.0)), (Occur.Must, query)])


def make_schema() -> Any:
    """What is kept of a passage, or of a sentence: its number, its article's, and its words."""
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_unsigned_field("number", indexed=True, fast=True)
    schema.add_unsigned_field("article", indexed=True, fast=True)
    schema.add_text_field("text", tokenizer_name="words", index_option="freq")
    return schema.build()


def make_document(article: int, number: int, text: str) -> Any:
    import tantivy

    document = tantivy.Document()
    document.add_unsigned("number", number)
    document.add_unsigned("article", article)
    document.add_text("text", text)
    return document


def make_analyser(*, stop_words: bool = False) -> Any:
    """Words in small letters, without accents, reduced to their English stems; ``stop_words``: without those as well.

    Stems found 3 in 100 more answering sentences than plain words did, on questions of data/train; searching without
    stop words found fewer.
    """
    import tantivy

    keep = tantivy.Filter
    steps = [keep.remove_long(_LONGEST_TERM), keep.lowercase(), keep.ascii_fold()]
    if stop_words:
        steps.append(keep.stopword("english"))
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (*steps, keep.stemmer("english")):
        builder = builder.filter(step)
    return builder.build()
