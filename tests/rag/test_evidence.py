"""Which sentences of the passages answer the question."""

import math
from dataclasses import replace

from rag.reading.evidence import BEHIND, LEVEL, MARGIN, RELEVANCE, blended, gather, surest
from rag.reading.reader import SentenceReading
from tests.fakes import FakeReader
from tests.rag.builders import passage, stored


class Told:
    """A reader that was told what to make of each sentence, by its words."""

    def __init__(self, **readings):
        self.readings = readings

    def read(self, question, texts):
        return [
            [
                SentenceReading(*self.readings.get(text.text[a:b].split()[0], (-5.0, -5.0)), a, b)
                for a, b in text.sentences
            ]
            for text in texts
        ]


def test_nothing_is_found_in_no_passages():
    assert gather("Did it rain?", [], FakeReader()) == []


def test_headings_and_questions_are_no_evidence():
    text = (
        "## Rain in Kyiv\n\nRain fell on Kyiv. Did rain fall on Kyiv? “Rain on Kyiv?” asked Tembo."
        " “Who knows of rain on Kyiv?”\n\nRain fell again."
    )
    found = gather("Did rain fall on Kyiv?", [passage(stored(text))], FakeReader())
    assert [e.text for e in found] == [
        "Rain fell on Kyiv.",
        "“Rain on Kyiv?” asked Tembo.",
        "Rain fell again.",
    ]


def test_only_headings_and_questions_give_nothing():
    found = [passage(stored("Did rain fall on Kyiv?"))]
    assert gather("rain on Kyiv", found, FakeReader()) == []


def test_both_judgements_of_the_reader_count():
    found = gather("Rain?", [passage(stored("Rain fell. Snow lay."))], Told(Rain=(1.0, 3.0)))
    assert [e.log_odds for e in found] == [
        RELEVANCE * 1.0 + MARGIN * 3.0 + LEVEL,
        RELEVANCE * -5.0 + MARGIN * -5.0 + LEVEL,
    ]


def test_a_passage_that_the_search_puts_behind_counts_less():
    rain, snow = stored("Rain fell.", 1), stored("Rain lay.", 2)
    found = [passage(rain, score=1.5), passage(snow, score=2.0)]
    first, second = gather("rain", found, FakeReader())
    assert (first.text, second.text) == ("Rain lay.", "Rain fell.")
    assert math.isclose(first.log_odds - second.log_odds, BEHIND * 0.5)


def test_most_probable_first_and_ties_in_the_order_of_the_ledger():
    two, one = stored("Snow lay. Rain fell.", 2), stored("Rain came. Hail hit. Rain went.", 1)
    found = gather("rain", [passage(two), passage(one)], FakeReader())
    assert [(e.article.pk, e.index) for e in found] == [(1, 0), (1, 2), (2, 1), (1, 1), (2, 0)]


def test_a_sentence_of_two_passages_counts_once_as_the_better_reading_has_it():
    article = stored("Rain fell. Snow lay. Hail hit.")

    class Later(FakeReader):
        def read(self, question, texts):
            rows = super().read(question, texts)
            return [
                [SentenceReading(r.relevance + n, r.margin, r.start, r.end) for r in row]
                for n, row in enumerate(rows)
            ]

    first = passage(article, 7, first=1, last=3)
    second = passage(article, 8, first=0, last=2)
    found = gather("snow", [first, second], Later())
    assert [(e.index, e.passage.chunk.pk) for e in found] == [(1, 8), (0, 8), (2, 7)]


def test_short_answers_are_places_in_the_article():
    article = stored("Snow lay in Oslo. Rain fell on Kyiv.")
    found = gather("Where did rain fall?", [passage(article, first=1)], FakeReader())
    assert [(e.reading.start, e.reading.end) for e in found] == [(18, 36)]
    assert article.article.text[18:36] == "Rain fell on Kyiv."


def test_a_sentence_that_was_not_read_is_no_evidence():
    found = gather(
        "x", [passage(stored("Rain fell. Snow lay."))], Told(Rain=(-math.inf, -math.inf))
    )
    assert [e.text for e in found] == ["Snow lay."]


def test_a_question_after_another_is_read_with_it_and_alone():
    found = passage(stored("Rain fell. Snow lay."))
    together = gather("Rain? Snow?", [found], Told(Rain=(4.0, 4.0), Snow=(1.0, 1.0)))
    alone = gather("Snow?", [found], Told(Rain=(-3.0, -3.0), Snow=(5.0, 5.0)))
    assert [e.text for e in together] == ["Rain fell.", "Snow lay."]
    mixed = blended(together, alone, 0.5)
    assert [e.text for e in mixed] == ["Snow lay.", "Rain fell."]
    assert [e.log_odds for e in mixed] == [
        (together[1].log_odds + alone[0].log_odds) / 2,
        (together[0].log_odds + alone[1].log_odds) / 2,
    ]
    assert [e.log_odds for e in blended(together, alone, 0.0)] == [e.log_odds for e in together]


def test_the_short_answer_of_a_follow_up_is_that_to_what_is_asked_now():
    found = passage(stored("Rain fell. Snow lay."))
    together = gather("Rain? Snow?", [found], Told(Rain=(4.0, 4.0), Snow=(1.0, 1.0)))
    shorter = [replace(e, reading=replace(e.reading, end=e.reading.end - 3)) for e in together]
    alone = gather("Snow?", [found], Told(Rain=(-3.0, -3.0), Snow=(5.0, 5.0)))
    mixed = blended(shorter, alone, 0.5)
    assert [e.short for e in mixed] == [alone[0].short, shorter[0].short]


def test_another_wording_may_find_a_sentence_but_the_answer_stays_that_to_the_question_asked():
    found = [passage(stored("Rain fell. Snow lay. Hail came."))]
    asked = gather("rain?", found, Told(Rain=(1.0, 3.0), Snow=(-3.0, -3.0), Hail=(5.0, 5.0)))
    shorter = [replace(e, reading=replace(e.reading, end=e.reading.end - 1)) for e in asked]
    told = Told(Rain=(3.0, 5.0), Snow=(2.0, 2.0), Hail=(-4.0, -4.0))
    best = surest(shorter, gather("wet?", found, told))
    assert [(e.text, e.article.article.text[e.reading.start : e.reading.end]) for e in best] == [
        ("Hail came.", "Hail came"),
        ("Rain fell.", "Rain fell"),
        ("Snow lay.", "Snow lay."),
    ]
    assert [e.log_odds for e in best] == [
        RELEVANCE * 5.0 + MARGIN * 5.0 + LEVEL,
        RELEVANCE * 3.0 + MARGIN * 5.0 + LEVEL,
        RELEVANCE * 2.0 + MARGIN * 2.0 + LEVEL,
    ]
