"""PDF files: paragraphs, not lines; the article, not what runs on every page; and the page that a quote is on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from made_files import make_pdf

from index import ArticleError, ArticleTooLarge, EmptyArticle, Library, UnsupportedFormat
from index.article import read_article
from index.blocks import BlockKind, page_of, split_blocks
from index.readers import pdf
from index.readers.pdf import read_pdf

Write = Callable[[str, bytes | str], Path]

REPORT = [
    [
        "^The harbour report",
        "# The harbour",
        "",
        "The harbour of Whitby opens at six in the morn-",
        "ing and closes at nine. Its lights were mended in the",
        "spring of 2024, and its well-known pier was painted.",
        "  Boats of more than ten metres need a permit, which",
        "the harbour master gives on the day. It was a well-",
        "known rule by then.",
        "",
        "* Fees",
        "",
        "A permit costs nine pounds. The council wants to raise that to",
        "_1",
    ],
    [
        "^The harbour report",
        "twelve pounds (see below), which boatmen oppose.",
        "",
        "• Day: nine pounds",
        "• Week: forty pounds",
        "",
        "Nobody has yet been fined. That was the last word of the mas-",
        "_2",
    ],
    ["^The harbour report", "ter on the matter, who left.", "", "# What comes next", "", "They vote in 2025.", "_3"],
]

TEXT = """# The harbour

The harbour of Whitby opens at six in the morning and closes at nine. Its lights were mended in the spring of 2024, \
and its well-known pier was painted.

Boats of more than ten metres need a permit, which the harbour master gives on the day. \
It was a well-known rule by then.

## Fees

A permit costs nine pounds. The council wants to raise that to \ftwelve pounds (see below), which boatmen oppose.

- Day: nine pounds

- Week: forty pounds

Nobody has yet been fined. That was the last word of the master \fon the matter, who left.

# What comes next

They vote in 2025.\f"""


def text_of(*pages: list[str]) -> str:
    return read_pdf(make_pdf(pages), "a.pdf").text


def test_a_pdf_reads_as_its_writer_wrote_it(write: Write) -> None:
    article = read_article(write("report.pdf", make_pdf(REPORT)))
    assert article.text == TEXT
    assert article.title == "The harbour"


def test_a_quote_knows_its_page(write: Write, library: Library) -> None:
    article = library.add(write("report.pdf", make_pdf(REPORT)))
    found = {}
    for words in (
        "Whitby opens",
        "raise that",
        "twelve pounds",
        "Nobody has",
        "the master",
        "matter, who left",
        "vote",
    ):
        found[words] = page_of(article.text, article.text.index(words))
    assert list(found.values()) == [1, 1, 2, 2, 2, 3, 3]
    quote = library.search("When do they vote?", k=1, read=False)[0].quote
    assert (quote.text, page_of(article.text, quote.start)) == ("They vote in 2025.", 3)
    assert page_of("One page.", 3) is None


def test_a_sentence_over_two_pages_is_one(write: Write, library: Library) -> None:
    article = library.add(write("report.pdf", make_pdf(REPORT)))
    quotes = [hit.quote.text for hit in library.search("council wants to raise permit to twelve pounds", read=False)]
    assert quotes[0] == "The council wants to raise that to \ftwelve pounds (see below), which boatmen oppose."
    blocks = [block for block in split_blocks(article.text) if block.kind is BlockKind.HEADING]
    assert [article.text[block.start : block.end] for block in blocks] == ["The harbour", "Fees", "What comes next"]


def test_a_name_at_the_start_of_a_page_does_not_break_a_sentence() -> None:
    said = "The harbour was opened by the mayor of the old town,"
    assert text_of([said, said], ["Ann Bell, in the rain."]) == f"{said} {said} \fAnn Bell, in the rain.\f"
    assert text_of([said, said, "", "By the sea"], ["Ann Bell, in the rain."]).endswith(
        "By the sea\f\n\nAnn Bell, in the rain.\f"
    )


def test_the_title_that_a_pdf_is_said_to_have_goes_before_that_of_its_first_words() -> None:
    page = [["It rained."]]
    extract = read_pdf(make_pdf(page, title="A rainy day"), "a.pdf")
    assert (extract.title, extract.author) == ("A rainy day", "Jane Doe")
    assert read_pdf(make_pdf(page, title="Microsoft Word - draft3.docx"), "a.pdf").title is None


def test_lines_that_are_on_no_other_page_are_kept() -> None:
    assert (
        text_of(["^Only here", "It rained.", "_4 July"], ["It snowed."])
        == "Only here\n\nIt rained.\n\n4 July\f\n\nIt snowed.\f"
    )


@pytest.mark.parametrize("number", ["7", "- 7 -", "Page 7", "Page 7 of 9", "vii", "7/9"])
def test_page_numbers_are_no_words_of_the_article(number: str) -> None:
    assert text_of(["It rained.", "And snowed.", f"_{number}"]) == "It rained. And snowed.\f"


def test_what_is_parted_after_its_own_hyphen_is_whole_again() -> None:
    lines = [
        "They won the match by 2-",
        "1, in front of the king, and the UK-",
        "Turkey deal was signed – and kept -",
        "at last.",
    ]
    assert (
        text_of(lines)
        == "They won the match by 2-1, in front of the king, and the UK-Turkey deal was signed – and kept - at last.\f"
    )


def test_a_heading_of_two_lines_is_one() -> None:
    said = "It was last dredged in 1998, and is as good as full."
    text = text_of(["# The harbour of Whitby is to be", "", "# dredged in the spring", "", said, said, said])
    assert text == f"# The harbour of Whitby is to be dredged in the spring\n\n{said} {said} {said}\f"


def test_numbers_within_a_page_are_kept() -> None:
    text = text_of(["There were, in the end, this many boats:", "", "12", "", "It rained."])
    assert text == "There were, in the end, this many boats:\n\n12\n\nIt rained.\f"


def test_a_line_that_starts_with_a_hash_is_no_heading() -> None:
    line = "The file says what it is for and by whom it was written, and when."
    text = text_of([line, "", "  # a note on the file, which is long.", "", line])
    assert "# a note" in text
    assert [block for block in split_blocks(text) if block.level] == []


def test_pages_without_words_still_count() -> None:
    text = text_of([], ["It rained."], [], ["It snowed."])
    assert page_of(text, text.index("rained")) == 2
    assert page_of(text, text.index("snowed")) == 4


def test_a_scan_is_named_as_such(write: Write) -> None:
    with pytest.raises(EmptyArticle, match=r"scan\.pdf has 2 pages and no words, as a scan .*OCR"):
        read_article(write("scan.pdf", make_pdf([[], []])))


def test_an_encrypted_pdf_is_refused_unless_anyone_may_read_it(write: Write) -> None:
    words = "open sesame"
    with pytest.raises(ArticleError, match="is encrypted: open it with its password"):
        read_article(write("a.pdf", make_pdf([["Secret."]], password=words)))
    assert read_article(write("b.pdf", make_pdf([["Not secret."]], password=""))).text == "Not secret.\f"


def test_what_is_no_pdf_is_named(write: Write) -> None:
    with pytest.raises(UnsupportedFormat, match="is not a PDF"):
        read_article(write("a.pdf", "<html>Not found</html>"))
    with pytest.raises(ArticleError, match=r"a\.pdf is a? ?damaged"):
        read_article(write("a.pdf", b"%PDF-1.7\nand nothing else"))


def test_a_pdf_is_known_by_its_start(write: Write) -> None:
    assert read_article(write("download", make_pdf([["It rained."]]))).text == "It rained.\f"


def test_a_cut_off_pdf_is_read_as_far_as_it_goes_or_refused() -> None:
    whole = make_pdf(REPORT)
    for length in range(0, len(whole), 97):
        try:
            assert read_pdf(whole[:length], "a.pdf").text.endswith("\f")
        except ArticleError as error:
            assert "a.pdf" in str(error)  # noqa: PT017 - either is right


def test_a_pdf_of_too_many_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    with pytest.raises(ArticleTooLarge, match="has 3 pages, and 2 are the limit"):
        read_pdf(make_pdf(REPORT), "a.pdf")
