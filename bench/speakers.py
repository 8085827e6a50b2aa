"""How often bot/speaker.py names the right speaker, on sentences marked by reading.

``speakers.json``, beside this file, holds every sentence of some news articles of data/train: article, offsets, the
speakers that are right (a part of the name, in the article's words; ``""`` where naming nobody is right too) and the
part: the rules were written on "dev", and "test" was marked before they were written.

    python -m bench.speakers [--all]

prints precision (of the sentences for which somebody is named) and recall (of those that are surely somebody's).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

from bench.data import load_rows
from bot.speaker import speaker_of

MARKS = Path(__file__).with_suffix(".json")


def main() -> None:
    texts = {row["id"]: row["text"] for row in load_rows("train", "news.articles")}
    counts = {"dev": Counter[str](), "test": Counter[str]()}
    for mark in json.loads(MARKS.read_text(encoding="utf-8")):
        text, accepted = texts[mark["article"]], mark["speakers"]
        named = speaker_of(text, mark["start"], mark["end"])
        outcome = _outcome(named, accepted)
        counts[mark["part"]][outcome] += 1
        if "--all" in sys.argv and (named or outcome == "missed"):
            print(f"{outcome:7} {named!r:30.30} {accepted} {text[mark['start'] : mark['end']]!r:.120}")
    for part, count in counts.items():
        shown, surely = count["right"] + count["wrong"], count["right"] + count["missed"]
        print(
            f"{part:5} {count.total():4} sentences, {shown:3} named: precision {count['right'] / shown:.3f},"
            f" recall {count['right'] / surely:.3f}"
        )


def _outcome(named: str, accepted: list[str]) -> str:
    if not named:
        return "silent" if "" in accepted else "missed"
    return "right" if any(each and each.casefold() in named.casefold() for each in accepted) else "wrong"


if __name__ == "__main__":
    main()
