"""Converse about articles: ``Conversation(library).ask(question)`` gives an ``Answer`` made of quotes.

Imports nothing heavy, and of its own modules only what the types need: the others are imported when first named.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from bot.types import Answer, Citation, Turn, Verdict
from bot.version import __version__

if TYPE_CHECKING:
    from bot.answer import THRESHOLD
    from bot.citation import Check, Standing, citation_line, verify
    from bot.conversation import Conversation

__all__ = [
    "THRESHOLD",
    "Answer",
    "Check",
    "Citation",
    "Conversation",
    "Standing",
    "Turn",
    "Verdict",
    "__version__",
    "citation_line",
    "verify",
]

_HOMES = {
    "THRESHOLD": "bot.answer",
    "Check": "bot.citation",
    "Conversation": "bot.conversation",
    "Standing": "bot.citation",
    "citation_line": "bot.citation",
    "verify": "bot.citation",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'bot' has no attribute {name!r}")
