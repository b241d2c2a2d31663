"""Answers in a model's words, from the question to the last checked sentence, over real servers."""

import json
import sys
from pathlib import Path

import pytest

from index.text.words import content_stems
from rag.answer_text import UNSUPPORTED
from rag.corpus import Corpus
from rag.generative.llm import configured
from rag.settings import Settings
from tests import llm_server as server
from tests.rag.fake_model import passages_of
from ui import cli, output
from ui.page.render import answer_html
from ui.templating import escape

GOLDEN = Path(__file__).parent.parent / "golden"
QUESTIONS = [json.loads(line) for line in (GOLDEN / "model.jsonl").open(encoding="utf-8")]
KREMLIN = "what preconditions did the Kremlin set?"
BINDING = "It also wants to be told whose signature would be binding on Ukraine."
NATO = "Ukraine has to give up its wish to join NATO as well."

# Of the sentences that the articles bear out, and of those that they do not; see the assertion
# messages for today's figures. They fall only on purpose.
# 0.83 where a model is shown all twelve passages, 0.81 where those that are read.
FLOOR_SUPPORTED = 0.80
FLOOR_CAUGHT = 0.81


@pytest.fixture
def corpus(sample_corpus, embedder):
    """The sample corpus with a model behind an address."""

    def of(address, name="scripted", **given):
        given = {"llm_url": address, "llm_model": name, "llm_timeout": server.WAIT} | given
        settings = Settings(index=sample_corpus.directory, **given)
        return Corpus(sample_corpus.directory, embedder, settings, configured(settings))

    return of


def cites_best(sentences):
    """A reply of these sentences, each citing the passage of the prompt that is most like it."""

    def reply(exchange):
        shown = passages_of(exchange.prompt)
        said = []
        for sentence in sentences:
            wanted = set(content_stems(sentence.get("quote") or sentence["text"]))
            shared = {n: len(wanted & set(content_stems(text))) for n, (_, text) in shown.items()}
            best = max(shared, key=lambda n: (shared[n], -n))
            said.append(f"{sentence['text'][:-1]} [{best}].")
        return " ".join(said)

    return reply


def test_sentences_are_told_apart_by_whether_the_articles_say_them(corpus, scripted_llm):
    asked = corpus(scripted_llm.address, threshold=0)
    supported, caught = [], []
    for line in QUESTIONS:
        for kind in ("right", "half", "invented"):
            scripted_llm.plays(cites_best(line[kind]))
            answer = asked.ask(line["question"], plain=True)
            shown = set()
            if answer.answerer != "quotes":
                shown = {claim.text for claim in answer.claims if claim.status == "supported"}
            for citation in answer.citations:
                text = asked.article(citation.article_id).text
                assert text[citation.start : citation.end] == citation.quote != ""
            for sentence in line[kind]:
                held = sentence["text"] in shown
                (supported if sentence["supported"] else caught).append(
                    (held == sentence["supported"], kind, line["id"], sentence["text"])
                )
    missed = [row[1:] for row in [*supported, *caught] if not row[0]]
    share = sum(row[0] for row in supported) / len(supported)
    found = sum(row[0] for row in caught) / len(caught)
    assert (share >= FLOOR_SUPPORTED, found >= FLOOR_CAUGHT) == (True, True), (share, found, missed)


def test_a_sentence_that_the_articles_lack_is_set_apart(corpus, scripted_llm):
    scripted_llm.says(f"{BINDING} {NATO}")
    answer = corpus(scripted_llm.address).ask(KREMLIN)
    assert [(claim.text, claim.status) for claim in answer.claims] == [
        (BINDING, "supported"),
        (NATO, "unsupported"),
    ]
    assert answer.answerer == "scripted"
    assert answer.text.startswith(f"{BINDING} [1]\n\n{UNSUPPORTED}\n- {NATO} (")
    assert answer.on_record == f"{BINDING} [1]"
    assert {"prompt_tokens", "completion_tokens"} <= answer.usage.keys()
    assert {"first_token_ms", "check_ms", "model_ms"} <= answer.timings.keys()
    assert escape(NATO) in answer_html(answer).partition('class="apart"')[2]


def test_the_answer_grows_with_the_reply(corpus, scripted_llm):
    gate = server.Gate()
    scripted_llm.says(server.Reply((BINDING[:20], gate, f"{BINDING[20:]} ")))
    answers = corpus(scripted_llm.address).stream(KREMLIN)
    first = next(answers)
    assert [(c.text, c.status) for c in first.claims] == [(BINDING[:20].strip(), "unchecked")]
    gate.open()
    assert [(c.text, c.status) for c in list(answers)[-1].claims] == [(BINDING, "supported")]


def test_a_server_that_dies_leaves_the_quotes(corpus, scripted_llm):
    gate = server.Gate()
    scripted_llm.says(server.Reply((BINDING[:20], gate, BINDING[20:])))
    asked = corpus(scripted_llm.address)
    answers = asked.stream(KREMLIN)
    next(answers)
    scripted_llm.kill()
    last = list(answers)[-1]
    asked.model = None
    quoted = asked.ask(KREMLIN)
    assert (last.text, last.claims, last.citations) == (
        quoted.text,
        quoted.claims,
        quoted.citations,
    )
    assert last.answerer == "quotes"
    assert last.note.startswith("The articles are quoted: ")
    assert "broke off" in last.note


def test_stopping_stops_the_request_at_the_server(corpus, scripted_llm):
    scripted_llm.says(server.Reply((BINDING, server.Stall())))
    answers = corpus(scripted_llm.address).stream(KREMLIN)
    next(answers)
    answers.close()
    scripted_llm.exchanges[0].left()


def test_a_refusal_never_reaches_the_model(corpus, scripted_llm):
    answer = corpus(scripted_llm.address).ask("What is the price of Brent crude?")
    assert (answer.answered, answer.answerer, scripted_llm.exchanges) == (False, "quotes", [])


def test_the_command_says_what_the_server_has(scripted_llm, monkeypatch, capsys):
    scripted_llm.says("one two three four")
    options = ["--llm-url", scripted_llm.address, "--llm-model", "scripted"]
    monkeypatch.setattr(sys, "argv", ["onrecord", "llm", *options])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    out = capsys.readouterr().out
    assert stopped.value.code == 0
    assert out.startswith(f"{scripted_llm.address} answers and has 1 model:\n  scripted\n")
    assert "scripted: first word after " in out


def test_the_command_says_it_to_programs(scripted_llm, monkeypatch, capsys):
    options = ["--llm-url", scripted_llm.address, "--json"]
    monkeypatch.setattr(sys, "argv", ["onrecord", "llm", *options])
    with pytest.raises(SystemExit):
        cli.main()
    assert json.loads(capsys.readouterr().out) == {
        "url": scripted_llm.address,
        "models": ["scripted"],
        "model": None,
        "first_token_ms": None,
    }


def test_the_command_without_a_server_says_that_none_is_needed(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["onrecord", "llm"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 1
    assert capsys.readouterr().err == (
        "onrecord: no language model is set, and none is needed; to have one phrase the answers,"
        " give its server with --llm-url or ONRECORD_LLM_URL\n"
    )


def test_the_note_is_told_in_the_terminal(corpus, scripted_llm, capsys):
    scripted_llm.says(server.BROKEN)
    output.answer(corpus(scripted_llm.address).ask(KREMLIN), as_json=False)
    shown = " ".join(capsys.readouterr().out.split())
    assert "The articles are quoted: " in shown
    assert "refused the request (HTTP 500)" in shown
