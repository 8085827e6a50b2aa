"""Words of many articles packed in PostgreSQL: the same is found, whatever is added, removed and packed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from bag_encoder import BagOfWordsEncoder

from index import Library

pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'pullquote[postgres]'")

import psycopg

from index.postgres import frequent, packs, schema, scoring
from index.postgres.scoring import Bm25, Pack, rank_pack
from index.postgres.store import PostgresStore
from index.postgres.words import COUNT_BITS

QUESTIONS = ("boat 7 sails", "the boat of article 3", "sails far", "number 11", "harbour")


def text_of(number: int, edition: int = 0) -> str:
    lines = [f"Boat {number} sails far from harbour {number % 5}, in edition {edition}."]
    lines += [f"The crew of article {number} counts whale {whale}." for whale in range(number % 4 * 3)]
    return "\n\n".join(lines)


def add(library: Library, numbers: range, edition: int = 0) -> None:
    for number in numbers:
        library.add_text(text_of(number, edition), source=str(number))


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        done = connection.execute(statement)
        return list(done.fetchall()) if done.description else []


def sizes(url: str) -> list[int]:
    """How many articles there are in each pack."""
    rows = run(url, "SELECT octet_length(articles) / 8 FROM pullquote.packs ORDER BY first")
    return [int(str(size)) for (size,) in rows]


@pytest.fixture
def pack(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Packs what is in a database, however little it is."""
    monkeypatch.setattr(packs, "WORTH_PACKING", 1)

    def pack_all(url: str) -> None:
        store = PostgresStore(url)
        packs.pack_words(store)
        store.close()

    return pack_all


def assert_found_as_in_a_new_one(url: str) -> None:
    with Library(url, model=BagOfWordsEncoder()) as library, Library(model=BagOfWordsEncoder()) as fresh:
        for article in library.articles:
            fresh.add_article(article)
        for question, depth in product(QUESTIONS, (3, 1_000)):
            found, wanted = (each.retrieve(question, depth=depth) for each in (library, fresh))
            scores = [[(each.passage.text, round(each.score, 4)) for each in one] for one in (found, wanted)]
            assert scores[0] == scores[1] if depth == 1_000 else len(found) >= 3
        assert library.check() == []


def test_small_packs_become_large_ones(
    database: str, pack: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "IN_PASSING", 4)
    with Library(database, model=BagOfWordsEncoder()) as library:
        add(library, range(20))
        assert max(sizes(database)) <= 4, "who adds does not wait for a large pack"
        assert sum(sizes(database)) == 20
    assert sizes(database) == [20]
    with Library(database, model=BagOfWordsEncoder()) as library:
        add(library, range(20, 22))
    assert sizes(database) == [20, 2], "a small one is not worth making the large one anew"
    with Library(database, model=BagOfWordsEncoder()) as library:
        add(library, range(22, 34))
    assert sizes(database) == [34]
    assert_found_as_in_a_new_one(database)


def test_what_was_never_packed_and_is_removed_leaves_nothing(database: str) -> None:
    with Library(database, model=BagOfWordsEncoder()) as library:
        add(library, range(3))
        for article_id in library.ids:
            library.remove(article_id)
        assert library.search("boat", read=False) == []
    assert run(database, "SELECT * FROM pullquote.removed") == []


def test_what_is_removed_or_changed_after_it_was_packed_is_not_found(
    database: str, pack: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library(database, model=BagOfWordsEncoder()) as library:
        add(library, range(30))
    pack(database)
    monkeypatch.setattr(packs, "WORTH_PACKING", 1_000)
    with Library(database, model=BagOfWordsEncoder()) as library:
        add(library, range(7, 8), edition=1)
        library.remove(next(article.id for article in library.articles if article.source == "11"))
        add(library, range(30, 33))
        assert sum(sizes(database)) == 30
        assert library.retrieve("boat 7 sails", depth=3)[0].passage.text.startswith(
            "Boat 7 sails far from harbour 2, in edition 1."
        )
        assert not [hit for hit in library.search("number 11", 50, read=False) if "Boat 11 " in hit.passage.text]
        some = library.ids[3:20]
        assert {each.passage.article_id for each in library.retrieve("the boat sails", articles=some)} == set(some)
    assert_found_as_in_a_new_one(database)


def test_a_pack_that_has_lost_much_is_made_anew(database: str, pack: Callable[[str], None]) -> None:
    with Library(database, model=BagOfWordsEncoder()) as library:
        add(library, range(30))
    pack(database)
    with Library(database, model=BagOfWordsEncoder()) as library:
        for article_id in library.ids[:5]:
            library.remove(article_id)
    assert sum(sizes(database)) == 25
    assert run(database, "SELECT * FROM pullquote.removed") == []
    assert_found_as_in_a_new_one(database)


def test_what_is_removed_while_a_pack_is_made_stays_gone(
    database: str, pack: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library(database, model=BagOfWordsEncoder()) as library:
        monkeypatch.setattr(packs, "WORTH_PACKING", 1_000)
        add(library, range(10))
    monkeypatch.setattr(packs, "WORTH_PACKING", 1)
    write = packs._write

    def remove_meanwhile(*arguments: object) -> int:
        with Library(database, model=BagOfWordsEncoder()) as library:
            library._open_store().remove(library.ids[7])
        return write(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as changed:
        changed.setattr(packs, "_write", remove_meanwhile)
        pack(database)
    assert sum(sizes(database)) == 10
    with Library(database, model=BagOfWordsEncoder()) as library:
        assert not [hit for hit in library.search("boat 7 sails", 50, read=False) if "Boat 7 " in hit.passage.text]
    assert_found_as_in_a_new_one(database)


def test_only_one_packs_at_a_time(database: str, pack: Callable[[str], None]) -> None:
    with psycopg.connect(database, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [packs._LOCK])
        with Library(database, model=BagOfWordsEncoder()) as library:
            add(library, range(5))
        assert sizes(database) == []
    pack(database)
    assert sizes(database) == [5]
    assert_found_as_in_a_new_one(database)


def test_packing_that_fails_costs_nothing_but_speed(
    database: str, pack: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(database, autocommit=True) as other, Library(database, model=BagOfWordsEncoder()) as library:
        other.execute("ALTER TABLE pullquote.packs ADD CONSTRAINT never CHECK (size < 0)")
        add(library, range(5))
        other.execute("ALTER TABLE pullquote.packs DROP CONSTRAINT never")
    assert "are not packed" in caplog.text
    assert_found_as_in_a_new_one(database)


def test_damage_to_a_pack_is_found_and_mended(database: str, pack: Callable[[str], None]) -> None:
    with Library(database, model=BagOfWordsEncoder()) as library:
        add(library, range(12))
    run(database, "UPDATE pullquote.packed SET postings = '' WHERE term = 'boat'")
    with Library(database, model=BagOfWordsEncoder()) as library:
        (problem,) = library.check()
        assert problem.mended
        assert "packed" in problem.message
    assert_found_as_in_a_new_one(database)


def test_a_library_of_the_first_version_is_taken_over(
    database: str, pack: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library(database, model=BagOfWordsEncoder()) as library:
        add(library, range(12))
        before = library.retrieve("boat 7 sails", depth=5)
    run(database, "DROP TABLE pullquote.packs, pullquote.packed, pullquote.removed")
    run(database, "DROP INDEX pullquote.words_by_term")
    run(database, "CREATE INDEX words_by_term ON pullquote.words (term)")
    run(database, "UPDATE pullquote.settings SET value = '1' WHERE name = 'schema'")
    with Library(database, model=BagOfWordsEncoder()) as library:
        assert library.retrieve("boat 7 sails", depth=5) == before
    assert sizes(database) == [12]
    assert run(database, "SELECT value FROM pullquote.settings WHERE name = 'schema'") == [
        (str(schema.SCHEMA_VERSION),)
    ]
    assert_found_as_in_a_new_one(database)


@pytest.mark.parametrize("some", [False, True], ids=["all", "some"])
@pytest.mark.parametrize("narrowing", [0, 50, 10_000])
def test_leaving_out_what_cannot_be_among_the_best_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, narrowing: int, some: bool
) -> None:
    """Held to a BM25 that weighs every word of every passage."""
    monkeypatch.setattr(scoring, "_WORTH_NARROWING", narrowing)
    draw = np.random.default_rng(narrowing)
    count = 3_000
    lengths = draw.integers(20, 120, count).astype(float)
    everything = Pack(
        np.arange(count // 3), np.full(count // 3, 3), np.full(count // 3, 9), np.repeat(np.arange(count // 3), 3),
        np.arange(count) * 7, lengths,
    )  # fmt: skip
    within = draw.random(count // 3) < 0.5 if some else None
    for _ in range(20):
        having = {f"word {share}": draw.random(count) < share for share in (0.002, 0.01, 0.1, 0.6, 0.9)}
        times = {word: np.where(has, draw.integers(1, 4, count), 0) for word, has in having.items()}
        bm25 = Bm25({word: float(np.log(1 / has.mean())) + 0.1 for word, has in having.items()}, float(lengths.mean()))
        packed = {
            word: (np.flatnonzero(each) << COUNT_BITS | each[each > 0]).astype(">u4").tobytes()
            for word, each in times.items()
        }
        wanted = sum(bm25.idf[word] * each / (each + bm25.norms(lengths)) for word, each in times.items())
        assert isinstance(wanted, np.ndarray)
        allowed = np.ones(count, bool) if within is None else np.repeat(within, 3)
        best = sorted(np.flatnonzero(allowed & (wanted > 0)).tolist(), key=lambda place: (-wanted[place], place))[:40]
        found = rank_pack(everything, packed, bm25, depth=40, within=within)
        assert [number // 7 for _, number in found] == best
        assert [score for score, _ in found] == pytest.approx([wanted[place] for place in best])


def test_frequent_words_are_held_while_the_packs_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frequent, "WORTH_KEEPING", 4)
    monkeypatch.setattr(frequent, "MOST_BYTES", 12)
    words = frequent.FrequentWords()
    assert words.get(["the"], (1, 2)) == {}
    words.keep(["the", "of", "rare"], {1: {"the": b"1111", "of": b"22", "rare": b"3"}, 2: {"of": b"44"}})
    assert words.get(["the", "of", "rare"], (1, 2)) == {"the": {1: b"1111"}, "of": {1: b"22", 2: b"44"}}
    words.get(["the"], (1, 2))
    words.keep(["in"], {1: {"in": b"55555"}, 2: {}})
    assert words.get(["the", "of", "in"], (1, 2)).keys() == {"the", "in"}, "what was not asked for longest has gone"
    assert words.get(["the"], (1, 3)) == {}
