"""Words in files: tantivy's index of passages, to find them by, and one of their sentences, to count words with.

Written once (index/lexical_parts.py) and then only read. What is taken out of the library meanwhile is hidden.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from index.lexical import make_analyser, make_schema, restrict, search_words
from index.lexical_parts import PASSAGES, SENTENCES

MANY, COMMON = 100_000, 0.15
"""Of more passages than these, words that a larger share of them has are not looked for, if there are others.

Of a million passages that takes 2.7 ms rather than 12. Were they left out of 14,438 passages as well, the right one
would be read for 0.785 of 2,000 questions rather than 0.787 (data/train): what is found is weighed by all words.
"""

_LEAST = 2
"""Words that are looked for at least, however common."""

_REMEMBERED = 10_000
"""Words of questions whose frequency is kept at hand: to look one up in all parts takes 20 microseconds."""


class LexicalFiles:
    """The two indexes of a folder, mapped into memory."""

    def __init__(self, folder: Path, sentences: Mapping[int, int]) -> None:
        """``sentences``: how many each article has. ValueError where the folder holds no such indexes."""
        self._schema = make_schema()
        self._passages = self._open(folder / PASSAGES)
        self._counted = self._open(folder / SENTENCES)
        self._sentences = dict(sentences)
        self._total = sum(self._sentences.values())
        self._hidden: set[int] = set()
        remember = lru_cache(_REMEMBERED)
        self._passages_with = remember(partial(self._passages.doc_freq, "text"))
        self._sentences_with = remember(partial(self._counted.doc_freq, "text"))
        self._hidden_sentences_with = remember(partial(_count, self._counted, self._schema, self._hidden))

    def hide(self, article: int) -> None:
        """Find nothing of an article from now on."""
        count = self._sentences.pop(article, None)
        if count is not None:
            self._total -= count
            self._hidden.add(article)
            self._hidden_sentences_with.cache_clear()

    def search(self, terms: Iterable[str], k: int, articles: Collection[int] | None) -> list[tuple[int, float]]:
        """Up to ``k`` (number, BM25) pairs of passages that have one of the words; in these articles, None for all."""
        within = self._held(articles)
        if within is not None and not within:
            return []
        if within is not None:
            return search_words(self._passages, self._schema, terms, k, within=within)
        return search_words(self._passages, self._schema, self._telling(terms), k, without=self._hidden)

    def _telling(self, terms: Iterable[str]) -> list[str]:
        """The words to look for: of very many passages not those that most have, for these take the most time."""
        wanted = list(terms)
        every = self._passages.num_docs
        if every <= MANY:
            return wanted
        found = {term: self._passages_with(term) for term in wanted}
        rare = [term for term in wanted if found[term] <= COMMON * every]
        return rare if len(rare) >= _LEAST else sorted(wanted, key=found.__getitem__)[:_LEAST]

    def frequency(self, term: str, articles: Collection[int] | None) -> int:
        """How many sentences of these articles, None for all, have a word."""
        within = self._held(articles)
        if within is not None:
            return _count(self._counted, self._schema, within, term) if within else 0
        return int(self._sentences_with(term)) - (self._hidden_sentences_with(term) if self._hidden else 0)

    def sentences(self, articles: Collection[int] | None) -> int:
        """How many sentences these articles have, None for all."""
        held = self._held(articles)
        return self._total if held is None else sum(self._sentences[article] for article in held)

    def _held(self, articles: Collection[int] | None) -> list[int] | None:
        return None if articles is None else [article for article in articles if article in self._sentences]

    def _open(self, folder: Path) -> Any:
        """The searcher of an index that will not change."""
        import tantivy

        if not os.access(folder, os.W_OK):
            folder = self._borrow(folder)
        index = tantivy.Index.open(str(folder))
        index.register_tokenizer("words", make_analyser())
        return index.searcher()

    def _borrow(self, folder: Path) -> Path:
        """A folder of links to the files of one that cannot be written: tantivy locks a file there even to read."""
        links = Path(tempfile.mkdtemp(prefix="pullquote-"))
        weakref.finalize(self, shutil.rmtree, links, ignore_errors=True)
        for file in (each for each in folder.iterdir() if not each.name.startswith(".tantivy")):
            link = links / file.name
            try:
                link.symlink_to(file.absolute())
            except OSError:
                shutil.copyfile(file, link)
        return links


def _count(searcher: Any, schema: Any, within: Collection[int], term: str) -> int:
    """How many sentences of these articles have a word."""
    from tantivy import Query

    wanted = restrict(Query.term_query(schema, "text", term), schema, within)
    return int(searcher.search(wanted, 1, count=True).count)
