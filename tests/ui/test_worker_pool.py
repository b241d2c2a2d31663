"""Work that makes way for questions."""

from __future__ import annotations

import threading

import pytest

from ui.server.metrics import Metrics
from ui.server.worker_pool import Aside

SECONDS = 120  # the longest wait for something that must come


def test_work_is_done_in_a_lull():
    assert Aside(lambda: 0).run(lambda go_on: [go_on(), go_on()], []) == [True, True]


def test_work_waits_for_a_lull():
    questions = iter([2, 1, 0])
    assert Aside(lambda: next(questions), seconds=SECONDS).run(lambda go_on: go_on(), None) is True
    assert list(questions) == []


def test_without_a_lull_work_is_told_to_end():
    assert Aside(lambda: 1, seconds=0).run(lambda go_on: go_on(), None) is False


def test_work_beyond_the_places_is_left_out_and_a_place_is_free_again():
    aside = Aside(lambda: 0, waiting=1)
    assert aside.run(lambda _: aside.run(lambda _: "inner", "left out"), "never") == "left out"
    assert aside.run(lambda _: "next", "left out") == "next"


def test_one_at_a_time():
    aside = Aside(lambda: 0, seconds=0, waiting=2)
    begun, over = threading.Event(), threading.Event()

    def slow(_):
        begun.set()
        return over.wait(SECONDS)

    first = threading.Thread(target=aside.run, args=(slow, None))
    first.start()
    assert begun.wait(SECONDS)
    assert aside.run(lambda _: "second", "left out") == "left out"
    over.set()
    first.join(SECONDS)
    assert not first.is_alive()
    assert aside.run(lambda _: "third", "left out") == "third"


def test_work_that_fails_leaves_its_place():
    aside = Aside(lambda: 0, waiting=1)
    with pytest.raises(ZeroDivisionError, match="division"):
        aside.run(lambda _: 1 / 0, None)
    assert aside.run(lambda _: "next", "left out") == "next"


def test_a_question_is_under_way_until_something_is_said():
    metrics = Metrics()
    seen = []

    def answers():
        seen.append(metrics.under_way)
        yield "first"
        seen.append(metrics.under_way)
        yield "last"

    stream = metrics.stream(answers(), "page")
    next(stream)
    seen.append(metrics.under_way)
    next(stream)
    stream.close()
    assert seen == [1, 0, 0]
    assert metrics.under_way == 0


def test_a_question_that_fails_is_not_under_way():
    metrics = Metrics()

    def fails():
        raise ValueError("no")
        yield

    with pytest.raises(ValueError, match="no"):
        list(metrics.stream(fails(), "page"))
    assert metrics.under_way == 0
