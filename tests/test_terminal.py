"""What a terminal is sent: colours only where there is one that wants them, and bars only where there is one."""

from __future__ import annotations

import io
import re
import sys

import pytest

from bot.render import Line, Style
from bot.terminal import is_terminal, progress_bar, read_questions, show

LINES = [Line(Style.QUOTE, "[bold]It[/bold] is tall."), Line(Style.NOTE, ""), Line(Style.PLACE, "word " * 20, indent=2)]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def attach(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of 40 columns in place of both outputs; called in the test, since pytest puts its own back before."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "40")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    return terminal


def test_a_terminal_gets_colours_and_wrapped_indented_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = attach(monkeypatch)
    show(LINES)
    sent = terminal.getvalue()
    assert "\x1b[1;32m[bold]It[/bold] is tall.\x1b[0m" in sent, "the words of an article are not rich's markup"
    plain = [line.rstrip() for line in _without_codes(sent).splitlines()]
    assert plain[1] == ""
    assert len(plain) == 5
    assert all(line.startswith("  word") and len(line) <= 40 for line in plain[2:])


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = attach(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    show(LINES)
    assert "32m" not in terminal.getvalue()


def test_elsewhere_lines_are_plain_and_never_wrapped(capsys: pytest.CaptureFixture[str]) -> None:
    show(LINES)
    assert capsys.readouterr().out == f"[bold]It[/bold] is tall.\n\n  {'word ' * 20}\n"


def test_a_bar_on_a_terminal_shows_the_name_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = attach(monkeypatch)
    with progress_bar("[red]report.md") as progress:
        assert progress
        progress(3, 4)
    assert "[red]report.md" in _without_codes(terminal.getvalue())
    assert terminal.getvalue().endswith("\x1b[2K")


def test_no_bar_elsewhere() -> None:
    with progress_bar("report.md") as progress:
        assert progress is None


def test_questions_are_read_until_a_blank_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = attach(monkeypatch)
    monkeypatch.setattr(sys, "stdin", Terminal("How tall is it?\n  And how old?  \n \nNot read\n"))
    assert list(read_questions()) == ["How tall is it?", "And how old?"]
    assert terminal.getvalue() == "> > > "


def test_the_end_of_the_input_ends_the_questions_and_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = attach(monkeypatch)
    monkeypatch.setattr(sys, "stdin", Terminal("Why?"))
    assert list(read_questions()) == ["Why?"]
    assert terminal.getvalue() == "> > \n"


def test_it_takes_both_ends_to_be_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    attach(monkeypatch)
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert is_terminal()
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert not is_terminal()


def _without_codes(sent: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", sent)
