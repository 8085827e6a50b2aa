"""The commands that keep a library, from adding to export, as a person at a terminal has them."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bag_encoder import BagOfWordsEncoder

import app
from index import Library
from index.store import FILE_NAME

TOWER = "# The tower\n\nThe tower opened in 1889. It is 330 metres tall.\n"
CATS = "# Cats\n\nCats sleep for most of the day. They hunt at dusk.\n"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command on the library of this test, in a folder with two articles: its status, output and complaints."""
    monkeypatch.setattr("index.encoding.load_encoder", lambda name=None: BagOfWordsEncoder())
    monkeypatch.setattr("index.library.load_encoder", lambda name=None: BagOfWordsEncoder(fingerprint="two"))
    monkeypatch.chdir(tmp_path)
    Path("tower.md").write_text(TOWER, encoding="utf-8")
    Path("cats.md").write_text(CATS, encoding="utf-8")

    def run_command(*arguments: str) -> tuple[int, str, str]:
        status = app.main([*arguments, "--library", "kept"])
        return status, *capsys.readouterr()

    return run_command


def test_adding_says_what_it_did(run: Run) -> None:
    status, out, _ = run("add", "tower.md", "cats.md")
    assert (status, [line.split("(")[0] for line in out.splitlines()]) == (0, ["Added “The tower” ", "Added “Cats” "])
    assert run("add", "tower.md")[1].startswith("Unchanged “The tower” (")
    Path("tower.md").write_text(TOWER.replace("330", "331"), encoding="utf-8")
    status, out, _ = run("add", "tower.md")
    assert (status, out.rpartition("): ")[2]) == (0, "this is a new revision\n")
    assert run("list")[1].count("added ") == 2


def test_adding_goes_on_after_what_cannot_be_read(run: Run) -> None:
    status, out, err = run("add", "nothing.md", "cats.md")
    assert (status, out[:12]) == (2, "Added “Cats”")
    assert "nothing.md" in err


def test_list_tells_what_there_is_to_name(run: Run, tmp_path: Path) -> None:
    run("add", "tower.md", "cats.md")
    status, out, _ = run("list")
    first, second, *_ = out.splitlines()
    assert status == 0
    assert first.endswith("  The tower")
    assert second.startswith(f"  {tmp_path / 'tower.md'} · added 20")
    assert second.endswith(f" · {len(TOWER)} characters")
    (tower, cats) = json.loads(run("list", "--json")[1])["articles"]
    assert (tower["id"], cats["characters"]) == (first.split()[0], len(CATS))
    assert "text" not in tower


def test_a_title_cannot_steer_the_terminal(run: Run) -> None:
    Path("odd.md").write_text("# A \x1b[31mred\u202e title\n\nIt has words.\n", encoding="utf-8")
    run("add", "odd.md")
    assert not {"\x1b", "\u202e"} & set(run("list")[1])


@pytest.mark.parametrize("named", ["file", "full path", "id"])
def test_an_article_is_removed_by_any_of_its_names(run: Run, tmp_path: Path, named: str) -> None:
    run("add", "tower.md", "cats.md")
    article_id = run("list")[1].split()[0]
    status, out, _ = run(
        "remove", {"file": "tower.md", "full path": str(tmp_path / "tower.md"), "id": article_id}[named]
    )
    assert (status, out) == (0, f"Removed “The tower” ({article_id})\n")
    assert "tower" not in run("list")[1]
    status, _, err = run("remove", "tower.md", "cats.md")
    assert (status, "tower.md" in err, run("list")[1]) == (2, True, "")


def test_refresh_reads_again_and_tells_what_changed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"Handed over by hand.")))
    run("add", "tower.md", "cats.md", "-")
    Path("cats.md").write_text(CATS.replace("dusk", "dawn"), encoding="utf-8")
    status, out, _ = run("refresh")
    assert (status, [line.split()[0] for line in out.splitlines()]) == (0, ["Unchanged", "Changed"])
    Path("cats.md").unlink()
    status, out, err = run("refresh", "cats.md", "tower.md")
    assert (status, out.split()[0], "cats.md" in err) == (2, "Unchanged", True)
    assert "Cats" in run("list")[1], "what cannot be read again is kept"
    status, _, err = run("refresh", run("list")[1].splitlines()[2].split()[0])
    assert (status, "handed over" in err) == (2, True)


def test_export_has_everything_in_lines_of_json(run: Run) -> None:
    run("add", "tower.md", "cats.md")
    Path("tower.md").write_text(TOWER.replace("330", "331"), encoding="utf-8")
    run("add", "tower.md")
    status, out, _ = run("export")
    exported = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [each["text"] for each in exported] == [CATS, TOWER.replace("330", "331")]
    assert [len(each["revisions"]) for each in exported] == [1, 2]
    assert exported[1]["revisions"][-1]["revision"] == exported[1]["revision"]
    assert {"title", "source", "author", "published", "added"} <= exported[0].keys()


def test_check_says_that_all_is_well(run: Run) -> None:
    run("add", "tower.md", "cats.md")
    assert run("check") == (0, "All is well: 2 articles\n", "")


def test_check_names_what_is_damaged_and_export_saves_the_rest(run: Run) -> None:
    run("add", "tower.md", "cats.md")
    with sqlite3.connect(Path("kept") / FILE_NAME) as database:
        database.execute("UPDATE articles SET text = replace(text, '330', '930') WHERE title = 'The tower'")
    database.close()
    status, out, err = run("check")
    assert (status, out) == (2, "")
    assert "is not what was added: refresh it, or remove it" in err
    assert run("list")[0] == 2
    status, out, err = run("export")
    assert (status, [json.loads(line)["title"] for line in out.splitlines()]) == (2, ["Cats"])
    assert run("refresh", "tower.md")[1].startswith("Unchanged")
    assert run("check") == (0, "All is well: 2 articles\n", "")


def test_another_model_is_told_with_the_way_to_it(run: Run) -> None:
    run("add", "tower.md", "cats.md")
    run("check", "--reembed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.encoding.load_encoder", lambda name=None: BagOfWordsEncoder(fingerprint="two"))
        assert run("check") == (0, "All is well: 2 articles\n", "")
    status, _, err = run("add", "tower.md")
    assert (status, "pullquote check --reembed" in err) == (2, True)
    with Library("kept", model=BagOfWordsEncoder(fingerprint="two")) as library:
        assert library.search("tower", read=False)
