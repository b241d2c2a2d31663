"""Before any article was added there is a sample to ask, and no one takes it for their own."""

import json
import shutil
from pathlib import Path

import pytest

from index.build import Builder
from index.errors import IndexMissing
from rag.settings import Settings
from tests.rag.builders import article, corpus_of, empty_index
from tests.ui.serving import served
from ui import alert_delivery
from ui.library.adding import Editor
from ui.sample import SUGGESTIONS, is_sample, open_corpus

QUESTION = "what preconditions did the Kremlin set?"
NOTICE = (
    "No articles were added to .onrecord yet, so this is the sample corpus that comes with"
    " onrecord. Add your own with: onrecord add SOURCE\n"
)


@pytest.fixture(autouse=True)
def _one_model(all_use, embedder, workplace):
    all_use(embedder)


@pytest.fixture
def made(sample_corpus):
    """The index of the sample, made already, under a folder."""

    def under(folder):
        shutil.copytree(sample_corpus.directory, Path(folder) / "sample")

    return under


def test_at_the_usual_place_the_sample_answers_and_says_so(made, onrecord):
    made(".onrecord")
    status, out, err = onrecord("ask", QUESTION, "--json")
    assert (status, err) == (0, NOTICE)
    assert out.count("\n") == 1
    assert json.loads(out)["citations"][0]["key"] == "2025-05-18-kremlin-conditions"
    assert not (Path(".onrecord") / "ledger.sqlite").exists()


def test_an_index_whose_articles_were_all_removed_counts_as_empty(made, onrecord, embedder):
    made(".onrecord")
    empty_index(Path(".onrecord").absolute(), embedder)
    status, out, err = onrecord("articles", "--json")
    assert (status, err) == (0, NOTICE)
    assert len(json.loads(out)) == 18


@pytest.mark.parametrize(
    "command", [["ask", "Rain?"], ["search", "rain"], ["articles"], ["articles", "--json"]]
)
def test_an_index_that_was_named_and_is_empty_is_an_error(onrecord, command):
    status, out, err = onrecord(*command, "--index", "mine")
    assert (status, out) == (1, "")
    assert err == (
        "onrecord: mine: there is no article in this index; add some with: onrecord add SOURCE"
        " --index mine, or try the sample corpus with --sample\n"
    )
    assert not Path("mine").exists()


def test_an_index_that_a_variable_names_is_named_too(onrecord, monkeypatch):
    monkeypatch.setenv("ONRECORD_INDEX", "mine")
    status, out, err = onrecord("ask", "Rain?")
    assert (status, out) == (1, "")
    assert err.startswith("onrecord: mine: there is no article in this index; ")


def test_the_sample_when_it_is_asked_for(made, onrecord):
    made("mine")
    status, out, err = onrecord("ask", QUESTION, "--json", "--sample", "--index", "mine")
    assert (status, err) == (0, "")
    assert json.loads(out)["citations"][0]["key"] == "2025-05-18-kremlin-conditions"


def test_the_sample_beside_articles_of_ones_own(made, onrecord, embedder):
    made(".onrecord")
    Builder(Path(".onrecord"), embedder).put([article("rain.txt", "Rain fell on Kyiv.")])
    own = json.loads(onrecord("articles", "--json")[1])
    assert [a["uri"] for a in own] == ["rain.txt"]
    assert len(json.loads(onrecord("articles", "--json", "--sample")[1])) == 18
    status, _, err = onrecord("articles")
    assert (status, err) == (0, "")


def test_the_sample_is_made_when_it_is_not_there(fake, all_use):
    all_use(fake)
    corpus = open_corpus(Settings(), sample=True)
    assert corpus.directory == Path(".onrecord/sample")
    assert len(corpus.articles()) == 18
    calls = fake.calls
    assert open_corpus(Settings(), sample=True).manifest() == corpus.manifest()
    assert fake.calls == calls


def test_a_missing_index_is_an_index_missing():
    with pytest.raises(IndexMissing, match=r"^mine: there is no article in this index; add some"):
        open_corpus(Settings(index=Path("mine")))


def test_only_the_sample_is_the_sample(fake, all_use):
    all_use(fake)
    assert is_sample(open_corpus(Settings(), sample=True))
    corpus_of(Path("sample"), fake, {"rain.txt": "Rain fell on Kyiv."})
    assert not is_sample(open_corpus(Settings(index=Path("sample"))))


def test_every_question_that_is_suggested_is_answered(sample_corpus):
    assert [q for q in SUGGESTIONS if not sample_corpus.ask(q).answered] == []


def test_an_alert_that_is_kept_while_the_sample_is_asked_tells_of_the_articles_of_ones_own(made):
    made(".onrecord")
    corpus = open_corpus(Settings())
    editor = Editor(corpus, corpus.settings.index, corpus.turn_to, max_bytes=10**6)
    with served(corpus, editor=editor) as client:
        assert client.post("/api/alerts", json={"text": "walrus"}).json()["text"] == "walrus"
        told = client.get("/api/alerts").json()
        assert [each["text"] for each in told["alerts"]] == ["walrus"]
        text = {"title": "Walrus", "text": "A walrus sleeps on the quay of Corran."}
        assert client.post("/api/articles", json={"articles": [text]}).status_code == 200
        found, _ = alert_delivery.ask_new(corpus.settings, corpus)
        assert [match.title for match in found] == ["Walrus"]
        assert client.get("/api/alerts").json()["matches"][0]["quote"] == text["text"]
