"""Articles left to workers: any number of them, killed or not, add each once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from bag_encoder import BagOfWordsEncoder
from numpy.typing import NDArray

import app
from index import ArticleError, Library, ModelError
from index.article import make_article

pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'pullquote[postgres]'")

from index.postgres.queue import MOST_BEGUN, Waiting, put, waiting, work
from index.postgres.store import PostgresStore

WORKER = """
import sys, time
from bag_encoder import BagOfWordsEncoder
from index.postgres.queue import work

class Slow(BagOfWordsEncoder):
    def encode(self, texts, *, progress=None):
        print("begun", flush=True)
        time.sleep(float(sys.argv[2]))
        return super().encode(texts, progress=progress)

work(sys.argv[1], model=Slow(), told=lambda done: print(done.id, flush=True), stay=False)
"""


def queue(url: str, *texts: str, source: str | None = None) -> list[str]:
    """Leave texts to the workers; their ids."""
    store = PostgresStore(url)
    try:
        articles = [make_article(text, source=source) for text in texts]
        for article in articles:
            put(store, article)
    finally:
        store.close()
    return [article.id for article in articles]


def left(url: str) -> list[Waiting]:
    store = PostgresStore(url)
    try:
        return waiting(store)
    finally:
        store.close()


def start_worker(url: str, seconds: float) -> subprocess.Popen[str]:
    """A worker in a process of its own, which takes so long to encode an article."""
    path = os.pathsep.join(str(each) for each in (Path(__file__).parent, Path(__file__).parent.parent))
    command = [sys.executable, "-c", WORKER, url, str(seconds)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path})


def test_workers_share_the_queue_and_add_each_article_once(database: str) -> None:
    ids = queue(database, *(f"Boat {number} sails far from here." for number in range(12)))
    done: list[Waiting] = []
    threads = [
        threading.Thread(
            target=work, args=[database], kwargs={"model": BagOfWordsEncoder(), "told": done.append, "stay": False}
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(each.id for each in done) == Counter(ids)
    with Library(database, model=BagOfWordsEncoder()) as library:
        assert sorted(library.ids) == sorted(ids)
        assert library.search("boat 7", read=False)[0].quote.text == "Boat 7 sails far from here."
        assert library.check() == []
    assert left(database) == []


def test_a_worker_that_is_killed_loses_nothing(database: str) -> None:
    (article_id,) = queue(database, "A boat sails far from here.")
    with start_worker(database, 60) as killed:
        assert killed.stdout
        assert killed.stdout.readline() == "begun\n"
        killed.send_signal(signal.SIGKILL)
    assert [each.id for each in left(database)] == [article_id]
    deadline = time.monotonic() + 20
    while left(database) and time.monotonic() < deadline:  # until the server has noticed
        work(database, model=BagOfWordsEncoder(), stay=False)
    with Library(database, model=BagOfWordsEncoder()) as library:
        assert library.ids == [article_id]
        assert library.check() == []


def test_what_ends_every_worker_is_left_alone_in_the_end(database: str) -> None:
    class Deadly(BagOfWordsEncoder):
        def encode(
            self, texts: Sequence[str], *, progress: Callable[[int, int], None] | None = None
        ) -> NDArray[np.float32]:
            raise MemoryError

    queue(database, "This text is deadly.")
    for _ in range(MOST_BEGUN):
        with pytest.raises(MemoryError):
            work(database, model=Deadly(), stay=False)
    queue(database, "This one is not.")
    done: list[Waiting] = []
    work(database, model=BagOfWordsEncoder(), told=done.append, stay=False)
    assert [(each.title, bool(each.error)) for each in done] == [
        ("This text is deadly.", True),
        ("This one is not.", False),
    ]
    assert [each.error for each in left(database)] == [f"{MOST_BEGUN} workers ended while adding it"]


def test_the_last_of_several_editions_stays(database: str) -> None:
    queue(database, "The first edition sails.", source="here")
    queue(database, "The second edition sails.", "The third edition sails.", source="here")
    work(database, model=BagOfWordsEncoder(), stay=False)
    with Library(database, model=BagOfWordsEncoder()) as library:
        assert [article.text for article in library.articles] == ["The third edition sails."]


def test_what_is_removed_while_it_waits_does_not_come(database: str) -> None:
    (article_id,) = queue(database, "A boat sails far from here.")
    with Library(database, model=BagOfWordsEncoder()) as library:
        library.add_text("A boat sails far from here.")
        library.remove(article_id)
        work(database, model=BagOfWordsEncoder(), stay=False)
        assert library.ids == []


def test_what_cannot_be_kept_is_refused_before_it_waits(database: str) -> None:
    with pytest.raises(ArticleError, match="value 0"):
        queue(database, "A boat\0 sails.")
    assert left(database) == []


def test_a_worker_of_another_model_ends_and_leaves_the_queue(database: str) -> None:
    with Library(database, model=BagOfWordsEncoder()) as library:
        library.add_text("Cats sleep.")
    queue(database, "A boat sails far from here.")
    with pytest.raises(ModelError):
        work(database, model=BagOfWordsEncoder(fingerprint="two"), stay=False)
    assert len(left(database)) == 1


@pytest.mark.model
def test_the_commands(database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "boats.txt"
    file.write_text("The tower opened in 1889.", encoding="utf-8")
    assert app.main(["add", "--queue", str(file), "--library", database]) == 0
    assert app.main(["worker", "--once", "--library", database]) == 0
    said = capsys.readouterr().out
    assert "Queued “The tower opened in 1889.”" in said
    assert "Added “The tower opened in 1889.”" in said
    assert app.main(["search", "When did the tower open?", "--library", database]) == 0
    assert "1889" in capsys.readouterr().out
    assert app.main(["worker", "--once", "--library", str(tmp_path)]) == 2
    assert "has no queue" in capsys.readouterr().err
