"""Compare: ``make bench-peers``, or ``python -m bench.peers`` once the environments in runs/peers are there.

The same passages, model and cores for all, whole processes, one peer after another in each round, so that what else the
machine does falls on all alike. Where it does much, read the processor's seconds rather than the clock's.

    python -m bench.peers --passages 200 --rounds 1    # printed; --write puts it into bench/RESULTS.md
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.plots import draw_peers
from bench.question_sets import load_question_set
from bench.results import to_table, write_section
from index.article import make_article
from index.embedding import load_encoder
from index.passages import split_passages

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "runs" / "peers"
PEERS = {
    "Pullquote": ("pullquote", "pullquote_library"),
    "LangChain": ("langchain", "langchain_faiss"),
    "LlamaIndex": ("llamaindex", "llamaindex_faiss"),
    "txtai": ("txtai", "txtai_hybrid"),
    "Haystack": ("haystack", "haystack_memory"),
}
"""Of each: its environment, and its adapter in this folder."""
PASSAGES, ROUNDS, QUESTIONS = 1_000, 3, 100
ASKED = 3
"""How many new processes of each are asked in a round, after one that is not counted."""
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONPATH": str(ROOT),
}


@dataclass(slots=True)
class Measured:
    """What was measured of one peer; seconds, milliseconds and megabytes."""

    build: list[float] = field(default_factory=list)
    build_cpu: list[float] = field(default_factory=list)
    ask: list[float] = field(default_factory=list)
    ask_cpu: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    query: list[float] = field(default_factory=list)
    query_cpu: list[float] = field(default_factory=list)
    ranks: list[int | None] = field(default_factory=list)


def prepare(work: Path, wanted: int, asked_for: int) -> int:
    """Write the first articles of SQuAD (data/train) that have so many passages, and questions with their passages."""
    encoder = load_encoder()
    articles: list[dict[str, Any]] = []
    passages: list[dict[str, Any]] = []
    questions: list[dict[str, Any]] = []
    question_set = load_question_set("train", "squad2", articles=200)
    for each in question_set.articles:
        article = make_article(each.text, title=each.title, source=each.id)
        articles.append({"id": each.id, "title": each.title, "text": each.text})
        numbers: list[tuple[int, int, int]] = []
        for split in split_passages(article, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens):
            passage = split.passage
            numbers.append((passage.start, passage.end, len(passages)))
            passages.append({"id": article.id, "start": passage.start, "text": passage.text})
        for asked in question_set.answerable:
            if asked.article_id == each.id and asked.answer:
                start, end = asked.answer
                questions += [
                    {"question": asked.question, "passage": number}
                    for first, last, number in numbers
                    if first <= start and end <= last
                ]
        if len(passages) >= wanted:
            break
    step = max(1, len(questions) // asked_for)
    work.mkdir(parents=True, exist_ok=True)
    kept = {"articles": articles, "passages": passages, "questions": questions[::step][:asked_for]}
    for name, rows in kept.items():
        (work / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
    return len(passages)


def measure(name: str, what: str, work: Path) -> tuple[dict[str, Any], float, float, float]:
    """Run one process; return what it found, its seconds by the clock and of the processor, and its peak megabytes."""
    environment, adapter = PEERS[name]
    python = FOLDER / environment / "bin" / "python"
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        [python, "-m", f"bench.peers.{adapter}", what, str(work)],
        cwd=ROOT,
        env={**os.environ, **QUIET},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if status:
        raise SystemExit(f"{name} failed at {what}: {python} -m bench.peers.{adapter} {what} {work}")
    return json.loads(output.splitlines()[-1]), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def installed(name: str) -> float:
    """Megabytes of a peer's environment, pip aside."""
    packages = next((FOLDER / PEERS[name][0] / "lib").glob("python*/site-packages"))
    files = (path for path in packages.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sum(path.stat().st_size for path in files if path.relative_to(packages).parts[0] != "pip") / 1e6


def compare(names: list[str], rounds: int, prepared: Path) -> dict[str, Measured]:
    """In each round every peer builds; then new processes of each answer once; then each is asked one after another."""
    found = {name: Measured() for name in names}
    for number in range(1, rounds + 1):
        work = prepared.with_name(f"round-{number}")
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(prepared, work)
        for what in ("build", "ask", "query"):
            for name in names:
                if what == "ask":
                    measure(name, what, work)  # for all alike what is read comes from memory, not from the disk
                for _ in range(ASKED if what == "ask" else 1):
                    result, seconds, cpu, memory = measure(name, what, work)
                    _keep(found[name], what, result, (seconds, cpu, memory))
            print(f"round {number}: {what} done, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        shutil.rmtree(work)
    return found


def _keep(measured: Measured, what: str, result: dict[str, Any], process: tuple[float, float, float]) -> None:
    if what == "build":
        measured.build.append(result["seconds"])
        measured.build_cpu.append(result["cpu"])
    elif what == "ask":
        for values, value in zip((measured.ask, measured.ask_cpu, measured.memory), process, strict=True):
            values.append(value)
    else:
        measured.query += result["milliseconds"]
        measured.query_cpu += result["cpu"]
        measured.ranks = result["ranks"]


def rows(found: dict[str, Measured], passages: int) -> list[tuple[str, ...]]:
    """What is reported of each peer, as text."""
    return [
        (
            name,
            f"{passages / np.median(each.build):.0f}",
            f"{np.median(each.build_cpu):.1f}",
            f"{np.median(each.ask):.1f}",
            f"{np.median(each.ask_cpu):.1f}",
            f"{np.median(each.query):.1f}",
            f"{np.percentile(each.query, 95):.1f}",
            f"{np.median(each.query_cpu):.1f}",
            f"{np.median(each.memory):.0f}",
            f"{installed(name):.0f}",
            f"{np.mean([rank is not None and rank < 1 for rank in each.ranks]):.2f}",
            f"{np.mean([rank is not None for rank in each.ranks]):.2f}",
        )
        for name, each in found.items()
    ]


HEAD = (
    "system",
    "passages/s",
    "build, CPU s",
    "first answer, s",
    "CPU s",
    "query, ms",
    "95th percentile",
    "CPU ms",
    "peak MB",
    "installed MB",
    "recall@1",
    "recall@5",
)


def ratios(found: dict[str, Measured]) -> dict[str, dict[str, float]]:
    """For each measure what each peer takes, with Pullquote as 1: by the clock, and in the processor's time."""
    measures: dict[str, Callable[[Measured], list[float]]] = {
        "build": lambda each: each.build,
        "build, CPU": lambda each: each.build_cpu,
        "first answer": lambda each: each.ask,
        "first answer, CPU": lambda each: each.ask_cpu,
        "query": lambda each: each.query,
        "query, CPU": lambda each: each.query_cpu,
        "peak memory": lambda each: each.memory,
    }
    ours = found["Pullquote"]
    return {
        title: {name: float(np.median(take(each)) / np.median(take(ours))) for name, each in found.items()}
        for title, take in measures.items()
    }


def main() -> None:
    """Measure, print and, after a whole run, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=PASSAGES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--questions", type=int, default=QUESTIONS)
    parser.add_argument("--cores", type=int, help="use so many; by default all. One is fairest on a busy machine")
    parser.add_argument("--write", action="store_true", help="into bench/RESULTS.md and docs/peers.png")
    parser.add_argument("--names", nargs="*", default=list(PEERS), choices=list(PEERS))
    options = parser.parse_args()
    prepared, busy = FOLDER / "prepared", os.getloadavg()[0]
    passages = prepare(prepared, options.passages, options.questions)
    if options.cores:
        os.sched_setaffinity(0, range(options.cores))  # for all that is started from here
    found = compare(options.names, options.rounds, prepared)
    (FOLDER / "found.json").write_text(json.dumps({name: asdict(each) for name, each in found.items()}))
    shares = ratios(found)
    shared = [(title, *(f"{share:.1f}" for share in each.values())) for title, each in shares.items()]
    cores = options.cores or os.cpu_count()
    body = (
        f"**{passages:,} passages of SQuAD (data/train), {options.questions} questions, cores used: {cores};"
        f" medians of rounds: {options.rounds}**\n\n{to_table(HEAD, rows(found, passages))}\n\n"
        f"**What each takes, with Pullquote as 1**\n\n{to_table(('measure', *found), shared)}\n\n"
        f"Other work on the machine when this began: a load of {busy:.1f}; when it ended, {os.getloadavg()[0]:.1f}."
        " A build is timed from within, without imports; a first answer is a whole process, from its start to its end."
    )
    print(body)
    if options.write:
        write_section("peers", body, command=" ".join(["python -m bench.peers", *sys.argv[1:]]))
        timed = ("build, CPU", "first answer, CPU", "query, CPU") if busy > 1 else ("build", "first answer", "query")
        shown = {title: shares[title] for title in (*timed, "peak memory")}
        draw_peers(shown, ROOT / "docs" / "peers.png")


if __name__ == "__main__":
    main()
