"""An index open for reading: one whole generation at a time, while another is committed."""

import threading

import numpy as np
import pytest

from index.article import Article
from index.build import Builder
from index.engine import open_ledger
from index.errors import IndexMissing
from index.generation import Generations
from tests.fakes import FakeEmbedder
from tests.index.looking import RAIN, SNOW, VOTE, add, look, write

LONG = "\n\n".join(
    f"Paragraph {i} of the inquiry names witness{i}. " + "It went on. " * 40 for i in range(6)
)
ARTICLES = [
    Article(uri=uri, key=uri, text=text)
    for uri, text in (("rain", RAIN), ("snow", SNOW), ("vote", VOTE), ("long", LONG))
]


@pytest.fixture
def index(tmp_path, fake):
    Builder(tmp_path / "index", fake).put(ARTICLES)
    return tmp_path / "index"


@pytest.fixture
def own(index, fake):
    return Generations(index, fake)


def found(store, text):
    """The uris of the articles whose chunks are found, all of them by their vectors."""
    with store.reading() as now:
        near = now.search_index.chunk_vectors.search(FakeEmbedder().encode_query(text), 100)
        owners = set(now.ledger.owners(pk for pk, _ in near).values())
        return {stored.article.uri for stored in now.articles(owners).values()}


def test_an_index_that_is_not_there_is_told(tmp_path, fake):
    with pytest.raises(IndexMissing, match=f"onrecord add SOURCE --index {tmp_path}"):
        Generations(tmp_path, fake)


def test_an_open_index_sees_a_new_generation(tmp_path, fake):
    news = write(tmp_path / "n", {"rain.txt": RAIN})
    add(tmp_path / "index", fake, news)
    store = Generations(tmp_path / "index", fake)
    assert found(store, "snow rain") == {"rain.txt"}
    write(news, {"snow.txt": SNOW})
    add(tmp_path / "index", fake, news)
    assert found(store, "snow rain") == {
        "rain.txt",
        "snow.txt",
    }
    (news / "rain.txt").unlink()
    add(tmp_path / "index", fake, news)
    assert found(store, "snow rain") == {"snow.txt"}
    with store.reading() as now:
        assert now.search_index.token == now.ledger.manifest()["token"]


def test_a_reader_keeps_its_generation_while_another_is_committed(own):
    directory = own.ledger.database.path.parent
    before = look(directory, FakeEmbedder())

    def change():
        builder = Builder(directory, FakeEmbedder())
        builder.remove(["rain", "snow"])
        builder.put([Article(uri="new", key="new", text="Rain again in Bern.")])

    asked = FakeEmbedder().encode_query("rain")
    with own.reading() as now:
        near = now.search_index.chunk_vectors.search(asked, 100)
        writer = threading.Thread(target=change)
        writer.start()
        writer.join()
        assert now.search_index.chunk_vectors.search(asked, 100) == near
        chunks = now.ledger.chunks(pk for pk, _ in near)
        articles = now.ledger.articles({c.article for c in chunks.values()})
        assert set(chunks) == {pk for pk, _ in near}
        assert {a.article.uri for a in articles.values()} == {"rain", "snow", "vote", "long"}
        assert {pk for pk, _ in now.search_index.chunk_words.search({"rain": 1.0}, 9)} <= set(
            chunks
        )
        with own.reading() as inner:  # nested: the same generation
            assert inner.search_index is now.search_index
        assert len(before["articles"]) == now.ledger.counts()["articles"] == 4
    assert found(own, "rain") == {"new", "vote", "long"}


def test_a_reader_that_comes_between_commit_and_opening_sees_a_whole_generation(own, monkeypatch):
    from index import search_index

    directory = own.ledger.database.path.parent
    whole, opening = search_index.SearchIndex.open, []

    def late(root, token):
        if not opening:  # another commit takes the files away just now
            opening.append(token)
            Builder(directory, FakeEmbedder()).remove(["rain"])
        return whole(root, token)

    monkeypatch.setattr(search_index.SearchIndex, "open", staticmethod(late))
    fresh = Generations(directory, FakeEmbedder())
    assert "rain" in found(fresh, "rain")
    assert "rain" not in found(fresh, "rain")


def test_readers_and_a_writer_share_an_index_in_threads(own):
    directory, wrong, done = own.ledger.database.path.parent, [], threading.Event()

    def read():
        while not done.is_set():
            with own.reading() as now:
                pks = {c.pk for c in now.ledger.all_chunks()}
                asked = np.full(100, 0.1, dtype=np.float32)
                if {pk for pk, _ in now.search_index.chunk_vectors.search(asked, 999)} != pks:
                    wrong.append(now.search_index.token)
        own.ledger.close()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for i in range(5):
            Builder(directory, FakeEmbedder()).put([Article(uri="x", key="x", text=f"Report {i}.")])
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert wrong == []
    ledger = open_ledger(directory)
    with ledger.read():
        assert ledger.manifest()["generation"] == "6"


def test_a_reader_needs_no_file_of_its_own(own, index):
    before = sorted(index.iterdir())
    assert found(own, "rain")
    assert sorted(index.iterdir()) == before
