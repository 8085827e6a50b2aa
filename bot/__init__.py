"""Converse about articles: ``Conversation(library).ask(question)`` gives an ``Answer`` made of quotes.

Imports nothing heavy: what it needs of ``index`` is loaded when a question is asked.
"""

from bot.answer import THRESHOLD
from bot.citation import Check, Standing, citation_line, verify
from bot.conversation import Conversation
from bot.types import Answer, Citation, Turn, Verdict
from bot.version import __version__

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
