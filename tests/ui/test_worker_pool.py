"""Work that makes way for questions."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace

import pytest

from tests.running import run
from ui.page.app import Offers
from ui.server.metrics import Metrics
from ui.server.worker_pool import Aside, WorkerPool

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


def test_questions_to_begin_with_wait_for_a_lull_and_those_before_stand_until_then(
    monkeypatch, tmp_path
):
    settings = SimpleNamespace(index=tmp_path)
    corpus = SimpleNamespace(
        directory=tmp_path, settings=settings, manifest=lambda: {"token": token}
    )
    asked = []

    def suggest(corpus, go_on):
        asked.append(token)
        return tuple(f"{token}{n}?" for n in range(2) if go_on())

    monkeypatch.setattr("ui.page.app.suggest", suggest)
    busy, token = iter([0, 0, 0, 1, 0, 0]), "a"
    offers = Offers(corpus, Aside(lambda: next(busy), seconds=0))
    assert [offers(), offers()] == [("a0?", "a1?")] * 2
    token = "b"
    assert offers() == ("a0?", "a1?")  # the second question of the new ones had no lull
    assert [offers(), offers()] == [("b0?", "b1?")] * 2
    assert asked == ["a", "b", "b"]


def test_work_that_fails_leaves_its_place():
    aside = Aside(lambda: 0, waiting=1)
    with pytest.raises(ZeroDivisionError, match="division"):
        aside.run(lambda _: 1 / 0, None)
    assert aside.run(lambda _: "next", "left out") == "next"


def test_who_has_the_end_of_an_answer_finds_room_for_another_question():
    """Though the thread that worked on it may not have come to its own end."""
    pool, begun, go_on = WorkerPool(1, 0), threading.Event(), threading.Event()
    submit = pool._pool.submit

    def slow(work):
        future = submit(work)
        future.add_done_callback(lambda _: go_on.wait(SECONDS))
        begun.set()
        return future

    pool._pool.submit = slow

    async def two():
        first = await pool.run(lambda: begun.wait(SECONDS) and "first")
        second = asyncio.create_task(pool.run(lambda: "second"))
        await asyncio.sleep(0)
        go_on.set()
        return first, await second

    try:
        assert run(two()) == ("first", "second")
    finally:
        go_on.set()
        pool.close()


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
