"""LlamaIndex's stores, retrievers and models put into a corpus."""

from datetime import date

import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.embeddings import MockEmbedding
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.core.vector_stores import SimpleVectorStore
from llama_index.core.vector_stores.types import BasePydanticVectorStore, VectorStoreQueryResult
from llama_index.llms.openai_like import OpenAILike

from index.build import Builder
from index.errors import IndexMismatch, IndexMissing
from index.readers.source import Source
from rag.corpus import Corpus
from rag.llamaindex.models import EmbeddingModel
from rag.llamaindex.stores import PartUnusable, chunk_node, fill, node_search
from rag.types import Filters
from tests.rag.builders import corpus_of
from tests.rag.test_corpus import HEADLINE, QUOTE

PARTS = {"vector_store": "BasePydanticVectorStore", "retriever": "BaseRetriever", "llm": "LLM"}
BARRIER = "The barrier at Port Lorne will stay open until Friday, the harbour master said."


class Given(BaseRetriever):
    """Gives its nodes, whatever is asked."""

    def __init__(self, *nodes):
        super().__init__()
        self._nodes = [NodeWithScore(node=node, score=None) for node in nodes]

    def _retrieve(self, query_bundle):
        return self._nodes


def qdrant():
    from llama_index.vector_stores.qdrant import QdrantVectorStore
    from qdrant_client import QdrantClient

    return QdrantVectorStore("news", client=QdrantClient(":memory:"))


@pytest.mark.parametrize("make", [SimpleVectorStore, qdrant])
def test_a_store_of_llamaindex_finds_what_is_quoted(sample_corpus, make):
    store = make()
    with sample_corpus.reading() as now:
        assert fill(store, sample_corpus) == now.ledger.counts()["chunks"] > 0
    corpus = Corpus.open(sample_corpus.directory, vector_store=store)
    answer = corpus.ask(HEADLINE)
    assert [claim.text for claim in answer.claims] == [QUOTE]
    for citation in answer.citations:
        article = corpus.article(citation.article_id)
        assert article.text[citation.start : citation.end] == citation.quote
    assert not corpus.ask("Who won the chess final?").answered


def test_of_a_store_only_what_the_filters_leave_is_read(sample_corpus):
    store = SimpleVectorStore()
    fill(store, sample_corpus)
    corpus = Corpus.open(sample_corpus.directory, vector_store=store)
    answer = corpus.ask(HEADLINE, filters=Filters(after=date(2999, 1, 1)))
    assert (answer.answered, answer.nearest) == (False, ())


def test_a_chunk_that_is_another_by_now_is_not_taken_for_it(sample_corpus, tmp_path, fake):
    corpus, _ = corpus_of(tmp_path / "one", fake, {"rain.txt": "Rain fell on Kyiv for three days."})
    other, _ = corpus_of(tmp_path / "two", fake, {"hail.txt": "Hail hit Paris for four days."})
    store = SimpleVectorStore()
    fill(store, other)
    mixed = Corpus(corpus.directory, fake, corpus.settings, nodes=node_search(fake, store, None))
    with pytest.raises(PartUnusable, match=r"^SimpleVectorStore gives ids .* fill it"):
        mixed.ask("Where did rain fall?")


def test_nodes_of_somebody_elses_are_quoted_without_an_index(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    node = TextNode(
        text=f"{BARRIER} Boats waited outside.",
        metadata={"title": "Barrier open", "publisher": "The Post", "published": "2026-04-02"},
    )
    other = TextNode(text="Hail hit Paris for four days.")
    corpus = Corpus.open(retriever=Given(other, node))
    answer = corpus.ask("Until when will the barrier at Port Lorne stay open?")
    assert [claim.text for claim in answer.claims] == [BARRIER]
    (cited,) = answer.citations
    assert (cited.title, cited.publisher, cited.published) == (
        "Barrier open",
        "The Post",
        date(2026, 4, 2),
    )
    assert corpus.article(cited.article_id).text[cited.start : cited.end] == cited.quote == BARRIER
    assert corpus.article(cited.article_id).text == node.text
    asked = corpus.ask(answer.question, filters=Filters(publisher="The Gazette"))
    assert not asked.answered


def test_a_node_that_names_an_article_of_the_index_is_read_there(sample_corpus):
    with sample_corpus.reading() as now:
        (passage, *_) = sample_corpus.search(HEADLINE, 1)
        chunk = chunk_node(passage.chunk, passage.article)
        assert now.ledger.counts()["articles"] > 1
    named = TextNode(text=chunk.text, metadata={"uri": passage.article.article.uri})
    corpus = Corpus.open(sample_corpus.directory, retriever=Given(named))
    answer = corpus.ask(HEADLINE)
    assert [claim.text for claim in answer.claims] == [QUOTE]
    assert answer.citations[0].article_id == passage.article.id


class Telling(BasePydanticVectorStore):
    """A store that takes no embeddings."""

    stores_text: bool = True
    is_embedding_query: bool = False

    @property
    def client(self):
        return None

    def add(self, nodes, **how):
        return []

    def delete(self, ref_doc_id, **how):
        return None

    def query(self, query, **how):
        return VectorStoreQueryResult()


def test_what_a_part_lacks_is_said_in_a_sentence(sample_corpus):
    for name, wanted in PARTS.items():
        with pytest.raises(PartUnusable, match=rf"^{name} is a str; give an? {wanted} of LlamaI"):
            Corpus.open(sample_corpus.directory, **{name: "a name"})
    with pytest.raises(PartUnusable, match=r"^embed_model is a str; give a BaseEmbedding of Lla"):
        Corpus.open(sample_corpus.directory, embed_model="a name")
    with pytest.raises(PartUnusable, match=r"^Telling takes no embeddings; give it as retriever"):
        Corpus.open(sample_corpus.directory, vector_store=Telling(stores_text=True))
    with pytest.raises(PartUnusable, match=r"^vector_store and retriever are given; give the one"):
        Corpus.open(sample_corpus.directory, vector_store=SimpleVectorStore(), retriever=Given())


def test_an_empty_store_holds_nothing_and_a_folder_that_is_named_has_to_be_there(
    sample_corpus, tmp_path
):
    corpus = Corpus.open(sample_corpus.directory, vector_store=SimpleVectorStore())
    assert not corpus.ask(HEADLINE).answered
    with pytest.raises(IndexMissing):
        Corpus.open(tmp_path / "none", vector_store=SimpleVectorStore())


def test_a_mock_model_that_says_nothing_gives_way_to_the_articles(sample_corpus):
    corpus = Corpus.open(sample_corpus.directory, llm=MockLLM(max_tokens=8))
    answer = corpus.ask(HEADLINE)
    assert (answer.answered, answer.answerer) == (True, "quotes")
    assert [claim.text for claim in answer.claims] == [QUOTE]
    assert "The articles are quoted: " in answer.note


def test_a_model_of_llamaindex_writes_and_is_checked(sample_corpus, scripted_llm):
    scripted_llm.says(f"{QUOTE} [1] The moon has three rivers [1].")
    llm = OpenAILike(
        model="scripted",
        api_base=scripted_llm.address,
        api_key="none",
        is_chat_model=True,
        context_window=4096,
        max_retries=0,
    )
    answer = Corpus.open(sample_corpus.directory, llm=llm).ask(HEADLINE)
    assert (answer.answerer, answer.note) == ("scripted", "")
    assert [(claim.text, claim.status) for claim in answer.claims] == [
        (QUOTE, "supported"),
        ("The moon has three rivers.", "unsupported"),
    ]


class Letters(BaseEmbedding):
    """A text is how often it holds each letter."""

    def _get_text_embedding(self, text):
        return [float(text.lower().count(letter)) for letter in "abcdefghijklmnopqrstuvwxyz"]

    def _get_query_embedding(self, query):
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query):
        return self._get_text_embedding(query)


def test_an_index_is_made_and_asked_with_an_embedding_model_of_llamaindex(tmp_path):
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "barrier.txt").write_text(f"{BARRIER}\n\nBoats waited outside.")
    model = EmbeddingModel(Letters(model_name="letters"))
    report = Builder(tmp_path / "index", model).add([Source.at(tmp_path / "news")])
    assert report.added == ["barrier.txt"]
    corpus = Corpus.open(tmp_path / "index", embed_model=Letters(model_name="letters"))
    answer = corpus.ask("Until when will the barrier at Port Lorne stay open?")
    assert [claim.text for claim in answer.claims] == [BARRIER]
    with pytest.raises(IndexMismatch, match="Letters:letters"):
        Corpus.open(tmp_path / "index", embed_model=MockEmbedding(embed_dim=26))
