"""A library in a folder: kept whole through crashes, shared between processes, and honest about what it cannot do."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from bag_encoder import BagOfWordsEncoder

from index import (
    Library,
    LibraryBusy,
    LibraryError,
    LibraryNotWritable,
    LibraryTooNew,
    ModelError,
    store_open,
    store_schema,
    store_sqlite,
)
from index.article import make_article
from index.store import FILE_NAME

TEXT = "The deal covers boats. It does not cover returns.\n\n## Money\n\nNobody named a sum."
OTHER = "Cats sleep for most of the day. They hunt at dusk."

WRITER = """
import sys
from bag_encoder import BagOfWordsEncoder
from index import Library
with Library(sys.argv[1], model=BagOfWordsEncoder()) as library:
    for text in sys.stdin.read().split("|"):
        print(library.add_text(text).id, flush=True)
"""


def open_library(folder: Path) -> Library:
    return Library(folder, model=BagOfWordsEncoder())


def write_elsewhere(folder: Path, *texts: str) -> None:
    """Add texts in a process of its own."""
    path = os.pathsep.join(str(each) for each in (Path(__file__).parent, Path(__file__).parent.parent))
    command = [sys.executable, "-c", WRITER, str(folder)]
    environment = {**os.environ, "PYTHONPATH": path}
    subprocess.run(command, input="|".join(texts), env=environment, text=True, check=True, capture_output=True)


def found(library: Library, question: str) -> list[str]:
    return [hit.quote.text for hit in library.search(question, read=False)]


def test_what_was_added_is_there_when_the_folder_is_opened_again(tmp_path: Path) -> None:
    with open_library(tmp_path / "new" / "folder") as library:
        article = library.add_text(TEXT, title="The deal", source="here")
        before = library.search("Does it cover returns?", read=False)
    with open_library(tmp_path / "new" / "folder") as library:
        assert library.articles == [article]
        assert library.search("Does it cover returns?", read=False) == before
        assert before[0].quote.text == "It does not cover returns."


def test_a_folder_and_memory_find_the_same(tmp_path: Path, library: Library) -> None:
    with open_library(tmp_path) as kept:
        for each in (kept, library):
            each.add_text(TEXT, title="The deal")
            each.add_text(OTHER, title="Cats")
        for question in ("Does it cover returns?", "When do cats hunt?", "money"):
            assert kept.search(question, read=False) == library.search(question, read=False)


def test_an_add_that_fails_half_way_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_library(tmp_path) as library:
        library.add_text(TEXT, source="here")
        before = found(library, "returns")
        monkeypatch.setattr(store_sqlite, "passage_row", lambda *row: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            library.add_text(OTHER, source="here")
        monkeypatch.undo()
        assert [article.text for article in library.articles] == [TEXT]
        assert found(library, "returns") == before
    with open_library(tmp_path) as library:
        assert found(library, "returns") == before


def test_a_process_that_is_killed_while_it_adds_leaves_whole_articles(tmp_path: Path) -> None:
    path = os.pathsep.join(str(each) for each in (Path(__file__).parent, Path(__file__).parent.parent))
    texts = [f"Article {number} begins here. " + "It has many a sentence in it. " * 20 for number in range(2000)]
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
    ) as writer:
        assert writer.stdin
        assert writer.stdout
        threading.Thread(target=_feed, args=(writer, "|".join(texts))).start()
        for _ in range(20):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
    with open_library(tmp_path) as library:
        assert 20 <= len(library.articles) < 2000
        for article in library.articles:
            assert article.text in texts
            hits = library.search("begins sentence", 50, articles=[article.id], read=False)
            assert max(hit.passage.end for hit in hits) == len(article.text.rstrip())
        library.add_text(OTHER)
        assert found(library, "cats hunt at dusk")[0] == "They hunt at dusk."


def _feed(writer: subprocess.Popen[str], text: str) -> None:
    assert writer.stdin
    try:
        writer.stdin.write(text)
        writer.stdin.close()
    except BrokenPipeError:
        return


def test_what_another_process_adds_or_removes_is_seen_at_once(tmp_path: Path) -> None:
    with open_library(tmp_path) as library:
        article = library.add_text(TEXT)
        assert found(library, "cats hunt at dusk")[0] != "They hunt at dusk."
        write_elsewhere(tmp_path, OTHER)
        assert found(library, "cats hunt at dusk")[0] == "They hunt at dusk."
        assert [each.text for each in library.articles] == [TEXT, OTHER]
        with open_library(tmp_path) as elsewhere:
            elsewhere.remove(article.id)
        assert [each.text for each in library.articles] == [OTHER]
        assert {hit.passage.article_id for hit in library.search("boats", read=False)} == {library.articles[0].id}


def test_a_second_writer_is_told_to_wait_and_readers_read_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_open, "BUSY_SECONDS", 0.05)
    with open_library(tmp_path) as library:
        library.add_text(TEXT)
        writing = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
        writing.execute("BEGIN IMMEDIATE")
        with pytest.raises(LibraryBusy, match="another process is writing"):
            library.add_text(OTHER)
        with pytest.raises(LibraryBusy):
            library.remove(library.articles[0].id)
        assert found(library, "returns")[0] == "It does not cover returns."
        with open_library(tmp_path) as reader:
            assert found(reader, "returns")[0] == "It does not cover returns."
        writing.execute("ROLLBACK")
        writing.close()
        library.add_text(OTHER)
        assert len(library.articles) == 2


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/no/such")):
        with pytest.raises(LibraryNotWritable, match=r"cannot be written .*another folder"):
            Library(folder)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(LibraryNotWritable, match="another folder"):
        Library(tmp_path)


def test_a_library_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    with open_library(tmp_path) as library:
        library.add_text(TEXT)
    file = tmp_path / FILE_NAME
    with sqlite3.connect(file) as connection:
        connection.execute(f"PRAGMA user_version = {store_schema.SCHEMA_VERSION + 1}")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(LibraryTooNew, match="pip install --upgrade"):
        open_library(tmp_path)
    assert file.read_bytes() == before


def test_a_file_that_is_no_library_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"not a database, but long enough to look at " * 100)
    with pytest.raises(LibraryError, match="damaged or no library"):
        open_library(tmp_path)


def test_vectors_of_one_model_are_not_searched_with_another(tmp_path: Path) -> None:
    with open_library(tmp_path) as library:
        library.add_text(TEXT)
    with pytest.raises(ModelError, match="bag-of-words"):
        Library(tmp_path, model=BagOfWordsEncoder(fingerprint="two"))
    with open_library(tmp_path) as library:
        assert found(library, "returns")


def test_a_library_is_taken_over_to_another_model(tmp_path: Path) -> None:
    other = BagOfWordsEncoder(fingerprint="two", max_tokens=20)
    with open_library(tmp_path) as library:
        kept = [library.add_text(TEXT, title="The deal", source="/deal.txt"), library.add_text(OTHER)]
    with pytest.raises(ModelError, match="pullquote check --reembed"):
        Library(tmp_path, model=other)
    seen: list[tuple[int, int]] = []
    with Library.reembed(tmp_path, model=other, progress=lambda done, of: seen.append((done, of))) as library:
        assert library.articles == kept
        assert found(library, "returns")[0] == "It does not cover returns."
        assert library.check() == []
        assert len(library.revisions(kept[0].id)) == 1
    assert seen == [(1, 2), (2, 2)]
    encoded = other.encoded
    Library.reembed(tmp_path, model=other).close()
    assert other.encoded == encoded, "it was made with it already"
    with pytest.raises(ModelError):
        open_library(tmp_path)


def test_a_re_embedding_that_fails_leaves_the_library_with_its_model(tmp_path: Path) -> None:
    with open_library(tmp_path) as library:
        library.add_text(TEXT)
        library.add_text(OTHER)

    def fail_at_the_end(done: int, of: int) -> None:
        if done == of:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        Library.reembed(tmp_path, model=BagOfWordsEncoder(fingerprint="two"), progress=fail_at_the_end)
    with open_library(tmp_path) as library:
        assert found(library, "returns")[0] == "It does not cover returns."
        assert library.check() == []


def test_an_open_library_notices_that_another_process_changed_the_model(tmp_path: Path) -> None:
    with open_library(tmp_path) as library:
        library.add_text(TEXT)
        assert found(library, "returns")
        Library.reembed(tmp_path, model=BagOfWordsEncoder(fingerprint="two")).close()
        with pytest.raises(ModelError):
            library.search("returns", read=False)
        with pytest.raises(ModelError):
            library.add_text(OTHER)


def test_a_library_is_opened_with_the_model_that_made_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Library(tmp_path) as library:
        library._open_store().add(  # as if the packaged model had made it, without loading it
            make_article(TEXT), [], [], {"model": "all-MiniLM-L6-v2", "fingerprint": library._encoder.fingerprint}
        )
    monkeypatch.setenv("PULLQUOTE_MODEL", "some/other-model")
    with Library(tmp_path) as library:
        assert library._encoder.name == "all-MiniLM-L6-v2"
    with Library() as library:
        assert library._encoder.name == "some/other-model"
