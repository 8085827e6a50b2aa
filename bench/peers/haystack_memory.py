"""Haystack: its document store in memory, saved to disk, and its sentence-transformers embedders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from haystack import Document
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from bench.peers.harness import model_folder, run

CPU = ComponentDevice.from_str("cpu")


def build(work: Path, passages: list[dict[str, Any]]) -> None:
    """Encode, index, save."""
    embedder = SentenceTransformersDocumentEmbedder(
        model=model_folder(), device=CPU, normalize_embeddings=True, progress_bar=False
    )
    embedder.warm_up()
    documents = [Document(id=str(number), content=passage["text"]) for number, passage in enumerate(passages)]
    store = InMemoryDocumentStore(embedding_similarity_function="dot_product")
    store.write_documents(embedder.run(documents)["documents"])
    store.save_to_disk(str(work / "haystack.json"))


def open_saved(work: Path) -> Any:
    """Open what was saved."""
    embedder = SentenceTransformersTextEmbedder(
        model=model_folder(), device=CPU, normalize_embeddings=True, progress_bar=False
    )
    embedder.warm_up()
    return embedder, InMemoryEmbeddingRetriever(InMemoryDocumentStore.load_from_disk(str(work / "haystack.json")))


def search(opened: Any, question: str, k: int) -> list[int]:
    """The nearest passages."""
    embedder, retriever = opened
    vector = embedder.run(question)["embedding"]
    return [int(found.id) for found in retriever.run(vector, top_k=k)["documents"]]


if __name__ == "__main__":
    run(build, open_saved, search)
