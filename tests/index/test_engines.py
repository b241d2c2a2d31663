"""What every engine promises, over each of them: a folder, and a database."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from index.backup import copy_index
from index.build import Builder
from index.database import compared
from index.engine import engine_at, faults
from index.errors import (
    IndexBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    IndexUnreachable,
    IndexUnwritable,
    NotIndexed,
)
from index.generation import Generations
from index.readers.source import Source
from rag.corpus import Corpus
from rag.retrieve import Query, retrieve
from rag.settings import Settings
from tests.fakes import FakeEmbedder
from tests.index.looking import QUERIES, RAIN, SNOW, VOTE, add, counts, look, search, write
from tests.index.stopping import stop
from tests.postgres import SECONDS, fresh

NEWS = {
    "rain.txt": RAIN,
    "wire.jsonl": [
        {
            "_id": "w1",
            "title": "Budget",
            "text": VOTE,
            "publisher": "Ada Wire",
            "date": "2025-05-18",
        },
        {
            "_id": "w2",
            "title": "Pass",
            "text": SNOW,
            "publisher": "BOTE",
            "date": "2024-01-02",
            "language": "de",
        },
        {"_id": "w3", "title": "Trams", "text": "Trams stopped at noon.", "publisher": "Ärzte"},
    ],
    "copy.txt": RAIN + "Copied by the desk.\n",
}
URIS = ["copy.txt", "rain.txt", "wire.jsonl#w1", "wire.jsonl#w2", "wire.jsonl#w3"]


def at(kind, tmp_path, request):
    if kind == "folder":
        return tmp_path / "index"
    return fresh(request.getfixturevalue("postgres"))


@pytest.fixture(params=["folder", "database"])
def place(request, tmp_path):
    """Where no index is yet."""
    return at(request.param, tmp_path, request)


@pytest.fixture
def news(tmp_path):
    return write(tmp_path / "news", NEWS)


def manifest(place):
    ledger = engine_at(place).open()
    with ledger.read():
        return ledger.manifest()


def whole(place, news, fake, tmp_path):
    """The index holds what a new one in a folder would hold, and finds it alike."""
    add(tmp_path / "anew", FakeEmbedder(), news)
    assert look(place, fake) == look(tmp_path / "anew", fake)
    assert faults(place) == ([], [])


def test_what_is_added_is_there_and_found_as_in_any_engine(place, news, fake, tmp_path):
    report = add(place, fake, news)
    assert counts(report) == {"added": URIS, "duplicates": ["rain.txt"]}
    whole(place, news, fake, tmp_path)


def test_it_says_how_large_it_is(place, news, fake):
    add(place, fake, news)
    generations = Generations(place, fake)
    before = generations.size()
    assert before > 20_000
    write(news, {"long.txt": "".join(f"Word{n} fell on town{n}. " for n in range(20_000))})
    add(place, fake, news)
    assert generations.size() > before + 500_000


def test_a_second_time_nothing_is_done(place, news, fake):
    add(place, fake, news)
    before, calls = manifest(place), fake.calls
    assert counts(add(place, fake, news)) == {"unchanged": URIS}
    assert (manifest(place), fake.calls) == (before, calls)


def test_what_changed_is_changed(place, news, fake, tmp_path):
    add(place, fake, news)
    embedded = len(fake.texts)
    write(news, {"rain.txt": VOTE + RAIN, "new.txt": "Ferries sailed again."})
    (news / "copy.txt").unlink()
    report = add(place, fake, news)
    assert (report.changed, report.added, report.removed) == (
        ["rain.txt"],
        ["new.txt"],
        ["copy.txt"],
    )
    assert 0 < len(fake.texts) - embedded < 5
    whole(place, news, fake, tmp_path)
    store = Generations(place, fake)
    with store.reading() as now:
        revisions = now.ledger.history("rain.txt")
        texts = [each.article.article.text for each in revisions]
        assert [each.article.revision for each in revisions] == [1, 2]
        assert (texts[0] == RAIN.strip(), revisions[0].ended is None) == (True, False)
        assert now.ledger.raw(revisions[1].article.pk) == VOTE + RAIN


def test_what_is_removed_leaves_nothing(place, news, fake, tmp_path):
    add(place, fake, news)
    store = Generations(place, fake)
    assert Builder(place, fake).remove(["w2", "rain.txt"]).removed == ["wire.jsonl#w2", "rain.txt"]
    with store.reading() as now:
        assert sorted(now.ledger.current_ids()) == ["copy.txt", "wire.jsonl#w1", "wire.jsonl#w3"]
        found = now.search_index
        assert found.vocabulary.count("ploughs") == 0
        assert found.chunk_words.frequency("plough") == found.article_words.frequency("plough") == 0
        assert len(found.article_vectors) == len(found.article_words) == 3
    assert faults(place) == ([], [])
    with pytest.raises(NotIndexed, match="w2: no article has this uri"):
        Builder(place, fake).remove(["w2"])
    write(news, {"wire.jsonl": NEWS["wire.jsonl"][::2]})
    (news / "rain.txt").unlink()
    whole(place, news, fake, tmp_path)


def test_nothing_is_left_when_all_is_removed(place, news, fake):
    add(place, fake, news)
    Builder(place, fake).remove(URIS)
    store = Generations(place, fake)
    assert all(found == [] for found in search(store, fake, "rain in Bern").values())
    with store.reading() as now:
        assert list(now.search_index.vocabulary) == []
    assert faults(place) == ([], [])


@pytest.mark.parametrize(
    ("key", "operator", "value", "found"),
    [
        ("publisher", "=", "ada wire", ["w1"]),
        ("publisher", "=", "ärzte", ["w3"]),
        ("published", ">=", "2024-01-02", ["w1", "w2"]),
        ("published", "<", "2025-05-18", ["w2"]),
        ("title", "=", "Budget", ["w1"]),
    ],
)
def test_conditions(place, news, fake, key, operator, value, found):
    add(place, fake, news)
    with Generations(place, fake).reading() as now:
        allowed = now.allowed(compared(key, operator, value))
        near = retrieve(now, Query.of("rain budget pass", fake), 50, allowed)
        assert {p.article.pk for p in near} == allowed.articles
        assert sorted({p.article.article.key for p in near}) == found


@pytest.mark.parametrize("filtered", [False, True])
def test_results_stand_in_the_same_order_in_every_engine(request, tmp_path, news, fake, filtered):
    def found(kind):
        place = at(kind, tmp_path, request)
        add(place, fake, news)
        with Generations(place, fake).reading() as now:
            allowed = now.allowed(compared("publisher", "=", "Bote") if filtered else None)
            return [
                [(p.article.article.uri, p.chunk.start, round(p.score, 4)) for p in passages]
                for text in QUERIES
                for passages in [retrieve(now, Query.of(text, fake), 4, allowed)]
            ]

    ours = found("database")
    assert ours == found("folder")
    assert any(ours)


STEPS = ["encode", "put_encodings", "delete", "insert", "stories", "drop", "manifest"]


class Crash(Exception):
    pass


def crash():
    raise Crash("stop here")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_build_that_fails_leaves_the_old_generation(
    place, news, fake, monkeypatch, tmp_path, step, after
):
    add(place, fake, news)
    before, told = look(place, fake), manifest(place)
    write(news, {"rain.txt": VOTE + RAIN, "new.txt": "Ferries sailed again."})
    (news / "copy.txt").unlink()
    with monkeypatch.context() as patch:
        stop(patch, step, after=after, how=crash)
        with pytest.raises(Crash, match="stop here"):
            add(place, fake, news)
    assert (look(place, fake), manifest(place)) == (before, told)
    assert add(place, fake, news).generation == 2
    whole(place, news, fake, tmp_path)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["put_encodings", "insert", "manifest"])
def test_a_build_that_is_killed_leaves_the_old_generation(place, news, fake, tmp_path, step, when):
    add(place, fake, news)
    before = look(place, fake)
    write(news, {"rain.txt": VOTE + RAIN})
    killed = subprocess.run(
        [sys.executable, "-m", "tests.index.stopping", place, news, step, when],
        cwd=Path(__file__).parents[2],
        check=False,
    )
    assert killed.returncode == -9
    assert look(place, fake) == before
    assert add(place, fake, news).generation == 2
    whole(place, news, fake, tmp_path)


def test_two_readers_and_a_writer(place, news, fake):
    """Each reader sees one generation from beginning to end, and the next one after it."""
    add(place, fake, news)
    generations = Generations(place, fake)
    begun, go_on, wrong = threading.Barrier(3), threading.Event(), []

    def seen(now):
        vectors = now.search_index.chunk_vectors.search(fake.encode_query("rain"), 99)
        words = now.search_index.chunk_words.search({"rain": 1.0, "ferri": 1.0}, 99)
        chunks = {chunk.pk for chunk in now.ledger.all_chunks()}
        if {pk for pk, _ in vectors} != chunks or not {pk for pk, _ in words} <= chunks:
            wrong.append((vectors, words, chunks))
        return now.ledger.manifest()["generation"], sorted(now.ledger.current_ids())

    def read(_):
        with generations.reading() as now:
            first = seen(now)
            begun.wait(SECONDS)
            go_on.wait(SECONDS)
            second = seen(now)
        with generations.reading() as now:
            third = seen(now)
        return first, second, third

    with ThreadPoolExecutor(2) as readers:
        found = [readers.submit(read, number) for number in range(2)]
        begun.wait(SECONDS)
        write(news, {"new.txt": "Ferries sailed in the rain."})
        (news / "copy.txt").unlink()
        add(place, FakeEmbedder(), news)
        go_on.set()
        results = [each.result() for each in found]
    later = sorted({*URIS, "new.txt"} - {"copy.txt"})
    assert results == [(("1", URIS), ("1", URIS), ("2", later))] * 2
    assert wrong == []


def test_one_writer_at_a_time(place, news, fake):
    add(place, fake, news)
    engine = engine_at(place)
    with engine.alone(), ThreadPoolExecutor(1) as other:
        with pytest.raises(IndexBusy, match="another process is writing to this index"):
            other.submit(add, place, fake, news).result()
        with Generations(place, fake).reading() as now:  # and readers go on
            assert len(now.ledger.current_ids()) == 5
    assert counts(add(place, fake, news)) == {"unchanged": URIS}


def test_a_place_without_an_index(place, fake):
    for opened in (lambda: Generations(place, fake), lambda: Builder(place, fake).remove(["x"])):
        with pytest.raises(IndexMissing, match=r"there is no index here; make one with: onrecord"):
            opened()
    assert not engine_at(place).made()


def test_another_model(place, news, fake):
    add(place, fake, news)
    other = FakeEmbedder(name="other", dimension=50)
    with pytest.raises(IndexMismatch, match=r"made with embedder fake and .* has other"):
        Generations(place, other)


def test_what_finds_is_made_again(place, news, fake, tmp_path):
    add(place, fake, news)
    Builder(place, fake).repair()
    assert len(fake.texts) == len(set(fake.texts))
    whole(place, news, fake, tmp_path)


def test_a_damaged_article_is_left_out_and_named(postgres, news, fake):
    place = fresh(postgres)
    add(place, fake, news)
    ledger = engine_at(place).open()
    with ledger.write():
        ledger.database.execute("UPDATE articles SET text = 'forged' WHERE uri = 'rain.txt'")
    with Generations(place, fake).reading() as now:
        (pk,) = now.ledger.select("uri = ?", ["rain.txt"])
        assert now.articles([pk]) == {}
        assert now.damaged == {"rain.txt"}
    assert faults(place) == (["rain.txt: this article is not as it was written"], [])
    with pytest.raises(IndexDamaged, match="nothing was copied"):
        copy_index(place, fresh(postgres))


@pytest.mark.parametrize("table", ["chunk_search", "article_search"])
def test_what_is_lost_of_what_is_searched_comes_back(postgres, news, fake, tmp_path, table):
    place = fresh(postgres)
    add(place, fake, news)
    ledger = engine_at(place).open()
    with ledger.write():
        ledger.database.execute(f"DELETE FROM {table} WHERE id = 1")
    assert faults(place)[1] == ["1 of what is stored is not found by a search"]
    calls = fake.calls
    Builder(place, fake).repair()
    assert fake.calls == calls
    whole(place, news, fake, tmp_path)


def test_a_server_that_is_not_there_and_a_user_who_may_not_write(postgres, news, fake, tmp_path):
    with pytest.raises(IndexUnreachable, match=r"postgresql:///news: the database cannot be used"):
        add(f"postgresql://ada:secret@/news?host={tmp_path}", fake, news)
    place = fresh(postgres)
    add(place, fake, news)
    reading = f"{place}&options=-c%20default_transaction_read_only%3Don"
    with pytest.raises(IndexUnwritable, match="nothing can be written here"):
        add(reading, fake, write(news, {"new.txt": "Ferries sailed again."}))
    assert sorted(look(reading, fake)["articles"]) == URIS  # as on a replica


def test_many_vectors_are_found_by_the_graph(postgres, fake, tmp_path, monkeypatch):
    """The nearest of the graph are the nearest of all, filtered or not."""
    monkeypatch.setattr("index.postgres.search.GRAPH_FROM", 50)
    monkeypatch.setattr("index.postgres.search.NARROW", 20)
    words = [f"word{number}" for number in range(40)]
    rng = np.random.default_rng(1)
    lines = [
        {"_id": str(n), "text": " ".join(rng.choice(words, 12)).capitalize() + "."}
        for n in range(300)
    ]
    news = write(tmp_path / "news", {"wire.jsonl": lines})
    place = fresh(postgres)
    add(place, fake, news)
    add(tmp_path / "index", fake, news)
    ours, exact = Generations(place, fake), Generations(tmp_path / "index", fake)
    with ours.reading() as now, exact.reading() as then:
        plan = now.ledger.database.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname = 'chunk_search_graph'"
            " AND schemaname = current_schema()"
        ).fetchall()
        assert plan == [("chunk_search_graph",)]
        half = [pk for pk, _ in now.ledger.chunk_pks(range(1, 151))]
        hits = 0
        for word in words:
            query = fake.encode_query(word)
            for allowed in (None, half):
                got = now.search_index.chunk_vectors.search(query, 10, allowed)
                want = then.search_index.chunk_vectors.search(query, 10, allowed)
                assert len(got) == 10
                hits += len({pk for pk, _ in got} & {pk for pk, _ in want})
        assert hits >= 0.98 * 10 * 2 * len(words)


@pytest.mark.parametrize(("share", "sight"), [(0.98, 200), (1.1, 800)])
def test_the_graph_is_searched_as_wide_as_finds_enough(
    postgres, fake, tmp_path, monkeypatch, share, sight
):
    monkeypatch.setattr("index.postgres.search.GRAPH_FROM", 50)
    monkeypatch.setattr("index.postgres.search.RECALL", share)
    lines = [{"_id": str(n), "text": f"Report {n} of the harbour."} for n in range(60)]
    place = fresh(postgres)
    add(place, fake, write(tmp_path / "news", {"wire.jsonl": lines}))
    with Generations(place, fake).reading() as now:
        assert now.search_index.chunk_vectors.in_sight == sight


@pytest.mark.parametrize(("one", "other"), [("folder", "database"), ("database", "folder")])
def test_an_index_is_copied_either_way(request, tmp_path, news, fake, one, other):
    source, target = at(one, tmp_path, request), at(other, tmp_path, request)
    add(source, fake, news)
    write(news, {"rain.txt": VOTE + RAIN})
    (news / "copy.txt").unlink()
    add(source, fake, news)
    calls = fake.calls
    assert copy_index(source, target) == {"articles": 4, "chunks": 4, "stories": 4, "publishers": 3}
    assert fake.calls == calls
    assert look(target, fake) == look(source, fake)
    assert manifest(target) == manifest(source)

    def rows(place):
        ledger = engine_at(place).open()
        tables = {"articles": "pk", "chunks": "pk", "encodings": "key"}
        with ledger.read():
            history = [(r.article, r.stored, r.ended) for r in ledger.history("rain.txt")]
            vectors = [(pk, owner, v.tolist()) for pk, owner, v in ledger.vectors(fake.dimension)]
            digests = {
                table: ledger.database.execute(
                    f"SELECT {key}, digest FROM {table} ORDER BY {key}"
                ).fetchall()
                for table, key in tables.items()
            }
        return history, vectors, digests, [*_stored(ledger)]

    assert rows(target) == rows(source)
    assert faults(target) == ([], [])
    with pytest.raises(IndexMismatch, match="there is an index here already"):
        copy_index(source, target)
    write(news, {"new.txt": "Ferries sailed again."})
    for place in (source, target):  # and both go on alike
        assert counts(add(place, fake, news))["added"] == ["new.txt"]
    assert look(target, fake) == look(source, fake)


def _stored(ledger):
    with ledger.read():
        yield from ledger.all_articles()


def test_an_index_that_is_not_there_is_not_copied(place, tmp_path):
    with pytest.raises(IndexMissing, match="there is no index here"):
        copy_index(place, tmp_path / "target")
    assert not (tmp_path / "target").exists()


@pytest.fixture(scope="session")
def sample_database(postgres, embedder):
    place = fresh(postgres)
    with as_file(files("index").joinpath("sample")) as folder:
        Builder(place, embedder).add([Source.at(folder)])
    return place


@pytest.mark.parametrize(
    "question",
    [
        "what preconditions did the Kremlin set?",
        "waht did peskow say abuot crimea",
        "who resigned, and why?",
        "timeline of the strike",
        "what did the Martians say about Bern?",
    ],
)
def test_questions_are_answered_alike(sample_database, sample_corpus, embedder, question):
    corpus = Corpus.open(sample_database, embedder=embedder)
    ours, theirs = corpus.ask(question).as_json(), sample_corpus.ask(question).as_json()
    ours.pop("timings"), theirs.pop("timings")
    assert ours == theirs
    ranked = [(a.article.uri, round(score, 4)) for a, score in corpus.rank(question, 10)]
    assert ranked == [(a.article.uri, round(s, 4)) for a, s in sample_corpus.rank(question, 10)]


def test_the_settings_name_a_database(monkeypatch, postgres):
    place = fresh(postgres)
    for named in (
        Settings(index=place),
        monkeypatch.setenv("ONRECORD_INDEX", place) or Settings(),
    ):
        assert named.place() == place
        assert named.index.parent == Path(".onrecord")
        assert named.place(Path("sample")) == Path("sample")
    assert "secret" not in str(Settings(index="postgresql://ada:secret@db.example/news"))
    assert engine_at("postgresql://ada:secret@db.example/news").place == (
        "postgresql://db.example/news"
    )


def test_characters_that_a_database_may_refuse(place, fake, tmp_path):
    """What readers let through is stored by every engine."""
    text = "Sn\x00ow fell.\ud800 Élysée \U0001f327"
    record = {"_id": "n\x00ul", "title": "Ra\x00in", "publisher": "P\x00ost", "text": text}
    news = write(tmp_path / "news", {"wire.jsonl": [record]})
    assert add(place, fake, news).skipped == []
    whole(place, news, fake, tmp_path)


PUTS = st.tuples(st.sampled_from("abcd"), st.sampled_from([RAIN, SNOW, VOTE, RAIN + SNOW, ""]))


@settings(max_examples=12)
@given(steps=st.lists(st.one_of(PUTS, st.sampled_from("abcd")), max_size=6))
def test_whatever_is_put_and_removed_both_engines_hold_the_same(postgres, tmp_path_factory, steps):
    fake, folder = FakeEmbedder(), tmp_path_factory.mktemp("both")
    places = (folder / "index", fresh(postgres))
    for step in [("a", RAIN), *steps]:
        told = []
        for place in places:
            if isinstance(step, tuple):
                name, text = step
                article = Article(uri=name, key=name, text=text, raw=text, title=name)
                told.append(counts(Builder(place, fake).put([article])))
                continue
            try:
                told.append(counts(Builder(place, fake).remove([step])))
            except NotIndexed as error:
                told.append(str(error))
        assert told[0] == told[1]
    assert look(places[0], fake) == look(places[1], fake)
    assert faults(places[1]) == ([], [])
