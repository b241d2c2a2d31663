"""The running story, the requests and the pairs of sentences, held to the articles they are of.

A request names its ``corpus`` ("story" is ``tests/golden/story``, "sample" ``index/sample``), its
``kind``, and what a good result holds. Phrases stand verbatim in one sentence of an article; where
a list holds several, one is enough. The fields that need a word:

* timeline: ``events`` has to be there, ``also`` may be (its ``day`` may be a month or a year);
* count: ``names`` are the words of which an article has to hold one to be counted, copies too;
* latest: ``day`` is that of the newest article on the subject, ``words`` what it says;
* fact: ``main`` are phrases of which one answers;
* disagreement: each of ``differ`` is a pair of accounts, the correction second.

The requests of ``requests_apart.jsonl`` were written and measured before what they ask was mended.

A pair of ``conflicts.jsonl`` says in ``like`` what makes it look like a conflict when it is none.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from index.boilerplate.clean import clean_article
from index.readers.source import Source
from index.text.dates import WEEKDAYS
from index.text.sentences import split_sentences
from rag.question_files import records

GOLDEN = Path(__file__).parent.parent / "golden"
REQUESTS, APART = (
    [record.fields for record in records(GOLDEN / f"{name}.jsonl")]
    for name in ("requests", "requests_apart")
)
EVERY = [*REQUESTS, *APART]
PAIRS = [record.fields for record in records(GOLDEN / "conflicts.jsonl")]
NEEDED = {
    "timeline": {"events", "also"},
    "brief": {"main", "docs"},
    "comparison": {"sides"},
    "disagreement": {"differ"},
    "list": {"items"},
    "count": {"of", "count"},
    "latest": {"day", "words"},
    "quotes": {"speaker", "quotes"},
    "search": {"docs"},
    "fact": {"main"},
}
COUNTED = {"articles": {"names"}, "items": {"items"}}
OTHER_MATTERS = set(
    "2025-09-16-vna-astrolabe-theft 2025-09-20-sentinel-rowing-regatta 2025-09-25-post-crab-prices"
    " 2025-10-01-vna-rate-cut 2025-10-11-sentinel-library-saved 2025-10-22-post-wind-farm"
    " 2025-11-01-vna-opera-director 2025-11-05-sentinel-bus-drivers".split()
)


@pytest.fixture(scope="module")
def corpora():
    """The cleaned articles of each corpus by their keys."""
    with as_file(files("index").joinpath("sample")) as sample:
        folders = {"story": GOLDEN / "story", "sample": sample}
        return {
            name: {each.key: clean_article(each) for each in Source.at(folder).articles()}
            for name, folder in folders.items()
        }


@pytest.fixture(scope="module")
def sentences(corpora):
    """The sentences of each corpus, each with the article that it stands in."""
    return {
        name: [
            (article.text[sentence.start : sentence.end], article)
            for article in articles.values()
            for sentence in split_sentences(article.text)
        ]
        for name, articles in corpora.items()
    }


def of_kind(*kinds):
    return [request for request in EVERY if request["kind"] in kinds]


def events(request):
    return [*request["events"], *request["also"]]


def phrases(request):
    """All that has to stand in one sentence of an article."""
    return [
        *(words for event in request.get("events", []) for words in event["words"]),
        *(words for event in request.get("also", []) for words in event["words"]),
        *(words for item in request.get("items", []) for words in item),
        *(words for side in request.get("sides", {}).values() for want in side for words in want),
        *(words for pair in request.get("differ", []) for words in pair),
        *request.get("main", []),
        *request.get("words", []),
        *request.get("quotes", []),
    ]


def test_the_story_is_told_by_three_outlets_over_two_months(corpora):
    story = corpora["story"]
    assert len(story) == 40
    assert Counter(each.publisher for each in story.values()) == {
        "Veldt News Agency": 13,
        "Harrow Sentinel": 15,
        "The Coastal Post": 12,
    }
    days = sorted(each.published for each in story.values())
    assert (days[0], days[-1]) == (date(2025, 9, 10), date(2025, 11, 14))
    lengths = {key: len(each.text.split()) for key, each in story.items()}
    assert {key: count for key, count in lengths.items() if not 120 <= count <= 350} == {}


def test_four_articles_repeat_the_agency(corpora):
    story = corpora["story"]
    paragraphs = {key: set(each.text.split("\n\n")) for key, each in story.items()}
    pairs = {
        (key, other)
        for key in story
        for other in story
        if key < other and 2 * len(paragraphs[key] & paragraphs[other]) > len(paragraphs[key])
    }
    assert {tuple(key[:10] for key in pair) for pair in pairs} == {
        (day, day) for day in ("2025-09-10", "2025-09-22", "2025-10-08", "2025-10-24")
    }
    assert len(pairs) == 4


def test_eight_articles_are_on_other_matters(corpora):
    ferry = re.compile("Maid of Ilsay|Pellance|Cattle Rock|Pell Sound")
    silent = {key for key, each in corpora["story"].items() if not ferry.search(each.text)}
    assert silent == OTHER_MATTERS


def test_there_are_sixty_requests_of_every_kind():
    assert Counter(request["kind"] for request in REQUESTS) == {
        "brief": 10,
        "timeline": 8,
        "list": 8,
        "count": 7,
        "quotes": 7,
        "comparison": 6,
        "disagreement": 6,
        "latest": 4,
        "search": 4,
    }
    assert Counter(request["corpus"] for request in REQUESTS) == {"story": 40, "sample": 20}


def test_thirty_requests_are_kept_apart():
    assert Counter(request["kind"] for request in APART) == {
        "list": 12,
        "disagreement": 6,
        "comparison": 5,
        "timeline": 3,
        "brief": 2,
        "fact": 2,
    }


@pytest.mark.parametrize("lines", [EVERY, PAIRS], ids=["requests", "conflicts"])
def test_every_id_is_given_once(lines):
    ids = [line["id"] for line in lines]
    assert len(set(ids)) == len(ids)


def test_no_request_is_made_twice():
    made = [(request["corpus"], request["request"].casefold()) for request in EVERY]
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("asked", EVERY, ids=lambda request: request["id"])
def test_a_request_holds_what_its_kind_is_judged_by(asked):
    wanted = NEEDED[asked["kind"]] | COUNTED.get(asked.get("of"), set())
    assert set(asked) == {"id", "corpus", "kind", "request"} | wanted
    assert all(asked.values())


def test_every_phrase_stands_in_a_sentence(sentences):
    for request in EVERY:
        missing = [
            words
            for words in phrases(request)
            if not any(words in sentence for sentence, _ in sentences[request["corpus"]])
        ]
        assert missing == [], request["id"]


def test_every_article_named_is_there(corpora):
    for request in of_kind("brief", "search"):
        assert set(request["docs"]) <= set(corpora[request["corpus"]]), request["id"]


def test_the_main_event_of_a_brief_stands_in_an_article_that_belongs(corpora):
    for request in of_kind("brief"):
        texts = [corpora[request["corpus"]][key].text for key in request["docs"]]
        assert all(any(words in text for text in texts) for words in request["main"]), request["id"]


def test_every_day_is_one_that_the_words_can_mean(sentences):
    """A weekday in them is that of the day, "yesterday" the day before publication."""
    for request in of_kind("timeline"):
        for event in events(request):
            if len(event["day"]) < len("2025-09-10"):
                continue
            day = date.fromisoformat(event["day"])
            for words in event["words"]:
                named = [name for name in WEEKDAYS if name in words]
                assert named in ([], [WEEKDAYS[day.weekday()]]), (request["id"], words)
                published = {
                    article.published
                    for sentence, article in sentences[request["corpus"]]
                    if words in sentence
                }
                if "yesterday" in words:
                    assert published == {day + timedelta(1)}, (request["id"], words)
                if re.search("today|this morning", words):
                    assert published == {day}, (request["id"], words)


def test_a_timeline_gives_each_event_once():
    for request in of_kind("timeline"):
        words = [words for event in events(request) for words in event["words"]]
        assert len(set(words)) == len(words), request["id"]


def test_the_story_has_dated_events_enough():
    days = {
        event["day"]
        for request in of_kind("timeline")
        if request["corpus"] == "story"
        for event in events(request)
        if event["day"].startswith("2025-") and len(event["day"]) == len("2025-09-10")
    }
    assert len(days) >= 25


def test_a_count_is_right(corpora):
    for request in of_kind("count"):
        counted = request.get("items") or [
            key
            for key, each in corpora[request["corpus"]].items()
            if any(name in each.text for name in request["names"])
        ]
        assert len(counted) == request["count"], request["id"]


def test_the_latest_stands_in_an_article_of_that_day(sentences):
    for request in of_kind("latest"):
        for words in request["words"]:
            days = {
                article.published.isoformat()
                for sentence, article in sentences[request["corpus"]]
                if words in sentence
            }
            assert days == {request["day"]}, (request["id"], words)


def test_a_quotation_stands_in_quotation_marks_beside_its_speaker(corpora):
    for request in of_kind("quotes"):
        surname = request["speaker"].split()[-1]
        for words in request["quotes"]:
            quoted = re.compile(rf'"[^"\n]*{re.escape(words)}[^"\n]*"')
            beside = [
                key
                for key, each in corpora[request["corpus"]].items()
                if quoted.search(each.text) and surname in each.text
            ]
            assert beside, (request["id"], words)


def test_accounts_that_differ_are_of_two_articles(sentences):
    for request in of_kind("disagreement"):
        for pair in request["differ"]:
            first, second = (
                {article.key for text, article in sentences[request["corpus"]] if words in text}
                for words in pair
            )
            assert not first & second, (request["id"], pair)


def test_half_of_the_pairs_conflict_and_say_in_what():
    assert Counter(pair["why"] for pair in PAIRS) == {
        "": 20,
        "number": 7,
        "date": 5,
        "name": 4,
        "polarity": 4,
    }
    for pair in PAIRS:
        assert pair["conflict"] is bool(pair["why"]) is not bool(pair["like"]), pair["id"]
        assert pair["a"] != pair["b"]
