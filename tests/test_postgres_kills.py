"""A server, its workers and who adds, killed in the middle of it."""

from __future__ import annotations

from collections.abc import Iterator

import postgres_server
import pytest
from postgres_server import PostgresServer

pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'pullquote[postgres]'")

import postgres_kill_loop


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of its own, that others do not need."""
    with postgres_server.running() as server:
        yield server


@pytest.mark.slow
def test_a_library_is_whole_after_every_kill(server: PostgresServer) -> None:
    """For longer: PYTHONPATH=. python tests/postgres_kill_loop.py --kills 50."""
    held = [len(library.ids) for library in postgres_kill_loop.run(server, server.url(), 5, seed=3)]
    assert len(held) == 1
    assert held[0] > 2
