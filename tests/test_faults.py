"""What goes wrong around a library: kills, full disks, folders that may not be written, two writers, damaged files."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import kill_loop
import pytest
from bag_encoder import BagOfWordsEncoder

from index import (
    Library,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryNotWritable,
    ModelError,
    indexes,
    snapshots,
    store_open,
    store_schema,
)
from index.article import make_article
from index.engines import vector_files
from index.fusion import HYBRID, LEXICAL
from index.store import FILE_NAME

TEXT = "The deal covers boats. It does not cover returns.\n\n## Money\n\nNobody named a sum."
OTHER = "Cats sleep for most of the day. They hunt at dusk."
HERE = Path(__file__).parent


def open_library(folder: Path) -> Library:
    return Library(folder, model=BagOfWordsEncoder())


def found(library: Library, question: str) -> list[str]:
    return [hit.quote.text for hit in library.search(question, read=False)]


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes are kept in files however small they are."""
    monkeypatch.setattr(indexes, "WORTH_FILES", 0)


@pytest.fixture
def kept(tmp_path: Path, small_files: None) -> Path:
    """A library of two articles, with indexes in files."""
    folder = tmp_path / "kept"
    with open_library(folder) as library:
        library.add_text(TEXT, source="/deal.txt")
        library.add_text(OTHER, source="/cats.txt")
    assert derived(folder)
    return folder


def derived(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("derived/[0-9]*/**/*") if path.is_file() and path.stat().st_size)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# Kills


def test_writers_killed_at_any_moment_leave_whole_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For longer: PYTHONPATH=. python tests/kill_loop.py --kills 200."""
    monkeypatch.setattr(indexes, "WORTH_FILES", 0)
    monkeypatch.setattr(indexes, "SHARE", 0.05)
    held = [len(library.ids) for _, library in kill_loop.run(tmp_path / "library", 8, seed=7)]
    assert len(held) == 8
    assert max(held) > 3, "the writers must have come to something"


# Derived files


def test_files_that_are_there_are_used(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("index.indexes", "index.derived"):
        monkeypatch.setattr(f"{module}.read_passages", lambda *_: pytest.fail("indexed again"))
    with open_library(kept) as library:
        assert found(library, "returns")[0] == "It does not cover returns."
        assert found(library, "cats hunt")[0] == "They hunt at dusk."


def damages() -> dict[str, Callable[[Path], object]]:
    def flip(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    return {
        "missing": lambda path: path.unlink(),
        "empty": lambda path: path.write_bytes(b""),
        "cut short": lambda path: os.truncate(path, path.stat().st_size - 1),
        "a bit turned": flip,
        "other bytes": lambda path: path.write_bytes(b"\xff" * path.stat().st_size),
    }


@pytest.fixture(params=["in a row", "in lists"])
def either_kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors are kept in either of the ways, however few they are."""
    if request.param == "in lists":
        monkeypatch.setattr(vector_files, "CROSSING", 0)


@pytest.mark.parametrize("damage", damages().values(), ids=damages())
def test_each_derived_file_may_be_damaged_and_is_made_anew(
    either_kind: None, kept: Path, damage: Callable[[Path], object]
) -> None:
    with open_library(kept) as library:
        wanted = [library.search(question, read=False) for question in ("returns", "cats hunt", "day of the deal")]
    pristine = kept.with_name("pristine")
    shutil.copytree(kept, pristine)
    names = [path.relative_to(kept) for path in derived(kept)]
    assert len(names) > 10
    for name in names:
        shutil.rmtree(kept)
        shutil.copytree(pristine, kept)
        damage(kept / name)
        with open_library(kept) as library:
            assert [library.search(q, read=False) for q in ("returns", "cats hunt", "day of the deal")] == wanted
        assert sum(path.name == snapshots.MANIFEST for path in derived(kept)) == 1
        assert not snapshots.has_damage(kept), name


@pytest.mark.parametrize("search", ["_engine", "_lexical"])
@pytest.mark.parametrize("beside", [0, 100])
def test_files_that_go_bad_while_they_are_searched_are_made_anew(
    kept: Path, monkeypatch: pytest.MonkeyPatch, search: str, beside: int
) -> None:
    monkeypatch.setattr(indexes, "BESIDE", beside)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("read error")

    with open_library(kept) as library:
        wanted = library.search("cats hunt", read=False)
        monkeypatch.setattr(getattr(library._finder, search), "search", fail)
        with pytest.raises(RuntimeError, match="read error"):
            library.search("cats hunt", read=False)  # the files are whole: it is something else
        os.truncate(derived(kept)[-1], 3)
        assert library.search("cats hunt", read=False) == wanted
        assert not snapshots.has_damage(kept)


def test_a_question_that_is_encoded_beside_the_search_for_its_words_finds_the_same(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_library(kept) as library:
        wanted = [library.retrieve(question) for question in ("returns", "cats hunt", "day of the deal")]
        monkeypatch.setattr(indexes, "BESIDE", 0)
        assert [library.retrieve(question) for question in ("returns", "cats hunt", "day of the deal")] == wanted
        with monkeypatch.context() as broken:
            broken.setattr(library._encoder, "encode_question", lambda _: 1 / 0)
            for weights in (HYBRID, LEXICAL):
                with pytest.raises(ZeroDivisionError):
                    library.retrieve("returns", weights=weights)
        assert library.retrieve("returns") == wanted[0]


def test_big_files_are_sampled_when_they_are_opened_and_read_whole_when_they_are_checked(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_BIG", "_SAMPLE"):
        monkeypatch.setattr(snapshots, name, 8)
    monkeypatch.setattr(snapshots, "_SAMPLES", 2)
    with open_library(kept) as library:
        library.add_text("Whales sing. They sing for hours.", source="/whales.txt")
    for place, seen_when_opened in ((100, False), (-1, True)):
        (vectors,) = (path for path in derived(kept) if path.name == "vectors.faiss")
        content = bytearray(vectors.read_bytes())
        content[place] ^= 1
        vectors.write_bytes(content)
        with open_library(kept) as library:
            library.search("whales", read=False)
            assert snapshots.has_damage(kept) is not seen_when_opened
            assert [problem.mended for problem in library.check()] == ([] if seen_when_opened else [True])
        assert not snapshots.has_damage(kept)


def test_check_tells_of_damaged_files_and_makes_them_anew(kept: Path) -> None:
    os.truncate(derived(kept)[-1], 3)
    with open_library(kept) as library:
        (problem,) = library.check()
        assert (problem.mended, "search indexes" in problem.message) == (True, True)
        assert library.check() == []


def test_files_of_another_library_or_an_older_state_are_not_searched(kept: Path, tmp_path: Path) -> None:
    with open_library(tmp_path / "other") as library:
        for number in range(6):
            library.add_text(f"Article {number} is about whales and nothing else.")
    older = kept.with_name("older")
    shutil.copytree(kept, older)
    shutil.rmtree(kept / "derived")
    shutil.copytree(tmp_path / "other" / "derived", kept / "derived")
    with open_library(kept) as library:
        assert found(library, "whales and cats at dusk")[0] == "They hunt at dusk."
        library.add_text("Whales sleep at dusk as well.")
        library.remove(make_article("x", source="/cats.txt").id)
    shutil.rmtree(kept / "derived")
    shutil.copytree(older / "derived", kept / "derived")
    with open_library(kept) as library:
        assert found(library, "whales and cats at dusk")[0] == "Whales sleep at dusk as well."
        assert not any("hunt" in quote for quote in found(library, "cats hunt at dusk"))


def test_what_came_after_the_files_is_found_and_what_went_is_not(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "WORTH_FILES", 10_000)
    files = contents(kept / "derived")
    with open_library(kept) as library, Library(model=BagOfWordsEncoder()) as fresh:
        for each in (library, fresh):
            each.add_text("The deal covers returns now. It is new.", source="/deal.txt")
            each.add_text("Dogs sleep at night.")
            if each is fresh:
                each.add_text(OTHER, source="/cats.txt")
        for question in ("Does the deal cover returns?", "Who sleeps at night?", "boats"):
            assert [(h.quote, h.score) for h in library.search(question, read=False)] == [
                (h.quote, h.score) for h in fresh.search(question, read=False)
            ]
        cats = make_article("x", source="/cats.txt").id
        assert {h.passage.article_id for h in library.search("deal", articles=[cats], read=False)} == {cats}
        assert files == contents(kept / "derived")


def test_nothing_of_what_was_removed_is_left_in_the_folder(kept: Path) -> None:
    with open_library(kept) as library:
        library.search("cats", read=False)
        library.remove(make_article("x", source="/cats.txt").id)
        left = b"".join(contents(kept).values())
        assert b"dusk" not in left
        assert b"cats.txt" not in left
        assert [path for path in derived(kept) if path.suffix == ".term"] == [], "they know its words"
        assert found(library, "cats hunt at dusk")[0] != "They hunt at dusk."
    assert b"deal" in b"".join(contents(kept).values())


def test_a_folder_of_a_process_that_was_killed_after_removing_is_searched_read_only(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = kept.with_name("killed")
    with open_library(kept) as library:
        library.add_text("Dogs bark at noon.")
        library.remove(make_article("x", source="/cats.txt").id)
        shutil.copytree(kept, killed)
    before = contents(killed / "derived")
    with unwritable(killed, monkeypatch), open_library(killed) as library:
        assert found(library, "returns")[0] == "It does not cover returns."
        assert found(library, "dogs bark")[0] == "Dogs bark at noon."
        assert "They hunt at dusk." not in found(library, "cats hunt at dusk")
        assert contents(killed / "derived") == before


def test_a_full_disk_while_files_are_written_costs_only_the_files(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshots, "_write_through", full)
    shutil.rmtree(kept / "derived")
    with open_library(kept) as library:
        assert found(library, "cats hunt")[0] == "They hunt at dusk."
        library.add_text("Dogs bark at noon.")
        assert found(library, "dogs bark")[0] == "Dogs bark at noon."
    assert list((kept / "derived").iterdir()) == []


# The database


def test_a_full_disk_fails_an_add_and_changes_nothing(tmp_path: Path) -> None:
    with open_library(tmp_path) as library:
        library.add_text(TEXT, source="/deal.txt")
        library._open_store()._connection.execute("PRAGMA max_page_count = 40")  # type: ignore[attr-defined]
        with pytest.raises(LibraryNotWritable, match="make room, nothing was changed"):
            library.add_text("\n\n".join(f"Sentence {n} is long enough to fill a disk." for n in range(2000)))
        assert [article.text for article in library.articles] == [TEXT]
        assert found(library, "returns")[0] == "It does not cover returns."
        library.add_text(OTHER)
        library.remove(library.ids[0])
    with open_library(tmp_path) as library:
        assert [article.text for article in library.articles] == [OTHER]
        assert library.check() == []


FILL = """
import resource, signal, sys
from pathlib import Path
from bag_encoder import BagOfWordsEncoder
from index import Library, LibraryNotWritable
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
with Library(sys.argv[1], model=BagOfWordsEncoder()) as library:
    try:
        library.add_text("\\n\\n".join(f"Sentence {n} is long enough to fill a disk." for n in range(5000)))
    except LibraryNotWritable as error:
        print(error)
    print(library.search("Does it cover returns?", 1, read=False)[0].quote.text)
"""


def in_a_process(code: str, *arguments: object) -> list[str]:
    path = os.pathsep.join((str(HERE), str(HERE.parent)))
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, text=True, check=True, capture_output=True)
    return done.stdout.splitlines()


@pytest.mark.skipif(os.name != "posix", reason="limits are those of POSIX")
@pytest.mark.parametrize("limit", [0, 100_000, 400_000])
def test_files_that_may_not_grow_are_told_and_searched(tmp_path: Path, limit: int) -> None:
    """A limit to the size of files, as a stand-in for a full disk: SQLite meets it in each of its files."""
    with open_library(tmp_path) as library:
        library.add_text(TEXT)
    complaint, quote = in_a_process(FILL, tmp_path, limit)
    assert "can only be read" in complaint or "make room" in complaint
    assert quote == "It does not cover returns."
    with open_library(tmp_path) as library:
        assert [article.text for article in library.articles] == [TEXT]
        assert library.check() == []


@contextmanager
def unwritable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The folder may not be written: by its permissions or, where these do not bind, as told by ``os.access``."""
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    access = os.access
    with monkeypatch.context() as patch:
        below = str(folder)
        patch.setattr(
            os, "access", lambda p, mode: not (mode & os.W_OK and str(p).startswith(below)) and access(p, mode)
        )
        yield
    for path in paths:
        if path.exists():
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_folder_that_may_not_be_written_is_searched(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(kept)
    with unwritable(kept, monkeypatch):
        with open_library(kept) as library:
            assert len(library.articles) == 2
            assert found(library, "cats hunt")[0] == "They hunt at dusk."
            assert library.check() == []
            for write in (lambda: library.add_text("More."), lambda: library.remove(library.ids[0])):
                with pytest.raises(LibraryNotWritable, match="can only be read"):
                    write()
            assert found(library, "returns")[0] == "It does not cover returns."
        assert contents(kept) == before


def test_what_a_writer_adds_is_seen_by_one_who_may_only_read(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with unwritable(kept, monkeypatch):
        reader = open_library(kept)
        assert len(reader.articles) == 2
    with open_library(kept) as writer:
        writer.add_text("Dogs bark at noon.")
    with unwritable(kept, monkeypatch):
        assert found(reader, "dogs bark")[0] == "Dogs bark at noon."
        assert len(reader.articles) == 3
        reader.close()


@pytest.mark.parametrize("left", ["-wal", "-wal and -shm"])
def test_a_folder_of_a_writer_that_was_killed_is_searched_read_only(
    kept: Path, monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    killed = kept.with_name("killed")
    with open_library(kept) as writer:
        writer.add_text("Dogs bark at noon.")
        shutil.copytree(kept, killed)
    assert (killed / f"{FILE_NAME}-wal").stat().st_size
    if left == "-wal":
        (killed / f"{FILE_NAME}-shm").unlink()
    with unwritable(killed, monkeypatch), open_library(killed) as library:
        assert found(library, "dogs bark")[0] == "Dogs bark at noon."


def test_a_second_writer_waits_and_is_then_told(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_open, "BUSY_SECONDS", 0.05)
    with open_library(kept) as one, open_library(kept) as other:
        with one._open_store().replacing():
            with pytest.raises(LibraryBusy, match=r"another process is writing to .*: try again"):
                other.add_text("Dogs bark at noon.")
            assert found(other, "cats hunt")[0] == "They hunt at dusk."
        other.add_text("Dogs bark at noon.")
        assert len(one.articles) == 3


def test_two_processes_may_make_a_library_at_once(tmp_path: Path) -> None:
    code = """
import sys
from bag_encoder import BagOfWordsEncoder
from index import Library
with Library(sys.argv[1], model=BagOfWordsEncoder()) as library:
    for number in range(30):
        library.add_text(f"Writer {sys.argv[2]} writes article {number}.")
        library.add_text(f"Both write article {number}.", source=f"/shared/{number}")
"""
    threads = [threading.Thread(target=in_a_process, args=(code, tmp_path / "new", n)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open_library(tmp_path / "new") as library:
        assert len({article.text for article in library.articles}) == len(library.articles) == 4 * 30
        assert library.check() == []


def test_every_turned_bit_of_a_row_is_noticed(tmp_path: Path) -> None:
    """Whatever a quote is made of: words, offsets, vectors."""
    folder = tmp_path / "kept"
    with open_library(folder) as library:
        library.add_text(TEXT, title="The deal", source="/deal.txt")
    for table in ("articles", "passages"):
        with sqlite3.connect(folder / FILE_NAME) as database:
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})") if row[1] != "number"]
        database.close()
        for column in columns:
            copy = tmp_path / f"{table}-{column}"
            shutil.copytree(folder, copy)
            with sqlite3.connect(copy / FILE_NAME) as database:
                database.execute(f"UPDATE {table} SET {column} = coalesce({column}, '') || '1'")  # noqa: S608
                if column == "vectors":
                    database.execute(f"UPDATE {table} SET vectors = CAST(vectors AS BLOB)")  # noqa: S608
            database.close()
            with open_library(copy) as library, pytest.raises(LibraryError):
                assert (library.articles, library.search("deal", read=False)) == ([], []), column


def test_damaged_passages_are_mended_from_the_text(kept: Path) -> None:
    with sqlite3.connect(kept / FILE_NAME) as database:
        database.execute("UPDATE passages SET text = replace(text, 'dusk', 'dawn')")
    database.close()
    with open_library(kept) as library:
        with pytest.raises(LibraryDamaged, match="pullquote check"):
            library.search("cats hunt", read=False)
        (problem,) = library.check()
        assert (problem.mended, "made anew from its text" in problem.message) == (True, True)
        assert found(library, "cats hunt")[0] == "They hunt at dusk."
        assert library.check() == []
        assert len(library.revisions(make_article("x", source="/cats.txt").id)) == 1


def test_a_damaged_database_is_never_read_wrong(kept: Path, tmp_path: Path) -> None:
    """Cut short or altered anywhere: each article is read as it was, or an error tells."""
    original = (kept / FILE_NAME).read_bytes()
    chance = random.Random(5)
    folder = tmp_path / "damaged"
    told = 0
    for number in range(60):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        content = bytearray(original)
        if number % 4 == 0:
            del content[chance.randrange(len(content)) :]
        else:
            for _ in range(chance.choice([1, 50])):
                content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        (folder / FILE_NAME).write_bytes(content)
        shutil.copytree(kept / "derived", folder / "derived")
        try:
            with open_library(folder) as library:
                texts = {article.text for article in library.articles}
                quotes = [hit.quote for hit in library.search("cats hunt at dusk", read=False)]
                problems = library.check()
        except (LibraryError, ModelError):
            told += 1
            continue
        told += bool(problems)
        assert texts <= {TEXT, OTHER}
        assert len(texts) == 2 or problems
        assert all(quote.text in TEXT + OTHER for quote in quotes)
    assert told > 20


def test_an_emptied_database_is_no_new_library(kept: Path) -> None:
    os.truncate(kept / FILE_NAME, 0)
    with pytest.raises(LibraryDamaged, match="bring it back from a copy"):
        open_library(kept)


# Versions


def make_version_1(folder: Path) -> None:
    """A library as the first version kept it: no authors, revisions or checksums."""
    with open_library(folder) as library:
        library.add_text(TEXT, title="The deal", source="/deal.txt")
    with sqlite3.connect(folder / FILE_NAME) as database:
        for column in ("author", "published", "titled", "checksum"):
            database.execute(f"ALTER TABLE articles DROP COLUMN {column}")
        for column in ("checksum", "words"):
            database.execute(f"ALTER TABLE passages DROP COLUMN {column}")
        database.execute("DROP TABLE revisions")
        database.execute("DROP INDEX articles_in_short")
        database.execute("DELETE FROM settings WHERE name IN ('generation', 'purged', 'library')")
        database.execute("PRAGMA user_version = 1")
    database.close()


@pytest.mark.parametrize("read_only", [False, True])
def test_a_library_of_the_first_version_is_read_and_upgraded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_only: bool
) -> None:
    folder = tmp_path / "old"
    make_version_1(folder)
    before = (folder / FILE_NAME).read_bytes()
    if read_only:
        with unwritable(folder, monkeypatch), open_library(folder) as library:
            assert found(library, "returns")[0] == "It does not cover returns."
        assert (folder / FILE_NAME).read_bytes() == before
        return
    with open_library(folder) as library:
        (article,) = library.articles
        assert (article.title, article.text, article.author) == ("The deal", TEXT, None)
        assert found(library, "returns")[0] == "It does not cover returns."
        assert [each.revision for each in library.revisions(article.id)] == [article.revision]
        assert library.check() == []
        with open_library(tmp_path / "new") as new:
            new.add_text(TEXT, title="The deal", source="/deal.txt")
            for question in ("Does it cover returns?", "What is the deal about?"):
                assert library.search(question, read=False) == new.search(question, read=False), "words are not kept"
        library.add_text(OTHER, source="/deal.txt")
        assert len(library.revisions(article.id)) == 2


def test_an_upgrade_that_is_cut_off_leaves_the_old_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_version_1(tmp_path)
    with monkeypatch.context() as patch:
        patch.setitem(store_schema._STEPS, 1, f"{store_schema._STEPS[1]}; SELECT no_such_column FROM settings")  # noqa: S608
        with pytest.raises(LibraryError):
            open_library(tmp_path)
    with open_library(tmp_path) as library:
        assert [article.text for article in library.articles] == [TEXT]


def test_a_manifest_that_is_no_manifest_is_passed_over(kept: Path) -> None:
    (manifest,) = (path for path in derived(kept) if path.name == snapshots.MANIFEST)
    for content in ("", "[]", "null", json.dumps({"maker": 1}), "{" * 100_000):
        manifest.write_text(content, encoding="utf-8")
        with open_library(kept) as library:
            assert found(library, "cats hunt")[0] == "They hunt at dusk."
        (manifest,) = (path for path in derived(kept) if path.name == snapshots.MANIFEST)
