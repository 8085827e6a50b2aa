"""Words of a passage as numbers: each part's are told apart, and no word's number is the break between parts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.words import BREAK, number_of, pack_words, unpack_words

PARTS = st.lists(st.lists(st.text(max_size=8), max_size=6), max_size=5)


@given(PARTS)
def test_what_was_packed_is_unpacked_by_parts_and_each_word_once(parts: list[list[str]]) -> None:
    numbers = unpack_words(pack_words(parts)).tolist()
    found: list[set[int]] = []
    for number in numbers:
        if number == BREAK:
            found.append(set())
        else:
            assert number not in found[-1]
            found[-1].add(number)
    assert found == [set(map(number_of, words)) for words in parts]


@given(st.text(max_size=20))
def test_no_word_s_number_is_the_break(word: str) -> None:
    assert BREAK < number_of(word) < 1 << 32


def test_numbers_stay_what_they_are_in_libraries_that_are_kept() -> None:
    assert [number_of(word) for word in ("return", "deal", "")] == [2_812_165_903, 3_825_123_606, 1]
