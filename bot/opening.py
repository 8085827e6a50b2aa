"""A library being opened: its articles can be read before it can be searched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.loading import Loading, Say
from index.article import BUNDLED
from index.types import Article

if TYPE_CHECKING:
    from index.library import Library


class OpeningLibrary(Loading["Library"]):
    """Opens ``library`` and adds ``sources``; with neither, the bundled article is opened."""

    def __init__(self, sources: Sequence[str | Path] = (), library: Library | str | Path | None = None) -> None:
        super().__init__(lambda say: self._open(say), message="Opening the library…")
        self.articles: list[Article] = []
        """What can be shown while the model loads: what was in the library, and what files there are to add."""
        self._sources = sources if sources or library else sorted(BUNDLED.glob("*.md"))
        self._library = library

    def _open(self, say: Say) -> Library:
        """The library with the sources in it, and the model loaded, so that the first question is answered at once."""
        from index.article import read_article
        from index.library import Library

        opened = self._library if isinstance(self._library, Library) else Library(self._library)
        files = [read_article(source) for source in self._sources if "://" not in str(source)]
        self.articles = list({article.id: article for article in (*opened.articles, *files)}.values())
        say("Loading the language model…")
        opened.load()
        for source in self._sources:
            opened.add(source, progress=_told(say, Path(source).name))
        return opened


def _told(say: Say, name: str) -> Callable[[int, int], None]:
    """How far the reading of an article is, said in a sentence."""
    say(f"Reading {name}…")
    return lambda done, of: say(f"Reading {name}: {done:,} of {of:,} passages…")
