"""Who says a quoted sentence, in the article's own words: by rules on the sentence and those around it. Pure.

A sentence is somebody's when it is direct speech, or when the article says that it is reported: ``Ann Bell said that``,
``…, the ministry said``, ``according to``. Where the rules leave a doubt they name nobody: a wrong name is worse than
none. English articles alone; measured by bench/speakers.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.english.speech import Attribution, attribution_of, mask_speech, subject_of
from bot.english.speech_patterns import BLOT
from index.blocks import BlockKind, split_blocks
from index.sentences import split_sentences

REACH = 4_000
"""Code points on both sides of a sentence that are looked at: several paragraphs, however long the article is."""
NAMES_REACH = 40_000
"""Code points before it in which the full name is looked for."""
BACK = 5
"""Sentences back, in the same paragraph, among which the one that "he" or "it" means is looked for."""
NEAR = 200
"""Code points after a full name in which a pronoun probably means the same person."""

_LETTER = re.compile(r"[^\W\d_]")
_NAME_INSIDE = re.compile(r"(?<=[a-z,]\s)[A-Z]\w+")
_HE = frozenset(["Mr", "Mr.", "Sir", "Lord", "Father"])
_SHE = frozenset(["Mrs", "Mrs.", "Ms", "Ms.", "Miss", "Dame", "Lady"])
_TITLES = (
    _HE
    | _SHE
    | frozenset(
        ["Dr", "Dr.", "Prof", "Professor", "Judge", "Justice", "Captain", "Colonel", "Sergeant", "PC", "Inspector"]
    )
    | frozenset(["Superintendent", "Cr", "Cllr", "Councillor", "Rev", "Reverend", "Pastor", "Bishop", "Senator", "The"])
    | frozenset(["Commissioner", "Chief"])
)
_NO_NAME = re.compile(
    r"(?:An?|The|And|But|Yet|So|In|On|At|By|For|From|To|With|After|Before|When|While|As|If|It|That|This|Its|His|Her"
    r"|Their|Our|My|Last|Since|Yesterday|Today|\w+day|January|February|March|April|May|June|July|August|September"
    r"|October|November|December)"
)
"""What is written with a capital before a name and is no part of it."""
_CAPITALISED = (
    r"(?:(?:de|da|do|dos|del|der|den|di|du|la|le|van|von|al|el|bin|ibn|ter|y)\s+|al-|el-|d['’])?"
    r"(?:[A-Z]\.|[A-Z](?:[\w'’.&-]*[\w'’])?)"
)
_FULL_NAME = re.compile(rf"{_CAPITALISED}(?:\s+{_CAPITALISED})+")
_BODIES = re.compile(
    r"\b(?:Trust|Association|Council|Board|Party|Union|Group|Agency|Authority|Ministry|Department|Office|Court|Commission"
    r"|Committee|Society|Company|Co|Inc|Ltd|Bank|University|Institute|School|College|Police|Service|Club|Federation"
    r"|Alliance|Watch|Hospital|Network|Foundation|Fund|House|Centre|Center|Museum|Church|Forum|Press|News|Times|States"
    r"|Nations)\b"
)
"""What makes several words in capitals no person's name."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    start: int
    end: int
    masked: str
    """Its text with what is within quotation marks blotted out."""
    block: int
    """Counts the paragraphs and list items that are looked at."""
    found: Attribution | None


def speaker_of(text: str, start: int, end: int) -> str:
    """Who says ``text[start:end]``, in the article's words; ``""`` where it is the article itself, or unsure.

    Of several sentences, the one who says them all. A short name is given in full where the article has it in full
    before, as one person's: "Mr Bell said" gives "Robert Bell" unless there is another Bell.
    """
    sentences = _sentences_around(text, start, end)
    places = [place for place, each in enumerate(sentences) if each.start < end and start < each.end]
    names = {_speaker(text, sentences, place) for place in places}
    return " ".join(names.pop().split()) if len(names) == 1 else ""


def _sentences_around(text: str, start: int, end: int) -> list[_Sentence]:
    """Those of the paragraphs that are within REACH of ``text[start:end]``."""
    first = max(0, text.rfind("\n\n", 0, max(0, start - REACH)))
    last = text.find("\n\n", min(len(text), end + REACH))
    window = text[first : len(text) if last < 0 else last]
    sentences = []
    for number, block in enumerate(split_blocks(window)):
        if block.kind is BlockKind.HEADING:
            continue
        masked = mask_speech(window[block.start : block.end])
        for at, stop in split_sentences(window, block.start, block.end):
            part = masked[at - block.start : stop - block.start]
            sentences.append(_Sentence(first + at, first + stop, part, number, attribution_of(part, window[at:stop])))
    return sentences


def _speaker(text: str, sentences: list[_Sentence], place: int) -> str:
    """Who says one sentence: whom it names itself, or else whom the sentences that its speech is part of name."""
    while place >= 0:
        sentence = sentences[place]
        if sentence.found:
            return _named(text, sentences, place, sentence.found)
        if not _is_speech(sentence):
            return ""
        for later in _rest_of_speech(sentences, place):
            if found := sentences[later].found:
                return _named(text, sentences, later, found)
        if not place or not _goes_on(text, sentences[place - 1], sentence):
            return ""
        place -= 1
    return ""


def _is_speech(sentence: _Sentence) -> bool:
    """Whether all of it is within quotation marks."""
    return not _LETTER.search(sentence.masked)


def _rest_of_speech(sentences: list[_Sentence], place: int) -> list[int]:
    """Sentences after ``place`` in the same quotation marks, up to that which closes them: ``…," said Ann Bell``."""
    rest = []
    for later in range(place + 1, len(sentences)):
        before, sentence = sentences[later - 1], sentences[later]
        goes_on = sentence.block == before.block and before.masked.endswith(BLOT) and sentence.masked.startswith(BLOT)
        if not goes_on:
            break
        rest.append(later)
        if not _is_speech(sentence):
            break
    return rest


def _goes_on(text: str, before: _Sentence, sentence: _Sentence) -> bool:
    """Whether the speech in ``sentence`` goes on from the sentence before, or is announced by it."""
    if before.block == sentence.block:
        return before.found is not None or _is_speech(before)
    if text[before.end - 1] == ":":
        return before.found is not None
    return before.masked.endswith(BLOT) and text[before.end - 1] not in "\"”’'"


def _named(text: str, sentences: list[_Sentence], place: int, found: Attribution) -> str:
    """The speaker as the article names them: whom a pronoun means, a short name in full."""
    if found.pronoun:
        name = _meant_by(text, sentences, place, found.pronoun)
        about = subject_of(sentences[place].masked)
        other = _name(text, sentences[place], about) if about and not about.pronoun else name
        # "Eva Bell, she says, is late": who "she" is depends on more than rules see.
        return "" if other != name and _agrees(other, found.pronoun) else name
    return _name(text, sentences[place], found)


def _name(text: str, sentence: _Sentence, found: Attribution) -> str:
    return _in_full(text, sentence.start + found.start, sentence.start + found.end)


def _meant_by(text: str, sentences: list[_Sentence], place: int, pronoun: str) -> str:
    """Whom a pronoun means: the subject of the sentence before, past those that go on about the same one."""
    for before in reversed(sentences[max(0, place - BACK) : place]):
        if before.block != sentences[place].block:
            return ""
        subject = _subject(text, before, pronoun)
        if subject is None:
            if _is_speech(before) or _is_about(before, pronoun):
                continue
            return ""
        if subject.pronoun == pronoun:
            continue
        name = "" if subject.pronoun else _name(text, before, subject)
        return name if name and _agrees(name, pronoun) else ""
    return ""


def _subject(text: str, sentence: _Sentence, pronoun: str) -> Attribution | None:
    """The one in ``sentence`` whom a pronoun after it may mean: who speaks in it, or else whom it is about."""
    said, about = sentence.found, subject_of(sentence.masked)
    if said is None or said.pronoun or about is None:
        return said or about
    return said if _agrees(_name(text, sentence, said), pronoun) else about


def _is_about(sentence: _Sentence, pronoun: str) -> bool:
    """Whether a sentence has the pronoun in it, and no name that it might stand for from there on."""
    again = re.search(rf"\b{pronoun}\b", sentence.masked, re.IGNORECASE)
    return again is not None and not _NAME_INSIDE.search(sentence.masked)


def _agrees(name: str, pronoun: str) -> bool:
    """Whether ``name`` may be meant by the pronoun: a person by he and she, a body or a paper by it."""
    title = name.split()[0]
    is_person = _FULL_NAME.fullmatch(name) is not None and not _BODIES.search(name) and title != "The"
    if pronoun == "it":
        return not is_person
    return is_person and title not in (_SHE if pronoun == "he" else _HE)


def _in_full(text: str, start: int, end: int) -> str:
    """``text[start:end]``, or the full name before it that ends like it, where there is just one."""
    name = text[start:end]
    title, *rest = name.split()
    short = " ".join(rest) if title in _TITLES and rest else name
    if not short[0].isupper() or " " in short:
        return name
    longer = rf"(?<![\w’'-])((?:{_CAPITALISED}[ \t]+){{1,3}}{re.escape(short)})(?!\w)"
    found = re.findall(longer, text[max(0, start - NAMES_REACH) : end])
    full = {bare for each in found if " " in (bare := _without_titles(each))}
    return next(iter(full)) if len(full) == 1 and not _is_someone_else(text, title, *full) else name


def _without_titles(name: str) -> str:
    words = name.split()
    while words and (words[0] in _TITLES or _NO_NAME.fullmatch(words[0])):
        words = words[1:]
    return " ".join(words)


def _is_someone_else(text: str, title: str, full: str) -> bool:
    """Whether what follows a full name speaks of a woman where the title is a man's, or the other way round."""
    after = text[text.find(full) + len(full) :][:NEAR]
    first = re.search(r"\b(?:he|she)\b", after, re.IGNORECASE)
    return first is not None and title in (_SHE if first[0].lower() == "he" else _HE)
