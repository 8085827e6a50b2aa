"""A Library: articles that are searched together. Ties reading, splitting, encoding, storing and searching together."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from index.article import BUNDLED, make_article, read_article
from index.embedding import Encoder, Progress, load_encoder
from index.engines.faiss import FaissEngine
from index.errors import LibraryClosed, LibraryError, ModelError, NoSuchArticle
from index.fusion import HYBRID, Weights
from index.hits import to_hit
from index.passages import SplitPassage, split_passages
from index.reader.reader import default_reader
from index.reading import read_candidates
from index.retrieval import DEPTH, Candidate, Indexes
from index.store import Store
from index.types import Article, Hit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Library:
    """Articles, in memory or in a folder, and the search over them. Safe to share between threads.

    A folder is safe to kill at any moment, and other processes may read it, and see what is added, while one writes.
    """

    def __init__(self, where: str | Path | None = None, *, model: str | Encoder | None = None) -> None:
        """Open a library, or make it.

        ``where``: a folder, or None to keep all in memory. ``model``: the name or folder of a sentence-transformers
        model; None for the one that the library was made with, or else the packaged one. Nothing of it is loaded yet.

        Errors: LibraryNotWritable, LibraryTooNew, LibraryBusy, and ModelError for another model than it was made with.
        """
        if isinstance(where, str) and where.startswith(("postgresql://", "postgres://")):
            raise LibraryError("libraries in PostgreSQL are not in this version: name a folder instead")
        self._lock = threading.RLock()
        self._store: Store | None = Store(None if where is None else Path(where).expanduser())
        try:
            self._encoder = self._choose_encoder(self._store, model)
        except BaseException:
            self.close()
            raise
        self._indexes: Indexes | None = None
        self._articles: list[Article] = []
        self._seen: int | None = None

    def add(self, where: str | Path, *, title: str | None = None, progress: Progress | None = None) -> Article:
        """Read a file or a public http(s) address, and add it: text, Markdown, HTML, PDF, DOCX or EPUB.

        Its source is its full path or address: the same one, changed, replaces what it was. ``progress``: called with
        how many sentences are encoded, and of how many. Errors: ArticleError and its kinds, and those of ``add_text``.
        """
        return self._add(read_article(where, title=title), progress)

    def add_text(
        self, text: str, title: str | None = None, source: str | None = None, *, progress: Progress | None = None
    ) -> Article:
        """Add a text exactly as it is: ``article.text == text``. What is there already is returned as it was.

        ``title``: None for the text's first heading or words. ``source``: where it comes from; another text of the same
        source replaces it, under the same id. Errors: EmptyArticle, LibraryBusy, LibraryNotWritable, ModelError.
        """
        return self._add(make_article(text, title=title, source=source), progress)

    @property
    def articles(self) -> list[Article]:
        """All articles, in the order in which they were added."""
        with self._lock:
            self._refresh()
            return list(self._articles)

    def article(self, article_id: str) -> Article:
        """The article of an id, as it is now. NoSuchArticle if there is none."""
        with self._lock:
            found = self._open_store().article(article_id)
        if found is None:
            raise _no_such_article(article_id)
        return found

    def remove(self, article_id: str) -> None:
        """Forget an article. NoSuchArticle if there is none of that id."""
        with self._lock:
            if not self._open_store().remove(article_id):
                raise _no_such_article(article_id)
            self._seen = None

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
        question, history = _whole(question), _whole(history)
        asks = any(character.isalnum() for character in question)
        sought = f"{question} {history}" if asks and history else question
        candidates = self.retrieve(sought, depth=max(DEPTH, 2 * k), articles=articles)
        if read and candidates:
            candidates = read_candidates(default_reader(), question, candidates, history=history)
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

        What ``search`` reads and makes hits of. ``depth``: how many passages each of the two proposes; ``weights``: for
        either of them alone. Errors as ``search``.
        """
        with self._lock:
            self._open_store()
            numbers = self._numbers(articles)
        if not any(character.isalnum() for character in question):
            return []
        vector = self._encoder.encode_question(question)
        with self._lock:
            store, indexes = self._open_store(), self._synced_indexes()
            return indexes.retrieve(store, question, vector, depth=depth, articles=numbers, weights=weights)

    def load(self) -> None:
        """Load the models and the indexes now, so that the first search does not wait for them."""
        self._encoder.load()
        default_reader().load()
        with self._lock:
            self._synced_indexes()

    def close(self) -> None:
        """Let go of the folder; the library cannot be used any more. Closing twice does nothing."""
        with self._lock:
            if self._store is not None:
                self._store.close()
            self._store = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _add(self, article: Article, progress: Progress | None) -> Article:
        with self._lock:
            present = self._open_store().article(article.id)
        if present and present.revision == article.revision:
            return present
        splits = split_passages(article, count_tokens=self._encoder.count_tokens, max_tokens=self._encoder.max_tokens)
        vectors = self._encode(article, splits, progress)
        made_with = {"model": self._encoder.name, "fingerprint": self._encoder.fingerprint}
        with self._lock:
            self._open_store().add(article, splits, vectors, made_with)
            self._seen = None
        return article

    def _encode(
        self, article: Article, splits: Sequence[SplitPassage], progress: Progress | None
    ) -> list[NDArray[np.float32]]:
        """For each passage its sentences' vectors."""
        sentences = [article.text[s.start : s.end] for split in splits for s in split.sentences]
        vectors = self._encoder.encode(sentences, progress=progress)
        ends = accumulate(len(split.sentences) for split in splits)
        return [vectors[end - len(split.sentences) : end] for split, end in zip(splits, ends, strict=True)]

    def _numbers(self, articles: Iterable[str] | None) -> list[int] | None:
        """The store's numbers for article ids, each once."""
        if articles is None:
            return None
        if isinstance(articles, str):
            raise ValueError("articles must be a list of ids, not one str")
        held = {article_id: number for number, article_id in self._open_store().article_numbers().items()}
        wanted = dict.fromkeys(articles)
        for article_id in wanted:
            if article_id not in held:
                raise _no_such_article(article_id)
        return [held[article_id] for article_id in wanted]

    def _refresh(self) -> None:
        """Take note of what this or another process has changed since."""
        store = self._open_store()
        changes = store.changes()
        if changes == self._seen:
            return
        self._articles = store.articles()
        if self._indexes is not None:
            self._indexes.sync(store)
        self._seen = changes

    def _synced_indexes(self) -> Indexes:
        self._refresh()
        if self._indexes is None:
            self._indexes = Indexes(FaissEngine(self._encoder.dimension))
            self._indexes.sync(self._open_store())
        return self._indexes

    def _open_store(self) -> Store:
        if self._store is None:
            raise LibraryClosed("the library is closed: open it again with Library(…)")
        return self._store

    @staticmethod
    def _choose_encoder(store: Store, model: str | Encoder | None) -> Encoder:
        made_with = store.setting("model")
        encoder = load_encoder(model or made_with) if model is None or isinstance(model, str) else model
        if made_with and (encoder.name, encoder.fingerprint) != (made_with, store.setting("fingerprint")):
            raise ModelError(
                f"{store.where} was made with the model {made_with!r} and other weights than {encoder.name!r} has now:"
                f" open it with model={made_with!r}, or add its articles to a new library"
            )
        return encoder


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


def _no_such_article(article_id: str) -> NoSuchArticle:
    return NoSuchArticle(f"there is no article {article_id!r} in the library: see library.articles")
