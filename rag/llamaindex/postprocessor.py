"""The reading model as a part of anyone's own LlamaIndex pipeline."""

from __future__ import annotations

import math

from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle

from index.text.sentences import split_sentences
from rag.llamaindex.nodes import text_of
from rag.llamaindex.stores import PartUnusable
from rag.reading.evidence import LEVEL, MARGIN, RELEVANCE
from rag.reading.reader import SentenceReading, Text, default_reader


class ReadingPostprocessor(BaseNodePostprocessor):
    """Reads nodes for a query: which answer it, with which sentence and which of its words.

    A node's score becomes the probability that its best sentence answers. Its metadata gets that
    sentence, ``sentence``, and the words of it that answer, ``answer``, each with offsets
    (``sentence_start``, ``answer_start``, ``..._end``) into the node's text.

    Attributes:
        top_n: How many nodes are left at most.
        least: The probability below which a node is left out.
    """

    top_n: int = 8
    least: float = 0.0

    @classmethod
    def class_name(cls) -> str:
        """The name by which LlamaIndex knows it."""
        return "ReadingPostprocessor"

    def _postprocess_nodes(
        self, nodes: list[NodeWithScore], query_bundle: QueryBundle | None = None
    ) -> list[NodeWithScore]:
        if query_bundle is None:
            raise PartUnusable("nodes are read for a query; give query_str or query_bundle")
        texts = [self._text(node) for node in nodes]
        readings = default_reader().read(query_bundle.query_str, texts)
        found = [_read(*each) for each in zip(nodes, texts, readings, strict=True) if each[2]]
        kept = [node for node in found if (node.score or 0.0) >= self.least]
        return sorted(kept, key=lambda node: -(node.score or 0.0))[: self.top_n]

    @staticmethod
    def _text(node: NodeWithScore) -> Text:
        text = text_of(node.node)
        spans = [(sentence.start, sentence.end) for sentence in split_sentences(text)]
        return Text(str(node.node.metadata.get("title") or ""), text, spans)


def _read(node: NodeWithScore, text: Text, readings: list[SentenceReading]) -> NodeWithScore:
    """A node with what was read in it."""
    odds = [RELEVANCE * r.relevance + MARGIN * r.margin + LEVEL for r in readings]
    best = max(range(len(odds)), key=odds.__getitem__)
    (start, end), reading = text.sentences[best], readings[best]
    read = node.node.model_copy(deep=True)
    read.metadata |= {
        "sentence": text.text[start:end],
        "sentence_start": start,
        "sentence_end": end,
        "answer": text.text[reading.start : reading.end],
        "answer_start": reading.start,
        "answer_end": reading.end,
    }
    return NodeWithScore(node=read, score=1 / (1 + math.exp(-max(-50.0, odds[best]))))
