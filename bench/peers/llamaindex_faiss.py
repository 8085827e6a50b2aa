"""LlamaIndex: a FaissVectorStore and HuggingFaceEmbedding, as its documentation has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore

from bench.peers.harness import model_folder, run


def embedding() -> Any:
    """The model; its vectors are of unit length by default."""
    return HuggingFaceEmbedding(model_name=model_folder(), device="cpu", embed_batch_size=32)


def build(work: Path, passages: list[dict[str, Any]]) -> None:
    """Encode, index, save."""
    context = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss_index=faiss.IndexFlatIP(384)))
    nodes = [TextNode(text=passage["text"], id_=str(number)) for number, passage in enumerate(passages)]
    index = VectorStoreIndex(nodes, storage_context=context, embed_model=embedding())
    index.storage_context.persist(persist_dir=str(work / "llamaindex"))


def open_saved(work: Path) -> Any:
    """Open what was saved."""
    folder = str(work / "llamaindex")
    context = StorageContext.from_defaults(vector_store=FaissVectorStore.from_persist_dir(folder), persist_dir=folder)
    return load_index_from_storage(storage_context=context, embed_model=embedding())


def search(index: Any, question: str, k: int) -> list[int]:
    """The nearest passages."""
    return [int(found.node.node_id) for found in index.as_retriever(similarity_top_k=k).retrieve(question)]


if __name__ == "__main__":
    run(build, open_saved, search)
