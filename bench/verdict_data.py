"""Yes/no questions with their verdicts, as the program meets them: the hits that a search of the article gives.

Only articles that the reader was not trained on. What was read is kept in runs/verdict, article by article, by the
weights and calibration of reader and judge: new articles and new weights are read, all else is not read again.
"""

from __future__ import annotations

import json
import pickle
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.data import Row, load_rows
from bench.reader_data import extra_articles, extra_names, held_out_extra, held_out_news
from bot.conversation import DEPTH
from index import Hit, Library
from index.questions import is_yes_no
from index.reader import calibration, judge
from index.reader.reader import MODEL_SHA256

CACHE = Path("runs/verdict")
TRAINED_ON = ("news",)
"""Of the extra sets those that the reader has seen as a whole."""


@dataclass(frozen=True, slots=True)
class VerdictQuestion:
    """A yes/no question, what is true of it, and what a search found."""

    set: str
    article_id: str
    question: str
    verdict: str
    """yes, no, undecided, or none where the article does not answer."""
    answer: tuple[int, int] | None
    hits: tuple[Hit, ...]

    @property
    def found(self) -> bool:
        """Whether the first quote is the sentence that answers."""
        quote, answer = self.hits[0].quote, self.answer
        return answer is not None and quote.start < answer[1] and answer[0] < quote.end


def held_out(*, all_extra: bool) -> list[VerdictQuestion]:
    """Of the news in data/train, and of the extra articles those kept from training, or all but those TRAINED_ON."""
    articles = load_rows("train", "news.articles")
    found = read_set("news", articles, load_rows("train", "news.questions"), held_out_news(articles))
    for name in extra_names():
        articles, questions = extra_articles(name)
        everything = {row["id"] for row in articles} if name not in TRAINED_ON else set()
        ids = everything if all_extra else held_out_extra(name, articles)
        found += read_set(f"extra {name}", articles, questions, ids)
    return found


def bench_questions() -> list[VerdictQuestion]:
    """Those of data/bench: to measure with, never to fit to."""
    articles = load_rows("bench", "news.articles")
    questions = load_rows("bench", "news.questions")
    return read_set("bench news", articles, questions, {row["id"] for row in articles})


def read_set(
    name: str, articles: Sequence[Row], questions: Sequence[Row], ids: Collection[str]
) -> list[VerdictQuestion]:
    """The yes/no questions of those articles that are in ``ids``, each searched within its article."""
    CACHE.mkdir(parents=True, exist_ok=True)
    cache = CACHE / f"{name.replace(' ', '-')}-{_version()}.pickle"
    kept: dict[str, tuple[int, list[VerdictQuestion]]] = pickle.loads(cache.read_bytes()) if cache.exists() else {}
    found: list[VerdictQuestion] = []
    for article in articles:
        if article["id"] not in ids:
            continue
        mine = [row for row in questions if row["article_id"] == article["id"] and _asks_yes_no(row)]
        known = zlib.crc32(json.dumps([article["text"], mine]).encode())
        if kept.get(article["id"], (None,))[0] != known:
            kept[article["id"]] = known, _read_article(name, article, mine)
            cache.write_bytes(pickle.dumps(kept))
        found += kept[article["id"]][1]
    return found


def _read_article(name: str, article: Row, questions: Sequence[Row]) -> list[VerdictQuestion]:
    with Library() as library:
        library.add_text(article["text"], title=article["title"])
        return [
            VerdictQuestion(
                set=name,
                article_id=article["id"],
                question=row["question"],
                verdict=row.get("verdict") or "none",
                answer=None
                if row["unanswerable"]
                else (row["answer_start"], row["answer_start"] + len(row["answers"][0])),
                hits=tuple(library.search(row["question"], DEPTH)),
            )
            for row in questions
        ]


def _asks_yes_no(row: Row) -> bool:
    """By its verdict; by its form where the article does not answer."""
    return bool(row.get("verdict")) or (bool(row["unanswerable"]) and is_yes_no(row["question"]))


def _version() -> str:
    return f"{zlib.crc32(f'{MODEL_SHA256} {judge.MODEL_SHA256} {Path(calibration.__file__).read_text()}'.encode()):08x}"
