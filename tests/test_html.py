"""Web pages in files: the article without what stands around it, in whatever encoding."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from index import EmptyArticle, Library
from index.article import read_article
from index.readers.html import read_html

Write = Callable[[str, bytes | str], Path]

PAGE = """<!doctype html>
<html lang="en"><head><title>Fishing deal signed - The Daily Post</title>
<meta name="author" content="Jane Doe"><meta property="article:published_time" content="2026-05-11T09:00:00Z">
<script>document.write("Words of a script")</script><style>p { content: "Words of a style" }</style></head>
<body><header><nav><ul><li><a href="/">Home</a><li><a href="/sport">Sport</a></ul></nav></header>
<div class="cookie-banner">We use cookies to improve your experience. Accept all cookies</div>
<main><article><h1>Fishing deal signed</h1>
<p>The United Kingdom and Norway signed a <b>fishing</b> deal on Monday, after
<a href="x">nine months</a> of talks in Oslo &amp; London.</p>
<h2>What it covers</h2>
<p>The deal covers cod, haddock and herring in the North Sea, and sets the quotas for 2027.<br>It runs for 3 years.</p>
<ul><li>Cod: 12,000 tonnes</li><li>Haddock: 8,000 tonnes<ul><li>of which Scottish: 5,000</li></ul></li></ul>
<ol><li>First it is signed.</li><li>Then it is ratified.</li></ol>
<table><tr><th>Fish</th><th>Quota</th></tr><tr><td>Cod</td><td>12,000</td></tr></table>
<blockquote><p>It is a good deal for both sides.</p></blockquote>
<pre><code># a comment
x = 1</code></pre>
<h3>What comes next</h3>
<p>Parliament votes in June. <!-- not this -->The minister said: “We expect it to pass.” 😀</p></article>
<aside><h3>Related articles</h3><ul><li><a href="1">Ten best fish recipes for the summer</a></ul></aside></main>
<footer>Copyright 2026 The Daily Post. All rights reserved. <a href="/p">Privacy</a></footer></body></html>"""

ARTICLE = """# Fishing deal signed

The United Kingdom and Norway signed a fishing deal on Monday, after nine months of talks in Oslo & London.

## What it covers

The deal covers cod, haddock and herring in the North Sea, and sets the quotas for 2027.
It runs for 3 years.

- Cod: 12,000 tonnes
- Haddock: 8,000 tonnes
- of which Scottish: 5,000

1. First it is signed.
2. Then it is ratified.

Fish | Quota
Cod | 12,000

> It is a good deal for both sides.

    # a comment
    x = 1

### What comes next

Parliament votes in June. The minister said: “We expect it to pass.” 😀
"""


def text_of(page: str | bytes, declared: str | None = None) -> str:
    return read_html(page.encode() if isinstance(page, str) else page, "page.html", declared).text


def test_a_page_comes_down_to_its_article_in_reading_order(write: Write) -> None:
    article = read_article(write("page.html", PAGE))
    assert article.text == ARTICLE
    assert article.title == "Fishing deal signed"


def test_what_a_page_says_of_itself_is_found() -> None:
    extract = read_html(PAGE.encode(), "page.html")
    assert (extract.title, extract.author, extract.published) == ("Fishing deal signed", "Jane Doe", "2026-05-11")


@pytest.mark.parametrize("name", ["page.htm", "page.XHTML", "page", "page.php"])
def test_a_page_is_known_by_its_ending_or_its_start(write: Write, name: str) -> None:
    assert read_article(write(name, PAGE)).text == ARTICLE


def test_a_page_without_a_heading_starts_with_its_title() -> None:
    assert text_of("<title>Harbour hours</title><p>It opens at six.<p>It closes at nine.") == (
        "# Harbour hours\n\nIt opens at six.\n\nIt closes at nine.\n"
    )


def test_a_short_page_keeps_its_words_but_not_its_menu() -> None:
    page = "<nav>Home</nav><div role='navigation'>Up</div><p>It opens at six.</p><p hidden>Secret</p><p>Or seven.</p>"
    assert text_of(page) == "It opens at six.\n\nOr seven.\n"
    assert text_of("<header>All there is is a header.</header>") == "All there is is a header.\n"


def test_tables_that_arrange_a_page_are_read_as_what_they_hold() -> None:
    page = "<table><tr><td><p>First.</p><table><tr><td>1<td>2</table></td><td><p>Second.</p><p>Third.</p></table>"
    assert text_of(page) == "First.\n\n1 | 2\n\nSecond.\n\nThird.\n"


def test_what_stands_in_list_items_stays_in_order() -> None:
    page = "<ol start='3'><li><p>Three</p><p>more</p><li>Four<ul><li>a<li>b</ul></ol><dl><dt>Cod<dd>A fish.</dl>"
    assert text_of(page) == "3. Three\n\nmore\n\n4. Four\n- a\n- b\n\nCod\n\nA fish.\n"


@pytest.mark.parametrize(
    "page", ["", " ", "<p>", "<!doctype html>", "<html><body><script>words()</script>", "<!-- a -->"]
)
def test_a_page_without_words_is_empty(write: Write, page: str) -> None:
    with pytest.raises(EmptyArticle, match="html has no words"):
        read_article(write("a.html", page))


@pytest.mark.parametrize(
    ("page", "encoding", "declared"),
    [
        ('<meta charset="{}">', "iso-8859-1", None),
        ('<meta http-equiv="Content-Type" content="text/html; charset={}">', "windows-1252", None),
        ('<?xml version="1.0" encoding="{}"?>', "iso-8859-15", None),
        ('<meta charset="utf-8">', "iso-8859-1", "iso-8859-1"),
        ("", "utf-8-sig", "latin-1"),
        ("", "utf-8", "latin-1"),
        ("", "utf-16", None),
        ("", "utf-16-le", "utf-16le"),
        ('<meta charset="no-such-thing">', "utf-8", "hex"),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_is_in(page: str, encoding: str, declared: str | None) -> None:
    words = page.format(encoding) + "<p>Le café à la plage, à l'été, où l'on mange des crêpes.</p>"
    assert text_of(words.encode(encoding), declared) == "Le café à la plage, à l'été, où l'on mange des crêpes.\n"


def test_a_web_name_for_an_encoding_means_what_browsers_take_it_for() -> None:
    assert text_of("<meta charset=iso-8859-1><p>“Yes” – €5".encode("cp1252")) == "“Yes” – €5\n"
    assert text_of("<meta charset=shift_jis><p>①日本語".encode("cp932")) == "①日本語\n"
    assert text_of("<meta charset=iso-2022-jp><p>日本語".encode("iso-2022-jp")) == "日本語\n"


def test_a_broken_character_does_not_lose_the_page() -> None:
    page = b"<meta charset=utf-8><p>" + "Le café. ".encode() * 300 + b"\xff</p>"
    assert text_of(page).count("café") == 300


def test_nothing_of_a_page_is_run_or_fetched() -> None:
    page = """<?xml version="1.0"?><!DOCTYPE html [<!ENTITY all SYSTEM "file:///etc/passwd"><!ENTITY a "aaaa">]>
    <html><body><p onclick="run()">Words &all; <a href="javascript:run()">here</a>. <img src=x onerror=run()></p>
    <iframe src="http://127.0.0.1:9/">frame</iframe><svg><text>drawn</text></svg><p>&lt;script&gt;</p></body></html>"""
    text = text_of(page)
    assert "Words" in text
    assert "here." in text
    assert "<script>" in text
    assert [word for word in ("root:", "run()", "frame", "drawn") if word in text] == []


def test_quotes_of_a_page_stand_in_its_text(write: Write, library: Library) -> None:
    article = library.add(write("page.html", PAGE))
    quote = library.search("How many tonnes of haddock?", read=False)[0].quote
    assert quote.text in ARTICLE
    assert article.text[quote.start : quote.end] == quote.text
