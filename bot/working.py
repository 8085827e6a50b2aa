"""The commands of a library that many share: leave articles in its queue, and work on what is there."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from bot.keeping import DONE, TROUBLE, Complain, print_line, read_named
from bot.render import printable
from index import LibraryError, PullquoteError

if TYPE_CHECKING:
    from index.postgres.queue import Waiting


def queue(options: Namespace, complain: Complain) -> int:
    """Read each article, whatever becomes of the others, and leave it to the workers."""
    _check_shared(options.library)
    from index.postgres.queue import put
    from index.postgres.store import PostgresStore

    status = DONE
    store = PostgresStore(options.library)
    try:
        for source in options.articles:
            try:
                article = read_named(source)
                put(store, article)
                print_line(f"Queued “{printable(article.title)}” ({article.id})")
            except LibraryError:
                raise
            except PullquoteError as error:
                status = complain(str(error))
    finally:
        store.close()
    return status


def work(options: Namespace, complain: Complain) -> int:
    """Encode and add what is in the queue; 2 where an article could not be added."""
    _check_shared(options.library)
    from index.postgres.queue import work as work_on

    status = DONE

    def tell(done: Waiting) -> None:
        nonlocal status
        if done.error is None:
            print_line(f"Added “{printable(done.title)}” ({done.id})")
        else:
            complain(f"“{printable(done.title)}” ({done.id}) cannot be added: {done.error}")
            status = TROUBLE

    work_on(options.library, told=tell, stay=not options.once)
    return status


def _check_shared(library: str) -> None:
    """Raise ValueError for a library that has no queue."""
    if "://" not in library:
        raise ValueError(f"{library} is a folder, which has no queue: that is for libraries at postgresql://…")
