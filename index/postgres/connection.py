"""Connections to PostgreSQL: a pool of them, and what goes wrong with them as errors of ours.

With queue.py, schema.py and store.py beside it the only files that import psycopg.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from index.errors import LibraryBusy, LibraryClosed, LibraryDamaged, LibraryError, LibraryNotWritable

try:
    import psycopg
    from psycopg.conninfo import conninfo_to_dict
    from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout
except ImportError as _missing:
    raise LibraryError("a library in PostgreSQL needs psycopg: pip install 'pullquote[postgres]'") from _missing

Connection = psycopg.Connection[tuple[Any, ...]]
Result = TypeVar("Result")

REACH_SECONDS = 5.0
"""How long a server may take to answer: one that is started again within it is not missed."""

_CONNECTIONS = 4
"""At most, for one library: its lock lets one thread at a time ask, and what is added in parts holds another."""

_SESSION = """
SET lock_timeout = '5s'; SET jit = off; SET hnsw.ef_search = 400; SET hnsw.iterative_scan = 'relaxed_order';
SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3"""
"""A write waits as long for another as in a folder. Compiling costs a question more than it saves. 400 vectors are
looked at for the 50 that are asked for, and as many more as a filter takes away; their order does not matter. A machine
that is switched off in the middle of a change lets go of it after a minute."""

_UNREACHABLE = ("08", "57P")
_BUSY = {"55P03": "holds what is needed", "40P01": "was in each other's way", "40001": "changed the same"}


class Database:
    """A database by its connection string. Nothing is asked of it before the first ``run``."""

    def __init__(self, url: str) -> None:
        self.where = shown(url)
        self._url = url
        self._pool: ConnectionPool[Connection] | None = None

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """What ``work`` reads, with a connection of its own; asked once more where the connection was lost."""
        with self.named_errors():
            try:
                with self._connections().connection() as connection:
                    return work(connection)
            except (psycopg.OperationalError, psycopg.InterfaceError) as error:
                if not was_lost(error):
                    raise
            with self._connections().connection() as connection:
                return work(connection)

    @contextmanager
    def transaction(self, *, snapshot: bool = False) -> Iterator[Connection]:
        """All that is done inside, or nothing. ``snapshot``: it only reads, and all as it was in one moment."""
        with self.named_errors(), self._connections().connection() as connection, connection.transaction():
            if snapshot:
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield connection

    @contextmanager
    def alone(self, lock: int) -> Iterator[Connection | None]:
        """A connection that holds an advisory lock, in no transaction; None where another holds it."""
        with self.named_errors(), self._connections().connection() as connection:
            if connection.execute("SELECT pg_try_advisory_lock(%s)", [lock]).fetchone() != (True,):
                yield None
                return
            try:
                yield connection
            finally:
                if not connection.closed:
                    connection.execute("SELECT pg_advisory_unlock(%s)", [lock])

    def close(self) -> None:
        if self._pool:
            self._pool.close()

    @contextmanager
    def named_errors(self) -> Iterator[None]:
        """PostgreSQL's errors as ours."""
        try:
            yield
        except PoolClosed as error:
            raise LibraryClosed("the library is closed: open it again with Library(…)") from error
        except PoolTimeout as error:
            raise LibraryError(f"{self.where} cannot be reached ({self._reason()}): {_IS_IT_RUNNING}") from error
        except psycopg.Error as error:
            raise _to_library_error(error, self.where) from error

    def _connections(self) -> ConnectionPool[Connection]:
        if self._pool is None:
            # By itself first: a wrong password, or no server, is told at once and in the server's words.
            psycopg.connect(self._url, connect_timeout=int(REACH_SECONDS)).close()
            self._pool = ConnectionPool(
                self._url,
                min_size=1,
                max_size=_CONNECTIONS,
                num_workers=1,
                timeout=REACH_SECONDS,
                reconnect_timeout=REACH_SECONDS,
                kwargs={"autocommit": True, "connect_timeout": int(REACH_SECONDS), "application_name": "pullquote"},
                configure=_configure,
                check=ConnectionPool.check_connection,
                open=True,
            )
        return self._pool

    def _reason(self) -> str:
        """Why there is no connection."""
        try:
            psycopg.connect(self._url, connect_timeout=1).close()
        except psycopg.Error as error:
            return _words(error)
        return f"no connection was free for {REACH_SECONDS:.0f} seconds"


def shown(url: str) -> str:
    """A connection string as messages have it: without its password. LibraryError where it is none."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise LibraryError(f"the address of the library is not one of PostgreSQL: {_words(error)}") from error
    user = f"{parts['user']}@" if parts.get("user") else ""
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{user}{parts.get('host', '')}{port}/{parts.get('dbname', '')}"


def was_lost(error: Exception) -> bool:
    """Whether the connection, or the server, is gone: the same may well succeed over another."""
    state = getattr(error, "sqlstate", None) or ""
    return state.startswith(_UNREACHABLE) or (not state and isinstance(error, psycopg.OperationalError))


def _configure(connection: Connection) -> None:
    connection.execute(_SESSION)


_IS_IT_RUNNING = "see that the server is running, and try again; what was being added is not there"


def _to_library_error(error: psycopg.Error, where: str) -> LibraryError:
    state = error.sqlstate or ""
    words = _words(error)
    if state in _BUSY:
        return LibraryBusy(f"another process that writes to {where} {_BUSY[state]}: try again when it is done")
    if state == "57014":
        return LibraryBusy(f"{where} was not done in the time that it allows ({words}): try again, or allow more")
    if state == "53300":
        return LibraryBusy(f"{where} has no connection left ({words}): try again, or raise max_connections")
    if state.startswith("53"):
        return LibraryNotWritable(f"{where} has no room ({words}): make room, nothing was changed")
    if state in ("25006", "42501"):
        return LibraryNotWritable(f"{where} cannot be written ({words}): name the primary, or grant what is missing")
    if state in ("XX001", "XX002"):
        return LibraryDamaged(f"{where} is damaged ({words}): bring it back from a copy")
    if was_lost(error):
        return LibraryError(f"{where} cannot be reached ({words}): {_IS_IT_RUNNING}")
    return LibraryError(f"{where} cannot do this ({words})")


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
