"""The servers of language models that other tests ask: the scripted one and the real tiny one."""

import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import openai
import pytest

from tests.llm_server import (
    BROKEN,
    MALFORMED,
    NO_CHOICES,
    NO_CONTENT,
    SILENT,
    TOO_LONG,
    TOOL_CALL,
    UNKNOWN_MODEL,
    WAIT,
    WRONG_KEY,
    Cut,
    Delta,
    Event,
    Gate,
    Raw,
    Reply,
    ScriptedServer,
    Stall,
    busy,
    said,
    words,
)
from tests.tiny_model import NAME, SEED, end, left_of

GOLDEN = Path(__file__).parent.parent / "golden"
TEXT = "The mayor of Zürich resigned [1]. 東京 did not 🙂.\n\nWhy?"


@pytest.fixture
def connect():
    """A client of a server, without retries of its own."""
    clients = []

    def to(server, key="a key", seconds=WAIT):
        settings = {"base_url": server.address, "max_retries": 0, "timeout": seconds}
        clients.append(openai.OpenAI(api_key=key, **settings))
        return clients[-1]

    yield to
    for client in clients:
        client.close()


@pytest.fixture
def ask(scripted_llm, connect):
    """Asks the scripted server; gives the stream, or the reply if it shall not stream."""
    chat = connect(scripted_llm).chat.completions

    def asked(question="Who resigned?", stream=True, model="scripted", **options):
        messages = [{"role": "system", "content": "Answer."}, {"role": "user", "content": question}]
        return chat.create(model=model, messages=messages, stream=stream, **options)

    return asked


def texts(stream):
    """The texts that a stream brings, without the empty one that opens it."""
    deltas = [chunk.choices[0].delta for chunk in stream if chunk.choices]
    return [delta.content for delta in deltas if delta.content]


def test_it_says_which_models_it_has(connect):
    with ScriptedServer(["small", "large"]) as server:
        assert [model.id for model in connect(server).models.list()] == ["small", "large"]


def test_the_list_of_models_can_fail(scripted_llm, connect):
    scripted_llm.listing = BROKEN
    with pytest.raises(openai.InternalServerError):
        connect(scripted_llm).models.list()


@pytest.mark.parametrize("pieces", [(TEXT,), words(TEXT), tuple(TEXT)])
def test_a_stream_brings_the_pieces_as_they_are(scripted_llm, ask, pieces):
    scripted_llm.says(Reply(pieces))
    assert texts(ask()) == list(pieces)
    assert "".join(pieces) == TEXT


def test_without_a_stream_the_text_comes_whole(scripted_llm, ask):
    scripted_llm.says(Reply(words(TEXT), finish="length"))
    reply = ask(stream=False)
    assert reply.choices[0].message.content == TEXT
    assert reply.choices[0].finish_reason == "length"
    assert reply.usage.completion_tokens == len(TEXT.split())


def test_usage_comes_last_and_when_asked_for(scripted_llm, ask):
    scripted_llm.says("He resigned.")
    assert [chunk.usage for chunk in ask()] == [None] * 4
    *before, last = ask(stream_options={"include_usage": True})
    assert [chunk.usage for chunk in before] == [None] * 4
    assert [chunk.choices[0].finish_reason for chunk in before] == [None] * 3 + ["stop"]
    assert (last.choices, last.usage.prompt_tokens, last.usage.completion_tokens) == ([], 3, 2)


def test_a_character_of_several_bytes_can_come_in_two_writes(scripted_llm):
    scripted_llm.says(said(TEXT, slice=1))
    body = {"model": "scripted", "messages": [], "stream": True}
    address = f"{scripted_llm.address}/chat/completions"
    with httpx.stream("POST", address, json=body, trust_env=False, timeout=WAIT) as reply:
        parts = list(reply.iter_raw())
    assert any(part[0] >= 0x80 for part in parts)
    assert {len(part) for part in scripted_llm.exchanges[0].sent[0][1:]} == {1}
    lines = [line for line in b"".join(parts).decode().split("\n\n") if line]
    assert lines.pop() == "data: [DONE]"
    deltas = [json.loads(line[6:])["choices"][0]["delta"] for line in lines]
    assert "".join(delta.get("content", "") for delta in deltas) == TEXT


def test_a_piece_can_be_very_large(scripted_llm, ask):
    large = TEXT * 50_000
    scripted_llm.says(Reply((large,)))
    assert texts(ask()) == [large]


def test_a_gate_holds_the_rest_back(scripted_llm, ask):
    gate = Gate()
    scripted_llm.says(Reply(("One.", gate, " Two.")))
    stream = ask()
    assert [next(stream).choices[0].delta.content for _ in range(2)] == ["", "One."]
    gate.reached()
    assert b"Two" not in b"".join(part for _, part in scripted_llm.exchanges[0].sent)
    gate.open()
    assert texts(stream) == [" Two."]


def test_two_requests_can_stand_at_one_gate(scripted_llm, ask):
    gate, second = Gate(), threading.Event()

    def script(exchange):
        if len(scripted_llm.exchanges) == 2:
            second.set()
        return Reply((gate, exchange.asked))

    scripted_llm.plays(script)
    with ThreadPoolExecutor() as pool:
        asked = [pool.submit(lambda q=q: texts(ask(q))) for q in ("First?", "Second?")]
        assert second.wait(WAIT)
        gate.open()
        assert [each.result(WAIT) for each in asked] == [["First?"], ["Second?"]]


def test_before_the_first_piece_nothing_comes_not_even_headers(scripted_llm, ask):
    gate = Gate()
    scripted_llm.says(Reply((gate, "Late.")))
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(ask)
        gate.reached()
        assert not asked.done()
        assert scripted_llm.exchanges[0].sent == []
        gate.open()
        assert texts(asked.result(WAIT)) == ["Late."]


@pytest.mark.parametrize("before", [(), ("One.",), ("One.", " Two.")])
def test_a_cut_comes_after_so_many_pieces(scripted_llm, ask, before):
    scripted_llm.says(Reply((*before, Cut(), " Never.")))
    stream = ask() if before else None
    came = [next(stream).choices[0].delta.content for _ in ("", *before)] if before else []
    with pytest.raises((openai.APIConnectionError, httpx.RemoteProtocolError)):
        next(stream or ask())
    assert came == (["", *before] if before else [])
    assert scripted_llm.exchanges[0].over.wait(WAIT)
    assert not scripted_llm.exchanges[0].client_left.is_set()


def test_a_client_that_goes_away_is_seen(scripted_llm, ask):
    scripted_llm.says(Reply(("One.", Stall())))
    stream = ask()
    next(stream)
    exchange = scripted_llm.exchanges[0]
    assert not exchange.client_left.is_set()
    stream.close()
    exchange.left()
    assert exchange.over.wait(WAIT)


@pytest.mark.parametrize("stream", [True, False])
def test_a_server_that_never_answers_does_so_until_the_client_gives_up(
    scripted_llm, connect, stream
):
    scripted_llm.says(SILENT)
    with pytest.raises(openai.APITimeoutError):
        connect(scripted_llm, seconds=httpx.Timeout(WAIT, read=2)).chat.completions.create(
            model="scripted", messages=[{"role": "user", "content": "Why?"}], stream=stream
        )
    scripted_llm.exchanges[0].left()


def test_a_client_that_hears_all_did_not_go_away(scripted_llm, ask):
    scripted_llm.says("Yes.")
    assert texts(ask()) == ["Yes."]
    assert scripted_llm.exchanges[0].over.wait(WAIT)
    assert not scripted_llm.exchanges[0].client_left.is_set()


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("reply", "error", "status", "code"),
    [
        (busy(7), openai.RateLimitError, 429, "rate_limit_exceeded"),
        (WRONG_KEY, openai.AuthenticationError, 401, "invalid_api_key"),
        (UNKNOWN_MODEL, openai.NotFoundError, 404, "model_not_found"),
        (TOO_LONG, openai.BadRequestError, 400, "context_length_exceeded"),
        (BROKEN, openai.InternalServerError, 500, None),
    ],
)
def test_errors_are_those_of_real_services(scripted_llm, ask, stream, reply, error, status, code):
    scripted_llm.says(reply)
    with pytest.raises(error) as raised:
        ask(stream=stream)
    assert (raised.value.status_code, raised.value.code) == (status, code)
    assert raised.value.response.headers.get("retry-after") == ("7" if status == 429 else None)


def test_the_key_and_the_model_have_to_be_right(connect):
    with ScriptedServer(["small"], key="right") as server:
        server.says("Yes.")
        named = {"messages": [{"role": "user", "content": "Why?"}], "stream": True}
        with pytest.raises(openai.AuthenticationError):
            connect(server, key="wrong").models.list()
        with pytest.raises(openai.AuthenticationError):
            connect(server, key="wrong").chat.completions.create(model="small", **named)
        with pytest.raises(openai.NotFoundError):
            connect(server, key="right").chat.completions.create(model="large", **named)
        right = connect(server, key="right")
        assert texts(right.chat.completions.create(model="small", **named)) == ["Yes."]
        assert [exchange.body["model"] for exchange in server.exchanges] == ["large", "small"]


def test_malformed_events_reach_the_client(scripted_llm, ask):
    scripted_llm.says(MALFORMED, Reply((Raw(b": waiting\r\n\r\n"), "Yes.")))
    with pytest.raises(json.JSONDecodeError):
        texts(ask())
    assert texts(ask()) == ["Yes."]


def test_a_stream_can_end_without_saying_so(scripted_llm, ask):
    scripted_llm.says(Reply(("Yes.",), ends=False))
    assert [chunk.choices[0].finish_reason for chunk in ask()] == [None, None]


def test_what_is_no_text_comes_as_it_is(scripted_llm, ask):
    scripted_llm.says(
        NO_CHOICES,
        NO_CONTENT,
        TOOL_CALL,
        Reply((Delta({"reasoning_content": "Hm."}), "Yes.")),
        Reply((Event({"choices": [], "error": {"message": "overloaded"}}),)),
    )
    assert [len(chunk.choices) for chunk in ask()] == [1, 0, 1]
    assert [chunk.choices[0].delta.content for chunk in ask()] == ["", None, None]
    call = list(ask())[1].choices[0].delta.tool_calls[0]
    assert (call.function.name, call.function.arguments) == ("search", '{"query": "flood"}')
    assert list(ask())[1].choices[0].delta.reasoning_content == "Hm."
    with pytest.raises(openai.APIError, match="overloaded"):
        list(ask())


def test_the_same_without_a_stream(scripted_llm, ask):
    scripted_llm.says(NO_CHOICES, NO_CONTENT, TOOL_CALL)
    assert ask(stream=False).choices == []
    assert ask(stream=False).choices[0].message.content is None
    reply = ask(stream=False).choices[0]
    assert reply.finish_reason == "tool_calls"
    assert reply.message.tool_calls[0].function.name == "search"


def test_replies_come_in_order_and_the_last_stays(scripted_llm, ask):
    scripted_llm.says("One.", said("Two."))
    assert [texts(ask()) for _ in range(3)] == [["One."], ["Two."], ["Two."]]


def test_replies_are_chosen_by_what_was_asked(scripted_llm, ask):
    scripted_llm.knows({"flood": "Old Dock.", "resign": "Rooke."}, otherwise="No.")
    assert [texts(ask(f"{word}?")) for word in ("resign", "flood", "else")] == [
        ["Rooke."],
        ["Old", " Dock."],
        ["No."],
    ]


def test_requests_are_kept(scripted_llm, ask):
    scripted_llm.says("Yes.")
    texts(ask("Who fled?", temperature=0.5))
    exchange = scripted_llm.exchanges[0]
    assert exchange.headers["authorization"] == "Bearer a key"
    assert exchange.body["temperature"] == 0.5
    assert (exchange.asked, exchange.prompt) == ("Who fled?", "Answer.\n\nWho fled?")
    times = [time for time, _ in exchange.sent]
    assert times == sorted(times)
    assert len(times) == 4


def test_a_message_of_parts_is_read_too(scripted_llm, ask):
    scripted_llm.says("Yes.")
    texts(ask([{"type": "text", "text": "Who "}, {"type": "text", "text": "fled?"}]))
    assert scripted_llm.exchanges[0].asked == "Who fled?"


def test_a_mistake_in_a_script_is_not_taken_for_a_server_error(connect):
    with ExitStack() as until:
        server = until.enter_context(ScriptedServer())
        server.plays(lambda exchange: f"{1 / 0}")
        with pytest.raises(openai.InternalServerError):
            connect(server).chat.completions.create(model="scripted", messages=[])
        ended = until.pop_all()
    with pytest.raises(ZeroDivisionError):
        ended.close()


def test_killed_in_the_middle_it_is_gone_at_once(scripted_llm, ask):
    scripted_llm.says(Reply(("One.", Stall())))
    stream = ask()
    assert [next(stream).choices[0].delta.content for _ in range(2)] == ["", "One."]
    scripted_llm.kill()
    with pytest.raises(httpx.RemoteProtocolError):
        next(stream)
    with pytest.raises(openai.APIConnectionError):
        ask()
    assert not scripted_llm.exchanges[0].client_left.is_set()


def test_it_leaves_no_thread_whatever_it_was_doing(connect):
    before = set(threading.enumerate())
    with ScriptedServer() as server:
        server.says(Reply(("One.", Gate())))
        named = {"messages": [], "stream": True}
        next(connect(server).chat.completions.create(model="scripted", **named))
    assert set(threading.enumerate()) <= before


# The real server; it takes some ten seconds of processor time to start.


def _say(client, question, **options):
    messages = [{"role": "system", "content": "Answer."}, {"role": "user", "content": question}]
    named = {"model": NAME, "messages": messages, "max_tokens": 60, "seed": SEED}
    named |= {"stream": True, **options}
    return client.chat.completions.create(**named)


def test_the_tiny_model_is_listed(tiny_llm, connect):
    assert [model.id for model in connect(tiny_llm).models.list()] == [tiny_llm.model] == [NAME]


@pytest.mark.parametrize("temperature", [0, 1])
def test_the_tiny_model_talks_nonsense(tiny_llm, connect, temperature):
    client = connect(tiny_llm)
    questions = ["Who resigned?", "What flooded?", "Why did the barrier fail?", "Who struck?"]
    replies = []
    for question in questions:
        *_, last = chunks = list(_say(client, question, temperature=temperature))
        assert last.choices[0].finish_reason in {"stop", "length"}
        assert 0 < last.usage.completion_tokens <= 60
        replies.append("".join(texts(chunks)))
    assert all(reply.strip() for reply in replies)
    assert len(set(replies)) == len(replies)
    together = " ".join(replies)
    assert len(together.split()) > 40
    assert "." in together


def test_the_tiny_model_goes_on_after_a_client_left(tiny_llm, connect):
    client = connect(tiny_llm)
    stream = _say(client, "What flooded?", max_tokens=2000)
    next(stream)
    stream.close()
    assert texts(_say(client, "Who resigned?"))


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


# The replies that the scripted server gives to questions on the sample corpus.


@pytest.fixture(scope="module")
def replies():
    return [json.loads(line) for line in (GOLDEN / "model.jsonl").read_text("utf-8").splitlines()]


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
