"""What the README and the documents say is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.judge import judge
from rag.question_files import read_golden
from rag.settings import Settings
from rag.types import Answer
from ui import output
from ui.cli import app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}


def blocks(kind, text=README):
    found = re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S)
    return [block for name, block in found if name == kind]


def test_it_leads_with_the_two_commands():
    assert blocks("console")[0].splitlines() == [
        "$ make chat",
        '$ make ask Q="what preconditions did the Kremlin set?"',
    ]


def test_the_answer_shown_is_the_answer_given(sample_corpus, capsys):
    answer: Answer = sample_corpus.ask("what preconditions did the Kremlin set?")
    output.answer(answer, as_json=False)
    shown, given = blocks("text")[0], capsys.readouterr().out
    assert shown.split() == given.split()


def test_every_command_is_in_it_and_no_other():
    shown = set(re.findall(r"^onrecord (\w+)", blocks("text", DOCS["commands.md"])[0], re.M))
    assert shown == {command.callback.__name__ for command in app.registered_commands}


def test_every_setting_is_in_it_with_its_default():
    table = (
        DOCS["commands.md"].split("| setting | default | |\n|---|---|---|\n")[1].split("\n\n")[0]
    )
    shown = {}
    for row in table.splitlines():
        names, defaults = (cell.strip() for cell in row.split("|")[1:3])
        values = defaults.replace("`", "").split(", ")
        shown |= dict(zip(re.findall(r"`(\w+)`", names), values, strict=True))
    fields = Settings.model_fields.items()
    assert shown == {name: str(field.default) for name, field in fields}


def test_the_python_example_runs(sample_corpus, monkeypatch):
    monkeypatch.setattr("rag.corpus.Corpus.open", lambda _: sample_corpus)
    names = {}
    exec(blocks("python")[0], names)
    assert names["answer"].answered
    assert [n.node.metadata["key"] for n in names["retriever"].retrieve("Kremlin")]


def test_the_golden_set_shown_can_be_measured(sample_corpus, tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_text(blocks("json", DOCS["measuring.md"])[0], encoding="utf-8")
    questions = read_golden(path)
    held = {listed.key for listed in sample_corpus.articles()}
    assert {doc for question in questions for doc in question.docs} <= held
    outcomes = [given.outcome for given in judge(sample_corpus, questions)]
    assert outcomes == ["complete", "complete", "rightly refused"]


def test_it_is_short():
    assert len(README.splitlines()) <= 150


LINKS = [
    (folder, target)
    for folder, texts in (("", [README]), ("docs", DOCS.values()))
    for text in texts
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)
]


@pytest.mark.parametrize(("folder", "target"), LINKS)
def test_what_is_linked_to_is_there(folder, target):
    assert (ROOT / folder / target).is_file()
