"""The client, against a server that does what each test wants."""

import threading
import time
from types import SimpleNamespace

import pytest

from index.errors import OnRecordError
from rag.generative import llm
from rag.generative.llm import ContextOverflow, ModelFailed, OpenAILikeModel, configured
from rag.settings import Settings
from tests import llm_server as server

SECONDS = 120


@pytest.fixture
def model(scripted_llm):
    def made(**given):
        given = {"llm_url": scripted_llm.address, "llm_model": "scripted"} | given
        return OpenAILikeModel(Settings(**given))

    return made


def read(model, *, seconds=SECONDS, **options):
    with model.stream("Be brief.", "Who resigned?", seconds=seconds, **options) as reply:
        return "".join(reply), reply


def test_a_reply_comes_whole_with_what_it_cost(model, scripted_llm):
    scripted_llm.says("He resigned. – “Größe” 水.")
    text, reply = read(model(llm_max_tokens=99))
    assert text == "He resigned. – “Größe” 水."
    assert reply.complete
    assert reply.usage.keys() == {"prompt_tokens", "completion_tokens"}
    assert 0 < reply.first_token_ms < 1000 * SECONDS
    sent = scripted_llm.exchanges[0].body
    assert sent["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Who resigned?"},
    ]
    assert (sent["model"], sent["max_tokens"], sent["temperature"]) == ("scripted", 99, 0.0)
    assert sent["stream"] is True


def test_text_is_given_as_it_comes(model, scripted_llm):
    gate = server.Gate()
    scripted_llm.says(server.Reply(("He", gate, " resigned.")))
    with model().stream("s", "u", seconds=SECONDS) as reply:
        pieces = iter(reply)
        assert next(pieces) == "He"
        gate.open()
        assert list(pieces) == [" resigned."]


def test_characters_split_between_writes_are_whole(model, scripted_llm):
    scripted_llm.says(server.Reply(("Größe 水 👍",), slice=1))
    assert read(model())[0] == "Größe 水 👍"


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (server.WRONG_KEY, "refuses the key; set llm_key, as in ONRECORD_LLM_KEY"),
        (server.BROKEN, r"refused the request \(HTTP 500\); see what the server logged"),
        (server.failed(404, "Not Found"), "has no chat endpoint; correct llm_url"),
        (server.busy(900), "has had too many requests; ask again later"),
        (server.MALFORMED, "sent a reply that cannot be read"),
        (server.Reply(("He", server.Cut())), "broke off in the middle of its reply"),
        (server.Reply(("He",), ends=False), "broke off in the middle of its reply"),
        (
            server.Reply(("He", server.Event({"error": {"message": "out of memory"}}))),
            "met an error in the middle of its reply",
        ),
    ],
)
def test_each_failure_is_one_sentence_with_a_remedy(reply, message, model, scripted_llm):
    scripted_llm.says(reply)
    with pytest.raises(ModelFailed, match=message) as caught:
        read(model(llm_timeout=SECONDS))
    assert str(caught.value).startswith(scripted_llm.address)


def test_an_unknown_model_is_named(model):
    with pytest.raises(ModelFailed, match="has no model “other”; see which ones it has with"):
        read(model(llm_model="other"))


@pytest.mark.parametrize(
    "reply",
    [
        server.TOO_LONG,
        server.failed(
            400, "request (9000 tokens) exceeds the available context size (4096 tokens)"
        ),
        server.failed(500, "input is too long: too many tokens"),
    ],
)
def test_too_long_a_prompt_is_a_failure_of_its_own(reply, model, scripted_llm):
    scripted_llm.says(reply)
    with pytest.raises(ContextOverflow, match="the prompt is too long for"):
        read(model())


@pytest.mark.parametrize("reply", [server.NO_CHOICES, server.NO_CONTENT, server.TOOL_CALL])
def test_a_reply_without_text_is_empty(reply, model, scripted_llm):
    scripted_llm.says(reply)
    assert read(model())[0] == ""


def test_a_reply_that_hit_its_limit_says_so(model, scripted_llm):
    scripted_llm.says(server.said("He resigned and", finish="length"))
    assert not read(model())[1].complete


def test_too_many_requests_are_waited_for_within_the_time(model, scripted_llm):
    scripted_llm.says(server.busy(0), "He resigned.")
    assert read(model())[0] == "He resigned."
    assert len(scripted_llm.exchanges) == 2


def test_a_wait_that_is_stopped_sends_nothing_more(model, scripted_llm):
    scripted_llm.says(server.busy(50), "He resigned.")
    with model().stream("s", "u", seconds=SECONDS):
        while not scripted_llm.exchanges:
            time.sleep(0.01)
    _no_thread_is_left()
    assert len(scripted_llm.exchanges) == 1


def test_the_time_is_kept_with_a_server_that_says_nothing(model, scripted_llm):
    scripted_llm.says(server.SILENT)
    with pytest.raises(ModelFailed, match=r"sent no word within 0.2 s"):
        read(model(), seconds=0.2)
    _no_thread_is_left()


def test_the_time_is_kept_with_a_reply_that_stops_and_the_request_ends(
    model, scripted_llm, monkeypatch
):
    scripted_llm.says(server.Reply(("He", server.Stall())))
    with model().stream("s", "u", seconds=SECONDS) as reply:
        assert next(iter(reply)) == "He"
        late = SimpleNamespace(perf_counter=lambda: time.perf_counter() + SECONDS)
        monkeypatch.setattr(llm, "time", late)
        with pytest.raises(ModelFailed, match=f"did not finish its reply within {SECONDS:g} s"):
            next(iter(reply))
    scripted_llm.exchanges[0].left()
    _no_thread_is_left()


def test_leaving_stops_the_request_at_the_server(model, scripted_llm):
    scripted_llm.says(server.Reply(("He", server.Stall())))
    with model().stream("s", "u", seconds=SECONDS) as reply:
        assert next(iter(reply)) == "He"
    scripted_llm.exchanges[0].left()
    _no_thread_is_left()


def test_leaving_before_the_first_word_stops_it_too(model, scripted_llm):
    gate = server.Gate()
    scripted_llm.says(server.Reply((gate, "He")))
    with model().stream("s", "u", seconds=SECONDS):
        while not scripted_llm.exchanges:
            time.sleep(0.01)
        gate.reached()
    scripted_llm.exchanges[0].left()


def test_a_server_that_dies_is_noticed(model, scripted_llm):
    scripted_llm.says(server.Reply(("He", server.Stall())))
    with model().stream("s", "u", seconds=SECONDS) as reply:
        pieces = iter(reply)
        assert next(pieces) == "He"
        scripted_llm.kill()
        with pytest.raises(ModelFailed, match="broke off in the middle"):
            next(pieces)


def test_a_server_that_is_not_there_is_told_at_once(model, scripted_llm):
    scripted_llm.kill()
    with pytest.raises(ModelFailed, match="cannot be reached; start the model's server or"):
        read(model())
    with pytest.raises(ModelFailed, match="cannot be reached"):
        model().models()


@pytest.mark.parametrize("url", ["nonsense", "http://[::1", "ftp://localhost/v1"])
def test_an_address_that_is_none_is_told(url, model):
    with pytest.raises(ModelFailed, match="llm_url"):
        read(model(llm_url=url))


def test_the_key_goes_to_the_server_and_nowhere_else(model, scripted_llm):
    scripted_llm.key = "s3cret"
    scripted_llm.says("He resigned.")
    assert read(model(llm_key="s3cret"))[0] == "He resigned."
    url = scripted_llm.address.replace("http://", "http://user:hunter2@")
    with pytest.raises(ModelFailed) as caught:
        read(model(llm_key="wr0ng", llm_url=url))
    assert "wr0ng" not in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert "s3cret" not in repr(Settings(llm_key="s3cret"))


def test_the_server_tells_which_models_it_has_and_how_soon_one_speaks(model, scripted_llm):
    scripted_llm.models += ["other"]
    scripted_llm.says("one two three four")
    assert model().models() == ("scripted", "other")
    assert model().first_token_ms() > 0
    scripted_llm.says("")
    assert model().first_token_ms() is None


def test_a_model_is_configured_by_server_and_name():
    assert configured(Settings()) is None
    assert configured(Settings(llm_url="http://localhost:1/v1", llm_model="m")).name == "m"
    with pytest.raises(OnRecordError, match="llm_model is not; see which models it has with"):
        configured(Settings(llm_url="http://localhost:1/v1"))
    with pytest.raises(OnRecordError, match="llm_url is not; give the server's address"):
        configured(Settings(llm_model="m"))


def test_two_replies_do_not_disturb_each_other(model, scripted_llm):
    scripted_llm.knows({"one": server.Reply(("He", server.Stall())), "two": "She resigned."})
    shared = model()
    with shared.stream("s", "one", seconds=SECONDS) as first:
        assert next(iter(first)) == "He"
        with shared.stream("s", "two", seconds=SECONDS) as second:
            assert "".join(second) == "She resigned."


def _no_thread_is_left():
    for thread in threading.enumerate():
        if thread.name == "onrecord-llm":
            thread.join(SECONDS)
            assert not thread.is_alive()
