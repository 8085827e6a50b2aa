"""What is written to a terminal: lines with colours and wrapping, and a bar while something slow goes on.

Where the output is no terminal it is plain text, each line as long as it is. NO_COLOR is honoured.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bot.render import Line, Style, printable, to_text

STYLES = {Style.VERDICT: "bold", Style.QUOTE: "bold green", Style.PLACE: "cyan", Style.NOTE: "", Style.PASSAGE: "dim"}


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
    """A bar on standard error, and what moves it: called with how much is done, of how much. None if no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(printable(label)), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
