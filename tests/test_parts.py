"""Libraries whose words are in files of several parts: what a change costs, and that it is found as in a fresh one."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from bag_encoder import BagOfWordsEncoder

from index import Library, LibraryNotWritable, indexes, lexical_parts, snapshots
from index.article import make_article
from index.lexical import make_analyser
from index.store_sqlite import SqliteStore

WORDS = ("anchor", "boat", "cabin", "deck", "eel", "fog", "gull", "harbour", "island", "jetty", "keel", "lamp", "mast")
QUESTIONS = ("the anchor and the boat", "fog over the harbour", "who keeps a lamp at the pier", "a net of eels")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Indexes are kept in files however small they are, in parts of ten passages."""
    monkeypatch.setattr(indexes, "WORTH_FILES", 0)
    monkeypatch.setattr(lexical_parts, "PART", 10)


def open_library(folder: Path | None = None) -> Library:
    return Library(folder, model=BagOfWordsEncoder())


def text_of(number: int, edition: int = 0, passages: int = 4) -> str:
    """Passages of a few words that many have, and two that only this edition of this article has."""
    chance = random.Random(f"{number}/{edition}")
    return "\n\n".join(
        f"## Part {place}\n\nThe {chance.choice(WORDS)} and the {chance.choice(WORDS)} are of {own(number, edition)}. "
        f"Nobody sees the {chance.choice(WORDS)} or the {chance.choice(WORDS)} at {place}."
        for place in range(passages)
    )


def own(number: int, edition: int = 0) -> str:
    """A word that nothing else has."""
    return f"zz{number}q{edition}zz"


def add(library: Library, number: int, edition: int = 0) -> None:
    library.add_text(text_of(number, edition), title=f"Article {number}", source=f"/{number}.txt")


def id_of(number: int) -> str:
    return make_article("x", source=f"/{number}.txt").id


def segments(folder: Path) -> dict[str, int]:
    """The files of words, and which file on the disk each is."""
    found = (folder / "derived").glob("[0-9]*/words/*/*.*")
    return {path.name: path.stat().st_ino for path in found if path.suffix == ".idx"}


def count_sentences(folder: Path, word: str) -> int:
    """How many sentences have a word, by the files alone: those of what is gone as well."""
    import tantivy

    count = 0
    (term,) = make_analyser().analyze(word)
    for meta in (folder / "derived").glob("*/words/*/meta.json"):
        index = tantivy.Index.open(str(meta.parent))
        index.register_tokenizer("words", make_analyser())
        count += index.searcher().doc_freq("text", term)
    return count


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Ten articles of four passages each, two in a part, their indexes in files."""
    folder = tmp_path / "kept"
    with open_library(folder) as library:
        for number in range(10):
            add(library, number)
    assert len(segments(folder)) == 2 * 5
    assert count_sentences(folder, own(3)) == 2 * 4
    return folder


def assert_like_fresh(library: Library, editions: dict[int, int]) -> None:
    """The library finds what one does that was made just now of these articles."""
    with open_library() as fresh:
        for article in library.articles:
            fresh.add_article(article)
        assert {article.text for article in fresh.articles} == {text_of(*each) for each in editions.items()}
        for question in (*QUESTIONS, *(f"the boat of {own(*each)}" for each in editions.items())):
            found, wanted = (each.search(question, 5, read=False) for each in (library, fresh))
            assert [hit.quote for hit in found] == [hit.quote for hit in wanted]
            assert [hit.score for hit in found] == pytest.approx([hit.score for hit in wanted], abs=1e-6)


@pytest.mark.parametrize("asked", [True, False], ids=["asked before", "not asked before"])
@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_what_is_removed_has_its_part_made_anew_and_no_other(
    kept: Path, monkeypatch: pytest.MonkeyPatch, asked: bool, links: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("this file system has no links")

    monkeypatch.setattr(indexes, "SHARE", 1)
    before = segments(kept)
    read: list[int] = []
    read_passages = SqliteStore.passages

    def count_read(store: SqliteStore, numbers: Sequence[int]) -> object:
        read.extend(numbers if store.folder else ())
        return read_passages(store, numbers)

    if not links:
        monkeypatch.setattr("os.link", refuse)
    with open_library(kept) as library:
        if asked:
            library.search("boat", read=False)
        library.remove(id_of(4))
        if asked:
            assert_like_fresh(library, {number: 0 for number in range(10) if number != 4})
        monkeypatch.setattr(SqliteStore, "passages", count_read)
    after = segments(kept)
    assert len(after) == len(before)
    assert len(after.keys() & before.keys()) == len(before) - 2
    assert not links or len(after.items() & before.items()) == len(before) - 2
    assert len(read) == 4, "those of the other article of its part"
    assert count_sentences(kept, own(4)) == 0
    assert count_sentences(kept, own(5)) == 2 * 4
    with open_library(kept) as library:
        assert_like_fresh(library, {number: 0 for number in range(10) if number != 4})
        assert library.check() == []


def test_words_of_what_is_removed_are_gone_at_once_and_those_of_other_parts_are_not(kept: Path) -> None:
    before = segments(kept)
    with open_library(kept) as library:
        library.search("boat", read=False)
        library.remove(id_of(4))
        assert len(segments(kept)) == len(before) - 2
        assert segments(kept).items() <= before.items()
        assert count_sentences(kept, own(4)) == 0
        assert count_sentences(kept, own(6)) == 2 * 4
        assert not snapshots.has_damage(kept)


def test_words_of_earlier_editions_go_when_anything_is_removed(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "SHARE", 1)
    with open_library(kept) as library:
        add(library, 2, edition=1)
        assert_like_fresh(library, {number: int(number == 2) for number in range(10)})
    assert count_sentences(kept, own(2)) == 2 * 4, "it was not worth writing files anew"
    with open_library(kept) as library:
        library.remove(id_of(7))
        assert count_sentences(kept, own(2)) == 0
    assert count_sentences(kept, own(2, 1)) == 2 * 4
    with open_library(kept) as library:
        assert_like_fresh(library, {number: int(number == 2) for number in range(10) if number != 7})


@pytest.mark.parametrize("moment", ["words are dropped", "files are written"])
def test_a_process_that_dies_after_removing_leaves_no_words(
    kept: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Its folder is copied at that moment, and opened by another."""
    dead = kept.with_name("dead")
    with open_library(kept) as library, monkeypatch.context() as patch:
        library.search("boat", read=False)
        if moment == "words are dropped":
            patch.setattr("index.store_sqlite.drop_words", lambda *_: None)
        library.remove(id_of(4))
        shutil.copytree(kept, dead)
    assert count_sentences(dead, own(4)) == (2 * 4 if moment == "words are dropped" else 0)
    before = segments(dead)
    with open_library(dead) as library:
        assert_like_fresh(library, {number: 0 for number in range(10) if number != 4})
        assert count_sentences(dead, own(4)) == 0
        assert len(segments(dead).items() & before.items()) == 2 * 4
    vectors = [next((each / "derived").glob("*/vectors.faiss")).stat().st_size for each in (kept, dead)]
    assert vectors[0] == vectors[1], "those of the removed article are gone as well"


def test_words_that_a_killed_process_left_half_written_are_gone_as_well(tmp_path: Path) -> None:
    with open_library(tmp_path) as library:
        add(library, 4)
        no_process = 2**22 + 1
        left = tmp_path / "derived" / f"building-{no_process}-000000000001-abcd"
        left.mkdir(parents=True)
        (left / "some.term").write_text(own(4))
        library.remove(id_of(4))
        assert not left.exists()


def test_where_words_cannot_be_dropped_alone_all_files_go(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with open_library(kept) as library:
        with monkeypatch.context() as patch:
            patch.setattr(snapshots, "_write_through", full)
            library.remove(id_of(4))
        assert list((kept / "derived").iterdir()) == []
        assert_like_fresh(library, {number: 0 for number in range(10) if number != 4})
    assert segments(kept)


def test_a_full_disk_does_not_keep_an_article_from_being_removed(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files make room: they can be made anew."""
    with open_library(kept) as library:
        remove = SqliteStore._remove

        def remove_where_there_is_room(store: SqliteStore, article_id: str) -> list[int]:
            if segments(kept):
                raise LibraryNotWritable("the disk is full: make room, nothing was changed")
            return remove(store, article_id)

        monkeypatch.setattr(SqliteStore, "_remove", remove_where_there_is_room)
        library.remove(id_of(4))
        assert_like_fresh(library, {number: 0 for number in range(10) if number != 4})


def test_files_that_another_process_takes_away_meanwhile_are_done_without(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = lexical_parts.LexicalWriter.keep
    taken: list[int] = []

    def take_away(writer: lexical_parts.LexicalWriter, part: int) -> int:
        if not taken:
            taken.append(part)
            snapshots.drop_snapshots(kept)
        return keep(writer, part)

    with open_library(kept) as library:
        library.search("boat", read=False)
        library.remove(id_of(4))
        monkeypatch.setattr(lexical_parts.LexicalWriter, "keep", take_away)
    assert taken
    assert len(segments(kept)) == 2 * 5
    assert count_sentences(kept, own(4)) == 0
    with open_library(kept) as library:
        assert_like_fresh(library, {number: 0 for number in range(10) if number != 4})


def test_what_is_added_leaves_full_parts_as_they_are(kept: Path) -> None:
    before = segments(kept)
    with open_library(kept) as library:
        for number in range(10, 13):
            add(library, number)
    after = segments(kept)
    assert before.items() <= after.items()
    assert len(after) == len(before) + 2 * 2
    with open_library(kept) as library:
        add(library, 13)
        add(library, 14)
    assert len(segments(kept)) == len(before) + 2 * 3, "one of four passages was joined with one of these"
    with open_library(kept) as library:
        assert_like_fresh(library, dict.fromkeys(range(15), 0))


def test_a_library_that_has_shrunk_to_a_few_articles_has_no_files(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "WORTH_FILES", 20)
    with open_library(kept) as library:
        for number in range(6):
            library.remove(id_of(number))
    assert segments(kept) == {}
    with open_library(kept) as library:
        assert_like_fresh(library, dict.fromkeys(range(6, 10), 0))


def test_files_of_an_earlier_version_are_made_anew(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "FORMAT", snapshots.FORMAT - 1)
        with open_library(kept) as library:
            library.search("boat", read=False)
            library.settle()
    before = segments(kept)
    with open_library(kept) as library:
        library.search("boat", read=False)
        assert not segments(kept).keys() & before.keys()
        assert_like_fresh(library, dict.fromkeys(range(10), 0))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_added_changed_and_removed_is_found_as_in_a_fresh_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(indexes, "SHARE", chance.choice([0, 0.1, 0.5]))
    monkeypatch.setattr(lexical_parts, "STALE", chance.choice([0, 0.2, 0.9]))
    editions: dict[int, int] = {}
    folder = tmp_path / "library"
    library = open_library(folder)
    for _ in range(60):
        number = chance.randrange(16)
        what = chance.choice(["add", "add", "change", "remove", "ask", "settle", "reopen"])
        if what in ("add", "change"):
            editions[number] = chance.randrange(5)
            add(library, number, editions[number])
        elif what == "remove" and number in editions:
            library.remove(id_of(number))
            del editions[number]
        elif what == "ask":
            assert_like_fresh(library, editions)
        elif what == "settle":
            library.settle()
        elif what == "reopen":
            library.close()
            library = open_library(folder)
    assert_like_fresh(library, editions)
    library.close()
    assert not snapshots.has_damage(folder)
