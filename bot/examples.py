"""What the HTTP service's documentation shows: requests to try, and what an answer looks like."""

from __future__ import annotations

from typing import Any

from bot.render import to_dict
from bot.types import Answer, Citation, Verdict
from index.types import Hit, Passage, Quote

SEARCHES: Any = {
    "plain": {"summary": "The three best passages", "value": {"question": "Does the deal cover returns?", "k": 3}},
    "retrieval": {"summary": "Retrieval alone", "value": {"question": "boat parts", "k": 10, "read": False}},
}
QUESTIONS: Any = {
    "first": {"summary": "A first question", "value": {"question": "Does the deal cover returns?"}},
    "follow-up": {
        "summary": "A follow-up, with what was asked before",
        "value": {"question": "And the EU?", "history": ["Does the deal cover returns?"]},
    },
    "as typed": {
        "summary": "The same, searched in its own words alone",
        "value": {"question": "And the EU?", "history": ["Does the deal cover returns?"], "as_typed": True},
    },
    "suggestions": {
        "summary": "With questions that lead on",
        "value": {"question": "Does the deal cover returns?", "suggest": 3},
    },
}

ADDITIONS: Any = {
    "address": {"summary": "A page on the web", "value": {"url": "https://news.example/deal"}},
    "text": {
        "summary": "A text",
        "value": {"text": "The tower opened in 1889. It is 330 metres tall.", "title": "The tower"},
    },
}
ARTICLE: dict[str, Any] = {
    "id": "6b1f0c2d9a3e4f58",
    "title": "The tower",
    "source": None,
    "added": "2026-03-01T09:30:00Z",
    "characters": 49,
    "revision": "0123456789abcdef",
    "author": None,
    "published": None,
    "shared": False,
    "can_refresh": False,
    "can_remove": True,
    "unchanged": False,
}
"""As POST /v1/articles gives it."""
FEEDBACK: Any = {
    "good": {
        "summary": "The quote answers",
        "value": {
            "question": "Does the deal cover returns?",
            "quote": "The deal does not cover returns.",
            "good": True,
        },
    },
    "bad": {
        "summary": "It should have said that the article does not say",
        "value": {"question": "Who paid?", "answer": "Britain paid.", "good": False, "note": "It says who pays later."},
    },
}
STAGES = """{"stage": "found", "passages": 18, "articles": 1, "places": [{"article_id": "…", "start": 120, "end": 410}]}
{"stage": "read", "passages": 18}
{"stage": "answered", "answer": {"text": "The deal does not cover returns.", …}}
"""
"""As /v1/ask tells of them where application/x-ndjson is accepted."""

_TEXT = "The deal does not cover returns, the minister said. It is about intelligence."
_REVISION = "0123456789abcdef"
_QUOTE = Quote("the-deal", _TEXT[:51], 120, 171, 2, _REVISION)
_PASSAGE = Passage("the-deal/1", "the-deal", _TEXT, 120, 120 + len(_TEXT), "What it leaves out", 2)
ANSWER: dict[str, Any] = to_dict(
    Answer(
        question="And returns?",
        asked_as="Does the deal cover returns?",
        quotes=(_QUOTE,),
        confidence=0.84,
        verdict=Verdict.NO,
        hits=(Hit(_PASSAGE, 0.84, _QUOTE, 0.84, (0.01, 0.98, 0.01)),),
        citations=(
            Citation(
                title="The deal",
                source="https://news.example/deal",
                link="https://news.example/deal#:~:text=The%20deal%20does%20not%20cover%20returns",
                speaker="the minister",
            ),
        ),
        elsewhere=(Quote("the-deal", "Returns were left for later talks.", 410, 444, 6, _REVISION),),
        suggestions=("What is the deal about?",),
    )
)
"""As /v1/ask gives it."""
