"""Golden sets, as they are read; and what is said of one that cannot be."""

import json

import pytest

from rag.question_files import GoldenQuestion, UnreadableInput, read_golden

WHOLE = {
    "id": "q1",
    "kind": "who",
    "question": "And who resigned?",
    "history": [{"role": "user", "content": "What of the dock?"}],
    "docs": ["a", "b", "a", 7],
    "facts": [["Ann Lee", "Lee"], ["in May"]],
    "short": ["Ann Lee", "Lee"],
}


@pytest.fixture
def golden(tmp_path):
    """Reads a golden set of these lines: text as it stands, else JSON."""

    def read(*lines):
        path = tmp_path / "g.jsonl"
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        return read_golden(path)

    return read


def test_a_question_with_all_it_can_hold(golden):
    assert golden(WHOLE) == [
        GoldenQuestion(
            1,
            "q1",
            "And who resigned?",
            ({"role": "user", "content": "What of the dock?"},),
            docs=("a", "b", "7"),
            facts=(("Ann Lee", "Lee"), ("in May",)),
            answerable=True,
            kind="who",
            short=("Ann Lee", "Lee"),
        )
    ]


def test_a_question_with_the_least(golden):
    first, second = golden(
        {"question": "Who?", "docs": ["a"]}, "", '{"text": "x", "facts": [["y"]]}'
    )
    assert (first.id, first.docs, first.facts, first.kind, first.short) == ("1", ("a",), (), "", ())
    assert (second.id, second.number, second.question, second.facts) == ("3", 3, "x", (("y",),))


def test_a_question_without_an_answer_needs_neither_facts_nor_docs(golden):
    (question,) = golden({"question": "Who?", "answerable": False})
    assert not question.answerable


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"g\.jsonl:2: not JSON \(.+\); mend or delete the line"),
        ("[" * 100_000, r"g\.jsonl:2: not JSON \(.+\); mend or delete the line"),
        ('"a"', r"g\.jsonl:2: not a JSON object; give id and question"),
        ({"docs": ["a"]}, r"g\.jsonl:2: question: Input should be a valid string"),
        ({"question": " ", "docs": ["a"]}, r"g\.jsonl:2: the question is empty; write it or"),
        (WHOLE | {"history": "x"}, r"g\.jsonl:2: history: Input should be a valid tuple"),
        (WHOLE | {"answerable": "no"}, r"g\.jsonl:2: answerable: Input should be a valid boolean"),
        (WHOLE | {"docs": "a"}, r"g\.jsonl:2: docs: Input should be a valid tuple"),
        (WHOLE | {"docs": [True]}, r"g\.jsonl:2: docs\.0: Input should be a valid string"),
        (WHOLE | {"docs": [" "]}, r"g\.jsonl:2: docs\.0: String should match pattern"),
        (WHOLE | {"facts": ["Lee"]}, r"g\.jsonl:2: facts\.0: Input should be a valid tuple"),
        (WHOLE | {"facts": [[]]}, r"g\.jsonl:2: facts\.0: Tuple should have at least 1 item"),
        (WHOLE | {"facts": [[""]]}, r"g\.jsonl:2: facts\.0\.0: String should match pattern"),
        (WHOLE | {"short": [" "]}, r"g\.jsonl:2: short\.0: String should match pattern"),
        (WHOLE | {"kind": 3}, r"g\.jsonl:2: kind: Input should be a valid string"),
        ({"question": "Who?"}, r"g\.jsonl:2: nothing to judge an answer by; add facts or docs"),
        (
            {"id": "first", "question": "Who?", "docs": ["a"]},
            r"g\.jsonl:2: the id 'first' is that of line 1; give each question its own",
        ),
    ],
)
def test_a_broken_line_is_named_with_its_cause(golden, line, message):
    with pytest.raises(UnreadableInput, match=message):
        golden({"id": "first", "question": "What?", "docs": ["a"]}, line)


def test_a_file_without_questions_and_no_file(golden, tmp_path):
    with pytest.raises(
        UnreadableInput, match=r"g\.jsonl: no questions; write a JSON object a line"
    ):
        golden("", " ")
    with pytest.raises(UnreadableInput, match=r"none\.jsonl: No such file or directory; check the"):
        read_golden(tmp_path / "none.jsonl")
