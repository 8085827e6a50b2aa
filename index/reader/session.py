"""What the models of this folder run on: an onnxruntime session, its weights checked."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from index.errors import ModelError

_REINSTALL = "pip install --force-reinstall --no-deps pullquote"


def load_session(model: Path, sha256: str | None) -> Any:
    """A model to run, its weights checked. ModelError where they are missing, or do not hash to ``sha256``."""
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
