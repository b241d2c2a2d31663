"""Many questions from a file, and a run out."""

import json
import threading

import pytest

from rag.question_files import Line, UnreadableInput, read
from rag.types import Filters
from tests.rag.builders import corpus_of
from ui.commands import batch

NEWS = {"rain.txt": "Rain fell on Kyiv.", "snow.txt": "Snow lay in Oslo."}


@pytest.fixture
def file(tmp_path):
    """Writes the lines of a file of questions."""

    def write(*lines):
        path = tmp_path / "q.jsonl"
        given = (line if isinstance(line, str) else json.dumps(line) for line in lines)
        path.write_text("\n".join(given), encoding="utf-8")
        return path

    return write


def corpus(tmp_path, fake, articles=NEWS):
    return corpus_of(tmp_path / "index", fake, articles, threshold=0)[0]


def test_every_name_of_a_field(file):
    turn = {"role": "assistant", "content": "No."}
    path = file(
        {"id": "a", "question": "Rain?"},
        {"_id": "b", "text": "Snow?", "history": [turn]},
        {"id": "c", "_id": "x", "question": "Hail?", "text": "x", "history": None},
    )
    assert read(path) == [
        Line(1, "a", "Rain?"),
        Line(2, "b", "Snow?", (turn,)),
        Line(3, "c", "Hail?"),
    ]


def test_blank_lines_are_left_out_and_still_counted(file):
    path = file("", {"question": "Rain?"}, "  ", {"id": None, "question": "Snow?"}, "")
    assert read(path) == [Line(2, "2", "Rain?"), Line(4, "4", "Snow?")]


def test_a_byte_order_mark_and_line_ends_of_windows(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": 1, "text": "Rain?"}\r\n{"id": 2, "text": "Snow?"}\r\n')
    assert read(path) == [Line(1, 1, "Rain?"), Line(2, 2, "Snow?")]


def test_a_line_separator_within_a_question_ends_no_line(file):
    assert [q.question for q in read(file('{"id": 1, "text": "Rain\u2028fell?"}'))] == [
        "Rain\u2028fell?"
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"q\.jsonl:2: not JSON \(.*\); mend or delete the line"),
        ("[1]", r"q\.jsonl:2: not a JSON object; give id and question"),
        ({"id": "a"}, r"q\.jsonl:2: question: Input should be a valid string"),
        ({"question": 7}, r"q\.jsonl:2: question: Input should be a valid string"),
        (
            {"text": "x", "history": ["Rain?"]},
            r"q\.jsonl:2: history\.0: Input should be a valid dict",
        ),
        (
            {"text": "x", "history": [{"role": "system"}]},
            r"q\.jsonl:2: history\.0: Value error, role is",
        ),
    ],
)
def test_a_broken_line_is_named(file, line, message):
    with pytest.raises(UnreadableInput, match=message):
        read(file({"id": "ok", "text": "Rain?"}, line))


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(UnreadableInput, match=r"none\.jsonl: No such file or directory; check the"):
        read(tmp_path / "none.jsonl")
    (tmp_path / "bad.jsonl").write_bytes(b'{"text": "\xff"}')
    with pytest.raises(UnreadableInput, match=r"bad\.jsonl: not UTF-8 text; convert it"):
        read(tmp_path / "bad.jsonl")


def test_answers_in_order_and_errors_in_their_place(tmp_path, fake, capsys):
    lines = [Line(1, "z", "Where did rain fall?"), Line(4, "y", " "), Line(5, "a", "Snow in Oslo?")]
    assert batch.ask(corpus(tmp_path, fake), lines, Filters(), as_json=True) == 1
    out, err = capsys.readouterr()
    answers = [json.loads(line) for line in out.splitlines()]
    assert [a["id"] for a in answers] == ["z", "y", "a"]
    assert answers[0]["citations"][0]["quote"] == "Rain fell on Kyiv."
    assert answers[1] == {
        "id": "y",
        "question": " ",
        "error": "the question is empty; type what you want to know",
    }
    assert answers[2]["citations"][0]["quote"] == "Snow lay in Oslo."
    assert err == (
        "onrecord: question y (line 4): the question is empty; type what you want to know\n"
    )


def test_as_many_at_a_time_as_there_are_cores_told_in_order(tmp_path, fake, capsys, monkeypatch):
    held, both = corpus(tmp_path, fake), threading.Barrier(2)

    class Meeting:
        """Gives an answer when another one is there too."""

        def ask(self, question, **given):
            answer = held.ask(question, **given)
            both.wait(600)
            return answer

    monkeypatch.setattr(batch, "cores", lambda: 2)
    lines = [Line(n, n, q) for n, q in enumerate(["Rain on Kyiv?", "Snow in Oslo?"] * 3)]
    assert batch.ask(Meeting(), lines, Filters(), as_json=True) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(a["id"], a["citations"][0]["key"]) for a in answers] == [
        (line.id, ["rain", "snow"][line.id % 2]) for line in lines
    ]


def test_a_lone_surrogate_in_a_question_stops_nothing(file, tmp_path, fake, capsys):
    path = file('{"id": "a\\ud800", "text": "Rain \\ud800 on Kyiv?"}', '{"text": "\\udfff"}')
    assert batch.ask(corpus(tmp_path, fake), read(path), Filters(), as_json=True) == 1
    out = capsys.readouterr().out
    assert out.encode("utf-8").decode("utf-8") == out
    assert json.loads(out.splitlines()[0])["answered"]


def run_of(corpus, lines, path, top_k=100):
    failed = batch.write_run(corpus, lines, path, top_k)
    return failed, [line.split(" ") for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_run(tmp_path, fake):
    lines = [Line(1, "q1", "snow"), Line(2, "q2", "?"), Line(3, "q3", "rain")]
    failed, rows = run_of(corpus(tmp_path, fake), lines, tmp_path / "out.run")
    assert failed == 1
    assert [(q, q0, key, rank, tag) for q, q0, key, rank, _, tag in rows] == [
        ("q1", "Q0", "snow", "1", "onrecord"),
        ("q1", "Q0", "rain", "2", "onrecord"),
        ("q3", "Q0", "rain", "1", "onrecord"),
        ("q3", "Q0", "snow", "2", "onrecord"),
    ]
    assert float(rows[0][4]) > float(rows[1][4])


def test_every_line_of_a_run_has_six_fields(tmp_path, fake):
    fields = {"text": NEWS["rain.txt"], "key": "old dock\tof\u00a0 Kyiv"}
    found = corpus(tmp_path, fake, {"rain.txt": fields})
    _, rows = run_of(found, [Line(1, "q 1\n2", "rain")], tmp_path / "out.run")
    assert rows == [["q%201%202", "Q0", "old%20dock%20of%20%20Kyiv", "1", rows[0][4], "onrecord"]]


def test_a_key_that_two_articles_share_is_ranked_once(tmp_path, fake):
    texts = ["Rain fell on Kyiv.", "Rain fell in Oslo.", "Snow lay."]
    articles = {
        f"{n}/{key}.txt": {"text": text, "key": key}
        for n, (key, text) in enumerate(zip(["a", "a", "b"], texts, strict=True))
    }
    _, rows = run_of(corpus(tmp_path, fake, articles), [Line(1, "q", "rain")], tmp_path / "out.run")
    assert [(r[2], r[3]) for r in rows] == [("a", "1"), ("b", "2")]


def test_a_run_that_stops_half_way_leaves_the_old_one(tmp_path, fake):
    class Stopping:
        def rank(self, query, top_k, *, history):
            raise KeyboardInterrupt

    path = tmp_path / "out.run"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        batch.write_run(Stopping(), [Line(1, "q", "rain")], path, 10)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.run"]


def test_a_run_that_cannot_be_written_is_told(tmp_path, fake):
    with pytest.raises(UnreadableInput, match=r"none/out\.run: No such file or directory; choose"):
        batch.write_run(corpus(tmp_path, fake), [], tmp_path / "none" / "out.run", 10)
