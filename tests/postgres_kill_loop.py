"""A library in PostgreSQL whose server, workers and adder are killed at random moments: nothing is lost or half there.

``PYTHONPATH=. python tests/postgres_kill_loop.py --kills 50 --seed 1`` runs it for minutes; test_postgres_kills.py, for
a few kills.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bag_encoder import BagOfWordsEncoder
from postgres_server import PostgresServer

from index import Library, LibraryError
from index.article import make_article

SOURCES = 6
"""Of articles that are added directly, and as many that are left to the workers."""

LIFE = 0.8
"""Seconds at most between two kills."""

KILLED = ("server", "backend", "worker", "worker", "adder")
EACH_CHECK = 5
"""Kills from one look at all that is there to the next."""

QUESTIONS = ("anchors and whales", "the third edition", "number 3 of those queued", "year 7")


def text_of(source: str, edition: int) -> str:
    lines = [f"Article {source} is about anchors. Whales pass it by in year {year}." for year in range(12)]
    lines[edition % 12] = f"This is edition {edition} of number {source}."
    return "\n\n".join(lines)


class SlowEncoder(BagOfWordsEncoder):
    """Takes its time, so that it is likely to be killed while at it."""

    def encode(self, texts, *, progress=None):  # type: ignore[no-untyped-def]
        time.sleep(0.05)
        return super().encode(texts, progress=progress)


def work_until_killed(url: str) -> None:
    from index.postgres.queue import work

    pack_early()
    print("ready", flush=True)  # noqa: T201
    work(url, model=SlowEncoder())


def add_until_killed(url: str, journal: Path, seed: int) -> None:
    """Add, change, remove and queue articles; each step is written down before it and, when it is done, after it."""
    from index.postgres.queue import put
    from index.postgres.store import PostgresStore

    pack_early()
    chance = random.Random(seed)
    edition = seed * 10_000
    with Library(url, model=BagOfWordsEncoder()) as library, journal.open("a") as lines:
        store = library._open_store()
        assert isinstance(store, PostgresStore)
        print("ready", flush=True)  # noqa: T201
        while True:
            edition += 1
            source = f"{chance.choice(['added', 'queued'])} {chance.randrange(SOURCES)}"
            article = make_article(text_of(source, edition), source=source)
            remove = source.startswith("added") and chance.random() < 0.2
            step = json.dumps([source, None if remove else edition])
            print(f"begun {step}", file=lines, flush=True)
            try:
                if remove:
                    store.remove(article.id)
                elif source.startswith("added"):
                    library.add_article(article)
                else:
                    put(store, article)
            except LibraryError:
                time.sleep(0.05)
                continue
            print(f"done {step}", file=lines, flush=True)


def pack_early() -> None:
    """Packs are made of a few passages, and so in the middle of all this."""
    from index.postgres import packs

    packs.WORTH_PACKING = 4


def run(server: PostgresServer, url: str, kills: int, seed: int) -> Iterator[Library]:
    """Kill, and start again what was killed; every few kills give the library, which was found whole."""
    chance = random.Random(seed)
    journal = server.folder / "journal"
    journal.touch()
    with Library(url, model=BagOfWordsEncoder()) as library:
        library.add_text("Anchors are old.", source="first")
    running: dict[str, subprocess.Popen[str]] = {}
    try:
        for kill in range(1, kills + 1):
            for name in ("worker 1", "worker 2", "adder"):
                if name not in running or running[name].poll() is not None:
                    running[name] = start(name, url, journal, seed=1000 * seed + kill)
            time.sleep(chance.uniform(0.05, LIFE))
            victim = chance.choice(KILLED)
            if victim == "server":
                kill_dead(server)
                time.sleep(chance.uniform(0, 0.5))
                start_again(server)
            elif victim == "backend":
                kill_backend(url, chance)
            else:
                name = f"worker {chance.choice('12')}" if victim == "worker" else victim
                running[name].kill()
                running[name].wait()
            if kill % EACH_CHECK == 0 or kill == kills:
                for process in running.values():
                    process.kill()
                    process.wait()
                with check(url, journal) as library:
                    yield library
    finally:
        for process in running.values():
            process.kill()
            process.wait()


def start(name: str, url: str, journal: Path, seed: int) -> subprocess.Popen[str]:
    path = os.pathsep.join(str(each) for each in (Path(__file__).parent, Path(__file__).parents[1]))
    command = [sys.executable, __file__, "--be", name.split()[0], url, str(journal), str(seed)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert process.stdout
    with process.stdout:
        process.stdout.readline()
    return process


def kill_dead(server: PostgresServer) -> None:
    """End the server and all of its processes at once, as a machine's want of memory would."""
    assert server._process
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    family = [int(pid) for pid, parent in map(str.split, listed.splitlines()) if int(parent) == server._process.pid]
    for pid in (server._process.pid, *family):
        kill_if_there(pid)
    server._process.wait()
    server._process = None


def kill_backend(url: str, chance: random.Random) -> None:
    """End one of the server's processes, which makes it end all others and recover."""
    import psycopg

    wanted = "SELECT pid FROM pg_stat_activity WHERE application_name = 'pullquote'"
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            pids = [row[0] for row in connection.execute(wanted)]
    except psycopg.OperationalError:  # it recovers from the last time
        return
    if pids:
        kill_if_there(chance.choice(pids))


def kill_if_there(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def start_again(server: PostgresServer) -> None:
    for attempt in range(20):
        try:
            server.start()
            return
        except RuntimeError:  # those that were killed still hold its memory
            if attempt == 19:
                raise
            time.sleep(0.2)


def check(url: str, journal: Path) -> Library:
    """Let a worker do what is left, and hold the library to what was written down, and to a new one. Gives it open."""
    from index.postgres.queue import waiting, work
    from index.postgres.store import PostgresStore

    deadline = time.monotonic() + 60
    while True:  # what the killed held is let go of when the server notices
        try:
            work(url, model=BagOfWordsEncoder(), stay=False)
            store = PostgresStore(url)
            left = waiting(store)
            store.close()
            if all(each.error for each in left):
                break
        except LibraryError:
            pass
        assert time.monotonic() < deadline, "the queue is not done with"
        time.sleep(0.1)
    library = Library(url, model=BagOfWordsEncoder())
    articles = library.articles
    held = {article.source or "": article for article in articles}
    assert len(held) == len(articles), "an article is there twice"
    given_up = {each.id for each in left}
    for source, possible in possible_editions(journal).items():
        if make_article("x", source=source).id in given_up:  # too many workers were killed while at it
            continue
        texts = [None if edition is None else text_of(source, edition) for edition in possible]
        assert (held[source].text if source in held else None) in texts, f"{source} is none of {possible}"
    for article in articles:
        assert library.revisions(article.id)[-1].revision == article.revision
    assert library.check() == []
    with Library(model=BagOfWordsEncoder()) as fresh:
        for article in articles:
            fresh.add_article(article)
        for question in QUESTIONS:
            found, wanted = (
                {each.passage: each.score for each in one.retrieve(question, depth=1_000)} for one in (library, fresh)
            )
            assert found.keys() == wanted.keys()
            # Scores of one and the same may differ in the last digits, and so those nearly equal change places.
            assert all(abs(found[passage] - wanted[passage]) < 1e-5 for passage in wanted)
    return library


def possible_editions(journal: Path) -> dict[str, set[int | None]]:
    """Which edition of each source may be there: what was last done, or begun since and perhaps done."""
    possible: dict[str, set[int | None]] = {}
    for line in journal.read_text().splitlines():
        what, _, step = line.partition(" ")
        source, edition = json.loads(step)
        if what == "done":
            possible[source] = {edition}
        else:
            possible.setdefault(source, {None}).add(edition)
    return possible


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--be", nargs=4, metavar=("WHAT", "URL", "JOURNAL", "SEED"))
    options = parser.parse_args()
    if options.be:
        what, url, journal, seed = options.be
        if what == "worker":
            work_until_killed(url)
        add_until_killed(url, Path(journal), int(seed))
    server = PostgresServer(Path(tempfile.mkdtemp(prefix="pullquote-kills-")))
    server.start()
    counts: Counter[int] = Counter()
    try:
        for turn, library in enumerate(run(server, server.url(), options.kills, options.seed), 1):
            counts[len(library.ids)] += 1
            done = (server.folder / "journal").read_text().count("done")
            print(  # noqa: T201
                f"{min(turn * EACH_CHECK, options.kills)} kills, all whole; {done} steps;"
                f" articles held: {dict(sorted(counts.items()))}",
                flush=True,
            )
    finally:
        server.discard()


if __name__ == "__main__":
    main()
