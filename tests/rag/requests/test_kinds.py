"""What kind of request a text is taken for, by the model that ships."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.reading.reader import default_reader
from rag.requests.request import Request, request_of
from rag.types import KINDS, ROLES

GOLDEN = Path(__file__).parent.parent.parent / "golden"
FLOOR_KINDS = 210  # of 240 requests kept apart from training
MOST_MISTAKEN = 12  # of 304 questions for facts that are taken for something else


def lines(name):
    return [json.loads(line) for line in (GOLDEN / name).read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def read():
    return default_reader().request


def test_requests_kept_apart_are_told(read):
    kept = [line for line in lines("kinds.jsonl") if line["part"] == "test"]
    wrong = [line for line in kept if read(line["request"]).kind != line["kind"]]
    assert len(kept) == 240
    assert len(kept) - len(wrong) >= FLOOR_KINDS, [line["request"] for line in wrong]


def test_questions_for_facts_are_taken_for_nothing_else(read):
    asked = [line["question"] for name in ("sample.jsonl", "users.jsonl") for line in lines(name)]
    # What somebody said is a fact that is asked for, and words that are quoted.
    taken = [q for q in asked if request_of(q, read).kind not in ("fact", "quotes", "list")]
    assert len(taken) <= MOST_MISTAKEN, taken


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("summarise the peace talks please", Request("brief", "peace talks")),
        ("timeline of the port strike", Request("timeline", "port strike")),
        ("how many articles mention Peskov?", Request("count", "Peskov")),
        ("what's new on the ferry", Request("latest", "ferry")),
        ("articles about the flood", Request("search", "flood")),
        ("compare Germany and France on sanctions",
         Request("comparison", "sanctions", ("Germany", "France"))),
        ("what did Peskov say about Crimea", Request("quotes", "Crimea", speaker="Peskov")),
        ("what do the articles disagree on?", Request("disagreement")),
        ("when did the talks begin?", Request("fact")),
        ("timline of the port strike", Request("timeline", "port strike")),
        ("do the reports agree on how many were hurt", Request("disagreement", "were hurt")),
        ("how many demands does the union have?", Request("count", "union")),
        ("demands of the union", Request("list", sides=("union",))),
        ("whats the story with the library", Request("brief", "library")),
        ("is there a timetable for the talks", Request("fact")),
        ("what happens to the prisoners", Request("fact")),
        ("what did the Sentinel get wrong", Request("disagreement", "Sentinel")),
        ("where do Berg and Falk differ on the fund?",
         Request("comparison", "fund", ("Berg", "Falk"))),
        ("difference between the two casualty figures",
         Request("disagreement", "casualty figures")),
        ("Berg & Falk: will they meet, and when?", Request("fact")),
        ("a rundown of the strike, four lines", Request("brief", "strike")),
        ("which of these is the newest?", Request("search")),
        ("latest on the strike", Request("latest", "strike")),
        ("what's the last thing Peskov said", Request("quotes", speaker="Peskov")),
        ("what did Kyiv offer Moscow and how did it respond", Request("fact")),
        ("who gets quoted most", Request("list")),
        ("which stories did the Post publish in March", Request("search")),
        ("which articles did the Post run on the strike?", Request("search", "strike")),
    ],
)  # fmt: skip
def test_what_a_request_is_about(read, text, expected):
    assert request_of(text, read) == expected


def test_roles_are_words_of_the_request(read):
    for line in lines("kinds.jsonl")[:150]:
        text = line["request"]
        reading = read(text)
        assert reading.kind in KINDS
        places = [0, *(n for a, b, _ in reading.roles for n in (a, b)), len(text)]
        assert places == sorted(places)
        for start, end, role in reading.roles:
            assert role in ROLES
            assert text[start:end].strip() == text[start:end] != ""
