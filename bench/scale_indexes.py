"""Kinds of vector index over made passages: how long a question takes, how much memory and how right, side by side.

    python -m bench.scale_indexes --passages 50000 200000 1000000

Questions are real. Times are of one thread, by the processor's clock as well as by the wall's, since a busy machine
makes the latter's worthless. ``bench.made_passages`` says how the passages are made.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from bench.made_passages import RUNS, SETS, Real, Vectors, made_means, real_passages
from bench.question_sets import load_question_set
from bench.results import to_table, write_section
from index.embedding import load_encoder

SEARCHED, COMPARED = 50, 10
"""Passages found, as a question proposes them; and those of them that recall is of."""
QUESTIONS, OF_EXACT = 500, 60
MOST_FOR_ALL = 200_000
"""Passages: of more, only those indexes are built that did best up to here."""
RESCORED = 500
HEAD = (
    "index",
    f"recall@{COMPARED}",
    f"recall@{SEARCHED}",
    "median, CPU ms",
    "99th, CPU ms",
    "99th, ms",
    "bytes a passage",
    "build, CPU s",
)

Asked = Any
"""Parameters of a search."""


def questions() -> list[str]:
    """Real questions of all sets that the passages are made from, evenly spread."""
    asked: list[str] = []
    for name in SETS:
        of_set = [each.question for each in load_question_set("train", name).questions]
        wanted = QUESTIONS // len(SETS)
        asked += islice(of_set[:: max(1, len(of_set) // wanted)], wanted)
    return asked


class Rescored:
    """An index of few bits, whose best are compared again by vectors of half precision."""

    def __init__(self, index: Any, count: int, dimension: int) -> None:
        self.index, self.is_trained = index, False
        self.vectors = np.empty((count, dimension), dtype=np.float16)

    def train(self, sample: Vectors) -> None:
        self.index.train(sample)
        self.is_trained = True

    @property
    def ntotal(self) -> int:
        return int(self.index.ntotal)

    def add(self, vectors: Vectors) -> None:
        self.vectors[self.ntotal : self.ntotal + len(vectors)] = vectors
        self.index.add(vectors)

    def search(self, question: Vectors, k: int, params: Asked = None) -> tuple[Vectors, NDArray[np.int64]]:
        _, (found,) = self.index.search(question, RESCORED)
        found = found[found >= 0]
        cosines = self.vectors[found].astype(np.float32) @ question[0]
        best = np.argsort(-cosines, kind="stable")[:k]
        return cosines[best][None], found[best][None]


def indexes(count: int, width: int) -> Iterator[tuple[str, Any, dict[str, Asked]]]:
    """Each index to try, empty, and the ways to ask it."""
    kinds: Any = faiss  # whose types are those of another version
    half, eighth = faiss.ScalarQuantizer.QT_fp16, faiss.ScalarQuantizer.QT_8bit
    product = faiss.METRIC_INNER_PRODUCT
    yield "exact, half precision", faiss.IndexScalarQuantizer(width, half, product), {"": None}
    lists = lists_of(count)
    for name, kind in (("half precision", half), ("8 bits", eighth))[: 2 if count <= MOST_FOR_ALL else 1]:
        centres = faiss.IndexFlatIP(width)
        index = faiss.IndexIVFScalarQuantizer(centres, width, lists, kind, product, False)
        ways = {f", {n} looked in": kinds.SearchParametersIVF(nprobe=n) for n in (64, 128, 256)}
        yield f"{lists:,} lists, {name}", index, ways
        del index, centres  # in this order
    yield "RaBitQ, rescored", Rescored(faiss.IndexRaBitQFastScan(width, product), count, width), {"": None}
    if count <= MOST_FOR_ALL:
        graph = kinds.IndexHNSWSQ(width, half, 32, product)
        ways = {f", {n} looked at": kinds.SearchParametersHNSW(efSearch=n) for n in (64, 128, 256)}
        yield "HNSW of 32, half precision", graph, ways


def lists_of(count: int) -> int:
    """How many lists: a power of two near 4 √n, as FAISS advises."""
    return int(2 ** round(np.log2(4 * count**0.5)))


def ask(index: Any, vectors: Vectors, asked: Asked) -> tuple[NDArray[np.int64], list[float], list[float]]:
    """What was found, and milliseconds of each question: by the clock, and of the processor."""
    found, clock, processor = [], [], []
    for vector in vectors:
        began, spent = time.perf_counter(), time.thread_time()
        _, ids = index.search(vector[None], SEARCHED, params=asked)
        processor.append(1000 * (time.thread_time() - spent))
        clock.append(1000 * (time.perf_counter() - began))
        found.append(ids[0])
    return np.stack(found), clock, processor


def recall(found: NDArray[np.int64], wanted: NDArray[np.int64], k: int) -> float:
    """The share of the ``k`` nearest that are among the ``k`` found."""
    return float(np.mean([len(set(a[:k]) & set(b[:k])) / k for a, b in zip(found, wanted, strict=True)]))


def compare(real: Real, vectors: Vectors, count: int) -> list[tuple[str, ...]]:
    """A row for each index and way to ask it."""
    faiss.omp_set_num_threads(1)
    rows: list[tuple[str, ...]] = []

    def tell(name: str, found: NDArray[np.int64], clock: list[float], processor: list[float], *rest: str) -> None:
        times = (np.median(processor), np.percentile(processor, 99), np.percentile(clock, 99))
        recalls = [f"{recall(found, wanted[: len(found)], k):.3f}" for k in (COMPARED, SEARCHED)]
        rows.append((name, *recalls, *(f"{each:.1f}" for each in times), *rest))
        print(rows[-1], flush=True)

    exact, width = faiss.IndexFlatIP(real.vectors.shape[1]), real.vectors.shape[1]
    for chunk in made_means(real, count):
        exact.add(chunk)
    _, wanted = exact.search(vectors, SEARCHED)
    tell("exact", *ask(exact, vectors[:OF_EXACT], None), str(4 * width), "0")
    del exact
    gc.collect()
    for name, index, ways in indexes(count, width):
        began = time.thread_time()
        if not index.is_trained:
            sample = list(islice(made_means(real, count), 17))
            index.train(np.concatenate(sample)[: 40 * lists_of(count)])
        for chunk in made_means(real, count):
            index.add(chunk)
        built = time.thread_time() - began
        size = 2 * width + 60 if isinstance(index, Rescored) else faiss.serialize_index(index).nbytes / count
        some = vectors if count <= MOST_FOR_ALL or len(ways) > 1 else vectors[: 2 * OF_EXACT]
        for way, asked in ways.items():
            tell(name + way, *ask(index, some, asked), f"{size:,.0f}", f"{built:.0f}")
        del index
        gc.collect()
    return rows


def main() -> None:
    """Measure, print and, where asked, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, nargs="+", default=[50_000, 100_000, 200_000])
    parser.add_argument("--write", action="store_true", help="all that was measured, into bench/RESULTS.md")
    options = parser.parse_args()
    real, encoder = real_passages(), load_encoder()
    vectors = np.stack([encoder.encode_question(each) for each in questions()])
    for count in options.passages:
        measured = {"busy": os.getloadavg()[0], "rows": compare(real, vectors, count)}
        (RUNS / f"indexes-{count:07}.json").write_text(json.dumps(measured), encoding="utf-8")
    parts = [
        f"Vectors of passages made from {len(real.firsts):,} real ones of {len(real.texts):,} sentences;"
        f" {len(vectors)} real questions; one thread."
    ]
    for file in sorted(RUNS.glob("indexes-*.json")):
        measured = json.loads(file.read_text(encoding="utf-8"))
        title = f"{int(file.stem.split('-')[1]):,} passages, beside a load of {measured['busy']:.1f}"
        parts.append(f"**{title}**\n\n{to_table(HEAD, measured['rows'])}")
    if options.write:
        sizes = " ".join(map(str, options.passages))
        write_section("scale", "\n\n".join(parts), command=f"python -m bench.scale_indexes --passages {sizes}")


if __name__ == "__main__":
    main()
