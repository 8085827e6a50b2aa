"""What is written to a terminal and read from it: lines with colours and wrapping, questions at a prompt, and a bar
while something slow goes on.

Where the output is no terminal it is plain text, each line as long as it is. NO_COLOR is honoured.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic

from bot.render import Line, Style, printable, to_text

STYLES = {Style.VERDICT: "bold", Style.QUOTE: "bold green", Style.PLACE: "cyan", Style.NOTE: "", Style.PASSAGE: "dim"}

PROMPT = "> "


def is_terminal() -> bool:
    """Whether someone sits there: what is printed is seen, and what is asked can be answered."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def read_questions() -> Iterator[str]:
    """What is typed at the prompt, line by line, until a blank line or the end of the input (Ctrl-D)."""
    with suppress(ImportError):  # not on every system
        import readline  # noqa: F401 - gives ``input`` the arrow keys, and what was asked before
    while True:
        try:
            line = input(PROMPT).strip()
        except EOFError:
            sys.stdout.write("\n")
            return
        if not line:
            return
        yield line


def show(lines: Sequence[Line]) -> None:
    """Write ``lines`` to standard output."""
    if not sys.stdout.isatty():
        sys.stdout.write(to_text(lines))
        return
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    for line in lines:
        words = Text(line.text, STYLES[line.style])
        console.print(Padding(words, (0, 0, 0, line.indent), expand=False) if line.text else "")


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on standard error, with how many a second and the time that is left, and what moves it.

    That is called with how many are done, of how many. None if no terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress, TextColumn

    columns = (*Progress.get_default_columns(), TextColumn("{task.fields[rate]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task, began = bar.add_task(escape(printable(label)), total=None, rate=""), monotonic()
        yield lambda done, total: bar.update(
            task, completed=done, total=total, rate=f"{done / max(monotonic() - began, 0.001):,.0f}/s"
        )
