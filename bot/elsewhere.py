"""The other places that speak of what was asked: sentences beside the answer that share its telling words. Pure.

The reader's confidence alone does not find them: it is high for whatever looks like an answer, and each passage has one
sentence of it. What a sentence is about is told by the words that are rare in the article, names above all.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.answer import SAME_WORDS
from index.blocks import split_blocks
from index.sentences import split_sentences
from index.types import Article, Hit, Quote

MOST_PLACES = 5
"""As many as one steps through."""
ENOUGH = 0.5
"""The share of the question's words, by how telling they are, that a sentence must have.

This and the numbers below were chosen by reading what they show on news that the reader was not trained on.
"""
ENOUGH_IF_SURE = 0.4
"""The same for a sentence that the reader is SURE of: it knows other words for the same thing."""
SURE = 0.3
NAME = 2.0
"""How much more a name or a number tells than a plain word that is as rare."""
ABSENT = 0.5
"""How much a word counts that stands nowhere: the question is not about the rest of its words alone."""
COMMON = 0.2
"""What is in more than this share of the sentences tells of no one thing."""
RARE = 2
"""A plain word must be in no more sentences than this to tell by itself what one is about."""

_WORD = re.compile(r"\w+(?:['’.,]\w+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_ENDINGS = re.compile(
    r"(?<=\w{4})(?:ations?|ments?|ings?|ies|ied|ers?|ed|es|s|ly|ion|e|y)$"  # at least four letters stay
)
# Not the words of words.py: with those, which make less of "date" or "level", places off the topic were shown.
_TELLS_NOTHING = frozenset(
    _WORD.findall("""
    a about according after again against all also although among an and another any are around as ask asked at
    away back be because been before being best between big both but by came can come could day days did do does
    doing done down each else end even ever every few first for from gave get gets give given go goes going got had
    happen happens has have having he her here high him his how if in include includes including into is it its
    just know last less let like long low made make makes man many may me mean means men might mine month months
    more most mr mrs ms much must my name named names near need never new next no nor not now number of off often
    old on once one only or other our out over own part people per put said same say saying says see set she short
    should since small so some someone something still such take taken takes tell than that the their them then
    there these they thing things this those though through time times to told too took two under until up us use
    used very want wanted was way we week weeks well went were what when where whether which while who whom whose
    why will with within without woman women would year years yet you your
""")
)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a hit's passage, and what it speaks of."""

    article_id: str
    start: int
    end: int
    terms: frozenset[str]
    names: frozenset[str]
    """Those of its terms that are written with a capital within it, or are numbers."""
    sure: bool = False
    """Whether the reader took it for the best of its passage, and is SURE enough of it."""
    paragraph: int | None = None
    """The number of its paragraph, where its passage alone tells."""


def other_places(
    question: str, quotes: Sequence[Quote], hits: Sequence[Hit], articles: Mapping[str, Article]
) -> tuple[Quote, ...]:
    """Up to MOST_PLACES sentences of ``hits`` that speak of what ``question`` asks, in the order in which they stand.

    None of them overlaps or repeats one of ``quotes`` or another of them; ``()`` where none is close enough to the
    question. ``articles``: those of the hits, by id, in the order in which their places are to come; what stands in
    another revision of one, or in none of them, is passed over.
    """
    sentences = [each for hit in hits if _is_current(hit, articles) for each in _sentences(hit)]
    shares = _shares(question, sentences)
    close = [each for each in shares if shares[each] >= (ENOUGH_IF_SURE if each.sure else ENOUGH)]
    close.sort(key=lambda each: -shares[each])
    said = [_Sentence(q.article_id, q.start, q.end, _terms(q.text), frozenset()) for q in quotes]
    chosen: list[_Sentence] = []
    for each in close:
        if len(chosen) < MOST_PLACES and not any(_repeats(each, other) for other in said + chosen):
            chosen.append(each)
    order = {article_id: place for place, article_id in enumerate(articles)}
    chosen.sort(key=lambda each: (order[each.article_id], each.start))
    return tuple(_to_quote(each, articles[each.article_id]) for each in chosen)


def _is_current(hit: Hit, articles: Mapping[str, Article]) -> bool:
    article = articles.get(hit.quote.article_id)
    return article is not None and article.revision == hit.quote.revision


def _sentences(hit: Hit) -> Iterator[_Sentence]:
    passage, quote = hit.passage, hit.quote
    for block in split_blocks(passage.text):
        for start, end in split_sentences(passage.text, block.start, block.end):
            words = list(_WORD.finditer(passage.text, start, end))
            yield _Sentence(
                article_id=passage.article_id,
                start=passage.start + start,
                end=passage.start + end,
                terms=_terms(passage.text[start:end]),
                names=_terms(" ".join(word[0] for word in words[1:] if not word[0][0].islower())),
                sure=passage.start + start == quote.start and hit.confidence >= SURE,
                paragraph=None if "\n" in passage.text[:start] else passage.paragraph,
            )


def _shares(question: str, sentences: Sequence[_Sentence]) -> dict[_Sentence, float]:
    """The share of the question's words, in [0, 1], in each sentence that has enough of them to be about the same."""
    frequency = Counter(term for sentence in sentences for term in sentence.terms)
    names = frozenset().union(*(sentence.names for sentence in sentences))
    weights = {
        term: _weight(len(sentences), frequency[term], term in names)
        for term in sorted(_terms(question))
        if frequency[term] <= max(RARE, COMMON * len(sentences))
    }
    shares = {}
    for sentence in sentences:
        shared = [term for term in weights if term in sentence.terms]
        if len(shared) > 1 or any(term in names or frequency[term] <= RARE for term in shared):
            shares[sentence] = sum(weights[term] for term in shared) / sum(weights.values())
    return shares


def _weight(sentences: int, frequency: int, is_name: bool) -> float:
    """How telling a word is: the fewer sentences have it, the more; inverse document frequency, smoothed."""
    if not frequency:
        return ABSENT * math.log(sentences + 1)
    return (NAME if is_name else 1.0) * math.log((sentences + 1) / frequency)


def _repeats(one: _Sentence, other: _Sentence) -> bool:
    """Whether two overlap, or say much the same."""
    if one.article_id == other.article_id and one.start < other.end and other.start < one.end:
        return True
    return len(one.terms & other.terms) >= SAME_WORDS * min(len(one.terms), len(other.terms))


def _to_quote(sentence: _Sentence, article: Article) -> Quote:
    paragraph = sentence.paragraph
    if paragraph is None:
        paragraph = max(block.paragraph for block in split_blocks(article.text) if block.start <= sentence.start)
    text = article.text[sentence.start : sentence.end]
    return Quote(article.id, text, sentence.start, sentence.end, paragraph, article.revision)


def _terms(text: str) -> frozenset[str]:
    """The stems of the words of ``text`` that may tell what it is about."""
    words = (_POSSESSIVE.sub("", word) for word in _WORD.findall(text.casefold()))
    return frozenset(_ENDINGS.sub("", word) for word in words if len(word) > 1 and word not in _TELLS_NOTHING)
