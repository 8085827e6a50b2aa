"""LangChain: FAISS and HuggingFaceEmbeddings, as its documentation has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from langchain_community.vectorstores import FAISS
from langchain_huggingface import HuggingFaceEmbeddings

from bench.peers.harness import model_folder, run


def embeddings() -> Any:
    """The model, with vectors of unit length."""
    return HuggingFaceEmbeddings(
        model_name=model_folder(),
        model_kwargs={"device": "cpu"},
        encode_kwargs={"normalize_embeddings": True, "batch_size": 32},
    )


def build(work: Path, passages: list[dict[str, Any]]) -> None:
    """Encode, index, save."""
    texts = [passage["text"] for passage in passages]
    store = FAISS.from_texts(texts, embeddings(), metadatas=[{"number": number} for number in range(len(texts))])
    store.save_local(str(work / "langchain"))


def open_saved(work: Path) -> Any:
    """Open what was saved."""
    return FAISS.load_local(str(work / "langchain"), embeddings(), allow_dangerous_deserialization=True)


def search(store: Any, question: str, k: int) -> list[int]:
    """The nearest passages."""
    return [found.metadata["number"] for found in store.similarity_search(question, k=k)]


if __name__ == "__main__":
    run(build, open_saved, search)
