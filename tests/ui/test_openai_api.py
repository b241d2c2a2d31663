"""OpenAI's own client in front of the corpus."""

from __future__ import annotations

from dataclasses import replace

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer_text import MAY, UNSUPPORTED
from tests.ui.fake_corpus import PLAIN, QUOTE, cite, claim, reply, short
from tests.ui.serving import PASSWORD, SECONDS, ScriptedCorpus, growing, served
from ui.server.auth import User, Users
from ui.server.openai_api import (
    SOURCES,
    MessageIn,
    annotations_of,
    content_of,
    conversation_of,
)
from ui.server.worker_pool import WorkerPool

HEADLINE = "what preconditions did the Kremlin set?"


@pytest.fixture(scope="module")
def real(sample_corpus):
    with served(sample_corpus, Users([User.with_password("ada", PASSWORD)])) as client:
        yield _client(client, PASSWORD)


@pytest.fixture
def asking():
    """Asks a corpus that gives these answers; returns OpenAI's client and the corpus."""
    open_servers = []

    def of(*answers, **options):
        corpus = ScriptedCorpus(answers=answers)
        corpus.released.set()
        server = served(corpus, **options)
        open_servers.append(server)
        return _client(server.__enter__(), "none"), corpus

    yield of
    for server in open_servers:
        server.__exit__(None, None, None)


def _client(http, key):
    return openai.OpenAI(base_url=f"{http.base_url}v1", api_key=key, max_retries=0, timeout=SECONDS)


def ask(client, *said, **options):
    roles = ("user", "assistant")
    messages = [{"role": roles[at % 2], "content": text} for at, text in enumerate(said)]
    return client.chat.completions.create(model="onrecord", messages=messages, **options)


def streamed(chunks):
    """What a client shows of a stream, and its last chunk that says something."""
    content, last = "", None
    for chunk in chunks:
        if chunk.choices:
            content += chunk.choices[0].delta.content or ""
            last = chunk
    return content, last


def untimed(answer):
    return {name: value for name, value in answer.items() if name != "timings"}


def test_there_is_one_model(real):
    assert [model.id for model in real.models.list()] == ["onrecord"]


def test_an_answer_with_its_sources(real, sample_corpus):
    answer = sample_corpus.ask(HEADLINE)
    completion = ask(real, HEADLINE)
    assert untimed(completion.onrecord) == untimed(answer.as_json())
    (choice,) = completion.choices
    assert choice.finish_reason == "stop"
    assert choice.message.content == content_of(answer)
    text, _, notes = choice.message.content.partition(SOURCES)
    assert text.replace("**", "").startswith(answer.text)  # short answers are bold there
    assert [note.split(" ")[0] for note in notes.splitlines()] == [
        f"[{citation.number}]" for citation in answer.citations
    ]
    marked = [
        (text[a.url_citation.start_index : a.url_citation.end_index], a.url_citation.url)
        for a in choice.message.annotations
    ]
    by_number = {f"[{c.number}]": c.url or c.uri for c in answer.citations}
    assert marked
    assert all(by_number[marker] == url for marker, url in marked)


@pytest.mark.parametrize("question", [HEADLINE, "Who resigned, and why?", "Who won the lottery?"])
def test_a_stream_says_the_same_as_the_whole(real, question):
    whole = ask(real, question)
    chunks = list(ask(real, question, stream=True, stream_options={"include_usage": True}))
    content, last = streamed(chunks)
    assert content == whole.choices[0].message.content
    assert last.choices[0].finish_reason == "stop"
    assert untimed(last.onrecord) == untimed(whole.onrecord)
    annotations = [each.model_dump() for each in whole.choices[0].message.annotations]
    assert last.choices[0].delta.annotations == annotations
    assert chunks[-1].usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_follow_up_leans_on_the_messages_before_it(real, sample_corpus):
    first = ask(real, "Who resigned?").choices[0].message.content
    history = [
        {"role": "user", "content": "Who resigned?"},
        {"role": "assistant", "content": sample_corpus.ask("Who resigned?").on_record},
    ]
    expected = sample_corpus.ask("And why?", history=history)
    assert untimed(ask(real, "Who resigned?", first, "And why?").onrecord) == untimed(
        expected.as_json()
    )


def test_what_is_no_history_is_left_out(asking):
    client, corpus = asking(*growing())
    made = f"He did. [1]\n\n{UNSUPPORTED}\n- He did not. (no){SOURCES}[1] A, B (c): “d”"
    client.chat.completions.create(
        model="gpt-4o",
        temperature=0.3,
        messages=[
            {"role": "system", "content": "You are a pirate."},
            {"role": "user", "content": [{"type": "text", "text": "Did he?"}]},
            {"role": "assistant", "content": made},
            {"role": "user", "content": "And why?"},
        ],
    )
    assert corpus.asked == [
        {
            "question": "And why?",
            "history": [
                {"role": "user", "content": "Did he?"},
                {"role": "assistant", "content": "He did. [1]"},
            ],
        }
    ]


@pytest.mark.parametrize("stream", [False, True])
def test_short_answers_are_bold_and_what_may_answer_is_opened_as_that(asking, stream):
    cited = cite(PLAIN, QUOTE)
    exchange = cite(PLAIN, "Both sides agreed to an exchange.", 2)
    shorts = (short(cited, "specific agreements"), short(exchange, "exchange"))
    told = [claim(QUOTE, cited), claim(exchange.quote, exchange)]
    growth = [
        replace(reply("q", *told[:count]), shorts=shorts, confidence=0.4) for count in (1, 2, 2)
    ]
    client, corpus = asking(*growth)
    given_ = ask(client, "q", stream=stream)
    content = streamed(given_)[0] if stream else given_.choices[0].message.content
    said = (
        f"{MAY}\n\n“Such a summit can only happen after **specific agreements**,” Peskov said. [1]"
        " Both sides agreed to an **exchange**. [2]"
    )
    assert content == content_of(growth[-1])
    assert content.partition(SOURCES)[0] == said
    ask(client, "Who?", content, "Why?")
    assert corpus.asked[-1]["history"][1]["content"] == growth[-1].text


def test_nothing_is_streamed_that_may_be_taken_back(asking):
    begun = reply("q", claim("A model said this.", cite(PLAIN, QUOTE)), answerer="a-model")
    quoted = replace(growing()[1], note="The articles are quoted: the server failed.")
    client, corpus = asking(begun, quoted)
    corpus.released.clear()
    with ask(client, "q", stream=True) as chunks:
        assert next(iter(chunks)).choices[0].delta.content == ""
        corpus.released.set()
        assert streamed(chunks)[0] == content_of(quoted)


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"role": "system", "content": "Hello."}],
        [{"role": "assistant", "content": "Hello."}],
        [{"role": "user", "content": ""}],
    ],
)
def test_without_a_question_the_client_raises_with_the_sentence(real, messages):
    with pytest.raises(openai.APIStatusError) as raised:
        real.chat.completions.create(model="onrecord", messages=messages)
    assert raised.value.status_code in (400, 422)
    assert raised.value.body["type"] == "invalid_request_error"
    assert raised.value.body["message"]


def test_several_answers_at_once_are_refused(real):
    with pytest.raises(openai.UnprocessableEntityError, match="n: Input should be 1"):
        ask(real, HEADLINE, n=2)


def test_a_wrong_key(real):
    with pytest.raises(openai.AuthenticationError, match="give your name"):
        real.with_options(api_key="wrong horse").models.list()


def test_who_finds_no_room_may_come_again(asking):
    client, corpus = asking(*growing(), pool=WorkerPool(1, 0))
    corpus.released.clear()
    with ask(client, "q", stream=True) as chunks:
        next(iter(chunks))
        with pytest.raises(openai.InternalServerError, match="busy with other questions"):
            ask(client, "q")
        corpus.released.set()


def test_a_stream_that_is_left_ends_the_work(asking):
    client, corpus = asking(*growing())
    corpus.released.clear()
    with ask(client, "q", stream=True) as chunks:
        next(iter(chunks))
        assert not corpus.closed.is_set()
    assert corpus.closed.wait(SECONDS)


def test_a_stream_that_breaks_is_an_error(asking):
    client, _ = asking(growing()[0], RuntimeError("/etc/passwd"))
    with pytest.raises(openai.APIError, match=r"^the answer could not be made; the server's log"):
        list(ask(client, "q", stream=True))


def test_an_earlier_message_has_a_longest_length_where_it_is_read(asking):
    client, _ = asking(*growing())
    long, question = "x" * 20_001, {"role": "user", "content": "Why?"}
    replied = [question, {"role": "assistant", "content": long}, question]
    with pytest.raises(
        openai.BadRequestError, match=r"messages\.1\.content: has 20,001 characters"
    ):
        client.chat.completions.create(model="onrecord", messages=replied)
    messages = [{"role": "system", "content": long}, question]
    assert client.chat.completions.create(model="onrecord", messages=messages).choices


@given(st.lists(st.tuples(st.sampled_from(["user", "assistant", "system"]), st.text())))
def test_the_last_question_and_all_before_it(said):
    messages = [MessageIn(role=role, content=text) for role, text in [*said, ("user", "Why?")]]
    question, history = conversation_of(messages)
    assert question == "Why?"
    kept = [role for role, _ in said if role != "system"]
    assert [turn["role"] for turn in history] == kept
    asked = [turn["content"] for turn in history if turn["role"] == "user"]
    assert asked == [text for role, text in said if role == "user"]


def test_markers_that_cite_nothing_are_no_annotations():
    answer = growing()[1]
    content = f"{content_of(answer)}"
    spans = [each["url_citation"] for each in annotations_of(answer, content)]
    markers = [content[span["start_index"] : span["end_index"]] for span in spans]
    assert markers == ["[1]", "[2]"]
    odd = replace(answer, text="See [7] and [1].")
    content = content_of(odd)
    spans = [each["url_citation"] for each in annotations_of(odd, content)]
    assert [content[s["start_index"] : s["end_index"]] for s in spans] == ["[1]"]
