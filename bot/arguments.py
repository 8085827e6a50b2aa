"""The command line of Pullquote: its commands, their options, and what is told where they are misused."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import NoReturn

from bot.answer import THRESHOLD
from bot.version import __version__

COMMANDS = ("chat", "ask", "search", "add", "list", "remove", "refresh", "check", "export", "worker")
TROUBLE = 2
"""The exit status of bad usage, as argparse has it, and of whatever else goes wrong."""
STANDARD_INPUT = "-"
HOST, PORT = "127.0.0.1", 7860
MOST_SUGGESTIONS = 5
BLANK = 'the question is blank: ask for instance "Does the deal cover returns?"'
SUGGEST = f"also find up to N questions that lead on, 0 to {MOST_SUGGESTIONS} (default: %(default)s)"
QUEUE = "leave them to the workers of a library in PostgreSQL (see “worker”)"
REEMBED = "first encode all articles anew, with the model that comes with the program, or $PULLQUOTE_MODEL"
AUTH = "let in only who logs in so; a file has one such line for each (default: $PULLQUOTE_AUTH)"
ADDING = "whether people may add articles of their own (default: where only this machine, or who logs in, can)"
RATE = "requests a minute of one client; 0: any number (default: any from this machine alone, else 120)"
STRICTNESS = "the least confidence that an answer needs, from 0 to 1 (default: %(default)s)"


def parse_arguments(arguments: Sequence[str], *, in_terminal: bool = False) -> argparse.Namespace:
    """The options of a command line, with the name of the ``command``; "chat" where none is given.

    Articles may stand before options and after them, which argparse by itself refuses. ``converse`` says whether "ask"
    goes on as a conversation: in a terminal, unless JSON is asked for or the terminal's input is an article. Only then
    may its ``question`` be None. Exits where the line is wrong.
    """
    parser = _parser()
    options, rest = parser.parse_known_args(_with_command(arguments))
    for word in rest:
        if word.startswith("-") and word != STANDARD_INPUT:
            parser.error(f"there is no option {word}")
        if not hasattr(options, "articles"):
            parser.error(f"{options.command} has no use for {word}")
        _take(word, options)
    if options.command == "ask":
        _settle_ask(parser, options, in_terminal)
    elif not getattr(options, "question", "?").strip():
        parser.error(BLANK)
    return options


def _take(word: str, options: argparse.Namespace) -> None:
    """A word that argparse left over: the question, where that is still missing, or an article."""
    if getattr(options, "question", "") is None:
        options.question = word
    else:
        options.articles.append(word)


def _settle_ask(parser: argparse.ArgumentParser, options: argparse.Namespace, in_terminal: bool) -> None:
    named = ""
    if options.question and os.path.isfile(options.question):  # noqa: PTH113 - where Path would raise: a long question
        named = f": {options.question} is a file"
        options.articles.insert(0, options.question)
        options.question = None
    options.converse = in_terminal and not options.json and STANDARD_INPUT not in options.articles
    if options.question is None and not options.converse:
        parser.error(f"a QUESTION is required{named}")
    if options.question is not None and not options.question.strip():
        parser.error(BLANK)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="pullquote",
        description="Ask an article, and get its own words back.",
        epilog="Without a command: chat. Exit status: 0 found, 1 the article does not say, 2 something went wrong.",
    )
    parser.add_argument("--version", action="version", version=f"pullquote {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    chat = commands.add_parser("chat", help="open a chat about articles in the browser")
    _add_articles(chat)
    chat.add_argument("--host", default=os.environ.get("HOST") or HOST, help="default: $HOST or %(default)s")
    chat.add_argument(
        "--port", type=_port, default=os.environ.get("PORT") or PORT, help="default: $PORT or %(default)s"
    )
    _add_access(chat)
    chat.set_defaults(command="chat")

    ask = commands.add_parser(
        "ask",
        help="answer a question with a quote, and tell where it stands; in a terminal, go on as a conversation",
    )
    ask.add_argument("question", metavar="QUESTION", nargs="?", help="in quotes; may be left out in a terminal")
    _add_articles(ask)
    ask.add_argument("--strictness", type=float, default=THRESHOLD, metavar="P", help=STRICTNESS)
    ask.add_argument("--suggest", type=_suggestions, default=0, metavar="N", help=SUGGEST)
    ask.add_argument("--json", action="store_true", help="print the answer as JSON")
    ask.set_defaults(command="ask")

    search = commands.add_parser("search", help="list the passages that fit a question best")
    search.add_argument("question", metavar="QUESTION", help="in quotes")
    _add_articles(search)
    search.add_argument("-k", type=int, default=5, metavar="N", help="how many (default: %(default)s)")
    search.add_argument("--json", action="store_true", help="print the hits as JSON")
    search.set_defaults(command="search")

    add = commands.add_parser("add", help="keep articles in a library")
    _add_articles(add, nargs="+", library_required=True)
    add.add_argument("--queue", action="store_true", help=QUEUE)
    add.set_defaults(command="add")
    _add_keeping(commands)
    return parser


def _add_access(chat: argparse.ArgumentParser) -> None:
    """Who may use the server, and how much of it."""
    access = chat.add_argument_group("who may use it, and how much")
    access.add_argument("--auth", default=os.environ.get("PULLQUOTE_AUTH"), metavar="NAME:PASSWORD|FILE", help=AUTH)
    access.add_argument("--adding", action=argparse.BooleanOptionalAction, default=None, help=ADDING)
    access.add_argument("--max-upload", type=_count, metavar="MB", help="of one file or text (default: 20)")
    access.add_argument("--max-articles", type=_count, metavar="N", help="that a person may add (default: 50)")
    access.add_argument("--rate", type=_count, metavar="N", help=RATE)


def _add_keeping(commands: argparse._SubParsersAction[_Parser]) -> None:
    """The commands that look after a library."""
    listing = commands.add_parser("list", help="tell which articles a library has")
    listing.add_argument("--json", action="store_true", help="print them as JSON")
    remove = commands.add_parser("remove", help="forget articles")
    remove.add_argument("articles", nargs="+", metavar="ARTICLE", help="its id, file or address, as “list” tells")
    refresh = commands.add_parser("refresh", help="read articles again where they came from")
    refresh.add_argument(
        "articles", nargs="*", metavar="ARTICLE", help="its id, file or address; all where none is named"
    )
    check = commands.add_parser("check", help="look whether all in a library is as it was written; mend what can be")
    check.add_argument("--reembed", action="store_true", help=REEMBED)
    export = commands.add_parser("export", help="print all articles, one a line as JSON")
    for name, command in (
        ("list", listing),
        ("remove", remove),
        ("refresh", refresh),
        ("check", check),
        ("export", export),
    ):
        command.add_argument("--library", required=True, metavar="DIR", help="a folder that keeps articles")
        command.set_defaults(command=name)
    worker = commands.add_parser("worker", help="add the articles that “add --queue” left in a shared library")
    worker.add_argument("--library", required=True, metavar="URL", help="a database, postgresql://user@host/name")
    worker.add_argument("--once", action="store_true", help="end when the queue is empty")
    worker.set_defaults(command="worker")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(TROUBLE, f"pullquote: {message} (see: {self.prog} --help)\n")


def _add_articles(parser: argparse.ArgumentParser, nargs: str = "*", library_required: bool = False) -> None:
    added = "added to the library, where one is given" if not library_required else "what to add"
    parser.add_argument(
        "articles",
        nargs=nargs,
        metavar="ARTICLE",
        help=f"a file, an address, or - for standard input: {added}",
    )
    parser.add_argument(
        "--library", required=library_required, metavar="DIR", help="a folder that keeps articles, made by “add”"
    )


def _with_command(arguments: Sequence[str]) -> list[str]:
    """The arguments with "chat" before them where they name no command."""
    first = arguments[0] if arguments else ""
    return list(arguments) if first in (*COMMANDS, "-h", "--help", "--version") else ["chat", *arguments]


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"“{text}” is no port: give a number from 0 (any free one) to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"“{text}” is no whole number")
    return int(text)


def _suggestions(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_SUGGESTIONS:
        raise argparse.ArgumentTypeError(f"“{text}” is not a number from 0 to {MOST_SUGGESTIONS}")
    return int(text)
