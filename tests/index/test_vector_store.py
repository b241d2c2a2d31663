"""The index as LlamaIndex's vector store: what is asked comes back as chunks of articles."""

import threading
from datetime import date
from typing import Any

import numpy as np
import pytest
from llama_index.core import MockEmbedding, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import NodeRelationship, RelatedNodeInfo, TextNode
from llama_index.core.vector_stores.types import (
    FilterCondition,
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)
from pydantic import PrivateAttr

from index.article import Article
from index.build import Builder
from index.engine import open_ledger
from index.errors import IndexMissing, NotIndexed
from index.vector_store import VectorStore
from tests.fakes import FakeEmbedder
from tests.index.looking import RAIN, SNOW, VOTE, add, look, write

LONG = "\n\n".join(
    f"Paragraph {i} of the inquiry names witness{i}. " + "It went on. " * 40 for i in range(6)
)
ARTICLES = [
    Article(uri="rain", key="rain", text=RAIN, title="Rain in Bern", publisher="The Record",
            published=date(2025, 5, 18), author="Ada"),
    Article(uri="snow", key="snow", text=SNOW, title="Pass closed", publisher="Wire",
            published=date(2025, 1, 9)),
    Article(uri="vote", key="vote", text=VOTE, publisher="the record", published=date(2024, 12, 1)),
    Article(uri="long", key="long", text=LONG, title="Inquiry 👩\u200d👩\u200d👧 خبر"),
]  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    index = tmp_path_factory.mktemp("store") / "index"
    Builder(index, FakeEmbedder()).put(ARTICLES)
    return index


@pytest.fixture
def store(index, fake):
    return VectorStore(index, fake)


@pytest.fixture
def own(tmp_path, fake):
    """A store that a test may change."""
    Builder(tmp_path / "index", fake).put(ARTICLES)
    return VectorStore(tmp_path / "index", fake)


def query(text="", top_k=10, mode="default", **named):
    vector = FakeEmbedder().encode_query(text).tolist()
    return VectorStoreQuery(
        query_embedding=vector, query_str=text, similarity_top_k=top_k,
        mode=VectorStoreQueryMode(mode), **named,
    )  # fmt: skip


def uris(result):
    return [node.ref_doc_id for node in result.nodes]


def where(*filters, condition="and"):
    return MetadataFilters(
        filters=[
            f if isinstance(f, MetadataFilters)
            else MetadataFilter(key=f[0], operator=f[1], value=f[2])
            for f in filters
        ],
        condition=FilterCondition(condition),
    )  # fmt: skip


def test_a_node_is_a_chunk_with_exact_offsets(store):
    by_uri = {article.uri: article for article in ARTICLES}
    result = store.query(query("rain", top_k=100))
    assert len(result.nodes) == len(result.ids) == len(result.similarities) > 4
    with store.reading() as now:
        chunks = {str(c.pk): c for c in now.ledger.all_chunks()}
        ids = {a.article.uri: a.id for a in now.ledger.all_articles()}
    assert sorted(result.ids) == sorted(chunks)
    for node, id_ in zip(result.nodes, result.ids, strict=True):
        article = by_uri[node.ref_doc_id]
        assert node.node_id == id_
        assert node.text == article.text[node.start_char_idx : node.end_char_idx] != ""
        assert (node.start_char_idx, node.end_char_idx) == (chunks[id_].start, chunks[id_].end)
        assert node.metadata == {
            "article_id": ids[article.uri], "uri": article.uri, "key": article.key,
            "title": article.title, "author": article.author, "publisher": article.publisher,
            "published": article.published.isoformat() if article.published else None,
            "heading": chunks[id_].heading,
        }  # fmt: skip


def test_dense_queries_come_by_cosine(store, fake):
    result = store.query(query("rain fell on Bern", top_k=3))
    assert uris(result)[0] == "rain"
    assert result.similarities == sorted(result.similarities, reverse=True)
    with store.reading() as now:
        vectors = {str(pk): v for pk, _, v in now.ledger.vectors(now.dimension)}
    asked = fake.encode_query("rain fell on Bern")
    assert result.similarities == pytest.approx([vectors[i] @ asked for i in result.ids], abs=1e-5)
    best = sorted(vectors, key=lambda pk: -float(vectors[pk] @ asked))[:3]
    assert result.ids == best


def test_text_queries_come_by_words(store):
    assert uris(store.query(query("The ROADS and a vote", mode="text_search"))) == ["vote", "snow"]
    assert uris(store.query(query("witness3", mode="text_search")))[:1] == ["long"]
    for empty in ("", "the of and", "zebra"):
        result = store.query(query(empty, mode="text_search"))
        assert (result.nodes, result.ids, result.similarities) == ([], [], [])


def test_hybrid_is_the_weighted_sum_of_both(store):
    text = "rain on the road"
    dense = store.query(query(text, top_k=100))
    words = store.query(query(text, top_k=100, mode="text_search"))
    for alpha in (None, 0.2, 0.0, 1.0):
        share = 0.5 if alpha is None else alpha
        total = {}
        for weight, result in ((share, dense), (1 - share, words)):
            for id_, score in zip(result.ids, result.similarities, strict=True):
                total[id_] = total.get(id_, 0) + weight * score / result.similarities[0]
        found = store.query(query(text, top_k=3, mode="hybrid", alpha=alpha))
        assert found.similarities == pytest.approx(sorted(total.values(), reverse=True)[:3])
        assert [total[i] for i in found.ids] == pytest.approx(found.similarities)
    assert uris(store.query(query(text, top_k=2, mode="hybrid"))) == ["rain", "snow"]


@pytest.mark.parametrize("mode", ["default", "text_search", "hybrid"])
@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (where(("publisher", "==", "THE RECORD")), {"rain", "vote"}),
        (where(("published", ">=", "2025-01-09")), {"rain", "snow"}),
        (where(("published", ">", "2025-01-09"), ("author", "==", "Ada")), {"rain"}),
        (where(("published", "<", "2025-01-01"), ("uri", "==", "rain"), condition="or"),
         {"rain", "vote"}),
        (where(where(("uri", "in", ["rain", "snow", "long"])),
               where(("publisher", "==", "wire"), ("title", "text_match", "INQUIRY"),
                     condition="or")), {"snow", "long"}),
        (where(("published", "is_empty", None)), {"long"}),
        (where(("uri", "==", "none")), set()),
        (where(), {"rain", "snow", "vote", "long"}),
        (None, {"rain", "snow", "vote", "long"}),
    ],
)  # fmt: skip
def test_filters_leave_the_order_and_take_the_rest(store, mode, filters, wanted):
    text = "rain road budget witness1"
    every = store.query(query(text, top_k=100, mode=mode))
    left = store.query(query(text, top_k=100, mode=mode, filters=filters))
    assert set(uris(left)) == wanted
    if mode != "hybrid":  # whose parts are each scaled to the best of what is left
        pairs = zip(every.ids, uris(every), strict=True)
        assert left.ids == [id_ for id_, uri in pairs if uri in wanted]


def test_documents_and_nodes_can_be_named(store):
    both = store.query(query("rain", doc_ids=["snow", "vote", "none"]))
    assert sorted(uris(both)) == ["snow", "vote"]
    assert store.query(query("rain", doc_ids=[])).ids == []
    narrowed = query("rain", doc_ids=["snow", "rain"], filters=where(("publisher", "==", "wire")))
    assert uris(store.query(narrowed)) == ["snow"]
    every = store.query(query("rain", top_k=100)).ids
    some = [every[3], every[1], "999", "none"]
    assert store.query(query("rain", node_ids=some)).ids == [every[1], every[3]]
    assert store.query(query("rain", top_k=100, node_ids=[])).ids == every
    assert store.query(query("rain", node_ids=some, doc_ids=["none"])).ids == []


def test_a_query_that_cannot_be_answered_is_refused(store):
    with pytest.raises(ValueError, match="mode 'mmr': onrecord has default, text_search and"):
        store.query(query("rain", mode="mmr"))
    for mode in ("default", "hybrid"):
        with pytest.raises(ValueError, match=f"mode '{mode}' needs the query's embedding"):
            store.query(VectorStoreQuery(query_str="rain", mode=VectorStoreQueryMode(mode)))
    with pytest.raises(ValueError, match="filter on 'colour': an article has"):
        store.query(query("rain", filters=where(("colour", "==", "red"))))


def test_an_index_that_is_not_there_is_told(tmp_path, fake):
    with pytest.raises(IndexMissing, match=f"onrecord add SOURCE --index {tmp_path}"):
        VectorStore(tmp_path, fake)


class WordEmbedding(BaseEmbedding):
    """The fake embedder as LlamaIndex wants one."""

    _model: FakeEmbedder = PrivateAttr(default_factory=FakeEmbedder)

    def _get_query_embedding(self, text: str) -> list[float]:
        return self._model.encode_query(text).tolist()

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._model.encode_passages([text])[0].tolist()

    async def _aget_query_embedding(self, text: str) -> list[float]:
        return self._get_query_embedding(text)


def retriever(store, **named: Any):
    whole = VectorStoreIndex.from_vector_store(store, embed_model=WordEmbedding())
    return whole.as_retriever(**named)


def test_it_is_a_llama_index_retriever(store):
    found = retriever(store, similarity_top_k=2).retrieve("Rain fell on Bern")
    direct = store.query(query("Rain fell on Bern", top_k=2))
    assert [n.node_id for n in found] == direct.ids
    assert [n.score for n in found] == direct.similarities
    assert found[0].node.text == RAIN.strip()
    assert found[0].node.ref_doc_id == "rain"


def test_a_retriever_hands_on_its_mode_and_filters(store):
    options = {"vector_store_query_mode": "hybrid", "similarity_top_k": 5, "alpha": 0.3}
    filters = where(("published", ">=", "2025-01-01"))
    found = retriever(store, filters=filters, **options).retrieve("road to Bern")
    direct = store.query(query("road to Bern", top_k=5, mode="hybrid", alpha=0.3, filters=filters))
    assert [n.node_id for n in found] == direct.ids
    assert {n.node.ref_doc_id for n in found} == {"rain", "snow"}
    named = retriever(store, doc_ids=["vote"]).retrieve("rain")
    assert [n.node.ref_doc_id for n in named] == ["vote"]


def test_nodes_are_added_as_articles(own, fake):
    source = {NodeRelationship.SOURCE: RelatedNodeInfo(node_id="trams")}
    about = {"title": "Trams", "published": "2025-06-01", "publisher": "Wire", "key": "t"}
    nodes = [
        TextNode(id_="n1", text="Trams stopped at noon.", metadata=about, relationships=source),
        TextNode(id_="n2", text="They ran again by two.", metadata=about, relationships=source),
        TextNode(id_="alone", text="Buses were full. 👩\u200d👩\u200d👧"),
    ]
    assert own.add(nodes) == ["n1", "n2", "alone"]
    with own.reading() as now:
        stored = {a.article.uri: a.article for a in now.ledger.all_articles()}
    assert stored["trams"] == Article(
        uri="trams", key="t", title="Trams", published=date(2025, 6, 1), publisher="Wire",
        language="en",
        text="Trams stopped at noon.\n\nThey ran again by two.",
    )  # fmt: skip
    assert stored["alone"].text == "Buses were full. 👩\u200d👩\u200d👧"
    assert set(stored) == {"trams", "alone", "rain", "snow", "vote", "long"}
    (node,) = own.query(query("trams stopped", top_k=1)).nodes
    assert node.ref_doc_id == "trams"
    assert node.text == stored["trams"].text[node.start_char_idx : node.end_char_idx]
    calls = fake.calls
    own.add(nodes)
    assert fake.calls == calls


def test_llama_index_can_fill_and_empty_it(own):
    whole = VectorStoreIndex.from_vector_store(own, embed_model=MockEmbedding(embed_dim=100))
    whole.insert_nodes([TextNode(id_="new", text="A zebra escaped.")])
    assert uris(own.query(query("zebra", mode="text_search"))) == ["new"]
    own.delete("new")
    assert uris(own.query(query("zebra", mode="text_search"))) == []


def test_deleting_takes_an_article_and_its_chunks(own):
    own.delete("long")
    assert set(uris(own.query(query("witness1", top_k=100)))) == {"rain", "snow", "vote"}
    assert uris(own.query(query("witness1", mode="text_search"))) == []
    with pytest.raises(NotIndexed, match="long: no article has this uri"):
        own.delete("long")


def test_an_open_store_sees_a_new_generation(tmp_path, fake):
    news = write(tmp_path / "n", {"rain.txt": RAIN})
    add(tmp_path / "index", fake, news)
    store = VectorStore(tmp_path / "index", fake)
    assert uris(store.query(query("snow rain", mode="text_search"))) == ["rain.txt"]
    write(news, {"snow.txt": SNOW})
    add(tmp_path / "index", fake, news)
    assert set(uris(store.query(query("snow rain", mode="text_search")))) == {
        "rain.txt",
        "snow.txt",
    }
    (news / "rain.txt").unlink()
    add(tmp_path / "index", fake, news)
    assert uris(store.query(query("snow rain"))) == ["snow.txt"]
    with store.reading() as now:
        assert now.search_index.token == now.ledger.manifest()["token"]


def test_a_reader_keeps_its_generation_while_another_is_committed(own):
    directory = own.client.database.path.parent
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
    assert set(uris(own.query(query("rain", top_k=100)))) == {"new", "vote", "long"}


def test_a_reader_that_comes_between_commit_and_opening_sees_a_whole_generation(own, monkeypatch):
    from index import search_index

    directory = own.client.database.path.parent
    whole, opening = search_index.SearchIndex.open, []

    def late(root, token):
        if not opening:  # another commit takes the files away just now
            opening.append(token)
            Builder(directory, FakeEmbedder()).remove(["rain"])
        return whole(root, token)

    monkeypatch.setattr(search_index.SearchIndex, "open", staticmethod(late))
    fresh = VectorStore(directory, FakeEmbedder())
    assert "rain" in uris(fresh.query(query("rain", top_k=100)))
    assert "rain" not in uris(fresh.query(query("rain", top_k=100)))


def test_readers_and_a_writer_share_a_store_in_threads(own):
    directory, wrong, done = own.client.database.path.parent, [], threading.Event()

    def read():
        while not done.is_set():
            with own.reading() as now:
                pks = {c.pk for c in now.ledger.all_chunks()}
                asked = np.full(100, 0.1, dtype=np.float32)
                if {pk for pk, _ in now.search_index.chunk_vectors.search(asked, 999)} != pks:
                    wrong.append(now.search_index.token)
        own.client.close()

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


def test_a_store_needs_no_file_of_its_own(store, index):
    before = sorted(index.iterdir())
    store.query(query("rain"))
    assert sorted(index.iterdir()) == before
