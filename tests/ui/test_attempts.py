"""Who guesses at passwords waits, and who has the right one gets in meanwhile."""

from __future__ import annotations

import asyncio
import logging

import pytest

from tests.running import run
from ui.server import auth as attempts_module
from ui.server.auth import FORGOTTEN, Attempts, NotNow, SignIn, User, Users
from ui.server.process import RateLimitedLog

PASSWORD = "correct horse battery"
ADA = User.with_password("ada", PASSWORD)


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def attempts(clock):
    return Attempts(clock)


def guess(attempts, mark, address="192.0.2.1", name="ada"):
    """A wrong password: 0 if it was looked at, else the seconds to wait."""
    wait = attempts.begin(address, name, mark)
    if not wait:
        attempts.end(address, name, right=False)
    return wait


def persistent(attempts, clock, mark, address="192.0.2.1", name="ada"):
    """A password given again until it is looked at: the seconds that it took."""
    begun = clock.now
    while wait := attempts.begin(address, name, mark):
        clock.now += wait
    return clock.now - begun


# Counting


def test_the_wait_doubles_up_to_a_minute(attempts, clock):
    assert [guess(attempts, mark) for mark in range(6)] == [0, 0, 0, 0, 0, 1]
    waits = []
    for mark in range(10, 19):
        waits.append(persistent(attempts, clock, mark))
        attempts.end("192.0.2.1", "ada", right=False)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_guesses_that_are_never_given_again_are_never_looked_at(attempts, clock):
    for mark in range(5):
        guess(attempts, mark)
    looked_at = 0
    for mark in range(10, 3610):
        clock.now += 1
        looked_at += not guess(attempts, mark)
    # Once in a quarter of an hour without one that was looked at, all is forgotten.
    assert looked_at <= 5 * 3600 / FORGOTTEN


def test_other_addresses_and_other_names_do_not_wait(attempts):
    for mark in range(20):
        guess(attempts, mark)
    assert guess(attempts, "a", address="192.0.2.2") == 0
    assert guess(attempts, "b", name="grace") == 0


def test_many_names_from_one_address_make_it_wait(attempts):
    looked_at = [guess(attempts, n, name=f"name{n}") == 0 for n in range(100)]
    assert looked_at == [True] * 20 + [False] * 80


def test_many_addresses_at_one_name_make_it_wait(attempts):
    looked_at = [guess(attempts, n, address=f"10.0.{n // 250}.{n % 250}") == 0 for n in range(1200)]
    assert looked_at == [True] * 1000 + [False] * 200


def test_a_network_of_ipv6_is_one_address(attempts):
    waits = [guess(attempts, n, address=f"2001:db8::{n:x}") for n in range(6)]
    assert waits == [0, 0, 0, 0, 0, 1]
    assert guess(attempts, "x", address="2001:db8:0:1::1") == 0
    assert [guess(attempts, n, address="::ffff:192.0.2.9") for n in range(5)] == [0] * 5
    assert guess(attempts, "y", address="192.0.2.9") == 1


def test_those_that_are_being_tried_count(attempts):
    assert [attempts.begin("192.0.2.1", "ada", mark) for mark in range(6)] == [0] * 5 + [1]


def test_a_right_password_ends_the_wait_of_its_name_there(attempts, clock):
    for mark in range(7):
        guess(attempts, mark)
    assert persistent(attempts, clock, "right") <= 2
    attempts.end("192.0.2.1", "ada", right=True)
    assert [guess(attempts, mark) for mark in range(20, 26)] == [0, 0, 0, 0, 0, 1]


def test_it_is_forgotten_after_a_while(attempts, clock):
    for mark in range(20):
        guess(attempts, mark)
    clock.now += FORGOTTEN + 1
    assert guess(attempts, "later") == 0


def test_memory_is_bounded_and_what_is_refused_pushes_nothing_out(attempts, monkeypatch):
    monkeypatch.setattr(attempts_module, "_MOST_REFUSED", 100)
    for mark in range(5):
        guess(attempts, mark)
    for n in range(30):
        guess(attempts, n, address="192.0.2.7", name=f"n{n}")
    known = len(attempts._counts)
    for n in range(1_000):
        guess(attempts, f"m{n}", address="192.0.2.7", name=f"x{n}")
    assert len(attempts._counts) == known
    assert len(attempts._refused) == 100
    assert guess(attempts, "again") == 1


# Forty guessers


@pytest.mark.parametrize("addresses", [40, 1])
def test_a_right_sign_in_succeeds_while_forty_guess_at_its_name(attempts, clock, addresses):
    """Each guesser has a new password each quarter of a second, for two minutes before and on."""
    numbers = iter(range(10**9))

    def all_guess():
        for guesser in range(40):
            guess(attempts, f"guess {next(numbers)}", f"198.51.100.{guesser % addresses}")

    for _ in range(480):
        all_guess()
        clock.now += 0.25
    # One that lives where they do is told to wait, and gives the same password again then.
    address = "198.51.100.0" if addresses == 1 else "192.0.2.1"
    waits = []
    while wait := attempts.begin(address, "ada", "right"):
        waits.append(wait)
        ends = clock.now + wait
        while clock.now < ends:
            all_guess()
            clock.now += 0.25
    attempts.end(address, "ada", right=True)
    if addresses == 40:
        assert waits == []
    else:
        assert len(waits) <= 2
        assert sum(waits) <= 3


def test_the_checks_of_forty_guessers_end_in_time_for_a_right_sign_in(clock, monkeypatch):
    """Counted in checks: the first sign-in from a new address comes before all second guesses."""
    users = Users([ADA])
    order = []

    def check(name, password):
        order.append(password)
        return name if password == PASSWORD else None

    monkeypatch.setattr(users, "check", check)
    sign_in = SignIn(users, Attempts(clock))

    async def scene():
        guesses = [
            asyncio.create_task(sign_in.user(f"198.51.100.{n}", "ada", f"{turn} of {n}"))
            for turn in range(3)
            for n in range(40)
        ]
        await asyncio.sleep(0)
        right = await sign_in.user("192.0.2.1", "ada", PASSWORD)
        return right, await asyncio.gather(*guesses, return_exceptions=True)

    right, guesses = run(scene())
    assert right == "ada"
    assert order.index(PASSWORD) <= 40
    assert guesses == [None] * 120


# Signing in


def signing(users, *asked, attempts=None):
    """What comes of sign-ins, one after another; the seconds to wait for one that has to."""
    sign_in = SignIn(users, attempts)

    async def scene():
        found = []
        for address, name, password in asked:
            try:
                found.append(await sign_in.user(address, name, password))
            except NotNow as no:
                found.append(no.seconds)
        return found

    return run(scene())


def test_a_wrong_password_that_comes_again_and_again_keeps_nobody_out(attempts, caplog):
    stale = [("192.0.2.1", "ada", "an old password")] * 50
    found = signing(Users([ADA]), *stale, ("192.0.2.1", "ada", PASSWORD), attempts=attempts)
    assert found == [None] * 50 + ["ada"]
    assert len(caplog.records) == 1


def test_who_was_in_stays_in(attempts):
    guesses = [("192.0.2.1", "ada", f"guess {n}") for n in range(7)]
    mine = ("192.0.2.1", "ada", PASSWORD)
    found = signing(Users([ADA]), mine, *guesses, mine, attempts=attempts)
    assert found == ["ada", *[None] * 5, 1, 1, "ada"]


def test_one_password_is_checked_once_at_a_time(monkeypatch):
    users, checked = Users([ADA]), []
    right = users.check
    monkeypatch.setattr(users, "check", lambda *who: checked.append(who) or right(*who))

    async def scene():
        sign_in = SignIn(users)
        asked = (sign_in.user("192.0.2.1", "ada", PASSWORD) for _ in range(12))
        return await asyncio.gather(*asked)

    assert run(scene()) == ["ada"] * 12
    assert checked == [("ada", PASSWORD)]


def test_a_failed_sign_in_is_one_line_and_shows_no_password(caplog):
    asked = [
        ("192.0.2.1", "ada", "hunter22"),
        ("192.0.2.1", PASSWORD, "in the wrong field"),
        ("192.0.2.1", None, "a key\nof two lines"),
    ]
    with caplog.at_level(logging.INFO):
        assert signing(Users([ADA]), *asked, ("192.0.2.1", "ada", PASSWORD)) == [*[None] * 3, "ada"]
    assert [record.getMessage() for record in caplog.records] == [
        "failed sign-in: ada, from 192.0.2.1",
        "failed sign-in: unknown name, from 192.0.2.1",
        "failed sign-in: no name, from 192.0.2.1",
    ]


def test_more_lines_than_somebody_reads_are_counted(clock, caplog):
    seldom = RateLimitedLog(logging.getLogger("some"), most=2, seconds=60, clock=clock)
    for n in range(5):
        seldom.warning("number %d", n)
    clock.now += 60
    seldom.warning("number %d", 5)
    said = [record.getMessage() for record in caplog.records]
    assert said == ["number 0", "number 1", "3 more like the last one", "number 5"]
