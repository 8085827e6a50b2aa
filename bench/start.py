"""From nothing to an answer: ``pullquote ask`` as a whole process, and the server with its page.

    python -m bench.start            # printed; --write puts it into bench/RESULTS.md

The library asked is one of a thousand made passages (bench.made_passages) with the bundled article among them. The page
is opened in chromium, on a server that has just been started and on one that has answered before.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bench.made_passages import made_library, real_passages
from bench.results import to_table, write_section
from index import Library
from index.article import BUNDLED

ROOT = Path(__file__).parents[1]
QUESTION = "Does the deal cover returns?"
PASSAGES, TIMES = 1_000, 7
GOAL_ASK, GOAL_MEMORY = 1.5, 400
"""Seconds of a whole process on two idle cores; megabytes of the serving process after a question."""

AS_INSTALLED = """
import runpy, sys
sys.modules["matplotlib"] = None
runpy.run_path("app.py", run_name="__main__")
"""
"""The program without matplotlib, which Gradio takes along where it is: only measuring needs it (20 MB)."""

Row = tuple[str, str, str]


def ask(*more: str) -> tuple[float, float, float]:
    """Seconds of ``pullquote ask`` by the clock and of the processor, and its peak megabytes."""
    command = [sys.executable, "app.py", "ask", QUESTION, *more]
    began = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        raise SystemExit(f"it failed: {' '.join(command)}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def ask_rows(name: str, *more: str) -> list[Row]:
    """Medians of some processes, after one that fills the disk's cache."""
    ask(*more)
    clock, cpu, memory = np.median([ask(*more) for _ in range(TIMES)], axis=0)
    return [
        (f"pullquote ask, {name}, s", f"{clock:.2f}", f"{GOAL_ASK}"),
        ("the same, of the processor", f"{cpu:.2f}", ""),
        ("its peak memory, MB", f"{memory:.0f}", ""),
    ]


@contextlib.contextmanager
def server() -> Iterator[tuple[str, int, float]]:
    """The address and number of a server of the bundled article, as soon as it answers; and seconds until it did."""
    command = [sys.executable, "-c", AS_INSTALLED, "chat", "--port", "0"]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout
        address = next(word for word in process.stdout.readline().split() if word.startswith("http://"))
        _post(address)
        try:
            yield address, process.pid, time.perf_counter() - began
        finally:
            process.terminate()


def server_rows() -> list[Row]:
    """What a server takes until it has answered, and what memory it has then; and once its page was used."""
    rows: list[Row] = []
    with server() as (address, process, seconds):
        rows.append(("a server from its start to its first answer over HTTP, s", f"{seconds:.2f}", ""))
        rows.append(("its memory then, MB", f"{_memory(process):.0f}", f"{GOAL_MEMORY}"))
        times = [_post(address) for _ in range(TIMES)]
        rows.append(("the same question over HTTP again, ms", f"{1000 * np.median(times):.0f}", ""))
        painted, answered = np.median([page(address) for _ in range(3)], axis=0)
        rows.append(("its page, to the first paint, ms", f"{painted:.0f}", ""))
        rows.append(("a question on the page, to the quote, ms", f"{answered:.0f}", ""))
        rows.append(("its memory after that, MB", f"{_memory(process):.0f}", f"{GOAL_MEMORY}"))
    return rows


def page(address: str) -> tuple[float, float]:
    """Milliseconds from opening the page to its first paint, and from asking on it to a quote."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        view = browser.new_page()
        view.goto(address)
        box = view.get_by_label("Your question")
        box.fill("Who announced the deal?")
        began = time.perf_counter()
        box.press("Enter")
        view.locator("blockquote").first.wait_for(timeout=60_000)
        answered = 1000 * (time.perf_counter() - began)
        wanted = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        painted = float(view.evaluate(wanted))
        browser.close()
    return painted, answered


def _post(address: str) -> float:
    """Seconds until a question is answered, however long the server takes to be ready."""
    body = json.dumps({"question": QUESTION}).encode()
    began = time.perf_counter()
    for _ in range(600):
        request = urllib.request.Request(f"{address}/v1/ask", body, {"Content-Type": "application/json"})  # noqa: S310
        with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            response.read()
            return time.perf_counter() - began
        time.sleep(0.05)
    raise SystemExit(f"{address} does not answer")


def _memory(process: int) -> float:
    """Megabytes of a process that are in memory."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("Rss:"))


def main(arguments: Sequence[str]) -> None:
    """Measure, print and, where asked, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="into bench/RESULTS.md")
    options = parser.parse_args(arguments)
    folder = made_library(real_passages(), PASSAGES)
    with Library(folder) as library:
        library.add(next(iter(BUNDLED.glob("*.md"))))
    busy = os.getloadavg()[0]
    rows = [*ask_rows("a library of 1,000 passages", "--library", str(folder)), *ask_rows("the bundled article")]
    rows += server_rows()
    body = (
        f"**From nothing to an answer; medians of {TIMES}**\n\n{to_table(('what', 'measured', 'goal, at most'), rows)}"
        f"\n\nOther work when this began: a load of {busy:.1f}."
    )
    print(body)
    if options.write:
        write_section("start", body, command="python -m bench.start")


if __name__ == "__main__":
    main(sys.argv[1:])
