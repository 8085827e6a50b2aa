"""The question sets that the bench and the training read: gzipped JSON Lines below ``PULLQUOTE_DATA``.

``train/`` is to train and tune on, ``bench/`` to measure with. ``PULLQUOTE_DATA`` defaults to ``../shared``.
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def data_folder() -> Path:
    """The folder that holds ``data/train`` and ``data/bench``."""
    return Path(os.environ.get("PULLQUOTE_DATA", Path(__file__).resolve().parents[2] / "shared"))


def load_rows(split: str, name: str) -> list[Row]:
    """The rows of ``data/<split>/<name>.jsonl.gz``: for instance ``load_rows("bench", "xquad_en.questions")``."""
    with gzip.open(data_folder() / "data" / split / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
