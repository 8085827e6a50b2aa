"""txtai: hybrid search over FAISS and its own BM25, with the texts kept, as its documentation has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from txtai import Embeddings

from bench.peers.harness import model_folder, run


def build(work: Path, passages: list[dict[str, Any]]) -> None:
    """Encode, index, save."""
    embeddings = Embeddings(path=model_folder(), content=True, hybrid=True, backend="faiss", gpu=False)
    embeddings.index((number, passage["text"], None) for number, passage in enumerate(passages))
    embeddings.save(str(work / "txtai"))
    embeddings.close()


def open_saved(work: Path) -> Any:
    """Open what was saved."""
    embeddings = Embeddings()
    embeddings.load(str(work / "txtai"))
    return embeddings


def search(embeddings: Any, question: str, k: int) -> list[int]:
    """The best passages by both searches."""
    return [int(found["id"]) for found in embeddings.search(question, k)]


if __name__ == "__main__":
    run(build, open_saved, search)
