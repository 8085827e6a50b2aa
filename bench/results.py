"""Writes a section of bench/RESULTS.md, in place of what the same measurement wrote before."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


def write_section(name: str, body: str, *, command: str) -> None:
    """Put ``body`` between the marks of ``name``, under a line with the commit, the machine and the command."""
    start, end = f"<!-- {name}: start -->", f"<!-- {name}: end -->"
    section = f"{start}\n{describe_run(command)}\n\n{body.strip()}\n{end}"
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Results\n"
    marked = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    text = marked.sub(lambda _: section, text) if marked.search(text) else f"{text.rstrip()}\n\n{section}\n"
    RESULTS.write_text(text, encoding="utf-8")


def describe_run(command: str) -> str:
    """The commit (with + for changes on top of it), the machine and the command, as a line of Markdown."""
    return f"`{command}` at {_commit()}, {os.cpu_count()} cores ({_processor()}), Python {platform.python_version()}."


def to_table(head: Sequence[str], rows: Sequence[Sequence[str | float]]) -> str:
    """A Markdown table; numbers with three decimals."""
    cells = [list(head), ["---", *["---:"] * (len(head) - 1)]]
    cells += [[f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _commit() -> str:
    git = ["git", "-C", str(RESULTS.parent)]
    commit = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)  # noqa: S603
    changed = subprocess.run([*git, "status", "--porcelain", "index"], capture_output=True, text=True, check=False)  # noqa: S603
    return (commit.stdout.strip() or "an unknown commit") + ("+" if changed.stdout.strip() else "")


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        return platform.processor() or platform.machine()
    return platform.processor() or platform.machine()
