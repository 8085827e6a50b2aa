"""The program's door: the command line, and the start of the server.

``python app.py [ARTICLE…]`` opens a chat on these articles; ``pullquote --help`` tells of the other commands.
"""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bot import Answer, Conversation, keeping, working
from bot.arguments import STANDARD_INPUT, TROUBLE, parse_arguments
from bot.render import Line, Style, answer_lines, hit_lines, printable, to_dict
from bot.terminal import is_terminal, progress_bar, read_questions, show
from index import Article, NoSuchFile, PullquoteError

if TYPE_CHECKING:
    from index import Library

FOUND, DOES_NOT_SAY = 0, 1
AS_TYPED = "="
GO_ON = "An empty line ends; a leading = asks in your own words alone."
INTERRUPTED, PIPE_CLOSED = 130, 141  # as shells have it: 128 and the signal's number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return its exit status: 0, 1 where the article does not say, 2 where something failed."""
    _be_quiet()
    try:
        options = parse_arguments(sys.argv[1:] if arguments is None else arguments, in_terminal=is_terminal())
        status = COMMANDS[options.command](options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it flushes at exit
        return PIPE_CLOSED
    except (PullquoteError, ValueError) as error:
        return _complain(str(error))
    except OSError as error:
        return _complain(f"{error.filename or 'the system'}: {error.strerror or error}")
    except Exception as error:  # a mistake in the program: told in a line like all else, unless asked for
        if os.environ.get("PULLQUOTE_DEBUG"):
            raise
        return _complain(f"a mistake in the program, {error!r}: PULLQUOTE_DEBUG=1 shows where")
    return status


def _chat(options: Namespace) -> int:
    from bot.access import access_of
    from bot.service import serve

    where = {
        "host": options.host,
        "port": options.port,
        "access": access_of(options),
        "announce": _announce,
        "warn": _complain,
        "open_browser": _has_screen(),
    }
    if STANDARD_INPUT in options.articles:
        with _library(options) as library:
            serve(library=library, **where)
    else:
        sources = [_read_first(source) for source in options.articles]
        _check_library(options)
        serve(sources, library=options.library, **where)
    if any(thread.name == "pullquote-loading" for thread in threading.enumerate()):
        # A model that is still loading in its thread cannot be stopped, and would abort the program with a message.
        sys.stdout.flush()
        os._exit(FOUND)
    return FOUND


def _has_screen() -> bool:
    """Whether a browser can be opened for the person at this terminal: not over plain SSH, nor in a test."""
    if not sys.stdout.isatty():
        return False
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _ask(options: Namespace) -> int:
    with _library(options) as library:
        chat = Conversation(library, strictness=options.strictness)
        answer = None if options.question is None else _answer(options, library, chat, options.question)
        status = FOUND if answer or options.question is None else DOES_NOT_SAY
        return _converse(options, library, chat, answer, status) if options.converse else status


def _answer(
    options: Namespace, library: Library, chat: Conversation, question: str, *, as_typed: bool = False
) -> Answer:
    answer = chat.ask(question, as_typed=as_typed, suggest=options.suggest)
    _show(options, library, to_dict(answer), answer_lines(answer, _titles(library)))
    return answer


def _converse(options: Namespace, library: Library, chat: Conversation, last: Answer | None, status: int) -> int:
    """Answer what is typed at the prompt until nothing is; the status is that of the last answer.

    A leading = asks the rest in its own words alone, = by itself the last question; a number, what was suggested.
    """
    about = "" if last is not None else f"Asking {_named(library)}. "
    show([Line(Style.NOTE, ""), Line(Style.PASSAGE, about + GO_ON), Line(Style.NOTE, "")])
    for line in read_questions():
        as_typed = line.startswith(AS_TYPED)
        question = line.removeprefix(AS_TYPED).strip()
        if last is not None and as_typed and not question:
            question = last.question
            chat = Conversation.from_history(library, chat.turns[:-1], strictness=options.strictness)
        elif last is not None and question.isdecimal() and 0 < int(question) <= len(last.suggestions):
            question = last.suggestions[int(question) - 1]
            show([Line(Style.VERDICT, printable(question))])
        try:
            last = _answer(options, library, chat, question, as_typed=as_typed)
        except PullquoteError as error:
            status = _complain(str(error))
        else:
            status = FOUND if last else DOES_NOT_SAY
        show([Line(Style.NOTE, "")])
    return status


def _named(library: Library) -> str:
    articles = library.articles
    return f"“{printable(articles[0].title)}”" if len(articles) == 1 else f"{len(articles)} articles"


def _search(options: Namespace) -> int:
    with _library(options) as library:
        hits = library.search(options.question, k=options.k)
        _show(options, library, {"hits": [to_dict(hit) for hit in hits]}, hit_lines(hits, _titles(library)))
    return FOUND if hits else DOES_NOT_SAY


@contextmanager
def _library(options: Namespace) -> Iterator[Library]:
    """The library that was asked for, with the articles that were named in it; the bundled article where none was."""
    from index import Library
    from index.library import default_library

    if not options.library and not options.articles:
        yield default_library()
        return
    _check_library(options)
    with Library(options.library) as library:
        for source in options.articles:
            try:
                keeping.add_read(library, keeping.read_named(source), source)
            except NoSuchFile as error:
                one_word = " " not in getattr(options, "question", " ")
                hint = " (a question of several words needs quotes around it)" if one_word else ""
                raise NoSuchFile(f"{error}{hint}") from error
        with progress_bar(keeping.INDEX) as progress:
            library.load(progress=progress)
        yield library


def _show(options: Namespace, library: Library, found: dict[str, Any], lines: Sequence[Line]) -> None:
    """Print what was found, for programs or for people."""
    if options.json:
        articles = [{"id": each.id, "title": each.title, "source": each.source} for each in library.articles]
        print(json.dumps({**found, "articles": articles}, ensure_ascii=False, indent=2))
    else:
        show(lines)


def _titles(library: Library) -> dict[str, str]:
    return {article.id: article.title for article in library.articles}


def _read_first(source: str) -> str | Article:
    """The article of a file, so that what is wrong with it is told before anything slow begins; an address as it is."""
    from index.article import read_article

    return source if "://" in source else read_article(source)


def _check_library(options: Namespace) -> None:
    """Raise NoSuchFile where a library was named that is not there, rather than make an empty one to ask."""
    from index.store import is_library

    if options.library and not options.articles and not is_library(options.library):
        raise NoSuchFile(f"there is no library {options.library}: make one with pullquote add ARTICLE --library DIR")


def _announce(address: str) -> None:
    print(f"Pullquote is at {address} (Ctrl-C ends it)", flush=True)


def _be_quiet() -> None:
    """Nothing is fetched, and nothing of the libraries below is printed, unless the environment asks for it."""
    for name, value in {
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TRANSFORMERS_VERBOSITY": "error",
        "TOKENIZERS_PARALLELISM": "false",
    }.items():
        os.environ.setdefault(name, value)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # an article may hold what the terminal's encoding lacks


def _complain(message: str) -> int:
    print(f"pullquote: {' '.join(message.split())}", file=sys.stderr)
    return TROUBLE


COMMANDS: dict[str, Callable[[Namespace], int]] = {
    "chat": _chat,
    "ask": _ask,
    "search": _search,
    "add": lambda options: (working.queue if options.queue else keeping.add)(options, _complain),
    "list": lambda options: keeping.list_articles(options, _complain),
    "remove": lambda options: keeping.remove(options, _complain),
    "refresh": lambda options: keeping.refresh(options, _complain),
    "check": lambda options: keeping.check(options, _complain),
    "export": lambda options: keeping.export(options, _complain),
    "worker": lambda options: working.work(options, _complain),
}

if __name__ == "__main__":
    sys.exit(main())
