"""Find the weights of bot/english/antecedents.py, on chats whose follow-ups people had put in full: data/train, extra.

What a pronoun stands for counts as right where the full form has its last word. That is strict, for people put things
in other words; what is asked for is that more is right among what is taken.

    python -m bench.fit_antecedents
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from bench.data import Row, load_rows
from bench.reader_data import extra_articles, extra_chats
from bot import Answer, Turn
from bot.english.antecedents import LIKELY, candidates, class_of
from bot.english.leaning import Leaning, loose_pronouns
from bot.english.words import words_of
from bot.followup import understand
from index import Quote
from index.article import make_article
from index.embedding import load_encoder
from index.passages import Sentence, split_passages

PENALTY = 0.003
FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A pronoun: what speaks for each thing it may stand for, (things, features), and which are right, (things,)."""

    kind: str
    article: str
    features: np.ndarray
    right: np.ndarray

    @property
    def or_none(self) -> np.ndarray:
        """``right``, and whether none is."""
        return np.append(self.right, not self.right.any())

    def chances(self, weights: np.ndarray) -> np.ndarray:
        """The log probability of each, and of none."""
        odds = np.append(self.features @ weights[:-1], weights[-1])
        found: np.ndarray = odds - logsumexp(odds)
        return found


def main() -> None:
    examples = list(find_examples())
    for kind, least in LIKELY.items():
        mine = [each for each in examples if each.kind == kind]
        sure, right = [], []
        for fold in range(FOLDS):
            weights = fit([each for each in mine if _fold(each) != fold])
            for each in (each for each in mine if _fold(each) == fold):
                chances = np.exp(each.chances(weights))[:-1]
                sure.append(chances.max())
                right.append(each.right[chances.argmax()])
        taken = np.array(sure) >= least
        print(f"{kind}: {taken.mean():.2f} of {len(mine)} resolved, {np.array(right)[taken].mean():.2f} right")
        print(f'    "{kind}": ({", ".join(f"{weight:.2f}" for weight in fit(mine))}),')


def find_examples() -> Iterator[Example]:
    """The pronouns of all chats, each after the turns before it, answered as the set says."""
    sets = [
        (load_rows("train", "news.articles"), load_rows("train", "news.conversations")),
        (extra_articles("chat_a")[0], extra_chats("chat_a")),
    ]
    for articles, chats in sets:
        by_id = {row["id"]: row for row in articles}
        for chat in chats:
            article = by_id[chat["article_id"]]
            turns: list[Turn] = []
            sentences = _sentences(article)
            for row in chat["turns"]:
                question = row["question"]
                if turns and row["rewrite"]:
                    yield from _examples_of(question, row["rewrite"], turns, article["id"])
                understood = understand(question, turns)
                asked_as = understood.asked_as if understood.leaning is Leaning.LEANS else question
                turns.append(_turn(row, asked_as, article["text"], sentences))


def fit(examples: Sequence[Example]) -> np.ndarray:
    """Weights of the features, and of none."""

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = PENALTY * weights @ weights, 2 * PENALTY * weights
        for each in examples:
            chances = each.chances(weights)
            of_right = logsumexp(chances[each.or_none])
            value -= of_right / len(examples)
            off = np.exp(chances) - np.where(each.or_none, np.exp(chances - of_right), 0)
            gradient += np.append(off[:-1] @ each.features, off[-1]) / len(examples)
        return float(value), gradient

    size = examples[0].features.shape[1] + 1
    found: np.ndarray = minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B").x
    return found


def _examples_of(question: str, rewrite: str, turns: Sequence[Turn], article: str) -> Iterator[Example]:
    """One for each class of pronoun that leans on the turns before."""
    words, told = words_of(question), {word.bare.rstrip("s") for word in words_of(rewrite)}
    first = {class_of(pronoun): pronoun.start for pronoun in reversed(loose_pronouns(question))}
    for kind, start in first.items():
        at = next(i for i, word in enumerate(words) if word.start == start)
        if found := candidates(words, at, turns):
            right = np.array([mention.key.rstrip("s") in told for mention, _ in found])
            yield Example(kind, article, np.array([values for _, values in found], dtype=float), right)


def _turn(row: Row, asked_as: str, text: str, sentences: Sequence[Sentence]) -> Turn:
    quotes: tuple[Quote, ...] = ()
    if not row["unanswerable"]:
        said = next(each for each in sentences if each.start <= row["answer_start"] < each.end)
        quotes = (Quote("", text[said.start : said.end], said.start, said.end, 1, ""),)
    return Turn(row["question"], Answer(row["question"], asked_as, quotes))


def _sentences(article: Row) -> list[Sentence]:
    encoder = load_encoder()
    made = make_article(article["text"], title=article["title"])
    split = split_passages(made, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
    return [sentence for passage in split for sentence in passage.sentences]


def _fold(example: Example) -> int:
    return zlib.crc32(example.article.encode()) % FOLDS


if __name__ == "__main__":
    main()
