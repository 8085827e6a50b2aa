"""What is made to do harm, or just broken: every file is read or refused by name, in bounded time and memory."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_files import make_docx, make_epub, make_pdf, word_paragraph
from test_html import PAGE

from index import ArticleError, ArticleTooLarge, EmptyArticle, article
from index.article import make_article, read_article
from index.blocks import split_blocks
from index.readers.formats import READERS, read
from index.readers.isolated import read_isolated

Write = Callable[[str, bytes | str], Path]

WHOLE = {
    "text": "Le café est fermé. 😀".encode(),
    "markdown": b"# Title\n\n- a **b** [c](d)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> q\n\n<div>x</div>\n",
    "html": PAGE.encode(),
    "pdf": make_pdf(
        [["^Head", "# Title", "", "It rained all day in the whole of Whit-", "by."], ["^Head", "It snowed."]]
    ),
    "docx": make_docx(word_paragraph("Title", "Title") + word_paragraph("It rained.")),
    "epub": make_epub({"a.xhtml": "<html><body><h1>One</h1><p>It rained.</p></body></html>"}),
}
STARTS = [
    b"",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    b"<!doctype html><p>",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"<?xml encoding='utf-7'?>",
]


def read_or_refused(kind: str, content: bytes) -> None:
    """The reader of ``kind`` gives a text that can be an article, or says why not, and nothing else happens."""
    try:
        extract = read(kind, content, "a.file")
        made = make_article(extract.text, title=extract.title)
    except ArticleError as error:
        # A mistake of ours looks like damage to the file, unless looked at closely.
        if isinstance(error.__cause__, (IndexError, AttributeError, NameError, TypeError)):
            frame = list(traceback.walk_tb(error.__cause__.__traceback__))[-1][0]
            if "readers" in Path(frame.f_code.co_filename).parts:
                raise error.__cause__ from None
        return
    assert made.text == extract.text
    blocks = split_blocks(made.text)
    assert all(0 <= block.start < block.end <= len(made.text) for block in blocks)


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(start=st.sampled_from(STARTS), content=st.binary(max_size=500))
def test_any_bytes_are_read_or_refused(kind: str, start: bytes, content: bytes) -> None:
    read_or_refused(kind, start + content)


@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    edits=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 4)), min_size=1, max_size=6),
    cut=st.floats(0.5, 1),
)
def test_any_damage_is_read_or_refused(kind: str, edits: list[tuple[float, bytes, int]], cut: float) -> None:
    content = WHOLE[kind]
    for place, put, taken in edits:
        at = int(place * len(content))
        content = content[:at] + put + content[at + taken :]
    read_or_refused(kind, content[: int(cut * len(content)) + 1])


@pytest.mark.parametrize("kind", ["text", "markdown", "html"])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(words=st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_characters_are_read_or_refused(kind: str, words: str) -> None:
    """Zero-width and bidirectional marks, controls, noncharacters, emoji."""
    read_or_refused(kind, f"<p>It rained. {words}".encode())


def test_marks_that_nobody_sees_are_kept_and_offsets_stay_exact(write: Write) -> None:
    words = "It \u202erained\u202c all\u200b day \U0001f468\u200d\U0001f469\u200d\U0001f467 in Whit\u00adby."
    for name in ("a.txt", "a.md", "a.html"):
        made = read_article(write(name, words if name == "a.txt" else f"{words}\n"))
        assert made.text.rstrip("\n") == words
        block = split_blocks(made.text)[0]
        assert made.text[block.start : block.end] == words


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"word " * 2_000_000),
        ("a.md", b"word " * 2_000_000),
        ("a.html", b"<p>" + b"word " * 2_400_000),
        ("a.html", b"<div>" * 1_500 + b"word " * 1_000),
    ],
    ids=["text", "markdown", "html", "nested"],
)
def test_ten_million_characters_on_a_line_are_read_whole(write: Write, name: str, content: bytes) -> None:
    assert read_article(write(name, content)).text.split() == ["word"] * content.count(b"word")


def test_a_page_that_is_nested_without_end_is_refused(write: Write) -> None:
    with pytest.raises(ArticleTooLarge, match="nested too deeply"):
        read_article(write("a.html", b"<div>" * 50_000 + b"words"))


def test_a_small_file_with_more_words_than_anyone_can_search_is_refused(write: Write) -> None:
    book = make_epub({"a.xhtml": b"<p>" + b"word " * 5_100_000 + b"</p>"})
    assert len(book) < 50_000
    with pytest.raises(ArticleTooLarge, match="more than 25 million characters"):
        read_article(write("a.epub", book))


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_million_dots_are_no_article(write: Write, name: str) -> None:
    with pytest.raises(EmptyArticle, match="no words"):
        read_article(write(name, b"." * 1_000_000))


def test_a_file_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(ArticleTooLarge, match=r"a\.md is not read after 0\.5 seconds"):
        read_isolated("markdown", "a.md", b"*a_ " * 500_000, seconds=0.5)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit a process's memory")
def test_a_file_that_takes_too_much_memory_is_given_up() -> None:
    with pytest.raises(ArticleTooLarge, match=r"a\.html takes more than 0\.3 GB of memory"):
        read_isolated("html", "a.html", b"<p>a</p>" * 2_000_000, memory=300_000_000)


def test_a_file_that_breaks_its_reader_breaks_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false" if os.name == "posix" else "cmd.exe")
    with pytest.raises(ArticleError, match=r"a\.html breaks the program that reads it"):
        read_isolated("html", "a.html", b"<p>Words.")


def test_a_file_over_the_limit_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article, "MAX_FILE", 1_000_000)
    with pytest.raises(ArticleTooLarge, match=r"a\.txt is larger than 1 MB"):
        read_article(write("a.txt", b"word " * 200_001))
