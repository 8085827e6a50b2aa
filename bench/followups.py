"""What conversation is worth: the right sentence at each turn, the right passages, and questions a person accepts.

Three ways to ask the same: "as typed", with no turns before it; "ours", in the conversation; and "rewrite", the
stand-alone form that a person wrote. News chats run on our own answers. The other sets come with theirs, and each turn
gets those before it.

    python -m bench.followups                       # all sets; the tables go into bench/RESULTS.md
    python -m bench.followups --every 4 news        # a quarter of one set's conversations, printed
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.data import Row, load_rows
from bench.quality import HybridSearch
from bench.question_sets import SetArticle, load_question_set
from bench.results import to_table, write_section
from bot import Answer, Conversation, Turn
from bot.english.leaning import Leaning
from bot.english.words import words_of
from bot.followup import stay, understand
from index import Hit, Library, Quote

PASSAGES = ("inscit_dev", "mtrag_subset")
WORDS = ("canard_dev", "cast2019_eval", "cast2020_eval", "mtrag_queries")
SETS = ("news", *PASSAGES, *WORDS)
WAYS = ("as typed", "ours", "rewrite")
DEEP = 25
"""Hits that a search is asked for: as many as a conversation asks for."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one way of asking a turn came to."""

    best: bool
    """Whether the best quote is the right one, given as an answer or not."""
    given: bool
    """Whether an answer was given."""


class Listening:
    """A library that remembers what each search found, so that one sees more than the quotes of an answer."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.found: dict[bool, list[Hit]] = {}

    def search(self, question: str, *, history: str = "", **options: Any) -> list[Hit]:
        self.found[bool(history)] = hits = self.library.search(question, history=history, **options)
        return hits

    def __getattr__(self, name: str) -> Any:
        return getattr(self.library, name)


def measure_news(every: int) -> list[tuple[str | int | float, ...]]:
    """For turns that lean on others and turns that do not: the right sentence, and answers to what has none."""
    search = HybridSearch("news", load_question_set("bench", "news").articles)
    found: dict[tuple[bool, bool], list[list[Found]]] = {}
    changed: list[bool] = []
    for chat in load_rows("bench", "news.conversations")[::every]:
        within = [search.library_ids[chat["article_id"]]]
        ours = Conversation(search.library, within)
        for number, turn in enumerate(chat["turns"]):
            answers = [
                Conversation(search.library, within).ask(turn["question"]),
                ours.ask(turn["question"]),
                Conversation(search.library, within).ask(turn["rewrite"]),
            ]
            if number:
                alone = _same(turn["question"], turn["rewrite"])
                found.setdefault((alone, turn["unanswerable"]), []).append([_judge(each, turn) for each in answers])
                if alone:
                    changed.append(answers[1].asked_as != turn["question"])
    search.library.close()
    print(f"news: {sum(changed)} of {len(changed)} questions that stand alone were changed")
    rows: list[tuple[str | int | float, ...]] = []
    for alone, name in ((False, "follow-ups"), (True, "stand-alone")):
        answerable, unanswerable = found.get((alone, False), []), found.get((alone, True), [])
        for at, way in enumerate(WAYS):
            rows.append(
                (
                    name,
                    way,
                    len(answerable),
                    _mean(each[at].best for each in answerable),
                    _mean(each[at].best and each[at].given for each in answerable),
                    _mean(each[at].given for each in unanswerable),
                )
            )
    return rows


@dataclass(frozen=True, slots=True)
class Place:
    """A passage of a set, where it stands in the article made of those that share its source."""

    article: str
    start: int
    end: int


def join_passages(rows: Sequence[Row]) -> tuple[list[SetArticle], dict[str, Place]]:
    """An article of each source, its passages in order under their sections' headings; and each passage's place."""
    texts: dict[str, str] = {}
    titles: dict[str, str] = {}
    sections: dict[str, str] = {}
    places: dict[str, Place] = {}
    for row in sorted(rows, key=lambda row: (row["article_id"], row["position"] or 0)):
        article = row["article_id"]
        title, _, section = (row["title"] or article).partition(" > ")
        titles.setdefault(article, title)
        before = f"{texts[article]}\n\n" if article in texts else ""
        if section and sections.get(article) != section:
            before += f"## {section}\n\n"
            sections[article] = section
        places[row["id"]] = Place(article, len(before), len(before) + len(row["text"]))
        texts[article] = before + row["text"]
    return [SetArticle(article, titles[article], text) for article, text in texts.items()], places


def measure_passages(name: str, every: int) -> list[tuple[str | int | float, ...]]:
    """Recall@1 and @5 of any right passage among all of the set's, at turns after the first that have one."""
    articles, places = join_passages(load_rows("bench", f"{name}.passages"))
    search = HybridSearch(name, articles)
    ranks: dict[str, list[float]] = {way: [] for way in WAYS}
    for chat in load_rows("bench", f"{name}.conversations")[::every]:
        turns: list[Turn] = []
        for number, row in enumerate(chat["turns"]):
            question = row["question"]
            listening = Listening(search.library)
            answer = Conversation.from_history(listening, turns).ask(question)  # type: ignore[arg-type]
            understood = understand(question, turns)
            told = places.get(row["passage_id"] or "")
            turns.append(
                _as_told(question, answer.asked_as, row["answers"], search.library_ids[told.article] if told else "")
            )
            if not number or not row["passage_ids"]:
                continue
            wanted = [places[passage] for passage in row["passage_ids"] if passage in places]
            # Where both were searched, the one that was taken shows in how the question was understood.
            in_context = answer.asked_as != question
            taken = stay(understood, listening.found[in_context], in_context=in_context)
            bare = listening.found.get(False) or search.library.search(question, DEEP)
            ranks["ours"].append(_rank(search, taken, wanted, places))
            ranks["as typed"].append(_rank(search, bare, wanted, places))
            if row["rewrite"]:
                ranks["rewrite"].append(_rank(search, search.library.search(row["rewrite"], DEEP), wanted, places))
    search.library.close()
    return [
        (name, way, len(found), _mean(rank <= 1 for rank in found), _mean(rank <= 5 for rank in found))
        for way, found in ranks.items()
        if found
    ]


def measure_words(name: str, every: int) -> tuple[str | int | float, ...]:
    """Overlap with the person's rewrite, of the question as typed and as understood; stand-alone ones changed."""
    before, after, changed = [], [], []
    for chat in load_rows("bench", f"{name}.conversations")[::every]:
        turns: list[Turn] = []
        for row in chat["turns"]:
            question = row["question"]
            understood = understand(question, turns)
            asked_as = understood.asked_as if understood.leaning is Leaning.LEANS else question
            if turns and row["rewrite"]:
                if _same(question, row["rewrite"]):
                    changed.append(asked_as != question)
                else:
                    before.append(overlap(question, row["rewrite"]))
                    after.append(overlap(asked_as, row["rewrite"]))
            turns.append(_as_told(question, asked_as, row["answers"]))
    return name, len(before), _mean(before), _mean(after), len(changed), _mean(changed)


def overlap(one: str, other: str) -> float:
    """F1 of the words that two texts share, as SQuAD measures answers (Rajpurkar et al. 2016)."""
    left, right = (Counter(word.lower for word in words_of(text)) for text in (one, other))
    shared = (left & right).total()
    return 2 * shared / (left.total() + right.total()) if shared else 0.0


def _as_told(question: str, asked_as: str, answers: Sequence[str], article: str = "") -> Turn:
    """A turn that was answered by what the set says, from the article of an id."""
    quotes = tuple(Quote(article, text, 0, len(text), 1, "") for text in answers[:1] if text)
    return Turn(question, Answer(question, asked_as, quotes))


def _judge(answer: Answer, turn: Row) -> Found:
    quote = answer.quotes[0] if answer else answer.nearest.quote if answer.nearest else None
    if turn["unanswerable"] or quote is None:
        return Found(False, bool(answer))
    start = turn["answer_start"]
    return Found(quote.start < start + len(turn["answers"][0]) and start < quote.end, bool(answer))


def _rank(search: HybridSearch, hits: Sequence[Hit], wanted: Sequence[Place], places: dict[str, Place]) -> float:
    """The rank of the first right passage of the set, each counting once; infinite where there is none."""
    ranked: dict[Place, None] = {}
    for hit in hits:
        article = search.set_ids[hit.passage.article_id]
        for place in places.values():
            if place.article == article and hit.quote.start < place.end and place.start < hit.quote.end:
                ranked[place] = None
    return next((rank for rank, found in enumerate(ranked, 1) if found in wanted), float("inf"))


def _same(one: str, other: str) -> bool:
    return [word.lower for word in words_of(one)] == [word.lower for word in words_of(other)]


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return float(np.mean(found)) if found else float("nan")


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--every", type=int, default=1, help="take each so-manieth conversation alone")
    options = parser.parse_args()
    parts = []
    head: tuple[str, ...]
    if "news" in options.sets:
        head = ("turns", "asked", "answerable", "right sentence", "right and given", "given, though unanswerable")
        parts.append(f"**News chats, within the article**\n\n{to_table(head, measure_news(options.every))}")
    if chosen := [name for name in PASSAGES if name in options.sets]:
        rows = [row for name in chosen for row in measure_passages(name, options.every)]
        head = ("set", "asked", "turns", "recall@1", "recall@5")
        parts.append(f"**The right passage, among all of the set's, after the first turn**\n\n{to_table(head, rows)}")
    if chosen := [name for name in WORDS if name in options.sets]:
        head = ("set", "follow-ups", "as typed, F1", "ours, F1", "stand-alone", "of these changed")
        table = to_table(head, [measure_words(name, options.every) for name in chosen])
        parts.append(f"**Words shared with the stand-alone form that a person wrote**\n\n{table}")
    body = "\n\n".join(parts)
    print(body)
    if tuple(options.sets) == SETS:
        every = f" --every {options.every}" if options.every > 1 else ""
        write_section("followups", body, command=f"python -m bench.followups{every}")


if __name__ == "__main__":
    main()
