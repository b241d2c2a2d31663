"""Requests over a running story and the sample corpus: what a reply holds, and in what form."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.calendar import MONTHS
from rag.evaluation import requests as measured
from rag.requests.request import Request

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "requests.jsonl"

# Mean recall of what a good reply holds, and mean precision where that is known; measured by
# ``onrecord evaluate tests/golden/requests.jsonl`` in parts.
FLOORS = {
    "timeline": (0.5, 0.6),
    "brief": (0.7, 0.8),
    "comparison": (0.25, 0),
    "disagreement": (0.4, 0.9),
    "list": (0.3, 0),
    "count": (0.6, 0),
    "latest": (0.9, 0),
    "quotes": (0.6, 0),
}


@pytest.fixture(scope="module")
def replies(sample_corpus, story_corpus):
    """Each golden request with its reply."""
    corpora = {"sample": sample_corpus, "story": story_corpus}
    lines = [json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()]
    return [(line, corpora[line["corpus"]].ask(line["request"])) for line in lines]


@pytest.mark.parametrize("kind", FLOORS)
def test_replies_hold_what_they_should(replies, kind):
    recall, precision = defaultdict(float), {}
    for line, answer in replies:
        if line["kind"] == kind:
            held = measured.held(line, answer)
            recall[line["id"]] = sum(held) / len(held)
            if right := measured.right(line, answer):
                precision[line["id"]] = sum(right) / len(right)
    floor, least = FLOORS[kind]
    assert sum(recall.values()) >= floor * len(recall), dict(recall)
    assert sum(precision.values()) >= least * len(precision), precision


def test_searches_find_the_articles_and_no_others(replies):
    for line, answer in replies:
        if line["kind"] == "search":
            assert {citation.key for citation in answer.citations} == set(line["docs"])


def test_every_line_is_the_articles_own_words_and_cited(replies, sample_corpus, story_corpus):
    corpora = {"sample": sample_corpus, "story": story_corpus}
    for line, answer in replies:
        for claim in answer.claims:
            assert claim.citations
            quoted = " ".join(claim.citations[0].quote.split())
            assert " ".join(claim.text.split()) == quoted
        for citation in answer.citations:
            text = corpora[line["corpus"]].article(citation.article_id).text
            assert text[citation.start : citation.end] == citation.quote
        assert [c.number for c in answer.citations] == [*range(1, len(answer.citations) + 1)]


def test_no_words_are_quoted_twice_under_one_label(replies):
    for line, answer in replies:
        said = [(claim.label, claim.text) for claim in answer.claims]
        assert len(said) == len(set(said)), line["id"]


DAY = re.compile(rf"(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})")


def day_of(label):
    day, month, year = DAY.match(label).groups()
    return date(int(year), MONTHS.index(month) + 1, int(day))


def test_a_timeline_is_in_order_and_names_who_tells(story_corpus):
    answer = story_corpus.reply(Request("timeline", "ferry strike"))
    days = [day_of(claim.label) for claim in answer.claims]
    assert days == sorted(days)
    assert answer.heading.startswith("Timeline: ferry strike (")
    for claim in answer.claims:
        assert claim.citations[0].publisher in claim.label


def test_a_brief_tells_each_story_once(story_corpus):
    answer = story_corpus.reply(Request("brief", "museum theft"))
    keys = [claim.citations[0].key for claim in answer.claims]
    assert set(keys) == {"2025-09-16-vna-astrolabe-theft"}
    assert 1 <= len(answer.claims) <= 8


def test_a_count_says_of_how_many(story_corpus):
    answer = story_corpus.reply(Request("count", "Henrik Sollis"))
    assert answer.heading == "5 of 40 articles mention Henrik Sollis:"


def test_what_a_speaker_did_not_say_is_not_put_into_their_mouth(sample_corpus):
    answer = sample_corpus.ask("what did Zelensky say?")
    assert not answer.answered
    assert answer.reason == "no words of Zelensky are reported"


@pytest.mark.parametrize("kind", ["brief", "timeline", "latest", "search"])
def test_nothing_is_told_of_what_no_article_tells(story_corpus, kind):
    answer = story_corpus.reply(Request(kind, "volcano on Saturn"))
    assert not answer.answered
    assert answer.reason == "the articles tell nothing of volcano on Saturn"
    assert answer.claims == answer.citations == ()


def test_about_the_corpus(story_corpus):
    answer = story_corpus.ask("how many articles do you have?")
    assert answer.kind == "about"
    assert answer.text.startswith(
        "I hold 40 articles by Harrow Sentinel, The Coastal Post and Veldt News Agency, published"
        " from 10 September 2025 to 14 November 2025."
    )


def test_a_request_that_names_nothing_is_about_what_was_asked_before(story_corpus):
    before = [{"role": "user", "content": "who stole the astrolabe from the museum?"}]
    answer = story_corpus.ask("give me a brief", history=before)
    assert {c.key for c in answer.citations} == {"2025-09-16-vna-astrolabe-theft"}


def test_a_plain_question_is_no_request(story_corpus):
    asked = "timeline of the ferry strike"
    assert story_corpus.ask(asked).kind == "timeline"
    assert story_corpus.ask(asked, plain=True).kind == "fact"


@settings(max_examples=15, deadline=None)
@given(st.sampled_from(["brief", "timeline", "quotes", "comparison", "disagreement", "list"]),
       st.text(max_size=30))  # fmt: skip
def test_whatever_it_is_about_a_reply_quotes_or_refuses(story_corpus, kind, subject):
    answer = story_corpus.reply(Request(kind, subject))
    assert answer.answered == bool(answer.claims) == bool(answer.citations)
    for one, other in pairwise(answer.citations):
        assert one.number + 1 == other.number


def test_comparisons_stand_under_their_sides(story_corpus):
    sides = ("Marta Oyelowe", "Gerrit Halloway")
    answer = story_corpus.reply(Request("comparison", "strike", sides))
    labels = list(dict.fromkeys(claim.label for claim in answer.claims))
    assert labels == [*sides]
    assert answer.heading == "Side by side: Marta Oyelowe and Gerrit Halloway."
