"""A language model phrases the evidence; what it says is shown as far as the articles bear it."""

import threading
from dataclasses import replace
from datetime import date

import pytest

from rag.answer_text import UNSUPPORTED
from rag.generative.llm import ContextOverflow, ModelFailed, OpenAILikeModel
from rag.generative.prompt import CANNOT_ANSWER, SYSTEM
from rag.generative.reply import MOST_SENTENCES
from rag.generative.writer import Writer
from rag.settings import Settings
from rag.types import Answer, Short
from tests import llm_server as server
from tests.rag.builders import evidence, quoted, stored
from tests.rag.fake_model import FakeModel, FakeReply, passages_of

DAM = stored(
    "The dam at Orvane broke on Monday.\n\nMayor Ilse Hahn said 40 homes were flooded.\n\n"
    "Repairs will cost £3 million, engineers said.",
    1,
    title="Dam breaks",
    publisher="The Post",
    published=date(2026, 3, 3),
)
MAYOR = stored(
    "Ilse Hahn resigned on Thursday.\n\nTom Reyes takes over as mayor until June.",
    2,
    title="Mayor goes",
    publisher="Northline",
    published=date(2026, 3, 6),
)
EVIDENCE = [
    evidence(DAM, 0, 5.0),
    evidence(DAM, 1, 4.0),
    evidence(DAM, 2, 3.0),
    evidence(MAYOR, 0, 2.0),
    evidence(MAYOR, 1, 1.0),
]
QUESTION = "What happened at Orvane?"
BROKE = "The dam at Orvane broke on Monday."
HOMES = "Mayor Ilse Hahn said 40 homes were flooded."
COST = "Repairs will cost £3 million, engineers said."
RESIGNED = "Ilse Hahn resigned on Thursday."
REYES = "Tom Reyes takes over as mayor until June."
INVENTED = "Divers found a Roman ship under the harbour."


def quoting(found=EVIDENCE):
    return quoted(QUESTION, found)


@pytest.fixture
def write(embedder):
    def run(model, *, question=QUESTION, found=EVIDENCE):
        return list(Writer(model, embedder).stream(question, found, quoting(found)))

    return run


def said(answer, status):
    return [claim.text for claim in answer.claims if claim.status == status]


def quotes_of(claim):
    return [citation.quote for citation in claim.citations]


# What a model says, and what must come of it: sentences shown as supported, with the passages
# that they cite, and sentences set apart. None for both: the articles are quoted instead.
REPLIES = {
    "obedient": (f"{BROKE[:-1]} [1]. {HOMES[:-1]} [2].", [(BROKE, [1]), (HOMES, [2])], []),
    "markers after the stop": (f"{BROKE} [1] {HOMES} [2]", [(BROKE, [1]), (HOMES, [2])], []),
    "paraphrase": (
        "The Orvane dam broke on Monday [1].",
        [("The Orvane dam broke on Monday.", [1])],
        [],
    ),
    "two passages": (
        f"{BROKE[:-1]} [1][1, 1].",
        [(BROKE, [1])],
        [],
    ),
    "no markers": (f"{BROKE} {RESIGNED}", [(BROKE, [1]), (RESIGNED, [4])], []),
    "wrong marker": (
        f"{BROKE[:-1]} [5]. {RESIGNED[:-1]} [1].",
        [(BROKE, [1]), (RESIGNED, [4])],
        [],
    ),
    "unknown marker": (f"{BROKE[:-1]} [17].", [(BROKE, [1])], []),
    "zero": (f"{BROKE[:-1]} [0].", [(BROKE, [1])], []),
    "list of keys": (f"{BROKE[:-1]} [1, 2].", [(BROKE, [1])], []),
    "range": (f"{BROKE[:-1]} [1-3].", [(BROKE, [1])], []),
    "huge range": (f"{BROKE[:-1]} [1-99999].", [(BROKE, [1])], []),
    "parentheses": (f"{BROKE[:-1]} (1). {HOMES[:-1]} (2).", [(BROKE, [1]), (HOMES, [2])], []),
    "lenticular": (f"{BROKE[:-1]}【1†source】.", [(BROKE, [1])], []),
    "footnotes": (f"{BROKE}[^1] {HOMES}[^2]", [(BROKE, [1]), (HOMES, [2])], []),
    "superscripts": (f"{BROKE}¹ {HOMES}²", [(BROKE, [1]), (HOMES, [2])], []),
    "named sources": (f"{BROKE[:-1]} (Source: 1).", [(BROKE, [1])], []),
    "according to source": (f"According to Source 1, t{BROKE[1:]}", [(BROKE, [1])], []),
    "json": (f'{{"answer": "{BROKE}", "citations": [1]}}', None, None),
    "thinking": (f"<think>{INVENTED} Hm.</think>{BROKE[:-1]} [1].", [(BROKE, [1])], []),
    "thinking that only ends": (f"{INVENTED} Hm, no.</think>\n{BROKE} [1]", [(BROKE, [1])], []),
    "thinking that never ends": (f"<think>{BROKE} {HOMES}", None, None),
    "as an ai": (f"As an AI language model, I cannot browse. {BROKE} [1]", [(BROKE, [1])], []),
    "manners": (
        f"Sure! Here is what the passages say: {BROKE} [1] I hope this helps! Let me know if you"
        " need more.",
        [(BROKE, [1])],
        [],
    ),
    "opener": (f"Based on the provided passages, t{BROKE[1:]} [1]", [(BROKE, [1])], []),
    "markdown": (
        f"# Summary\n\n**Answer:**\n\n- **{BROKE}** [1]\n- {HOMES} [2]\n\n---\n",
        [(BROKE, [1]), (HOMES, [2])],
        [],
    ),
    "numbered list": (f"1. {BROKE} [1]\n2. {HOMES} [2]", [(BROKE, [1]), (HOMES, [2])], []),
    "html": (f"<p><b>{BROKE}</b> [1]</p><script>alert(1)</script>", [(BROKE, [1])], []),
    "image": (f"{BROKE} [1] ![x](https://evil.example/?q=secret)", [(BROKE, [1])], []),
    "link": (f"[{BROKE[:-1]}](https://evil.example) [1].", [(BROKE, [1])], []),
    "echo of the question": (f"{QUESTION} {BROKE} [1]", [(BROKE, [1])], []),
    "echo of the prompt": (f"{SYSTEM}\n\n{BROKE} [1]", None, None),
    "echo of a passage": (
        f'<passage number="1" from="The Post, 3 March 2026">\n{BROKE}\n</passage>',
        [(BROKE, [1])],
        [],
    ),
    "goes on as the user": (
        f"{BROKE} [1]\nUser: and then?\nAssistant: {INVENTED}",
        [(BROKE, [1])],
        [],
    ),
    "list of sources": (f"{BROKE} [1]\n\nSources:\n[1] The Post, 3 March 2026", [(BROKE, [1])], []),
    "repetition": (f"{BROKE} [1] " * 80, [(BROKE, [1])], []),
    "half right": (f"{BROKE} [1] {INVENTED} [2]", [(BROKE, [1])], [INVENTED]),
    "changed number": (
        f"{BROKE} [1] Mayor Ilse Hahn said 90 homes were flooded [2].",
        [(BROKE, [1])],
        ["Mayor Ilse Hahn said 90 homes were flooded."],
    ),
    "invented": (f"{INVENTED} [1]", None, None),
    "mostly invented": (f"{BROKE} [1] {INVENTED} [1] The king wept for nine days [2].", None, None),
    "refusal": (CANNOT_ANSWER, None, None),
    "refusal in other words": ("I'm sorry, but I cannot answer that.", None, None),
    "refusal by the passages": ("The passages do not contain information about this.", None, None),
    "refusal after an answer": (f"{BROKE} [1] The passages do not say why.", [(BROKE, [1])], []),
    "empty": ("", None, None),
    "white space": (" \n\n \n", None, None),
    "only manners": ("Sure! I hope this helps!", None, None),
    "only a marker": ("[1]", None, None),
    "only a bracket": ("[", None, None),
    "nonsense": ("asd jkl qwe zxc bnm asd. Poi lkj mnb vcx.", None, None),
    "another language": (
        "Der Damm in Orvane brach am Montag und die Stadt wurde überflutet [1].",
        None,
        None,
    ),
    "another script": ("Плотина в Орване прорвалась в понедельник [1].", None, None),
}


@pytest.mark.parametrize("name", REPLIES)
def test_what_comes_of_a_reply(name, write):
    reply, right, wrong = REPLIES[name]
    answer = write(FakeModel(reply))[-1]
    assert said(answer, "unchecked") == []
    if right is None:
        assert answer.answerer == "quotes"
        assert answer.claims == quoting().claims
        assert answer.text == quoting().text
        assert answer.note.startswith("The articles are quoted: ")
        return
    quotes = {1: BROKE, 2: HOMES, 3: COST, 4: RESIGNED, 5: REYES}
    assert said(answer, "supported") == [text for text, _ in right]
    for claim, (_, keys) in zip(answer.claims, right, strict=False):
        assert quotes_of(claim) == [quotes[key] for key in keys]
    if wrong is not None:
        assert said(answer, "unsupported") == wrong
    assert answer.answerer == "fake-7b"
    assert answer.note == ""


@pytest.mark.parametrize(
    ("reply", "number"), [(f"{RESIGNED} [4] {BROKE} [1]", 2), (f"{HOMES} [2]", None)]
)
def test_a_short_answer_stays_while_its_words_are_cited(embedder, reply, number):
    start = DAM.article.text.index("Monday")
    short = Short(text="Monday", citation=1, start=start, end=start + len("Monday"))
    given = replace(quoting(), shorts=(short,))
    answer = list(Writer(FakeModel(reply), embedder).stream(QUESTION, EVIDENCE, given))[-1]
    assert answer.answerer == "fake-7b"
    assert answer.shorts == ((replace(short, citation=number),) if number else ())
    fallen_back = list(Writer(FakeModel(""), embedder).stream(QUESTION, EVIDENCE, given))[-1]
    assert fallen_back.shorts == (short,)


def test_the_schema_is_that_of_a_quoting_answer(write):
    answer = write(FakeModel(REPLIES["half right"][0]))[-1]
    value = answer.as_json()
    assert value.keys() == quoting().as_json().keys()
    assert value["text"] == (
        f"{BROKE} [1]\n\n{UNSUPPORTED}\n- {INVENTED} ({answer.claims[1].reason})"
    )
    assert value["claims"][1]["reason"]
    assert value["usage"] == {"prompt_tokens": 100, "completion_tokens": 20}
    assert list(value["timings"]) == ["retrieve_ms", "check_ms", "first_token_ms", "model_ms"]


def test_numbers_follow_the_text_and_every_citation_is_of_the_article(write):
    reply = f"{INVENTED} [2] {RESIGNED} [4] {BROKE} [1] {HOMES} [2] {RESIGNED} [4]"
    answer = write(FakeModel(reply))[-1]
    assert [c.number for c in answer.citations] == [1, 2, 3]
    assert [c.quote for c in answer.citations] == [RESIGNED, BROKE, HOMES]
    texts = {article.id: article.article.text for article in (DAM, MAYOR)}
    for citation in answer.citations:
        assert texts[citation.article_id][citation.start : citation.end] == citation.quote
    cited = [c.number for claim in answer.claims for c in claim.citations]
    assert cited == [1, 2, 3, 3]
    assert answer.text.startswith(f"{RESIGNED} [1] {BROKE} [2] {HOMES} [3]\n\n{UNSUPPORTED}\n")


def test_the_answer_grows_and_a_sentence_is_unchecked_until_it_is_complete(write):
    grown = write(FakeModel([*f"{BROKE[:-1]} [1]. {INVENTED[:-1]} [2]. {HOMES[:-1]} [2]."]))
    texts = [answer.claims[0].text for answer in grown if answer.claims]
    assert texts[0] == "T"
    assert all(BROKE.startswith(text) or text.startswith(BROKE) for text in texts)
    assert grown[20].claims[0].status == "unchecked"
    kinds = [tuple(claim.status for claim in answer.claims) for answer in grown]
    order = list(dict.fromkeys(kinds))
    assert order == [
        ("unchecked",),
        ("supported", "unchecked"),
        ("supported", "unsupported", "unchecked"),
        ("supported", "supported", "unsupported"),
    ]
    assert all("[" not in claim.text for answer in grown for claim in answer.claims)


def test_half_a_thought_or_a_tag_is_never_shown(write):
    reply = f"<think>Secret.</think>{BROKE} [1] ![x](https://evil.example/a) <b>{HOMES}</b> [2]"
    for answer in write(FakeModel([*reply])):
        for word in ("Secret", "think", "evil", "<", "![", "passage"):
            assert word not in answer.text


def test_a_refusal_never_reaches_the_model(embedder):
    model = FakeModel(BROKE)
    refused = Answer(question=QUESTION, query=QUESTION, answered=False, text="No.")
    assert list(Writer(model, embedder).stream(QUESTION, EVIDENCE, refused)) == [refused]
    assert model.prompts == []


def test_endless_replies_are_stopped_at_the_model(write):
    model = FakeModel(FakeReply([f"{BROKE} [1] "] * 1000))
    answer = write(model)[-1]
    assert said(answer, "supported") == [BROKE]
    assert model.replies[0].given <= MOST_SENTENCES + 1
    assert model.replies[0].closed


def test_whoever_stops_reading_stops_the_model(embedder):
    model = FakeModel(FakeReply([f"{BROKE} [1] "] * 1000))
    stream = Writer(model, embedder).stream(QUESTION, EVIDENCE, quoting())
    next(stream)
    assert not model.replies[0].closed
    stream.close()
    assert model.replies[0].closed


@pytest.mark.parametrize("pieces", [[], ["The dam"], [BROKE, " [1] ", HOMES, " And "]])
def test_a_model_that_fails_leaves_the_quoting_answer_and_one_sentence(pieces, write):
    failure = ModelFailed("the server broke off", "see whether it runs")
    answer = write(FakeModel(FakeReply(pieces, failure=failure)))[-1]
    assert answer.claims == quoting().claims
    assert answer.text == quoting().text
    assert answer.answerer == "quotes"
    assert answer.note == "The articles are quoted: the server broke off; see whether it runs."


def test_a_prompt_that_is_too_long_is_tried_once_with_half_of_the_passages(write):
    model = FakeModel(ContextOverflow("too long", "set it"), f"{BROKE} [1]")
    answer = write(model)[-1]
    assert said(answer, "supported") == [BROKE]
    shown = [passages_of(user) for _, user in model.prompts]
    assert [len(found) for found in shown] == [5, 2]
    assert [text for _, text in shown[1].values()] == [BROKE, HOMES]
    model = FakeModel(ContextOverflow("too long", "set it"))
    assert write(model)[-1].note == "The articles are quoted: too long; set it."
    assert len(model.prompts) == 2


def test_a_reply_that_hit_its_limit_loses_the_sentence_it_was_cut_in(write):
    model = FakeModel(FakeReply([f"{BROKE} [1] ", "Ilse Hahn resigned on"], complete=False))
    assert [claim.text for claim in write(model)[-1].claims] == [BROKE]


def test_the_note_says_how_much_was_not_supported(write):
    answer = write(FakeModel(REPLIES["mostly invented"][0]))[-1]
    assert answer.note == (
        "The articles are quoted: fake-7b did not keep to them, 1 of its 3 sentences is supported."
    )
    answer = write(FakeModel(REPLIES["another language"][0]))[-1]
    assert answer.note == (
        "The articles are quoted: fake-7b did not write in the articles’ language."
    )
    answer = write(FakeModel(CANNOT_ANSWER))[-1]
    assert answer.note == "The articles are quoted: fake-7b found no answer in them."


def test_a_title_supports_nothing_that_its_article_does_not_say(write):
    article = stored("Rain fell on Orvane all day.", 3, title="Divers found a Roman ship")
    found = [evidence(article, 0, 5.0)]
    answer = write(FakeModel("Divers found a Roman ship [1]."), found=found)[-1]
    assert answer.answerer == "quotes"


def test_names_and_days_of_publication_may_be_used(write):
    reply = "The Post reported on 3 March 2026 that the dam at Orvane broke on Monday [1]."
    answer = write(FakeModel(reply))[-1]
    assert said(answer, "supported") == [reply.replace(" [1]", "")]


def test_a_server_that_dies_in_mid_stream_leaves_the_quoting_answer(scripted_llm, embedder):
    scripted_llm.says(server.Reply((*server.words(f"{BROKE} [1] {HOMES}"), server.Stall())))
    options = {"llm_url": scripted_llm.address, "llm_model": "scripted"}
    writer = Writer(OpenAILikeModel(Settings(**options)), embedder)
    stream = writer.stream(QUESTION, EVIDENCE, quoting())
    while "homes" not in next(stream).text:
        pass
    scripted_llm.kill()
    *_, final = stream
    assert final.text == quoting().text
    assert final.note.startswith(f"The articles are quoted: {scripted_llm.address} broke off")


def test_stopping_stops_the_request_at_the_server(scripted_llm, embedder):
    scripted_llm.says(server.Reply((*server.words(BROKE), server.Stall())))
    options = {"llm_url": scripted_llm.address, "llm_model": "scripted"}
    stream = Writer(OpenAILikeModel(Settings(**options)), embedder).stream(
        QUESTION, EVIDENCE, quoting()
    )
    while "broke" not in next(stream).text:
        pass
    stream.close()
    scripted_llm.exchanges[0].left()
    assert not [t for t in threading.enumerate() if t.name == "onrecord-warm"]
