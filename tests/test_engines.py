"""Vector engines: one suite for all of them, each held to the exact engine's values."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.engines import vector_files
from index.engines.base import VectorEngine, mean_vector, mean_vectors
from index.engines.exact import ExactEngine
from index.engines.faiss import FaissEngine

DIMENSION = 16
ENGINES = ("exact", "faiss", "faiss in a file", "faiss in lists")
CLOSE = 1e-3
"""Vectors in lists are of half precision."""


class KeptEngine:
    """A FaissEngine that is written to a file, and opened again, whenever something is added."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._files = folder, 0
        self._engine = FaissEngine(DIMENSION)

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32]) -> None:
        self._engine.add(ids, vectors)
        self._files += 1
        file = self._folder / f"vectors-{self._files}"
        self._engine.save(file)
        self._engine = FaissEngine(DIMENSION, file=file)

    def remove(self, ids: Collection[int]) -> None:
        self._engine.remove(ids)

    def search(
        self, vector: NDArray[np.float32], k: int, *, among: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        return self._engine.search(vector, k, among=among)

    def __len__(self) -> int:
        return len(self._engine)


def compare(
    engine: VectorEngine, exact: ExactEngine, question: NDArray[np.float32], k: int, among: Collection[int] | None
) -> None:
    """The engine finds what the exact one does, with its cosines; those of equal cosine may change places."""
    found, wanted = engine.search(question, k, among=among), exact.search(question, k, among=among)
    assert [cosine for _, cosine in found] == pytest.approx([cosine for _, cosine in wanted], abs=CLOSE)
    every = dict(exact.search(question, len(exact), among=among))
    assert [cosine for _, cosine in found] == pytest.approx([every[held] for held, _ in found], abs=CLOSE)
    assert len(dict(found)) == len(found)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> VectorEngine:
    if request.param == "exact":
        return ExactEngine()
    if request.param == "faiss":
        return FaissEngine(DIMENSION)
    if request.param == "faiss in lists":
        monkeypatch.setattr(vector_files, "CROSSING", 0)
    return KeptEngine(tmp_path)


@pytest.fixture(params=[vector_files.CROSSING, 100], ids=["in a row", "in lists"])
def crossing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files have their vectors in either of the ways."""
    monkeypatch.setattr(vector_files, "CROSSING", request.param)


def unit_vectors(count: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def test_vectors_in_a_file_and_in_memory_are_searched_as_one(tmp_path: Path, crossing: None) -> None:
    exact, first = ExactEngine(), FaissEngine(DIMENSION)
    for each in (exact, first):
        each.add(range(200), unit_vectors(200))
    first.save(tmp_path / "one")
    second = FaissEngine(DIMENSION, file=tmp_path / "one")
    for each in (exact, second):
        each.remove([3, 150, 999])
        each.add(range(200, 260), unit_vectors(60, seed=2))
        each.remove([205])
        each.add([3], unit_vectors(1, seed=3))
    second.save(tmp_path / "two")
    for engine in (second, FaissEngine(DIMENSION, file=tmp_path / "two")):
        assert len(engine) == len(exact) == 258
        for question in unit_vectors(10, seed=1):
            for among in (None, [1, 3, 150, 201, 205, 259]):
                compare(engine, exact, question, 12, among)


def test_a_file_of_other_vectors_is_refused(tmp_path: Path, crossing: None) -> None:
    engine = FaissEngine(DIMENSION)
    engine.add(range(200), unit_vectors(200))
    engine.save(tmp_path / "one")
    with pytest.raises(ValueError, match=f"not of {DIMENSION + 1}"):
        FaissEngine(DIMENSION + 1, file=tmp_path / "one")
    (tmp_path / "two").write_bytes(b"no index")
    with pytest.raises(RuntimeError):
        FaissEngine(DIMENSION, file=tmp_path / "two")


def near_one_another(count: int) -> NDArray[np.float32]:
    """Vectors in clusters, as those of texts are."""
    centres, random = unit_vectors(20, seed=5), np.random.default_rng(6)
    vectors = centres[random.integers(20, size=count)] + random.normal(size=(count, DIMENSION)).astype(np.float32) / 5
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32)


def test_in_lists_most_of_the_nearest_are_found_and_all_of_a_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_files, "CROSSING", 1_000)
    monkeypatch.setattr(vector_files, "LOOKED_IN", 16)
    exact, first = ExactEngine(), FaissEngine(DIMENSION)
    vectors = near_one_another(5_000)
    for each in (exact, first):
        each.add(range(5_000), vectors)
    first.save(tmp_path / "one")
    engine = FaissEngine(DIMENSION, file=tmp_path / "one")
    shares = []
    for question in near_one_another(50):
        found, wanted = engine.search(question, 10), exact.search(question, 10)
        shares.append(len(dict(found).keys() & dict(wanted).keys()) / 10)
        for among in (range(700, 900), range(3, 5_000, 17)):
            compare(engine, exact, question, 10, among)
    assert 0.95 < np.mean(shares) < 1


def test_lists_are_kept_when_a_file_is_written_anew_and_found_anew_when_it_has_grown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_files, "CROSSING", 100)
    vectors = near_one_another(4_000)
    engine = FaissEngine(DIMENSION)
    lists = []
    for count in (0, 400, 600, 4_000):
        engine.add(range(len(engine), count), vectors[len(engine) : count])
        engine.save(tmp_path / str(count))
        engine = FaissEngine(DIMENSION, file=tmp_path / str(count))
        assert [engine.search(vectors[row], 1)[0][0] for row in range(0, count, 50)] == list(range(0, count, 50))
        file = vector_files.VectorFile(tmp_path / str(count), DIMENSION)
        lists.append(file.centres and file.centres.reconstruct_n(0, file.centres.ntotal).tolist())
    assert lists[0] is None
    assert lists[1] == lists[2]
    assert len(lists[3]) > 2 * len(lists[2])


def test_nothing_is_left_of_a_file_that_could_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_files, "CROSSING", 100)
    engine = FaissEngine(DIMENSION)

    def fail() -> None:
        with engine.writer(tmp_path / "one", 200) as writer:
            writer.add(range(100), unit_vectors(100))
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="full"):
        fail()
    assert list(tmp_path.iterdir()) == []


def axis(place: int) -> NDArray[np.float32]:
    vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[place] = 1
    return vector


def test_scores_are_cosines_highest_first(engine: VectorEngine) -> None:
    halfway = (axis(0) + axis(1)) / np.sqrt(2)
    engine.add([7, 8, 9], np.stack([axis(1), axis(0), halfway]).astype(np.float32))
    found = engine.search(axis(0), 3)
    assert [held for held, _ in found] == [8, 9, 7]
    assert [cosine for _, cosine in found] == pytest.approx([1.0, 2**-0.5, 0.0], abs=CLOSE)


@pytest.mark.parametrize("among", [None, list(range(0, 300, 7)), [3], [1, 2, 999]], ids=["all", "some", "one", "gone"])
def test_found_are_the_very_ones_of_the_exact_engine(engine: VectorEngine, among: list[int] | None) -> None:
    exact = ExactEngine()
    for each in (engine, exact):
        each.add(range(300), unit_vectors(300))
    for question in unit_vectors(20, seed=1):
        compare(engine, exact, question, 10, among)


def test_what_is_removed_is_not_found_and_its_neighbours_are(engine: VectorEngine) -> None:
    vectors = unit_vectors(50)
    engine.add(range(100, 150), vectors)
    engine.remove([110, 149, 5])
    assert len(engine) == 48
    assert engine.search(vectors[10], 48)[0][0] != 110
    assert engine.search(vectors[11], 1)[0][0] == 111
    engine.add([110], vectors[10:11])
    assert engine.search(vectors[10], 1)[0][0] == 110


def test_equals_come_in_the_order_of_their_ids(engine: VectorEngine) -> None:
    engine.add([5, 3, 4], np.stack([axis(0)] * 3))
    assert [held for held, _ in engine.search(axis(0), 3)] == [3, 4, 5]


def test_fewer_are_found_where_fewer_are_held(engine: VectorEngine) -> None:
    assert engine.search(axis(0), 5) == []
    engine.add([1], axis(0)[None])
    assert len(engine.search(axis(0), 5)) == 1
    assert engine.search(axis(0), 5, among=[]) == []
    assert engine.search(axis(0), 5, among=[2]) == []
    engine.add([], np.zeros((0, DIMENSION), dtype=np.float32))
    engine.remove([])
    assert len(engine) == 1


def test_the_vector_of_a_passage_is_the_mean_of_its_sentences_of_length_one() -> None:
    passages = [unit_vectors(3), np.stack([axis(0), axis(1)]), np.stack([axis(2), -axis(2)]), axis(4)[None]]
    means = mean_vectors(passages)
    assert means[1] == pytest.approx((axis(0) + axis(1)) / np.sqrt(2), abs=1e-6)
    assert not means[2].any(), "of opposites nothing is left"
    assert [mean.tolist() for mean in means] == [pytest.approx(mean_vector(each).tolist()) for each in passages]
