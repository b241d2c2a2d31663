"""Test collections in the BEIR layout, as they are read."""

import json

import pytest

from rag.question_files import UnreadableInput, read_collection

HEAD = "query-id\tcorpus-id\tscore\n"
QUERIES = [
    {"_id": "q1", "text": "Rain?"},
    {"_id": "q2", "text": "Snow?"},
    {"_id": "q3", "text": "x"},
]


@pytest.fixture
def folder(tmp_path):
    """Makes a collection: its queries, and the files of its judgements."""

    def make(queries=QUERIES, **qrels):
        (tmp_path / "qrels").mkdir()
        (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
        for name, text in qrels.items():
            (tmp_path / "qrels" / f"{name}.tsv").write_text(text)
        return tmp_path

    return make


def test_queries_with_a_relevant_document_and_how_many_are_left_out(folder):
    found = read_collection(
        folder(test=f"{HEAD}q2\ta\t2\nq2\tb\t0\nq1\tc d\t1\nq3\ta\t0\nq9\ta\t1\n")
    )
    assert [(q.id, q.question) for q in found.queries] == [("q1", "Rain?"), ("q2", "Snow?")]
    assert found.relevant == {"q1": {"c d": 1}, "q2": {"a": 2}}
    assert found.left_out == 2


def test_judgements_without_a_head(folder):
    assert read_collection(folder(test="q1\ta\t1\n")).relevant == {"q1": {"a": 1}}


def test_a_number_is_the_id_that_the_judgements_write(folder):
    found = read_collection(folder([{"_id": 7, "text": "Rain?"}], test=f"{HEAD}7\ta\t1\n"))
    assert found.relevant == {"7": {"a": 1}}


def test_the_test_split_is_taken_and_else_the_only_one(folder):
    made = folder(test="q1\ta\t1\n", train="q2\ta\t1\n")
    assert read_collection(made).qrels.name == "test.tsv"
    (made / "qrels" / "test.tsv").unlink()
    assert read_collection(made).qrels.name == "train.tsv"
    (made / "qrels" / "dev.tsv").write_text("q1\ta\t1\n")
    with pytest.raises(
        UnreadableInput, match=r"holds dev\.tsv, train\.tsv, and none is called test"
    ):
        read_collection(made)


@pytest.mark.parametrize(
    ("qrels", "message"),
    [
        (f"{HEAD}q1 a 1\n", r"test\.tsv:2: not a query, a document and a whole number with a tab"),
        (f"{HEAD}q1\ta\thigh\n", r"test\.tsv:2: not a query, a document and a whole number"),
        (f"{HEAD}\n{HEAD}", r"test\.tsv:3: not a query"),
        (f"{HEAD}q1\t\t1\n", r"test\.tsv:2: not a query"),
        (
            f"{HEAD}zz\ta\t1\n",
            r"test\.tsv names no relevant document for any query of queries\.jsonl",
        ),
    ],
)
def test_broken_judgements_are_named_with_their_cause(folder, qrels, message):
    with pytest.raises(UnreadableInput, match=message):
        read_collection(folder(test=qrels))


def test_a_folder_that_is_no_collection(folder, tmp_path):
    with pytest.raises(UnreadableInput, match=r"not a collection; put queries\.jsonl, qrels/test"):
        read_collection(folder())


def test_two_queries_of_one_id(folder):
    with pytest.raises(UnreadableInput, match=r"queries\.jsonl:2: the id 'q1' is that of line 1;"):
        read_collection(folder([QUERIES[0], QUERIES[0]], test="q1\ta\t1\n"))
