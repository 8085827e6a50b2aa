"""An article made ready to be kept: split into passages, and every sentence of them a vector.

In parts, so that a book takes no more memory than its vectors; and sentences that were there before are not encoded
again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from index.embedding import Encoder, Progress, load_encoder
from index.errors import LibraryDamaged, ModelError
from index.passages import SplitPassage, split_passages
from index.store import Store
from index.types import Article

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_AT_ONCE = 4_096
"""Sentences encoded at a time: 6 MB of vectors, of texts 1 MB."""

Known = Mapping[str, "NDArray[np.float16]"]
"""The vectors of sentences that were encoded before."""


def encode_article(
    article: Article, encoder: Encoder, known: Known, progress: Progress | None = None
) -> tuple[list[SplitPassage], Iterator[NDArray[np.float16]]]:
    """Return an article's passages, and for each of them its sentences' vectors in half precision."""
    import numpy as np

    passages = split_passages(article, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
    spans = [(sentence.start, sentence.end) for split in passages for sentence in split.sentences]
    vectors = np.empty((len(spans), encoder.dimension), dtype=np.float16)
    new = []
    for row, (start, end) in enumerate(spans):
        found = known.get(article.text[start:end])
        if found is None:
            new.append(row)
        else:
            vectors[row] = found
    for done in range(0, len(new), _AT_ONCE):
        rows = new[done : done + _AT_ONCE]
        texts = [article.text[spans[row][0] : spans[row][1]] for row in rows]
        vectors[rows] = encoder.encode(texts, progress=_shifted(progress, done, len(new)))
    return passages, _of_passages(passages, vectors)


def known_vectors(store: Store, article_id: str) -> dict[str, NDArray[np.float16]]:
    """The vectors of the sentences that a stored article has; ``{}`` where there is none, or it is damaged."""
    import numpy as np

    known: dict[str, NDArray[np.float16]] = {}
    try:
        for number in store.numbers([article_id]).values():
            for stored, vectors in store.passages_of(number):
                known.update(zip(stored.sentence_texts, vectors.astype(np.float16), strict=True))
    except LibraryDamaged:
        return {}
    return known


def is_unchanged(store: Store, article: Article) -> bool:
    """Whether the same text is there already, under the same id, and undamaged."""
    try:
        held = store.article(article.id)
    except LibraryDamaged:
        return False
    return held is not None and held.revision == article.revision


def encode_into(store: Store, article: Article, encoder: Encoder) -> None:
    """Split and encode an article that the store holds anew, and keep it in its place."""
    passages, vectors = encode_article(article, encoder, {})
    origin = store.origin(article.id)
    made_with = {"model": encoder.name, "fingerprint": encoder.fingerprint}
    store.add(article, passages, vectors, made_with, titled=bool(origin and origin.title is not None))


def choose_encoder(store: Store, model: str | Encoder | None) -> Encoder:
    """The encoder that was asked for, or the one that the store was made with. ModelError where these differ."""
    encoder = load_encoder(model or store.setting("model")) if model is None or isinstance(model, str) else model
    check_model(store, encoder)
    return encoder


def is_made_with(store: Store, encoder: Encoder) -> bool:
    """Whether the vectors of a store are an encoder's, or there are none yet."""
    name = store.setting("model")
    return name is None or (name, store.setting("fingerprint")) == (encoder.name, encoder.fingerprint)


def check_model(store: Store, encoder: Encoder) -> None:
    """Raise ModelError, with what to do about it, where the vectors of a store are not an encoder's."""
    if is_made_with(store, encoder):
        return
    name = store.setting("model")
    raise ModelError(
        f"{store.where} was made with the model {name!r} and other weights than {encoder.name!r} has now: open it with"
        f" model={name!r}, or encode its articles anew with pullquote check --reembed --library DIR, or"
        " Library.reembed(…)"
    )


def _of_passages(passages: Sequence[SplitPassage], vectors: NDArray[np.float16]) -> Iterator[NDArray[np.float16]]:
    start = 0
    for split in passages:
        yield vectors[start : start + len(split.sentences)]
        start += len(split.sentences)


def _shifted(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Progress of a part, told as progress of the whole."""
    return None if progress is None else lambda done, _: progress(before + done, total)
