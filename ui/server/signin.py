"""Names and passwords checked: each once, by turns, and only when ``attempts`` says so."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import logging
import math
from collections import OrderedDict
from collections.abc import AsyncIterator

from index.errors import OnRecordError
from ui.server.attempts import Attempts
from ui.server.auth import Users
from ui.server.log import Seldom

log = logging.getLogger(__name__)

# Passwords that wait for their turn, from all addresses, and how long who finds no room is sent
# away. One is checked at a time: guessing is slow, and takes no more memory.
_WAITING = 512
_FULL_SECONDS = 5

# Wrong passwords that are known to be wrong, and cost nothing when they come again.
_KNOWN_WRONG = 10_000


class NotNow(OnRecordError):
    """A password that is not looked at yet.

    Attributes:
        seconds: When it may come again.
        full: Whether that is because of others.
    """

    def __init__(self, said: str, seconds: int, *, full: bool = False) -> None:
        super().__init__(f"{said}; give the same name and password again in {seconds} seconds")
        self.seconds = seconds
        self.full = full


class SignIn:
    """Says who somebody is. For one event loop."""

    def __init__(self, users: Users, attempts: Attempts | None = None) -> None:
        self._users = users
        self._attempts = attempts or Attempts()
        self._turns = _Turns()
        self._checks: dict[bytes, asyncio.Task[str | None]] = {}
        self._wrong: OrderedDict[bytes, None] = OrderedDict()
        self._log = Seldom(log)

    async def user(self, address: str, name: str | None, password: str) -> str | None:
        """The user with this password, whatever the name if that is None; None if it is wrong.

        Args:
            address: Who asks.
            name: Who they say that they are.
            password: The password.

        Raises:
            NotNow: too many wrong ones came before it.
        """
        if known := self._users.remembered(name, password):
            return known
        mark = self._users.mark(name, password)
        if mark in self._wrong:
            return None
        if mark not in self._checks:
            rank = self._attempts.rank(address)
            if len(self._checks) >= _WAITING:
                raise NotNow("busy with other passwords", _FULL_SECONDS, full=True)
            if wait := self._attempts.begin(address, name, mark):
                raise NotNow("too many wrong passwords", math.ceil(wait))
            check = asyncio.create_task(self._checked(rank, address, name, password))
            self._checks[mark] = check
            check.add_done_callback(lambda _: self._checks.pop(mark, None))
        user = await asyncio.shield(self._checks[mark])
        if user is None:
            self._wrong[mark] = None
            if len(self._wrong) > _KNOWN_WRONG:
                self._wrong.popitem(last=False)
        return user

    async def _checked(
        self, rank: int, address: str, name: str | None, password: str
    ) -> str | None:
        user = None
        try:
            async with self._turns.next(rank):
                user = await asyncio.to_thread(self._users.check, name, password)
        finally:
            self._attempts.end(address, name, right=user is not None)
        if user is None:
            # A name that nobody has may be a password in the wrong field.
            whose = "no name" if name is None else name if name in self._users else "unknown name"
            self._log.warning("failed sign-in: %s, from %s", whose, address)
        return user


class _Turns:
    """One at a time, the lowest rank first, then the earliest."""

    def __init__(self) -> None:
        self._taken = False
        self._order = itertools.count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    @contextlib.asynccontextmanager
    async def next(self, rank: int) -> AsyncIterator[None]:
        if self._taken:
            mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (rank, next(self._order), mine))
            await mine
        self._taken = True
        try:
            yield
        finally:
            self._taken = False
            while self._waiting:
                *_, first = heapq.heappop(self._waiting)
                if not first.done():
                    self._taken = True
                    first.set_result(None)
                    break
