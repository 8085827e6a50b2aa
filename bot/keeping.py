"""The commands that keep a library: add, list, remove, refresh, check and export."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.render import printable, to_dict
from bot.terminal import progress_bar
from index import Article, Change, LibraryDamaged, NoSuchArticle, NoSuchFile, Problem, PullquoteError

if TYPE_CHECKING:
    from index import Library

STANDARD_INPUT = "-"
DONE, TROUBLE = 0, 2
INDEX = "search index"
SAID = {
    Change.NEW: "Added “{title}” ({id})",
    Change.CHANGED: "Changed “{title}” ({id}): this is a new revision",
    Change.UNCHANGED: "Unchanged “{title}” ({id}): the library has this text already",
}
Complain = Callable[[str], int]
"""Tells what went wrong, in a line; its result is the exit status."""


def add(options: Namespace, complain: Complain) -> int:
    """Add each article, whatever becomes of the others, and say what it did to the library."""
    from index import Library

    status = DONE
    with Library(options.library) as library:
        for source in options.articles:
            try:
                article = read_named(source)
                change = library.compare(article)
                _say(SAID[change], add_read(library, article, source))
            except PullquoteError as error:
                status = complain(str(error))
        _settle(library)
    return status


def list_articles(options: Namespace, complain: Complain) -> int:
    """One article after another, with what is known of it."""
    with opened(options) as library:
        articles = library.articles
    if options.json:
        facts = [{**_facts(article), "characters": len(article.text)} for article in articles]
        print_line(json.dumps({"articles": facts}, ensure_ascii=False, indent=2))
        return DONE
    for article in articles:
        print_line(f"{article.id}  {printable(article.title)}")
        known = (article.source, article.author, article.published, f"added {article.added:%Y-%m-%d}")
        size = f"{len(article.text):,} characters"
        print_line("  " + " · ".join(printable(fact) for fact in (*known, size) if fact))
    return DONE


def remove(options: Namespace, complain: Complain) -> int:
    """Forget each article that is named."""
    status = DONE
    with opened(options) as library:
        for named in options.articles:
            try:
                article_id = _find(library, named)
                title = _title(library, article_id)
                library.remove(article_id)
                print_line(f"Removed “{printable(title)}” ({article_id})")
            except PullquoteError as error:
                status = complain(str(error))
        _settle(library)
    return status


def refresh(options: Namespace, complain: Complain) -> int:
    """Read again the articles that are named, or all that came from somewhere."""
    status = DONE
    with opened(options) as library:
        named = options.articles or [article.id for article in library.articles if article.source]
        for each in named:
            try:
                article_id = _find(library, each)
                before = library.revisions(article_id)[-1].revision
                with progress_bar(each) as progress:
                    article = library.refresh(article_id, progress=progress)
                _say(SAID[Change.UNCHANGED if article.revision == before else Change.CHANGED], article)
            except PullquoteError as error:
                status = complain(str(error))
        _settle(library)
    return status


def check(options: Namespace, complain: Complain) -> int:
    """Look at all that is kept; 0 where all is well or mended, 2 where something is not."""
    from index import Library

    if options.reembed:
        _check_there(options)
        with progress_bar("encoding") as progress, Library.reembed(options.library, progress=progress) as library:
            print_line(f"Encoded anew: {_number(library)}")
    with opened(options) as library:
        with progress_bar("checking") as progress:
            problems = library.check(progress=progress)
        if not problems:
            print_line(f"All is well: {_number(library)}")
    return max([_tell(problem, complain) for problem in problems], default=DONE)


def export(options: Namespace, complain: Complain) -> int:
    """Print each article that can be read, with its revisions, as a line of JSON."""
    status = DONE
    with opened(options) as library:
        for article_id in library.ids:
            try:
                article = library.article(article_id)
                revisions = [to_dict(revision) for revision in library.revisions(article_id)]
            except PullquoteError as error:
                status = complain(str(error))
            else:
                facts = {**_facts(article), "revisions": revisions, "text": article.text}
                print_line(json.dumps(facts, ensure_ascii=False))
    return status


@contextmanager
def opened(options: Namespace) -> Iterator[Library]:
    """The library that was named, which must be there."""
    from index import Library

    _check_there(options)
    with Library(options.library) as library:
        yield library


def read_named(source: str) -> Article:
    """The article of a file, an address, or of standard input."""
    from index.article import make_article, read_article

    if source != STANDARD_INPUT:
        return read_article(source)
    from index.readers.text import read_text

    text = read_text(sys.stdin.buffer.read(), "standard input").text
    return make_article(text, title=None if text.lstrip().startswith("# ") else "standard input")


def add_read(library: Library, article: Article, source: str) -> Article:
    """Add an article that was read from ``source``, with a bar on a terminal while its passages are encoded."""
    with progress_bar("standard input" if source == STANDARD_INPUT else Path(source).name) as progress:
        return library.add_article(article, progress=progress)


def print_line(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _check_there(options: Namespace) -> None:
    from index.store import is_library

    if not is_library(options.library):
        raise NoSuchFile(f"there is no library {options.library}: make one with pullquote add ARTICLE --library DIR")


def _settle(library: Library) -> None:
    with progress_bar(INDEX) as progress:
        library.settle(progress=progress)


def _say(what: str, article: Article) -> None:
    print_line(what.format(title=printable(article.title), id=article.id))


def _find(library: Library, named: str) -> str:
    """The id of an article that is named by its id, its file or its address."""
    from index.article import article_id

    for known in (named, article_id(named)):
        if known in library.ids:
            return known
    raise NoSuchArticle(f"there is no article {named} in the library: pullquote list --library DIR tells which are")


def _title(library: Library, article_id: str) -> str:
    try:
        return library.article(article_id).title
    except LibraryDamaged:
        return article_id


def _number(library: Library) -> str:
    count = len(library.ids)
    return "1 article" if count == 1 else f"{count:,} articles"


def _facts(article: Article) -> dict[str, Any]:
    facts = to_dict(article)
    del facts["text"]
    return facts


def _tell(problem: Problem, complain: Complain) -> int:
    if not problem.mended:
        return complain(problem.message)
    print_line(problem.message)
    return DONE
