"""A million passages for bench.scale: encoding as many real ones takes hours, so they are made from the real ones.

A made passage has the sentences of a real one of data/train, three in ten of them replaced by others of its article. So
words are real, and no passage is another's copy. A sentence's vector is the real sentence's with noise.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.question_sets import load_question_set
from index import Library
from index.article import make_article
from index.embedding import load_encoder
from index.passages import Sentence, SplitPassage
from index.store_sqlite import SqliteStore
from index.types import Article, Passage

RUNS = Path(__file__).resolve().parents[1] / "runs" / "scale"
SETS = ("news", "squad2", "covidqa", "squadshifts_amazon", "squadshifts_reddit")
SWAPPED = 0.3
NOISE = 0.35
"""The length of the noise added to a sentence's vector, of length 1: copies have a cosine of 0.94 with the original."""
CHUNK = 10_000
"""Passages made at a time: 100 MB of vectors."""
PASSAGES_OF_ARTICLE = 20

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Real:
    """All sentences of real passages, in a row."""

    texts: list[str]
    vectors: NDArray[np.float16]
    firsts: Numbers
    """Of each passage: its first sentence."""
    sizes: Numbers
    articles: Numbers
    """Of each passage: its article's first sentence, and how many that has; (passages, 2)."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Made passages: of each its sentences, as rows of Real, one passage after another."""

    rows: Numbers
    sizes: Numbers
    vectors: NDArray[np.float16]

    @property
    def starts(self) -> Numbers:
        """Where each passage's sentences start."""
        return np.concatenate([[0], np.cumsum(self.sizes)[:-1]])

    def means(self) -> Vectors:
        """The passages' vectors, as engines hold them."""
        sums = np.add.reduceat(self.vectors.astype(np.float32), self.starts, axis=0)
        found: Vectors = sums / np.linalg.norm(sums, axis=1, keepdims=True)
        return found


def real_passages() -> Real:
    """The passages of data/train, encoded when first asked for: some minutes."""
    folder = RUNS / "real"
    with Library(folder) as library:
        for name in SETS:
            for count, article in enumerate(load_question_set("train", name).articles, 1):
                library.add_text(article.text, title=article.title, source=f"{name}/{article.id}")
                if count % 500 == 0:
                    print(f"{name}: {count} articles added", file=sys.stderr)
    store = SqliteStore(folder)
    texts: list[str] = []
    vectors, firsts, articles = [], [], []
    for number in store.numbers(store.ids()).values():
        first, passages = len(texts), 0
        for stored, of_sentences in store.passages_of(number):
            firsts.append(len(texts))
            texts += stored.sentence_texts
            vectors.append(of_sentences.astype(np.float16))
            passages += 1
        articles += [(first, len(texts) - first)] * passages
    store.close()
    sizes = [after - before for before, after in pairwise([*firsts, len(texts)])]
    return Real(texts, np.concatenate(vectors), np.array(firsts), np.array(sizes), np.array(articles))


def made_passages(real: Real, count: int, seed: int = 1) -> Iterator[Made]:
    """``count`` passages, some at a time; the same in every run."""
    for number, done in enumerate(range(0, count, CHUNK)):
        random = np.random.default_rng((seed, number))
        of = random.integers(len(real.firsts), size=min(CHUNK, count - done))
        sizes = real.sizes[of]
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        rows = np.arange(sizes.sum()) + np.repeat(real.firsts[of] - starts, sizes)
        first, length = np.repeat(real.articles[of], sizes, axis=0).T
        others = first + (random.random(len(rows)) * length).astype(np.int64)
        rows = np.where(random.random(len(rows)) < SWAPPED, others, rows)
        width = real.vectors.shape[1]
        vectors = random.standard_normal((len(rows), width), dtype=np.float32) * np.float32(NOISE / width**0.5)
        vectors += real.vectors[rows]
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        yield Made(rows, sizes, vectors.astype(np.float16))


def made_means(real: Real, count: int) -> Iterator[Vectors]:
    """The passages' vectors alone, kept in a file of half precision from one run to the next."""
    file = RUNS / f"means-{count}.npy"
    if not file.exists():
        kept = np.lib.format.open_memmap(file.with_suffix(".part"), "w+", np.float16, (count, real.vectors.shape[1]))
        for number, made in enumerate(made_passages(real, count)):
            kept[number * CHUNK : number * CHUNK + len(made.sizes)] = made.means()
        kept.flush()
        file.with_suffix(".part").rename(file)
    vectors = np.load(file, mmap_mode="r")
    for start in range(0, count, CHUNK):
        yield vectors[start : start + CHUNK].astype(np.float32)


def made_library(real: Real, count: int) -> Path:
    """The folder of a library of ``count`` made passages, put straight into its store: nothing is encoded."""
    folder = RUNS / f"library-{count}"
    if (folder / "whole").exists():
        return folder
    encoder = load_encoder()
    made_with = {"model": encoder.name, "fingerprint": encoder.fingerprint}
    store = SqliteStore(folder)
    with store.replacing():
        done = 0
        for made in made_passages(real, count):
            starts = [*made.starts.tolist(), len(made.rows)]
            for first in range(0, len(made.sizes), PASSAGES_OF_ARTICLE):
                bounds = starts[first : first + PASSAGES_OF_ARTICLE + 1]
                passages = [[real.texts[row] for row in made.rows[a:b]] for a, b in pairwise(bounds)]
                split, article = _article(passages, done)
                store.add(article, split, [made.vectors[a:b] for a, b in pairwise(bounds)], made_with)
                done += 1
    store.close()
    (folder / "whole").touch()
    return folder


def _article(passages: list[list[str]], number: int) -> tuple[list[SplitPassage], Article]:
    """An article of paragraphs of sentences, and its passages."""
    article = make_article("\n\n".join(map(" ".join, passages)), title=f"Article {number}", source=f"made/{number}")
    split, at = [], 0
    for position, texts in enumerate(passages):
        sentences = []
        start = at
        for text in texts:
            sentences.append(Sentence(at, at + len(text), position))
            at += len(text) + 1
        end = at - 1
        passage = Passage(f"{article.id}/{position}", article.id, article.text[start:end], start, end, "", position)
        split.append(SplitPassage(passage, article.title, tuple(sentences)))
        at += 1
    return split, article
