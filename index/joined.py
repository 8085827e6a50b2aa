"""Several libraries searched as if they were one: what is shared, and what is one person's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from index.types import Hit, Passage

if TYPE_CHECKING:
    from index.library import Library

Found = Callable[[Sequence[Passage]], object]
"""Told of the passages that are going to be read, best first."""


def search_together(
    libraries: Sequence[Library],
    question: str,
    k: int = 5,
    *,
    articles: Iterable[str] | None = None,
    read: bool = True,
    history: str = "",
    found: Found | None = None,
) -> list[Hit]:
    """Return what ``Library.search`` would, were all articles in one library. No two may hold an article of one id.

    What the libraries find is read together, so it costs no more reading than one. Without the reader the weight of a
    word is that in its own library, so scores are then only nearly comparable. Errors: those of ``Library.search``; an
    id that none of them knows is the first one's to complain about.
    """
    from index.hits import to_hit
    from index.judging import judge_candidates
    from index.questions import without_opening
    from index.reader.judge import default_judge
    from index.reader.reader import default_reader
    from index.reading import read_candidates
    from index.retrieval import DEPTH

    if not isinstance(question, str) or not isinstance(history, str):
        raise ValueError("question and history must be strings")
    if not isinstance(k, int) or k < 1:
        raise ValueError(f"k must be a whole number of 1 or more, not {k!r}")
    question, history = without_opening(_whole(question)), _whole(history)
    if not any(character.isalnum() for character in question):
        return []
    sought = f"{question} {history}" if history else question
    candidates = [
        candidate
        for library, ids in _shares(libraries, articles)
        for candidate in library.retrieve(sought, depth=max(DEPTH, 2 * k), articles=ids)
    ]
    candidates.sort(key=lambda candidate: (-candidate.score, candidate.passage.article_id, candidate.passage.start))
    if found:
        found([candidate.passage for candidate in candidates])
    if read and candidates:
        candidates = read_candidates(default_reader(), question, candidates, history=history)
        candidates = judge_candidates(default_judge(), question, candidates, history=history)
    return [to_hit(candidate) for candidate in candidates[:k]]


def _shares(libraries: Sequence[Library], articles: Iterable[str] | None) -> list[tuple[Library, list[str] | None]]:
    """Each library that is asked, with the ids to look for in it; None for all of its articles."""
    if articles is None:
        return [(library, None) for library in libraries]
    if isinstance(articles, str):
        raise ValueError("articles must be a list of ids, not one str")
    wanted = dict.fromkeys(articles)
    shares: list[tuple[Library, list[str] | None]] = []
    for library in libraries[1:]:
        held = wanted.keys() & set(library.ids)
        if held:
            shares.append((library, [article_id for article_id in wanted if article_id in held]))
            wanted = {article_id: None for article_id in wanted if article_id not in held}
    first: list[tuple[Library, list[str] | None]] = [(libraries[0], list(wanted))] if wanted else []
    return first + shares


def _whole(text: str) -> str:
    """``text`` with a mark for each half of a surrogate pair, which JSON may hold and no encoder takes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
