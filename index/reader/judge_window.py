"""What the judge reads at once: a yes/no question, a sentence, and what the two lean on. Pure.

``[CLS] question [SEP] sentence [SEP] history, title, sentence before [SEP]`` in word pieces.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.reader.windows import CLS, QUESTION_TOKENS, SEP

SENTENCE_TOKENS = 96
HISTORY_TOKENS = 40
TITLE_TOKENS = 16
BEFORE_TOKENS = 40


def make_judge_window(
    question: Sequence[int],
    sentence: Sequence[int],
    *,
    history: Sequence[int] = (),
    title: Sequence[int] = (),
    before: Sequence[int] = (),
) -> tuple[list[int], int]:
    """The word pieces, at most 252, and where the sentence starts in them: from there on the token type is 1.

    Too long a question, sentence or title is cut at its end; history and the sentence before, at their start.
    """
    head = [CLS, *question[:QUESTION_TOKENS], SEP]
    around = [*history[-HISTORY_TOKENS:], *title[:TITLE_TOKENS], *before[-BEFORE_TOKENS:]]
    return [*head, *sentence[:SENTENCE_TOKENS], SEP, *around, SEP], len(head)
