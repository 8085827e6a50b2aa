"""A library looked through: every article, passage and vector, and what is derived from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.embedding import Encoder, Progress
from index.encoding import encode_into
from index.errors import LibraryDamaged, LibraryNotWritable
from index.store import Finder, Store, StoredPassage
from index.types import Article, Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_UNIT = 0.01
"""How far from 1 a vector's length may be: half precision rounds it by less than a thousandth."""


def check_library(store: Store, finder: Finder, encoder: Encoder, progress: Progress | None = None) -> list[Problem]:
    """Return what is or was wrong, in the order in which it was found. What can be is mended.

    ``progress``: called with how many articles are looked at, and of how many.
    """
    problems = store.check()
    ids = store.ids()
    for done, article_id in enumerate(ids, 1):
        problems += _check_article(store, article_id, encoder)
        if progress:
            progress(done, len(ids))
    if all(problem.mended for problem in problems):
        problems += finder.check(progress)
    return problems


def _check_article(store: Store, article_id: str, encoder: Encoder) -> Iterator[Problem]:
    """What is wrong with an article. One whose text is whole is split and encoded anew."""
    try:
        article = store.article(article_id)
    except LibraryDamaged as error:
        yield Problem(str(error), False)
        return
    if article is None or _is_whole(store, article, encoder.dimension):
        return
    message = f"passages of the article {article_id!r} in {store.where} were damaged"
    try:
        encode_into(store, article, encoder)
    except (LibraryNotWritable, LibraryDamaged) as error:
        yield Problem(f"{message}, and cannot be made anew: {error}", False)
    else:
        yield Problem(f"{message}: made anew from its text", True)


def _is_whole(store: Store, article: Article, dimension: int) -> bool:
    """Whether passages and vectors are what was written, and are the article's."""
    count = 0
    try:
        for number in store.numbers([article.id]).values():
            for stored, vectors in store.passages_of(number):
                if stored.passage.id != f"{article.id}/{count}" or not _fits(article, stored, vectors, dimension):
                    return False
                count += 1
    except LibraryDamaged:
        return False
    return count > 0


def _fits(article: Article, stored: StoredPassage, vectors: NDArray[np.float32], dimension: int) -> bool:
    import numpy as np

    passage = stored.passage
    lengths = np.linalg.norm(vectors, axis=1)
    return (
        article.text[passage.start : passage.end] == passage.text
        and all(passage.start <= sentence.start < sentence.end <= passage.end for sentence in stored.sentences)
        and vectors.shape == (len(stored.sentences), dimension)
        and bool(np.all((np.abs(lengths - 1) < _UNIT) | (lengths == 0)))
    )
