"""What several tests use: a cheap encoder, the real one, the bundled article, and the data sets where they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import postgres_server
import pytest
from bag_encoder import BagOfWordsEncoder
from postgres_server import PostgresServer

from index import Library

ROOT = Path(__file__).parent.parent
_NUMBERS = count()


@pytest.fixture
def encoder() -> BagOfWordsEncoder:
    return BagOfWordsEncoder()


@pytest.fixture
def library(encoder: BagOfWordsEncoder) -> Iterator[Library]:
    """An empty library in memory that needs no model."""
    with Library(model=encoder) as made:
        yield made


@pytest.fixture
def shared() -> Path:
    """The folder with the example article and the question sets; skips where it is not."""
    folder = Path(os.environ.get("PULLQUOTE_DATA", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("the question sets are not here: set PULLQUOTE_DATA to the folder that holds data/ and articles/")
    return folder


@pytest.fixture(scope="session")
def bundled() -> Library:
    """The default library, with the real model."""
    from index.library import default_library

    return default_library()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server with pgvector; skips where there can be none."""
    with postgres_server.running() as server:
        yield server


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[str]:
    """The address of a new, empty database."""
    import psycopg

    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} STRATEGY wal_log")
    yield postgres.url(name)
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """Write a file, by its name and content, and give back its path."""

    def write_file(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file
