"""Write the vectors that come with the bundled article: ``python -m bench.bundle_vectors``, whenever it has changed."""

from __future__ import annotations

import numpy as np

from index.article import BUNDLED, read_article
from index.bundled_vectors import vectors_file
from index.encoders.packaged import PackagedEncoder
from index.encoders.session import Precision
from index.passages import split_passages


def main() -> None:
    """One file for each article, beside it."""
    encoder = PackagedEncoder(precision=Precision.FLOAT32)
    for path in sorted(BUNDLED.glob("*.md")):
        article = read_article(path)
        passages = split_passages(article, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
        spans = [(sentence.start, sentence.end) for split in passages for sentence in split.sentences]
        vectors = encoder.encode([article.text[start:end] for start, end in spans])
        file = vectors_file(article)
        assert file
        np.savez_compressed(
            file,
            revision=np.array(article.revision),
            fingerprint=np.array(encoder.fingerprint),
            spans=np.array(spans, np.int32),
            vectors=vectors.astype(np.float16),
        )
        print(f"{file.name}: {len(spans)} sentences, {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
