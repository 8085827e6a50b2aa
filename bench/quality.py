"""How well the right passage and the right sentence are found: by dense search, by BM25, and by the product's hybrid.

Goes through ``Library`` like any program. Libraries are kept in runs/quality/, so a second run encodes nothing; a
change to how articles are split or encoded starts new ones.

    python -m bench.quality                     # all sets; the tables go into bench/RESULTS.md
    python -m bench.quality xquad_en news       # these alone, printed
"""

from __future__ import annotations

import hashlib
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from bench.data import data_folder, load_rows
from bench.question_sets import SetArticle, SetQuestion, load_question_set
from bench.results import to_table, write_section
from index import Library
from index.embedding import load_encoder
from index.fusion import DENSE
from index.lexical import LexicalIndex, LexicalPassage
from index.passages import split_passages

ROOT = Path(__file__).resolve().parents[1]
RUNS = ROOT / "runs" / "quality"
MADE_BY = ("article", "blocks", "sentences", "passages", "embedding", "store")
"""The modules of index/ that decide what is in a library."""

PASSAGE_SETS = ("xquad_en", "squad2", "selqa_dev")
SENTENCE_SETS = ("xquad_en", "news")
DEEPEST = 100
"""The rank down to which a right passage counts for MRR."""

Place = tuple[str, int, int]
"""The id of an article of the set, and a span of it."""

Row = tuple[str | int | float, ...]


class Search(Protocol):
    """A way to search the articles of a set."""

    def passages(self, question: str) -> list[Place]:
        """The passages of the whole set, best first."""

    def sentence(self, question: str, article: str) -> Place | None:
        """The best sentence of an article; None if there is none."""


class HybridSearch:
    """The product: ``Library.search`` without the reader."""

    def __init__(self, name: str, articles: Iterable[SetArticle]) -> None:
        """Opens the set's library and adds what is not in it yet."""
        self.library = Library(RUNS / f"{name}-{_digest_of_makers()}")
        self.set_ids: dict[str, str] = {}
        for count, article in enumerate(articles, 1):
            added = self.library.add_text(article.text, title=article.title, source=f"{name}/{article.id}")
            self.set_ids[added.id] = article.id
            if count % 500 == 0:
                print(f"{name}: {count} articles added", file=sys.stderr)
        self.library_ids = {set_id: library_id for library_id, set_id in self.set_ids.items()}

    def passages(self, question: str) -> list[Place]:
        hits = self.library.search(question, DEEPEST, read=False)
        return [(self.set_ids[hit.passage.article_id], hit.passage.start, hit.passage.end) for hit in hits]

    def sentence(self, question: str, article: str) -> Place | None:
        hits = self.library.search(question, 1, articles=[self.library_ids[article]], read=False)
        return (article, hits[0].quote.start, hits[0].quote.end) if hits else None


class DenseSearch:
    """The same without the words: cosines of sentences and of their passages."""

    def __init__(self, hybrid: HybridSearch) -> None:
        self._hybrid = hybrid

    def passages(self, question: str) -> list[Place]:
        found = self._hybrid.library.retrieve(question, weights=DENSE)[:DEEPEST]
        return [(self._hybrid.set_ids[c.passage.article_id], c.passage.start, c.passage.end) for c in found]

    def sentence(self, question: str, article: str) -> Place | None:
        within = [self._hybrid.library_ids[article]]
        best = self._hybrid.library.retrieve(question, articles=within, weights=DENSE)[0]
        sentence = best.sentences[best.scores.index(max(best.scores))]
        return article, sentence.start, sentence.end


class LexicalSearch:
    """tantivy's BM25: over passages with their title and heading, and over sentences."""

    def __init__(self, hybrid: HybridSearch) -> None:
        self._passages, self._sentences = LexicalIndex(), LexicalIndex()
        self._passage_places: list[Place] = []
        self._sentence_places: list[Place] = []
        self._numbers: dict[str, int] = {}
        encoder = load_encoder()
        for number, article in enumerate(hybrid.library.articles):
            set_id = hybrid.set_ids[article.id]
            self._numbers[set_id] = number
            passages, sentences = [], []
            for split in split_passages(article, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens):
                with_context = f"{split.context}\n{split.passage.text}"
                passages.append(LexicalPassage(len(self._passage_places), with_context, ()))
                self._passage_places.append((set_id, split.passage.start, split.passage.end))
                for s in split.sentences:
                    sentences.append(LexicalPassage(len(self._sentence_places), article.text[s.start : s.end], ()))
                    self._sentence_places.append((set_id, s.start, s.end))
            self._passages.add(number, passages)
            self._sentences.add(number, sentences)

    def passages(self, question: str) -> list[Place]:
        return [self._passage_places[number] for number, _ in self._passages.search(question, DEEPEST)]

    def sentence(self, question: str, article: str) -> Place | None:
        return next(iter(self.sentences(question, article)), None)

    def sentences(self, question: str, article: str) -> list[Place]:
        """The sentences of an article that share a word with the question, best first."""
        found = self._sentences.search(question, DEEPEST, articles=[self._numbers[article]])
        return [self._sentence_places[number] for number, _ in found]


def main(names: Sequence[str]) -> None:
    passages, sentences, documents = [], [], []
    for name in dict.fromkeys([*PASSAGE_SETS, *SENTENCE_SETS]):
        if names and name not in names:
            continue
        question_set = load_question_set("bench", name)
        questions = question_set.answerable
        for way, search in _ways(name, question_set.articles):
            if name in PASSAGE_SETS:
                passages.append((name, len(questions), way, *measure_passages(search, questions)))
            if name in SENTENCE_SETS:
                sentences.append((name, len(questions), way, measure_sentences(search, questions)))
            print(passages[-1] if name in PASSAGE_SETS else "", sentences[-1] if name in SENTENCE_SETS else "")
    if not names or "scifact" in names:
        documents = [("scifact", *row) for row in measure_scifact()]
    body = _write_tables(passages, sentences, documents)
    print(body)
    if not names:
        write_section("quality", body, command="python -m bench.quality")


def measure_passages(search: Search, questions: Sequence[SetQuestion]) -> tuple[float, float, float]:
    """Recall@1, recall@5 and MRR: of the first passage that lies in the paragraph with the answer."""
    ranks = []
    for question in questions:
        assert question.paragraph
        start, end = question.paragraph
        places = search.passages(question.question)
        right = [a == question.article_id and s < end and start < e for a, s, e in places]
        ranks.append(right.index(True) + 1 if any(right) else math.inf)
    found = np.array(ranks)
    return float(np.mean(found <= 1)), float(np.mean(found <= 5)), float(np.mean(1 / found))


def measure_sentences(search: Search, questions: Sequence[SetQuestion]) -> float:
    """Recall@1: how often the first sentence is the one that the answer starts in."""
    right = []
    for question in questions:
        assert question.answer
        place = search.sentence(question.question, question.article_id)
        right.append(place is not None and place[1] <= question.answer[0] < place[2])
    return float(np.mean(right))


def measure_scifact() -> Iterator[tuple[int, str, float]]:
    """nDCG@10 (Järvelin and Kekäläinen 2002, gains 0 and 1) of abstracts, each ranked by its best passage."""
    corpus = [SetArticle(row["_id"], row["title"], row["text"]) for row in load_rows("bench", "scifact/corpus")]
    claims = load_claims()
    for way, search in _ways("scifact", corpus):
        gains = [
            gain_at_ten([place[0] for place in search.passages(claim)], abstracts)
            for claim, abstracts in claims.items()
        ]
        yield len(claims), way, float(np.mean(gains))
        print("scifact", way, np.mean(gains), file=sys.stderr)


def load_claims() -> dict[str, set[str]]:
    """Of each claim of scifact the abstracts that speak of it."""
    claims = {row["_id"]: row["text"] for row in load_rows("bench", "scifact/queries")}
    wanted: dict[str, set[str]] = {}
    for line in (data_folder() / "data/bench/scifact/train.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        claim, abstract, score = line.split("\t")
        if int(score) > 0:
            wanted.setdefault(claims[claim], set()).add(abstract)
    return wanted


def gain_at_ten(ranked: Iterable[str], wanted: set[str]) -> float:
    """nDCG@10 of documents, each counted where it is first found."""
    first = list(dict.fromkeys(ranked))[:10]
    gain = sum(1 / math.log2(rank + 2) for rank, found in enumerate(first) if found in wanted)
    return gain / sum(1 / math.log2(rank + 2) for rank in range(min(10, len(wanted))))


def _ways(name: str, articles: Iterable[SetArticle]) -> Iterator[tuple[str, Search]]:
    hybrid = HybridSearch(name, articles)
    yield "dense", DenseSearch(hybrid)
    yield "BM25", LexicalSearch(hybrid)
    yield "hybrid", hybrid
    hybrid.library.close()


def _write_tables(passages: Sequence[Row], sentences: Sequence[Row], documents: Sequence[Row]) -> str:
    parts = [
        ("Passages, over all of the set's articles", ("recall@1", "recall@5", "MRR@100"), passages),
        ("The answering sentence, within its article", ("recall@1",), sentences),
        ("Abstracts for scientific claims", ("nDCG@10",), documents),
    ]
    return "\n\n".join(
        f"**{title}**\n\n" + to_table(("set", "questions", "search", *measures), rows)
        for title, measures, rows in parts
        if rows
    )


def _digest_of_makers() -> str:
    """Changes with the code that decides what is in a library."""
    sources = b"".join((ROOT / "index" / f"{name}.py").read_bytes() for name in MADE_BY)
    return hashlib.sha256(sources).hexdigest()[:8]


if __name__ == "__main__":
    main(sys.argv[1:])
