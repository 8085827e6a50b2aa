"""README is true: its Python runs, its commands do what they are shown to do, and its links lead somewhere.

``python tests/test_readme.py`` pastes what its commands print now, for a person to look over.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import app
from bot.arguments import COMMANDS, parse_arguments

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
ARTICLE = "# The study\n\nThe study began in 2019. Maria Lopez leads the study from Lisbon, with a team of twelve.\n"
NOTES = "Dogs can smell asylum papers, of all things. Nobody knows why they would.\n"


def blocks(language: str) -> list[str]:
    """The fenced blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


def shown_commands() -> Iterator[tuple[str, str]]:
    """Each command of the console blocks, and the output that is pasted below it."""
    for block in blocks("console"):
        yield from re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, flags=re.MULTILINE)


def plain_commands() -> Iterator[list[str]]:
    """Each line of the sh blocks, as words, without its comment."""
    for block in blocks("sh"):
        yield from (shlex.split(line, comments=True) for line in block.splitlines() if line.strip())


@pytest.fixture(autouse=True)
def in_a_folder_with_two_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "report.md").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "notes.txt").write_text(NOTES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.model
def test_the_python_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """All blocks in one go, as a reader would paste them; what is printed is what the comment beside it says."""
    code = "\n".join(blocks("python"))
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102 - our own README
    assert capsys.readouterr().out.splitlines() == re.findall(r"print\(.*\)  # (.*)", code)
    assert names["answer"].text in names["article"].text
    names["library"].close()


@pytest.mark.model
@pytest.mark.parametrize(("command", "output"), [each for each in shown_commands() if each[0].startswith("pullquote")])
def test_pasted_output_is_true(command: str, output: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = app.main(shlex.split(command)[1:])
    assert capsys.readouterr().out == output
    assert status == (1 if output.startswith("The article does not say") else 0)


@pytest.mark.model
def test_the_commands_run_in_the_order_shown(capsys: pytest.CaptureFixture[str]) -> None:
    ran = []
    for words in plain_commands():
        if words[0] == "pullquote" and words[1] != "chat":
            assert app.main(words[1:]) in (0, 1), words
            assert capsys.readouterr().err == ""
            ran.append(words[1])
    assert set(ran) == set(COMMANDS) - {"chat", "worker"}


def test_the_chat_is_shown_as_it_is_called() -> None:
    shown = [words[1:] for words in plain_commands() if words[:2] == ["pullquote", "chat"]]
    assert [parse_arguments(words).command for words in shown] == ["chat"]


def test_every_make_target_exists() -> None:
    named = {words[1] for words in plain_commands() if words[0] == "make"}
    named |= set(re.findall(r"`make (\w+)", README))
    assert {"chat", "test"} <= named
    assert named <= set(re.findall(r"^(\w+):", MAKEFILE, flags=re.MULTILINE))


def test_every_setting_of_make_exists() -> None:
    named = set(re.findall(r"\b([A-Z_]+)=", "\n".join(re.findall(r"`make [^`]*`", README))))
    assert "ARTICLE" in named
    assert named <= set(re.findall(r"\b([A-Z_]+)\b", MAKEFILE))


def test_pip_is_given_files_that_exist() -> None:
    lines = [words for words in plain_commands() if words[0] == "pip"]
    assert lines
    for words in lines:
        assert [word for word in words if word.endswith((".txt", ".toml")) and not (ROOT / word).exists()] == []


@pytest.mark.model
def test_the_http_examples_are_answered() -> None:
    from starlette.testclient import TestClient

    from bot.loading import Loading
    from bot.service import create_app
    from index.library import default_library

    curls = [(shlex.split(command), output) for command, output in shown_commands() if command.startswith("curl")]
    assert {words[1].rpartition("7860")[2] for words, _ in curls} >= {"/v1/ask", "/v1/search"}
    with TestClient(create_app(Loading.done(default_library())), base_url="http://127.0.0.1:7860") as client:
        for words, output in curls:
            body = json.loads(words[words.index("-d") + 1])
            response = client.post(words[1], json=body)
            assert response.status_code == 200
            assert response.text.startswith(output.rstrip().removesuffix("…"))


def test_every_link_leads_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", README)
    assert targets
    assert [target for target in targets if "://" not in target and not (ROOT / target).exists()] == []


def test_every_file_of_the_tour_says_what_it_is() -> None:
    tour = README.partition("in reading order")[2]
    assert {"index/library.py", "bot/conversation.py", "app.py"} <= set(re.findall(r"\(([\w/]+\.py)\)", tour))


def paste_output() -> None:
    """Replace the output below each ``$ pullquote …`` of README by what the command prints."""
    text = README
    for command, output in shown_commands():
        if command.startswith("pullquote"):
            done = subprocess.run(
                [sys.executable, ROOT / "app.py", *shlex.split(command)[1:]], capture_output=True, encoding="utf-8"
            )
            text = text.replace(f"$ {command}\n{output}", f"$ {command}\n{done.stdout}")
    (ROOT / "README.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    paste_output()
