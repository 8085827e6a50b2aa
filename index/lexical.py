"""BM25 over passages: tantivy finds those that share words with a question, and scores are exact on any text.

The only file that imports tantivy. Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond"
(2009); k1 and b are tantivy's (and Lucene's) own.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

_K1 = 1.2
_B = 0.75
_LONGEST_TERM = 64
"""Characters: longer "words" are no words, and are not indexed."""

_WRITER_BYTES = 15_000_000
"""tantivy's smallest writing buffer; the index itself grows as it needs."""


class LexicalIndex:
    """Passages by their words, in memory. A question is plain text: nothing in it is query syntax."""

    def __init__(self) -> None:
        import tantivy

        self._tantivy: Any = tantivy
        self._analyser: Any = _analyser(tantivy)
        schema = tantivy.SchemaBuilder()
        schema.add_unsigned_field("id", indexed=True, fast=True)
        schema.add_unsigned_field("article", indexed=True)
        schema.add_text_field("text", tokenizer_name="words", index_option="freq")
        self._schema: Any = schema.build()
        self._index: Any = tantivy.Index(self._schema)
        self._index.register_tokenizer("words", self._analyser)
        self._writer: Any = self._index.writer(_WRITER_BYTES, 1)
        self._uncommitted = False
        self._frequencies: dict[int, Counter[str]] = {}
        self._document_frequency: Counter[str] = Counter()
        self._sizes: dict[int, tuple[int, int]] = {}

    def add(self, article: int, passages: Iterable[tuple[int, str]]) -> None:
        """Hold an article's passages, as (id, text) pairs; the article's number must be new."""
        frequency: Counter[str] = Counter()
        count = words = 0
        for held, text in passages:
            terms = self.terms(text)
            frequency.update(set(terms))
            count, words = count + 1, words + len(terms)
            document = self._tantivy.Document()
            document.add_unsigned("id", held)
            document.add_unsigned("article", article)
            document.add_text("text", text)
            self._writer.add_document(document)
        self._frequencies[article] = frequency
        self._document_frequency.update(frequency)
        self._sizes[article] = count, words
        self._uncommitted = True

    def remove(self, article: int) -> None:
        """Forget an article's passages; nothing happens if it is not held."""
        if article not in self._sizes:
            return
        self._document_frequency -= self._frequencies.pop(article)
        del self._sizes[article]
        self._writer.delete_documents_by_query(self._tantivy.Query.term_query(self._schema, "article", article))
        self._uncommitted = True

    def search(self, question: str, k: int, *, articles: Collection[int] | None = None) -> list[int]:
        """Return the ids of up to ``k`` passages that share a word with the question, best first.

        ``articles``: look in these alone; None for all. ``[]`` where no word is shared.
        """
        terms = [term for term in dict.fromkeys(self.terms(question)) if self._document_frequency[term]]
        if not terms or (articles is not None and not articles):
            return []
        query, occur = self._tantivy.Query, self._tantivy.Occur
        wanted = query.boolean_query(
            [(occur.Should, query.term_query(self._schema, "text", term, "freq")) for term in terms]
        )
        if articles is not None:
            within = query.const_score_query(query.term_set_query(self._schema, "article", list(articles)), 0.0)
            wanted = query.boolean_query([(occur.Must, within), (occur.Must, wanted)])
        searcher = self._committed_searcher()
        hits = searcher.search(wanted, k, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in hits])
        scores = [score for score, _ in hits]
        return [held for _, held in sorted(zip(scores, ids, strict=True), key=lambda pair: (-pair[0], pair[1]))]

    def score(self, question: str, texts: Sequence[str], *, mean_words: float | None = None) -> list[float]:
        """Return for each text its BM25 for the question, over the most that any text could have: in [0, 1].

        How telling a word is (idf) counts over the passages held, so a question in words that the library does not use
        scores low everywhere. ``mean_words``: the length that counts as usual; None for that of the passages held.
        """
        passages = sum(count for count, _ in self._sizes.values())
        idf = {
            term: math.log(1 + (passages - held + 0.5) / (held + 0.5))
            for term in dict.fromkeys(self.terms(question))
            for held in [self._document_frequency[term]]
        }
        most = (_K1 + 1) * sum(idf.values())
        if not most:
            return [0.0] * len(texts)
        usual = mean_words or sum(words for _, words in self._sizes.values()) / max(1, passages)
        return [self._bm25(self.terms(text), idf, usual) / most for text in texts]

    def terms(self, text: str) -> list[str]:
        """The words of a text as they are indexed."""
        found: list[str] = self._analyser.analyze(text)
        return found

    @staticmethod
    def _bm25(terms: list[str], idf: dict[str, float], usual: float) -> float:
        length = _K1 * (1 - _B + _B * len(terms) / max(1.0, usual))
        counts = Counter(term for term in terms if term in idf)
        return sum(idf[term] * count * (_K1 + 1) / (count + length) for term, count in counts.items())

    def _committed_searcher(self) -> Any:
        if self._uncommitted:
            self._writer.commit()
            self._index.reload()
            self._uncommitted = False
        return self._index.searcher()


def _analyser(tantivy: Any) -> Any:
    """Words in small letters, without accents, reduced to their English stems."""
    keep = tantivy.Filter
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (keep.remove_long(_LONGEST_TERM), keep.lowercase(), keep.ascii_fold(), keep.stemmer("english")):
        builder = builder.filter(step)
    return builder.build()
