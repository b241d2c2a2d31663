"""Articles, evidence and citations made by hand, and corpora of a few words."""

from __future__ import annotations

import json
from datetime import date

from index.article import Article
from index.build import Builder
from index.ledger import StoredArticle, StoredChunk
from index.readers.source import Source
from index.text.sentences import split_sentences
from rag.answer_text import extractive_text
from rag.corpus import Corpus
from rag.extractive import compose
from rag.reading.evidence import Evidence
from rag.reading.reader import SentenceReading
from rag.retrieve import Passage
from rag.settings import Settings
from rag.types import Answer, Citation, Claim
from tests.fakes import FakeReader


def stored(text, pk=1, *, story=None, **fields):
    """An article as the ledger would hold it, nothing cleaned."""
    fields = {"uri": f"{pk}.txt", "key": str(pk)} | fields
    article = Article(text=text, **fields)
    return StoredArticle(pk, article.id, article, 1, True, story or pk, (*split_sentences(text),))


def said(article):
    """The text of each sentence of an article."""
    return [article.article.text[s.start : s.end] for s in article.sentences]


def passage(article, pk=None, *, score=1.0, cosine=0.5, first=0, last=None):
    """A chunk of an article's sentences, the whole of it by default, as a passage."""
    last = len(article.sentences) if last is None else last
    start, end = article.sentences[first].start, article.sentences[last - 1].end
    chunk = StoredChunk(pk or article.pk, article.pk, start, end, "", first, last)
    return Passage(chunk, article, score, cosine)


def evidence(article, index, log_odds, *, cosine=0.5, margin=0.0, words=""):
    """A judged sentence, its short answer the words named, or all of it."""
    sentence = article.sentences[index]
    start = article.article.text.index(words, sentence.start) if words else sentence.start
    end = start + len(words) if words else sentence.end
    reading = SentenceReading(log_odds, margin, start, end)
    return Evidence(passage(article, cosine=cosine), index, reading, log_odds)


def cited(number=1, quote="Rain fell.", **fields):
    """A citation."""
    values = {
        "number": number,
        "article_id": "0" * 16,
        "key": "k",
        "uri": "k.txt",
        "title": "",
        "publisher": None,
        "author": None,
        "published": None,
        "url": None,
        "start": 0,
        "end": len(quote),
        "quote": quote,
    }
    return Citation(**(values | fields))


def claim(text, *citations):
    """A claim that is supported."""
    return Claim(text=text, status="supported", support=1.0, citations=citations)


def quoted(question, found):
    """The quoting answer from evidence: its first sentence."""
    composed = compose([found], several=False, max_claims=1, reader=FakeReader())
    return Answer(
        question=question,
        query=question,
        answered=True,
        text=extractive_text(composed.claims),
        claims=composed.claims,
        citations=composed.citations,
        shorts=composed.shorts,
        confidence=0.9,
        timings={"retrieve_ms": 3.0},
    )


def corpus_of(directory, model, articles, **settings):
    """A corpus of the articles {uri: text or fields}, and a builder that changes it."""
    builder = Builder(directory, model)
    builder.put(article(uri, given) for uri, given in articles.items())
    return Corpus(directory, model, Settings(**settings), reader=FakeReader()), builder


def article(uri, given):
    """An article of a text, or of fields with a text among them."""
    fields = {"text": given} if isinstance(given, str) else dict(given)
    if isinstance(fields.get("published"), str):
        fields["published"] = date.fromisoformat(fields["published"])
    return Article(**({"uri": uri, "key": uri.partition(".")[0]} | fields))


def empty_index(directory, model):
    """An index in which no article is left."""
    folder = directory.parent / "gone"
    folder.mkdir()
    (folder / "gone.jsonl").write_text(json.dumps({"id": "a", "text": "Rain fell on Kyiv."}))
    builder = Builder(directory, model)
    builder.add([Source.at(folder / "gone.jsonl")])
    builder.remove(["gone.jsonl#a"])
