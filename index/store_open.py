"""A folder's database, opened: to write where that can be, else to read; and SQLite's errors as ours."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from index.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryNotWritable
from index.store import FILE_NAME
from index.store_schema import is_current, upgrade

BUSY_SECONDS = 5.0
"""How long a write waits for another process's to end, before it gives up with LibraryBusy."""

_POLL = 0.05
"""Seconds between two tries where SQLite itself does not wait."""

_NO_ROOM = "the disk is full, or a limit is reached"
_NOT_NOW = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
)
"""What SQLite says where it may not, or cannot, write."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection, whether it can write, and what is to be done when it is closed."""

    connection: sqlite3.Connection
    writable: bool
    clean_up: Callable[[], None] = lambda: None


def open_database(folder: Path | None, where: str) -> Opened:
    """Open a folder's database, made or brought up to this version where need be; None for one in memory.

    A folder that cannot be written is opened to be read. Errors: LibraryNotWritable where there is nothing to read,
    LibraryDamaged, LibraryTooNew, LibraryBusy.
    """
    with named_errors(where):
        if folder is None:
            return Opened(
                _prepared(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False), where), True
            )
        file = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            there = file.exists()
            lost = there and not file.stat().st_size and any(folder.glob("derived/*/manifest.json"))
        except OSError as error:
            raise LibraryNotWritable(f"{where} cannot be written ({error}): name another folder") from error
        if lost:
            raise LibraryDamaged(f"{where} holds {FILE_NAME}, which is empty now: bring it back from a copy")
        if not there and not os.access(folder, os.W_OK):
            raise LibraryNotWritable(f"{where} cannot be written: name another folder")
        if os.access(folder, os.W_OK) and (not there or os.access(file, os.W_OK)):
            try:
                return Opened(_prepared(_connect(str(file)), where), True)
            except sqlite3.Error as error:
                # A full disk has no room for the file that readers and writers share, either.
                if _primary(error) not in _NOT_NOW or not there:
                    raise
        return _open_to_read(file, where)


def set_up(connection: sqlite3.Connection) -> None:
    """How a connection that writes behaves."""
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten


@contextmanager
def named_errors(where: str) -> Iterator[None]:
    """SQLite's errors as ours; also those in which the words of a damaged file are no text."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise _to_library_error(error, where) from error


def _connect(name: str, *, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(name, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=uri)


def _prepared(connection: sqlite3.Connection, where: str) -> sqlite3.Connection:
    """The connection with the tables of this version. Closed where that fails."""
    try:
        set_up(connection)
        if not is_current(connection, where):
            _write_ahead(connection)
            upgrade(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Let readers read while one writes. SQLite does not wait by itself for another process that does the same."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if _primary(error) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(_POLL)


def _open_to_read(file: Path, where: str) -> Opened:
    """The database of a folder that cannot be written: as it is, or a copy of it where SQLite must write to read."""
    opened = _open_in_place(file)
    if is_current(opened.connection, where):
        return opened
    memory = _connect(":memory:")
    try:
        opened.connection.backup(memory)
        upgrade(memory)
    except BaseException:
        memory.close()
        raise
    finally:
        opened.connection.close()
        opened.clean_up()
    return Opened(memory, False)


def _open_in_place(file: Path) -> Opened:
    log = file.with_name(f"{file.name}-wal")
    if not log.exists() or not log.stat().st_size:
        return Opened(_readable(f"{file.absolute().as_uri()}?mode=ro&immutable=1"), False)
    try:
        return Opened(_readable(f"{file.absolute().as_uri()}?mode=ro"), False)
    except sqlite3.OperationalError as error:
        if _primary(error) not in _NOT_NOW:
            raise
    # A writer was cut off, and what it wrote last is in a log that SQLite cannot take in here.
    copies = tempfile.TemporaryDirectory(prefix="pullquote-")
    for each in (file, log):
        shutil.copyfile(each, Path(copies.name) / each.name)
    return Opened(_readable((Path(copies.name) / file.name).as_uri()), False, copies.cleanup)


def _readable(uri: str) -> sqlite3.Connection:
    """A connection that has read something. Closed where that fails."""
    connection = _connect(uri, uri=True)
    try:
        connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _primary(error: Exception) -> int | None:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def _to_library_error(error: Exception, where: str) -> LibraryError:
    primary = _primary(error)
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryBusy(f"another process is writing to {where}: try again when it is done")
    if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return LibraryNotWritable(f"{where} cannot be written ({error}; {_NO_ROOM}): make room, nothing was changed")
    if primary in _NOT_NOW:
        return LibraryNotWritable(f"{where} cannot be written ({error}): change its permissions, or copy it elsewhere")
    unreadable = isinstance(error, UnicodeDecodeError) or (primary is None and "decode" in str(error))
    if unreadable or primary in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return LibraryDamaged(
            f"{where} holds {FILE_NAME}, which is damaged or no library ({error}): bring it back from a copy, or save"
            " what can be read with pullquote export --library DIR, and add it to a new library"
        )
    return LibraryError(f"{where} cannot be read ({error})")
