"""Texts to unit vectors: which encoder a model's name means. The encoders themselves are in index/encoders."""

from __future__ import annotations

import os
from functools import cache

from index.encoders.base import Encoder, Progress
from index.encoders.packaged import (
    PACKAGED_MODEL,
    PACKAGED_SHA256,
    PackagedEncoder,
    packaged_folder,
    packaged_tokenizer,
)
from index.encoders.sentence_transformer import MODEL_VARIABLE, SentenceTransformerEncoder

__all__ = [
    "MODEL_VARIABLE",
    "PACKAGED_MODEL",
    "PACKAGED_SHA256",
    "Encoder",
    "PackagedEncoder",
    "Progress",
    "SentenceTransformerEncoder",
    "load_encoder",
    "packaged_folder",
    "packaged_tokenizer",
]


def load_encoder(model: str | None = None) -> Encoder:
    """Return the encoder of a model's name or folder; None for PULLQUOTE_MODEL's, or else the packaged one.

    All libraries of a process share it. Nothing is loaded until it is used; then ModelError where there is no such
    model, or the weights are not those expected.
    """
    return _shared_encoder(model or os.environ.get(MODEL_VARIABLE) or PACKAGED_MODEL)


@cache
def _shared_encoder(name: str) -> Encoder:
    return PackagedEncoder() if name == PACKAGED_MODEL else SentenceTransformerEncoder(name)
