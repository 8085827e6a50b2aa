"""What people thought of answers, kept as they said it: questions with what was quoted, to measure and to learn by.

In the library's folder where there is one, as ``feedback.jsonl``, which only ever grows; else in memory.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.person import Person
from index.errors import LibraryNotWritable

FILE_NAME = "feedback.jsonl"
MOST = 10_000
"""Entries in memory: the ones that came last."""
LARGEST = 100_000_000
"""Bytes of the file: a hundred thousand entries and more."""


class Feedback:
    """Keeps what is said of answers. Safe to share between threads."""

    def __init__(self, folder: Path | None = None) -> None:
        self._file = folder / FILE_NAME if folder else None
        self._kept: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def keep(self, person: Person, said: Mapping[str, Any]) -> None:
        """Keep what ``person`` said: the fields of a FeedbackRequest. LibraryNotWritable where it cannot be kept."""
        entry = {**said, "by": person.name or person.key[:12], "at": datetime.now(UTC).isoformat(timespec="seconds")}
        with self._lock:
            if self._file is None:
                self._kept = [*self._kept[1 - MOST :], entry]
                return
            try:
                if self._file.exists() and self._file.stat().st_size > LARGEST:
                    raise LibraryNotWritable(f"{FILE_NAME} is full: move it elsewhere")
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            except OSError as error:
                raise LibraryNotWritable(f"{FILE_NAME} cannot be written ({error.strerror})") from error

    def told(self, person: Person) -> list[dict[str, Any]]:
        """What ``person`` has said, or all of it for an owner who logs in; of two words on one quote the later one."""
        with self._lock:
            entries = list(self._entries())
        everything = person.is_owner and person.name
        mine = person.name or person.key[:12]
        last = {
            (entry.get("by"), entry.get("question"), entry.get("article"), entry.get("quote")): entry
            for entry in entries
            if everything or entry.get("by") == mine
        }
        return list(last.values())

    def _entries(self) -> Iterator[dict[str, Any]]:
        if self._file is None:
            yield from self._kept
            return
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()
        except OSError:
            return
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # cut off by a crash
            if isinstance(entry, dict):
                yield entry
