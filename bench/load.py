"""Fifty people chat at once for two minutes: is anyone told of an error, or answered from somebody else's article?

Starts a server of its own on this machine, with the bundled article shared, and lets locust (bench/locustfile.py) play
the people. The table goes into bench/RESULTS.md.

    python -m bench.load
    python -m bench.load --people 5 --seconds 15     # printed alone
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.results import to_table, write_section

PEOPLE, SECONDS = 50, 120
PATIENCE = 200
"""Seconds that the last questions get to be answered after that; those that are not count as failed."""
ROOT = Path(__file__).parent.parent
QUESTIONS = (
    "Does the deal cover returns?",
    "Who announced the deal?",
    "How many boats were seized?",
    "What does Turkey get?",
    "When was the deal signed?",
    "What is smuggling?",
    "Will engines be stopped?",
    "Is there money in the deal?",
    "What did the minister say?",
    "Who makes the boats?",
)
"""Ten people's, all different, so that nothing is remembered from one for another."""


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    with _server() as address:
        waits = _ten_at_once(address)
        chat = _chat(address, options.people, options.seconds)
    body = f"{chat}\n\n{waits}\n\nOther work on the machine when this began: a load of {busy:.1f}."
    print(body)
    if (options.people, options.seconds) == (PEOPLE, SECONDS):
        write_section("load", body, command="python -m bench.load")


def _ten_at_once(address: str) -> str:
    """How long one waits who asks alone, and how long each of ten who ask at once."""
    _ask(address, QUESTIONS[0])
    alone = statistics.mean(_ask(address, question) for question in QUESTIONS)
    with ThreadPoolExecutor(len(QUESTIONS)) as people:
        together = list(people.map(lambda question: _ask(address, question), QUESTIONS))
    rows = [
        ("alone, the mean of ten questions", round(alone), 1.0),
        ("ten at once, their mean", round(statistics.mean(together)), statistics.mean(together) / alone),
        ("ten at once, the last", round(max(together)), max(together) / alone),
    ]
    table = to_table(("who asks", "waits, ms", "times as long"), rows)
    return f"**Ten who ask at once, and one alone**\n\n{table}"


def _ask(address: str, question: str) -> float:
    """Milliseconds until a question is answered."""
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(f"{address}/v1/ask", body, {"Content-Type": "application/json"})  # noqa: S310
    began = time.perf_counter()
    with urllib.request.urlopen(request, timeout=120) as response:  # noqa: S310
        response.read()
    return 1000 * (time.perf_counter() - began)


def _chat(address: str, people: int, seconds: int) -> str:
    """What locust counts, as a table."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        command = [sys.executable, "-m", "locust", "-f", str(ROOT / "bench" / "locustfile.py"), "--headless"]
        command += ["--host", address, "-u", str(people), "-r", str(people / 5), "-t", f"{seconds}s"]
        command += [
            "--json-file",
            str(report),
            "--only-summary",
            "--stop-timeout",
            str(PATIENCE),
            "--exit-code-on-error",
            "0",
        ]
        subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - our own interpreter and file
        found = json.loads(next(Path(folder).iterdir()).read_text(encoding="utf-8"))
    rows = [
        (
            entry["name"],
            entry["num_requests"],
            entry["num_failures"],
            round(_percentile(entry, 0.5)),
            round(_percentile(entry, 0.95)),
        )
        for entry in sorted(found, key=lambda entry: str(entry["name"]))
    ]
    table = to_table(("request", "made", "failed or wrong", "median, ms", "95th percentile"), rows)
    return f"**{people} people chatting at once for {seconds} seconds, each with an article of their own**\n\n{table}"


def _percentile(entry: dict[str, dict[str, int]], share: float) -> float:
    """The response time, in milliseconds, that a share of the requests took at most."""
    times = sorted((float(time), count) for time, count in entry["response_times"].items())
    wanted, seen = share * sum(count for _, count in times), 0
    for milliseconds, count in times:
        seen += count
        if seen >= wanted:
            return milliseconds
    return 0.0


@contextlib.contextmanager
def _server() -> Iterator[str]:
    """The address of a server that is ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen([sys.executable, str(ROOT / "app.py"), "chat", "--port", str(port)], cwd=ROOT)  # noqa: S603
    try:
        while True:
            time.sleep(0.5)
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{address}/healthz", timeout=5) as response,  # noqa: S310
            ):
                if json.load(response)["status"] == "ready":
                    break
            if process.poll() is not None:
                raise SystemExit("the server ended by itself")
        yield address
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    main()
