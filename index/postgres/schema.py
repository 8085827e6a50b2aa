"""The tables of a library in PostgreSQL, in a schema of their own, and how those of an earlier version become these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.errors import LibraryError, LibraryTooNew

if TYPE_CHECKING:
    from index.postgres.connection import Connection, Database

SCHEMA_VERSION = 2

PLACES = 20
"""Bits of a passage's number that count it within its article; those above are its article's number."""

_LOCK = 0x70756C6C
"""The advisory lock under which tables are made: "pull"."""

_TABLES = """
CREATE SCHEMA IF NOT EXISTS pullquote;

CREATE TABLE pullquote.settings (name text PRIMARY KEY, value text NOT NULL);

-- One row. Whoever changes the articles updates it last, so that changes are counted in the order of their commits.
CREATE TABLE pullquote.totals (
    generation bigint NOT NULL, passages bigint NOT NULL, sentences bigint NOT NULL, words bigint NOT NULL
);
INSERT INTO pullquote.totals VALUES (1, 0, 0, 0);

CREATE TABLE pullquote.articles (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL UNIQUE,
    title text NOT NULL,
    text text NOT NULL,
    source text,
    added text NOT NULL,
    revision text NOT NULL,
    author text,
    published text,
    titled smallint NOT NULL,
    checksum bigint NOT NULL,
    passages bigint NOT NULL DEFAULT 0,
    sentences bigint NOT NULL DEFAULT 0,
    words bigint NOT NULL DEFAULT 0
);

CREATE TABLE pullquote.passages (
    number bigint PRIMARY KEY,
    article bigint NOT NULL REFERENCES pullquote.articles ON DELETE CASCADE,
    id text NOT NULL,
    context text NOT NULL,
    "start" integer NOT NULL,
    "end" integer NOT NULL,
    heading text NOT NULL,
    paragraph integer NOT NULL,
    text text NOT NULL,
    sentences text NOT NULL,
    vectors bytea STORAGE EXTERNAL NOT NULL,
    checksum bigint NOT NULL,
    embedding halfvec NOT NULL
);
CREATE INDEX passages_by_article ON pullquote.passages (article);

-- Which words are where: for each word of an article how many of its sentences have it, and a posting for each of its
-- passages that do (see words.py).
CREATE TABLE pullquote.words (
    article bigint NOT NULL REFERENCES pullquote.articles ON DELETE CASCADE,
    term text COLLATE "C" NOT NULL,
    sentences integer NOT NULL,
    postings bigint[] NOT NULL,
    PRIMARY KEY (article, term)
);
CREATE INDEX words_by_term ON pullquote.words (term);

-- In how many passages and sentences of all articles each word is.
CREATE TABLE pullquote.terms (
    term text COLLATE "C" PRIMARY KEY, passages bigint NOT NULL, sentences bigint NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE pullquote.revisions (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id text NOT NULL,
    revision text NOT NULL,
    added text NOT NULL,
    characters integer NOT NULL
);
CREATE INDEX revisions_by_article ON pullquote.revisions (article_id);

-- Articles that wait for a worker to encode them.
CREATE TABLE pullquote.queue (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text NOT NULL,
    title text NOT NULL,
    text text NOT NULL,
    source text,
    added text NOT NULL,
    revision text NOT NULL,
    author text,
    published text,
    titled smallint NOT NULL,
    checksum bigint NOT NULL,
    error text
);
CREATE INDEX queue_by_article ON pullquote.queue (id, number);

-- How many workers have begun with each of them.
CREATE TABLE pullquote.begun (number bigint PRIMARY KEY, times integer NOT NULL);
"""
"""Version 1."""

_PACKS = """
DROP INDEX pullquote.words_by_term;
CREATE INDEX words_by_term ON pullquote.words (term, article);

-- The words of many articles together, those numbered from "first" to "last", as a question reads them (see packs.py).
-- Made from the table of words, and never changed: a new one takes the place of old ones.
CREATE TABLE pullquote.packs (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    first bigint NOT NULL,
    last bigint NOT NULL,
    size bigint NOT NULL,
    articles bytea STORAGE EXTERNAL NOT NULL,
    passages bytea STORAGE EXTERNAL NOT NULL,
    sentences bytea STORAGE EXTERNAL NOT NULL,
    lengths bytea STORAGE EXTERNAL NOT NULL
);
CREATE TABLE pullquote.packed (
    term text COLLATE "C" NOT NULL,
    pack bigint NOT NULL,
    postings bytea STORAGE EXTERNAL NOT NULL,
    sentences bytea STORAGE EXTERNAL NOT NULL,
    PRIMARY KEY (term, pack)
);

-- The numbers of articles that are gone since they were packed.
CREATE TABLE pullquote.removed (article bigint PRIMARY KEY);
"""
"""Version 2: a question reads the words of many articles in few rows."""

_STEPS = {0: _TABLES, 1: _PACKS}

_EXTENSION = (
    "{where} has no pgvector 0.8 or newer, which libraries need: install it on the server, and let an administrator"
    " run CREATE EXTENSION vector in this database"
)


def prepare(database: Database) -> bool:
    """Make the tables, or those of an earlier version into these; all of it or, where it fails, nothing.

    Whether there was something to do.
    """
    if database.run(lambda connection: _version(connection, database.where)) == SCHEMA_VERSION:
        return False
    with database.transaction() as connection:
        connection.execute("SET LOCAL lock_timeout = '60s'")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        # Another process may have done it while this one waited.
        version = _version(connection, database.where)
        _require_pgvector(connection, database.where)
        for step in range(version, SCHEMA_VERSION):
            connection.execute(_STEPS[step])
        connection.execute(
            "INSERT INTO pullquote.settings VALUES ('schema', %s)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [str(SCHEMA_VERSION)],
        )
    return True


def make_vector_index(connection: Connection, dimension: int) -> None:
    """Make what finds vectors of a length without looking at each, where there is none yet."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    connection.execute(
        f"CREATE INDEX IF NOT EXISTS {_vector_index(dimension)} ON pullquote.passages"
        f" USING hnsw ((embedding::halfvec({dimension})) halfvec_cosine_ops) WHERE vector_dims(embedding) = {dimension}"
    )


def drop_other_vector_indexes(connection: Connection, dimension: int) -> None:
    """Forget those of other lengths, which an earlier model had."""
    wanted = (
        "SELECT indexname FROM pg_indexes WHERE schemaname = 'pullquote'"
        " AND indexname LIKE 'passages\\_by\\_meaning\\_%%' AND indexname <> %s"
    )
    for (name,) in connection.execute(wanted, [_vector_index(dimension)]).fetchall():
        connection.execute(f'DROP INDEX IF EXISTS pullquote."{name}"')


def _vector_index(dimension: int) -> str:
    return f"passages_by_meaning_{dimension}"


def _version(connection: Connection, where: str) -> int:
    """Of the tables; 0 where there are none. LibraryTooNew where they are of a later version than this program."""
    # As a question to the catalogue: to_regclass remembers that there were none, also where another has just made them.
    there = "SELECT FROM pg_tables WHERE schemaname = 'pullquote' AND tablename = 'settings'"
    if connection.execute(there).fetchone() is None:
        return 0
    row = connection.execute("SELECT value FROM pullquote.settings WHERE name = 'schema'").fetchone()
    version = int(row[0]) if row else 0
    if version > SCHEMA_VERSION:
        raise LibraryTooNew(f"{where} was written by a later version of this program: pip install --upgrade pullquote")
    return version


def _require_pgvector(connection: Connection, where: str) -> None:
    row = connection.execute(
        "SELECT default_version, installed_version FROM pg_available_extensions WHERE name = 'vector'"
    ).fetchone()
    version = row and (row[1] or row[0])
    if not version or tuple(map(int, version.split(".")[:2])) < (0, 8):
        raise LibraryError(_EXTENSION.format(where=where))
    allowed = connection.execute("SELECT usesuper FROM pg_user WHERE usename = current_user").fetchone()
    if not row or row[1] is None:
        trusted = connection.execute(
            "SELECT bool_or(trusted) FROM pg_available_extension_versions WHERE name = 'vector'"
        ).fetchone()
        if not ((allowed and allowed[0]) or (trusted and trusted[0])):
            raise LibraryError(_EXTENSION.format(where=where))
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
