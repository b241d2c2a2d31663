"""Between LlamaIndex's nodes and what onrecord reads: chunks of articles, with offsets."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from llama_index.core.schema import (
    BaseNode,
    MetadataMode,
    NodeRelationship,
    NodeWithScore,
    RelatedNodeInfo,
    TextNode,
)

from index.article import Article
from index.generation import Generation
from index.ledger import StoredArticle, StoredChunk
from index.text.sentences import split_sentences
from index.vector_store import as_node
from rag.types import Answer, Citation

# Bits of a node's id that are the number of its chunk: as SQLite counts.
_BITS = 63
_LOW = (1 << _BITS) - 1


def chunk_node(chunk: StoredChunk, article: StoredArticle) -> TextNode:
    """A chunk as a node for a store of LlamaIndex's.

    Its id is a UUID, which every store takes: one half is the chunk's number, the other tells
    whether the chunk that has this number in an index is still this one.

    Args:
        chunk: Of the article.
        article: As the ledger holds it.
    """
    node = as_node(chunk, article)
    node.id_ = str(UUID(int=(_check(article.id, chunk) << _BITS) | chunk.pk))
    return node


def chunks_of(now: Generation, ids: Sequence[str]) -> dict[str, StoredChunk]:
    """The chunks of an index that the ids of nodes name, those that are still the same.

    Args:
        now: The generation that is asked.
        ids: Of any nodes; those that name no chunk are left out.
    """
    numbers = {name: number for name in ids if (number := _number(name)) is not None}
    chunks = now.ledger.chunks(number & _LOW for number in numbers.values())
    articles = now.articles({chunk.article for chunk in chunks.values()})
    found = {name: chunks[n & _LOW] for name, n in numbers.items() if n & _LOW in chunks}
    return {
        name: chunk
        for name, chunk in found.items()
        if chunk.article in articles
        and _check(articles[chunk.article].id, chunk) == numbers[name] >> _BITS
    }


def _check(article_id: str, chunk: StoredChunk) -> int:
    said = f"{article_id}:{chunk.start}-{chunk.end}".encode()
    return int.from_bytes(hashlib.sha256(said).digest()[:8], "big")


def _number(name: str) -> int | None:
    try:
        return UUID(name).int
    except ValueError:
        return None


def text_of(node: BaseNode) -> str:
    """The words of a node, without its metadata."""
    return node.get_content(metadata_mode=MetadataMode.NONE)


def placed(node: BaseNode, now: Generation) -> tuple[StoredArticle, int] | None:
    """The article of an index whose words a node holds, and where they begin in it.

    Args:
        node: With the article's id or uri in its metadata, or its uri as ``ref_doc_id``.
        now: The generation that is asked.
    """
    text, metadata = text_of(node), node.metadata
    for name in (metadata.get("article_id"), metadata.get("uri"), node.ref_doc_id):
        for stored in now.ledger.articles_named(str(name)) if name else ():
            begin = getattr(node, "start_char_idx", None)
            whole = stored.article.text
            if begin is None or whole[begin : begin + len(text)] != text:
                begin = whole.find(text)
            if stored.current and begin >= 0:
                return stored, begin
    return None


def chunk_at(article: StoredArticle, start: int, end: int, pk: int) -> StoredChunk | None:
    """The sentences of an article that a stretch of it touches; None if there are none.

    Args:
        article: Whose words they are.
        start: Offset of the first character in the article's text.
        end: Offset after the last one.
        pk: The number that the chunk gets.
    """
    touched = [n for n, s in enumerate(article.sentences) if s.start < end and s.end > start]
    if not touched:
        return None
    first, last = touched[0], touched[-1] + 1
    begin, stop = article.sentences[first].start, article.sentences[last - 1].end
    return StoredChunk(pk, article.pk, begin, stop, "", first, last)


def as_article(node: BaseNode, pk: int) -> StoredArticle:
    """A node of somebody else's as an article of its own: offsets count characters of its text.

    Args:
        node: With its text.
        pk: The number that the article gets; negative, as no article of an index has.
    """
    text, known = text_of(node), node.metadata
    uri = node.ref_doc_id or node.node_id

    def said(*names: str) -> str | None:
        return next((str(known[name]) for name in names if known.get(name)), None)

    article = Article(
        uri=str(known.get("uri") or uri),
        key=said("key") or uri,
        text=text,
        title=said("title", "file_name") or "",
        author=said("author"),
        publisher=said("publisher"),
        published=_day(said("published", "date")),
        url=said("url"),
    )
    return StoredArticle(pk, article.id, article, 1, True, pk, tuple(split_sentences(text)))


def _day(given: str | None) -> date | None:
    try:
        return date.fromisoformat(given[:10]) if given else None
    except ValueError:
        return None


def source_nodes(answer: Answer) -> list[NodeWithScore]:
    """What an answer cites as nodes: the quoted words, with offsets into the article.

    The score is the support of the claim that cites them; a refusal has none.
    """
    support: dict[int, float] = {}
    for claim in answer.claims:
        for citation in claim.citations:
            support[citation.number] = max(claim.support, support.get(citation.number, 0.0))
    return [
        NodeWithScore(node=_quoted(citation), score=support.get(citation.number, 0.0))
        for citation in answer.citations
    ]


def _quoted(citation: Citation) -> TextNode:
    metadata: dict[str, Any] = citation.as_json()
    node = TextNode(
        id_=f"{citation.article_id}:{citation.start}-{citation.end}",
        text=citation.quote,
        start_char_idx=citation.start,
        end_char_idx=citation.end,
        metadata=metadata,
        excluded_embed_metadata_keys=[*metadata],
        excluded_llm_metadata_keys=["article_id", "uri", "key", "start", "end", "quote"],
    )
    node.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=citation.uri)
    return node
