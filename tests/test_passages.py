"""Sentences and passages: exact offsets, whole sentences, nothing lost, nothing longer than the encoder reads."""

from __future__ import annotations

import pytest
from bag_encoder import BagOfWordsEncoder
from hypothesis import given
from hypothesis import strategies as st

from index.article import make_article
from index.blocks import BlockKind, split_blocks
from index.passages import SplitPassage, split_passages
from index.sentences import MAX_SENTENCE, split_sentences

ENCODER = BagOfWordsEncoder()

TEXTS = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            [
                "# Head",
                "## A longer heading of ours",
                "Words.",
                "It rained. We left early, at 5 p.m. on Monday!",
                "- item",
                "> said",
                "1. one",
                "“Why?” he asked. “Why not?”",
                "word " * 60 + "end.",
                "x" * 700,
                "\u3000",
                "é🎉 Ok.",
                "Title Case Line",
                "no stop here",
                "\x0b\x85\u2028",
            ]
        )
    ).flatmap(lambda parts: st.sampled_from(["\n", "\n\n", " ", "\r\n\r\n"]).map(lambda glue: glue.join(parts))),
)


def split(text: str, *, title: str = "A title", max_tokens: int = 60) -> list[SplitPassage]:
    article = make_article(text if any(map(str.isalnum, text)) else f"word {text}", title=title)
    return split_passages(article, count_tokens=ENCODER.count_tokens, max_tokens=max_tokens)


def passages(text: str, max_tokens: int = 60) -> list[str]:
    return [each.passage.text for each in split(text, max_tokens=max_tokens)]


def without_blanks(parts: list[str]) -> str:
    return "".join("".join(parts).split())


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["He paid $3.5m in 2020.", "That was low."],
        ["Dr. J. R. R. Tolkien met Mr. Brown in the U.S. Senate.", "It was late."],
        ["He said “no.”", "She left."],
        ["“Is that so?” he asked.", "“It is,” she said."],
        ['He said "No. Not now."', "Then he left."],
        ["At 10 a.m. Monday it rained.", "We stayed."],
        ["It lasted approx. 3 hours.", "Then it ended."],
        ["(See p. 3.)", "It sold well."],
        ["What?!", "Nobody knows.", "No... maybe."],
        ["The company, i.e. the yard, makes boats, e.g. ferries, etc.", "It pays."],
    ],
    ids=lambda expected: expected[0][:20],
)
def test_a_sentence_ends_where_a_reader_says(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


def test_sentences_have_no_blanks_around_them_and_count_from_the_start_of_the_text() -> None:
    text = "Skip. 🎉 One.\u00a0\n  Two.  "
    assert [text[start:end] for start, end in split_sentences(text, 6)] == ["🎉 One.", "Two."]
    assert sentences(" \n ") == []


@pytest.mark.parametrize(
    "text", ["." * 1_000_000, "word " * 1_000_000, "x" * 2_000_000, "a. " * 300_000, "日本語。" * 100_000], ids=len
)
def test_what_is_no_prose_is_cut_to_pieces_in_good_time(text: str) -> None:
    spans = split_sentences(text)
    assert max(end - start for start, end in spans) <= MAX_SENTENCE
    assert "".join(text[start:end] for start, end in spans).replace(" ", "") == text.replace(" ", "")


def test_a_paragraph_is_a_passage() -> None:
    first, second = "One two three four five six. " * 7, "Seven eight nine ten. " * 10
    assert passages(f"# Head\n\n{first}\n\n{second}", max_tokens=200) == [first.strip(), second.strip()]


def test_short_paragraphs_under_one_heading_are_joined_and_across_headings_are_not() -> None:
    text = "Intro.\n\n## Terms\n\n- Nets.\n- Boats.\n\nQuotas.\n\n## Dates\n\nIn May."
    assert passages(text) == ["Intro.", "Nets.\n- Boats.\n\nQuotas.", "In May."]


def test_a_long_paragraph_is_split_between_sentences_in_parts_of_about_one_length() -> None:
    parts = passages("One two three four five. " * 24, max_tokens=60)
    assert len(parts) == 3
    assert {part.count("five.") for part in parts} == {8}


def test_passages_know_their_heading_and_paragraph() -> None:
    text = "# Head\n\nOne.\n\n## Terms\n\n" + "Two three four five six seven eight. " * 9 + "\n\nThree."
    found = [(each.passage.heading, each.passage.paragraph) for each in split(text)]
    assert found[0] == ("Head", 1)
    assert set(found[1:]) == {("Terms", 2)}
    assert split(text)[-1].sentences[-1].paragraph == 3


def test_two_sections_of_one_name_are_not_joined() -> None:
    assert passages("## Notes\n\nOne.\n\n## Notes\n\nTwo.") == ["One.", "Two."]


def test_the_title_and_heading_go_along_as_context_once_each() -> None:
    assert [each.context for each in split("# A title\n\nOne.\n\n## Terms\n\nTwo.")] == ["A title", "A title – Terms"]


def test_ids_are_those_of_the_article_and_the_place() -> None:
    article = make_article("One.\n\n## Two\n\nThree.")
    found = split_passages(article, count_tokens=ENCODER.count_tokens, max_tokens=60)
    assert [each.passage.id for each in found] == [f"{article.id}/0", f"{article.id}/1"]
    assert {each.passage.article_id for each in found} == {article.id}


@given(text=TEXTS)
def test_passages_are_whole_sentences_at_their_offsets_and_in_order(text: str) -> None:
    article = make_article(f"word {text}")
    end = 0
    for each in split_passages(article, count_tokens=ENCODER.count_tokens, max_tokens=60):
        passage = each.passage
        assert article.text[passage.start : passage.end] == passage.text == passage.text.strip()
        assert (each.sentences[0].start, each.sentences[-1].end) == (passage.start, passage.end)
        for sentence in each.sentences:
            assert end <= sentence.start < sentence.end
            end = sentence.end


@given(text=TEXTS, title=st.sampled_from(["", "A title", "A very long title " * 40, "x" * 500]))
def test_no_passage_is_longer_than_the_encoder_reads_with_its_context(text: str, title: str) -> None:
    for each in split(text, title=title or "-", max_tokens=40):
        assert sum(ENCODER.count_tokens([each.context, each.passage.text])) <= 40


@given(text=TEXTS)
def test_all_but_headings_and_marks_is_in_a_sentence(text: str) -> None:
    article = make_article(f"word {text}")
    found = split_passages(article, count_tokens=ENCODER.count_tokens, max_tokens=60)
    kept = [article.text[s.start : s.end] for each in found for s in each.sentences]
    blocks = [block for block in split_blocks(article.text) if block.kind is not BlockKind.HEADING]
    assert without_blanks(kept) == without_blanks([article.text[block.start : block.end] for block in blocks])


@pytest.mark.model
def test_the_real_encoder_reads_every_passage_to_its_end() -> None:
    from index.embedding import load_encoder

    encoder = load_encoder()
    hard = "antidisestablishmentarianism 1,486.50 " * 300 + "日本語" * 400 + "." * 900 + " naïve café. " * 200
    article = make_article(f"# {'A long heading of many words ' * 9}\n\n{hard}\n\n{hard}")
    found = split_passages(article, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens)
    together = encoder.count_tokens([f"{each.context}\n{each.passage.text}" for each in found])
    assert encoder.max_tokens == 254
    assert max(together) <= 254
    assert min(together) > 40
