"""Sentences are encoded once, whoever asks for them again."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.kept_vectors import KeptVectors
from tests.fakes import FakeEmbedder


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6)), st.integers(1, 8))
def test_the_vectors_are_the_models_in_the_order_of_the_texts(asked, most):
    kept, model = KeptVectors(FakeEmbedder(), most), FakeEmbedder()
    for texts in asked:
        found = kept.encode_passages(texts)
        assert found.dtype == np.float32
        assert found.shape == (len(texts), model.dimension)
        assert (found == model.encode_passages(texts)).all()


def test_a_sentence_is_encoded_once_and_those_used_longest_ago_are_let_go():
    model = FakeEmbedder()
    kept = KeptVectors(model, most=3)
    kept.encode_passages(["one", "two", "one"])
    kept.encode_passages(["two", "three"])
    kept.encode_passages(["one"])
    assert model.texts == ["one", "two", "three"]
    kept.encode_passages(["four"])
    kept.encode_passages(["one", "three", "two"])
    assert model.texts == ["one", "two", "three", "four", "two"]


def test_all_else_is_the_models():
    model = FakeEmbedder()
    model.unrelated = 0.7
    kept = KeptVectors(model)
    assert (kept.name, kept.fingerprint, kept.unrelated) == (model.name, model.fingerprint, 0.7)
    assert (kept.encode_query("who resigned") == model.encode_query("who resigned")).all()
    with pytest.raises(AttributeError, match="multilingual"):
        _ = kept.multilingual


def test_threads_may_share_it():
    kept, model, wrong = KeptVectors(FakeEmbedder(), most=4), FakeEmbedder(), []

    def ask(first):
        for number in range(300):
            texts = [str((first + number + step) % 9) for step in range(3)]
            if not (kept.encode_passages(texts) == model.encode_passages(texts)).all():
                wrong.append(texts)

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
