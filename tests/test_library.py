"""What a library holds: adding, replacing, removing, closing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bag_encoder import BagOfWordsEncoder

import index
from bot import Answer, verify
from bot.citation import Standing
from index import ArticleError, Change, EmptyArticle, Library, LibraryClosed, NoSuchArticle, NoSuchFile
from index.article import BUNDLED, make_article

TEXT = "The deal covers boats. It does not cover returns.\n\n## Money\n\nNobody named a sum."
OTHER = "Cats sleep for most of the day. They hunt at dusk."


def test_the_public_names_are_these() -> None:
    assert index.__all__ == [
        "Article",
        "ArticleError",
        "ArticleTooLarge",
        "Change",
        "EmptyArticle",
        "Hit",
        "Library",
        "LibraryBusy",
        "LibraryClosed",
        "LibraryDamaged",
        "LibraryError",
        "LibraryNotWritable",
        "LibraryTooNew",
        "ModelError",
        "NoSuchArticle",
        "NoSuchFile",
        "Passage",
        "Problem",
        "PullquoteError",
        "Quote",
        "Revision",
        "UnsupportedFormat",
        "search",
    ]
    assert all(getattr(index, name) for name in index.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = index.nothing


def test_every_error_is_a_pullquote_error() -> None:
    errors = [getattr(index, name) for name in index.__all__]
    found = [each for each in errors if isinstance(each, type) and issubclass(each, Exception)]
    assert len(found) == 14
    assert all(issubclass(each, index.PullquoteError) for each in found)


def test_an_article_is_what_was_given(library: Library) -> None:
    article = library.add_text(TEXT, title="The deal", source="here")
    assert (article.title, article.text, article.source) == ("The deal", TEXT, "here")
    assert article.added.utcoffset() is not None
    assert library.articles == [article]


def test_articles_come_in_the_order_of_their_adding(library: Library) -> None:
    added = [library.add_text(f"Article number {count}.") for count in range(5)]
    assert library.articles == added


def test_adding_the_same_again_changes_nothing(library: Library, encoder: BagOfWordsEncoder) -> None:
    first = library.add_text(TEXT, source="here")
    encoded = encoder.encoded
    assert library.add_text(TEXT, source="here") == first
    assert library.articles == [first]
    assert encoder.encoded == encoded
    assert library.add_text(TEXT).id != first.id


def test_new_text_of_the_same_source_takes_the_place_of_the_old(library: Library) -> None:
    first = library.add_text(TEXT, source="here")
    library.add_text(OTHER)
    second = library.add_text("The deal now covers returns.", source="here")
    assert second.id == first.id
    assert second.revision != first.revision
    assert [article.text for article in library.articles] == [OTHER, "The deal now covers returns."]
    quotes = [hit.quote for hit in library.search("Does the deal cover returns?", read=False)]
    assert "The deal now covers returns." in [quote.text for quote in quotes]
    assert {quote.revision for quote in quotes if quote.article_id == first.id} == {second.revision}


def test_of_a_changed_article_only_new_sentences_are_encoded(library: Library, encoder: BagOfWordsEncoder) -> None:
    library.add_text(
        "\n\n".join(f"Sentence {n} of it is here. Another stands beside it." for n in range(50)), source="here"
    )
    before = encoder.encoded
    text = library.articles[0].text.replace("Sentence 20 of it", "Something new") + "\n\nAnd an end."
    article = library.add_text(text, source="here")
    assert encoder.encoded - before == 2
    with Library(model=encoder) as fresh:
        fresh.add_text(text, source="here")
        for question in ("something new", "sentence 30", "an end"):
            assert library.search(question, read=False) == fresh.search(question, read=False)
    assert [each.revision for each in library.revisions(article.id)][-1] == article.revision


def test_what_adding_does_can_be_asked_before(library: Library) -> None:
    article = make_article(TEXT, source="here", author="A.  Writer", published="2026-05-11")
    assert library.compare(article) is Change.NEW
    assert library.add_article(article) == article
    assert library.articles == [article]
    assert (library.articles[0].author, library.articles[0].published) == ("A. Writer", "2026-05-11")
    assert library.compare(article) is Change.UNCHANGED
    assert library.compare(make_article(OTHER, source="here")) is Change.CHANGED
    assert len(library.articles) == 1


def test_revisions_tell_the_editions_and_are_forgotten_with_the_article(library: Library) -> None:
    first = library.add_text(TEXT, source="here")
    library.add_text(TEXT, source="here")
    second = library.add_text(OTHER, source="here")
    library.add_text(TEXT, source="here")
    found = library.revisions(first.id)
    assert [(each.revision, each.characters) for each in found] == [
        (first.revision, len(TEXT)),
        (second.revision, len(OTHER)),
        (first.revision, len(TEXT)),
    ]
    library.remove(first.id)
    with pytest.raises(NoSuchArticle, match=first.id):
        library.revisions(first.id)


def test_refresh_reads_the_source_again(library: Library, write: Callable[[str, bytes | str], Path]) -> None:
    path = write("deal.md", "# The deal\n\nIt covers boats.")
    article = library.add(path)
    assert library.refresh(article.id) == article
    write("deal.md", "# The new deal\n\nIt covers boats and returns.")
    changed = library.refresh(article.id)
    assert (changed.id, changed.title) == (article.id, "The new deal")
    assert library.articles == [changed]
    assert [hit.quote.text for hit in library.search("returns", 1, read=False)] == ["It covers boats and returns."]
    path.unlink()
    with pytest.raises(NoSuchFile, match=r"deal\.md"):
        library.refresh(article.id)
    assert library.articles == [changed]


def test_a_title_that_was_given_stays(library: Library, write: Callable[[str, bytes | str], Path]) -> None:
    article = library.add(write("deal.md", "# The deal\n\nIt covers boats."), title="My notes")
    write("deal.md", "# The new deal\n\nIt covers returns.")
    assert library.refresh(article.id).title == "My notes"


@pytest.mark.parametrize("source", [None, "notes.txt", "file:///etc/hostname", "ftp://example.org/x"])
def test_what_came_from_nowhere_cannot_be_refreshed(library: Library, source: str | None) -> None:
    article = library.add_text(TEXT, source=source)
    with pytest.raises(ArticleError):
        library.refresh(article.id)
    with pytest.raises(NoSuchArticle):
        library.refresh("no such id")
    assert library.articles == [article]


def test_a_bundled_article_is_refreshed_where_it_lies(library: Library) -> None:
    (path,) = sorted(BUNDLED.glob("*.md"))[:1]
    article = library.add(path)
    assert library.refresh(article.id) == article


def test_answers_of_an_earlier_revision_are_told_to_be_out_of_date(library: Library) -> None:
    article = library.add_text("The tower opened in 1889. It is 330 metres tall.", source="here")
    hits = library.search("How tall is the tower?", read=False)
    quotes = tuple(dict.fromkeys(hit.quote for hit in hits))
    answer = Answer("How tall?", "How tall?", quotes=quotes)
    assert all(verify(answer, library))
    library.add_text("A new first sentence. It is 330 metres tall.", source="here")
    (check,) = verify(answer, library)
    assert not check
    assert check.state in (Standing.MOVED, Standing.GONE)
    library.remove(article.id)
    assert verify(answer, library)[0].state is Standing.NO_ARTICLE


def test_a_file_is_added_by_its_path(library: Library, write: Callable[[str, bytes | str], Path]) -> None:
    path = write("deal.md", "# The *deal*\n\nIt covers **boats**.")
    article = library.add(str(path))
    assert (article.title, article.text) == ("The deal", "# The deal\n\nIt covers boats.\n")
    assert library.add(path) == article
    assert library.add(write("a.txt", OTHER), title="Cats").title == "Cats"


def test_what_is_removed_is_gone(library: Library) -> None:
    article = library.add_text(TEXT)
    kept = library.add_text(OTHER)
    library.search("boats", read=False)
    library.remove(article.id)
    assert library.articles == [kept]
    assert {hit.passage.article_id for hit in library.search("Does the deal cover boats?", read=False)} == {kept.id}
    with pytest.raises(NoSuchArticle, match=article.id):
        library.remove(article.id)
    with pytest.raises(NoSuchArticle, match=article.id):
        library.search("boats", articles=[article.id])
    again = library.add_text(TEXT)
    assert library.search("Does the deal cover boats?", read=False)[0].passage.article_id == again.id == article.id


def test_searches_after_a_removal_are_those_of_a_library_that_never_had_it(encoder: BagOfWordsEncoder) -> None:
    with Library(model=encoder) as one, Library(model=encoder) as other:
        gone = one.add_text(OTHER)
        for each in (one, other):
            each.add_text(TEXT)
        one.search("boats", read=False)
        one.remove(gone.id)
        assert one.search("boats at dusk", read=False) == other.search("boats at dusk", read=False)


@pytest.mark.parametrize("text", ["", "   \n", "…"])
def test_an_empty_text_is_refused_and_nothing_is_added(library: Library, text: str) -> None:
    with pytest.raises(EmptyArticle):
        library.add_text(text)
    assert library.articles == []


def test_an_article_of_one_word_can_be_asked(library: Library) -> None:
    article = library.add_text("Kapikule")
    (hit,) = library.search("Where?", read=False)
    assert (hit.quote.text, hit.quote.start, hit.quote.end, hit.quote.paragraph) == ("Kapikule", 0, 8, 1)
    assert hit.quote.revision == article.revision


def test_a_text_of_nothing_but_headings_is_kept_and_found(library: Library) -> None:
    library.add_text("# Boats\n\n## Returns")
    assert {hit.quote.text for hit in library.search("returns", read=False)} <= {
        "Boats",
        "# Boats",
        "## Returns",
        "Returns",
    }
    assert library.search("returns", read=False)


def test_odd_characters_survive(library: Library, tmp_path: Path) -> None:
    text = "Nul \0 and é🎉 and \ud83c alone. Second sentence\u2028here."
    with pytest.raises(ValueError, match=r"half a character .* at place 17"):
        library.add_text(text)
    text = text.replace("\ud83c", "x")
    article = library.add_text(text)
    assert library.articles[0].text == text
    for hit in library.search("second sentence", read=False):
        assert article.text[hit.quote.start : hit.quote.end] == hit.quote.text


def test_progress_counts_up_to_all_sentences(library: Library) -> None:
    seen: list[tuple[int, int]] = []
    library.add_text(TEXT, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_closed_library_says_so(encoder: BagOfWordsEncoder) -> None:
    library = Library(model=encoder)
    article = library.add_text(TEXT)
    library.close()
    library.close()
    uses: list[Callable[[], object]] = [
        lambda: library.articles,
        lambda: library.add_text(OTHER),
        lambda: library.remove(article.id),
        lambda: library.search("boats"),
        lambda: library.search(""),
    ]
    for use in uses:
        with pytest.raises(LibraryClosed, match="open it again"):
            use()


def test_many_threads_may_add_and_search_at_once(library: Library) -> None:
    library.add_text(TEXT)
    barrier = threading.Barrier(8)

    def work(number: int) -> list[str]:
        barrier.wait()
        library.add_text(f"Thread number {number} writes about anchors. It ends here.")
        library.add_text("All threads write about whales.")
        return [hit.quote.text for hit in library.search(f"anchors of thread number {number}", 1, read=False)]

    with ThreadPoolExecutor(8) as pool:
        quotes = list(pool.map(work, range(8)))
    assert quotes == [[f"Thread number {number} writes about anchors."] for number in range(8)]
    assert len(library.articles) == 10


def test_a_long_article_is_found_in_to_its_last_passage(library: Library) -> None:
    library.add_text("\n\n".join(f"Paragraph {number} is of its own. " * 8 for number in range(2500)))
    hits = library.search("paragraph", 5000, read=False)
    assert len(hits) == 2500
    assert library.search("paragraph 2499", 1, read=False)[0].passage.paragraph == 2500
