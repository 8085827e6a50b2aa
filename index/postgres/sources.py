"""What is written to and what is searched: a database and, perhaps, a copy that follows it."""

from __future__ import annotations

import logging
import time

from index.errors import LibraryError
from index.postgres.connection import Database

_REST_SECONDS = 30.0
"""How long a copy that could not be reached is left alone."""

_HAS_ARRIVED = "SELECT NOT pg_is_in_recovery() OR pg_last_wal_replay_lsn() >= %s::pg_lsn"

log = logging.getLogger(__name__)


class Sources:
    """A database, and the copy of it that questions are put to, where there is one that is up to date."""

    def __init__(self, url: str, replica: str | None = None) -> None:
        self.database = Database(url)
        self._replica = Database(replica) if replica else None
        self._written: str | None = None
        """How far the copy must have come to have what was written here."""
        self._rest_until = 0.0

    def close(self) -> None:
        self.database.close()
        if self._replica:
            self._replica.close()

    def searched(self) -> Database:
        """The copy, where there is one that can be reached, and has what was last written here; or the database."""
        if self._replica and time.monotonic() > self._rest_until:
            try:
                if self._has_arrived(self._replica):
                    return self._replica
            except LibraryError as error:
                log.warning("%s is searched itself for a while: %s", self.database.where, error)
                self._rest_until = time.monotonic() + _REST_SECONDS
        return self.database

    def note_written(self) -> None:
        """Remember that the copy is to be searched only when it has all that the database has now."""
        if self._replica:
            wanted = "SELECT pg_current_wal_insert_lsn()::text"
            self._written = self.database.run(lambda database: database.execute(wanted).fetchall())[0][0]

    def _has_arrived(self, replica: Database) -> bool:
        """Whether the copy has what was last written here."""
        written = self._written or "0/0"
        if replica.run(lambda copy: copy.execute(_HAS_ARRIVED, [written]).fetchall()) != [(True,)]:
            return False
        self._written = None
        return True
