"""What is no question about what the article says: a greeting, a question about the program, "what is this about?".

Only a whole message counts, never a part of one, so that "Hello Kitty's revenue?" is still searched. Where it could
be either, it is a question: "what is the report about?" may well ask for a report that the article speaks of.
"""

from __future__ import annotations

import re
from enum import Enum


class Talk(Enum):
    """What was meant, with the fixed words of the reply."""

    GREETING = "Hello. Ask something about the article: the answer comes in its own words."
    THANKS = "You are welcome."
    FAREWELL = "Goodbye."
    PROGRAM = (
        "This is Pullquote, a program. It looks for the sentence of the article that answers a question, and shows it "
        "word for word, in its place; when none does, it says so. It writes nothing of its own."
    )
    OVERVIEW = "Pullquote does not summarise, it quotes. This is how the article begins:"


def recognise(message: str) -> Talk | None:
    """What kind of talk the whole of ``message`` is, or None where it may be a question about the article."""
    words = " ".join(re.findall(r"[^\W_]+(?:'[^\W_]+)*", message.casefold().replace("’", "'")))
    return next((talk for talk, pattern in _PATTERNS.items() if pattern.fullmatch(words)), None)


def _any_of(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{alternative})" for alternative in alternatives))


_NAMED = "(?: (?:there|again|all|everyone|everybody|bot|pullquote))?"
_MOOD = "how are you(?: doing)?(?: today)?"
_ARTICLE = "(?:this (?:article|text|document|page|piece|story)|the (?:article|text|page))"
_IS = "(?: is|'s)"
_END = "(?: please| for me| for me please| in short| briefly| all)?"

# Matched against the words of the message in lower case, parted by one blank, without any marks but apostrophes.
_PATTERNS = {
    Talk.GREETING: _any_of(
        f"(?:hi|hello|hallo|hey|hiya|howdy|greetings|good (?:morning|afternoon|evening|day)){_NAMED}(?: {_MOOD})?",
        _MOOD,
        "how do you do",
        "nice to meet you",
    ),
    Talk.THANKS: _any_of(
        "(?:(?:ok|okay|great|perfect|good|nice|cool|wonderful) )?(?:many thanks|thanks|thank you|thx|cheers)"
        "(?: a lot| a million| very much| so much| again| for your help| for the help| for that| pullquote| bot)*",
        "(?:that was |that's |very )(?:very )?helpful",
    ),
    Talk.FAREWELL: _any_of(
        "(?:(?:ok|okay|thanks|thank you) )?(?:bye|bye bye|goodbye|good bye|good night|farewell|see you|see you later)"
        "(?: now| then| for now| pullquote| bot)?",
    ),
    Talk.PROGRAM: _any_of(
        "(?:who|what|who exactly|what exactly) are you",
        "are you (?:an? )?(?:real |large )?"
        "(?:ai|bot|robot|human|person|machine|program|chatbot|chatgpt|llm|language model)",
        "how (?:do you|does this program|does this bot) work",
        "what (?:can|do) you do",
        "what can i ask(?: you)?",
        f"what{_IS} your name",
        "who (?:made|built|created|trained) you",
        "(?:can|could) you help(?: me)?",
    ),
    Talk.OVERVIEW: _any_of(
        f"(?:so )?what{_IS} {_ARTICLE}(?: all)? about{_END}",
        f"what does {_ARTICLE} say{_END}",
        f"what{_IS} this(?: all)? about{_END}",
        "what am i reading",
        f"(?:(?:can|could|would|will) you )?(?:please )?(?:summari[sz]e|sum up)(?: {_ARTICLE}| this| it){_END}",
        f"(?:please )?(?:give me|i need|i want) (?:a|the) (?:short |brief )?(?:summary|overview|gist)"
        f"(?: of {_ARTICLE}| of this)?{_END}",
        f"(?:summari[sz]e|summary|overview|tldr|tl dr){_END}",
    ),
}
