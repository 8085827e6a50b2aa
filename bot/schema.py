"""What goes in and out over HTTP, as pydantic models: they check what comes in, and write the OpenAPI description."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator

from bot.loading import Status
from bot.types import Answer
from index.types import Hit

LONGEST_QUESTION = 20_000
"""Characters: far more than anyone asks, far less than would keep the reader busy for long."""
MOST_HITS = 100
MOST_SUGGESTIONS = 5
"""Each is tried before it is given, which takes about as long as a question."""
LONGEST_HISTORY = 200
"""Entries; a conversation remembers fewer."""

Question = Annotated[
    str,
    Field(
        max_length=LONGEST_QUESTION,
        description="In plain words. A blank one finds nothing.",
        examples=["Does the deal cover returns?"],
    ),
]
ArticleIds = Annotated[
    list[str] | None,
    Field(default=None, description="Ids of the articles to look in; null for all of them.", examples=[None]),
]


class ChatMessage(BaseModel):
    """One message of a chat; only those of the role "user" count."""

    role: str
    content: str


class PastTurn(BaseModel):
    """One question of the conversation so far; what was answered may be sent along and is not needed."""

    question: Annotated[str, Field(max_length=LONGEST_QUESTION)]
    as_typed: Annotated[bool, Field(strict=True, description="Whether it was searched in its own words.")] = False


class SearchRequest(BaseModel):
    """What to search for, and where."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Question
    k: Annotated[int, Field(ge=1, le=MOST_HITS, description="The most hits to return.", examples=[3])] = 5
    articles: ArticleIds
    read: Annotated[
        bool, Field(description="Whether the reader weighs the hits; false for retrieval alone.", examples=[True])
    ] = True


class AskRequest(BaseModel):
    """A question, and the conversation that it belongs to."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Question
    history: Annotated[
        list[str | ChatMessage | PastTurn] | None,
        Field(
            default=None,
            max_length=LONGEST_HISTORY,
            description=(
                "The conversation so far, oldest first: questions, turns that hold one as `question`, or chat messages "
                "with `role` and `content`."
            ),
            examples=[["Who announced the deal?"]],
        ),
    ]
    articles: ArticleIds
    as_typed: Annotated[
        bool,
        Field(description="Search the question in its own words, also where it leans on what was asked before."),
    ] = False
    suggest: Annotated[
        int,
        Field(
            ge=0, le=MOST_SUGGESTIONS, description="The most questions to suggest, which takes longer.", examples=[3]
        ),
    ] = 0


class HitsBody(BaseModel):
    """What a search found, best first."""

    hits: list[Hit]


class ArticleBody(BaseModel):
    """One article, without its text."""

    id: str
    title: str
    source: Annotated[str | None, Field(description="The address it was read from, or the name of the file, if any.")]
    added: datetime
    characters: Annotated[int, Field(description="Code points in its text: what offsets count.")]
    revision: Annotated[str, Field(description="Another one means another text.")]
    author: str | None = None
    published: str | None = None
    shared: Annotated[bool, Field(description="Whether everyone can ask it; else it is your own, and yours alone.")]
    can_refresh: Annotated[bool, Field(description="Whether you may have it read again where it came from.")]
    can_remove: Annotated[bool, Field(description="Whether you may remove it.")]


class WholeArticleBody(ArticleBody):
    """One article, with its text."""

    text: str


class AddedBody(ArticleBody):
    """What came of adding an article."""

    unchanged: Annotated[bool, Field(description="Whether it was there already, with the same text.")]


class AddingBody(BaseModel):
    """What may be added here."""

    allowed: Annotated[bool, Field(description="Whether this server takes articles at all.")]
    bytes: Annotated[int, Field(description="Of one file or text, at most.")]
    articles: Annotated[int, Field(description="Of your own, at most.")]
    added: Annotated[int, Field(description="Of your own, so far.")]
    kept: Annotated[bool, Field(description="Whether they are kept when the server stops.")]


class ArticlesBody(BaseModel):
    """The articles that you can ask: those that everyone shares, then your own."""

    articles: list[ArticleBody]
    adding: AddingBody


class AddRequest(BaseModel):
    """Either an address or a text."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: Annotated[str | None, Field(description="A public http or https address, which is fetched.")] = None
    text: Annotated[str | None, Field(description="A text, which is kept exactly as it is.")] = None
    title: Annotated[str | None, Field(description="Where it is to have another than it says itself.")] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> AddRequest:
        if (self.url is None) == (self.text is None):
            raise ValueError("give either “url” or “text”")
        return self


class FeedbackRequest(BaseModel):
    """What somebody thought of an answer."""

    question: Annotated[str, Field(max_length=LONGEST_QUESTION, examples=["Does the deal cover returns?"])]
    good: Annotated[bool, Field(strict=True, description="Whether it was right.", examples=[True])]
    answer: Annotated[str | None, Field(max_length=LONGEST_QUESTION, description="What was answered.")] = None
    quote: Annotated[str | None, Field(max_length=LONGEST_QUESTION, description="What it is about.")] = None
    asked_as: Annotated[str | None, Field(max_length=LONGEST_QUESTION, description="How it was understood.")] = None
    article: Annotated[str | None, Field(max_length=100, description="The id of the article of the quote.")] = None
    revision: Annotated[str | None, Field(max_length=100, description="And its revision.")] = None
    start: Annotated[int | None, Field(ge=0, description="Where the quote starts in the article.")] = None
    end: Annotated[int | None, Field(ge=0, description="Where it ends.")] = None
    note: Annotated[str | None, Field(max_length=2_000, description="In their own words.")] = None


class HealthBody(BaseModel):
    """Whether questions can be asked yet."""

    status: Status
    message: Annotated[str, Field(description="What is loading, or why it failed; empty when ready.")]
    page: Annotated[Status, Field(description="The same for the page in the browser.")]
    version: str


class ErrorBody(BaseModel):
    """What went wrong, for programs and for people."""

    code: Annotated[str, Field(description="What programs know it by.", examples=["no_such_article"])]
    message: Annotated[str, Field(description="What it is, and what to do about it, in a sentence.")]


class TroubleBody(BaseModel):
    """What went wrong."""

    detail: Annotated[str, Field(description="The same sentence as in `error.message`.")]
    error: ErrorBody


def _answer_body() -> type[BaseModel]:
    """Answer as a pydantic model: its own fields, whatever they are, and ``text``, which is a property there."""
    hints = get_type_hints(Answer)
    own: dict[str, Any] = {field.name: (hints[field.name], ...) for field in fields(Answer)}
    text = Annotated[str, Field(description="The first quote's text, empty when the article does not say.")]
    return create_model("Answer", __doc__=Answer.__doc__, text=(text, ...), **own)


AnswerBody = _answer_body()
