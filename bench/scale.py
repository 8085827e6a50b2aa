"""Search over many vectors: how long, how much memory and how right, index by index: ``python -m bench.scale``.

Embedding a million real passages takes days on a laptop, so the vectors are made: sentences of data/train, each mixed
with a few others of its kind and with noise, of unit length. The questions are real. Times are of one thread, in the
processor's time as well as by the clock, since a busy machine makes the clock's worthless.

    python -m bench.scale --passages 1000000
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from bench.question_sets import load_question_set
from bench.results import to_table, write_section
from index.article import make_article
from index.embedding import load_encoder
from index.passages import split_passages

Vectors = NDArray[np.float32]

K, QUESTIONS, REAL = 10, 200, 4_000
NOISE = 0.35
"""The length of the noise that is added to a vector of length 1: the copies of one sentence have a cosine of 0.9."""
CHUNK = 50_000


def real_vectors() -> tuple[Vectors, Vectors]:
    """Vectors of sentences, and of questions about them."""
    encoder = load_encoder()
    question_set = load_question_set("train", "news")
    sentences: list[str] = []
    for each in question_set.articles:
        article = make_article(each.text, title=each.title, source=None)
        for split in split_passages(article, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens):
            sentences += [article.text[sentence.start : sentence.end] for sentence in split.sentences]
        if len(sentences) >= REAL:
            break
    asked = question_set.questions[:: max(1, len(question_set.questions) // QUESTIONS)]
    questions = [encoder.encode_question(each.question) for each in islice(asked, QUESTIONS)]
    return encoder.encode(sentences[:REAL]), np.stack(questions)


def made_vectors(real: Vectors, count: int, seed: int = 1) -> Iterator[Vectors]:
    """``count`` vectors in chunks: two real ones in random shares, and noise."""
    random = np.random.default_rng(seed)
    for done in range(0, count, CHUNK):
        some = min(CHUNK, count - done)
        first, second = (real[random.integers(len(real), size=some)] for _ in range(2))
        share = random.uniform(0.5, 1, size=(some, 1)).astype(np.float32)
        noise = random.standard_normal((some, real.shape[1]), dtype=np.float32) * (NOISE / real.shape[1] ** 0.5)
        mixed = share * first + (1 - share) * second + noise
        yield mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def indexes(count: int, dimension: int) -> Iterator[tuple[str, Any, int]]:
    """Each index to try, empty, under the name of what it does; and into how many lists it looks, 0 for all.

    Those of the same lists and numbers come one after another: they are one index, asked differently.
    """
    kinds = {"8 bits": faiss.ScalarQuantizer.QT_8bit, "half precision": faiss.ScalarQuantizer.QT_fp16}
    product = faiss.METRIC_INNER_PRODUCT
    yield "exact", faiss.IndexFlatIP(dimension), 0
    yield "exact, half precision", faiss.IndexScalarQuantizer(dimension, kinds["half precision"], product), 0
    lists = 2 ** round(np.log2(4 * count**0.5))
    for name, kind in kinds.items():
        centres = faiss.IndexFlatIP(dimension)
        index = faiss.IndexIVFScalarQuantizer(centres, dimension, lists, kind, product)
        for probes in (16, 32, 64):
            yield f"{lists:,} lists, {probes} looked in, {name}", index, probes
        del index, centres  # in this order


def measure(index: Any, questions: Vectors) -> tuple[NDArray[np.int64], list[float], list[float]]:
    """What was found, and milliseconds of each question: by the clock, and of the processor."""
    found, clock, processor = [], [], []
    for question in questions:
        began, spent = time.perf_counter(), time.thread_time()
        _, ids = index.search(question[None], K)
        processor.append(1000 * (time.thread_time() - spent))
        clock.append(1000 * (time.perf_counter() - began))
        found.append(ids[0])
    return np.stack(found), clock, processor


def compare(count: int) -> list[tuple[str, ...]]:
    """A row for each index."""
    real, questions = real_vectors()
    faiss.omp_set_num_threads(1)
    exact: NDArray[np.int64] | None = None
    rows = []
    for name, index, probes in indexes(count, real.shape[1]):
        began = time.thread_time()
        if not index.is_trained:
            index.train(np.concatenate(list(made_vectors(real, min(count, 40 * index.nlist)))))
        if not index.ntotal:
            for chunk in made_vectors(real, count):
                index.add(chunk)
        built = time.thread_time() - began
        if probes:
            index.nprobe = probes
        found, clock, processor = measure(index, questions)
        exact = found if exact is None else exact
        recall = np.mean([len(set(a) & set(b)) / K for a, b in zip(found, exact, strict=True)])
        size = faiss.serialize_index(index).nbytes / count
        values = (np.median(processor), np.percentile(processor, 99), np.percentile(clock, 99))
        rows.append((name, f"{recall:.3f}", *(f"{value:.1f}" for value in values), f"{size:,.0f}", f"{built:.0f}"))
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    """Measure, print and, where asked, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=200_000)
    parser.add_argument("--write", action="store_true", help="into bench/RESULTS.md")
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    head = ("index", f"recall@{K}", "median, CPU ms", "99th, CPU ms", "99th, ms", "bytes a passage", "build, CPU s")
    body = (
        f"**{options.passages:,} vectors made from {REAL:,} real ones; {QUESTIONS} questions; one thread**\n\n"
        f"{to_table(head, compare(options.passages))}\n\n"
        f"Other work on the machine when this began: a load of {busy:.1f}."
    )
    if options.write:
        write_section("scale", body, command=f"python -m bench.scale --passages {options.passages}")


if __name__ == "__main__":
    main()
