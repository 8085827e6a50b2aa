"""What several tests use: a cheap encoder, the real one, the bundled article, and the data sets where they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bag_encoder import BagOfWordsEncoder

from index import Library

ROOT = Path(__file__).parent.parent


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


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes | str], Path]:
    """Write a file, by its name and content, and give back its path."""

    def write_file(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file
