"""The same words under another model's numbers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.word_pieces import load_vocabulary, map_pieces

OURS = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, "deal": 5, "##s": 6}
THEIRS = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "[UNK]": 4, "##s": 5, "deal": 6, "<mask>": 7}


def test_words_keep_their_name_and_marks_take_the_other_models() -> None:
    assert map_pieces(OURS, THEIRS) == [1, 4, 0, 2, 7, 6, 5]


def test_a_word_that_the_other_model_lacks_is_named() -> None:
    with pytest.raises(ValueError, match=r"1 word pieces .*deal"):
        map_pieces(OURS, {piece: number for piece, number in THEIRS.items() if piece != "deal"})


def test_numbers_with_a_gap_or_without_padding_first_are_refused() -> None:
    for ours in ({"[PAD]": 0, "deal": 2}, {"deal": 0, "[PAD]": 1}, {}):
        with pytest.raises(ValueError, match="PAD"):
            map_pieces(ours, THEIRS)


def test_a_vocabulary_is_read_from_either_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("<s>\n<pad>\ndeal\n", encoding="utf-8")
    assert load_vocabulary(tmp_path) == {"<s>": 0, "<pad>": 1, "deal": 2}
    tokenizer = {"model": {"vocab": {"<s>": 0, "deal": 1}}, "added_tokens": [{"id": 2, "content": "<mask>"}]}
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    assert load_vocabulary(tmp_path) == {"<s>": 0, "deal": 1, "<mask>": 2}
