"""What the judge is trained on: yes/no questions, each beside a sentence, with what that sentence says to them.

From bench/extra/pairs.jsonl: invented sentences, each with six questions, most of them in other words than its own.
From the articles that the reader is trained on: the sentence that answers, which has the question's verdict, and of
those that do not answer the one that is most like the question, which says nothing.
"""

from __future__ import annotations

import json
import random
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.data import Row, load_rows
from bench.reader_data import EXTRA, extra_articles, extra_chats, extra_names, held_out_extra, held_out_news
from bench.reader_statements import statements
from bench.reader_variants import variants
from index.article import make_article
from index.embedding import load_encoder
from index.passages import split_passages
from index.questions import is_yes_no

VERDICTS = {"yes": 0, "no": 1, "undecided": 2}
OPEN = VERDICTS["undecided"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A question beside a sentence."""

    source: str
    question: str
    variants: tuple[str, ...]
    """The question as others might type it."""
    sentence: str
    history: str
    title: str
    before: str
    """The sentence before, where the passage has one."""
    verdict: int
    """What the sentence says, by VERDICTS."""
    held_out: bool


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str
    before: str
    words: frozenset[str]


def build(seed: int = 0) -> list[Judged]:
    """All of it, in a fixed order."""
    rng = random.Random(seed)
    articles = load_rows("train", "news.articles")
    found = _judged(
        "news",
        articles,
        load_rows("train", "news.questions"),
        load_rows("train", "news.conversations"),
        held_out_news(articles),
        rng,
    )
    for name in extra_names():
        mine, asked = extra_articles(name)
        found += _judged(name, mine, asked, extra_chats(name), held_out_extra(name, mine), rng)
    return found + _pairs(rng)


def _pairs(rng: random.Random) -> list[Judged]:
    """The invented sentences; every tenth of them is held out."""
    found = []
    for line in (EXTRA / "pairs.jsonl").read_text().splitlines():
        row = json.loads(line)
        kept = zlib.crc32(row["sentence"].encode()) % 10 == 0
        for question, said in row["questions"]:
            found.append(
                Judged(
                    source=f"pairs_{said}",
                    question=question,
                    variants=tuple(variants(question, rng)),
                    sentence=row["sentence"],
                    history="",
                    title=row["title"],
                    before=row["before"],
                    verdict=VERDICTS.get(said, OPEN),
                    held_out=kept,
                )
            )
    return found


def _judged(
    source: str, articles: list[Row], questions: list[Row], chats: list[Row], held_out: set[str], rng: random.Random
) -> list[Judged]:
    found: list[Judged] = []
    lines = {row["id"]: _lines(row) for row in articles}
    titles = {row["id"]: row["title"] for row in articles}

    def add(row: Row, question: str, article: str, history: str = "") -> None:
        answer = None
        if not row["unanswerable"]:
            answer = row["answer_start"], row["answer_start"] + len(row["answers"][0])
        asked = tuple(variants(question, rng))
        kept = article in held_out

        def beside(line: _Line, verdict: int, kind: str) -> None:
            found.append(Judged(kind, question, asked, line.text, history, titles[article], line.before, verdict, kept))

        right = [line for line in lines[article] if answer and line.start < answer[1] and answer[0] < line.end]
        if right and row.get("verdict"):
            beside(right[0], VERDICTS[row["verdict"]], source)
        wrong = [line for line in lines[article] if line not in right]
        if wrong:
            beside(_nearest(question, wrong, lines[article]), OPEN, "beside the point")

    for row in questions:
        if _asks(row, row["question"]):
            add(row, row["question"], row["article_id"])
    for chat in chats:
        before = ""
        for turn in chat["turns"]:
            if before and _asks(turn, turn["question"]):
                add(turn, turn["question"], chat["article_id"], before)
            before = " ".join([turn["question"], *turn["answers"][:1]])
    for row in articles:
        if row["id"] in held_out:
            continue
        mine = lines[row["id"]]
        for made in statements(row["text"], [(line.start, line.end) for line in mine], rng):
            line = mine[made.sentence]
            found.append(
                Judged(
                    "said",
                    made.question,
                    tuple(variants(made.question, rng)),
                    line.text,
                    "",
                    row["title"],
                    line.before,
                    VERDICTS[made.verdict],
                    False,
                )
            )
    return found


def _asks(row: Row, question: str) -> bool:
    return bool(row.get("verdict")) or (bool(row["unanswerable"]) and is_yes_no(question))


def _lines(row: Row) -> list[_Line]:
    article = make_article(row["text"], title=row["title"], source=None)
    encoder = load_encoder()
    found = []
    for split in split_passages(article, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens):
        before = ""
        for sentence in split.sentences:
            text = row["text"][sentence.start : sentence.end]
            found.append(_Line(sentence.start, sentence.end, text, before, _words(text)))
            before = text
    return found


def _nearest(question: str, wrong: Sequence[_Line], lines: Sequence[_Line]) -> _Line:
    """The sentence that shares most of the question's words, by how rare they are in the article."""
    count = Counter(word for line in lines for word in line.words)
    asked = sorted(_words(question))
    return max(wrong, key=lambda line: sum(1 / count[word] for word in asked if word in line.words))


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))
