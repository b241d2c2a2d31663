"""Whatever happens to the bytes of a ledger, nothing is read from it that was not written."""

from __future__ import annotations

import random
import shutil
import sqlite3
from dataclasses import replace

import pytest

from index.article import Article
from index.build import Builder
from index.disk import Connections
from index.engine import LEDGER, faults, open_ledger
from index.errors import IndexDamaged, OnRecordError
from index.generation import Generations
from index.ledger import Ledger
from tests.fakes import FakeEmbedder
from tests.flips import flipped
from tests.index.looking import RAIN, SNOW, VOTE, add, counts, look, write

COSTS = "The bridge will cost 40 million crowns.\n\nPrices rise to 14 crowns in Bern.\n"
NEWS = {"costs.txt": COSTS, "rain.txt": RAIN, "snow.txt": SNOW, "vote.txt": VOTE}
FLIPS = 150


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An index of four files whose ledger lies in one file, and what can be seen of it."""
    folder = tmp_path_factory.mktemp("made")
    add(folder / "index", FakeEmbedder(), write(folder / "news", NEWS))
    with sqlite3.connect(folder / "index" / LEDGER) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return folder


@pytest.fixture
def index(made, tmp_path):
    shutil.copytree(made / "index", tmp_path / "index")
    return tmp_path / "index"


def replaced(index, old, new):
    """Exchanges bytes of the ledger, as a disk or somebody may."""
    data = (index / LEDGER).read_bytes()
    assert data.count(old) >= 1
    (index / LEDGER).write_bytes(data.replace(old, new))


def told(index):
    """The texts and sentences that an index gives out; None when it refuses with a sentence."""
    try:
        with Generations(index, FakeEmbedder()).reading() as now:
            chunks = now.ledger.chunks(range(1, 20))
            stored = now.articles({chunk.article for chunk in chunks.values()})
            return {
                stored[c.article].article.uri: (
                    stored[c.article].article.text,
                    [stored[c.article].article.text[s.start : s.end]
                     for s in stored[c.article].sentences[c.first : c.last]],
                )
                for c in chunks.values()
                if c.article in stored
            }  # fmt: skip
    except (OnRecordError, sqlite3.Error):
        return None


def test_a_text_that_was_exchanged_is_left_out_told_and_mended(index, made, fake):
    replaced(index, b"cost 40 million", b"cost 90 million")
    assert sorted(told(index)) == ["rain.txt", "snow.txt", "vote.txt"]
    with Generations(index, fake).reading() as now:
        pks = {pk for pk, *_ in now.ledger.current_ids().values()}
        assert len(now.articles(pks)) == 3
        assert now.damaged == {"costs.txt"}
    assert faults(index) == (["costs.txt: this article is not as it was written"], [])
    report = add(index, fake, made / "news")
    assert report.mended == ["costs.txt"]
    assert counts(report) == {"unchanged": ["rain.txt", "snow.txt", "vote.txt"]}
    assert faults(index) == ([], [])
    assert look(index, fake) == look(made / "index", fake)


def test_a_damaged_article_that_no_source_holds_is_named_and_kept_aside(index, made, fake):
    replaced(index, b"cost 40 million", b"cost 90 million")
    before = (index / LEDGER).read_bytes()
    report = Builder(index, fake).repair()
    assert report.lost == ["costs.txt"]
    assert report.aside.read_bytes() == before
    assert faults(index) == ([], [])
    assert sorted(told(index)) == ["rain.txt", "snow.txt", "vote.txt"]


@pytest.mark.parametrize("what", ["key", "vector", "chunk", "raw"])
def test_what_finds_an_article_is_made_again_from_it(index, made, fake, what):
    ledger = Ledger(Connections(index / LEDGER))
    statement = {
        "key": "UPDATE encodings SET key = 'x' || key",
        "vector": "UPDATE encodings SET vector = zeroblob(200)",
        "chunk": 'UPDATE chunks SET "end" = 99999',
        "raw": "UPDATE articles SET raw = x'00'",
    }[what]
    db = ledger.database.db
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute(statement)
    ledger.close()
    assert faults(index)[0]
    assert len(told(index)) == (0 if what == "chunk" else 4)
    report = Builder(index, fake).repair()
    assert sorted(report.mended) == ["costs.txt", "rain.txt", "snow.txt", "vote.txt"]
    assert (report.lost, faults(index)) == ([], ([], []))
    assert look(index, fake)["searches"] == look(made / "index", fake)["searches"]


def test_an_article_that_is_gone_from_its_source_is_not_brought_back_by_mending(index, fake):
    news, index = write(index.parent / "news", NEWS), index.parent / "own"
    add(index, fake, news)
    with sqlite3.connect(index / LEDGER) as db:
        db.execute("UPDATE chunks SET digest = x''")
    db.close()
    (news / "rain.txt").unlink()
    report = add(index, fake, news)
    assert (report.removed, report.mended) == (["rain.txt"], ["costs.txt", "snow.txt", "vote.txt"])


def test_a_revision_keeps_its_number_when_it_is_stored_again(index, fake):
    news = write(index.parent / "news", {"rain.txt": "Rain fell twice."})
    other = index.parent / "other"
    add(other, fake, news)
    add(other, fake, write(news, {"rain.txt": "Rain fell three times."}))
    with sqlite3.connect(other / LEDGER) as db:
        db.execute("UPDATE chunks SET digest = x''")
    db.close()
    assert Builder(other, fake).repair().mended == ["rain.txt"]
    ledger = open_ledger(other)
    with ledger.read():
        rows = ledger.database.db.execute("SELECT revision, current, text FROM articles")
        assert sorted(rows) == [(1, 0, "Rain fell twice."), (2, 1, "Rain fell three times.")]


@pytest.mark.parametrize("kind", ["bit", "byte", "page"])
def test_no_flip_makes_a_false_quotation_and_check_finds_each(made, index, kind):
    whole = (made / "index" / LEDGER).read_bytes()
    seen = dump(index)
    true = told(index)
    assert len(true) == 4
    chance = random.Random(kind)
    unseen = 0
    for _ in range(FLIPS):
        data, place = flipped(whole, kind, chance)
        restored(index, data)
        given = told(index)
        for uri, text in (given or {}).items():
            assert text == true[uri], (place, uri)
        if given != true:
            assert faults(index)[0], f"byte {place}"
        elif not faults(index)[0]:
            unseen += 1
            assert dump(index) == seen, f"byte {place}"
    assert unseen < FLIPS  # such as those in bytes that no row uses


def restored(index, data):
    for path in index.glob(f"{LEDGER}-*"):
        path.unlink()
    (index / LEDGER).write_bytes(data)


def dump(index):
    """Every row of every table, without what no word of an answer depends on."""
    db = sqlite3.connect(index / LEDGER)
    try:
        return [
            db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in ("manifest", "encodings", "chunks")
        ] + [[row[:5] + row[7:14] + row[15:] for row in db.execute("SELECT * FROM articles")]]
    finally:
        db.close()


@pytest.mark.parametrize("how", ["empty", "half", "cut", "noise", "no head", "one page"])
def test_a_ledger_past_use_is_refused_in_one_sentence_and_saved_as_far_as_it_goes(
    index, made, fake, how
):
    whole = (index / LEDGER).read_bytes()
    page = bytes(4096)
    damaged = {
        "empty": b"",
        "half": whole[: len(whole) // 2],
        "cut": whole[:-4096],
        "noise": random.Random(0).randbytes(len(whole)),
        "no head": page + whole[4096:],
        "one page": whole[:8192] + page + whole[12288:],
    }[how]
    restored(index, damaged)
    for use in (lambda: Generations(index, fake), lambda: add(index, fake, made / "news")):
        if how == "one page":
            break
        with pytest.raises(IndexDamaged) as error:
            use()
        assert str(error.value).count("\n") == 0
        assert "onrecord restore FILE" in str(error.value)
        assert "delete" not in str(error.value)
    assert (index / LEDGER).read_bytes() == damaged
    assert faults(index)[0]
    report = Builder(index, fake).repair()
    assert report.aside.read_bytes() == damaged
    assert faults(index) == ([], [])
    assert set(told(index)) <= {"costs.txt", "rain.txt", "snow.txt", "vote.txt"}
    add(index, fake, made / "news")
    assert look(index, fake) == look(made / "index", fake)


def test_the_log_of_a_ledger_that_is_gone_does_not_become_another_ones(index, made, fake):
    (index / LEDGER).unlink()
    log = index / f"{LEDGER}-wal"
    log.write_bytes(b"changes")
    with pytest.raises(
        IndexDamaged, match=r"is gone, and its last changes lie in ledger\.sqlite-wal"
    ):
        add(index, fake, made / "news")
    assert log.read_bytes() == b"changes"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE articles SET current = 0 WHERE uri = 'rain.txt'",
        "UPDATE articles SET story = 1",
        "UPDATE manifest SET value = 'x' WHERE name = 'generation'",
        "DELETE FROM manifest WHERE name = 'embedder'",
        "DELETE FROM chunks WHERE pk = 2",
    ],
)
def test_what_only_counts_and_orders_is_mended_without_loss(index, made, fake, statement):
    with sqlite3.connect(index / LEDGER) as db:
        db.execute(statement)
    db.close()
    assert faults(index)[0]
    report = Builder(index, fake).repair()
    assert (report.lost, faults(index)) == ([], ([], []))
    assert look(index, fake) == look(made / "index", fake)


def test_when_a_text_was_current_is_told_true_or_not_at_all(index, fake):
    news, other = write(index.parent / "news", {"rain.txt": "Rain fell."}), index.parent / "other"
    add(other, fake, news)
    add(other, fake, write(news, {"rain.txt": "Rain fell twice."}))
    with sqlite3.connect(other / LEDGER) as db:
        db.execute("UPDATE articles SET ended = '2001-01-01T00:00:00+00:00' WHERE revision = 1")
    db.close()
    said = "rain.txt: when this article was stored is not as it was written"
    assert faults(other) == ([said], [])
    ledger = open_ledger(other)
    with ledger.read():
        assert next((r.stored, r.ended) for r in ledger.history("rain.txt")) == (None, None)
    ledger.close()
    Builder(other, fake).repair()
    assert faults(other) == ([], [])


def test_what_was_withdrawn_is_not_brought_back_by_mending(index, fake):
    other = index.parent / "other"
    rain = Article(uri="https://a.example/", key="a", text="Rain fell.")
    Builder(other, fake).add([], [rain, replace(rain, uri="b", key="b", text="Snow lay.")])
    Builder(other, fake).add([], [], [rain.uri])
    with sqlite3.connect(other / LEDGER) as db:
        db.execute("UPDATE chunks SET digest = x''")
        db.execute("UPDATE articles SET raw_digest = x''")
    db.close()
    assert Builder(other, fake).repair().mended == ["b"]
    ledger = open_ledger(other)
    with ledger.read():
        assert list(ledger.current_ids()) == ["b"]
        assert [r.article.article.text for r in ledger.history(rain.uri)] == ["Rain fell."]
    ledger.close()
