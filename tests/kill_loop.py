"""A library whose writers are killed at random moments, again and again: it must be whole after each.

``PYTHONPATH=. python tests/kill_loop.py --kills 200 --seed 1`` runs it for long; test_faults.py, for a few seconds.
"""

from __future__ import annotations

import argparse
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

import numpy as np
from bag_encoder import BagOfWordsEncoder

from index import Library, LibraryBusy, NoSuchArticle, indexes, lexical_parts
from index.article import make_article
from index.engines import vector_files
from index.engines.base import mean_vector
from index.engines.exact import ExactEngine
from index.store_sqlite import SqliteStore

SOURCES = 12
EDITIONS = 4
LONGEST = 0.6
"""Seconds that a writer lives at most, once it is ready."""

QUESTIONS = ("anchors and whales", "the third edition", "number seven")


def text_of(source: int, edition: int) -> str:
    """One edition of an article: most of its sentences are those of the others."""
    lines = [f"Article number {source} is about anchors. Whales pass it by in year {year}." for year in range(20)]
    lines[edition * 3] = f"This is edition {edition} of article {source}."
    return "\n\n".join(lines)


def write(folder: Path, files: Path, seed: int) -> None:
    """Change the library at random until killed."""
    make_files_of_everything()
    chance = random.Random(seed)
    with Library(folder, model=BagOfWordsEncoder()) as library:
        print("ready", flush=True)  # noqa: T201
        while True:
            step(library, folder, files, chance)


def step(library: Library, folder: Path, files: Path, chance: random.Random) -> None:
    source = chance.randrange(SOURCES)
    file = files / f"{source}.txt"
    article_id = make_article("x", source=str(file)).id
    what = chance.choice(["add", "add", "refresh", "remove", "rebuild", "reembed"])
    try:
        if what == "add":
            library.add_text(text_of(source, chance.randrange(EDITIONS)), source=str(file))
        elif what == "refresh":
            file.write_text(text_of(source, chance.randrange(EDITIONS)), encoding="utf-8")
            library.refresh(article_id)
        elif what == "remove":
            library.remove(article_id)
        elif what == "rebuild":
            damage(folder, chance)
            with Library(folder, model=BagOfWordsEncoder()) as again:
                again.search("whales", read=False)
        elif chance.random() < 0.2:
            library.check()
        else:
            library.search("anchors", read=False)
            library.settle()
    except NoSuchArticle:
        pass


def make_files_of_everything() -> None:
    """Keep indexes in files of many parts however small they are, so that writing them is cut off as well."""
    indexes.WORTH_FILES = 0
    lexical_parts.PART = 10
    indexes.SHARE = 0.05
    vector_files.CROSSING = 10


def damage(folder: Path, chance: random.Random) -> None:
    """Take away, cut short or alter one derived file, if there is any."""
    # os.walk passes over a folder that another writer takes away meanwhile; glob does not.
    sets = folder.glob("derived/[0-9]*")
    found = sorted(Path(place, name) for made in sets for place, _, names in os.walk(made) for name in names)
    if not found:
        return
    file = chance.choice(found)
    try:
        content = bytearray(file.read_bytes())
        if chance.random() < 0.3 or not content:
            file.unlink()
            return
        if chance.random() < 0.5:
            del content[len(content) // 2 :]
        else:
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        # A file of its own: others may have mapped this one into their memory.
        altered = file.with_name(f".tantivy-altered-{os.getpid()}")
        altered.write_bytes(content)
        altered.replace(file)
    except FileNotFoundError:
        return


def run(folder: Path, kills: int, seed: int) -> Iterator[tuple[int, Library]]:
    """Start writers, two at a time now and then, and kill them; after each the library, opened anew."""
    chance = random.Random(seed)
    files = folder.with_name(f"{folder.name}-files")
    files.mkdir(exist_ok=True)
    for kill in range(kills):
        writers = [start(folder, files, chance.randrange(10**9)) for _ in range(chance.choice([1, 1, 2]))]
        for writer in writers:
            assert writer.stdout
            writer.stdout.readline()
        time.sleep(chance.random() * LONGEST)
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            _, errors = writer.communicate()
            busy = LibraryBusy.__name__ in errors
            assert writer.returncode == -signal.SIGKILL or busy, errors
        with Library(folder, model=BagOfWordsEncoder()) as library:
            check(library)
            yield kill, library


def start(folder: Path, files: Path, seed: int) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--write", str(folder), str(files), str(seed)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def check(library: Library) -> None:
    """Every article is whole or absent, none is there twice, and search agrees with the exact engine."""
    texts = {text_of(source, edition) for source in range(SOURCES) for edition in range(EDITIONS)}
    articles = library.articles
    assert all(article.text in texts for article in articles), "an article is not what was added"
    assert max(Counter(article.source for article in articles).values(), default=1) == 1, "an article is there twice"
    for article in articles:
        assert library.revisions(article.id)[-1].revision == article.revision
    damaged = [problem for problem in library.check() if not problem.mended]
    assert damaged == []
    agree_with_exact(library)
    with Library(model=BagOfWordsEncoder()) as fresh:
        for article in articles:
            fresh.add_article(article)
        for question in QUESTIONS:
            found, wanted = (each.search(question, 5, read=False) for each in (library, fresh))
            assert [hit.quote for hit in found] == [hit.quote for hit in wanted]
            assert [hit.score for hit in found] == [hit.score for hit in wanted]


def agree_with_exact(library: Library) -> None:
    finder, store = library._synced_finder(), library._open_store()
    assert isinstance(finder, indexes.Indexes)
    assert isinstance(store, SqliteStore)
    exact = ExactEngine()
    for number in store.passage_ranges():
        for stored, vectors in store.passages_of(number):
            exact.add([stored.number], mean_vector(vectors)[None])
    assert len(finder._engine) == len(exact)
    for question in QUESTIONS:
        vector = library._encoder.encode_question(question)
        found, wanted = (engine.search(vector, 30) for engine in (finder._engine, exact))
        # Equal vectors come in the order of their ids, but the last of them may be any of those that are equal.
        assert np.allclose([cosine for _, cosine in found], [cosine for _, cosine in wanted], atol=1e-3)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", nargs=3, metavar=("FOLDER", "FILES", "SEED"))
    options = parser.parse_args()
    if options.write:
        folder, files, seed = options.write
        write(Path(folder), Path(files), int(seed))
    make_files_of_everything()
    counts: Counter[int] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for kill, library in run(Path(folder) / "library", options.kills, options.seed):
            counts[len(library.ids)] += 1
            if kill % 20 == 19:
                print(f"{kill + 1} kills, all whole; articles held: {dict(sorted(counts.items()))}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
