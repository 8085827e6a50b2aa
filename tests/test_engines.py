"""Vector engines: one suite for all of them, each held to the exact engine's values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.engines.base import VectorEngine
from index.engines.exact import ExactEngine
from index.engines.faiss import FaissEngine

DIMENSION = 16
ENGINES: dict[str, Callable[[], VectorEngine]] = {"exact": ExactEngine, "faiss": lambda: FaissEngine(DIMENSION)}


@pytest.fixture(params=list(ENGINES.values()), ids=list(ENGINES))
def engine(request: pytest.FixtureRequest) -> VectorEngine:
    made: VectorEngine = request.param()
    return made


def unit_vectors(count: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def test_vectors_in_a_file_and_in_memory_are_searched_as_one(tmp_path: Path) -> None:
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
                found, wanted = engine.search(question, 12, among=among), exact.search(question, 12, among=among)
                assert [held for held, _ in found] == [held for held, _ in wanted]
                assert [cosine for _, cosine in found] == pytest.approx([cosine for _, cosine in wanted], abs=1e-5)


def test_a_file_of_other_vectors_is_refused(tmp_path: Path) -> None:
    FaissEngine(DIMENSION).save(tmp_path / "one")
    with pytest.raises(ValueError, match=f"not of {DIMENSION + 1}"):
        FaissEngine(DIMENSION + 1, file=tmp_path / "one")
    (tmp_path / "two").write_bytes(b"no index")
    with pytest.raises(RuntimeError):
        FaissEngine(DIMENSION, file=tmp_path / "two")


def axis(place: int) -> NDArray[np.float32]:
    vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[place] = 1
    return vector


def test_scores_are_cosines_highest_first(engine: VectorEngine) -> None:
    halfway = (axis(0) + axis(1)) / np.sqrt(2)
    engine.add([7, 8, 9], np.stack([axis(1), axis(0), halfway]).astype(np.float32))
    found = engine.search(axis(0), 3)
    assert [held for held, _ in found] == [8, 9, 7]
    assert [cosine for _, cosine in found] == pytest.approx([1.0, 2**-0.5, 0.0], abs=1e-6)


@pytest.mark.parametrize("among", [None, list(range(0, 300, 7)), [3], [1, 2, 999]], ids=["all", "some", "one", "gone"])
def test_found_are_the_very_ones_of_the_exact_engine(engine: VectorEngine, among: list[int] | None) -> None:
    exact = ExactEngine()
    for each in (engine, exact):
        each.add(range(300), unit_vectors(300))
    for question in unit_vectors(20, seed=1):
        found, wanted = engine.search(question, 10, among=among), exact.search(question, 10, among=among)
        assert [held for held, _ in found] == [held for held, _ in wanted]
        assert [cosine for _, cosine in found] == pytest.approx([cosine for _, cosine in wanted], abs=1e-5)


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
