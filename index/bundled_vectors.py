"""The vectors of the article that comes with the program, which come with it too: nobody waits for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from index.article import BUNDLED
from index.embedding import Encoder
from index.types import Article

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def bundled_vectors(article: Article, encoder: Encoder) -> dict[str, NDArray[np.float16]]:
    """The vectors of a bundled article's sentences; ``{}`` for another article, another edition or another model."""
    file = vectors_file(article)
    if file is None or not file.is_file():
        return {}
    import numpy as np

    with np.load(file, allow_pickle=False) as kept:
        if (str(kept["revision"]), str(kept["fingerprint"])) != (article.revision, encoder.fingerprint):
            return {}
        spans, vectors = kept["spans"].tolist(), kept["vectors"]
    return {article.text[start:end]: vector for (start, end), vector in zip(spans, vectors, strict=True)}


def vectors_file(article: Article) -> Path | None:
    """Where a bundled article's vectors are kept; None for another article. bench/bundle_vectors.py writes them."""
    name = (article.source or "").rpartition("/")[2]
    return (BUNDLED / name).with_suffix(".npz") if name and (BUNDLED / name).is_file() else None
