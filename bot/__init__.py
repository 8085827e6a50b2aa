"""Converse about articles: ``Conversation(library).ask(question)`` gives an ``Answer`` made of quotes.

Imports nothing heavy: what it needs of ``index`` is loaded when a question is asked.
"""

from bot.answer import THRESHOLD
from bot.conversation import Conversation
from bot.types import Answer, Citation, Turn, Verdict
from bot.version import __version__

__all__ = ["THRESHOLD", "Answer", "Citation", "Conversation", "Turn", "Verdict", "__version__"]
