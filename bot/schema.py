"""What goes in and out over HTTP, as pydantic models: they check what comes in, and write the OpenAPI description."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

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
    """One article of the library, without its text."""

    id: str
    title: str
    source: Annotated[str | None, Field(description="The path or address it was read from, if any.")]
    added: datetime
    characters: Annotated[int, Field(description="Code points in its text: what offsets count.")]


class ArticlesBody(BaseModel):
    """The articles of the library."""

    articles: list[ArticleBody]


class HealthBody(BaseModel):
    """Whether questions can be asked yet."""

    status: Status
    message: Annotated[str, Field(description="What is loading, or why it failed; empty when ready.")]
    page: Annotated[Status, Field(description="The same for the page in the browser.")]
    version: str


class TroubleBody(BaseModel):
    """What went wrong, in a sentence."""

    detail: str


def _answer_body() -> type[BaseModel]:
    """Answer as a pydantic model: its own fields, whatever they are, and ``text``, which is a property there."""
    hints = get_type_hints(Answer)
    own: dict[str, Any] = {field.name: (hints[field.name], ...) for field in fields(Answer)}
    text = Annotated[str, Field(description="The first quote's text, empty when the article does not say.")]
    return create_model("Answer", __doc__=Answer.__doc__, text=(text, ...), **own)


AnswerBody = _answer_body()
