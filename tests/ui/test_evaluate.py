"""``onrecord evaluate``: what it prints, what it searches, and what it says of bad input."""

import json
from datetime import date
from pathlib import Path

import pytest

from rag.corpus import Corpus
from tests.ui.printed import only, sentence

RAIN = "Rain fell on Kyiv on Friday. Trams stood still for three hours in the whole city."
SNOW = "Snow lay in Oslo on Monday. The harbour froze, and boats stayed at the quay all day."
DOCUMENTS = [
    {"_id": "rain", "title": "Rain in Kyiv", "text": RAIN},
    {"_id": "snow", "title": "Snow in Oslo", "text": SNOW},
]
QUESTIONS = [
    {
        "id": "g1",
        "kind": "when",
        "question": "When did snow lay in Oslo?",
        "docs": ["snow"],
        "facts": [["Monday"]],
    },
    {"id": "g2", "question": "What fell on Kyiv?", "docs": ["rain"], "facts": [["hail"]]},
    {"id": "g3", "question": "Who leads the trams of Kyiv?", "answerable": False},
    {
        "id": "g4",
        "question": "And where did boats come?",
        "history": [{"role": "user", "content": "Where did snow lay in Oslo?"}],
        "docs": ["snow"],
    },
]
GOLDEN = Path(__file__).parents[1] / "golden" / "sample.jsonl"
KINDS = ["what", "follow-up", "off-topic"]
EVERYTHING = [
    *("evaluates", "set", "searched", "articles", "notes", "threshold", "questions", "answerable"),
    *("outcomes", "measures", "kinds", "thresholds", "results"),
]

pytestmark = pytest.mark.usefixtures("model")


def write(path, records):
    Path(path).write_text("\n".join(map(json.dumps, records)) + "\n", encoding="utf-8")
    return Path(path)


@pytest.fixture
def golden():
    return write("g.jsonl", QUESTIONS)


@pytest.fixture
def collection():
    """A test collection with a query of each sort."""
    folder = Path("weather")
    (folder / "qrels").mkdir(parents=True)
    write(folder / "corpus.jsonl", DOCUMENTS)
    queries = [
        {"_id": "q1", "text": "rain on Kyiv"},
        {
            "_id": "q2",
            "text": "And there?",
            "history": [{"role": "user", "content": "Where did snow lay in Oslo?"}],
        },
        {"_id": "q3", "text": "hail"},
    ]
    write(folder / "queries.jsonl", queries)
    rows = ("query-id\tcorpus-id\tscore", "q1\train\t1", "q2\tsnow\t1", "q3\train\t0")
    (folder / "qrels" / "test.tsv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture
def index(onrecord):
    """An index of the documents at its usual place."""
    assert onrecord("add", write("corpus.jsonl", DOCUMENTS))[0] == 0
    return Path(".onrecord")


# answers


def test_answers_in_json(index, golden, onrecord):
    status, out, err = onrecord("evaluate", golden, "--json")
    value = only(out)
    assert (status, err) == (0, "")
    assert list(value) == EVERYTHING
    assert (value["evaluates"], value["set"], value["articles"]) == ("answers", "g.jsonl", 2)
    assert value["searched"] == "the index .onrecord"
    assert (value["questions"], value["answerable"], value["threshold"]) == (4, 3, 0.0)
    outcomes = {result["id"]: result["outcome"] for result in value["results"]}
    assert outcomes == {
        "g1": "complete",
        "g2": "incomplete",
        "g3": "wrongly answered",
        "g4": "complete",
    }
    assert value["results"][1]["missing"] == [["hail"]]
    for measure in value["measures"].values():
        assert list(measure) == ["value", "low", "high", "count"]
    assert value["measures"]["complete_answers"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert value["measures"]["verbatim_rate"]["value"] == 1.0
    assert list(value["kinds"]) == ["when"]
    assert value["thresholds"][0] == {"threshold": 0.0, "answered": 4, "wrong": 2}


def test_answers_for_people(index, golden, onrecord):
    status, out, err = onrecord("evaluate", golden)
    assert (status, err) == (0, "")
    assert out.startswith("g.jsonl: 4 questions on the index .onrecord\n")
    rows = {line.split("  ")[0]: line.split() for line in out.splitlines()}
    assert "66.7" in rows["Complete answers"]
    assert rows["Wrongly answered"][2:4] == ["100.0", "%"]
    assert "\n2 of 4 questions went wrong:\n" in out
    worst = [line.split("  ")[0] for line in out.splitlines()[-2:]]
    assert [text.partition(" (")[0] for text in worst] == ["wrongly answered", "incomplete"]


def test_the_threshold_decides_and_refusals_are_judged_all_the_same(
    index, golden, onrecord, monkeypatch
):
    monkeypatch.setenv("ONRECORD_THRESHOLD", "1")
    value = only(onrecord("evaluate", golden, "--json")[1])
    assert value["outcomes"] == {"wrongly refused": 3, "rightly refused": 1}
    right = {result["id"]: result["right_if_answered"] for result in value["results"]}
    assert right == {"g1": True, "g2": False, "g3": False, "g4": True}
    assert value["thresholds"][0] == {"threshold": 0.0, "answered": 4, "wrong": 2}
    assert value["thresholds"][-1]["answered"] == 0


def test_articles_that_are_expected_and_missing_are_named(index, golden, onrecord):
    write(golden, [*QUESTIONS, {"id": "g5", "question": "Hail?", "docs": ["hail", "ice"]}])
    status, out, err = onrecord("evaluate", golden, "--json")
    assert status == 0
    assert sentence(err) == (
        "g.jsonl: hail, ice are expected and not in the index .onrecord; add the articles, or mend"
        " docs"
    )
    assert only(out)["notes"] == [sentence(err)]


def test_a_question_that_cannot_be_asked_is_told_and_counts_as_refused(index, golden, onrecord):
    write(golden, [{"id": 1, "question": "what is it?", "answerable": False}])
    status, out, err = onrecord("evaluate", golden, "--json")
    assert (status, only(out)["outcomes"]) == (0, {"rightly refused": 1})
    assert sentence(err).startswith("g.jsonl:1: counted as refused, since the question holds only")


def test_the_day_can_be_said(index, golden, onrecord, monkeypatch):
    days, ask = [], Corpus.ask

    def noted(self, question, *, today=None, **given):
        days.append(today)
        return ask(self, question, today=today, **given)

    monkeypatch.setattr(Corpus, "ask", noted)
    assert onrecord("evaluate", golden, "--today", "2026-03-11")[0] == 0
    assert onrecord("evaluate", golden)[0] == 0
    assert days == [date(2026, 3, 11)] * 4 + [None] * 4
    assert onrecord("evaluate", golden, "--today", "soon")[0] == 2


def test_without_an_index_the_sample_is_asked_and_that_is_said(golden, onrecord):
    status, out, err = onrecord("evaluate", golden, "--json")
    assert status == 0
    assert only(out)["searched"] == "the sample corpus"
    assert "this is the sample corpus" in err
    assert "rain" in err.splitlines()[-1]
    assert "snow" in err.splitlines()[-1]


# rankings


def test_rankings_in_json(index, collection, onrecord):
    status, out, err = onrecord("evaluate", collection, "--json")
    value = only(out)
    assert status == 0
    assert sentence(err) == (
        "1 query left out: in only one of test.tsv and queries.jsonl, or without a relevant"
        " document"
    )
    assert (value["evaluates"], value["set"], value["queries"]) == ("rankings", "weather", 2)
    assert value["searched"] == "the index .onrecord"
    assert [result["ranks"] for result in value["results"]] == [{"rain": 1}, {"snow": 1}]
    assert value["measures"]["ndcg_at_10"] == {"value": 1.0, "low": 1.0, "high": 1.0, "count": 2}


def test_a_collection_that_is_not_indexed_is_indexed_for_the_measurement(collection, onrecord):
    status, out, err = onrecord("evaluate", collection, "--json")
    assert status == 0
    assert only(out)["searched"] == "an index of its corpus.jsonl alone"
    assert err.splitlines()[0] == (
        "Indexing weather/corpus.jsonl for this measurement only. Keep an index with: onrecord add"
        " weather/corpus.jsonl --index DIR, and measure with --index DIR."
    )
    assert not Path(".onrecord").exists()


def test_an_index_of_something_else_is_left_alone(collection, onrecord):
    onrecord("add", write("other.jsonl", [{"_id": "hail", "text": "Hail hit Paris in May."}]))
    assert "an index of its corpus.jsonl alone" in onrecord("evaluate", collection)[1]
    status, out, err = onrecord("evaluate", collection, "--index", ".onrecord")
    assert (status, out) == (1, "")
    assert sentence(err) == (
        ".onrecord: holds no relevant document of weather; add them with: onrecord add"
        " weather/corpus.jsonl --index .onrecord, or leave --index out to search an index of them"
        " alone"
    )


def test_rankings_for_people(index, collection, onrecord):
    (collection / "qrels" / "test.tsv").write_text("q1\tsnow\t1\nq3\train\t1\nq2\thail\t1\n")
    status, out, err = onrecord("evaluate", collection)
    assert status == 0
    assert out.startswith("weather: 3 queries on the index .onrecord\n")
    assert "nDCG@10 0.000  And there?" in [line.strip() for line in out.splitlines()]
    assert sentence(err) == (
        "1 of 3 relevant documents are not in the index .onrecord and count as not found: hail"
    )


def test_a_collection_without_documents(collection, onrecord):
    (collection / "corpus.jsonl").unlink()
    status, out, err = onrecord("evaluate", collection)
    assert (status, out) == (1, "")
    assert sentence(err) == (
        "weather: holds no corpus.jsonl to search; put it there, or name the index of its documents"
        " with --index"
    )


# errors


@pytest.mark.parametrize(
    ("target", "text", "said"),
    [
        ("none.jsonl", None, "none.jsonl: No such file or directory; check the path"),
        ("g.jsonl", "{\n", "g.jsonl:1: not JSON (Expecting property name enclosed in double"),
        ("g.jsonl", "\n", "g.jsonl: no questions; write a JSON object a line"),
        ("g.jsonl", '{"question": "Who?"}', "g.jsonl:1: nothing to judge an answer by; add facts"),
    ],
)
def test_a_bad_set_is_one_sentence_and_no_report(index, onrecord, target, text, said):
    if text is not None:
        Path(target).write_text(text)
    status, out, err = onrecord("evaluate", target, "--report", "r.html", "--json")
    assert (status, out) == (1, "")
    assert sentence(err).startswith(said)
    assert not Path("r.html").exists()


def test_a_report_that_cannot_be_written_is_told_before_a_question_is_asked(
    index, golden, onrecord, monkeypatch
):
    monkeypatch.setattr("rag.corpus.Corpus.ask", lambda *_, **__: pytest.fail("asked"))
    for place, said in (
        ("none/r.html", "none/r.html: No such file or directory; choose another place"),
        (".", ".: is a folder; name a file in it"),
        ("g.jsonl", "g.jsonl: is what is to be measured; choose another place"),
    ):
        status, out, err = onrecord("evaluate", golden, "--report", place)
        assert (status, out, sentence(err)) == (1, "", said)


def test_a_report_is_whole_or_not_there(index, golden, onrecord, monkeypatch):
    Path("r.html").write_text("the last one")

    def broken(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ui.commands.evaluation.page", broken)
    status, _, err = onrecord("evaluate", golden, "--report", "r.html")
    assert status == 1
    assert sentence(err) == "r.html: No space left on device; choose another place"
    assert Path("r.html").read_text() == "the last one"
    assert not list(Path().glob("*.making"))


def test_a_golden_set_cannot_steer_the_terminal(index, golden, onrecord):
    steer = "\x1b]0;owned\x07\x9b31m\x08"
    write(golden, [QUESTIONS[1] | {"kind": f"k{steer}", "question": f"What {steer} fell on Kyiv?"}])
    status, out, err = onrecord("evaluate", golden)
    assert status == 0
    assert [c for c in out + err if not c.isprintable() and c != "\n"] == []


# the sample corpus, with the model itself


def test_a_golden_set_on_the_sample_corpus(sample_corpus, onrecord, monkeypatch):
    monkeypatch.setattr("ui.commands.evaluation.open_corpus", lambda *_, **__: sample_corpus)
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    wanted = [json.loads(line) for line in lines]
    some = [next(q for q in wanted if q["kind"] == kind) for kind in ("what", "off-topic")]
    some.insert(1, next(q for q in wanted if q["id"] == "s62"))
    write("some.jsonl", some)
    status, out, err = onrecord(
        "evaluate", "some.jsonl", "--sample", "--json", "--report", "r.html"
    )
    value = only(out)
    assert (status, err, value["notes"]) == (0, "", [])
    assert list(value) == EVERYTHING
    assert list(value["kinds"]) == KINDS
    assert value["measures"]["verbatim_rate"]["value"] == 1.0
    assert {result["kind"]: result["outcome"] for result in value["results"]} == {
        "what": "complete",
        "follow-up": "complete",
        "off-topic": "rightly refused",
    }
    report = Path("r.html").read_text(encoding="utf-8")
    assert report.startswith("<!doctype html>")
    assert "Nothing: every question came to what was expected." in report
