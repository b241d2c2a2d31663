"""The ledger gives back what it was given, whole generations only."""

import sqlite3
import threading
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import damage
from index.article import Article
from index.chunk import Chunk
from index.disk import Connections, create
from index.ledger import Ledger, Prepared, packed, unpacked
from index.text.sentences import Sentence

FULL = Article(
    uri="2025/rain.html", key="rain", text="Rain\n\nIt rained. It will rain.", raw="<p>It rained.",
    title="Rain", author="Ada", publisher="The Record", published=date(2025, 5, 18),
    language="en", url="https://news.example/rain", sources=("Wire", "Ämter"), root="/corpus",
)  # fmt: skip
BARE = Article(uri="b.txt", key="b", text="Snow.")
SENTENCES = (Sentence(0, 4, True), Sentence(6, 16, False), Sentence(17, 30, False))
CHUNKS = (Chunk(0, 16, FULL.text[0:16], "Rain", 0, 2), Chunk(6, 30, FULL.text[6:30], "Rain", 1, 3))


@pytest.fixture
def ledger(tmp_path):
    ledger = create(tmp_path / "ledger.sqlite", {"dimension": "3"})
    with ledger.write():
        for key in ("one", "two"):
            ledger.put_encodings([(key, vector(key))])
    yield ledger
    ledger.close()


def vector(key):
    return np.array(
        [0.28125, 0.9599609375, 0.0] if key == "one" else [0.0, 0.0, 1.0], dtype=np.float32
    )


def prepared(article, chunks=CHUNKS, encodings=("one", "two")):
    return Prepared(article, SENTENCES, chunks, encodings, article.uri.encode())


def store(ledger, *items):
    with ledger.write():
        return [ledger.insert(item) for item in items]


def test_a_new_ledger_says_what_it_is(ledger):
    with ledger.read():
        assert ledger.manifest() == {
            "schema": "5", "generation": "0", "token": "", "dimension": "3"
        }  # fmt: skip
        assert ledger.counts() == {"articles": 0, "chunks": 0, "stories": 0, "publishers": 0}
        assert list(ledger.all_articles()) == list(ledger.all_chunks()) == []
        assert not damage.find(ledger)


def test_a_ledger_is_not_made_twice(ledger):
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        create(ledger.database.path, {})
    with ledger.read():
        assert ledger.manifest()["dimension"] == "3"


def test_a_ledger_that_is_not_there_is_not_made_by_reading(tmp_path):
    with (
        pytest.raises(sqlite3.OperationalError, match="unable to open"),
        Ledger(Connections(tmp_path / "none")).read(),
    ):
        pass
    assert not (tmp_path / "none").exists()


def test_an_odd_path_names_one_file(tmp_path):
    path = tmp_path / "a b?mode=memory#ö%20.sqlite"
    create(path, {"x": "y"}).close()
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
    with Ledger(Connections(path)).read():
        pass


def test_an_article_comes_back_as_it_was(ledger):
    ((pk, chunks), (bare, none)) = store(ledger, prepared(FULL), prepared(BARE, (), ()))
    with ledger.read():
        stored = ledger.articles([pk, bare, 99])
        assert list(stored) == [pk, bare]
        assert stored[pk].article == replace(FULL, raw="")
        assert ledger.raw(pk) == FULL.raw
        assert stored[bare].article == BARE
        assert (stored[pk].id, stored[pk].revision, stored[pk].current) == (FULL.id, 1, True)
        assert stored[pk].sentences == SENTENCES
        assert [ledger.chunks(chunks)[c].of(FULL.text) for c in chunks] == list(CHUNKS)
        assert none == []
        assert ledger.chunk_pks([pk, bare]) == [(c, pk) for c in chunks]
        assert [c.pk for c in ledger.all_chunks()] == chunks
        assert ledger.minhashes() == {pk: b"2025/rain.html", bare: b"b.txt"}
        assert ledger.counts() == {"articles": 2, "chunks": 2, "stories": 0, "publishers": 1}
        assert ledger.current_ids() == {
            FULL.uri: (pk, FULL.id, "/corpus"), BARE.uri: (bare, BARE.id, "")
        }  # fmt: skip
        assert not damage.find(ledger)


def test_vectors_come_back_by_chunk(ledger):
    ((pk, chunks),) = store(ledger, prepared(FULL, encodings=("two", "one")))
    with ledger.read():
        found = [(c, a, v.tolist()) for c, a, v in ledger.vectors(3)]
        assert found == [
            (chunks[0], pk, vector("two").tolist()), (chunks[1], pk, vector("one").tolist())
        ]  # fmt: skip


@pytest.fixture(scope="module")
def any_ledger(tmp_path_factory):
    return create(tmp_path_factory.mktemp("any") / "ledger.sqlite", {})


odd = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Article, uri=odd, key=odd, text=odd, raw=st.text(max_size=30), title=odd,
        author=st.none() | odd, publisher=st.none() | odd, published=st.none() | st.dates(),
        language=st.none() | odd, url=st.none() | odd,
        sources=st.lists(odd, max_size=3).map(tuple), root=odd,
    )
)  # fmt: skip
def test_any_text_survives(any_ledger, article):
    ((pk, _),) = store(any_ledger, prepared(article, (), ()))
    with any_ledger.read():
        found = any_ledger.articles([pk])[pk]
        assert found.article == replace(article, raw="")
        assert found.id == article.id == found.article.id
        assert any_ledger.raw(pk) == article.raw
        for name in (article.uri, article.key, article.id):
            assert pk in [a.pk for a in any_ledger.articles_named(name)]


@pytest.mark.parametrize(
    "odd",
    [
        "a\0b",
        "👩\u200d👩\u200d👧 news",
        "‫خبر‬ عاجل",
        "e\u0301",
        "\U0010ffff",
        "\ufdfa",
        "a\nb\u2028c",
    ],
)
def test_odd_texts_are_found_by_name(ledger, odd):
    article = Article(uri=odd, key=f"key {odd}", text=odd, title=odd, publisher=odd, raw=odd)
    store(ledger, prepared(article, (), ()))
    with ledger.read():
        for name in (odd, f"key {odd}", article.id):
            assert [a.article.text for a in ledger.articles_named(name)] == [odd]
        assert ledger.articles_named(odd + "\0") == []
        assert len(ledger.select("publisher = ?", [odd])) == 1


def test_a_change_is_a_new_revision_and_leaves_no_chunk_behind(ledger):
    ((old, old_chunks),) = store(ledger, prepared(FULL))
    changed = replace(FULL, title="Heavy rain", raw="later")
    ((new, new_chunks),) = store(ledger, prepared(changed, encodings=("one", "one")))
    assert new > old
    assert not set(new_chunks) & set(old_chunks)
    with ledger.read():
        both = ledger.articles([old, new])
        assert [(both[pk].revision, both[pk].current) for pk in (old, new)] == [
            (1, False),
            (2, True),
        ]
        assert both[old].article.title == "Rain"
        assert (ledger.raw(old), ledger.raw(new)) == (FULL.raw, "later")
        assert ledger.chunk_pks([old]) == []
        assert [c.pk for c in ledger.all_chunks()] == new_chunks
        assert list(ledger.minhashes()) == [new]
        assert [a.pk for a in ledger.all_articles()] == [new]
        assert [a.pk for a in ledger.articles_named(FULL.uri)] == [new]
        assert [a.pk for a in ledger.articles_named(FULL.id)] == [old]
        assert ledger.select("1", []) == {new}
        assert ledger.known_encodings(["one", "two"]) == {"one", "two"}
    with ledger.write():
        ledger.drop_unused_encodings()
    with ledger.read():
        assert ledger.known_encodings(["one", "two", "three"]) == {"one"}
    ((third, _),) = store(ledger, prepared(FULL, (), ()))
    with ledger.read():
        assert ledger.articles([third])[third].revision == 3
        named = ledger.articles_named(FULL.id)
        assert [(a.pk, a.current) for a in named] == [(third, True), (old, False)]


def test_removing_takes_every_revision_and_pks_are_not_used_again(ledger):
    ((first, _),) = store(ledger, prepared(FULL))
    ((second, chunks), (other, _)) = store(
        ledger, prepared(replace(FULL, title="x")), prepared(BARE, (), ())
    )
    with ledger.write():
        ledger.delete(FULL.uri)
    with ledger.read():
        assert list(ledger.articles([first, second, other])) == [other]
        assert ledger.articles_named(FULL.id) == ledger.articles_named(FULL.uri) == []
        assert list(ledger.all_chunks()) == list(ledger.vectors(3)) == []
    ((again, again_chunks),) = store(ledger, prepared(FULL))
    assert again > max(second, other)
    assert min(again_chunks) > max(chunks)
    with ledger.read():
        assert ledger.articles([again])[again].revision == 1


def test_articles_come_in_the_order_of_their_uris(ledger):
    uris = ["b", "a/b", "é", "B", "a"]
    store(ledger, *(prepared(replace(BARE, uri=uri), (), ()) for uri in uris))
    with ledger.read():
        assert [a.article.uri for a in ledger.all_articles()] == ["B", "a", "a/b", "b", "é"]
        assert [a.uri for a in ledger.listed()] == ["B", "a", "a/b", "b", "é"]


def test_articles_are_listed_without_their_text(ledger):
    long = replace(FULL, uri="long", text="Größe 水 👍 " * 40)
    store(ledger, prepared(FULL), prepared(BARE, (), ()), prepared(long, (), ()))
    store(ledger, prepared(replace(FULL, title="Heavy rain"), (), ()))
    with ledger.read():
        stored = {a.article.uri: a for a in ledger.all_articles()}
        listed = ledger.listed()
    assert [a.uri for a in listed] == sorted(stored)
    for found in listed:
        known = stored[found.uri]
        article = known.article
        assert (found.pk, found.id, found.revision, found.story) == (
            known.pk,
            known.id,
            known.revision,
            known.story,
        )
        for name in ("key", "title", "author", "publisher", "published", "language", "url"):
            assert getattr(found, name) == getattr(article, name)
        assert found.characters == len(article.text)
        assert found.opening == article.text[:120]
    assert [a.revision for a in listed if a.uri == FULL.uri] == [2]


def test_stories_and_roots_can_be_told(ledger):
    ((one, _), (two, _)) = store(ledger, prepared(FULL), prepared(BARE, (), ()))
    with ledger.read():
        assert [a.story for a in ledger.articles([one, two]).values()] == [one, two]
    with ledger.write():
        ledger.set_stories({one: one, two: one})
        ledger.set_root(BARE.uri, "/elsewhere")
    with ledger.read():
        assert [a.story for a in ledger.articles([one, two]).values()] == [one, one]
        assert ledger.articles([two])[two].article.root == "/elsewhere"
        assert ledger.counts()["stories"] == 1


def test_a_chunk_needs_its_encoding(ledger):
    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        store(ledger, prepared(FULL, encodings=("one", "missing")))
    with pytest.raises(ValueError, match="shorter"):
        store(ledger, prepared(FULL, encodings=("one",)))
    with ledger.read():
        assert list(ledger.all_articles()) == list(ledger.all_chunks()) == []


def test_what_fails_in_the_middle_is_not_stored(ledger):
    def fail():
        with ledger.write():
            ledger.insert(prepared(FULL))
            ledger.set_manifest({"generation": "1"})
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    with ledger.read():
        assert ledger.manifest()["generation"] == "0"
        assert ledger.counts()["articles"] == 0
    store(ledger, prepared(FULL))  # and the ledger can be written to again


def test_a_commit_that_fails_leaves_the_ledger_free(ledger, monkeypatch):
    class FullDisk(sqlite3.Connection):
        def commit(self):
            raise sqlite3.OperationalError("database or disk is full")

    other = Ledger(Connections(ledger.database.path))
    connect = sqlite3.connect
    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=FullDisk, **k))
        with pytest.raises(sqlite3.OperationalError, match="disk is full"):
            store(other, prepared(FULL))
    ledger.database.execute("PRAGMA busy_timeout = 0")
    store(ledger, prepared(BARE, (), ()))
    with other.read():
        assert [a.article.uri for a in other.all_articles()] == [BARE.uri]


def test_a_reader_sees_one_generation_while_another_is_written(ledger):
    store(ledger, prepared(FULL))
    seen = []

    def write():
        with ledger.write():  # a thread has its own connection
            ledger.insert(prepared(BARE, (), ()))
            ledger.set_manifest({"generation": "7"})
        with ledger.read():
            seen.append(ledger.counts()["articles"])
        ledger.close()

    with ledger.read():
        before = ledger.manifest()
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        assert seen == [2]
        assert ledger.manifest() == before
        with ledger.read():  # nested: still the same
            assert [a.article.uri for a in ledger.all_articles()] == [FULL.uri]
        assert ledger.counts()["articles"] == 1
    with ledger.read():
        assert ledger.manifest()["generation"] == "7"
        assert ledger.counts()["articles"] == 2


def test_any_number_of_pks_can_be_asked_for(ledger):
    pks = [
        pk
        for pk, _ in store(
            ledger, *(prepared(replace(BARE, uri=f"{i:04}"), (), ()) for i in range(1203))
        )
    ]
    with ledger.read():
        assert list(ledger.articles(pks)) == pks
        assert ledger.articles([]) == ledger.chunks([]) == {}
        assert ledger.known_encodings([]) == set()


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.integers(0, 300))
def test_a_source_comes_back_from_its_text(raw, text, times):
    for long in (text, text * times):
        assert unpacked(packed(raw, long), long) == raw
        assert unpacked(packed(long, long), long) == long


def test_a_source_that_is_its_text_takes_hardly_any_room():
    text = "".join(f"On day {n} rain fell on {n * n} roofs. " for n in range(700))
    assert len(packed(text, text)) < 400
    assert len(packed(text, "")) > 4000


def test_a_chunk_whose_encoding_is_gone_is_damage(ledger):
    store(ledger, prepared(FULL))
    ledger.database.execute("PRAGMA foreign_keys = OFF")
    ledger.database.execute("DELETE FROM encodings WHERE key = 'one'")
    with ledger.read():
        found = damage.find(ledger)
    assert (found.unfound, found.chunks, found.articles) == ([FULL.uri], 1, [])
