"""One suite for libraries of every kind, each held to the values of one that compares all vectors, in memory."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bag_encoder import BagOfWordsEncoder

from index import Library, NoSuchArticle, indexes
from index.engines.exact import ExactEngine
from index.fusion import DENSE, HYBRID, LEXICAL, Weights
from index.retrieval import Candidate

WORDS = [f"{first}{second}{third}" for first in "bdfgklm" for second in "aeiou" for third in ("rt", "nd", "lm", "sk")]
KINDS = ["memory", "folder", "files", "postgres", "postgres by its indexes", "postgres packed"]
QUESTIONS = [
    "bart dend folm",
    "the kurt of lask",
    "murt murt bask",
    "nothing of it",
    "lind",
    "gelm damd falm bort kosk",
]


def text_of(number: int) -> str:
    """A text of its own words, some rarer than others, in paragraphs under headings."""
    draw = random.Random(number)
    rare = draw.sample(WORDS, 12)
    paragraphs = []
    for place in range(draw.randint(1, 6)):
        sentences = (
            " ".join(draw.choices(["the", "of", "a", *rare], k=draw.randint(4, 14))) for _ in range(draw.randint(1, 7))
        )
        heading = f"## {draw.choice(rare)}\n\n" if place % 3 == 2 else ""
        paragraphs.append(heading + " ".join(f"{each.capitalize()}." for each in sentences))
    return "\n\n".join(paragraphs)


def fill(library: Library) -> None:
    for number in range(40):
        library.add_text(text_of(number), title=f"Text {number}", source=f"text {number}")


@pytest.fixture(scope="module")
def oracle() -> Iterator[Library]:
    """What all are compared with."""
    with Library(model=BagOfWordsEncoder()) as library:
        fill(library)
        with pytest.MonkeyPatch.context() as changed:
            changed.setattr(indexes, "FaissEngine", lambda dimension: ExactEngine())
            library.search("bart", read=False)
        yield library


@pytest.fixture(params=KINDS)
def open_again(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Library]]:
    """Gives the library of a kind; asked again, closed and opened again, where it is kept."""
    kind: str = request.param
    where: str | Path | None = None if kind == "memory" else tmp_path
    if kind == "files":
        monkeypatch.setattr(indexes, "WORTH_FILES", 0)
    if kind.startswith("postgres"):
        where = request.getfixturevalue("database")
        if "packed" in kind:
            monkeypatch.setattr("index.postgres.packs.WORTH_PACKING", 1)
            monkeypatch.setattr("index.postgres.finder._LOOK_UPS", 0)
            monkeypatch.setattr("index.postgres.frequent.WORTH_KEEPING", 0)
            monkeypatch.setattr("index.postgres.scoring._WORTH_NARROWING", 20)
        if "indexes" in kind:
            monkeypatch.setattr("index.postgres.finder._EXACT_OF_ALL", 0)
            where = f"{where}&options=-cenable_seqscan%3Doff%20-cenable_sort%3Doff"
    opened: list[Library] = []

    def again() -> Library:
        if not opened or kind != "memory":
            for library in opened:
                library.close()
            opened.append(Library(where, model=BagOfWordsEncoder()))
        return opened[-1]

    yield again
    for library in opened:
        library.close()


def assert_same(library: Library, oracle: Library, **options: object) -> None:
    """The same passages in the same order, whole, and each sentence weighed the same."""
    for question in QUESTIONS:
        found, wanted = (each.retrieve(question, **options) for each in (library, oracle))  # type: ignore[arg-type]
        assert [(each.passage, each.title, each.revision, each.sentences) for each in found] == [
            (each.passage, each.title, each.revision, each.sentences) for each in wanted
        ], question
        assert _scores(found) == pytest.approx(_scores(wanted), abs=1e-5)


def _scores(candidates: list[Candidate]) -> list[float]:
    return [score for each in candidates for score in (*each.scores, each.score, each.confidence)]


def test_all_find_the_same_by_meaning_and_by_words(open_again: Callable[[], Library], oracle: Library) -> None:
    fill(open_again())
    library = open_again()
    assert [(each.id, each.title, each.text, each.revision) for each in library.articles] == [
        (each.id, each.title, each.text, each.revision) for each in oracle.articles
    ]
    assert_same(library, oracle, depth=1_000)
    assert_same(library, oracle, depth=1_000, articles=oracle.ids[::3])
    assert_same(library, oracle, depth=1_000, articles=oracle.ids[5:6])
    hits = [[each.search(question, 3, read=False) for question in QUESTIONS] for each in (library, oracle)]
    assert [[hit.quote for hit in each] for each in hits[0]] == [[hit.quote for hit in each] for each in hits[1]]


@pytest.mark.parametrize("weights", [LEXICAL, DENSE, HYBRID], ids=["lexical", "dense", "hybrid"])
@pytest.mark.parametrize("some", [False, True], ids=["all", "some"])
def test_the_few_that_are_proposed_are_the_best(
    open_again: Callable[[], Library], oracle: Library, weights: Weights, some: bool
) -> None:
    """Each of the two searches proposes what BM25, or the cosine, puts first: near equals may take turns."""
    fill(open_again())
    library = open_again()
    articles = oracle.ids[::2] if some else None
    for question in QUESTIONS:
        found, wanted = (
            each.retrieve(question, depth=6, weights=weights, articles=articles) for each in (library, oracle)
        )
        assert len(found) == len(wanted) or weights is HYBRID
        if weights is LEXICAL:
            assert {each.passage.id for each in found} == {each.passage.id for each in wanted}
        elif weights is DENSE:
            cosines = [sorted(each.evidence.passage_dense[0] for each in one) for one in (found, wanted)]
            assert cosines[0] == pytest.approx(cosines[1], abs=2e-3)


def test_what_is_changed_and_removed_is_so_everywhere(open_again: Callable[[], Library]) -> None:
    with Library(model=BagOfWordsEncoder()) as oracle:
        for library in (open_again(), oracle):
            fill(library)
            for number in (3, 17):
                library.add_text(text_of(number + 100), title=f"Text {number}", source=f"text {number}")
            for number in (5, 39):
                library.remove(library.ids[number - 2])
        library = open_again()
        assert library.ids == oracle.ids
        assert_same(library, oracle, depth=1_000)
        assert_same(library, oracle, depth=1_000, articles=oracle.ids[-3:])
        assert library.check() == []
        changed = oracle.articles[-1].id
        assert len(library.revisions(changed)) == len(oracle.revisions(changed)) == 2
        with pytest.raises(NoSuchArticle):
            library.search("bart", articles=["none"], read=False)
        assert library.retrieve("bart", articles=[]) == []
        assert library.retrieve("?!") == []
