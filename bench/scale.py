"""What a library costs as it grows: opening, searching, adding and removing, memory and disk, at several sizes.

    python -m bench.scale --passages 1000 1000000            # printed; --write puts it into bench/RESULTS.md
    python -m bench.scale --passages 1000000 --what search   # one measurement alone

A library of made passages (``bench.made_passages``) is kept in runs/scale/ for each size: 7 kB a passage. Each
measurement is a process of its own. What it needs of the processor is told beside the clock's time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench.made_passages import made_library, real_passages
from bench.question_sets import load_question_set
from bench.results import to_table, write_section
from bench.scale_indexes import questions
from index import Library
from index.fusion import DENSE, HYBRID, LEXICAL
from index.snapshots import DERIVED
from index.store import FILE_NAME
from index.store_sqlite import SqliteStore

ADDED = 7
"""Articles added one after another; the median counts."""
WARM_UP = 20
Found = dict[str, float]


def make(folder: Path) -> Found:
    """The first question of all: the indexes are made, and written."""
    timed = _timed(lambda: _ask_once(folder))
    return {"indexes made, s": timed[0], "indexes made, CPU s": timed[1], "peak of that, MB": _peak()}


def open_again(folder: Path) -> Found:
    """The first question of a new process; the encoder's own loading aside, which does not grow."""
    with Library() as small:
        small.add_text("It has a sentence.")
        small.search("Is it ready?", read=False)
    before = _memory()
    seconds, cpu = _timed(lambda: _ask_once(folder, leave=True))
    after = _memory()
    return {
        "opened, ms": 1000 * seconds,
        "opened, CPU ms": 1000 * cpu,
        "memory of its own, MB": after["Anonymous"] - before["Anonymous"],
        "with what is mapped, MB": after["Rss"] - before["Rss"],
    }


def search(folder: Path) -> Found:
    """Questions one after another, without the reader. All files are read into memory first."""
    asked = questions()
    for file in (each for each in folder.rglob("*") if each.is_file()):
        with file.open("rb") as opened:
            while opened.read(1 << 24):
                pass
    found: Found = {}
    with Library(folder) as library:
        for question in asked[:WARM_UP]:
            library.retrieve(question)
        for turn, (name, weights) in enumerate((("dense", DENSE), ("words", LEXICAL), ("hybrid", HYBRID))):
            others = asked[WARM_UP + turn :: 3]  # so that no passage is at hand from the turn before
            times = np.array([_timed(partial(library.retrieve, question, weights=weights)) for question in others])
            for place, clock in enumerate(("ms", "CPU ms")):
                for percent in (50, 99):
                    found[f"{name}, {percent}th, {clock}"] = 1000 * float(np.percentile(times[:, place], percent))
        some = library.ids[:: max(1, len(library.ids) // 100)][:100]
        for count in (1, len(some)):
            within = some[:count]
            times = np.array([_timed(partial(library.retrieve, question, articles=within)) for question in asked[:100]])
            found[f"in {count} articles, 99th, CPU ms"] = 1000 * float(np.percentile(times[:, 1], 99))
    found["memory after, MB"] = _memory()["Anonymous"]
    return found


def add(folder: Path) -> Found:
    """Articles added one by one, each with the question after it, which takes it in."""
    articles = load_question_set("train", "news").articles[:ADDED]
    adding, asking, again = [], [], []
    library = Library(folder)
    library.search("Is it ready?", read=False)
    for article in articles:
        text = f"{article.text}\n\nThis was added at {time.time_ns()}."
        adding.append(_timed(partial(library.add_text, text, source=f"added/{article.id}")))
        asking.append(_timed(lambda: library.search("When was this added?", read=False)))
        again.append(_timed(lambda: library.search("When was this added?", read=False)))
    medians = [1000 * np.median(times, axis=0) for times in (adding, asking, again)]
    names = ("an article added", "the question after it", "the same question again")
    seconds, cpu = _timed(library.close)
    found = {
        f"{name}, {clock}": float(values[i])
        for name, values in zip(names, medians, strict=True)
        for i, clock in enumerate(("ms", "CPU ms"))
    }
    return found | {"closed after that, s": seconds, "closed after that, CPU s": cpu}


def remove(folder: Path) -> Found:
    """One article removed, the question after it, and closing, which writes files anew. Then one without a question."""
    library = Library(folder)
    library.search("Is it ready?", read=False)
    found = {}
    ids = library.ids
    steps: list[tuple[str, Callable[[], object]]] = [
        ("an article removed", lambda: library.remove(ids[len(ids) // 2])),
        ("the question after that", lambda: library.search("Is it ready?", read=False)),
        ("closed", library.close),
    ]
    for name, step in steps:
        found[f"{name}, s"], found[f"{name}, CPU s"] = _timed(step)
    again = Library(folder)
    again.remove(ids[len(ids) // 3])
    name = "closed where nothing was asked"
    found[f"{name}, s"], found[f"{name}, CPU s"] = _timed(again.close)
    return found | {"peak of removing, MB": _peak()}


def disk(folder: Path) -> Found:
    """Bytes a passage, of each kind of file."""
    with Library(folder) as library:
        store = library._open_store()
        assert isinstance(store, SqliteStore)
        passages = sum(len(each) for each in store.passage_ranges().values())
    sizes = {"articles and vectors of sentences": 0, "index of vectors": 0, "index of words": 0}
    for file in (each for each in folder.rglob("*") if each.is_file()):
        inside = file.relative_to(folder).parts
        if inside[0] == DERIVED:
            sizes["index of words" if "words" in inside else "index of vectors"] += file.stat().st_size
        elif inside[0].startswith(FILE_NAME):
            sizes["articles and vectors of sentences"] += file.stat().st_size
    return {f"{name}, bytes a passage": size / passages for name, size in sizes.items()}


MEASUREMENTS: dict[str, Callable[[Path], Found]] = {
    each.__name__: each for each in (make, disk, open_again, search, add, remove)
}


def measure(what: str, folder: Path) -> Found:
    """Take a measurement in a process of its own."""
    command = [sys.executable, "-m", "bench.scale", "--what", what, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"{what} failed: {done.stderr}")
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


def _ask_once(folder: Path, *, leave: bool = False) -> None:
    library = Library(folder)
    library.search("Is it ready?", read=False)
    if not leave:
        library.close()


def _timed(step: Callable[[], object]) -> tuple[float, float]:
    """Seconds that a step takes: by the clock, and of the processor."""
    began, spent = time.perf_counter(), time.process_time()
    step()
    return time.perf_counter() - began, time.process_time() - spent


def _memory() -> Found:
    """Megabytes of this process: Rss, and Anonymous, which leaves out what is mapped from files."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) / 1000 for line in lines}


def _peak() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    """Measure, print and, where asked, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--what", nargs="*", default=list(MEASUREMENTS), choices=list(MEASUREMENTS))
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", action="store_true", help="into bench/RESULTS.md")
    options = parser.parse_args()
    if options.folder:
        print(json.dumps(MEASUREMENTS[options.what[0]](options.folder)))
        return
    busy = os.getloadavg()[0]
    columns: list[Found] = []
    for count in options.passages:
        folder = made_library(real_passages(), count)
        found: Found = {}
        for what in options.what:
            part = measure(what, folder)
            print(count, what, part, flush=True)
            found |= part
        columns.append(found)
    rows: list[tuple[Any, ...]] = [(name, *(_rounded(each.get(name)) for each in columns)) for name in columns[-1]]
    table = to_table(("", *(f"{count:,}" for count in options.passages)), rows)
    body = f"**Libraries of so many passages**\n\n{table}\n\nOther work when this began: a load of {busy:.1f}."
    print(body)
    if options.write:
        write_section("library", body, command=" ".join(["python -m bench.scale", *sys.argv[1:]]))


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 20 else f"{value:.1f}"


if __name__ == "__main__":
    main()
