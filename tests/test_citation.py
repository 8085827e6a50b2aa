"""Where a quote comes from, the link that leads to its words, and what ``verify`` says when the article has changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote

import pytest
from bag_encoder import BagOfWordsEncoder
from fake_library import make_article
from hypothesis import given
from hypothesis import strategies as st

from bot import Answer, Standing, citation_line, verify
from bot.citation import cite
from bot.fragment import text_fragment
from index import Article, Library, Quote

DEAL = """# The deal

By A. Writer

The deal does not cover returns. It is about intelligence-sharing, money & boats. Money was not named.

## Figures

- In 2022 the UK returned 191 people.
- It is about intelligence, he said. Money was not named.
"""
WEB = "https://news.example/deal"
LONG = (
    "A spokesman for the ministry, who asked not to be named because the talks were still going on and nothing had been"
    " signed by anyone, said that the two governments had agreed to share what they know."
)


def quote_of(article: Article, words: str, *, last: bool = False) -> Quote:
    start = article.text.rindex(words) if last else article.text.index(words)
    return Quote(article.id, words, start, start + len(words), 2, article.revision)


def link_to(words: str, text: str = DEAL, *, last: bool = False, source: str | None = WEB) -> str:
    article = make_article(text, source=source)
    (citation,) = cite([quote_of(article, words, last=last)], {article.id: article})
    return citation.link


def directive(link: str) -> list[str]:
    """The parts of a text fragment, decoded."""
    return [unquote(part) for part in link.partition("#:~:text=")[2].split(",")]


def test_each_quote_is_cited_with_its_articles_title_and_source() -> None:
    one, other = make_article(DEAL, title="One", source="/home/a/one.txt"), make_article(DEAL, title="Other")
    quotes = [quote_of(other, "Money was not named."), quote_of(one, "By A. Writer")]
    citations = cite(quotes, {one.id: one, other.id: other})
    assert [(each.title, each.source, each.link) for each in citations] == [
        ("Other", None, ""),
        ("One", "/home/a/one.txt", ""),
    ]


def test_a_quote_from_the_web_links_to_its_very_words() -> None:
    assert link_to("The deal does not cover returns.") == f"{WEB}#:~:text=The%20deal%20does%20not%20cover%20returns."


@pytest.mark.parametrize("source", ["file:///etc/passwd", "javascript:alert(1)", "httpsnot", "C:\\deal.txt", "", None])
def test_only_what_came_from_the_web_has_a_link(source: str | None) -> None:
    assert link_to("The deal does not cover returns.", source=source) == ""


def test_marks_that_mean_something_in_a_link_are_escaped() -> None:
    words = "It is about intelligence-sharing, money & boats."
    encoded = link_to(words).partition("#:~:text=")[2]
    assert not set("-,&") & set(encoded)
    assert unquote(encoded) == words


def test_a_long_quote_is_named_by_its_first_and_last_words() -> None:
    start, end = directive(link_to(LONG, f"Before it. {LONG} After it."))
    assert LONG.startswith(start)
    assert LONG.endswith(end)
    assert len(start) + len(end) < len(LONG) / 2


def test_a_quote_over_two_paragraphs_is_named_by_words_that_stand_in_one_each() -> None:
    words = "Money was not named.\n\n## Figures\n\n- In 2022 the UK returned 191 people."
    start, end = directive(link_to(words))
    assert "Money was not named.".startswith(start)
    assert "In 2022 the UK returned 191 people.".endswith(end)


def test_words_that_stand_twice_are_told_apart_by_those_around_them() -> None:
    before, words = directive(link_to("Money was not named.", last=True))
    assert (before, words) == ("intelligence, he said.-", "Money was not named.")


def test_a_link_keeps_the_fragment_that_the_address_has() -> None:
    assert link_to("By A. Writer", source=f"{WEB}#top") == f"{WEB}#top:~:text=By%20A.%20Writer"
    assert link_to("By A. Writer", source=f"{WEB}#:~:text=old") == f"{WEB}#:~:text=By%20A.%20Writer"


def test_an_address_cannot_break_out_of_a_link() -> None:
    link = link_to("By A. Writer", source='https://news.example/" onclick="x)\n[y](z')
    assert not set('"\n <>') & set(link)


def test_an_article_that_was_replaced_is_cited_without_a_place_in_it() -> None:
    article = make_article(DEAL, source=WEB)
    quote = quote_of(article, "The deal does not cover returns.")
    (citation,) = cite([quote], {article.id: make_article("Something else.", source=WEB)})
    assert (citation.link, citation.speaker) == (WEB, "")


SENTENCES = st.lists(
    st.sampled_from(["No deal.", "A deal, at last.", "Who – knows?", "“No deal,” he said.", "- No", "A-b, c & d."]),
    min_size=2,
    max_size=12,
)


@given(SENTENCES, st.data())
def test_a_link_names_words_of_the_quote_and_of_what_is_beside_it(sentences: list[str], data: st.DataObject) -> None:
    """Whatever the text, decoding the fragment gives words that stand there, in that order, around that place."""
    place = data.draw(st.integers(0, len(sentences) - 1))
    text = " ".join(sentences)
    start = len(" ".join(sentences[:place])) + (place > 0)
    end = start + len(sentences[place])
    parts = directive(text_fragment(WEB, text, start, end))
    prefix = parts.pop(0).removesuffix("-") if parts[0].endswith("-") else ""
    suffix = parts.pop().removeprefix("-") if parts[-1].startswith("-") else ""
    assert text[:start].rstrip(" -").endswith(prefix.rstrip(" -"))
    assert text[end:].strip(" -").startswith(suffix.strip(" -"))
    assert all(part in text[start:end] for part in parts)


def test_a_line_to_copy_has_the_words_the_title_the_source_and_the_paragraph() -> None:
    article = make_article(DEAL, title="The deal", source=WEB)
    quote = quote_of(article, "Money was not named.")
    (citation,) = cite([quote], {article.id: article})
    assert citation_line(quote, citation) == f"“Money was not named.” — The deal, {WEB}, paragraph 2"
    assert citation_line(quote, replace(citation, source=None, speaker="Ann Bell")) == (
        "“Money was not named.” — Ann Bell, according to the article, The deal, paragraph 2"
    )


def test_a_quote_from_a_paged_article_knows_its_page() -> None:
    article = make_article("It rained.\f\n\nIt snowed all \fnight.\f", title="Weather", source="/home/me/weather.pdf")
    pages = {
        words: cite([quote_of(article, words)], {article.id: article})[0].page for words in ("It rained.", "night.")
    }
    assert pages == {"It rained.": 1, "night.": 3}
    quote = quote_of(article, "It snowed all \fnight.")
    (citation,) = cite([quote], {article.id: article})
    assert citation_line(quote, citation) == "“It snowed all night.” — Weather, weather.pdf, page 2"


def test_a_line_to_copy_is_one_line_and_names_no_folder_of_this_machine() -> None:
    article = make_article("One\ntwo.", title="A\ntitle", source="/home/ann/secret/deal.txt")
    quote = quote_of(article, "One\ntwo.")
    (citation,) = cite([quote], {article.id: article})
    assert citation_line(quote, citation) == "“One two.” — A title, deal.txt, paragraph 2"


@pytest.fixture
def library() -> Iterator[Library]:
    with Library(model=BagOfWordsEncoder()) as made:
        yield made


def check(library: Library, quote: Quote) -> tuple[Standing, Quote | None]:
    (found,) = verify(Answer("Q?", "Q?", quotes=(quote,)), library)
    assert found.quote is quote
    assert bool(found) is (found.state is Standing.STANDS)
    return found.state, found.now


def test_a_quote_stands_as_long_as_the_article_is_the_same(library: Library) -> None:
    quote = quote_of(library.add_text(DEAL, source=WEB), "The deal does not cover returns.")
    assert check(library, quote) == (Standing.STANDS, quote)


def test_a_new_edition_that_keeps_the_words_says_where_they_are_now(library: Library) -> None:
    quote = quote_of(library.add_text(DEAL, source=WEB), "The deal does not cover returns.")
    edition = library.add_text(DEAL.replace("The deal does", "A first paragraph.\n\nThe deal\ndoes"), source=WEB)
    state, now = check(library, quote)
    assert state is Standing.MOVED
    assert now is not None
    assert edition.text[now.start : now.end] == now.text == "The deal\ndoes not cover returns."
    assert (now.revision, now.paragraph) == (edition.revision, 3)


def test_of_several_places_with_the_words_the_closest_is_named(library: Library) -> None:
    quote = quote_of(library.add_text(DEAL, source=WEB), "Money was not named.", last=True)
    edition = library.add_text(DEAL + "\nMore.", source=WEB)
    _, now = check(library, quote)
    assert now == replace(quote, revision=edition.revision, paragraph=3)


def test_a_new_edition_without_the_words_no_longer_carries_them(library: Library) -> None:
    quote = quote_of(library.add_text(DEAL, source=WEB), "The deal does not cover returns.")
    library.add_text(DEAL.replace("does not cover returns", "does not cover returns.x"), source=WEB)
    assert check(library, quote) == (Standing.GONE, None)


def test_a_part_of_a_longer_word_is_not_the_word(library: Library) -> None:
    quote = quote_of(library.add_text("He said no", source=WEB), "He said no")
    library.add_text("He said nothing", source=WEB)
    assert check(library, quote) == (Standing.GONE, None)


def test_a_removed_article_carries_nothing(library: Library) -> None:
    article = library.add_text(DEAL)
    quote = quote_of(article, "The deal does not cover returns.")
    library.remove(article.id)
    assert check(library, quote) == (Standing.NO_ARTICLE, None)


def test_words_that_were_tampered_with_do_not_stand(library: Library) -> None:
    quote = quote_of(library.add_text(DEAL), "The deal does not cover returns.")
    assert check(library, replace(quote, text="The deal does cover returns."))[0] is Standing.GONE
    assert check(library, replace(quote, start=quote.start - len(DEAL), end=quote.end - len(DEAL)))[0] is Standing.MOVED
    assert check(library, replace(quote, start=quote.start + 1))[0] is Standing.MOVED


def test_an_answer_without_quotes_has_nothing_to_check(library: Library) -> None:
    assert verify(Answer("Q?", "Q?"), library) == ()


def test_a_link_is_quickly_made_for_a_long_article() -> None:
    """A page of nothing but one sentence a thousand times over, and of marks: no blow-up."""
    text = "No deal, they said. " * 1_000 + "-" * 20_000 + " The end is near."
    assert re.search(r"The%20end%20is%20near\.$", text_fragment(WEB, text, len(text) - 16, len(text)))
