"""Question sets the way the product meets them: whole articles, and questions with their answers' offsets."""

from __future__ import annotations

from dataclasses import dataclass

from bench.data import Row, load_rows


@dataclass(frozen=True, slots=True)
class SetArticle:
    """An article to be added to a library, under the set's own id as its source."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class SetQuestion:
    """A question, and where its answer and the paragraph that holds it stand: offsets in its article, or None."""

    article_id: str
    question: str
    answer: tuple[int, int] | None
    paragraph: tuple[int, int] | None
    yes_no: bool
    answers: tuple[str, ...] = ()
    """All that annotators gave, ``answer`` the place of the first; empty where there is none."""
    places: tuple[tuple[int, int], ...] = ()
    """Where they stand."""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Articles and the questions asked of them."""

    name: str
    articles: tuple[SetArticle, ...]
    questions: tuple[SetQuestion, ...]

    @property
    def answerable(self) -> list[SetQuestion]:
        """Those with an answer in the text, yes/no questions left out: their evidence is judged with their verdict."""
        return [question for question in self.questions if question.answer and not question.yes_no]


def load_question_set(split: str, name: str, *, articles: int | None = None) -> QuestionSet:
    """A set of paragraphs (squad2, xquad_en, selqa_dev…), joined to articles, or of whole articles (news).

    ``articles``: the first so many alone.
    """
    if name == "news":
        return _load_whole_articles(split, name, articles)
    return _load_paragraphs(split, name, articles)


def _load_whole_articles(split: str, name: str, count: int | None) -> QuestionSet:
    found = [SetArticle(row["id"], row["title"], row["text"]) for row in load_rows(split, f"{name}.articles")[:count]]
    texts = {article.id: article.text for article in found}
    questions = [
        SetQuestion(
            article_id=row["article_id"],
            question=row["question"],
            answer=_span(row, 0),
            paragraph=_paragraph_around(texts[row["article_id"]], _span(row, 0)),
            yes_no=bool(row.get("verdict")),
            answers=tuple(row["answers"]),
            places=_spans(row, 0),
        )
        for row in load_rows(split, f"{name}.questions")
        if row["article_id"] in texts
    ]
    return QuestionSet(name, tuple(found), tuple(questions))


def _load_paragraphs(split: str, name: str, count: int | None) -> QuestionSet:
    texts: dict[str, str] = {}
    titles: dict[str, str] = {}
    places: dict[str, tuple[int, int]] = {}
    for row in sorted(load_rows(split, f"{name}.passages"), key=lambda row: (row["article_id"], row["position"])):
        article_id = row["article_id"]
        if article_id not in texts and count is not None and len(texts) == count:
            continue
        before = f"{texts[article_id]}\n\n" if article_id in texts else ""
        places[row["id"]] = len(before), len(before) + len(row["text"])
        texts[article_id] = before + row["text"]
        titles[article_id] = row["title"]
    questions = [
        SetQuestion(
            article_id=row["article_id"],
            question=row["question"],
            answer=_span(row, places[row["passage_id"]][0]) if row["passage_id"] else None,
            paragraph=places[row["passage_id"]] if row["passage_id"] else None,
            yes_no=False,
            answers=tuple(row["answers"]),
            places=_spans(row, places[row["passage_id"]][0]) if row["passage_id"] else (),
        )
        for row in load_rows(split, f"{name}.questions")
        if row["article_id"] in texts
    ]
    return QuestionSet(name, tuple(SetArticle(id_, titles[id_], texts[id_]) for id_ in texts), tuple(questions))


def _span(row: Row, shift: int) -> tuple[int, int] | None:
    """Where the first answer stands, or None for a question that the text does not answer."""
    if row["unanswerable"] or row["answer_start"] is None:
        return None
    start = shift + int(row["answer_start"])
    return start, start + len(row["answers"][0])


def _spans(row: Row, shift: int) -> tuple[tuple[int, int], ...]:
    """Where all answers stand; empty for a question that the text does not answer."""
    first = _span(row, shift)
    if first is None:
        return ()
    starts = row.get("answer_starts") or [row["answer_start"]]
    return tuple(
        (shift + int(at), shift + int(at) + len(text)) for at, text in zip(starts, row["answers"], strict=True)
    )


def _paragraph_around(text: str, span: tuple[int, int] | None) -> tuple[int, int] | None:
    if span is None:
        return None
    end = text.find("\n\n", span[1])
    return text.rfind("\n\n", 0, span[0]) + 1, len(text) if end < 0 else end
