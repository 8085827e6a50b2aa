"""What the reader reads at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.reader.windows import CLS, QUESTION_TOKENS, SEP, WINDOW_TOKENS, Segment, make_windows

WORD = 2000


def sentences(*lengths: int) -> list[Segment]:
    return [Segment((WORD + number,) * length, number) for number, length in enumerate(lengths)]


segments = st.lists(
    st.tuples(st.integers(1, 400), st.booleans()),
    max_size=60,
).map(
    lambda drawn: [
        Segment((WORD,) * (length % 30 + 1 if heading else length), None if heading else number)
        for number, (length, heading) in enumerate(drawn)
    ]
)


@given(segments, st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_each_sentence_is_scored_once_and_in_order_and_no_window_is_too_long(
    drawn: list[Segment], question: int, title: int, history: int
) -> None:
    made = make_windows((WORD,) * question, drawn, title=(WORD,) * title, history=(WORD,) * history)
    scored = [sentence for window in made for sentence, _, _ in window.spans]
    assert scored == [segment.sentence for segment in drawn if segment.sentence is not None]
    for window in made:
        assert len(window.ids) <= WINDOW_TOKENS
        assert all(0 <= first < last < len(window.ids) for _, first, last in window.spans)


def test_a_window_is_the_question_then_the_text() -> None:
    (window,) = make_windows((11, 12), sentences(2, 1), title=(21,), history=(31,))
    assert window.ids == (CLS, 11, 12, SEP, 31, SEP, 21, WORD, WORD, WORD + 1, SEP)
    assert window.spans == ((0, 7, 9), (1, 9, 10))
    assert window.passage_start == 6


def test_the_sentence_before_leads_into_the_next_window_unscored() -> None:
    first, second = make_windows((11,), sentences(130, 130))
    assert [s for s, _, _ in first.spans] == [0]
    assert [s for s, _, _ in second.spans] == [1]
    assert WORD in second.ids


def test_a_heading_goes_with_what_comes_after_it() -> None:
    heading = Segment((7,), None)
    first, second = make_windows((11,), [*sentences(120, 100), heading, Segment((WORD + 2,) * 100, 2)])
    assert 7 not in first.ids
    assert 7 in second.ids


def test_a_long_question_leaves_room_to_read() -> None:
    (window,) = make_windows((WORD,) * 10_000, sentences(5))
    assert window.passage_start == QUESTION_TOKENS + 2
    assert window.spans
