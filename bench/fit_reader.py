"""Find the numbers of index/reader/calibration.py: ``python -m bench.fit_reader``.

Uses what bench/reader_data.py kept from training: 40 articles of news, two of squad2 and a fifth of the extra ones,
each in a library of its own.
Writes what it read to runs/reader, under the name of the weights: a second run fits without reading.
"""

from __future__ import annotations

import pickle
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from bench.data import Row, load_rows
from bench.question_sets import load_question_set
from bench.reader_data import HELD_OUT_TITLES, extra_articles, extra_names, held_out_extra, held_out_news
from index import Library
from index.reader.reader import MODEL_SHA256, Reader
from index.reading import read_each

HELD_OUT = Path(f"runs/reader/held-out-{MODEL_SHA256[:8]}.pickle")
SQUAD_QUESTIONS, EXTRA_QUESTIONS = 400, 350
SHARES = {"news": 0.5, "squad2": 0.25, "extra": 0.25}
"""How much each set counts: news is as people ask, and squad2's unanswerable questions are made to deceive."""


@dataclass
class Read:
    """One question: for each sentence the reader's logit, retrieval's score, and whether it answers."""

    set: str
    answers: np.ndarray
    retrieval: np.ndarray
    gold: np.ndarray


def read_held_out() -> list[Read]:
    """Read all held-out questions, each within its article."""
    rng = random.Random(0)
    reader, found = Reader(), []
    kept = {"news": held_out_news(load_rows("train", "news.articles")), "squad2": set(HELD_OUT_TITLES)}
    for name, ids in kept.items():
        questions_of = load_question_set("train", name)
        questions = [q for q in questions_of.questions if q.article_id in ids]
        if name == "squad2":
            questions = rng.sample(questions, SQUAD_QUESTIONS)
        for article in questions_of.articles:
            if article.id not in ids:
                continue
            with Library() as library:
                library.add_text(article.text, title=article.title)
                mine = [question for question in questions if question.article_id == article.id]
                found += [_read(name, library, reader, each.question, each.answer) for each in mine]
    return found + _read_extra(reader, rng)


def _read_extra(reader: Reader, rng: random.Random) -> list[Read]:
    """A sample of the questions on the extra articles that training does not see."""
    wanted: list[tuple[Row, Row]] = []
    for name in extra_names():
        articles, questions = extra_articles(name)
        unseen = {row["id"]: row for row in articles if row["id"] in held_out_extra(name, articles)}
        wanted += [(unseen[row["article_id"]], row) for row in questions if row["article_id"] in unseen]
    found = []
    for article, row in rng.sample(wanted, EXTRA_QUESTIONS):
        start = row["answer_start"]
        answer = None if row["unanswerable"] else (start, start + len(row["answers"][0]))
        with Library() as library:
            library.add_text(article["text"], title=article["title"])
            found.append(_read("extra", library, reader, row["question"], answer))
    return found


def _read(name: str, library: Library, reader: Reader, question: str, answer: tuple[int, int] | None) -> Read:
    rows = []
    for candidate, readings in read_each(reader, question, library.retrieve(question)):
        for sentence, reading, retrieval in zip(candidate.sentences, readings, candidate.scores, strict=True):
            gold = answer is not None and sentence.start < answer[1] and answer[0] < sentence.end
            rows.append((reading.answers, retrieval, gold))
    logits, scores, right = map(np.array, zip(*rows, strict=True))
    return Read(name, logits, scores, right.astype(bool))


def fit_weights(found: list[Read], share: dict[str, float]) -> np.ndarray:
    """READER, RETRIEVAL and NONE."""

    def loss(w: np.ndarray) -> float:
        total = 0.0
        for each in found:
            odds = np.append(w[0] * each.answers + w[1] * each.retrieval - w[2], 0.0)
            right = np.append(each.gold, not each.gold.any())
            total += share[each.set] * (logsumexp(odds) - logsumexp(odds[right]))
        return total

    result: np.ndarray = minimize(loss, np.array([1.0, 1.0, 0.0]), method="Nelder-Mead", options={"maxiter": 300}).x
    return result


def fit_curve(odds: np.ndarray, right: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """SLOPE and OFFSET."""

    def loss(line: np.ndarray) -> float:
        p = np.clip(expit(line[0] * odds + line[1]), 1e-9, 1 - 1e-9)
        return float(-(weight * np.where(right, np.log(p), np.log1p(-p))).sum())

    result: np.ndarray = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return result


def main() -> None:
    """Fit, and print the constants with what they achieve."""
    if not HELD_OUT.exists():
        HELD_OUT.write_bytes(pickle.dumps(read_held_out()))
    found: list[Read] = pickle.loads(HELD_OUT.read_bytes())
    sizes = {name: sum(each.set == name for each in found) for name in SHARES}
    share = {name: SHARES[name] / size for name, size in sizes.items()}
    w = fit_weights(found, share)
    print(f"READER, RETRIEVAL, NONE = {w[0]:.3f}, {w[1]:.3f}, {w[2]:.3f}")
    odds, right, answerable, weight, names = [], [], [], [], []
    for each in found:
        all_odds = w[0] * each.answers + w[1] * each.retrieval - w[2]
        best = int(all_odds.argmax())
        odds.append(all_odds[best])
        right.append(bool(each.gold[best]))
        answerable.append(bool(each.gold.any()))
        weight.append(share[each.set])
        names.append(each.set)
    line = fit_curve(np.array(odds), np.array(right), np.array(weight))
    print(f"SLOPE, OFFSET = {line[0]:.3f}, {line[1]:.3f}")
    p = expit(line[0] * np.array(odds) + line[1])
    report(p, np.array(right), np.array(answerable), np.array(names))


def report(p: np.ndarray, right: np.ndarray, answerable: np.ndarray, names: np.ndarray) -> None:
    """Recall@1, the best threshold by F1, and the calibration, by set."""
    for name in sorted(set(names)):
        mine = names == name
        print(name, "recall@1", right[mine & answerable].mean().round(3), "of", (mine & answerable).sum())
    for threshold in np.arange(0.1, 0.8, 0.05):
        row = [f"{threshold:.2f}"]
        for name in sorted(set(names)):
            mine, given = names == name, p >= threshold
            precision = right[mine & given].mean()
            recall = (right & given)[mine & answerable].mean()
            row.append(
                f"{name} F1 {2 * precision * recall / (precision + recall):.3f}"
                f" answered {given[mine & answerable].mean():.2f} wrongly {given[mine & ~answerable].mean():.2f}"
            )
        print("  ".join(row))


if __name__ == "__main__":
    main()
