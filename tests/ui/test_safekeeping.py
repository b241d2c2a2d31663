"""An index is taken away and brought back, with all that cannot be made again."""

import json
import random
import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from index.backup import NoBackup, unpack
from index.engine import faults
from rag.corpus import Corpus
from rag.settings import Settings
from rag.types import Answer
from tests.fakes import FakeReader
from tests.index.looking import look, write
from tests.ui.printed import only, sentence
from ui.commands.indexing import NAMES
from ui.conversation_store.store import ConversationStore
from ui.library.adding import Editor, Pasted

RAIN = "Rain fell on Kyiv on Friday. Trams stood still for three hours in the whole city."
SNOW = "Snow lay in Oslo on Monday. The harbour froze, and boats stayed at the quay all day."

pytestmark = pytest.mark.usefixtures("model")


@pytest.fixture
def index(onrecord, workplace, fake):
    """An index with a file's article, a pasted one, a chat and what was thought of its answer."""
    write(workplace / "news", {"rain.txt": RAIN})
    assert onrecord("add", "news")[0] == 0
    corpus = Corpus(Path(".onrecord"), fake, Settings(), reader=FakeReader())
    editor = Editor(corpus, corpus.directory, max_bytes=2**20)
    editor.add_pasted([Pasted(SNOW, title="Snow in Oslo", publisher="The Post")], lambda *_: None)
    chats = ConversationStore(corpus.directory)
    answer = Answer(question="Was it Macron?", query="Was it Macron?", answered=False, text="No.")
    chats.judge(chats.append(chats.create(), answer), liked=True)
    chats.close()
    return Path(".onrecord")


def asked(directory):
    chats = ConversationStore(directory)
    try:
        return [given.question for given in chats.feedback()], [
            turn.question for found in chats.conversations() for turn in chats.load(found.id)
        ]
    finally:
        chats.close()


def test_a_backup_brings_everything_back_elsewhere(index, onrecord, fake):
    status, out, err = onrecord("backup", "all.backup")
    assert (status, out, err) == (0, "all.backup: ledger.sqlite, chats.sqlite3\n", "")
    assert onrecord("restore", "all.backup", "--index", "other")[0] == 0
    assert look(Path("other"), fake) == look(index, fake)
    assert asked(Path("other")) == asked(index) == (["Was it Macron?"], ["Was it Macron?"])
    assert faults(Path("other")) == ([], [])


def test_restoring_goes_back_and_keeps_what_was_there(index, onrecord, fake):
    before = look(index, fake)
    onrecord("backup", "all.backup")
    onrecord("remove", "rain")
    removed = look(index, fake)
    status, out, _ = onrecord("restore", "all.backup")
    assert status == 0
    assert look(index, fake) == before
    kept = next(index.glob("ledger.before-*.sqlite"))
    assert f"restored: {index / 'ledger.sqlite'}; what was there is kept as {kept}" in out
    kept.replace(index / "ledger.sqlite")
    for end in ("-wal", "-shm"):
        (index / f"ledger.sqlite{end}").unlink(missing_ok=True)
    assert look(index, fake) == removed


def test_an_open_corpus_is_backed_up_and_restored_under_its_readers(index, onrecord, fake):
    corpus = Corpus(index, fake, Settings(threshold=0), reader=FakeReader())
    seen, stop, errors = [], threading.Event(), []

    def read():
        try:
            while not stop.is_set():
                seen.append(tuple(sorted(a.key for a in corpus.articles())))
                corpus.ask("Where did rain fall?")
        except Exception as error:
            errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        onrecord("backup", "all.backup")
        Path("news/more.txt").write_text("Hail hit Paris in May. Farmers lost their wheat.")
        assert onrecord("add", "news")[0] == 0
        assert onrecord("restore", "all.backup")[0] == 0
    finally:
        stop.set()
        reader.join()
    assert not errors
    old, new = ("rain", "snow-in-oslo"), ("more", "rain", "snow-in-oslo")
    assert {old, *seen} <= {old, new}
    assert sorted(a.key for a in corpus.articles()) == [*old]


def test_no_flipped_byte_of_a_backup_is_more_than_a_sentence(index, onrecord, tmp_path):
    onrecord("backup", "all.backup")
    whole = Path("all.backup").read_bytes()
    chance, refused = random.Random(0), 0
    for number in range(200):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        Path("all.backup").write_bytes(data)
        with suppress(NoBackup):  # what else it may raise is a traceback
            unpack(Path("all.backup"), NAMES, tmp_path / str(number))
            continue
        refused += 1
    assert refused > 150


def test_a_file_of_another_name_in_a_backup_is_not_passed_over(index, onrecord):
    onrecord("backup", "all.backup")
    whole = Path("all.backup").read_bytes()
    Path("all.backup").write_bytes(whole.replace(b"ledger.sqlite", b"ledger.sqlitd"))
    status, out, err = onrecord("restore", "all.backup")
    assert (status, out) == (1, "")
    assert "it holds 'ledger.sqlitd', which is no file of an index" in sentence(err)


@pytest.mark.parametrize("harm", ["no file", "other file", "cut", "flipped", "empty archive"])
def test_what_is_no_whole_backup_is_refused_and_nothing_is_touched(index, onrecord, fake, harm):
    onrecord("backup", "all.backup")
    file = Path("all.backup")
    data = bytearray(file.read_bytes())
    before = look(index, fake)
    if harm == "no file":
        file.unlink()
    elif harm == "empty archive":
        file.write_bytes(b"PK\x05\x06" + bytes(18))
    else:
        data[len(data) // 2] ^= 255
        file.write_bytes(
            {"other file": b"news", "cut": bytes(data[:-100]), "flipped": bytes(data)}[harm]
        )
    status, out, err = onrecord("restore", "all.backup")
    assert (status, out) == (1, "")
    assert sentence(err).startswith("all.backup: ")
    assert look(index, fake) == before
    assert not list(index.glob("*.before-*"))


def test_a_backup_of_a_damaged_index_is_not_put_in_the_place_of_a_whole_one(index, onrecord, fake):
    with sqlite3.connect(index / "ledger.sqlite") as db:
        db.execute("UPDATE articles SET text = replace(text, 'Friday', 'Monday')")
    db.close()
    onrecord("backup", "all.backup")
    status, _, err = onrecord("restore", "all.backup", "--index", "other")
    assert status == 1
    assert sentence(err).startswith("all.backup: this backup is damaged; restore another one")
    assert not Path("other/ledger.sqlite").exists()


def test_nothing_to_back_up_is_told(onrecord):
    status, _, err = onrecord("backup", "all.backup", "--index", "none")
    assert (status, sentence(err)) == (1, "none: there is nothing here to back up; see --index")
    assert not Path("all.backup").exists()


def test_what_is_exported_is_read_back_with_everything(onrecord, workplace, fake):
    records = [
        {"id": "a", "title": "Rain", "text": f"{RAIN}\n\nShare on X", "author": "Ada",
         "publisher": "The Post", "published": "2026-03-01", "url": "https://news.example/a",
         "language": "en"},
        {"id": "b", "text": SNOW},
    ]  # fmt: skip
    write(workplace / "wire", {"wire.jsonl": records, "one/a.txt": RAIN, "two/c.txt": "Hail."})
    onrecord("add", "wire")
    status, out, err = onrecord("export", "out.jsonl")
    assert (status, out, err) == (0, "out.jsonl: 4 articles\n", "")
    assert onrecord("add", "out.jsonl", "--index", "other")[0] == 0

    def seen(directory):
        found = look(Path(directory), fake)["articles"].values()
        names = ("title", "author", "publisher", "published", "language", "url", "sources")
        return sorted(
            (str([getattr(a, name) for name in names]), a.text, a.raw, sentences)
            for _, a, sentences in found
        )

    assert seen("other") == seen(".onrecord")
    lines = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert [line["_id"] for line in lines] == ["one/a.txt", "c", "wire.jsonl#a", "b"]
    # What was exported twice is the same, and reading it again changes nothing.
    onrecord("export", "again.jsonl", "--index", "other")
    texts = [json.loads(line)["text"] for line in Path("again.jsonl").read_text().splitlines()]
    assert sorted(texts) == sorted(line["text"] for line in lines)


def test_a_damaged_article_is_exported_by_nobody(index, onrecord):
    with sqlite3.connect(index / "ledger.sqlite") as db:
        db.execute("UPDATE articles SET text = replace(text, 'Friday', 'Monday')")
    db.close()
    status, out, err = onrecord("export", "out.jsonl")
    assert (status, out) == (1, "out.jsonl: 1 articles\n")
    assert sentence(err).startswith("1 damaged articles are left out")
    assert "Monday. Trams" not in Path("out.jsonl").read_text()


def test_a_damaged_article_is_left_out_of_answers_and_said_so(index, onrecord):
    with sqlite3.connect(index / "ledger.sqlite") as db:
        db.execute("UPDATE articles SET text = replace(text, 'Friday', 'Monday')")
    db.close()
    answer = only(onrecord("ask", "When did rain fall on Kyiv?", "--json")[1])
    assert all(c["key"] != "rain" for c in answer["citations"] + answer["nearest"])
    assert answer["note"] == (
        "Left out, because damaged in the index: rain.txt; add the source again, or see: onrecord"
        " check."
    )
    status, _, err = onrecord("add", "news")
    assert status == 0
    assert "damaged in the index and mended: rain.txt" in err
    answer = only(onrecord("ask", "When did rain fall on Kyiv?", "--json")[1])
    assert (answer["note"], answer["citations"][0]["quote"]) == ("", "Rain fell on Kyiv on Friday.")
