"""The tables of a library, how they came about, and how a library of an earlier version becomes one of this."""

from __future__ import annotations

import secrets
import sqlite3

from index.errors import LibraryTooNew
from index.store_rows import checksum

SCHEMA_VERSION = 4

_TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    source TEXT,
    added TEXT NOT NULL,
    revision TEXT NOT NULL
);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    id TEXT NOT NULL,
    start INTEGER NOT NULL,
    end INTEGER NOT NULL,
    heading TEXT NOT NULL,
    paragraph INTEGER NOT NULL,
    text TEXT NOT NULL,
    context TEXT NOT NULL,
    sentences TEXT NOT NULL,
    vectors BLOB NOT NULL
);
CREATE INDEX passages_by_article ON passages (article);
"""
"""Version 1."""

_TO_2 = """
ALTER TABLE articles ADD COLUMN author TEXT;
ALTER TABLE articles ADD COLUMN published TEXT;
ALTER TABLE articles ADD COLUMN titled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE articles ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE passages ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0;
CREATE TABLE revisions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL,
    revision TEXT NOT NULL,
    added TEXT NOT NULL,
    characters INTEGER NOT NULL
);
CREATE INDEX revisions_by_article ON revisions (article_id);
INSERT INTO revisions (article_id, revision, added, characters)
    SELECT id, revision, added, length(text) FROM articles ORDER BY number;
UPDATE articles SET checksum =
    row_checksum(id, title, text, source, added, revision, author, published, titled);
UPDATE passages SET checksum =
    row_checksum(article, id, context, start, end, heading, paragraph, text, sentences, vectors);
INSERT INTO settings VALUES ('generation', '1');
INSERT INTO settings VALUES ('purged', '0');
INSERT INTO settings VALUES ('library', new_name());
"""
"""Version 2: author and date, earlier revisions, checksums, and what derived files are told apart by."""

_TO_3 = "CREATE INDEX articles_in_short ON articles (number, id, title, revision)"
"""Version 3: what each passage is told with of its article, which stands behind the text in the article's own row."""

_TO_4 = "ALTER TABLE passages ADD COLUMN words BLOB"
"""Version 4: the words of passages that are added from now on. Whoever changes what a word is must empty it."""

_STEPS = {0: _TABLES, 1: _TO_2, 2: _TO_3, 3: _TO_4}


def is_current(connection: sqlite3.Connection, where: str) -> bool:
    """Whether the tables are those of this version; LibraryTooNew where they are of a later one."""
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise LibraryTooNew(f"{where} was written by a later version of this program: pip install --upgrade pullquote")
    return version == SCHEMA_VERSION


def upgrade(connection: sqlite3.Connection) -> None:
    """Make the tables, or those of an earlier version into these: all of it or, where it is cut off, nothing."""
    connection.create_function("row_checksum", -1, checksum, deterministic=True)
    connection.create_function("new_name", 0, lambda: secrets.token_hex(8))
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited.
        for version in range(_version(connection), SCHEMA_VERSION):
            for statement in _STEPS[version].split(";"):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)
