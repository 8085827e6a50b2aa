"""Articles and answers as HTML: every word in its place under its offsets, and nothing of it read as markup."""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser
from typing import cast

import pytest
from fake_library import FakeLibrary, make_article
from hypothesis import given
from hypothesis import strategies as st
from scripted_memory import SOLD, TOWER, UNDERSTOOD, tower_answer

from bot import Answer, Citation, Conversation, Verdict
from bot.answer_view import answer_html, in_words, trouble_html
from bot.article_view import article_html
from bot.suggest import suggest
from index import Library

HOSTILE = """# A <script>alert(1)</script> title

He said <script>alert(2)</script> and <img src=x onerror="alert(3)"> & left.

![picture](http://evil.example/x.png) [link](javascript:alert(4)) **bold** &lt;b&gt;

- an <b>item</b>
- another 😀 item

> quoted <i>words</i>
> and more"""
OWN_TAGS = {"article", "header", "div", "h1", "h2", "h3", "h4", "h5", "h6", "p", "span", "ul", "li", "blockquote"}


class Page(HTMLParser):
    """The tags and attributes of some HTML, and the text within each run of an article's words."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.elements: list[dict[str, str | None]] = []
        self.runs: list[tuple[int, int, str]] = []
        self.text = ""
        self._run: tuple[int, int] | None = None
        self._words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        found = {"": tag, **dict(attrs)}
        self.elements.append(found)
        if tag == "span" and "data-start" in found:
            self._run = (int(str(found["data-start"])), int(str(found["data-end"])))
            self._words = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self._run:
            self.runs.append((*self._run, self._words))
            self._run = None

    def handle_data(self, data: str) -> None:
        self.text += data
        self._words += data


def test_an_article_shows_its_words_and_makes_no_markup_of_them() -> None:
    page = Page(article_html(make_article(HOSTILE, title="A <b>bold</b> title", source="/home/<u>x.md")))
    assert set(page.tags) <= OWN_TAGS
    assert "onerror" not in page.attributes
    for words in (
        "A <b>bold</b> title",
        "<script>alert(2)</script>",
        'onerror="alert(3)"',
        "[link](javascript:alert(4))",
    ):
        assert words in page.text
    assert "&lt;b&gt;" in page.text


@given(st.text(alphabet=st.sampled_from("ab .<>&\"'\n\r#-* 1>😀é\0\u2028")) | st.text())
def test_each_run_of_words_is_what_the_article_has_at_its_offsets(text: str) -> None:
    page = Page(article_html(make_article(text)))
    for start, end, words in page.runs:
        assert words == text[start:end].replace("\0", "\ufffd")
    starts = [start for start, _, _ in page.runs]
    assert starts == sorted(starts)


def test_no_word_of_the_article_is_left_out() -> None:
    shown = " ".join(words for _, _, words in Page(article_html(make_article(HOSTILE, title="Else"))).runs)
    for word in ("title", "left.", "item", "another", "quoted", "more"):
        assert word in shown


def test_a_carriage_return_stays_one_character_in_a_browser() -> None:
    html = article_html(make_article("One line that is wrapped by an editor,\r\nand goes on here. It ends."))
    assert "\r" not in html
    assert "&#13;\nand goes on" in html


def test_the_structure_is_shown_not_the_marks() -> None:
    html = article_html(
        make_article("# Title\n\nWords.\n\n## Part\n\n- one\n- two\n\n1. first\n\n> said", title="Title")
    )
    tags = Page(html).tags
    assert tags.count("h1") == 1
    assert tags.count("h3") == 1
    assert tags.count("ul") == 2
    assert tags.count("li") == 3
    assert "blockquote" in tags
    assert "# " not in html
    assert "&gt;" not in html


def test_paragraphs_bear_the_numbers_that_answers_name() -> None:
    article = make_article("# Title\n\nFirst.\n\n- one\n- two\n\n## Part\n\nThird one is here.")
    html = article_html(article)
    hits = FakeLibrary(article).search("Third one here?", k=1)
    assert [f'data-paragraph="{number}"' in html for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert hits[0].quote.paragraph == 3


def test_a_path_of_this_machine_is_not_shown() -> None:
    html = article_html(make_article("Words.", source="/home/me/private/notes.txt"))
    assert "notes.txt" in html
    assert "private" not in html
    assert "example.org" in article_html(make_article("Words.", source="https://example.org/a/b?c=d"))


def answer_to(question: str, *texts: str) -> tuple[Answer, dict[str, str]]:
    articles = [make_article(text, title=f"Title <{number}>") for number, text in enumerate(texts)]
    answer = Conversation(cast(Library, FakeLibrary(*articles))).ask(question)
    return answer, {article.id: article.title for article in articles}


def test_an_answer_shows_quote_place_passage_and_sureness() -> None:
    answer, titles = answer_to("Owls hunt at night?", "# Owls\n\nThey are birds. Owls hunt at night. They rest by day.")
    page = Page(answer_html(answer, titles))
    for words in ("Owls hunt at night.", "Owls, paragraph 1", "They are birds. ", "Very sure", "100% sure"):
        assert words in page.text
    assert "figure" in page.tags
    assert page.tags.count("mark") == 1


def test_an_answer_makes_no_markup_of_question_quote_heading_or_title() -> None:
    text = "## A <u>heading</u>\n\nThe <script>alert(1)</script> owls hunt <img src=x onerror=alert(1)> at night. Yes."
    for question in ("Do owls hunt at night?", "Who <b>painted</b> the Mona Lisa?"):
        answer, titles = answer_to(question, text, "Other words.")
        page = Page(answer_html(answer, titles))
        assert not {"script", "img", "u", "b"} & set(page.tags)
        assert "onerror" not in page.attributes
        assert "<script>alert(1)</script>" in page.text
        assert "A <u>heading</u>" in page.text


def test_a_refusal_marks_the_nearest_passage_as_no_answer() -> None:
    answer, titles = answer_to("Who painted the Mona Lisa?", "Owls hunt at night.")
    html = answer_html(answer, titles)
    assert "The article does not say." in html
    assert "Nearest passage, not an answer" in html
    assert "pq-quote" not in html


def test_what_was_understood_and_the_verdict_are_shown_escaped() -> None:
    answer = Answer("And?", "And <i>then</i>?", verdict=Verdict.NO, message="Fixed words.")
    page = Page(answer_html(answer, {}))
    assert "Understood as: “And <i>then</i>?”" in page.text
    assert "No." in page.text
    assert "i" not in page.tags


def test_what_was_understood_can_be_undone_and_the_undoing_undone() -> None:
    answer = tower_answer(asked_as=UNDERSTOOD)
    assert 'data-do="as-typed">Use my words<' in answer_html(answer, {})
    assert 'data-do="understand">Undo<' in answer_html(tower_answer(), {}, as_typed=True)
    assert "pq-understood" not in answer_html(tower_answer(), {})


def test_a_quote_carries_its_speaker_its_link_and_what_is_copied() -> None:
    page = Page(answer_html(tower_answer(), {TOWER.id: TOWER.title}))
    assert "the mayor, according to the article" in page.text
    (link,) = [element for element in page.elements if element[""] == "a"]
    assert str(link["href"]).startswith("https://news.example/tower#:~:text=")
    assert (link["target"], link["rel"]) == ("_blank", "noreferrer noopener")
    (copy,) = [str(element["data-copy"]) for element in page.elements if "data-copy" in element]
    assert copy.startswith("“The tower will not be sold, the mayor said.” — the mayor")


def test_the_words_that_answer_are_told_apart_where_they_are_much_shorter_than_the_quote() -> None:
    hit = tower_answer().hits[0]
    told = []
    for length, question in ((9, "What is it?"), (42, "What is it?"), (9, "Is it sold?")):
        span = (hit.quote.start, hit.quote.start + length)
        hits = (dataclasses.replace(hit, answer=span),)
        page = answer_html(dataclasses.replace(tower_answer(question, question), hits=hits, verdict=None), {})
        told.append('<strong class="pq-words">The tower</strong> will' in page)
    assert told == [True, False, False]


def test_an_article_is_shown_the_way_it_is_written() -> None:
    assert 'dir="rtl"' in article_html(make_article("# המגדל\n\nהמגדל נפתח בשנת 1889, by the IEEE."))
    assert 'dir="ltr"' in article_html(make_article("The word המגדל is Hebrew."))
    assert 'dir="ltr"' in article_html(make_article("1889"))


def test_the_other_places_stand_in_order_each_under_its_offsets() -> None:
    answer = tower_answer()
    page = Page(answer_html(answer, {TOWER.id: TOWER.title}))
    assert "2 more places speak of this" in page.text
    places = [element for element in page.elements if element.get("class") == "pq-other"]
    assert [(place["data-start"], place["data-end"]) for place in places] == [
        (str(quote.start), str(quote.end)) for quote in answer.elsewhere
    ]
    one = dataclasses.replace(answer, elsewhere=answer.elsewhere[:1])
    assert "1 more place speaks of this" in answer_html(one, {})
    assert "pq-step" not in [element.get("class") for element in Page(answer_html(one, {})).elements]
    assert "pq-elsewhere" not in answer_html(dataclasses.replace(answer, elsewhere=()), {})


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,<b>", "", "file:///etc/passwd"])
def test_a_citation_makes_no_markup_and_leads_to_web_pages_alone(link: str) -> None:
    hostile = Citation('<b>"title"</b>', '<u>"', link, '<i onclick="x">me</i>')
    page = Page(answer_html(dataclasses.replace(tower_answer(SOLD), citations=(hostile,)), {}))
    assert not {"a", "b", "u", "i"} & set(page.tags)
    assert "onclick" not in page.attributes
    assert '<i onclick="x">me</i>, according to the article' in page.text


def test_paragraphs_of_a_passage_are_parted_and_wrapped_lines_are_not() -> None:
    answer, titles = answer_to("Do owls hunt at night?", "Owls hunt at night. They see in\nthe dark, and hear well.")
    assert "<br>" not in answer_html(answer, titles)
    hit = answer.hits[0]
    apart = "Owls rest.\n\nThey hunt at night.\n- mice\n- voles"
    spread = type(hit.passage)("x", hit.passage.article_id, apart, 0, len(apart), "", 1)
    refusal = Answer("?", "?", nearest=type(hit)(spread, 0.1, hit.quote, 0.1))
    assert "Owls rest.<br><br>They hunt at night.<br>- mice<br>- voles" in answer_html(refusal, titles)


def test_trouble_is_told_escaped() -> None:
    assert set(Page(trouble_html("no <b>such</b> file")).tags) == {"p"}


@pytest.mark.parametrize(
    ("confidence", "words"), [(1.0, "Very sure"), (0.7, "Quite sure"), (0.55, "Fairly sure"), (0.0, "Not sure")]
)
def test_sureness_is_said_in_words(confidence: float, words: str) -> None:
    assert in_words(confidence) == words


def test_only_questions_that_are_answered_are_suggested() -> None:
    article = make_article("The law changed what people pay. It will cost them much more next year.")
    library = FakeLibrary(article)
    suggested = suggest(cast(Library, library), article)
    assert 0 < len(suggested) <= 4
    assert all(Conversation(cast(Library, library)).ask(question) for question in suggested)
    assert "Who is it about?" not in suggested
