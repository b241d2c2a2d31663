"""A build does what changed and only that, one at a time, whole or not at all."""

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock

from index import search_index
from index.article import Article
from index.build import Builder
from index.disk import MAKING
from index.engine import LEDGER, faults, open_ledger
from index.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexMissing, NotIndexed
from index.generation import Generations
from index.readers.source import Source
from tests.fakes import FakeEmbedder
from tests.index.looking import QUERIES, RAIN, SNOW, VOTE, add, counts, look, rows, search, write
from tests.index.stopping import stages, stop

ROOT = Path(__file__).parents[2]
NEWS = {
    "rain.txt": RAIN,
    "2025/snow.txt": SNOW,
    "wire.jsonl": [{"id": "v", "text": VOTE}, {"id": "w", "text": "Wheat grew dearer in May."}],
}
URIS = ["2025/snow.txt", "rain.txt", "wire.jsonl#v", "wire.jsonl#w"]


@pytest.fixture
def news(tmp_path):
    return write(tmp_path / "news", NEWS)


@pytest.fixture
def index(tmp_path):
    return tmp_path / "index"


def found(index, text):
    """The uris of the articles of which a chunk holds a word of a query."""
    model = FakeEmbedder()
    results = search(Generations(index, model), model, text)
    return {uri.rpartition(":")[0] for _, uri in results["chunks with words"]}


def articles(index):
    ledger = open_ledger(index)
    with ledger.read():
        return {a.article.uri: a for a in ledger.all_articles()}


def manifest(index):
    ledger = open_ledger(index)
    with ledger.read():
        return ledger.manifest()


# what changed, and only that


def test_the_first_add_adds_everything(index, news, fake):
    report = add(index, fake, news)
    assert counts(report) == {"added": URIS}
    assert (report.embedded, report.generation) == (4, 1)
    assert len(fake.texts) == 4
    assert sorted(articles(index)) == URIS
    assert {a.revision for a in articles(index).values()} == {1}
    assert found(index, "rain") == {"rain.txt"}
    assert found(index, "wheat") == {"wire.jsonl#w"}
    assert faults(index) == ([], [])
    told = manifest(index)
    token = told.pop("token")
    assert told == {
        "schema": "5", "generation": "1", "embedder": "fake", "fingerprint": "fake-weights-1",
        "dimension": "100", "chunk_tokens": "200", "overlap": "1", "articles": "4", "chunks": "4",
        "stories": "4", "publishers": "0",
    }  # fmt: skip
    assert [p.name for p in (index / search_index.FOLDER).iterdir()] == [token]
    assert {p.name for p in index.iterdir()} - {"ledger.sqlite-wal", "ledger.sqlite-shm"} == {
        "build.lock", "derived", "ledger.sqlite"
    }  # fmt: skip


def test_the_second_add_does_no_work(index, news):
    add(index, FakeEmbedder(), news)
    before = written(index)
    model = FakeEmbedder()
    report = add(index, model, news)
    assert counts(report) == {"unchanged": URIS}
    assert (report.embedded, report.generation, model.calls) == (0, 1, 0)
    assert {p.name for p in before} >= {"ledger.sqlite", "chunks.faiss"}
    assert written(index) == before


def written(index):
    """When each file was written, but for locks and what SQLite keeps beside an open ledger."""
    beside = (".lock", ".sqlite-wal", ".sqlite-shm", "")
    return {p: p.stat().st_mtime_ns for p in index.rglob("*") if p.suffix not in beside}


def test_an_edit_embeds_the_chunks_of_that_article_alone(index, news, fake):
    add(index, fake, news)
    edited = "Hail fell on Bern on Sunday.\n\nNobody was hurt by the hail in Bern, police said.\n"
    write(news, {"rain.txt": edited})
    model = FakeEmbedder()
    report = add(index, model, news)
    assert counts(report) == {
        "changed": ["rain.txt"],
        "unchanged": [u for u in URIS if u != "rain.txt"],
    }
    assert (report.embedded, report.generation) == (1, 2)
    assert model.texts == [edited.strip()]
    assert articles(index)["rain.txt"].revision == 2
    assert found(index, "hail") == {"rain.txt"}
    assert found(index, "weather") == set()
    assert rows(index, "articles") == 5
    assert rows(index, "chunks") == rows(index, "encodings") == 4


def test_only_the_chunk_that_changed_is_embedded(index, tmp_path):
    paragraphs = [f"Word{i} " * 59 + f"end{i}." for i in range(6)]
    news = write(tmp_path / "n", {"long.txt": "\n\n".join(paragraphs)})
    first = add(index, FakeEmbedder(), news, overlap=0)
    paragraphs[4] = "Other " * 59 + "end."
    write(news, {"long.txt": "\n\n".join(paragraphs)})
    model = FakeEmbedder()
    report = add(index, model, news, overlap=0)
    assert first.embedded == 2
    assert (report.embedded, len(model.texts)) == (1, 1)
    assert "Other" in model.texts[0]


def test_a_change_and_its_undoing_are_two_revisions(index, news, fake):
    add(index, fake, news)
    first = articles(index)["rain.txt"]
    write(news, {"rain.txt": SNOW + RAIN})
    add(index, fake, news)
    write(news, {"rain.txt": RAIN})
    add(index, fake, news)
    last = articles(index)["rain.txt"]
    assert (last.id, last.revision, last.article) == (first.id, 3, first.article)
    ledger = open_ledger(index)
    with ledger.read():
        assert [a.revision for a in ledger.articles_named(first.id)] == [3, 1]
        assert ledger.articles([first.pk])[first.pk].article.text == first.article.text


def test_what_a_reader_does_not_see_is_no_change(index, tmp_path, fake):
    page = "<html><head>{}</head><body><article><h1>Rain</h1><p>{}</p></article></body></html>"
    body = RAIN.replace("\n", " ") * 3
    news = write(tmp_path / "n", {"a.html": page.format("", body)})
    add(index, fake, news)
    write(news, {"a.html": page.format("<script>new()</script>", body)})
    assert counts(add(index, fake, news)) == {"unchanged": ["a.html"]}


def test_a_removed_file_leaves_nothing_behind(index, news, fake):
    add(index, fake, news)
    (news / "2025/snow.txt").unlink()
    write(news, {"wire.jsonl": NEWS["wire.jsonl"][:1]})
    model = FakeEmbedder()
    report = add(index, model, news)
    assert counts(report) == {
        "removed": ["2025/snow.txt", "wire.jsonl#w"], "unchanged": ["rain.txt", "wire.jsonl#v"]
    }  # fmt: skip
    assert (model.calls, report.generation) == (0, 2)
    assert sorted(articles(index)) == ["rain.txt", "wire.jsonl#v"]
    for word in ("snow", "ploughs", "wheat"):
        assert found(index, word) == set()
    assert rows(index, "articles") == rows(index, "chunks") == rows(index, "encodings") == 2
    fresh = index.parent / "fresh"
    add(fresh, FakeEmbedder(), news)
    assert look(index, fake) == look(fresh, fake)


def test_everything_removed_leaves_an_empty_index(index, news, fake):
    add(index, fake, news)
    for path in list(news.rglob("*.*")):
        if path.is_file():
            path.unlink()
    report = add(index, fake, news)
    assert sorted(report.removed) == URIS
    assert rows(index, "articles") == rows(index, "chunks") == rows(index, "encodings") == 0
    assert found(index, "rain snow") == set()
    assert faults(index) == ([], [])


def test_a_source_answers_for_itself_alone(index, news, tmp_path, fake):
    other = write(tmp_path / "other", {"vote.txt": VOTE})
    add(index, fake, news, other)
    (other / "vote.txt").unlink()
    (news / "rain.txt").unlink()
    write(other, {"new.txt": "Trams stopped."})
    assert counts(add(index, fake, other)) == {"added": ["new.txt"], "removed": ["vote.txt"]}
    assert counts(add(index, fake, news / "wire.jsonl"))["unchanged"] == URIS[2:]
    assert "rain.txt" in articles(index)
    assert counts(add(index, fake, news))["removed"] == ["rain.txt"]


def test_copies_are_told_and_kept(index, news, fake):
    write(news, {"b.txt": RAIN, "c.txt": f"BERN - {RAIN}"})
    report = add(index, fake, news)
    assert sorted(report.duplicates) == ["c.txt", "rain.txt"]
    assert {"b.txt", "c.txt", "rain.txt"} == found(index, "rain")
    stories = {uri: a.story for uri, a in articles(index).items()}
    assert stories["b.txt"] == stories["c.txt"] == stories["rain.txt"] != stories["wire.jsonl#v"]
    assert report.embedded == 5  # b.txt and rain.txt read the same


# what cannot be read


@pytest.mark.parametrize("content", [b"", b"  \n", b"%PDF-1.4", b"\x00\x01\x02" * 50])
def test_a_file_that_can_no_longer_be_read_keeps_its_article(index, news, fake, content):
    add(index, fake, news)
    before = look(index, fake)
    write(news, {"rain.txt": content})
    report = add(index, fake, news)
    assert counts(report) == {
        "skipped": ["rain.txt"], "unchanged": [uri for uri in URIS if uri != "rain.txt"]
    }  # fmt: skip
    assert report.generation == 1
    assert look(index, fake) == before
    write(news, {"rain.txt": RAIN})
    assert counts(add(index, fake, news)) == {"unchanged": URIS}


def test_a_broken_line_keeps_the_records_of_its_file(index, news, fake):
    add(index, fake, news)
    good = b'{"id": "v", "text": "Parliament went home."}\n'
    write(news, {"wire.jsonl": good + b'{"id": "w", "text": "Whe'})
    report = add(index, fake, news)
    assert counts(report) == {
        "changed": ["wire.jsonl#v"], "skipped": ["wire.jsonl:2"], "unchanged": URIS[:2]
    }  # fmt: skip
    assert found(index, "wheat") == {"wire.jsonl#w"}
    assert found(index, "parliament") == {"wire.jsonl#v"}
    write(news, {"wire.jsonl": good})
    assert counts(add(index, fake, news))["removed"] == ["wire.jsonl#w"]


def test_a_broken_file_of_records_keeps_them_all(index, news, fake):
    add(index, fake, news)
    write(news, {"wire.jsonl": "Größe".encode("utf-16")})
    report = add(index, fake, news)
    assert counts(report) == {"skipped": ["wire.jsonl"], "unchanged": URIS[:2]}
    assert sorted(articles(index)) == URIS


@pytest.mark.parametrize("which", [".", "2025"])
def test_a_folder_that_can_no_longer_be_listed_keeps_its_articles(
    index, news, fake, monkeypatch, which
):
    add(index, fake, news)
    listing = Path.iterdir
    shut = (news / which).resolve()

    def iterdir(self):
        if self == shut:
            raise PermissionError(13, "Permission denied")
        return listing(self)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "iterdir", iterdir)
        report = add(index, fake, news)
    assert report.removed == []
    assert any("cannot be listed" in item.reason for item in report.skipped)
    assert sorted(articles(index)) == URIS


@pytest.mark.parametrize(
    ("skipped", "removed"),
    [("2025: notes.pdf", "2025/snow.txt"), ("2025", "2025#a.txt"), ("rain.txt:1", "rain.txt")],
)
def test_what_is_skipped_protects_no_neighbour(index, tmp_path, fake, skipped, removed):
    news = write(tmp_path / "n", {removed: SNOW, "other.txt": RAIN})
    add(index, fake, news)
    (news / removed).unlink()
    write(news, {skipped: "not read"})
    report = add(index, fake, news)
    assert (report.removed, [s.uri for s in report.skipped]) == ([removed], [skipped])


# one uri, several places


def test_the_same_name_from_another_living_folder_is_refused(index, news, tmp_path, fake):
    add(index, fake, news)
    other = write(tmp_path / "other", {"rain.txt": VOTE, "new.txt": "Trams stopped in Bern."})
    report = add(index, fake, other)
    assert counts(report) == {"added": ["new.txt"], "skipped": ["rain.txt"]}
    assert report.skipped[0].reason == (
        f"the index holds another article of this name from {news}; add the folder that both lie"
        " in, or remove the other one first"
    )
    assert articles(index)["rain.txt"].article.root == str(news)
    assert found(index, "weather") == {"rain.txt"}


@pytest.mark.parametrize("name", ["rain.txt", "a#b.txt", "deep/wire.jsonl"])
def test_of_two_folders_in_one_call_the_first_has_the_name(index, tmp_path, fake, name):
    one = write(tmp_path / "one", {name: '{"id": "1", "text": "Rain."}'})
    two = write(tmp_path / "two", {name: '{"id": "1", "text": "Snow."}'})
    uri = name + "#1" if name.endswith("jsonl") else name
    for _ in range(2):
        report = add(index, fake, one, two)
        assert [s.uri for s in report.skipped] == [uri]
        assert f"another article of this name from {one}" in report.skipped[0].reason
        assert report.added + report.unchanged == [uri]
    assert articles(index)[uri].article.root == str(one)
    assert "Rain." in articles(index)[uri].article.text


def test_the_same_article_in_two_folders_is_one_and_stays_where_it_is(index, tmp_path, fake):
    one = write(tmp_path / "one", {"rain.txt": RAIN})
    two = write(tmp_path / "two", {"rain.txt": RAIN})
    assert counts(add(index, fake, one, two)) == {"added": ["rain.txt"]}
    for _ in range(2):
        report = add(index, fake, one, two)
        assert counts(report) == {"unchanged": ["rain.txt"]}
        assert report.generation == 1
    assert add(index, fake, two).generation == 1
    (one / "rain.txt").unlink()
    report = add(index, fake, one, two)
    assert report.removed == []
    assert (report.generation, articles(index)["rain.txt"].article.root) == (2, str(two))
    assert found(index, "rain") == {"rain.txt"}


def test_a_change_that_moves_to_another_folder_keeps_its_revisions(index, tmp_path, fake):
    one = write(tmp_path / "one", {"rain.txt": RAIN, "a.txt": VOTE})
    two = write(tmp_path / "two", {"b.txt": SNOW})
    add(index, fake, one, two)
    (one / "rain.txt").unlink()
    write(two, {"rain.txt": f"{RAIN}\nIt stopped.\n"})
    report = add(index, fake, one, two)
    assert counts(report) == {"changed": ["rain.txt"], "unchanged": ["a.txt", "b.txt"]}
    stored = articles(index)["rain.txt"]
    assert (stored.revision, stored.article.root) == (2, str(two))


def test_a_corpus_that_moved_is_the_same_corpus(index, news, tmp_path, fake):
    add(index, fake, news)
    moved = news.rename(tmp_path / "moved")
    write(moved, {"rain.txt": VOTE})
    model = FakeEmbedder()
    report = add(index, model, moved)
    assert counts(report) == {
        "changed": ["rain.txt"], "unchanged": [u for u in URIS if u != "rain.txt"],
        "duplicates": ["rain.txt"],
    }  # fmt: skip
    assert {a.article.root for a in articles(index).values()} == {str(moved)}
    assert articles(index)["rain.txt"].revision == 2
    (moved / "rain.txt").unlink()
    assert counts(add(index, model, moved))["removed"] == ["rain.txt"]
    assert add(index, model, moved).generation == 3


@pytest.mark.parametrize("backwards", [False, True])
def test_sources_that_overlap_are_counted_once(index, news, fake, backwards):
    sources = [news, news / "rain.txt", f"{news}/*.txt", news / "wire.jsonl", news]
    sources = sources[::-1] if backwards else sources
    write(news, {"x.pdf": "no"})
    report = add(index, fake, *sources)
    assert sorted(report.added) == URIS
    assert [s.uri for s in report.skipped] == ["x.pdf"]
    again = add(index, fake, *sources)
    assert counts(again) == {"unchanged": URIS, "skipped": ["x.pdf"]}
    write(news, {"rain.txt": SNOW + VOTE, "wire.jsonl": NEWS["wire.jsonl"][:1]})
    changed = add(index, fake, *sources)
    assert counts(changed) == {
        "changed": ["rain.txt"], "removed": ["wire.jsonl#w"], "skipped": ["x.pdf"],
        "unchanged": ["2025/snow.txt", "wire.jsonl#v"],
    }  # fmt: skip
    assert articles(index)["rain.txt"].revision == 2


@pytest.mark.parametrize("inner_first", [False, True])
def test_a_file_under_two_roots_is_stored_once(index, news, fake, inner_first):
    roots = [news / "2025", news] if inner_first else [news, news / "2025"]
    report = add(index, fake, *roots)
    snow = "snow.txt" if inner_first else "2025/snow.txt"
    assert sorted(report.added) == sorted([snow, *(uri for uri in URIS if "snow" not in uri)])
    assert (report.duplicates, report.skipped) == ([], [])
    for root in (news, news / "2025", news / "2025" / "snow.txt"):
        again = add(index, fake, root)
        assert (again.added, again.changed, again.removed) == ([], [], [])
        assert snow in again.unchanged
    write(news, {"2025/snow.txt": SNOW + VOTE})
    assert add(index, fake, roots[1]).changed == [snow]
    (news / "2025" / "snow.txt").unlink()
    assert add(index, fake, roots[1]).removed == [snow]


# odd names and texts


def test_odd_names_and_texts_are_stored_or_refused_with_a_sentence(index, tmp_path, fake):
    folder = tmp_path / os.fsdecode(b"fold\xff er")
    names = [
        "👩\u200d👩\u200d👧.txt",
        "خبر.txt",
        "a\nb.txt",
        "e\u0301.txt",
        "'quote\".txt",
        "50%.txt",
    ]
    write(
        folder,
        dict.fromkeys(names, "\u202bخبر عاجل\u202c about rain. 👩\u200d👩\u200d👧 NUL:\0 end."),
    )
    (folder / os.fsdecode(b"bad\xfe.txt")).write_text(SNOW)
    (folder / "s.jsonl").write_bytes(
        b'{"id": "a\\u0000b\\ud800", "title": "T\\ud800\\u0000", "text": "Half \\ud83d a pair.",'
        b' "author": "\\udc00", "url": "http://x/\\udfff"}\n'
    )
    report = add(index, fake, folder)
    assert report.skipped == []
    stored = articles(index)
    assert sorted(stored) == sorted([*names, "bad\ufffd.txt", "s.jsonl#ab\ufffd"])
    assert stored["s.jsonl#ab\ufffd"].article.text == "Half \ufffd a pair."
    assert stored["s.jsonl#ab\ufffd"].article.title == "T\ufffd"
    assert stored["خبر.txt"].article.text == "خبر عاجل about rain. 👩\u200d👩\u200d👧 NUL: end."
    assert found(index, "خبر") == set(names)
    again = add(index, fake, folder)
    assert len(again.unchanged) == len(stored)
    assert again.generation == 1
    (folder / "خبر.txt").unlink()
    assert add(index, fake, folder).removed == ["خبر.txt"]


def test_two_files_whose_names_read_the_same_are_told(index, tmp_path, fake):
    (tmp_path / "n").mkdir()
    for name, text in ((b"a\xfe.txt", SNOW), (b"a\xff.txt", VOTE)):
        (tmp_path / "n" / os.fsdecode(name)).write_text(text)
    report = add(index, fake, tmp_path / "n")
    assert report.added == ["a\ufffd.txt"]
    assert [s.uri for s in report.skipped] == ["a\ufffd.txt"]
    assert "another article of this name" in report.skipped[0].reason


@pytest.mark.parametrize("field", ["text", "title", "uri", "author"])
def test_a_lone_surrogate_from_a_program_is_refused(index, fake, field):
    article = replace(Article(uri="a", key="a", text="Rain."), **{field: "a\ud800"})
    with pytest.raises(ValueError, match=rf"'a.*': the {field} holds a lone surrogate"):
        Builder(index, fake).put([Article(uri="good", key="good", text="Snow."), article])
    assert not index.exists() or rows(index, "articles") == 0


# articles of a program, and their removal


def test_articles_can_be_put_and_replaced(index, news, fake):
    add(index, fake, news)
    one, two = (Article(uri=u, key=u, text=f"{u} rain.") for u in ("one", "two"))
    builder = Builder(index, fake)
    assert counts(builder.put([one, two, one])) == {"added": ["one", "two"]}
    assert builder.put([one, two]).generation == 2
    report = builder.put([replace(one, title="New"), two])
    assert counts(report) == {"changed": ["one"], "unchanged": ["two"]}
    assert counts(add(index, fake, news)) == {"unchanged": URIS}
    assert found(index, "rain") == {"one", "two", "rain.txt"}
    assert builder.put([]).generation == 3


def test_articles_are_removed_by_uri_key_or_id(index, news, fake):
    add(index, fake, news)
    builder = Builder(index, fake)
    snow = articles(index)["2025/snow.txt"]
    report = builder.remove(["rain", snow.id, "wire.jsonl#w", "wire.jsonl#w"])
    assert counts(report) == {"removed": ["2025/snow.txt", "rain.txt", "wire.jsonl#w"]}
    assert sorted(articles(index)) == ["wire.jsonl#v"]
    assert rows(index, "articles") == rows(index, "encodings") == 1
    with pytest.raises(
        NotIndexed, match=r"rain: no article has this uri, key or id; .* onrecord articles"
    ):
        builder.remove(["wire.jsonl#v", "rain"])
    assert sorted(articles(index)) == ["wire.jsonl#v"]


def test_the_id_of_an_old_revision_removes_nothing(index, news, fake):
    add(index, fake, news)
    old = articles(index)["rain.txt"].id
    write(news, {"rain.txt": RAIN + "More.\n"})
    add(index, fake, news)
    with pytest.raises(NotIndexed, match=old):
        Builder(index, fake).remove([old])


def test_a_uri_goes_before_a_key(index, tmp_path, fake):
    news = write(tmp_path / "n", {"a.txt": RAIN, "a.txt.md": SNOW})
    add(index, fake, news)
    assert Builder(index, fake).remove(["a.txt"]).removed == ["a.txt"]
    assert sorted(articles(index)) == ["a.txt.md"]


def test_nothing_is_removed_from_no_index(index, fake):
    with pytest.raises(
        IndexMissing, match=f"there is no index here; .* onrecord add SOURCE --index {index}"
    ):
        Builder(index, fake).remove(["a"])
    with pytest.raises(IndexMissing, match="there is no index here"):
        Builder(index, fake).repair()
    assert not index.exists()


# one writer, and the same settings


def test_a_second_writer_is_told_to_wait_while_readers_go_on(index, news, fake):
    add(index, fake, news)
    builder = Builder(index, fake)
    with FileLock(index / "build.lock"):
        for write_ in (
            lambda: builder.add([Source.at(news)]),
            lambda: builder.put([]),
            lambda: builder.remove(["rain"]),
            builder.repair,
        ):
            with pytest.raises(
                IndexBusy, match=f"{index}: another process is writing.*; wait until"
            ):
                write_()
        assert found(index, "rain") == {"rain.txt"}
        assert faults(index) == ([], [])
    assert builder.remove(["rain"]).removed == ["rain.txt"]


def test_a_second_writer_is_refused_in_mid_build(index, news, fake):
    told = []

    def progress(stage, done, total):
        if stage == "embed":
            with pytest.raises(IndexBusy, match="another process is writing"):
                add(index, fake, news)
            told.append(stage)

    add(index, fake, news, progress=progress)
    assert told == ["embed"]


@pytest.mark.parametrize(
    ("model", "options", "message"),
    [
        ({"name": "other"}, {}, "embedder fake and the model at hand has other; set"),
        ({"fingerprint": "w2"}, {}, "fingerprint fake-weights-1 and the model at hand has w2; set"),
        ({"dimension": 64}, {}, "dimension 100 and the model at hand has 64; set ONRECORD_EMB"),
        ({}, {"chunk_tokens": 90}, "chunk_tokens 200 and the settings say 90; set ONRECORD_CHUNK"),
        ({}, {"overlap": 0}, "overlap 1 and the settings say 0; set ONRECORD_OVERLAP=1, or add"),
    ],
)  # fmt: skip
def test_an_index_made_another_way_is_refused(index, news, fake, model, options, message):
    add(index, fake, news)
    before = manifest(index)
    other = FakeEmbedder(**model)
    builder = Builder(index, other, **options)
    for write_ in (lambda: builder.add([Source.at(news)]), lambda: builder.remove(["rain"])):
        with pytest.raises(IndexMismatch, match=f"{index}: the index was made with {message}"):
            write_()
    if model:
        with pytest.raises(IndexMismatch, match=message):
            Generations(index, other)
    assert other.calls == 0
    assert manifest(index) == before
    assert counts(add(index, fake, news)) == {"unchanged": URIS}


@pytest.mark.parametrize(
    ("schema", "remedy"),
    [("99", "a newer onrecord made it; update onrecord"), ("4", "use the onrecord that made it")],
)
def test_another_schema_is_refused(index, news, fake, schema, remedy):
    add(index, fake, news)
    ledger = open_ledger(index)
    with ledger.write():
        ledger.set_manifest({"schema": schema})
    message = f"{index}: the index has schema {schema} and this onrecord reads schema 5; {remedy}"
    for use in (
        lambda: add(index, fake, news),
        lambda: Generations(index, fake),
        lambda: faults(index),
        lambda: open_ledger(index),
    ):
        with pytest.raises(IndexMismatch, match=message):
            use()


@pytest.mark.parametrize(
    ("content", "how"),
    [
        (b"", "is empty"),
        (b"no database, but some other file" * 200, "is no ledger, or its beginning was"),
    ],
)
def test_a_file_that_is_no_ledger_is_refused_with_a_sentence(index, fake, news, content, how):
    index.mkdir()
    (index / LEDGER).write_bytes(content)
    for use in (
        lambda: add(index, fake, news),
        lambda: Generations(index, fake),
    ):
        with pytest.raises(
            IndexDamaged,
            match=f"{index / LEDGER} {how}.*; bring back a backup with: onrecord restore FILE"
            f" --index {index}, or save what can be read with: onrecord check --repair",
        ):
            use()
    assert faults(index)[0][0].startswith(f"the ledger is damaged: {index / LEDGER} {how}")
    assert (index / LEDGER).read_bytes() == content


def test_settings_that_cannot_work_leave_no_index_behind(index, news, fake):
    message = "the settings say chunk_tokens 400 and fake reads 254; set ONRECORD_CHUNK_TOKENS=254"
    with pytest.raises(IndexMismatch, match=f"{index}: {message}"):
        add(index, fake, news, chunk_tokens=400)
    assert not (index / LEDGER).exists()
    assert counts(add(index, fake, news)) == {"added": URIS}


# a crash at any instant


class Crash(Exception):
    pass


BEFORE_COMMIT = [name for name in stages() if name != "prune"]


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """A corpus and its index, built once."""
    folder = tmp_path_factory.mktemp("standing")
    add(folder / "index", FakeEmbedder(), write(folder / "news", NEWS))
    return folder


@pytest.fixture
def standing(once, index):
    """The corpus as it was first, and a copy of its index."""
    shutil.rmtree(once / "news")
    shutil.copytree(once / "index", index)
    return write(once / "news", NEWS)


def change(news):
    write(news, {"rain.txt": VOTE + RAIN, "new.txt": "Trams stopped in Bern at noon."})
    (news / "2025/snow.txt").unlink()


def crash():
    raise Crash("stop here")


@pytest.mark.parametrize(
    ("name", "after"),
    [
        *((name, False) for name in BEFORE_COMMIT),
        *((name, True) for name in ("encode", "insert", "manifest", "rename", "write")),
    ],
)
def test_a_build_that_fails_leaves_the_old_generation(
    index, standing, fake, monkeypatch, name, after
):
    news = standing
    store, before, told = Generations(index, fake), look(index, fake), manifest(index)
    change(news)
    with monkeypatch.context() as patch:
        stop(patch, name, after=after, how=crash)
        with pytest.raises(Crash, match="stop here"):
            add(index, fake, news)
    assert manifest(index) == told
    assert look(index, fake) == before
    assert {text: search(store, fake, text) for text in QUERIES} == before["searches"]
    assert faults(index) == ([], [])
    report = add(index, fake, news)
    assert report.generation == 2
    assert counts(report)["changed"] == ["rain.txt"]
    whole(index, news, fake)


_FRESH = {}


def whole(index, news, fake):
    """The index holds what the sources hold, and nothing else."""
    files = [path for path in sorted(news.rglob("*")) if path.is_file()]
    held = tuple((path.relative_to(news), path.read_bytes()) for path in files)
    if held not in _FRESH:
        fresh = index.parent / "fresh"
        add(fresh, FakeEmbedder(), news)
        _FRESH[held] = look(fresh, fake)
    assert look(index, fake) == _FRESH[held]
    assert faults(index) == ([], [])
    token = manifest(index)["token"]
    assert [p.name for p in (index / search_index.FOLDER).iterdir()] == [token]


@pytest.mark.parametrize("after", [False, True])
def test_a_failure_after_the_commit_leaves_the_new_generation(
    index, standing, fake, monkeypatch, after
):
    news = standing
    change(news)
    with monkeypatch.context() as patch:
        stop(patch, "prune", after=after, how=crash)
        with pytest.raises(Crash, match="stop here"):
            add(index, fake, news)
    assert manifest(index)["generation"] == "2"
    assert faults(index) == ([], [])
    assert found(index, "trams") == {"new.txt"}
    model = FakeEmbedder()
    assert sorted(counts(add(index, model, news))) == ["unchanged"]
    assert model.calls == 0
    write(news, {"last.txt": "One more."})
    add(index, fake, news)
    whole(index, news, fake)


@pytest.mark.parametrize("name", ["encode", "insert", "write", "rename"])
def test_a_first_build_that_fails_leaves_an_empty_index(index, news, fake, monkeypatch, name):
    with monkeypatch.context() as patch:
        stop(patch, name, after=True, how=crash)
        with pytest.raises(Crash, match="stop here"):
            add(index, fake, news)
    if name != "rename":  # the first rename is that of the new ledger
        assert manifest(index)["generation"] == "0"
    assert found(index, "rain") == set()
    assert counts(add(index, fake, news)) == {"added": URIS}
    whole(index, news, fake)


def test_what_was_embedded_before_a_crash_is_not_embedded_again(index, tmp_path, monkeypatch):
    news = write(
        tmp_path / "n", {f"{i:03}.txt": f"Report {i} on number {i * i}." for i in range(100)}
    )
    first, second = FakeEmbedder(), FakeEmbedder()
    with monkeypatch.context() as patch:
        stop(patch, "encode", after=False, at=3, how=crash)
        with pytest.raises(Crash, match="stop here"):
            add(index, first, news)
    assert len(first.texts) == 64
    report = add(index, second, news)
    assert (report.embedded, len(second.texts)) == (36, 36)
    assert not set(first.texts) & set(second.texts)
    whole(index, news, second)


def test_what_a_build_that_was_cut_off_left_goes_with_the_next_add(index, standing, fake):
    kept = [path.name for path in (index / search_index.FOLDER).iterdir()]
    (index / search_index.FOLDER / "000002-0123456789ab").mkdir()
    (index / search_index.FOLDER / "000002-0123456789ab.making").mkdir()
    assert counts(add(index, fake, standing)) == {"unchanged": URIS}
    assert [path.name for path in (index / search_index.FOLDER).iterdir()] == kept


def test_what_a_killed_writer_was_making_goes_with_the_next(index, standing, fake):
    (index / MAKING / "derived").mkdir(parents=True)
    (index / MAKING / LEDGER).write_bytes(b"half of a ledger")
    assert counts(add(index, fake, standing)) == {"unchanged": URIS}
    assert not (index / MAKING).exists()


def test_search_files_are_on_the_disk_before_anything_names_them(
    index, standing, fake, monkeypatch
):
    synced, before = [], manifest(index)["token"]

    def noted(path):
        synced.append((path.name, manifest(index)["token"]))

    monkeypatch.setattr("index.disk.sync", noted)
    change(standing)
    add(index, fake, standing)
    stamp = json.loads(
        (index / search_index.FOLDER / manifest(index)["token"] / "stamp.json").read_text()
    )
    files = {Path(name).name for name in stamp["files"]}
    assert {*files, "stamp.json"} <= {name for name, _ in synced}
    assert {token for _, token in synced} == {before}


def kill(index, news, step, when):
    """Runs a build in a process that kills itself at a step."""
    command = [sys.executable, "-m", "tests.index.stopping", str(index), str(news), step, when]
    assert subprocess.run(command, cwd=ROOT).returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(
    ("name", "when", "generation"),
    [
        ("insert", "after", 1),
        ("words", "before", 1),
        ("rename", "after", 1),
        ("write", "after", 1),
        ("prune", "before", 2),
    ],
)
def test_a_build_that_is_killed_leaves_one_whole_generation(
    index, standing, fake, name, when, generation
):
    news = standing
    old = look(index, fake)
    change(news)
    kill(index, news, name, when)
    assert manifest(index)["generation"] == str(generation)
    assert faults(index) == ([], [])
    if generation == 1:
        assert look(index, fake) == old
    add(index, fake, news)
    write(news, {"last.txt": "One more."})
    add(index, fake, news)
    whole(index, news, fake)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(("name", "when"), [("rename", "before"), ("insert", "before")])
def test_a_first_build_that_is_killed_can_be_run_again(index, news, fake, name, when):
    kill(index, news, name, when)
    assert (index / LEDGER).exists() == (name == "insert")
    assert counts(add(index, fake, news)) == {"added": URIS}
    whole(index, news, fake)
