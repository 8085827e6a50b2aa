"""Word documents and books: what their writers marked as headings, lists, tables and quotes is kept as such."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from made_files import make_docx, make_epub, make_zip, word_paragraph

from index import ArticleError, ArticleTooLarge, EmptyArticle, UnsupportedFormat
from index.article import read_article
from index.readers import archive
from index.readers.docx import read_docx
from index.readers.epub import read_epub

Write = Callable[[str, bytes | str], Path]

CELLS = "".join(f"<w:tc>{word_paragraph(words)}</w:tc>" for words in ("Cod", "12,000"))
BODY = (
    word_paragraph("The deal", "Title")
    + word_paragraph("It was signed on Monday, “in a hurry” &amp; late. 😀")
    + word_paragraph("What it covers", "heading1")
    + word_paragraph("Cod", number=1)
    + word_paragraph("Herring", number=1)
    + word_paragraph("First it is signed.", number=2)
    + word_paragraph("It is good.", "Quote")
    + f"<w:tbl><w:tr>{CELLS}</w:tr></w:tbl>"
    + word_paragraph("One line.</w:t><w:br/><w:t>Another &lt;b&gt;line&lt;/b&gt;.")
)
TEXT = """# The deal

It was signed on Monday, “in a hurry” & late. 😀

# What it covers

- Cod
- Herring

1. First it is signed.

> It is good.

Cod | 12,000

One line.
Another <b>line</b>.
"""


def test_a_word_document_keeps_its_structure(write: Write) -> None:
    article = read_article(write("deal.docx", make_docx(BODY)))
    assert article.text == TEXT
    assert article.title == "The deal"


def test_what_a_word_document_says_of_itself_is_found() -> None:
    extract = read_docx(make_docx(word_paragraph("It rained.")), "a.docx")
    assert (extract.title, extract.author, extract.published) == ("Draft", "Jane Doe", "2026-05-11")


def test_the_numbers_of_notes_are_no_part_of_the_sentence() -> None:
    note = "<w:footnotes xmlns:w='{}'><w:footnote w:id='1'>{}</w:footnote></w:footnotes>"
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = word_paragraph("It rained</w:t></w:r><w:r><w:footnoteReference w:id='1'/></w:r><w:r><w:t> all day.")
    content = make_docx(body, word__footnotes_xml=note.format(word, word_paragraph("Says the mayor.")))
    assert read_docx(content, "a.docx").text == "It rained all day.\n\n1. Says the mayor.\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no archive", "damaged, or not what its name says"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "encrypted, or of Word's old format"),
        (make_zip({"a.txt": "words"}), "no Word document"),
        (make_docx("<w:p>"), "damaged"),
        (make_docx(BODY, word__comments_xml='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "markup of its own"),
        (make_docx(""), "no words"),
    ],
)
def test_what_is_no_word_document_is_named(write: Write, content: bytes, message: str) -> None:
    with pytest.raises(ArticleError, match=rf"a\.docx.*{message}"):
        read_article(write("a.docx", content))


CHAPTERS: dict[str, str | bytes] = {
    "nav.xhtml": "<html><body><nav><ol><li>Contents</li></ol></nav></body></html>",
    "one two.xhtml": '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/>'
    "<script>run()</script></head><body><h1>One</h1><p>It&nbsp;rained&mdash;all <i>day</i>.</p><ul><li>Cod</li></ul>"
    "<table><tr><td>a</td><td>b</td></tr></table></body></html>",
    "0.xhtml": "<html><body><h1>Two</h1><p>It snowed.<br>All night.</body></html>",
}


def test_a_book_is_read_in_the_order_of_its_chapters(write: Write) -> None:
    article = read_article(write("book.epub", make_epub(CHAPTERS)))
    assert article.text == "# One\n\nIt rained—all day.\n\n- Cod\n\na | b\n\n# Two\n\nIt snowed.\nAll night.\n"
    assert article.title == "The harbour"


def test_what_a_book_says_of_itself_is_found() -> None:
    extract = read_epub(make_epub(CHAPTERS), "book.epub")
    assert (extract.title, extract.author, extract.published) == ("The harbour", "Jane Doe", "2026-05-11")


def test_a_book_in_another_encoding_is_read_as_it_says() -> None:
    chapter = '<?xml version="1.0" encoding="iso-8859-1"?><html><body><p>Café à l’été</p></body></html>'
    assert read_epub(make_epub({"a.xhtml": chapter.encode("cp1252")}), "a.epub").text == "Café à l’été\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no archive", "damaged, or not what its name says"),
        (make_zip({"a.txt": "words"}), "not an EPUB"),
        (make_zip({"META-INF/container.xml": "<a><rootfile full-path='../../etc/passwd'/></a>"}), "damaged EPUB"),
        (make_epub({"a.xhtml": b"\0\1\2"}), "binary"),
        (make_epub({}), "no words"),
        (make_epub(CHAPTERS, **{"META-INF__encryption_xml": "<a><EncryptionMethod Algorithm='aes'/></a>"}), "DRM"),
    ],
)
def test_what_is_no_open_book_is_named(write: Write, content: bytes, message: str) -> None:
    with pytest.raises(ArticleError, match=rf"a\.epub.*{message}"):
        read_article(write("a.epub", content))


def test_scrambled_fonts_do_not_lock_a_book() -> None:
    rights = "<a><EncryptionMethod Algorithm='http://www.idpf.org/2008/embedding'/></a>"
    assert "It snowed." in read_epub(make_epub(CHAPTERS, **{"META-INF__encryption_xml": rights}), "a.epub").text


@pytest.mark.parametrize("name", ["download", "a.bin"])
def test_documents_are_known_by_their_start(write: Write, name: str) -> None:
    assert "It snowed." in read_article(write(name, make_epub(CHAPTERS))).text
    assert read_article(write(name, make_docx(BODY))).text == TEXT


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(write: Write) -> None:
    bomb = b" " * (archive.MAX_UNPACKED + 1)
    for name, content in (("a.epub", make_epub({"a.xhtml": bomb})), ("a.docx", make_docx(BODY, word__more_xml=bomb))):
        assert len(content) < 200_000
        with pytest.raises(ArticleTooLarge, match="unpacks to 100 MB"):
            read_article(write(name, content))


def test_an_archive_that_understates_what_it_holds_is_read_no_further() -> None:
    content = make_epub({"a.xhtml": "<p>" + "word " * 100_000 + "</p>"})
    size = (500_003 + len("</p>") - 0).to_bytes(4, "little")
    assert size in content
    with pytest.raises(ArticleError, match="damaged"):
        read_epub(content.replace(size, (100).to_bytes(4, "little")), "a.epub")


def test_a_chapter_that_is_named_many_times_is_read_once() -> None:
    with zipfile.ZipFile(BytesIO(make_epub(CHAPTERS))) as book:
        members: dict[str, str | bytes] = {name: book.read(name) for name in book.namelist()}
    package = members["OEBPS/book.opf"]
    assert isinstance(package, bytes)
    members["OEBPS/book.opf"] = package.replace(b"<spine>", b"<spine>" + b'<itemref idref="i2"/>' * 1000)
    assert read_epub(make_zip(members), "a.epub").text.count("It snowed.") == 1


def test_an_archive_of_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBERS", 3)
    with pytest.raises(ArticleTooLarge, match="files, and 3 are the limit"):
        read_epub(make_epub(CHAPTERS), "a.epub")


def test_a_locked_archive_is_named() -> None:
    content = bytearray(make_zip({"META-INF/container.xml": "<a/>"}))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        content[content.index(mark) + (6 if mark == b"PK\x03\x04" else 8)] |= 1
    with pytest.raises(ArticleError, match="locked"):
        read_epub(bytes(content), "a.epub")


def test_other_kinds_of_errors_keep_their_names(write: Write) -> None:
    with pytest.raises(EmptyArticle):
        read_article(write("a.docx", make_docx("")))
    with pytest.raises(UnsupportedFormat):
        read_article(write("a.docx", make_zip({})))
