"""Any sentence-transformers model, by its name or folder. The only file that imports that library, and torch."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from index.encoders.base import Progress
from index.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MODEL_VARIABLE = "PULLQUOTE_MODEL"
"""The environment variable that names another sentence-transformers model, or the folder of one."""

_BATCH = 32
_CHUNK = 512
"""Texts between two calls of ``progress``."""


class SentenceTransformerEncoder:
    """A sentence-transformers model on the CPU. Safe to share between threads."""

    def __init__(self, model: str) -> None:
        """``model``: a name or a folder; nothing is loaded until it is used."""
        self.name = model
        self._lock = threading.RLock()
        self._model: Any = None
        self._tokenizer: Any = None
        self._threads = 1

    @property
    def fingerprint(self) -> str:
        return _hash_weights(self._loaded())

    @property
    def dimension(self) -> int:
        return int(self._loaded().get_embedding_dimension())

    @property
    def max_tokens(self) -> int:
        return int(self._loaded().max_seq_length - self._pieces().num_special_tokens_to_add(is_pair=False))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encoded = self._pieces().encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding) for encoding in encoded]

    def encode_question(self, question: str) -> NDArray[np.float32]:
        import torch

        model = self._loaded()
        # A question is too short to share out: on a busy machine, threads that wait for one another make it ten times
        # slower (2 cores with a load of 6: 320 ms, against 18 ms on one thread).
        torch.set_num_threads(1)
        try:
            vector: NDArray[np.float32] = model.encode_query(
                question, normalize_embeddings=True, show_progress_bar=False
            )
        finally:
            torch.set_num_threads(self._threads)
        return vector

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> NDArray[np.float32]:
        import numpy as np

        model = self._loaded()
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # Of like length together: a batch is as slow as its longest text.
        by_length = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        for done in range(0, len(texts), _CHUNK):
            chunk = by_length[done : done + _CHUNK]
            vectors[chunk] = model.encode_document(
                [texts[i] for i in chunk], batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
            if progress:
                progress(done + len(chunk), len(texts))
        return vectors

    def load(self) -> None:
        self._loaded()
        self._pieces()

    def _pieces(self) -> Any:
        """The model's own tokenizer, without truncation or padding."""
        with self._lock:
            if self._tokenizer is None:
                from tokenizers import Tokenizer

                self._tokenizer = Tokenizer.from_str(self._loaded().tokenizer.backend_tokenizer.to_str())
                self._tokenizer.no_truncation()
                self._tokenizer.no_padding()
            return self._tokenizer

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                import torch

                self._threads = torch.get_num_threads()
                self._model = _load_model(self.name)
            return self._model


def _load_model(name: str) -> Any:
    """The model. Prints nothing. ModelError where it cannot be had."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    logging: Any = transformers_logging
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        return SentenceTransformer(name, device="cpu")
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        raise ModelError(
            f"the model {name!r} cannot be loaded ({error}); give the name or folder of a sentence-transformers model,"
            f" or unset {MODEL_VARIABLE} to use the packaged one"
        ) from error
    finally:
        if shown:
            logging.enable_progress_bar()


def _hash_weights(model: Any) -> str:
    """The SHA-256 of all weights, in the order of their names."""
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.cpu().contiguous().view(-1).numpy().tobytes())
    return digest.hexdigest()
