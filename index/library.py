"""A Library: articles that are searched together. Ties reading, splitting, encoding, storing and searching together."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from types import TracebackType
from typing import Self

from index.article import BUNDLED, make_article, read_article, read_source
from index.bundled_vectors import bundled_vectors
from index.check import check_library
from index.embedding import Encoder, Progress, load_encoder
from index.encoding import (
    check_model,
    choose_encoder,
    encode_article,
    encode_into,
    is_made_with,
    is_unchanged,
    known_vectors,
)
from index.errors import ArticleError, LibraryClosed, NoSuchArticle
from index.fusion import HYBRID, Weights
from index.hits import to_hit
from index.judging import judge_candidates
from index.questions import without_opening
from index.reader.judge import default_judge
from index.reader.reader import default_reader
from index.reading import read_candidates
from index.retrieval import DEPTH, Candidate, RecentPassages, retrieve
from index.store import Finder, Store, open_store
from index.types import Article, Change, Hit, Problem, Revision


class Library:
    """Articles, in memory or in a folder, and the search over them. Safe to share between threads.

    A folder is safe to kill at any moment, and other processes may read it, and see what is added, while one writes.
    One that cannot be written can be searched. A database may be written by many processes at once.
    """

    def __init__(
        self, where: str | Path | None = None, *, model: str | Encoder | None = None, replica: str | None = None
    ) -> None:
        """Open a library, or make it.

        ``where``: a folder, the address of a PostgreSQL database, postgresql://user@host/name, or None to keep all in
        memory. ``replica``: the address of a copy of that database, to be searched in its place. ``model``: the name or
        folder of a sentence-transformers model; None for the one that the library was made with, or else the packaged
        one. Nothing of it is loaded yet.

        Errors: LibraryNotWritable, LibraryTooNew, LibraryBusy, LibraryDamaged, and ModelError for another model than it
        was made with: ``Library.reembed`` takes it over to that one.
        """
        self._lock = threading.RLock()
        self._changed = False
        self._store: Store | None = open_store(where, replica=replica)
        try:
            self._encoder = choose_encoder(self._store, model)
        except BaseException:
            self.close()
            raise
        self._finder: Finder | None = None
        self._recent = RecentPassages()
        self._seen: int | None = None
        self._listed: tuple[int, list[Article]] | None = None

    @classmethod
    def reembed(
        cls, where: str | Path, *, model: str | Encoder | None = None, progress: Progress | None = None
    ) -> Self:
        """Open a library with another model: its articles are split and encoded anew, all of them or none.

        ``model``: as in ``Library(…)``, but None is the packaged model, or PULLQUOTE_MODEL's. Where the library was
        made with it nothing is done. ``progress``: called with how many articles are encoded, and of how many. Nobody
        else can write meanwhile. Errors: those of ``Library(…)`` and ``add_text``.
        """
        encoder = load_encoder(model) if model is None or isinstance(model, str) else model
        store = open_store(where)
        try:
            if not is_made_with(store, encoder):
                with store.replacing():
                    ids = store.ids()
                    for done, article_id in enumerate(ids, 1):
                        encode_into(store, _held(store, article_id), encoder)
                        if progress:
                            progress(done, len(ids))
        finally:
            store.close()
        return cls(where, model=encoder)

    def add(self, where: str | Path, *, title: str | None = None, progress: Progress | None = None) -> Article:
        """Read a file or a public http(s) address, and add it: text, Markdown, HTML, PDF, DOCX or EPUB.

        Its source is its full path or address: the same one, changed, replaces what it was. ``progress``: called with
        how many sentences are encoded, and of how many. Errors: ArticleError and its kinds, and those of ``add_text``.
        """
        return self._add(read_article(where, title=title), progress, titled=title is not None)

    def add_text(
        self, text: str, title: str | None = None, source: str | None = None, *, progress: Progress | None = None
    ) -> Article:
        """Add a text exactly as it is: ``article.text == text``. What is there already is returned as it was.

        ``title``: None for the text's first heading or words. ``source``: where it comes from; another text of the same
        source replaces it, under the same id, as a new revision: only sentences that were not there are encoded.
        Errors: EmptyArticle, LibraryBusy, LibraryNotWritable, ModelError.
        """
        return self._add(make_article(text, title=title, source=source), progress, titled=title is not None)

    def add_article(self, article: Article, *, progress: Progress | None = None) -> Article:
        """Add an article that was read already, as ``index.article.read_article`` does. Else as ``add_text``."""
        return self._add(article, progress)

    def compare(self, article: Article) -> Change:
        """What adding an article would do: Change.NEW, CHANGED or, where the same text is there, UNCHANGED."""
        with self._lock:
            store = self._open_store()
            if not store.numbers([article.id]):
                return Change.NEW
            return Change.UNCHANGED if is_unchanged(store, article) else Change.CHANGED

    def refresh(self, article_id: str, *, progress: Progress | None = None) -> Article:
        """Read an article's source again, and return the article as it is now: a new revision where it has changed.

        Errors: NoSuchArticle, ArticleError where it was handed over as text or its source cannot be read any more (it
        is then kept as it was), and those of ``add_text``.
        """
        with self._lock:
            origin = self._open_store().origin(article_id)
        if origin is None:
            raise _no_such_article(article_id)
        if origin.source is None:
            raise ArticleError(f"the article {article_id!r} was handed over as text: add its new text instead")
        article = read_source(origin.source, title=origin.title)
        return self._add(replace(article, id=article_id), progress, titled=origin.title is not None)

    @property
    def articles(self) -> list[Article]:
        """All articles, in the order in which they were added."""
        with self._lock:
            store = self._open_store()
            generation = store.generation()
            if self._listed is None or self._listed[0] != generation:
                self._listed = generation, store.articles()
            return list(self._listed[1])

    @property
    def ids(self) -> list[str]:
        """The ids of all articles, in the same order, damaged ones included; much faster than ``articles``."""
        with self._lock:
            return self._open_store().ids()

    def article(self, article_id: str) -> Article:
        """The article of an id, as it is now. NoSuchArticle if there is none."""
        with self._lock:
            return _held(self._open_store(), article_id)

    def revisions(self, article_id: str) -> list[Revision]:
        """The editions that an article has had, oldest first; the last is the one that is held. NoSuchArticle."""
        with self._lock:
            found = self._open_store().revisions(article_id)
        if not found:
            raise _no_such_article(article_id)
        return found

    def remove(self, article_id: str) -> None:
        """Forget an article and its revisions, wherever they are kept. NoSuchArticle if there is none of that id."""
        with self._lock:
            if not self._open_store().remove(article_id):
                raise _no_such_article(article_id)
            self._changed = True

    def search(
        self,
        question: str,
        k: int = 5,
        articles: Iterable[str] | None = None,
        read: bool = True,
        *,
        history: str = "",
    ) -> list[Hit]:
        """Return the ``k`` best passages, each with the sentence of it that answers best; ``[]`` for a blank question.

        ``articles``: ids of those to search within; None for all. ``read``: False for retrieval alone. ``history``:
        what was asked and answered just before, for a question that leans on it: its words are looked for as well.
        Hits come best first, ties in the order of article ids and places. Errors: ValueError for a question that is no
        str or ``k`` below 1, NoSuchArticle for an id that is not in the library.
        """
        for name, value in (("question", question), ("history", history)):
            if not isinstance(value, str):
                raise ValueError(f"{name} must be a str, not {type(value).__name__}")
        if not isinstance(k, int) or k < 1:
            raise ValueError(f"k must be a whole number of 1 or more, not {k!r}")
        question, history = without_opening(_whole(question)), _whole(history)
        asks = any(character.isalnum() for character in question)
        sought = f"{question} {history}" if asks and history else question
        candidates = self.retrieve(sought, depth=max(DEPTH, 2 * k), articles=articles)
        if read and candidates:
            candidates = read_candidates(default_reader(), question, candidates, history=history)
            candidates = judge_candidates(default_judge(), question, candidates, history=history)
        return [to_hit(candidate) for candidate in candidates[:k]]

    def retrieve(
        self,
        question: str,
        *,
        depth: int = DEPTH,
        articles: Iterable[str] | None = None,
        weights: Weights = HYBRID,
    ) -> list[Candidate]:
        """Return the passages that dense and lexical search find, each sentence weighed, best first.

        What ``search`` reads and makes hits of. ``depth``: how many passages words propose, and a quarter fewer
        vectors; ``weights``: for either of them alone. Errors as ``search``.
        """
        with self._lock:
            self._open_store()
            numbers = self._numbers(articles)
            if not any(character.isalnum() for character in question):
                return []
            encodes_beside = self._synced_finder().encodes_beside
        vector = cache(partial(self._encoder.encode_question, question))
        if not encodes_beside:
            vector()  # while others search
        with self._lock:
            store, finder = self._open_store(), self._synced_finder()
            with store.reading():
                return retrieve(
                    store,
                    finder,
                    question,
                    vector,
                    depth=depth,
                    articles=numbers,
                    weights=weights,
                    recent=self._recent,
                )

    def load(self, *, progress: Progress | None = None) -> None:
        """Load the models and the indexes now, so that the first search does not wait for them.

        ``progress``: called with how many articles are indexed, of how many, where the indexes must be made anew.
        """
        self._encoder.load()
        default_reader().load()
        with self._lock:
            self._synced_finder(progress)

    def settle(self, *, progress: Progress | None = None) -> None:
        """Write the indexes of what was added and removed, where that is worth it; ``close`` does it where need be.

        ``progress``: called with how many articles are indexed, and of how many.
        """
        with self._lock:
            store = self._open_store()
            if self._changed:
                self._finder = self._finder or store.finder(self._encoder)
                self._finder.settle(progress)
                self._changed = False

    def check(self, *, progress: Progress | None = None) -> list[Problem]:
        """Look at all that is kept, and mend what can be: ``[]`` where all is well.

        ``progress``: called with how many articles are looked at, and of how many. Derived files are made anew, and so
        are the passages of an article whose text is whole.
        """
        with self._lock:
            store = self._open_store()
            self._finder = self._finder or store.finder(self._encoder)
            return check_library(store, self._finder, self._encoder, progress)

    def close(self) -> None:
        """Let go of the folder; the library cannot be used any more. Closing twice does nothing."""
        with self._lock:
            if self._store is None:
                return
            try:
                if self._changed:
                    self.settle()
            finally:
                self._store.close()
                self._store = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _add(self, article: Article, progress: Progress | None, *, titled: bool = False) -> Article:
        with self._lock:
            store = self._open_store()
            if is_unchanged(store, article):
                return _held(store, article.id)
            known = known_vectors(store, article.id) or bundled_vectors(article, self._encoder)
        passages, vectors = encode_article(article, self._encoder, known, progress)
        with self._lock:
            check_model(self._open_store(), self._encoder)
            made_with = {"model": self._encoder.name, "fingerprint": self._encoder.fingerprint}
            self._open_store().add(article, passages, vectors, made_with, titled=titled)
            self._changed = True
        return article

    def _numbers(self, articles: Iterable[str] | None) -> list[int] | None:
        """The store's numbers for article ids, each once."""
        if articles is None:
            return None
        if isinstance(articles, str):
            raise ValueError("articles must be a list of ids, not one str")
        wanted = list(dict.fromkeys(articles))
        held = self._open_store().numbers(wanted)
        for article_id in wanted:
            if article_id not in held:
                raise _no_such_article(article_id)
        return [held[article_id] for article_id in wanted]

    def _synced_finder(self, progress: Progress | None = None) -> Finder:
        """What finds passages, with all that this or another process has changed since."""
        store = self._open_store()
        generation = store.generation()
        if self._finder is None or generation != self._seen:
            check_model(store, self._encoder)  # another process may have encoded all anew
            self._finder = self._finder or store.finder(self._encoder)
            self._finder.sync(progress)
            self._seen = generation
        return self._finder

    def _open_store(self) -> Store:
        if self._store is None:
            raise LibraryClosed("the library is closed: open it again with Library(…)")
        return self._store


@cache
def default_library() -> Library:
    """Return the library of the bundled article, made when first asked for."""
    library = Library()
    for path in sorted(BUNDLED.glob("*.md")):
        library.add(path)
    return library


def search(question: str, k: int = 5, articles: Iterable[str] | None = None, read: bool = True) -> list[Hit]:
    """Search the bundled article: ``Library.search`` over ``default_library()``."""
    return default_library().search(question, k, articles=articles, read=read)


def _whole(text: str) -> str:
    """``text`` with a mark for each half of a surrogate pair, which JSON may hold and no encoder takes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _held(store: Store, article_id: str) -> Article:
    found = store.article(article_id)
    if found is None:
        raise _no_such_article(article_id)
    return found


def _no_such_article(article_id: str) -> NoSuchArticle:
    return NoSuchArticle(f"there is no article {article_id!r} in the library: see library.articles")
