"""A library being opened: its articles can be read before it can be searched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.loading import Loading, Say
from index.article import BUNDLED, read_article
from index.types import Article

if TYPE_CHECKING:
    from index.library import Library


class OpeningLibrary(Loading["Library"]):
    """Opens ``library`` and adds ``sources``; with neither, the bundled article is opened. No file is read twice."""

    def __init__(
        self, sources: Sequence[str | Path | Article] = (), library: Library | str | Path | None = None
    ) -> None:
        super().__init__(lambda say: self._open(say), message="Opening the library…")
        self.articles: list[Article] = []
        """What can be shown while the model loads: what was in the library, and what files there are to add."""
        self._sources = sources if sources or library else sorted(BUNDLED.glob("*.md"))
        self._library = library

    def _open(self, say: Say) -> Library:
        """The library with the sources in it, and the model loaded, so that the first question is answered at once."""
        from index.library import Library

        opened = self._library if isinstance(self._library, Library) else Library(self._library)
        sources = [_read_file(source) for source in self._sources]
        files = [source for source in sources if isinstance(source, Article)]
        self.articles = list({article.id: article for article in (*opened.articles, *files)}.values())
        say("Loading the language model…")
        opened.load(progress=lambda done, of: say(f"Making the search index: {done:,} of {of:,} articles…"))
        for source in sources:
            if isinstance(source, Article):
                opened.add_article(source, progress=_told(say, Path(source.source or source.title).name))
            else:
                opened.add(source, progress=_told(say, Path(source).name))
        return opened


def _read_file(source: str | Path | Article) -> str | Path | Article:
    """The article of a file; what is read already, and an address, which takes its time, as it is."""
    return source if isinstance(source, Article) or "://" in str(source) else read_article(source)


def _told(say: Say, name: str) -> Callable[[int, int], None]:
    """How far the reading of an article is, said in a sentence."""
    say(f"Reading {name}…")
    return lambda done, of: say(f"Reading {name}: {done:,} of {of:,} passages…")
