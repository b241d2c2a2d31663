"""A corpus and its reader as parts of LlamaIndex's pipelines."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from llama_index.core import Settings as LlamaSettings
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import ResponseMode, get_response_synthesizer
from llama_index.core.schema import NodeWithScore, TextNode

from rag.llamaindex.engines import ReadingPostprocessor
from rag.llamaindex.stores import PartUnusable
from tests.rag.test_corpus import HEADLINE, QUOTE


def run(coroutine):
    """What a coroutine gives; in a thread of its own, since browser tests leave a loop in this."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def test_a_query_engine_gives_the_answer_with_its_quotes_as_nodes(sample_corpus):
    response = sample_corpus.as_query_engine().query(HEADLINE)
    answer = sample_corpus.ask(HEADLINE)
    assert response.response == answer.text
    assert {**response.metadata, "timings": {}} == {**answer.as_json(), "timings": {}}
    assert [node.score for node in response.source_nodes] == [1.0] * len(answer.citations)
    for node in response.source_nodes:
        told = node.node.metadata
        text = sample_corpus.article(told["article_id"]).text
        assert text[told["start"] : told["end"]] == told["quote"] == node.node.text
        assert (node.node.start_char_idx, node.node.end_char_idx) == (told["start"], told["end"])
        assert node.node.ref_doc_id == told["uri"]
    later = run(sample_corpus.as_query_engine().aquery(HEADLINE))
    assert later.response == response.response


def test_a_refusal_has_no_sources(sample_corpus):
    response = sample_corpus.as_query_engine().query("Who won the chess final?")
    assert (response.source_nodes, response.metadata["answered"]) == ([], False)


def test_a_chat_engine_remembers_and_can_begin_anew(sample_corpus):
    chat = sample_corpus.as_chat_engine()
    first = chat.chat("Who resigned as harbour commissioner?")
    second = chat.chat("And why?")
    expected = sample_corpus.conversation()
    expected.ask("Who resigned as harbour commissioner?")
    assert second.response == expected.ask("And why?").text
    assert [message.content for message in chat.chat_history] == [
        "Who resigned as harbour commissioner?",
        first.response,
        "And why?",
        second.response,
    ]
    said = [ChatMessage(role=m.role, content=m.content) for m in chat.chat_history[:2]]
    chat.reset()
    assert chat.chat_history == []
    assert chat.chat("And why?", said).response == second.response


def test_a_chat_engine_streams_what_it_says(sample_corpus):
    question = "Who resigned as harbour commissioner, and who will act as commissioner?"
    whole = sample_corpus.ask(question)
    streamed = sample_corpus.as_chat_engine().stream_chat(question)
    assert "".join(streamed.response_gen) == whole.text
    assert [n.node.text for n in streamed.source_nodes] == [c.quote for c in whole.citations]

    async def later():
        found = await sample_corpus.as_chat_engine().astream_chat(question)
        return [piece.delta async for piece in found.achat_stream]

    assert run(later()) == [whole.text]


def test_the_retriever_and_the_reader_work_in_a_pipeline_of_llamaindex(sample_corpus, monkeypatch):
    monkeypatch.setattr(LlamaSettings, "_llm", MockLLM())  # asked for, though nothing is written
    engine = RetrieverQueryEngine(
        retriever=sample_corpus.as_retriever(top_k=8),
        node_postprocessors=[ReadingPostprocessor(top_n=2)],
        response_synthesizer=get_response_synthesizer(
            llm=MockLLM(), response_mode=ResponseMode.NO_TEXT
        ),
    )
    best, other = engine.query(HEADLINE).source_nodes
    told = best.node.metadata
    assert told["sentence"] == best.node.text[told["sentence_start"] : told["sentence_end"]]
    assert told["sentence"] == QUOTE
    assert told["answer"] == best.node.text[told["answer_start"] : told["answer_end"]]
    assert best.score > other.score


def test_the_reader_orders_nodes_and_leaves_out_what_does_not_answer():
    nodes = [
        NodeWithScore(node=TextNode(id_=name, text=text), score=0.9)
        for name, text in [
            ("hail", "Hail hit Paris for four days."),
            ("empty", " "),
            ("rain", "It was cold. Rain fell on Kyiv for three days."),
        ]
    ]
    question = "How long did rain fall on Kyiv?"
    found = ReadingPostprocessor().postprocess_nodes(nodes, query_str=question)
    assert [node.node.node_id for node in found] == ["rain", "hail"]
    assert found[0].node.metadata["answer"] == "three days"
    assert "answer" not in nodes[2].node.metadata
    (only,) = ReadingPostprocessor(least=0.5).postprocess_nodes(nodes, query_str=question)
    assert only.node.node_id == "rain"
    with pytest.raises(PartUnusable, match="nodes are read for a query"):
        ReadingPostprocessor().postprocess_nodes(nodes)


DOCUMENT = (Path(__file__).parents[3] / "docs" / "llamaindex.md").read_text("utf-8")


def test_what_the_document_shows_runs(sample_corpus, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".onrecord").symlink_to(sample_corpus.directory)
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "rain.txt").write_text("Rain fell on Kyiv for three days.")
    first, *others = re.findall(r"^```python\n(.*?)^```$", DOCUMENT, re.M | re.S)
    asked = [block for block in others if "OpenAILike" not in block]  # that wants a server
    assert len(asked) == len(others) - 1 == 6
    for block in asked:
        names = {}
        exec(first + block, names)
    printed = capsys.readouterr().out
    assert printed.count("The Kremlin has attached two preconditions") >= 3
    assert "The barrier will stay open until Friday" in printed
