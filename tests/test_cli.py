"""The command line: what it prints, its exit status, and that whatever goes wrong is told in one line."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fake_library import FakeLibrary, make_article
from scripted_memory import SOLD, SUGGESTED, ScriptedMemory, tower_answer

import app
from bot import Answer, Conversation, __version__
from bot.arguments import COMMANDS, parse_arguments
from index import LibraryBusy

ROOT = Path(__file__).parents[1]
TOWER = (
    "# The tower\n\n## History\n\nThe tower opened in 1889. Crowds came.\n\n## Size\n\nIt is 330 metres tall today.\n"
)
HEIGHT = "It is 330 metres tall today."

model = pytest.mark.model


@pytest.fixture
def tower(tmp_path: Path) -> Path:
    path = tmp_path / "tower.md"
    path.write_text(TOWER, encoding="utf-8")
    return path


def run(*arguments: str) -> int:
    """The exit status of a command line, run in this process, where the model is loaded once."""
    try:
        return app.main(arguments)
    except SystemExit as stopped:  # argparse ends the program by itself
        return int(stopped.code or 0)


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """The complaint: one line on standard error, nothing on standard output."""
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("pullquote: ")
    assert err.count("\n") == 1
    return err


@model
def test_ask_prints_the_quote_and_where_it_stands(tower: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ask", "How many metres tall is the tower?", str(tower), "--strictness", "0") == 0
    quote, place = capsys.readouterr().out.splitlines()[:2]
    assert quote == HEIGHT
    start = TOWER.index(HEIGHT)
    assert place.startswith(f"  The tower › Size · paragraph 2 · characters {start}-{start + len(HEIGHT)} · ")
    assert place.endswith("% sure")


@model
def test_ask_ends_with_1_when_the_article_does_not_say(tower: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ask", "Who painted the ceiling?", str(tower), "--strictness", "1") == 1
    out, err = capsys.readouterr()
    assert out.startswith("The article does not say. Looked for: “Who painted the ceiling?”\n\nNearest passage")
    assert err == ""


@model
def test_ask_without_an_article_asks_the_one_that_comes_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ask", "What is this article about?") == 0
    assert "Britain and Turkey" in capsys.readouterr().out


@model
def test_json_has_the_answer_under_the_names_of_the_contract(tower: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ask", "How many metres tall is the tower?", "--json", "--strictness", "0", str(tower)) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["text"] == found["quotes"][0]["text"] == HEIGHT
    assert TOWER[found["quotes"][0]["start"] : found["quotes"][0]["end"]] == HEIGHT
    assert found["hits"][0]["passage"]["heading"] == "Size"
    assert found["articles"] == [{"id": found["quotes"][0]["article_id"], "title": "The tower", "source": str(tower)}]


@model
def test_json_of_a_refusal_keeps_the_exit_status(tower: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ask", "Who painted it?", str(tower), "--json", "--strictness", "1") == 1
    assert json.loads(capsys.readouterr().out)["nearest"]["passage"]["text"]


@model
def test_search_lists_passages_best_first(tower: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("search", "How many metres tall is the tower?", str(tower), "-k", "1") == 0
    assert capsys.readouterr().out.startswith(f"1. {HEIGHT}\n   The tower › Size · paragraph 2 · ")
    assert run("search", "tower", "-k", "2", "--json", str(tower)) == 0
    hits = json.loads(capsys.readouterr().out)["hits"]
    assert len(hits) == 2
    assert hits[0]["score"] >= hits[1]["score"]


@model
def test_standard_input_is_an_article(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    stdin = io.TextIOWrapper(io.BytesIO("The café opened in 1889.".encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run("ask", "When did the café open?", "-", "--strictness", "0") == 0
    assert capsys.readouterr().out.startswith(
        "The café opened in 1889.\n  standard input · paragraph 1 · characters 0-24"
    )


@model
def test_add_keeps_articles_that_ask_then_finds(
    tower: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(tmp_path / "library")
    assert run("add", str(tower), "--library", folder) == 0
    assert capsys.readouterr().out.startswith("Added “The tower” (")
    tower.unlink()
    assert run("ask", "How many metres tall is the tower?", "--library", folder, "--strictness", "0") == 0
    assert capsys.readouterr().out.startswith(HEIGHT)


@model
def test_add_goes_on_after_a_file_that_cannot_be_read(
    tower: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("add", "no-such-file.txt", str(tower), "--library", str(tmp_path / "library")) == 2
    out, err = capsys.readouterr()
    assert "Added “The tower”" in out
    assert "no-such-file.txt" in err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


CATS = make_article("Cats sleep for most of the day.\n\nThey hunt at dusk.\n\nDogs bark.", title="Cats")


def converse(monkeypatch: pytest.MonkeyPatch, library: FakeLibrary, typed: str, *arguments: str) -> tuple[int, str]:
    """The exit status, and what is on the terminal when this is typed into ``pullquote ask``."""
    terminal = Terminal()
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr("index.library.default_library", lambda: library)
    return run("ask", *arguments), terminal.getvalue()


def test_in_a_terminal_ask_goes_on_as_a_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    status, shown = converse(
        monkeypatch, FakeLibrary(CATS), "Who painted the Mona Lisa?\n\n", "Do cats sleep for most of the day?"
    )
    assert status == 1, "that of the last answer"
    first, second = shown.split("> ", 1)
    assert first.startswith("Cats sleep for most of the day.")
    assert "An empty line ends" in first
    assert second.startswith("The article does not say.")
    assert shown.endswith("> ")


def test_without_a_question_the_conversation_starts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    status, shown = converse(monkeypatch, FakeLibrary(CATS), "Do cats sleep for most of the day?\n")
    assert status == 0
    assert "Asking “Cats”." in shown.split("> ", 1)[0]
    assert "Cats sleep for most of the day.\n" in shown
    assert converse(monkeypatch, FakeLibrary(CATS), "")[0] == 0, "nothing was asked, and nothing is wrong"


def test_a_follow_up_is_understood_and_an_equals_sign_undoes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    library = FakeLibrary(CATS)
    _, shown = converse(
        monkeypatch, library, "And the dogs?\n=\n= And the dogs?\n", "Do cats sleep for most of the day?"
    )
    _, understood, undone, as_typed, _ = shown.split("> ")
    assert "Understood as: “" in understood
    assert "Understood as" not in undone + as_typed
    assert library.searches[-1] == library.searches[-2] == "And the dogs?"


def test_a_number_asks_what_was_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(self: object, question: str, *, as_typed: bool = False, suggest: int = 0) -> Answer:
        asked.append(question)
        return tower_answer(question, question, SUGGESTED[:suggest])

    monkeypatch.setattr(Conversation, "ask", ask)
    _, shown = converse(monkeypatch, ScriptedMemory().library, "2\n4\n", SOLD, "--suggest", "3")
    assert f"  2. {SUGGESTED[1]}\n" in shown
    assert asked == [SOLD, SUGGESTED[1], "4"]


def test_trouble_with_one_question_does_not_end_the_conversation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    library = FakeLibrary(CATS)
    library.error = LibraryBusy("another process is writing to it: try again")
    status, shown = converse(monkeypatch, library, "Do cats sleep?\n\n")
    assert status == 2
    assert shown.count("> ") == 2
    assert capsys.readouterr().err == "pullquote: another process is writing to it: try again\n"


def test_json_is_no_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    status, shown = converse(monkeypatch, FakeLibrary(CATS), "More?\n", "Do cats sleep for most of the day?", "--json")
    assert status == 0
    assert json.loads(shown)["text"] == "Cats sleep for most of the day."


def test_a_file_in_place_of_the_question_is_an_article(tower: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = parse_arguments(["ask", str(tower)], in_terminal=True)
    assert (options.question, options.articles, options.converse) == (None, [str(tower)], True)
    assert run("ask", str(tower)) == 2
    assert "a QUESTION is required: " in one_line(capsys)


@pytest.mark.parametrize(
    ("arguments", "question", "articles"),
    [
        (["Why?", "a.md", "b.md"], "Why?", ["a.md", "b.md"]),
        (["--strictness", "0", "Why?", "a.md"], "Why?", ["a.md"]),
        (["Why?", "--strictness", "0", "a.md"], "Why?", ["a.md"]),
        (["--library", "x"], None, []),
    ],
)
def test_question_and_articles_may_stand_around_options(
    arguments: list[str], question: str | None, articles: list[str]
) -> None:
    options = parse_arguments(["ask", *arguments], in_terminal=True)
    assert (options.question, options.articles) == (question, articles)


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version") == 0
    assert capsys.readouterr().out == f"pullquote {__version__}\n"


def test_the_changelog_knows_this_version() -> None:
    assert f"\n## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_is_in_the_readme(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "--help") == 0
    assert "--library" in capsys.readouterr().out
    assert f"pullquote {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["ask"], "QUESTION"),
        (["ask", "--json"], "QUESTION"),
        (["ask", "Why?", "--suggest", "6"], "from 0 to 5"),
        (["ask", " "], "the question is blank"),
        (["search", ""], "the question is blank"),
        (["ask", "Why?", "--wrong"], "there is no option --wrong"),
        (["ask", "Why?", "no-such-file.txt"], "no-such-file.txt"),
        (["ask", "does", "the", "deal"], "needs quotes"),
        (["ask", "Why?", "--library", "no-such-folder"], "pullquote add"),
        (["chat", "--library", "no-such-folder"], "pullquote add"),
        (["list", "--library", "no-such-folder"], "pullquote add"),
        (["remove", "x", "--library", "."], "pullquote add"),
        (["refresh", "--library", "no-such-folder"], "pullquote add"),
        (["check", "--library", "no-such-folder"], "pullquote add"),
        (["check", "--reembed", "--library", "no-such-folder"], "pullquote add"),
        (["export", "--library", "no-such-folder"], "pullquote add"),
        (["export"], "--library"),
        (["list", "report.md", "--library", "."], "no use for report.md"),
        (["remove", "--library", "."], "ARTICLE"),
        (["chat", "no-such-file.txt"], "no-such-file.txt"),
        (["no-such-file.txt"], "no-such-file.txt"),
        (["ask", "Why?", "."], "folder"),
        (["ask", "Why?", "--strictness", "2"], "strictness must be from 0 to 1"),
        (["ask", "Why?", "--strictness", "high"], "--strictness"),
        (["search", "Why?", "-k", "0"], "k must be"),
        (["chat", "--port", "65536"], "65535"),
        (["chat", "--port", "http"], "65535"),
        (["add", "file.txt"], "--library"),
        (["add", "--library", "somewhere"], "ARTICLE"),
    ],
    ids=" ".join,
)
def test_a_wrong_line_is_told_in_one_line(
    arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 2
    assert hint in one_line(capsys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "hint"),
    [(b"", "no words"), (b" \n\t\n", "no words"), (b"\x00\x01\x02binary", "binary"), (b"\xff\xfe\x00\xd8", "")],
    ids=["empty", "blank", "binary", "broken UTF-16"],
)
def test_a_file_that_is_no_article_is_told_in_one_line(
    content: bytes, hint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(content)
    for command in (["ask", "Why?"], ["search", "Why?"], ["chat"]):
        assert run(*command, str(path)) == 2
        complaint = one_line(capsys)
        assert "odd.txt" in complaint
        assert hint in complaint


def test_a_mistake_in_the_program_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(options: Any) -> int:
        raise RuntimeError("two\nlines")

    monkeypatch.setitem(app.COMMANDS, "ask", fail)
    monkeypatch.delenv("PULLQUOTE_DEBUG", raising=False)
    assert run("ask", "Why?") == 2
    assert "RuntimeError" in one_line(capsys)
    monkeypatch.setenv("PULLQUOTE_DEBUG", "1")
    with pytest.raises(RuntimeError):
        run("ask", "Why?")


def test_chat_is_the_command_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOST", raising=False)
    monkeypatch.delenv("PORT", raising=False)
    options = parse_arguments([])
    assert (options.command, options.articles, options.host, options.port) == ("chat", [], "127.0.0.1", 7860)
    options = parse_arguments(["a.md", "--port", "8000", "b.md"])
    assert (options.command, options.articles, options.port) == ("chat", ["a.md", "b.md"], 8000)


def test_host_and_port_come_from_the_environment_unless_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104 - only read, nothing listens
    monkeypatch.setenv("PORT", "8123")
    assert (parse_arguments(["chat"]).host, parse_arguments(["chat"]).port) == ("0.0.0.0", 8123)  # noqa: S104
    assert parse_arguments(["chat", "--port", "9000"]).port == 9000
    monkeypatch.setenv("HOST", "")
    monkeypatch.setenv("PORT", "")
    assert (parse_arguments(["chat"]).host, parse_arguments(["chat"]).port) == ("127.0.0.1", 7860)


def test_a_busy_port_is_told_with_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run("chat", "--port", str(port)) == 2
    complaint = one_line(capsys)
    assert str(port) in complaint
    assert "another port" in complaint


def start(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """The program as a process of its own, without this one's settings of quietness."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))}
    return subprocess.Popen(
        [sys.executable, "-W", "error::ResourceWarning", str(ROOT / "app.py"), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment, "PYTHONIOENCODING": "ascii"},
        **options,
    )


@model
def test_nothing_but_the_answer_is_printed(tower: Path, tmp_path: Path) -> None:
    """No warnings or bars of the libraries below; and what the terminal's encoding lacks does not stop it."""
    with start("ask", "How many metres tall is the tower?", str(tower), "--strictness", "0", cwd=tmp_path) as process:
        out, err = process.communicate(timeout=120)
    assert err == ""
    assert out.startswith(f"{HEIGHT}\n  The tower \\u203a Size")
    assert process.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")
def test_ctrl_c_ends_quietly(tower: Path) -> None:
    # What runs in the background has Ctrl-C ignored, and hands that down: here it must be as at a terminal.
    as_at_a_terminal = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with start("ask", "Why?", "-", stdin=subprocess.PIPE, preexec_fn=as_at_a_terminal) as process:
        time.sleep(3)  # it then waits for standard input to end
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert (out, err, process.returncode) == ("", "", 130)


@model
def test_a_closed_pipe_ends_quietly(tower: Path) -> None:
    with start("ask", "How tall is it?", str(tower), "--strictness", "0") as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=120) == 141
