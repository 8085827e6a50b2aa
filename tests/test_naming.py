"""Of many articles, the one that a question names comes first."""

from __future__ import annotations

from index import Library
from index.naming import shortfalls


def test_shortfall_is_what_is_missing_of_the_title_that_is_named_most() -> None:
    titles = ("Ecological footprint", "The footprint of man", "Taro")
    found = shortfalls("Which country has the largest ecological footprints?", titles)
    assert found == {"Ecological footprint": 0.0, "The footprint of man": 0.5, "Taro": 1.0}


def test_what_stands_in_brackets_and_stop_words_need_not_be_named() -> None:
    assert shortfalls("Who made The Color Purple?", ["The Color Purple (1985 film)", "Purple corn"]) == {
        "The Color Purple (1985 film)": 0.0,
        "Purple corn": 0.5,
    }
    assert shortfalls("What is the price of it?", ["The Of", ""]) == {"The Of": 0.0, "": 0.0}


def test_one_article_has_nothing_to_fall_short_of() -> None:
    assert shortfalls("Does the deal cover returns?", ["Storm closes the harbour"]) == {"Storm closes the harbour": 0.0}


def test_the_article_that_is_named_comes_first() -> None:
    text = "The club was founded in {year} by {who}. It has two hundred members and a boathouse."
    with Library() as library:
        ids = {
            name: library.add_text(text.format(year=year, who=who), title=name).id
            for name, year, who in (
                ("Orrin Rowing Club", 1902, "two brothers"),
                ("Velk Sailing Club", 1911, "a chemist"),
                ("Tamm Canoe Club", 1934, "a teacher"),
            )
        }
        for name, article_id in ids.items():
            assert library.search(f"When was the {name} founded?")[0].passage.article_id == article_id
