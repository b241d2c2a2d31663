"""From a question to passages, over corpora of a few words."""

from datetime import date

import pytest

from index.engine import open_ledger
from index.generation import Generations
from rag import retrieve as room
from rag.retrieve import EARLIER_TURN, Query, Weights, retrieve
from rag.types import Filters
from tests.rag.builders import corpus_of, empty_index

NEWS = {
    "a.txt": {"text": "Rain fell on Kyiv.", "published": "2026-03-01", "publisher": "The Post"},
    "b.txt": {"text": "Snow lay in Oslo.", "published": "2026-03-02", "publisher": "Gangway"},
    "c.txt": {"text": "Rain and snow in Rome.", "published": "2026-03-03", "publisher": "Ärzte"},
    "d.txt": "Hail hit Paris.",
}


@pytest.fixture
def corpus(tmp_path, fake):
    return corpus_of(tmp_path / "index", fake, NEWS)[0]


def uris(passages):
    return [p.article.article.uri for p in passages]


def test_best_first_with_the_article_and_words_of_each(corpus):
    found = corpus.search("snow and rain")
    assert uris(found) == ["c.txt", "b.txt", "a.txt", "d.txt"]
    assert found[0].text == "Rain and snow in Rome."
    assert found[0].article.article.publisher == "Ärzte"
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
    assert found[0].score > found[1].score > found[-1].score


def test_ids_are_those_of_the_ledger(corpus):
    found = {p.article.article.uri: (p.chunk.pk, p.chunk.article) for p in corpus.search("rain")}
    assert found == {"a.txt": (1, 1), "b.txt": (2, 2), "c.txt": (3, 3), "d.txt": (4, 4)}


def test_the_best_of_everything_scores_the_sum_of_the_weights(corpus):
    best = corpus.search("snow rain Rome")[0]
    weights = Weights()
    assert best.score == pytest.approx(
        weights.chunk_dense + weights.article_dense + weights.chunk_words + weights.article_words
    )
    assert 0.7 < best.cosine <= 1


def test_ties_go_to_the_older_chunk(tmp_path, fake):
    texts = {f"{n}.txt": "Rain fell on Kyiv." for n in (3, 1, 2)}
    found = corpus_of(tmp_path / "index", fake, texts)[0].search("rain")
    assert len({p.score for p in found}) == 1
    assert [p.chunk.pk for p in found] == [1, 2, 3]
    assert uris(found) == ["3.txt", "1.txt", "2.txt"]


@pytest.mark.parametrize("top_k", [1, 2, 4, 9])
def test_never_more_than_wanted(corpus, top_k):
    found = corpus.search("snow in Rome", top_k)
    assert uris(found) == uris(corpus.search("snow in Rome", 4))[:top_k]


def test_the_settings_say_how_many_when_the_caller_does_not(tmp_path, fake):
    corpus, _ = corpus_of(tmp_path / "index", fake, NEWS, top_k=2)
    assert len(corpus.search("rain")) == 2
    assert len(corpus.search("rain", 3)) == 3


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(), "abcd"),
        (Filters(after=date(2026, 3, 2)), "bc"),
        (Filters(before=date(2026, 3, 2)), "ab"),
        (Filters(after=date(2026, 3, 2), before=date(2026, 3, 2)), "b"),
        (Filters(publisher="the post"), "a"),
        (Filters(publisher="ÄRZTE"), "c"),
        (Filters(publisher="The Post", after=date(2026, 3, 2)), ""),
    ],
)
def test_only_what_the_filters_leave(corpus, filters, expected):
    found = corpus.search("snow and rain", filters=filters)
    assert sorted(uris(found)) == [f"{letter}.txt" for letter in expected]


def test_filters_leave_the_order_alone(corpus):
    found = uris(corpus.search("snow", filters=Filters(after=date(2026, 3, 1))))
    assert found[-1] == "a.txt"
    assert found[0] == "b.txt"


def test_an_article_that_matches_only_as_a_whole_is_a_candidate(tmp_path, fake, monkeypatch):
    paragraphs = [f"Rain fell on Kyiv for {n} days. {'Trams stood still. ' * 55}" for n in range(4)]
    texts = {f"{n}.txt": "Oslo rain. Oslo snow." for n in range(3)}
    texts["whole.txt"] = "\n\n".join(paragraphs)
    corpus_of(tmp_path / "index", fake, texts)
    query = Query.of("Kyiv trams", fake)
    with Generations(tmp_path / "index", fake).reading() as now:
        # The nearest chunk and the best by its words are of the first article here; the fourth
        # comes in by the articles' own lists alone.
        monkeypatch.setattr(now.search_index.chunk_vectors, "search", lambda *_: [(1, 0.0)])
        monkeypatch.setattr(now.search_index.chunk_words, "search", lambda *_: [])
        found, words = room._candidates(now, query, 1, None)
        assert {*found.values()} == {1, 4}
        assert words == {}
        owners = dict(now.ledger.chunk_pks([4]))
        cosines = now.search_index.chunk_vectors.scores(query.vector, owners)
        (brought,) = [pk for pk, article in found.items() if article == 4]
        assert len(owners) > 1
        assert cosines[brought] == max(cosines.values())


def test_the_next_takes_the_place_of_a_damaged_chunk(tmp_path, fake):
    corpus, _ = corpus_of(tmp_path / "index", fake, NEWS)
    first, second, third = corpus.search("snow in Rome", 3)
    ledger = open_ledger(tmp_path / "index")
    with ledger.write():
        ledger.database.execute("UPDATE chunks SET first = 9 WHERE pk = ?", (first.chunk.pk,))
    assert corpus.search("snow in Rome", 2) == [second, third]


def test_an_empty_index_gives_nothing(tmp_path, fake):
    empty_index(tmp_path / "index", fake)
    with Generations(tmp_path / "index", fake).reading() as now:
        assert retrieve(now, Query.of("rain", fake), 10) == []


def test_words_of_earlier_turns_count_less(fake):
    query = Query.of("rain in Kyiv Rain in Oslo", fake, len("rain in Kyiv "))
    assert dict(query.stems) == {"rain": 1.0, "kyiv": EARLIER_TURN, "oslo": 1.0}
    assert list(query.stems) == ["rain", "kyiv", "oslo"]
    assert query.asking == "Rain in Oslo"
    assert query.text == "rain in Kyiv Rain in Oslo"


def test_the_retriever_gives_llamaindex_the_same_passages(corpus):
    nodes = corpus.retriever(top_k=3).retrieve("snow in Rome")
    found = corpus.search("snow in Rome", 3)
    assert [(n.node.start_char_idx, n.node.end_char_idx, n.score) for n in nodes] == [
        (p.chunk.start, p.chunk.end, p.score) for p in found
    ]
    assert [n.node.ref_doc_id for n in nodes] == uris(found)


def test_nodes_hold_the_exact_words_of_their_offsets(tmp_path, fake):
    text = "Élysée – “Rain”. " + "Trams stood still in Zürich. " * 200
    corpus, _ = corpus_of(tmp_path / "index", fake, {"a.txt": text})
    nodes = [n.node for n in corpus.retriever(top_k=50).retrieve("rain")]
    assert len(nodes) > 3
    (listed,) = corpus.articles()
    held = corpus.article(listed.id)
    for node in nodes:
        assert held.text[node.start_char_idx : node.end_char_idx] == node.text
        assert corpus.article(node.metadata["article_id"]).text == held.text


def test_the_retriever_filters(corpus):
    nodes = corpus.retriever(filters=Filters(publisher="gangway")).retrieve("rain")
    assert [n.node.ref_doc_id for n in nodes] == ["b.txt"]


def test_a_query_without_content_words_has_no_other_forms(tmp_path, fake):
    corpus_of(tmp_path / "index", fake, NEWS)
    with Generations(tmp_path / "index", fake).reading() as now:
        query = Query.of("and why", fake).across(now.search_index)
    assert (query.stems, query.forms) == ({}, {})
