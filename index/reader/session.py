"""What the models of this folder have in common: an onnxruntime session, its weights checked, and a tokenizer."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import Any

from index.errors import ModelError

_REINSTALL = "pip install --force-reinstall --no-deps pullquote"


class LazyModel:
    """Loads its weights when first asked. Safe to share between threads."""

    def __init__(self, model: Path, sha256: str | None) -> None:
        """``sha256``: what the weights must hash to; None to take them as they are."""
        self._model, self._sha256 = model, sha256
        self._lock = threading.Lock()
        self._session: Any = None
        self._tokenizer: Any = None

    def load(self) -> None:
        """Load the weights now. ModelError where they are missing, or not those that this version came with."""
        with self._lock:
            if self._session is None:
                from index.embedding import packaged_tokenizer

                self._tokenizer = packaged_tokenizer()
                self._session = _load_session(self._model, self._sha256)


def _load_session(model: Path, sha256: str | None) -> Any:
    import onnxruntime

    try:
        with model.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"the reader's weights cannot be read ({error}): {_REINSTALL}") from error
    if sha256 and found != sha256:
        raise ModelError(f"{model} is not the one that this version came with: {_REINSTALL}")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.enable_mem_pattern = False  # windows are of many lengths, and it would keep memory for each
    # As fast on idle cores, and on busy ones a thread that waits leaves its core to others.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # By its path: from bytes it takes as much memory again as the file has.
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
