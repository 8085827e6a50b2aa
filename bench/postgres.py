"""A library in PostgreSQL beside one in a folder: as good, and how fast with 100,000 passages.

    python -m bench.postgres quality URL [SET…]         # the same questions of both: recall, nDCG
    python -m bench.postgres speed URL [PASSAGES]       # real texts many times over, with noise in their vectors

URL is an empty database, or one that this has filled before: postgresql://user@host/name. What a database is filled
with comes from the libraries that ``python -m bench.quality`` keeps in runs/quality/, so nothing is encoded.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import numpy as np
import psycopg
from numpy.typing import NDArray

from bench.quality import gain_at_ten, load_claims
from bench.question_sets import SetQuestion, load_question_set
from index import Library
from index.embedding import load_encoder
from index.fusion import DENSE, HYBRID, LEXICAL, Weights
from index.passages import SplitPassage
from index.postgres.packs import pack_words
from index.postgres.schema import make_vector_index
from index.postgres.store import PostgresStore
from index.retrieval import Candidate
from index.store_sqlite import SqliteStore
from index.types import Article

RUNS = Path(__file__).resolve().parents[1] / "runs" / "quality"
SETS = ("xquad_en", "squad2", "selqa_dev")
QUALITY_SETS = (*SETS, "scifact")
REAL = ("squad2", "selqa_dev", "news", "inscit_dev", "mtrag_subset", "scifact")
"""What a big library is made of: 6,490 articles of encyclopaedias, newspapers, manuals and abstracts."""
QUESTIONS = 300
"""Of each set, evenly spread."""
ASKED_BEFORE = 8
"""Questions: by then statements are prepared, and it is known which passages are packed."""
DEEPEST = 10
DIMENSION = 384
NOISE = 0.035
"""The most that is added to each number of a vector of a copy: cosines of about 0.93 with the original."""
COPIES = """
CREATE TEMP TABLE copies ON COMMIT DROP AS
    SELECT number AS old,
        (SELECT max(number) FROM pullquote.articles) + row_number() OVER (ORDER BY turn, number) AS new
    FROM pullquote.articles, generate_series(1, %s) AS turn;
INSERT INTO pullquote.articles OVERRIDING SYSTEM VALUE
    SELECT new, id || '-' || new, title, text, source, added, revision, author, published, titled, checksum, passages,
        sentences, words
    FROM copies JOIN pullquote.articles ON number = old;
INSERT INTO pullquote.passages
    SELECT (new << 20) | (number & ((1 << 20) - 1)), new, id, context, "start", "end", heading, paragraph, text,
        sentences, vectors, crc32({bytes}), l2_normalize(embedding + (
            SELECT array_agg(((random() - 0.5) * {noise} * 2)::real)::real[]::halfvec({dimension})
            FROM generate_series(1, {dimension} + 0 * (number % 2)::integer)))
    FROM copies JOIN pullquote.passages ON article = old;
INSERT INTO pullquote.words SELECT new, term, sentences, postings FROM copies JOIN pullquote.words ON article = old;
DELETE FROM pullquote.terms;
INSERT INTO pullquote.terms
    SELECT term, sum(cardinality(postings)), sum(sentences) FROM pullquote.words GROUP BY term;
UPDATE pullquote.totals SET generation = generation + 1, (passages, sentences, words) =
    (SELECT sum(passages), sum(sentences), sum(words) FROM pullquote.articles);
SELECT setval(pg_get_serial_sequence('pullquote.articles', 'number'), (SELECT max(number) FROM pullquote.articles))
"""
"""What is copied is as it would have been added, but for the checksums of articles. Needs PostgreSQL 18, for crc32."""
CHECKED = ("new", "id", "context", '"start"', '"end"', "heading", "paragraph", "text", "sentences")
PREWARM = """
SELECT pg_prewarm(relation) FROM pg_class, unnest(ARRAY[oid, nullif(reltoastrelid, 0)]) AS relation
WHERE relnamespace = 'pullquote'::regnamespace AND relkind IN ('r', 'i') AND relation IS NOT NULL
UNION ALL SELECT pg_prewarm(indexrelid) FROM pg_index JOIN pg_class ON indrelid = reltoastrelid
WHERE relnamespace = 'pullquote'::regnamespace"""
WAYS: dict[str, Weights] = {"hybrid": HYBRID, "dense": DENSE, "lexical": LEXICAL}

Question = TypeVar("Question")
Added = tuple[Article, list[SplitPassage], list[NDArray[np.float16]]]


def main(arguments: Sequence[str]) -> None:
    what, url, *rest = arguments
    if what == "quality":
        for name in rest or QUALITY_SETS:
            compare_quality(url, name)
    else:
        measure_speed(url, int(rest[0]) if rest else 100_000)


def compare_quality(url: str, name: str) -> None:
    folder = newest(name)
    fill(url, (each for each in articles_of(folder)), name)
    with Library(folder) as local, Library(url) as shared:
        ids = {(article.source or "").removeprefix(f"{name}/"): article.id for article in local.articles}
        for way, weights in WAYS.items():
            if name == "scifact":
                claims = spread(list(load_claims().items()))
                rows = [measure_claims(library, claims, ids, weights) for library in (local, shared)]
            else:
                questions = spread(load_question_set("bench", name).answerable)
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


def measure_claims(
    library: Library, claims: Sequence[tuple[str, set[str]]], ids: dict[str, str], weights: Weights
) -> tuple[dict[str, float], list[list[str]]]:
    """nDCG at 10 of the abstracts that speak of a claim; and the ids of the passages found."""
    gains, found = [], []
    for claim, abstracts in claims:
        candidates = library.retrieve(claim, weights=weights)
        gains.append(gain_at_ten([each.passage.article_id for each in candidates], {ids[each] for each in abstracts}))
        found.append([each.passage.id for each in candidates[:DEEPEST]])
    return {"nDCG@10": round(float(np.mean(gains)), 4)}, found


def spread(questions: Sequence[Question]) -> Sequence[Question]:
    """Some questions of many, evenly spread."""
    return questions[:: max(1, len(questions) // QUESTIONS)]


def is_right(candidate: Candidate, question: SetQuestion, article_id: str) -> bool:
    assert question.paragraph
    start, end = question.paragraph
    passage = candidate.passage
    return passage.article_id == article_id and passage.start < end and start < passage.end


def measure_speed(url: str, wanted: int) -> None:
    fill(url, real_articles(), "real")
    multiply(url, wanted)
    questions = [each.question for name in SETS for each in load_question_set("bench", name).answerable[::40]]
    vectors = {question: load_encoder().encode_question(question) for question in questions}
    warm(url)
    with Library(url) as library:
        ids = library.ids
        print(f"{len(ids)} articles", flush=True)
        # As a server that runs has been asked before. What these read is forgotten again until their turn comes.
        for question in questions[-ASKED_BEFORE:]:
            find(library, question, vectors[question], HYBRID)
        for way, weights in WAYS.items():
            tell(way, [find(library, each, vectors[each], weights) for each in questions])
        for count in (1, 100, 3_000):
            some = ids[:: max(1, len(ids) // count)][:count]
            tell(
                f"hybrid in {count} articles", [find(library, each, vectors[each], HYBRID, some) for each in questions]
            )


def warm(url: str) -> None:
    """Read all that there is into the server's memory, so that it is not the disk that is measured."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        connection.execute(PREWARM)


def find(
    library: Library, question: str, vector: NDArray[np.float32], weights: Weights, articles: list[str] | None = None
) -> tuple[float, float]:
    """Milliseconds of retrieval with the question's vector at hand: by the clock, and those in which it was at work."""
    encoder = library._encoder
    library._encoder = _Known(encoder, vector)  # type: ignore[assignment]
    before, start = at_work(), time.perf_counter()
    try:
        library.retrieve(question, weights=weights, articles=articles)
    finally:
        library._encoder = encoder
    return (time.perf_counter() - start) * 1000, (at_work() - before) * 1000


def at_work() -> float:
    """Seconds of a processor that this process and those of the server have had: what others do does not count."""
    found = time.process_time()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "comm").read_text() == "postgres\n":
                found += int((process / "schedstat").read_text().split()[0]) / 1e9
    return found


class _Known:
    """An encoder that has the question's vector already."""

    def __init__(self, encoder: object, vector: NDArray[np.float32]) -> None:
        self._encoder, self._vector = encoder, vector

    def encode_question(self, question: str) -> NDArray[np.float32]:
        return self._vector

    def __getattr__(self, name: str) -> object:
        return getattr(self._encoder, name)


def tell(what: str, times: Sequence[tuple[float, float]]) -> None:
    clock, work = np.percentile(times, [50, 95], axis=0).T.tolist()
    print(
        f"{what}: {len(times)} questions, p50 {clock[0]:.1f} ms, p95 {clock[1]:.1f} ms;"
        f" at work p50 {work[0]:.1f} ms, p95 {work[1]:.1f} ms",
        flush=True,
    )


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
        pack_words(store)
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


def real_articles() -> Iterator[Added]:
    """All articles that there are."""
    for name in REAL:
        yield from articles_of(newest(name))


def multiply(url: str, wanted: int) -> None:
    """Copy the articles of a database in it until it has so many passages, with noise in the vectors of the copies."""
    with psycopg.connect(url, autocommit=True) as connection:
        (held,) = connection.execute("SELECT passages FROM pullquote.totals").fetchone() or (0,)
        turns = -(-wanted // held) - 1
        if turns < 1:
            return
        start = time.perf_counter()
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute(f"DROP INDEX IF EXISTS pullquote.passages_by_meaning_{DIMENSION}")
        with connection.transaction():
            checked = [f"convert_to({each}::text, 'UTF8')" for each in CHECKED]
            of_row = " || '\\x00'::bytea || ".join([*checked, "vectors"]) + " || '\\x00'::bytea"
            for statement in COPIES.format(dimension=DIMENSION, noise=NOISE, bytes=of_row).split(";"):
                connection.execute(statement, [turns] if "%s" in statement else None)
        print(f"copied in {time.perf_counter() - start:.0f} s", file=sys.stderr)
        start = time.perf_counter()
        with connection.transaction():
            make_vector_index(connection, DIMENSION)
        store = PostgresStore(url)
        pack_words(store)
        store.close()
        connection.execute("VACUUM ANALYZE")
        print(f"index of vectors made in {time.perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
