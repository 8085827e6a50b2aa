"""Who says a quoted sentence, in the article's own words: by rules on the sentence and those around it. Pure.

A sentence is somebody's when it is direct speech, or when the article says that it is reported: ``Ann Bell said that``,
``…, the ministry said``, ``according to``. Where the rules leave a doubt they name nobody: a wrong name is worse than
none. English articles alone; measured by bench/speakers.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.speech import Attribution, attribution_of, mask_speech, subject_of
from index.blocks import BlockKind, split_blocks
from index.sentences import split_sentences

REACH = 4_000
"""Code points before and after a sentence that are looked at: several paragraphs, so that long articles cost no more."""
BACK = 5
"""Sentences back, in the same paragraph, in which the one is looked for whom "he" or "it" means."""

_OPEN_SPEECH = re.compile(r'["“‘\'][^"”’]*$')
_NAME_INSIDE = re.compile(r"(?<=[a-z,]\s)[A-Z]\w+")
_LETTER = re.compile(r"[^\W\d_]")
_TITLES = frozenset(
    """Mr Mr. Mrs Mrs. Ms Ms. Miss Dr Dr. Prof Professor Sir Dame Lord Lady Judge Justice Captain Colonel Sergeant PC
    Inspector Superintendent Cr Father Rev Reverend Pastor Bishop Senator Councillor Commissioner The""".split()
)
_HE = frozenset(["Mr", "Mr.", "Sir", "Lord", "Father"])
_SHE = frozenset(["Mrs", "Mrs.", "Ms", "Ms.", "Miss", "Dame", "Lady"])
_PERSONS = frozenset(["he", "she"])
_PARTICLES = r"(?:(?:de|da|do|dos|del|der|den|di|du|la|le|van|von|al|el|bin|ibn|ter|y)\s+|al-|el-|d['’])?"
_CAPITALISED = rf"{_PARTICLES}[A-Z][\w'’.&-]*"


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    masked: str
    """Its text with what is within quotation marks blotted out."""
    paragraph: int
    """Counts the blocks of the window."""
    found: Attribution | None


def speaker_of(text: str, start: int, end: int) -> str:
    """Who says ``text[start:end]``, in the article's words; ``""`` where it is the article itself, or unsure.

    Of several sentences, the one who says them all. A short name is given in full where the article has it in full
    before: "Mr Bell said" gives "Ann Bell" only if there is no other Bell.
    """
    sentences = _sentences_around(text, start, end)
    inside = [place for place, each in enumerate(sentences) if each.start < end and start < each.end]
    names = {_speaker(text, sentences, place) for place in inside}
    return names.pop() if len(names) == 1 else ""


def _sentences_around(text: str, start: int, end: int) -> list[_Sentence]:
    """Those of the paragraphs that ``text[start:end]`` is in, and of those before and after that are within REACH."""
    first = text.rfind("\n\n", 0, max(0, start - REACH)) + 1
    last = text.find("\n\n", min(len(text), end + REACH))
    window = text[first : len(text) if last < 0 else last]
    sentences = []
    for number, block in enumerate(split_blocks(window)):
        if block.kind is BlockKind.HEADING:
            continue
        masked = " " * block.start + mask_speech(window[block.start : block.end])
        for at, stop in split_sentences(window, block.start, block.end):
            found = attribution_of(masked[at:stop], window[at:stop])
            sentences.append(_Sentence(first + at, first + stop, masked[at:stop], number, found))
    return sentences


def _speaker(text: str, sentences: list[_Sentence], place: int) -> str:
    """Who says one sentence."""
    sentence = sentences[place]
    if sentence.found:
        return _named(text, sentences, place, sentence.found)
    if not _is_speech(sentence):
        return ""
    closing = _closing(sentences, place)
    if closing is not None:
        return _named(text, sentences, closing, sentences[closing].found)
    before = place - 1
    if before < 0 or not _leads_over(text, sentences[before], sentence):
        return ""
    return _speaker(text, sentences, before)


def _is_speech(sentence: _Sentence) -> bool:
    """Whether all of it is within quotation marks."""
    return not _LETTER.search(sentence.masked)


def _closing(sentences: list[_Sentence], place: int) -> int | None:
    """Where the speech that ``place`` is in ends with ``," said Ann Bell``: there may be sentences of it in between."""
    for later in range(place + 1, len(sentences)):
        sentence = sentences[later]
        if sentence.paragraph != sentences[place].paragraph or sentence.masked[:1] != "\0":
            return None
        if sentence.found:
            return later
        if not _is_speech(sentence) or sentence.masked[-1:] != "\0":
            return None
    return None


def _leads_over(text: str, before: _Sentence, sentence: _Sentence) -> bool:
    """Whether the speech in ``sentence`` goes on from the sentence before."""
    if before.paragraph == sentence.paragraph:
        return before.found is not None or _is_speech(before)
    ended = text[before.start : before.end].rstrip()
    return bool(before.found and ended.endswith(":")) or (before.masked[-1:] == "\0" and ended[-1] not in "\"”’'")


def _named(text: str, sentences: list[_Sentence], place: int, found: Attribution | None) -> str:
    """The speaker as the article names them: a pronoun resolved, a short name in full; ``""`` where that is unsure."""
    if found is None:
        return ""
    sentence = sentences[place]
    if found.pronoun:
        return _meant_by(text, sentences, place, found.pronoun)
    return _in_full(text, sentence.start + found.start, sentence.start + found.end)


def _meant_by(text: str, sentences: list[_Sentence], place: int, pronoun: str) -> str:
    """Whom a pronoun means: the subject of the sentence before, past sentences with the same pronoun as theirs."""
    for before in range(place - 1, max(-1, place - 1 - BACK), -1):
        sentence = sentences[before]
        if sentence.paragraph != sentences[place].paragraph:
            return ""
        subject = _subject(text, sentence, pronoun)
        if subject is None:
            if _is_speech(sentence) or _goes_on_about(sentence, pronoun):
                continue
            return ""
        if subject.pronoun:
            if subject.pronoun != pronoun:
                return ""
            continue
        start, end = sentence.start + subject.start, sentence.start + subject.end
        name = _in_full(text, start, end)
        return name if _agrees(name, pronoun) else ""
    return ""


def _goes_on_about(sentence: _Sentence, pronoun: str) -> bool:
    """Whether a sentence has the pronoun in it already, and no name that it might stand for from here on."""
    again = re.search(rf"\b{pronoun}\b", sentence.masked, re.IGNORECASE)
    return again is not None and not _NAME_INSIDE.search(sentence.masked)


def _subject(text: str, sentence: _Sentence, pronoun: str) -> Attribution | None:
    """The one that a pronoun after ``sentence`` may mean: who speaks in it, or else whom it is about."""
    said, about = sentence.found, subject_of(sentence.masked)
    if said and (said.pronoun or about is None or _agrees(_in_full(text, sentence.start + said.start, sentence.start + said.end), pronoun)):
        return said
    return about


def _agrees(name: str, pronoun: str) -> bool:
    """Whether ``name`` may be meant by the pronoun: a person by he and she, a body or a paper by it."""
    title = name.split()[0]
    is_person = re.fullmatch(rf"{_CAPITALISED}(?:\s+{_CAPITALISED})+", name) is not None
    if pronoun in _PERSONS:
        return is_person and title not in (_SHE if pronoun == "he" else _HE)
    return not is_person or title == "The"


def _in_full(text: str, start: int, end: int) -> str:
    """``text[start:end]``, or the one full name before it that ends like it."""
    name = text[start:end]
    words = name.split()
    bare = " ".join(words[1:]) if words[0] in _TITLES else name
    if not bare or not bare[0].isupper() or (" " in bare and bare == name):
        return name
    given = rf"(?:{_CAPITALISED}\s+){{1,3}}"
    before = re.findall(rf"(?<![\w’'-])({given}{re.escape(bare)})(?!\w)", text[: start + len(name)])
    full = {_without_titles(each) for each in before} - {bare}
    full = {each for each in full if " " in each}
    return full.pop() if len(full) == 1 else name


def _without_titles(name: str) -> str:
    words = name.split()
    while words and words[0] in _TITLES:
        words = words[1:]
    return " ".join(words)
