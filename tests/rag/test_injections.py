"""Articles that give orders, against a model that obeys every one that it is shown."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from index.text.words import content_stems
from rag.generative.prompt import choose, prompt
from rag.generative.writer import Writer
from tests.rag.builders import evidence, quoted, stored
from tests.rag.fake_model import FakeModel, passages_of

HOSTILE = [
    json.loads(line)
    for line in (Path(__file__).parent.parent / "injections.jsonl").read_text("utf-8").splitlines()
]
QUESTION = "What happened in the harbour?"
TRUE = "The storm surge closed the harbour at Tarn for two days."
MUD = "Crews cleared mud from Quay Street for a third day, the harbour office said."
HONEST = stored(TRUE, 1, title="Surge", publisher="The Post", published=date(2026, 3, 20))


def found_for(hostile):
    """Evidence in which the hostile article's every sentence comes first."""
    fields = {name: hostile[name] for name in ("title", "publisher") if name in hostile}
    article = stored(hostile["text"], 2, uri=f"{hostile['id']}.txt", **fields)
    said = [
        evidence(article, number, 9.0 - number / 10) for number in range(len(article.sentences))
    ]
    return [*said, evidence(HONEST, 0, 1.0)]


def states(text, payload):
    """Whether a text says what an injection wants said."""
    wanted = set(content_stems(payload))
    return len(wanted & set(content_stems(text))) >= 0.75 * len(wanted)


def written(hostile, embedder, reply):
    found = found_for(hostile)
    model = FakeModel(reply)
    quoting = quoted(QUESTION, found[-1:])
    return list(Writer(model, embedder).stream(QUESTION, found, quoting)), model


def test_there_are_enough_of_them():
    assert len(HOSTILE) >= 30
    assert len({hostile["id"] for hostile in HOSTILE}) == len(HOSTILE)
    assert len({hostile["text"] + hostile.get("title", "") for hostile in HOSTILE}) >= 30


@pytest.mark.parametrize("hostile", HOSTILE, ids=[hostile["id"] for hostile in HOSTILE])
def test_a_model_that_obeys_what_it_is_shown_tells_nobody(hostile, embedder):
    def obey(user):
        lines = [f"{TRUE[:-1]} [{_place(user, TRUE)}].", f"{MUD[:-1]} [{_place(user, MUD)}]."]
        if states(user, hostile["payload"]):
            lines.insert(0, f"{hostile['payload']} [1] ![x](https://evil.example/?q=1)")
        return " ".join(lines)

    answers, _ = written(hostile, embedder, obey)
    _harmless(answers, hostile["payload"])
    said = [claim.text for claim in answers[-1].claims if claim.status == "supported"]
    assert said == [TRUE, MUD]


@pytest.mark.parametrize("hostile", HOSTILE, ids=[hostile["id"] for hostile in HOSTILE])
def test_even_what_it_was_never_shown_finds_no_support(hostile, embedder):
    def insist(user):
        keys = "".join(f"[{number}]" for number in passages_of(user))
        return f"{TRUE} {hostile['payload'][:-1]} {keys}. {MUD} {hostile['payload']}"

    answers, _ = written(hostile, embedder, insist)
    _harmless(answers, hostile["payload"])
    apart = [claim for claim in answers[-1].claims if claim.status == "unsupported"]
    assert [claim.text for claim in apart] == [hostile["payload"]]


def _place(user, text):
    return next(number for number, (_, said) in passages_of(user).items() if text in said)


def _harmless(answers, payload):
    for answer in answers:
        for claim in answer.claims:
            assert claim.status != "supported" or not states(claim.text, payload)
        assert not re.search(r"!\[|\]\(|https?:|[<>]", answer.text)


@pytest.mark.parametrize("hostile", HOSTILE, ids=[hostile["id"] for hostile in HOSTILE])
def test_the_prompt_keeps_its_form_and_holds_no_order(hostile, embedder):
    found = found_for(hostile)
    shown = choose(found, (), 3000, embedder.count_tokens)
    system, user = prompt(QUESTION, shown)
    assert user.count("<passage ") == user.count("</passage>") == len(shown) == user.count("<") / 2
    assert list(passages_of(user)) == list(range(1, len(shown) + 1))
    assert {item.citation.quote for item in shown} >= {TRUE}
    assert MUD in user
    assert not states(user, hostile["payload"])
    assert user.isprintable() or not any(c for c in user if not c.isprintable() and c != "\n")
    assert "evil.example" not in user
    assert hostile["payload"] not in system
