"""Pullquote itself, put through the same: whole articles are added, and it splits them into the same passages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.peers.harness import run
from index import Library

NUMBERS: dict[tuple[str, int], int] = {}
"""Of each passage, by its article's source and its place in it."""


def build(work: Path, _: list[dict[str, Any]]) -> None:
    """Add all articles."""
    articles = json.loads((work / "articles.json").read_text(encoding="utf-8"))
    with Library(work / "pullquote") as library:
        for article in articles:
            library.add_text(article["text"], title=article["title"], source=article["id"])


def open_saved(work: Path) -> Any:
    """Open the library; what its passages are numbered by is only for counting."""
    passages = json.loads((work / "passages.json").read_text(encoding="utf-8"))
    NUMBERS.update({(passage["id"], passage["start"]): number for number, passage in enumerate(passages)})
    return Library(work / "pullquote")


def search(library: Any, question: str, k: int) -> list[int]:
    """The best passages by both searches, without the reader."""
    hits = library.search(question, k=k, read=False)
    return [NUMBERS[hit.passage.article_id, hit.passage.start] for hit in hits]


if __name__ == "__main__":
    run(build, open_saved, search)
