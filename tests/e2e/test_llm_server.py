"""The tiny real model that other tests ask, and the replies that the scripted server gives."""

import json
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import openai
import pytest

from rag.corpus import Corpus
from rag.generative.llm import configured
from rag.settings import Settings
from tests.llm_server import WAIT
from tests.tiny_model import NAME, SEED, end, left_of

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.fixture(scope="module")
def replies():
    """What the scripted server says to questions on the sample corpus."""
    return [json.loads(line) for line in (GOLDEN / "model.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture
def client(tiny_llm):
    settings = {"base_url": tiny_llm.address, "api_key": "none", "max_retries": 0, "timeout": WAIT}
    with openai.OpenAI(**settings) as made:
        yield made


def texts(stream):
    """The texts that a stream brings, without the empty one that opens it."""
    deltas = [chunk.choices[0].delta for chunk in stream if chunk.choices]
    return [delta.content for delta in deltas if delta.content]


def _say(client, question, **options):
    messages = [{"role": "system", "content": "Answer."}, {"role": "user", "content": question}]
    named = {"model": NAME, "messages": messages, "max_tokens": 60, "seed": SEED}
    named |= {"stream": True, **options}
    return client.chat.completions.create(**named)


def test_the_tiny_model_talks_nonsense(client):
    questions = ["Who resigned?", "What flooded?", "Why did the barrier fail?", "Who struck?"]
    replies = []
    for question in questions:
        *_, last = chunks = list(_say(client, question))
        assert last.choices[0].finish_reason in {"stop", "length"}
        assert 0 < last.usage.completion_tokens <= 60
        replies.append("".join(texts(chunks)))
    assert all(reply.strip() for reply in replies)
    assert len(set(replies)) == len(replies)
    together = " ".join(replies)
    assert len(together.split()) > 40
    assert "." in together


def test_the_tiny_model_goes_on_after_a_client_left(client):
    stream = _say(client, "What flooded?", max_tokens=2000)
    next(stream)
    stream.close()
    assert texts(_say(client, "Who resigned?"))


def test_the_tiny_real_model_is_never_believed(sample_corpus, embedder, tiny_llm, replies):
    served = {"llm_url": tiny_llm.address, "llm_model": tiny_llm.model, "llm_timeout": WAIT}
    settings = Settings(index=sample_corpus.directory, threshold=0, llm_max_tokens=64, **served)
    asked = Corpus(sample_corpus.directory, embedder, settings, configured(settings))
    for line in replies[:10]:
        answer = asked.ask(line["question"], plain=True)
        assert answer.answered
        assert answer.answerer == "quotes", answer.text
        assert answer.note.startswith("The articles are quoted: ")
        assert all(claim.status == "supported" and claim.citations for claim in answer.claims)


STUBBORN = """
import signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if sys.argv[1:]:
    child = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE)
    child.stdout.readline()
print("ready", flush=True)
signal.pause()
"""


def test_what_a_server_started_ends_with_it(tmp_path):
    script = tmp_path / "stubborn.py"
    script.write_text(STUBBORN)
    command = [sys.executable, str(script), "with a child"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    process.stdout.readline()
    process.stdout.close()
    assert len(left_of(process)) == 2
    end(process, patience=0.2)
    assert left_of(process) == []
    assert process.returncode == -signal.SIGKILL


def _sentences(replies, *kinds):
    return [sentence for reply in replies for kind in kinds for sentence in reply[kind]]


def test_there_are_right_half_right_and_invented_replies(replies):
    assert [reply["id"] for reply in replies] == [f"m{n:02}" for n in range(1, 41)]
    for reply in replies:
        assert {sentence["supported"] for sentence in reply["right"]} == {True}
        assert sorted(sentence["supported"] for sentence in reply["half"]) == [False, True]
        assert {sentence["supported"] for sentence in reply["invented"]} == {False}
        assert 1 <= len(reply["right"]) <= 3
    wrong = [s for s in _sentences(replies, "half", "invented") if not s["supported"]]
    kinds = Counter(sentence["change"] for sentence in wrong)
    assert len(kinds) >= 8
    assert {"number", "date", "name", "negation", "cause"} <= set(kinds)


def test_the_questions_are_those_of_the_sample(replies):
    lines = (GOLDEN / "sample.jsonl").read_text("utf-8").splitlines()
    sample = {asked["id"]: asked for asked in map(json.loads, lines)}
    assert len({reply["sample"] for reply in replies}) == len(replies)
    for reply in replies:
        asked = sample[reply["sample"]]
        assert (asked["question"], asked.get("history")) == (reply["question"], None)
        assert {sentence["key"] for sentence in reply["right"]} <= set(asked["docs"])


def test_what_supports_a_sentence_is_in_the_article_and_said_in_other_words(replies, sample_corpus):
    texts = {a.key: sample_corpus.article(a.id).text for a in sample_corpus.articles()}
    for sentence in _sentences(replies, "right", "half", "invented"):
        if sentence["supported"]:
            assert sentence["quote"] in texts[sentence["key"]]
        assert not any(sentence["text"].rstrip(".") in text for text in texts.values())
