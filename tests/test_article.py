"""Reading files and texts into articles, and the structure that is seen in them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from index import EmptyArticle, NoSuchFile, UnsupportedFormat
from index.article import make_article, read_article
from index.blocks import BlockKind, split_blocks

Write = Callable[[str, bytes | str], Path]


def headings(text: str) -> list[str]:
    return [text[block.start : block.end] for block in split_blocks(text) if block.kind is BlockKind.HEADING]


def body(text: str) -> list[str]:
    return [text[block.start : block.end] for block in split_blocks(text) if block.kind is not BlockKind.HEADING]


def test_a_text_is_kept_exactly_as_it_was_given() -> None:
    text = "\ufeff  Odd\r\n\r\n\tspacing, and a tail.  \n\n"
    assert make_article(text).text == text


def test_an_article_is_known_by_its_source_or_else_by_its_text() -> None:
    assert make_article("One.", source="a").id == make_article("Two.", source="a").id
    assert make_article("One.").id != make_article("Two.").id
    assert make_article("One.").id == make_article("One.").id == hashlib.sha256(b"One.").hexdigest()[:16]
    assert len(make_article("One.").revision) == 16


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# The deal\n\nIt was signed.", "The deal"),
        ("The deal was signed.\n\nIt is long.", "The deal was signed."),
        ("Cats and dogs\n\nThey get along well in most of the houses that were looked at.", "Cats and dogs"),
        ("word " * 40, "word " * 14 + "word…"),
    ],
)
def test_without_a_title_the_first_heading_or_words_are_the_title(text: str, title: str) -> None:
    assert make_article(text).title == title


@pytest.mark.parametrize("text", ["", " \n\t ", "...", "# \n\n- \n", "\ufeff"])
def test_a_text_without_words_is_no_article(text: str) -> None:
    with pytest.raises(EmptyArticle, match="no words"):
        make_article(text)


def test_only_text_is_an_article() -> None:
    with pytest.raises(ValueError, match="bytes"):
        make_article(b"text")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Café at £5.".encode(), "Café at £5."),
        ("Café".encode("utf-8-sig"), "Café"),
        ("Café".encode("utf-16"), "Café"),
        ("Café".encode("utf-32"), "Café"),
        (b"One.\r\nTwo.\rThree.", "One.\nTwo.\nThree."),
        (
            "Le café est fermé. L'été à la plage, où l'on mange des crêpes à la crème.".encode("cp1252"),
            "Le café est fermé. L'été à la plage, où l'on mange des crêpes à la crème.",
        ),
    ],
)
def test_a_text_file_is_read_whatever_its_usual_encoding(write: Write, content: bytes, text: str) -> None:
    assert read_article(write("a.txt", content)).text == text


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a", "a.log"])
@pytest.mark.parametrize(
    "content",
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xfeA", bytes(range(1, 256)) * 5],
    ids=["picture", "half", "all"],
)
def test_a_file_that_is_no_text_is_refused_by_name(write: Write, name: str, content: bytes) -> None:
    with pytest.raises(UnsupportedFormat, match=f"{name}.*UTF-8"):
        read_article(write(name, content))


@pytest.mark.parametrize("name", ["a.odt", "a.DOC", "a.rtf"])
def test_a_format_that_is_not_read_is_refused_with_the_way_out(write: Write, name: str) -> None:
    with pytest.raises(UnsupportedFormat, match=r"not read; .*add that"):
        read_article(write(name, "anything"))


def test_a_file_of_blanks_is_an_empty_article(write: Write) -> None:
    for name in ("a.txt", "a.md"):
        with pytest.raises(EmptyArticle, match=name):
            read_article(write(name, " \n\n "))


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile, match=r"no file .*missing\.txt"):
        read_article(tmp_path / "missing.txt")
    with pytest.raises(NoSuchFile, match="is a folder"):
        read_article(tmp_path)
    with pytest.raises(NoSuchFile, match="check the path"):
        read_article("a\0b")
    with pytest.raises(NoSuchFile):
        read_article("x" * 5000)


def test_a_file_is_known_by_its_full_path(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.txt", "Words.")
    monkeypatch.chdir(path.parent)
    assert read_article("a.txt").id == read_article(path).id
    assert read_article("a.txt").source == str(path.resolve())


def test_markdown_comes_down_to_its_words(write: Write) -> None:
    source = """---
title: "From the front"
---
A **bold** [link](https://example.org "title") and `code`,
wrapped &amp; [referenced][1]. An ![image](a.png)<br>here.

Terms
-----

* One *item*
* Two

  with more

1) First
2) Second

> Quoted
> twice.

```python
# a comment
x = 1
```

| a | b |
|---|---|
| 1 | 2 |

<div>Raw <b>words</b></div><!-- not these -->

[1]: https://example.org
"""
    assert read_article(write("a.md", source)).text == (
        "# From the front\n\n"
        "A bold link and code, wrapped & referenced. An image\nhere.\n\n"
        "## Terms\n\n"
        "- One item\n- Two\n\nwith more\n\n"
        "1) First\n2) Second\n\n"
        "> Quoted twice.\n\n"
        "    # a comment\n    x = 1\n\n"
        "a | b\n1 | 2\n\n"
        "Raw words\n"
    )


def test_headings_part_the_text_and_are_not_paragraphs() -> None:
    text = "# Title\nFirst.\n\n## Terms ##\n\nSecond.\n\n#hashtag\n\n### C#\n\nThird."
    assert headings(text) == ["Title", "Terms", "C"]
    assert body(text) == ["First.", "Second.", "#hashtag", "Third."]


def test_lines_wrapped_by_an_editor_are_one_paragraph_and_short_lines_are_not() -> None:
    wrapped = "The agreement was signed on the eleventh of May and\nit covers trade, fishing and the\nborder."
    assert body(wrapped) == [wrapped]
    assert body("Ingredients:\nTwo eggs\nFlour") == ["Ingredients:", "Two eggs", "Flour"]
    assert body("A whole paragraph on a line, of some length, with a stop.\nAnother such paragraph.") == [
        "A whole paragraph on a line, of some length, with a stop.",
        "Another such paragraph.",
    ]


def test_rules_part_the_text_and_underline_headings() -> None:
    prose = "The new rules take effect in May and apply to all boats over ten metres, the port said."
    text = f"What changes\n============\n{prose}\n\n* * *\n{prose}\n---\nIt rained."
    assert headings(text) == ["What changes"]
    assert body(text) == [prose, prose, "It rained."]


def test_list_items_and_quotes_lose_their_marks_and_share_a_paragraph_number() -> None:
    text = "Before:\n\n- one\n- two\n  three\n\n> said\n> so\n\n1. last"
    blocks = [block for block in split_blocks(text) if block.kind is not BlockKind.HEADING]
    assert [text[block.start : block.end] for block in blocks] == [
        "Before:",
        "one",
        "two\n  three",
        "said",
        "so",
        "last",
    ]
    assert [block.paragraph for block in blocks] == [1, 2, 2, 3, 3, 4]


def test_a_short_line_alone_over_longer_prose_reads_as_a_heading() -> None:
    prose = "The new rules take effect in May and apply to all boats over ten metres, the port said."
    assert headings(f"What Changes For Boats\n\n{prose}\n\nwhat is next\n\n{prose}") == [
        "What Changes For Boats",
        "what is next",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Hello",
        "Hello\n\nWorld",
        "Dear Sir,\n\nI write about the boats and about the harbour and about the rules.",
        "It was short.\n\nThe new rules take effect in May and apply to all boats over ten metres.",
        "roses are red\nviolets are blue\n\nsugar is sweet\nand so are you",
        "One Two Three\n\nFour Five Six\n\nSeven Eight Nine",
        "# Only\n\n## Headings",
    ],
)
def test_when_in_doubt_words_are_kept_as_a_paragraph(text: str) -> None:
    assert headings(text) == []


def test_the_example_article_has_the_headings_that_a_reader_sees(shared: Path) -> None:
    text = (shared / "articles" / "uk-turkey-deal.txt").read_text(encoding="utf-8")
    found = headings(text)
    assert found[0].startswith("Alliance Against Human Trafficking")
    assert "Turkish Nationals Have Crossed English Channel In Small Boats" in found
    assert len([block for block in split_blocks(text) if block.kind is BlockKind.PARAGRAPH]) == 18
