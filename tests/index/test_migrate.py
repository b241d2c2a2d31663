"""An index of an earlier schema is brought up to date, and nothing of it is embedded again."""

import sqlite3
import zlib
from dataclasses import replace

import numpy as np
import pytest

from index import migrate
from index.build import Builder
from index.database import digest
from index.disk import Connections
from index.engine import LEDGER, faults
from index.errors import IndexMismatch
from index.generation import Generations
from index.ledger import WRITTEN, Ledger
from tests.fakes import FakeEmbedder
from tests.index.looking import RAIN, SNOW, VOTE, add, counts, look, write


@pytest.fixture
def news(tmp_path):
    return write(tmp_path / "news", {"rain.txt": RAIN, "snow.txt": SNOW, "vote.html": page(VOTE)})


NEW = {
    "articles": (
        *("chunks", "digest", "raw_digest", "places"),
        *("stored", "ended", "days_digest"),
    ),
    "chunks": ("digest",),
    "encodings": ("digest",),
}


def without_digests(db):
    """Takes away what later schemas brought, and the languages that no one told."""
    db.execute("UPDATE articles SET language = NULL")
    for table, columns in NEW.items():
        for column in columns:
            db.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    db.execute("DELETE FROM manifest WHERE name = 'digest'")
    db.execute("UPDATE manifest SET value = '2' WHERE name = 'schema'")


def without_languages(found):
    articles = found["articles"].items()
    untold = {u: (id_, replace(a, language=None), *rest) for u, (id_, a, *rest) in articles}
    return found | {"articles": untold}


@pytest.fixture
def second(tmp_path, news, fake):
    """An index as the second schema had it."""
    directory = tmp_path / "second"
    add(directory, fake, news)
    with sqlite3.connect(directory / LEDGER) as db:
        without_digests(db)
    db.close()
    return directory


@pytest.fixture
def third(tmp_path, news, fake):
    """An index as the third schema had it."""
    directory = tmp_path / "third"
    add(directory, fake, news)
    written = WRITTEN.replace(" places,", "")
    with sqlite3.connect(directory / LEDGER) as db:
        db.create_function("digest", -1, digest)
        for column in ("places", "stored", "ended", "days_digest"):
            db.execute(f"ALTER TABLE articles DROP COLUMN {column}")
        db.execute(f"UPDATE articles SET digest = digest({written})")
        values = dict(db.execute("SELECT name, value FROM manifest")) | {"schema": "3"}
        told = sorted((pair for pair in values.items() if pair[0] != "digest"), key=repr)
        values["digest"] = digest(*(part for pair in told for part in pair)).hex()
        db.executemany("INSERT OR REPLACE INTO manifest VALUES (?, ?)", values.items())
    db.close()
    return directory


@pytest.fixture
def old(tmp_path, news, fake):
    """An index as the first schema had it, of which 40 kB are signs of tokens."""
    directory = tmp_path / "index"
    add(directory, fake, news)
    ledger = Ledger(Connections(directory / LEDGER))
    with ledger.read():
        raws = [(zlib.compress(ledger.raw(a.pk).encode()), a.pk) for a in ledger.all_articles()]
    ledger.close()
    db = sqlite3.connect(directory / LEDGER)
    without_digests(db)
    wide = [
        (np.frombuffer(vector, "<f2").astype("<f4").tobytes(), b"\0" * 8000, b"\0" * 8000, key)
        for key, vector in db.execute("SELECT key, vector FROM encodings")
    ]
    for column in ("starts", "bits"):
        db.execute(f"ALTER TABLE encodings ADD COLUMN {column} BLOB NOT NULL DEFAULT ''")
    db.executemany("UPDATE encodings SET vector = ?, starts = ?, bits = ? WHERE key = ?", wide)
    db.executemany("UPDATE articles SET raw = ? WHERE pk = ?", raws)
    db.execute("UPDATE manifest SET value = '1' WHERE name = 'schema'")
    db.commit()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return directory


def page(text):
    paragraphs = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    return f"<html><title>Vote</title><body><article>{paragraphs}</article></body></html>"


def test_a_reader_is_told_both_schemas_and_the_command_that_mends_it(old, fake):
    message = (
        f"{old}: the index has schema 1 and this onrecord reads schema 5; bring it up to date with:"
        f" onrecord check --repair --index {old}"
    )
    for use in (lambda: Generations(old, fake), lambda: faults(old)):
        with pytest.raises(IndexMismatch) as told:
            use()
        assert str(told.value) == message


@pytest.mark.parametrize("how", ["update", "add"])
def test_what_is_held_stays_and_nothing_is_embedded_again(old, news, how, tmp_path):
    size, model = (old / LEDGER).stat().st_size, FakeEmbedder()
    if how == "add":
        assert counts(add(old, model, news))["unchanged"] == ["rain.txt", "snow.txt", "vote.html"]
    else:
        Builder(old, model).update()
    assert model.calls == 0
    assert (old / LEDGER).stat().st_size < size - 30_000
    assert faults(old) == ([], [])
    add(tmp_path / "new", model, news)
    assert look(old, model) == without_languages(look(tmp_path / "new", model))


def test_a_migration_that_is_cut_off_leaves_the_old_index(old, fake, monkeypatch):
    def fail(vector):
        raise RuntimeError("the light goes out")

    monkeypatch.setattr(migrate, "_halved", fail)
    with pytest.raises(sqlite3.OperationalError, match="user-defined function"):
        Builder(old, fake).update()
    monkeypatch.undo()
    db = sqlite3.connect(old / LEDGER)
    assert db.execute("SELECT length(vector), length(bits) FROM encodings").fetchall() == [
        (400, 8000)
    ] * len(db.execute("SELECT 1 FROM encodings").fetchall())
    db.close()
    Builder(old, fake).update()
    assert faults(old) == ([], [])


def test_what_the_second_schema_holds_is_as_written_from_now_on(second, news, fake, tmp_path):
    model = FakeEmbedder()
    assert counts(add(second, model, news))["unchanged"] == ["rain.txt", "snow.txt", "vote.html"]
    assert model.calls == 0
    assert faults(second) == ([], [])
    add(tmp_path / "new", fake, news)
    assert look(second, fake) == without_languages(look(tmp_path / "new", fake))


def test_an_index_without_places_is_brought_up_to_date(third, news, fake, tmp_path):
    model = FakeEmbedder()
    assert counts(add(third, model, news))["unchanged"] == ["rain.txt", "snow.txt", "vote.html"]
    assert model.calls == 0
    assert faults(third) == ([], [])
    add(tmp_path / "new", fake, news)
    assert look(third, fake) == look(tmp_path / "new", fake)


@pytest.mark.parametrize("schema", ["second", "third"])
def test_what_was_damaged_before_is_not_blessed(request, schema, fake):
    earlier = request.getfixturevalue(schema)
    with sqlite3.connect(earlier / LEDGER) as db:
        db.execute("UPDATE articles SET text = replace(text, 'Sunday', 'Monday')")
    db.close()
    Builder(earlier, fake).update()
    assert faults(earlier) == (["rain.txt: this article is not as it was written"], [])
    with Generations(earlier, fake).reading() as now:
        assert [a.article.uri for a in now.ledger.all_articles()] == ["snow.txt", "vote.html"]


def test_what_the_fourth_schema_holds_stays_and_has_no_day(tmp_path, news, fake):
    directory = tmp_path / "fourth"
    add(directory, fake, news)
    with sqlite3.connect(directory / LEDGER) as db:
        for column in ("stored", "ended", "days_digest"):
            db.execute(f"ALTER TABLE articles DROP COLUMN {column}")
        db.execute("DELETE FROM manifest WHERE name = 'digest'")
        db.execute("UPDATE manifest SET value = '4' WHERE name = 'schema'")
        pairs = sorted(db.execute("SELECT name, value FROM manifest").fetchall(), key=repr)
        told = digest(*(part for pair in pairs for part in pair)).hex()
        db.execute("INSERT INTO manifest VALUES ('digest', ?)", (told,))
    db.close()
    model = FakeEmbedder()
    write(news, {"rain.txt": RAIN.replace("Sunday", "Monday")})
    report = add(directory, model, news)
    assert counts(report)["changed"] == ["rain.txt"]
    assert faults(directory) == ([], [])
    ledger = Ledger(Connections(directory / LEDGER))
    with ledger.read():
        first, second = ledger.history("rain.txt")
        assert (first.stored, first.ended) == (None, second.stored)
        assert second.ended is None
    ledger.close()
