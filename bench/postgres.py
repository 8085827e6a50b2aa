"""A library in PostgreSQL beside one in a folder: as good, and how fast with 100,000 passages.

    python -m bench.postgres quality URL [SET…]         # the same questions of both: recall, nDCG, and where they differ
    python -m bench.postgres speed URL [PASSAGES]       # real texts many times over, with noise in their vectors

URL is an empty database, or one that this has filled before: postgresql://user@host/name. What a database is filled
with comes from the libraries that ``python -m bench.quality`` keeps in runs/quality/, so nothing is encoded.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.question_sets import SetQuestion, load_question_set
from index import Library
from index.embedding import load_encoder
from index.fusion import DENSE, HYBRID, LEXICAL, Weights
from index.passages import SplitPassage
from index.postgres.store import PostgresStore
from index.retrieval import Candidate
from index.store_sqlite import SqliteStore
from index.types import Article

RUNS = Path(__file__).resolve().parents[1] / "runs" / "quality"
SETS = ("xquad_en", "squad2", "selqa_dev")
QUESTIONS = 300
"""Of each set, evenly spread."""
DEEPEST = 10
NOISE = 0.02
"""Of each number of a vector that is used again: cosines of about 0.93 with the original."""
WAYS: dict[str, Weights] = {"hybrid": HYBRID, "dense": DENSE, "lexical": LEXICAL}

Added = tuple[Article, list[SplitPassage], list[NDArray[np.float16]]]


def main(arguments: Sequence[str]) -> None:
    what, url, *rest = arguments
    if what == "quality":
        for name in rest or SETS:
            compare_quality(url, name)
    else:
        measure_speed(url, int(rest[0]) if rest else 100_000)


def compare_quality(url: str, name: str) -> None:
    folder = newest(name)
    fill(url, (each for each in articles_of(folder)), name)
    questions = load_question_set("bench", name).answerable
    questions = questions[:: max(1, len(questions) // QUESTIONS)]
    with Library(folder) as local, Library(url) as shared:
        ids = {(article.source or "").removeprefix(f"{name}/"): article.id for article in local.articles}
        for way, weights in WAYS.items():
            rows = [measure(library, questions, ids, weights) for library in (local, shared)]
            same = np.mean([a == b for a, b in zip(rows[0][1], rows[1][1], strict=True)])
            print(f"{name} {way}: folder {rows[0][0]}, PostgreSQL {rows[1][0]}, the same ten in {same:.3f}", flush=True)


def measure(
    library: Library, questions: Sequence[SetQuestion], ids: dict[str, str], weights: Weights
) -> tuple[dict[str, float], list[list[str]]]:
    """Recall at 1, 5 and 10 and nDCG at 10 of the paragraph with the answer; and the ids of the passages found."""
    firsts, gains, found = [], [], []
    for question in questions:
        candidates = library.retrieve(question.question, weights=weights)[:DEEPEST]
        right = [is_right(each, question, ids[question.article_id]) for each in candidates]
        first = right.index(True) + 1 if any(right) else math.inf
        firsts.append(first)
        gains.append(1 / math.log2(1 + first) if any(right) else 0.0)
        found.append([each.passage.id for each in candidates])
    ranks = np.array(firsts)
    of = {f"recall@{k}": round(float(np.mean(ranks <= k)), 4) for k in (1, 5, 10)}
    return of | {"nDCG@10": round(float(np.mean(gains)), 4)}, found


def is_right(candidate: Candidate, question: SetQuestion, article_id: str) -> bool:
    assert question.paragraph
    start, end = question.paragraph
    passage = candidate.passage
    return passage.article_id == article_id and passage.start < end and start < passage.end


def measure_speed(url: str, wanted: int) -> None:
    fill(url, noisy(wanted), f"noisy {wanted}")
    questions = [each.question for name in SETS for each in load_question_set("bench", name).answerable[::40]]
    vectors = {question: load_encoder().encode_question(question) for question in questions}
    with Library(url) as library:
        ids = library.ids
        for way, weights in WAYS.items():
            tell(f"{way}", [timed(lambda q=q: find(library, q, vectors[q], weights)) for q in questions])  # type: ignore[misc]
        for count in (1, 100, 3_000):
            some = ids[:: max(1, len(ids) // count)][:count]
            tell(
                f"hybrid in {count} articles",
                [timed(lambda q=q: find(library, q, vectors[q], HYBRID, some)) for q in questions],  # type: ignore[misc]
            )


def find(
    library: Library, question: str, vector: NDArray[np.float32], weights: Weights, articles: list[str] | None = None
) -> list[Candidate]:
    """Retrieval with the question's vector at hand: what the database does, and the weighing."""
    encoder = library._encoder
    library._encoder = _Known(encoder, vector)  # type: ignore[assignment]
    try:
        return library.retrieve(question, weights=weights, articles=articles)
    finally:
        library._encoder = encoder


class _Known:
    """An encoder that has the question's vector already."""

    def __init__(self, encoder: object, vector: NDArray[np.float32]) -> None:
        self._encoder, self._vector = encoder, vector

    def encode_question(self, question: str) -> NDArray[np.float32]:
        return self._vector

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def tell(what: str, times: Sequence[float]) -> None:
    half, most, worst = np.percentile(times, [50, 95, 100])
    print(f"{what}: {len(times)} questions, p50 {half:.1f} ms, p95 {most:.1f} ms, longest {worst:.1f} ms", flush=True)


def newest(name: str) -> Path:
    """The folder of a set's library."""
    return max(RUNS.glob(f"{name}-*"), key=lambda folder: folder.stat().st_mtime)


def fill(url: str, articles: Iterator[Added], what: str) -> None:
    """Add articles to a database that does not have them, in place of what it has."""
    encoder = load_encoder()
    made_with = {"model": encoder.name, "fingerprint": encoder.fingerprint, "bench": what}
    store = PostgresStore(url)
    try:
        if store.setting("bench") == what:
            return
        for article_id in store.ids():
            store.remove(article_id)
        start, passages = time.perf_counter(), 0
        for count, (article, split, vectors) in enumerate(articles, 1):
            store.add(article, split, vectors, made_with if count > 1 else {**made_with, "bench": "filling"})
            passages += len(split)
            if count % 500 == 0:
                print(f"{count} articles, {passages} passages, {time.perf_counter() - start:.0f} s", file=sys.stderr)
        print(f"{what}: {count} articles, {passages} passages added in {time.perf_counter() - start:.1f} s", flush=True)
    finally:
        store.close()


def articles_of(folder: Path) -> Iterator[Added]:
    """The articles of a library in a folder, as they are there."""
    store = SqliteStore(folder)
    for article in store.articles():
        split, held = [], []
        for stored, vectors in store.passages_of(store.numbers([article.id])[article.id]):
            split.append(SplitPassage(stored.passage, stored.context, stored.sentences))
            held.append(vectors.astype(np.float16))
        yield article, split, held
    store.close()


def noisy(wanted: int) -> Iterator[Added]:
    """Real articles, over and over until there are so many passages; from the second time on with noise."""
    random = np.random.default_rng(0)
    passages = turn = 0
    while passages < wanted:
        for name in ("squad2", "selqa_dev", "news"):
            for article, split, vectors in articles_of(newest(name)):
                if passages >= wanted:
                    return
                passages += len(split)
                new_id = f"{article.id}-{turn}"
                held = vectors if not turn else [with_noise(each, random) for each in vectors]
                renamed = [
                    replace(
                        each,
                        passage=replace(each.passage, id=f"{new_id}/{place}", article_id=new_id),
                    )
                    for place, each in enumerate(split)
                ]
                yield replace(article, id=new_id), renamed, held
        turn += 1


def with_noise(vectors: NDArray[np.float16], random: np.random.Generator) -> NDArray[np.float16]:
    noisy = vectors.astype(np.float32) + random.normal(scale=NOISE, size=vectors.shape).astype(np.float32)
    return (noisy / np.linalg.norm(noisy, axis=1, keepdims=True)).astype(np.float16)


if __name__ == "__main__":
    main(sys.argv[1:])
