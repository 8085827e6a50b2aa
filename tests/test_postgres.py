"""A library in PostgreSQL: many processes at once, a server that goes and comes back, changes that fail half way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from bag_encoder import BagOfWordsEncoder
from postgres_server import PostgresServer

from index import (
    ArticleError,
    Library,
    LibraryBusy,
    LibraryError,
    LibraryNotWritable,
    LibraryTooNew,
    NoSuchArticle,
)
from index.article import make_article

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'pullquote[postgres]'")

TEXT = "The deal covers boats. It does not cover returns.\n\n## Money\n\nNobody named a sum."
OTHER = "Cats sleep for most of the day. They hunt at dusk."


def open_library(url: str, **options: str) -> Library:
    return Library(url, model=BagOfWordsEncoder(), **options)


def found(library: Library, question: str) -> list[str]:
    return [hit.quote.text for hit in library.search(question, read=False)]


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    """What a statement finds, past the library."""
    with psycopg.connect(url, autocommit=True) as connection:
        done = connection.execute(statement)
        return list(done.fetchall()) if done.description else []


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for seconds in use is waited for less here."""
    from index.postgres import connection

    monkeypatch.setattr(connection, "REACH_SECONDS", 2.0)
    monkeypatch.setattr(connection, "_SESSION", connection._SESSION.replace("'5s'", "'1s'"))


def test_two_libraries_see_what_either_adds_and_removes(database: str) -> None:
    with open_library(database) as one, open_library(database) as two:
        article = one.add_text(TEXT, title="The deal")
        assert two.articles == [article]
        assert found(two, "Does it cover returns?")[0] == "It does not cover returns."
        two.remove(article.id)
        assert one.articles == []
        assert one.search("returns", read=False) == []
        with pytest.raises(NoSuchArticle):
            one.search("returns", articles=[article.id], read=False)


def test_many_add_and_search_at_once_and_nothing_is_lost_or_counted_twice(database: str) -> None:
    errors: list[BaseException] = []

    def add_some(turn: int) -> None:
        try:
            with open_library(database) as library:
                for count in range(6):
                    library.add_text(
                        f"Boat {turn}{count} was built in {1900 + count}. {TEXT}", source=f"{turn}-{count}"
                    )
                    library.add_text(f"Everyone writes this one, and {turn} did so too. {OTHER}", source="shared")
                    assert found(library, "cats hunt at dusk")[0] == "They hunt at dusk."
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=add_some, args=[turn]) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with open_library(database) as library:
        assert sorted(each.source or "" for each in library.articles) == sorted(
            ["shared", *(f"{turn}-{count}" for turn in range(4) for count in range(6))]
        )
        assert library.check() == []


def test_an_add_that_fails_half_way_changes_nothing(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.postgres import store

    with open_library(database) as library:
        library.add_text(TEXT, source="here")
        before = library.search("returns", read=False)
        monkeypatch.setattr(store, "count_change", lambda *change: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            library.add_text(OTHER, source="here")
        monkeypatch.undo()
        assert [article.text for article in library.articles] == [TEXT]
        assert library.search("returns", read=False) == before
        assert library.check() == []


def test_the_server_goes_and_comes_back(postgres: PostgresServer, database: str) -> None:
    with open_library(database) as library:
        library.add_text(TEXT)
        postgres.kill()
        try:
            with pytest.raises(LibraryError, match="cannot be reached"):
                library.add_text(OTHER)
            with pytest.raises(LibraryError, match="cannot be reached"):
                library.search("returns", read=False)
        finally:
            postgres.start()
        assert found(library, "Does it cover returns?")[0] == "It does not cover returns."
        assert len(library.articles) == 1
        library.add_text(OTHER)
        assert found(library, "cats hunt at dusk")[0] == "They hunt at dusk."
        assert library.check() == []


def test_a_search_does_not_notice_that_its_connection_was_dropped(database: str) -> None:
    with open_library(database) as library:
        library.add_text(TEXT)
        before = library.search("returns", read=False)
        run(
            database,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'pullquote' AND datname = current_database()",
        )
        assert library.search("returns", read=False) == before


def test_a_server_that_is_not_there_is_named_without_the_password(database: str) -> None:
    with pytest.raises(LibraryError, match="cannot be reached") as caught:
        Library("postgresql://someone:secret@127.0.0.1:1/nothing")
    assert "someone@127.0.0.1:1/nothing" in str(caught.value)
    assert "secret" not in str(caught.value)
    with pytest.raises(LibraryError, match="not one of PostgreSQL"):
        Library("postgresql://host/name?no_such_option=1")


def test_a_write_that_must_wait_too_long_is_given_up(database: str) -> None:
    with open_library(database) as library:
        library.add_text(TEXT)
        with psycopg.connect(database) as other:
            other.execute("LOCK TABLE pullquote.articles IN EXCLUSIVE MODE")
            with pytest.raises(LibraryBusy, match="another process"):
                library.add_text(OTHER)
            assert found(library, "Does it cover returns?")[0] == "It does not cover returns."
        library.add_text(OTHER)
        assert len(library.articles) == 2


def test_a_statement_that_takes_longer_than_the_server_allows(database: str) -> None:
    with open_library(database) as library:
        library.add_text(TEXT)
    with (
        psycopg.connect(database) as other,
        open_library(f"{database}&options=-cstatement_timeout%3D300") as library,
    ):
        other.execute("LOCK TABLE pullquote.passages IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(LibraryBusy, match="statement timeout"):
            library.search("returns", read=False)
        other.rollback()
        assert found(library, "Does it cover returns?")[0] == "It does not cover returns."


def test_one_who_may_only_read_can_search(database: str) -> None:
    with open_library(database) as library:
        library.add_text(TEXT)
    with open_library(f"{database}&options=-cdefault_transaction_read_only%3Don") as library:
        assert found(library, "Does it cover returns?")[0] == "It does not cover returns."
        with pytest.raises(LibraryNotWritable, match="cannot be written"):
            library.add_text(OTHER)


def test_tables_of_a_later_version_are_left_alone(database: str) -> None:
    open_library(database).close()
    run(database, "UPDATE pullquote.settings SET value = '99' WHERE name = 'schema'")
    with pytest.raises(LibraryTooNew):
        open_library(database)


def test_a_migration_that_fails_leaves_the_library_as_it_was(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.postgres import schema

    with open_library(database) as library:
        library.add_text(TEXT)
    with monkeypatch.context() as changed:
        version = schema.SCHEMA_VERSION
        changed.setattr(schema, "SCHEMA_VERSION", version + 1)
        step = "ALTER TABLE pullquote.articles ADD COLUMN more text; SELECT 1 / 0"
        changed.setattr(schema, "_STEPS", {**schema._STEPS, version: step})
        with pytest.raises(LibraryError, match="division by zero"):
            open_library(database)
    with open_library(database) as library:
        assert found(library, "Does it cover returns?")[0] == "It does not cover returns."
    assert run(database, "SELECT count(*) FROM information_schema.columns WHERE column_name = 'more'") == [(0,)]


def test_many_make_the_tables_at_once(database: str) -> None:
    opened: list[list[str]] = []
    threads = [threading.Thread(target=lambda: opened.append(_ids(database))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert opened == [[]] * 6


def _ids(database: str) -> list[str]:
    with open_library(database) as library:
        return library.ids


def test_damage_is_found_and_mended(database: str) -> None:
    with open_library(database) as library:
        library.add_text(TEXT)
        library.add_text(OTHER)
        before = library.search("cats hunt at dusk", read=False)
        run(database, "DELETE FROM pullquote.words WHERE term = 'cat'")
        run(database, "UPDATE pullquote.terms SET passages = passages + 7")
        run(database, "UPDATE pullquote.passages SET text = 'Dogs' || text WHERE text LIKE 'Cats%'")
        problems = library.check()
        assert problems
        assert all(problem.mended for problem in problems)
        assert library.check() == []
        assert library.search("cats hunt at dusk", read=False) == before


def test_the_one_character_that_cannot_be_kept_is_refused(database: str) -> None:
    with open_library(database) as library:
        with pytest.raises(ArticleError, match="value 0"):
            library.add_text("Boats\0 are here.")
        assert library.articles == []


def test_another_model_is_taken_over_to(database: str) -> None:
    class Longer(BagOfWordsEncoder):
        name = "longer"
        dimension = 96

    with open_library(database) as library:
        article = library.add_text(TEXT)
    with Library.reembed(database, model=Longer()) as library:
        assert library.articles == [article]
        assert found(library, "Does it cover returns?")[0] == "It does not cover returns."
        assert library.check() == []
    indexes = run(database, "SELECT indexname FROM pg_indexes WHERE indexname LIKE 'passages_by_meaning%'")
    assert indexes == [("passages_by_meaning_96",)]


@pytest.fixture
def replica(postgres: PostgresServer) -> Iterator[PostgresServer]:
    """A copy that follows the server."""
    copy = PostgresServer(copy_of=postgres)
    copy.start()
    yield copy
    copy.discard()


def test_a_copy_takes_the_place_of_a_primary_that_is_lost(
    postgres: PostgresServer, database: str, replica: PostgresServer
) -> None:
    name = database.partition("@/")[2].partition("?")[0]
    hosts = f"{postgres.folder},{replica.folder}"
    with open_library(f"postgresql://postgres@/{name}?host={hosts}&target_session_attrs=read-write") as library:
        library.add_text(TEXT)
        library.add_text(OTHER)
        ((written,),) = run(database, "SELECT pg_current_wal_flush_lsn()::text")
        deadline = time.monotonic() + 20
        arrived = f"SELECT pg_last_wal_replay_lsn() >= '{written}'"
        while run(replica.url(), arrived) != [(True,)] and time.monotonic() < deadline:
            time.sleep(0.05)
        postgres.kill()
        try:
            with pytest.raises(LibraryError, match="cannot be reached"):
                library.add_text("Boats sail far.")
            assert run(replica.url(), "SELECT pg_promote()") == [(True,)]
            library.add_text("Boats sail far.")
            assert len(library.articles) == 3
            assert found(library, "cats hunt at dusk")[0] == "They hunt at dusk."
            assert library.check() == []
        finally:
            postgres.start()


def test_a_copy_is_searched_once_it_has_what_was_written(
    postgres: PostgresServer, database: str, replica: PostgresServer
) -> None:
    name = database.partition("@/")[2].partition("?")[0]
    run(replica.url(), "SELECT pg_wal_replay_pause()")
    with open_library(database, replica=replica.url()) as library:
        assert library.search("returns", read=False) == [], "the copy has not even the tables"
    run(replica.url(), "SELECT pg_wal_replay_resume()")
    with open_library(database, replica=replica.url(name)) as library:
        library.add_text(TEXT)
        assert found(library, "Does it cover returns?")[0] == "It does not cover returns."
        run(replica.url(name), "SELECT pg_wal_replay_pause()")
        library.add_text(OTHER)
        assert found(library, "cats hunt at dusk")[0] == "They hunt at dusk.", "what was written here is found at once"
        run(replica.url(name), "SELECT pg_wal_replay_resume()")
    with open_library(database, replica=replica.url(name)) as library:
        assert found(library, "cats hunt at dusk")[0] == "They hunt at dusk."
        postgres.kill()
        try:
            assert found(library, "Does it cover returns?")[0] == "It does not cover returns."
            with pytest.raises(LibraryError, match="cannot be reached"):
                library.add_article(make_article("Boats sail far."))
        finally:
            postgres.start()
        replica.kill()
        assert found(library, "cats hunt at dusk")[0] == "They hunt at dusk.", "the primary stands in"
