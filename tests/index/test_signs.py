"""Token signs: what is packed comes back, and products with it are near cosines."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.signs import TokenSigns


def units(seed, count, dimension):
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 9), st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_signs_and_starts_survive_the_ledger(count, dimension, seed):
    vectors = units(seed, count, dimension)
    starts = np.sort(np.random.default_rng(seed).integers(0, 2**31 - 1, count))
    packed = TokenSigns.of(vectors, starts)
    assert packed.bits.shape == (count, -(-dimension // 8))
    read = TokenSigns.from_bytes(packed.starts.tobytes(), packed.bits.tobytes(), dimension)
    assert read.starts.tolist() == starts.tolist()
    estimates = read.vectors()
    assert estimates.shape == (count, dimension)
    assert estimates.dtype == np.float32
    assert np.array_equal(estimates > 0, vectors > 0)
    assert np.allclose(np.abs(estimates), np.sqrt(np.pi / 2 / dimension))


def test_a_component_of_zero_counts_as_negative():
    packed = TokenSigns.of(np.array([[0.0, 1.0, -1.0]], dtype=np.float32), np.array([0]))
    assert packed.bits.tolist() == [[0b01000000]]


def test_bytes_of_another_dimension_are_refused():
    packed = TokenSigns.of(units(0, 3, 16), np.arange(3))
    with pytest.raises(ValueError, match="cannot reshape array of size 6 into shape"):
        TokenSigns.from_bytes(packed.starts.tobytes(), packed.bits.tobytes(), 384)


@pytest.mark.parametrize("dimension", [384, 383, 101])
def test_products_are_near_the_cosine(dimension):
    tokens, noise = units(1, 2000, dimension), units(2, 2000, dimension)
    share = np.linspace(-1, 1, 2000, dtype=np.float32)[:, None]
    queries = share * tokens + np.sqrt(1 - share**2) * noise
    queries /= np.linalg.norm(queries, axis=1, keepdims=True)
    estimates = TokenSigns.of(tokens, np.arange(2000)).vectors()
    error = (estimates * queries).sum(axis=1) - (tokens * queries).sum(axis=1)
    assert abs(error.mean()) < 0.01
    # One component's part of the error has standard deviation sqrt(pi / 2 - 1) / sqrt(d) at most.
    assert error.std() < np.sqrt((np.pi / 2) / dimension)
