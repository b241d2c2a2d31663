"""What is derived can be lost: it comes back from the ledger, and nothing is embedded again."""

import json
import shutil

import numpy as np
import pytest

from index import search_index
from index.build import Builder
from index.engine import faults, open_ledger
from index.generation import Generations
from index.search_index import SearchIndex, SearchIndexDamaged
from tests.fakes import FakeEmbedder
from tests.index.looking import QUERIES, RAIN, SNOW, VOTE, add, look, search, write


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("derived")
    news = {"rain.txt": RAIN, "snow.txt": SNOW, "vote.txt": VOTE, "long.txt": (RAIN + SNOW) * 20}
    add(folder / "index", FakeEmbedder(), write(folder / "news", news))
    return folder / "index", look(folder / "index", FakeEmbedder())


@pytest.fixture
def index(made, tmp_path):
    shutil.copytree(made[0], tmp_path / "index")
    return tmp_path / "index"


def folder_of(index):
    ledger = open_ledger(index)
    with ledger.read():
        return index / search_index.FOLDER / ledger.manifest()["token"]


def names(made):
    folder = folder_of(made[0])
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    )


def test_the_files_of_a_generation_are_those_that_the_stamp_names(made):
    folder = folder_of(made[0])
    stamp = json.loads((folder / "stamp.json").read_text())
    assert stamp["token"] == folder.name
    assert stamp["recall@10"] == {"chunks": 1.0, "articles": 1.0}
    assert sorted([*stamp["files"], "stamp.json"]) == names(made)
    assert {"chunks.faiss", "articles.faiss", "chunks.words/meta.json"} <= set(stamp["files"])
    assert SearchIndex.open(folder.parent, folder.name).token == stamp["token"]


def kinds(path):
    """What can happen to a file: where the same bytes are kept it is told by the digest alone."""
    data = path.read_bytes()
    half = len(data) // 2
    return {
        "deleted": None,
        "emptied": b"",
        "truncated": data[:half],
        "longer": data + b"\0",
        "zeroed": bytes(len(data)),
        "flipped": data[:half] + bytes([data[half] ^ 0xFF]) + data[half + 1 :],
        "other": np.random.default_rng(0).bytes(len(data)),
    }


@pytest.mark.parametrize("harm", ["deleted", "truncated"])
def test_a_lost_or_cut_file_is_made_up_for_at_once(made, tmp_path, harm):
    for name in names(made):
        index = tmp_path / name.replace("/", "-")
        shutil.copytree(made[0], index)
        path = folder_of(index) / name
        damage(path, harm)
        before = {p: p.stat().st_size for p in folder_of(index).rglob("*") if p.is_file()}
        model = FakeEmbedder()
        assert look(index, model) == made[1], name
        assert model.calls == 0
        after = {p: p.stat().st_size for p in folder_of(index).rglob("*") if p.is_file()}
        assert after == before  # a reader writes nothing


def damage(path, harm):
    content = kinds(path)[harm]
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


@pytest.mark.parametrize("harm", ["deleted", "emptied", "longer", "zeroed", "flipped", "other"])
def test_check_finds_any_harm_and_repair_mends_it(made, tmp_path, harm):
    every = names(made)
    for name in (
        every
        if harm == "flipped"
        else ("chunks.faiss", "stamp.json", "words.tsv", "chunks.words/meta.json")
    ):
        index = tmp_path / name.replace("/", "-")
        shutil.copytree(made[0], index)
        damage(folder_of(index) / name, harm)
        wrong, damaged = faults(index)
        assert (wrong, len(damaged)) == ([], 1), name
        assert str(folder_of(index)) in damaged[0]
        model = FakeEmbedder()
        Builder(index, model).repair()
        assert faults(index) == ([], [])
        assert look(index, model) == made[1], name
        assert model.calls == 0


@pytest.mark.parametrize("harm", ["flipped", "zeroed", "other"])
def test_a_file_changed_at_its_size_is_made_up_for_at_once(made, tmp_path, harm):
    for name in names(made):
        index = tmp_path / name.replace("/", "-")
        shutil.copytree(made[0], index)
        damage(folder_of(index) / name, harm)
        model = FakeEmbedder()
        assert look(index, model) == made[1], name
        assert model.calls == 0


def test_without_any_derived_file_the_results_are_the_same(made, index):
    shutil.rmtree(index / search_index.FOLDER)
    model = FakeEmbedder()
    assert look(index, model) == made[1]
    assert model.calls == 0
    assert not (index / search_index.FOLDER).exists()
    Builder(index, model).repair()
    assert faults(index) == ([], [])
    assert look(index, model) == made[1]


def test_files_of_another_generation_are_not_read(made, index, tmp_path):
    folder = folder_of(index)
    other = tmp_path / "other"
    add(other, FakeEmbedder(), write(tmp_path / "else", {"else.txt": "Something else entirely."}))
    shutil.rmtree(folder)
    shutil.copytree(folder_of(other), folder)
    with pytest.raises(SearchIndexDamaged, match=rf"made from 000001-.*, not from {folder.name}"):
        SearchIndex.open(index / search_index.FOLDER, folder.name)
    assert look(index, FakeEmbedder()) == made[1]
    assert len(faults(index)[1]) == 1


def test_a_generation_that_is_not_there_is_told(index):
    with pytest.raises(SearchIndexDamaged, match="000009-none"):
        SearchIndex.open(index / search_index.FOLDER, "000009-none")
    with pytest.raises(SearchIndexDamaged, match="000009-none"):
        search_index.verify(index / search_index.FOLDER, "000009-none")


@pytest.mark.parametrize("stamp", ["[]", "{}", "null", '{"token": 1, "files": {}}', "nonsense", ""])
def test_a_stamp_that_says_nothing_is_damage(index, stamp):
    folder = folder_of(index)
    (folder / "stamp.json").write_text(stamp)
    with pytest.raises(SearchIndexDamaged, match=folder.name):
        SearchIndex.open(index / search_index.FOLDER, folder.name)


@pytest.mark.parametrize("files", ["[]", "null", '{"chunks.faiss": 3}', '{"../x": [1, "y"]}'])
def test_a_stamp_of_another_form_is_damage(index, files):
    folder = folder_of(index)
    (folder / "stamp.json").write_text(f'{{"token": "{folder.name}", "files": {files}}}')
    with pytest.raises(SearchIndexDamaged, match=folder.name):
        SearchIndex.open(index / search_index.FOLDER, folder.name)


def test_pruning_keeps_one_generation(tmp_path):
    for name in ("a", "b", "b.making"):
        (tmp_path / name).mkdir()
    search_index.prune(tmp_path, "b")
    assert [p.name for p in tmp_path.iterdir()] == ["b"]
    search_index.prune(tmp_path / "none", "b")


def test_an_article_is_near_what_its_chunks_are_about(index):
    store = Generations(index, FakeEmbedder())
    found = search(store, FakeEmbedder(), "ploughs cleared the road")
    assert found["near articles"][0][1] == "snow.txt"
    with store.reading() as now:
        vectors = {}
        for _, article, vector in now.ledger.vectors(now.dimension):
            vectors.setdefault(article, []).append(vector)
        query = FakeEmbedder().encode_query(QUERIES[0])
        scores = now.search_index.article_vectors.scores(query, list(vectors))
    assert max(map(len, vectors.values())) > 1
    for pk, rows in vectors.items():
        mean = np.mean(rows, axis=0)
        assert scores[pk] == pytest.approx(float(mean @ query / np.linalg.norm(mean)), abs=1e-5)


def test_built_twice_it_is_the_same(index):
    ledger = open_ledger(index)
    query = FakeEmbedder().encode_query(QUERIES[0])
    with ledger.read():
        one, two = (SearchIndex.build(ledger, 100, "x") for _ in range(2))
    for name in ("chunk_vectors", "article_vectors"):
        assert getattr(one, name).search(query, 99) == getattr(two, name).search(query, 99)
    assert [(w, one.vocabulary.usual(w)) for w in one.vocabulary] == [
        (w, two.vocabulary.usual(w)) for w in two.vocabulary
    ]
    for name in ("chunk_words", "article_words"):
        words = {"rain": 1.0, "road": 1.0}
        assert getattr(one, name).search(words, 99) == getattr(two, name).search(words, 99) != []


FIRST = {"rain.txt": RAIN, "long.txt": (RAIN + SNOW) * 20}
LATER = {"snow.txt": SNOW, "vote.txt": VOTE, "regen.txt": "Der Regen fiel auf die Stadt Bern."}


@pytest.fixture
def read(monkeypatch):
    """The texts whose words were looked at."""
    texts, real = [], search_index.stems_of
    monkeypatch.setattr(search_index, "stems_of", lambda *a: texts.append(a[0]) or real(*a))
    return texts


def grown(tmp_path, read, between=lambda news: None):
    """What an index becomes by one more add, and one that is made of the same at once."""
    news, index = write(tmp_path / "news", FIRST), tmp_path / "index"
    add(index, FakeEmbedder(), news)
    between(index)
    read.clear()
    add(index, FakeEmbedder(), write(news, LATER))
    looked_at = " ".join(read)
    fresh = tmp_path / "fresh"
    add(fresh, FakeEmbedder(), news)
    return looked_at, [look(each, FakeEmbedder()) for each in (index, fresh)]


def test_what_is_added_is_counted_and_nothing_else_and_is_found_as_if_made_at_once(tmp_path, read):
    looked_at, (one, other) = grown(tmp_path, read)
    assert one == other
    assert "Parliament adopted" in looked_at
    assert "Rain fell" not in looked_at


@pytest.mark.parametrize("harm", ["damaged", "lost", "of another onrecord"])
def test_words_that_cannot_be_taken_over_are_counted_anew(tmp_path, read, monkeypatch, harm):
    def between(index):
        if harm == "damaged":
            damage(folder_of(index) / "counted.json", "flipped")
        elif harm == "lost":
            shutil.rmtree(folder_of(index))
        else:
            monkeypatch.setattr(search_index, "version", lambda name: "9.9")

    looked_at, (one, other) = grown(tmp_path, read, between)
    assert one == other
    assert "Rain fell" in looked_at


@pytest.mark.parametrize("change", [{"rain.txt": VOTE}, {"rain.txt": None}])
def test_where_a_text_is_gone_its_words_are(tmp_path, change):
    news, index = write(tmp_path / "news", FIRST | LATER), tmp_path / "index"
    add(index, FakeEmbedder(), news)
    for name, text in change.items():
        (news / name).unlink()
        write(news, {name: text} if text else {})
    add(index, FakeEmbedder(), news)
    add(tmp_path / "fresh", FakeEmbedder(), news)
    assert look(index, FakeEmbedder()) == look(tmp_path / "fresh", FakeEmbedder())


def test_an_empty_index_has_empty_structures(tmp_path):
    add(tmp_path / "index", FakeEmbedder(), write(tmp_path / "news", {"x.pdf": b"no"}))
    store = Generations(tmp_path / "index", FakeEmbedder())
    assert search(store, FakeEmbedder(), "rain") == {
        "near chunks": [],
        "near articles": [],
        "chunks with words": [],
        "articles with words": [],
    }
    assert faults(tmp_path / "index") == ([], [])
    Builder(tmp_path / "index", FakeEmbedder()).repair()
    assert faults(tmp_path / "index") == ([], [])
