"""Answers for people and programs: JSON under the contract's names, Markdown without foreign markup, terminal lines."""

from __future__ import annotations

import json
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot import Answer, Citation, Verdict
from bot.render import answer_lines, escape_markdown, hit_lines, printable, to_dict, to_markdown, to_text, web_address
from index import Hit, Passage, Quote

TEXT = "The deal does not cover returns. It is about intelligence."
PASSAGE = Passage("a/4", "a", TEXT, 100, 100 + len(TEXT), "Where the deal stops", 7)
QUOTE = Quote("a", TEXT[:32], 100, 132, 7, "0123456789abcdef")
HIT = Hit(PASSAGE, 0.71, QUOTE, 0.934)
TITLES = {"a": "UK and Turkey"}
ANSWER = Answer("Returns?", "Returns?", (QUOTE,), 0.934, Verdict.NO, hits=(HIT,))
LINK = "https://a.example/x#:~:text=The%20deal&b"
CITED = Answer(
    "Returns?",
    "Returns?",
    (QUOTE,),
    0.934,
    hits=(HIT,),
    citations=(Citation("UK and Turkey", "https://a.example/x", LINK, "Jo *Doe*"),),
    elsewhere=(Quote("a", "Returns were left for later.", 300, 328, 9, QUOTE.revision),),
    suggestions=("Who signed *it*?", "What is it about?"),
)
REFUSAL = Answer("Cost?", "Cost?", confidence=0.1, nearest=HIT, message="The article does not say.")


def test_an_answer_as_json_has_the_names_of_the_contract() -> None:
    found = json.loads(json.dumps(to_dict(ANSWER)))
    assert found == {
        "text": "The deal does not cover returns.",
        "question": "Returns?",
        "asked_as": "Returns?",
        "quotes": [
            {
                "article_id": "a",
                "text": "The deal does not cover returns.",
                "start": 100,
                "end": 132,
                "paragraph": 7,
                "revision": "0123456789abcdef",
            }
        ],
        "confidence": 0.934,
        "verdict": "no",
        "nearest": None,
        "hits": [to_dict(HIT)],
        "citations": [],
        "elsewhere": [],
        "suggestions": [],
        "message": "",
    }


def test_what_an_answer_carries_beside_quotes_is_in_the_json() -> None:
    found = json.loads(json.dumps(to_dict(CITED)))
    assert found["citations"] == [
        {
            "title": "UK and Turkey",
            "source": "https://a.example/x",
            "link": "https://a.example/x#:~:text=The%20deal&b",
            "speaker": "Jo *Doe*",
            "page": None,
        }
    ]
    assert found["elsewhere"][0]["start"] == 300
    assert found["suggestions"] == ["Who signed *it*?", "What is it about?"]


def test_a_refusal_as_json_has_the_nearest_hit() -> None:
    found = to_dict(REFUSAL)
    assert (found["text"], found["quotes"], found["verdict"]) == ("", [], None)
    assert found["nearest"] == to_dict(HIT)
    assert found["nearest"]["passage"]["heading"] == "Where the deal stops"
    assert found["nearest"]["quote"]["start"] == 100


def test_only_dataclasses_become_dictionaries() -> None:
    with pytest.raises(ValueError, match="expected an Answer or a Hit, not 'text'"):
        to_dict("text")


def test_the_first_terminal_line_is_the_answer_and_the_second_its_place() -> None:
    plain = Answer("Returns?", "Returns?", (QUOTE,), 0.934, hits=(HIT,))
    assert to_text(answer_lines(plain, TITLES)) == (
        "The deal does not cover returns.\n"
        "  UK and Turkey › Where the deal stops · paragraph 7 · characters 100-132 · 93% sure\n"
    )


def test_a_verdict_and_a_rewritten_question_stand_before_the_quote() -> None:
    answer = Answer("And returns?", "Does the deal cover returns?", (QUOTE,), 0.9, Verdict.NO, hits=(HIT,))
    assert to_text(answer_lines(answer, TITLES)).splitlines()[:3] == [
        "Understood as: “Does the deal cover returns?”",
        "No.",
        "The deal does not cover returns.",
    ]


def test_a_terminal_shows_who_says_it_where_else_it_stands_and_what_to_ask_next() -> None:
    assert to_text(answer_lines(CITED, TITLES)) == (
        "The deal does not cover returns.\n"
        "  Jo *Doe*, according to the article\n"
        "  UK and Turkey › Where the deal stops · paragraph 7 · characters 100-132 · 93% sure\n"
        "  https://a.example/x#:~:text=The%20deal&b\n"
        "\n"
        "1 more place speaks of this:\n"
        "  Returns were left for later.\n"
        "  UK and Turkey · paragraph 9 · characters 300-328\n"
        "\n"
        "You could ask next:\n"
        "  1. Who signed *it*?\n"
        "  2. What is it about?\n"
    )


def test_markdown_shows_the_same() -> None:
    assert MarkdownIt().render(to_markdown(CITED, TITLES)) == (
        "<blockquote>\n<p>The deal does not cover returns.</p>\n</blockquote>\n"
        "<p>Jo *Doe*, according to the article</p>\n"
        "<p>UK and Turkey › Where the deal stops · paragraph 7 · characters 100-132 · 93% sure</p>\n"
        '<p><a href="https://a.example/x#:~:text=The%20deal&amp;b">On the page</a></p>\n'
        "<p>1 more place speaks of this:</p>\n"
        "<blockquote>\n<p>Returns were left for later.</p>\n</blockquote>\n"
        "<p>UK and Turkey · paragraph 9 · characters 300-328</p>\n"
        "<p>You could ask next:</p>\n"
        "<ul>\n<li>Who signed *it*?</li>\n<li>What is it about?</li>\n</ul>\n"
    )


@pytest.mark.parametrize(
    "link",
    [
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//a.example",
        "https://a.example/x> <b",
        'https://a.example/"x',
        "https://a.example/\x1b[2J",
        "https://a.example/\njavascript:x",
    ],
)
def test_no_link_but_to_a_web_page_is_shown(link: str) -> None:
    assert web_address(link) == ""
    answer = Answer("Returns?", "Returns?", (QUOTE,), 0.9, hits=(HIT,), citations=(Citation("T", None, link),))
    assert "On the page" not in to_markdown(answer, TITLES)
    assert len(answer_lines(answer, TITLES)) == 2


def test_a_refusal_shows_the_nearest_passage_and_says_that_it_is_no_answer() -> None:
    for shown in (to_text(answer_lines(REFUSAL, TITLES)), to_markdown(REFUSAL, TITLES)):
        assert shown.startswith("The article does not say")
        assert "which is no answer" in shown
        assert shown.index("which is no answer") < shown.index("It is about intelligence")


def test_what_was_looked_for_is_not_told_twice() -> None:
    message = "The article does not say. Looked for: “Cost of the deal?”"
    refusal = Answer("Cost?", "Cost of the deal?", nearest=HIT, message=message)
    for shown in (to_text(answer_lines(refusal, TITLES)), to_markdown(refusal, TITLES).replace("\\", "")):
        assert shown.startswith("Understood as: “Cost of the deal?”")
        assert "The article does not say." in shown
        assert "Looked for" not in shown


def test_a_hit_shows_its_best_sentence_its_place_and_its_passage() -> None:
    assert to_text(hit_lines([HIT, HIT], TITLES)).splitlines()[:5] == [
        "1. The deal does not cover returns.",
        "   UK and Turkey › Where the deal stops · paragraph 7 · characters 100-132 · 93% sure",
        "   The deal does not cover returns. It is about intelligence.",
        "",
        "2. The deal does not cover returns.",
    ]


def test_no_hits_are_no_lines() -> None:
    assert to_text(hit_lines([], TITLES)) == ""


def test_what_steers_a_terminal_is_not_passed_on() -> None:
    assert printable("a\x1b[2Jb\x07\x9bc\u202ed") == "a�[2Jb��c�d"
    assert printable("two\nlines\tand a tab") == "two lines and a tab"


def test_markdown_of_an_answer() -> None:
    assert MarkdownIt().render(to_markdown(ANSWER, TITLES)) == (
        "<p><strong>No.</strong></p>\n"
        "<blockquote>\n<p>The deal does not cover returns.</p>\n</blockquote>\n"
        "<p>UK and Turkey › Where the deal stops · paragraph 7 · characters 100-132 · 93% sure</p>\n"
    )


class Elements(HTMLParser):
    """The elements that a page would have, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


HOSTILE = [
    "<script>alert(1)</script>",
    "# no heading\n\n- no list\n1. nor this\n    no code\n---\n===",
    "[a link](javascript:alert(1)) ![an image](x) <https://autolink.example> http://www.example.com a@b.example",
    "**bold** _it_ ~~gone~~ `code` ```\nfence``` $x^2$ $$y$$ | a | b |\n|---|---|",
    "&lt;b&gt; &amp;amp; &#60;i&#62; \\<u\\> <!-- x --> <?php ?> <![CDATA[x]]>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_words_of_an_article_never_become_markup(text: str) -> None:
    _assert_shown_as_it_is(text)


@given(st.text(alphabet=st.sampled_from("ab1 \n\t#*_-+=|<>&;!?[](){}`~$\\/:.@\"'^%\x00\u2028"), max_size=60))
def test_no_mixture_of_marks_becomes_markup(text: str) -> None:
    _assert_shown_as_it_is(text)


def _assert_shown_as_it_is(text: str) -> None:
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    page = Elements(markdown.render("> " + escape_markdown(text)))
    assert set(page.tags) <= {"blockquote", "p"}
    assert page.words.strip() == printable(text)


def test_a_title_is_foreign_text_too() -> None:
    shown = MarkdownIt("commonmark", {"html": True}).render(to_markdown(ANSWER, {"a": "<b>*x*</b>"}))
    assert "<b>" not in shown
    assert "<b>*x*</b> › Where" in unescape(shown)


def test_a_quote_from_an_article_with_pages_says_on_which_it_stands() -> None:
    answer = Answer("Returns?", "Returns?", (QUOTE,), 0.9, hits=(HIT,), citations=(Citation("T", None, page=3),))
    assert "page 3 · paragraph 7" in to_text(answer_lines(answer, TITLES))
    assert "page 3 · paragraph 7" in unescape(to_markdown(answer, TITLES)).replace("\\", "")
