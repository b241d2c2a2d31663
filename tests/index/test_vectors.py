"""FAISS finds what a brute-force search finds."""

import faiss
import numpy as np
import pytest

from index import vectors as room
from index.vectors import VectorIndex

COUNT, DIMENSION = 600, 32


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(7)
    rows = rng.normal(size=(COUNT, DIMENSION)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    ids = rng.permutation(10**6)[:COUNT].astype(np.int64) * 1_000_003  # above 32 bits
    queries = rng.normal(size=(20, DIMENSION)).astype(np.float32)
    return ids, rows, queries / np.linalg.norm(queries, axis=1, keepdims=True)


def brute(ids, rows, query, top_k, allowed=None):
    scored = [
        (int(id_), float(row @ query))
        for id_, row in zip(ids, rows, strict=True)
        if allowed is None or int(id_) in allowed
    ]
    return sorted(scored, key=lambda pair: -pair[1])[:top_k]


def same(found, wanted):
    assert [id_ for id_, _ in found] == [id_ for id_, _ in wanted]
    assert [s for _, s in found] == pytest.approx([s for _, s in wanted], abs=1e-5)


def near(found, wanted, truth):
    """Codes of 16 bits may swap neighbours whose cosines differ by less than 0.001."""
    assert len({id_ for id_, _ in found}) == len(found) == len(wanted)
    assert [s for _, s in found] == pytest.approx([s for _, s in wanted], abs=1e-3)
    assert [s for _, s in found] == pytest.approx([truth[id_] for id_, _ in found], abs=1e-3)


def filters(ids):
    """No filter, and ones that leave a half, a tenth, one and all; the last names strangers too."""
    some = [int(i) for i in ids]
    return [None, set(some[::2]), dict.fromkeys(some[::10]).keys(), [some[3]], [*some, 1, 2, 3]]


@pytest.mark.parametrize("which", range(5))
@pytest.mark.parametrize("top_k", [1, 10, COUNT + 5])
def test_flat_equals_brute_force(data, which, top_k):
    ids, rows, queries = data
    index = VectorIndex.build(ids, rows)
    allowed = filters(ids)[which]
    for query in queries:
        same(index.search(query, top_k, allowed), brute(ids, rows, query, top_k, allowed))


@pytest.fixture
def lists(data, monkeypatch):
    monkeypatch.setattr(room, "FLAT_LIMIT", COUNT - 1)
    monkeypatch.setattr(room, "PROBED", ())  # every list is searched, so the oracle is exact
    index = VectorIndex.build(*data[:2])
    assert isinstance(faiss.downcast_index(index._index.index), faiss.IndexIVF)
    return index


@pytest.mark.parametrize("which", range(5))
def test_inverted_lists_equal_brute_force(data, lists, which):
    ids, rows, queries = data
    allowed = filters(ids)[which]
    for query in queries:
        wanted = brute(ids, rows, query, COUNT, allowed)
        near(lists.search(query, 10, allowed), wanted[:10], dict(wanted))


def test_a_narrow_filter_searches_every_list(data, monkeypatch):
    ids, rows, queries = data
    monkeypatch.setattr(room, "FLAT_LIMIT", 10)
    monkeypatch.setattr(room, "PROBED", (8,))
    monkeypatch.setattr(room, "RECALL", 0.0)
    index = VectorIndex.build(ids, rows)
    narrow = {int(i) for i in ids[: COUNT // 8]}
    for query in queries:
        wanted = brute(ids, rows, query, COUNT, narrow)
        near(index.search(query, 5, narrow), wanted[:5], dict(wanted))
        assert len(index.search(query, COUNT)) < COUNT // 4  # without one: few lists only


def clustered(noise):
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(40, DIMENSION))
    rows = centres[rng.integers(0, 40, 3000)] + noise * rng.normal(size=(3000, DIMENSION))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def probes(index):
    inner = faiss.downcast_index(index._index.index)
    return inner.nprobe / inner.nlist


@pytest.mark.parametrize("width", [np.float16, np.float32])
def test_as_few_lists_are_searched_as_find_what_is_near(monkeypatch, width):
    monkeypatch.setattr(room, "FLAT_LIMIT", 1000)
    searched = []
    for noise in (0.2, 0.8, 3.0):  # from clusters to nothing that lists could tell apart
        rows = clustered(noise)
        index = VectorIndex.build(np.arange(3000, dtype=np.int64), rows.astype(width))
        assert index.recall >= room.RECALL
        hits = 0
        for row in rows[::100]:
            query = row + 0.3 * rows[7]
            wanted = {id_ for id_, _ in brute(np.arange(3000), rows, query, 10)}
            hits += len(wanted & {id_ for id_, _ in index.search(query, 10)})
        assert hits / 300 > 0.95
        searched.append(probes(index))
    assert searched == sorted(searched)
    assert searched[0] < 0.3 < searched[-1]


def test_where_lists_do_not_tell_what_is_near_all_are_searched(monkeypatch):
    monkeypatch.setattr(room, "FLAT_LIMIT", 1000)
    monkeypatch.setattr(room, "PROBED", (100,))
    index = VectorIndex.build(np.arange(3000, dtype=np.int64), clustered(3.0))
    assert (probes(index), index.recall) == (1.0, 1.0)


def test_copies_of_one_text_do_not_count_as_missed(monkeypatch):
    monkeypatch.setattr(room, "FLAT_LIMIT", 1000)
    rows = np.repeat(clustered(0.3)[:60], 50, axis=0)
    index = VectorIndex.build(np.arange(3000, dtype=np.int64), rows)
    assert index.recall >= room.RECALL
    assert probes(index) < 1


@pytest.mark.parametrize("limit", [room.FLAT_LIMIT, 10])
def test_saved_and_loaded_it_is_the_same(data, tmp_path, monkeypatch, limit):
    ids, rows, queries = data
    monkeypatch.setattr(room, "FLAT_LIMIT", limit)
    built = VectorIndex.build(ids, rows)
    built.save(tmp_path / "a.faiss")
    loaded = VectorIndex.load(tmp_path / "a.faiss")
    assert len(loaded) == COUNT
    some = [int(i) for i in ids[5:25]]
    for query in queries:
        for allowed in (None, some):
            assert loaded.search(query, 7, allowed) == built.search(query, 7, allowed)
        assert loaded.scores(query, some) == built.scores(query, some)


@pytest.mark.parametrize(("limit", "tolerance"), [(room.FLAT_LIMIT, 1e-6), (10, 1e-3)])
def test_scores_are_cosines_in_the_order_asked(data, monkeypatch, limit, tolerance):
    ids, rows, queries = data
    monkeypatch.setattr(room, "FLAT_LIMIT", limit)
    index = VectorIndex.build(ids, rows)
    wanted = [int(ids[i]) for i in (9, 2, 400)]
    scores = index.scores(queries[0], wanted)
    assert list(scores) == wanted
    assert list(scores.values()) == pytest.approx(rows[[9, 2, 400]] @ queries[0], abs=tolerance)
    assert index.scores(queries[0], []) == {}
    assert index.scores(queries[0], [-5, *wanted]) == pytest.approx(scores)
    assert index.scores(queries[0], [-5]) == {}


def test_nothing_gives_nothing(data, tmp_path):
    ids, rows, queries = data
    empty = VectorIndex.build(np.empty(0, np.int64), np.empty((0, DIMENSION), np.float32))
    empty.save(tmp_path / "empty.faiss")
    for index in (empty, VectorIndex.load(tmp_path / "empty.faiss")):
        assert len(index) == 0
        assert index.search(queries[0], 5) == []
        assert index.search(queries[0], 5, [1]) == []
    full = VectorIndex.build(ids, rows)
    assert full.search(queries[0], 5, []) == []
    assert full.search(queries[0], 5, {4}) == []
    assert full.search(queries[0], 0) == []


@pytest.mark.parametrize("content", [None, b"", b"no index"])
def test_what_is_no_index_is_refused(tmp_path, content):
    path = tmp_path / "a.faiss"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RuntimeError, match=r"a\.faiss|read error|not recognized"):
        VectorIndex.load(path)
