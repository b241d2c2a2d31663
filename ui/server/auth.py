"""Who may come in: names and hashed passwords; who may try one, and when."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import heapq
import hmac
import ipaddress
import itertools
import logging
import math
import re
import secrets
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import typer

from index.errors import OnRecordError
from rag.settings import Settings
from ui.server.process import RateLimitedLog

SHORTEST = 8
"""Characters that a password needs."""

# scrypt (RFC 7914) with 2**15 * 8 * 128 bytes = 32 MiB: 0.09 s a check on one core of the machine
# that this was written on, which a person does not notice and someone who guesses does.
_COST, _BLOCK, _LANES = 15, 8, 1

# Passwords that were right are remembered, so that only the first request of a client pays.
_REMEMBERED = 1000

_NAME = re.compile(r"[^\s:,\x00-\x1f\x7f]{1,64}")
_ENTRY = re.compile(
    r"([^\s:,]{1,64}):scrypt:(1[0-9]|20):([0-9a-f]{32}):([0-9a-f]{64})(?::(reader|editor|admin))?"
)

ROLES = ("reader", "editor", "admin")
"""What a user may do, each what the one before may: ask and read, add, remove."""


def signed_in(scope: Mapping[str, Any]) -> tuple[str, str]:
    """Who asks, and their role; "" and the last role where nobody signs in."""
    return str(scope.get("onrecord.user") or ""), str(scope.get("onrecord.role") or ROLES[-1])


class BadAuth(OnRecordError):
    """Who may come in is not said, or not in a way that can be used."""


@dataclass(frozen=True, slots=True)
class User:
    """A name and the hash of its password."""

    name: str
    cost: int  # the binary logarithm of scrypt's N
    salt: bytes
    digest: bytes
    role: str = "admin"  # one of ``ROLES``

    @classmethod
    def with_password(cls, name: str, password: str) -> Self:
        """A user with this password, under a new salt.

        The name is None where only a password is asked for.

        Raises:
            BadAuth: the name or the password cannot be used.
        """
        if not _NAME.fullmatch(name):
            raise BadAuth(f"{name!r}: a user's name has 1 to 64 characters, no space, “:” or “,”")
        if len(password) < SHORTEST:
            raise BadAuth(f"the password is too short; give it {SHORTEST} characters or more")
        salt = secrets.token_bytes(16)
        return cls(name, _COST, salt, _scrypt(password, salt, _COST))

    @property
    def entry(self) -> str:
        """The user as the setting ``auth`` has it."""
        role = "" if self.role == "admin" else f":{self.role}"
        return f"{self.name}:scrypt:{self.cost}:{self.salt.hex()}:{self.digest.hex()}{role}"

    def knows(self, password: str) -> bool:
        """Whether this is the password; takes the time of scrypt."""
        return hmac.compare_digest(_scrypt(password, self.salt, self.cost), self.digest)


class Users:
    """All who may come in. Threads may share it."""

    def __init__(self, users: Sequence[User] = ()) -> None:
        self._users = {user.name: user for user in users}
        self._key = secrets.token_bytes(32)
        self._right: dict[bytes, str] = {}
        self._lock = threading.Lock()

    @classmethod
    def parse(cls, setting: str) -> Self:
        """The users of the setting ``auth``: entries with commas between them; "" is nobody.

        Raises:
            BadAuth: an entry is none.
        """
        users = []
        for place, entry in enumerate(filter(None, re.split(r"[\s,]+", setting)), 1):
            found = _ENTRY.fullmatch(entry)
            if not found:
                raise BadAuth(
                    f"setting auth: entry {place} is not NAME:scrypt:COST:SALT:HASH[:ROLE];"
                    " onrecord chat --auth NAME prints the line to put there"
                )
            salt, digest = bytes.fromhex(found[3]), bytes.fromhex(found[4])
            users.append(User(found[1], int(found[2]), salt, digest, found[5] or "admin"))
        return cls(users)

    @property
    def setting(self) -> str:
        """They as the setting ``auth`` has them."""
        return ",".join(user.entry for user in self._users.values())

    def role(self, name: str) -> str:
        """What a user may do."""
        return self._users[name].role

    def __bool__(self) -> bool:
        return bool(self._users)

    def __contains__(self, name: str) -> bool:
        return name in self._users

    def remembered(self, name: str | None, password: str) -> str | None:
        """The user whose password this was before; None says nothing. Takes no time."""
        return self._right.get(self.mark(name, password))

    def check(self, name: str | None, password: str) -> str | None:
        """The user with this password, whatever the name if that is None; None if it is wrong.

        Takes the time of scrypt, for an unknown name too.
        """
        mark = self.mark(name, password)
        if known := self._right.get(mark):
            return known
        asked = list(self._users.values()) if name is None else [self._users.get(name)]
        for user in asked:
            # One that nobody has takes as long: the time does not tell which names there are.
            right = (user or _NOBODY).knows(password)
            if user and right:
                with self._lock:
                    if len(self._right) >= _REMEMBERED:
                        self._right.clear()
                    self._right[mark] = user.name
                return user.name
        return None

    def mark(self, name: str | None, password: str) -> bytes:
        """What stands for a name and a password in memory, of use to nobody else."""
        said = f"{'*' if name is None else f'={name}'}\0{password}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, said, "sha256")


def admitted(settings: Settings, name: str | None = None, *, no_auth: bool = False) -> Users:
    """Who may use the chat: the one named, who is asked for a password, or those of the settings.

    Args:
        settings: Which users there are.
        name: The one who is asked for a password; None for those of the settings.
        no_auth: Whether everybody may.

    Raises:
        BadAuth: the chat would be open to other machines, and that was not said; or the name, the
            password or the setting cannot be used.
    """
    if name is not None:
        user = _ask_password(name)
        typer.echo(f'For next time, a line of onrecord.toml:\nauth = "{user.entry}"', err=True)
        return Users([user])
    users = Users() if no_auth else Users.parse(settings.auth.get_secret_value())
    if not (users or no_auth or is_loopback(settings.host)):
        raise BadAuth(
            f"host {settings.host}: others could ask without a password; give --auth NAME to set"
            " one, or --no-auth to let everyone in"
        )
    return users


def _ask_password(name: str) -> User:
    """Asks for a user's password: twice at a terminal, else a line of standard input."""
    if sys.stdin.isatty():
        password = typer.prompt(
            f"Password for {name}", hide_input=True, confirmation_prompt=True, err=True
        )
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    return User.with_password(name, str(password))


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a server that listens there."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _scrypt(password: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"),
        salt=salt,
        n=1 << cost,
        r=_BLOCK,
        p=_LANES,
        maxmem=2 * 128 * _BLOCK << cost,
        dklen=32,
    )


_NOBODY = User("", _COST, bytes(16), bytes(32))


# Wrong passwords that nobody waits after, and the longest wait, which each further one doubles up
# to: of one address under one name, of one address, and under one name wherever they come from.
_LIMITS = {"pair": (5, 60.0), "address": (20, 60.0), "name": (1000, 2.0)}

FORGOTTEN = 900.0
"""Seconds after the last wrong password in which nothing is known of them any more."""

# What is held in memory of all of these; the least recently used is let go first.
_MOST_COUNTED = 10_000
_MOST_REFUSED = 50_000

_SOON = 1.0

K = TypeVar("K")
V = TypeVar("V")

_Key = tuple[str, str, str | None]
"""Kind, address and name; "" for what does not matter to the kind."""


@dataclass(slots=True)
class _Count:
    """Wrong passwords of one kind, and those that are being tried."""

    free: int
    longest: float
    wrong: int = 0
    trying: int = 0
    until: float = 0.0
    last: float = 0.0

    @property
    def limited(self) -> bool:
        return self.wrong + self.trying >= self.free

    def wait(self, now: float, again: bool) -> float:
        """Seconds until a password may be tried; ``again``: it was refused before."""
        if not self.limited:
            return 0.0
        if now < self.until:
            return self.until - now
        at_once = 1 if self.wrong >= self.free else self.free
        return 0.0 if again and self.trying < at_once else _SOON

    def failed(self, now: float) -> None:
        self.wrong += 1
        self.last = now
        if self.wrong >= self.free:
            doubled = min(self.wrong - self.free, 16)
            self.until = now + min(_SOON * 2**doubled, self.longest)


class Attempts:
    """What is known of wrong passwords. For one thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: OrderedDict[_Key, _Count] = OrderedDict()
        self._refused: OrderedDict[tuple[str, Hashable], None] = OrderedDict()

    def rank(self, address: str) -> int:
        """How many passwords an address has tried and is trying: the more, the later its turn."""
        count = self._counts.get(("address", _network(address), ""))
        return count.wrong + count.trying if count else 0

    def begin(self, address: str, name: str | None, mark: Hashable) -> float:
        """Seconds until this password may be tried; 0 if it is now, and ``end`` has to be told.

        Args:
            address: Where it comes from.
            name: Whose it is said to be.
            mark: What stands for the name and the password.
        """
        now, network = self._clock(), _network(address)
        counts = self._of(network, name, now)
        again = (network, mark) in self._refused
        # Of what is refused no more is kept than this mark: it costs nothing to be refused.
        if wait := max(count.wait(now, again) for count in counts.values()):
            _put(self._refused, (network, mark), None, _MOST_REFUSED)
            return wait
        self._refused.pop((network, mark), None)
        for key, count in counts.items():
            count.trying += 1
            _put(self._counts, key, count, _MOST_COUNTED)
        return 0.0

    def end(self, address: str, name: str | None, *, right: bool) -> None:
        """Says what came of a password that was tried.

        Args:
            address: Whence it was tried.
            name: Of the user; None if only a password is asked for.
            right: Whether it was the right one.
        """
        now, network = self._clock(), _network(address)
        for key, count in self._of(network, name, now).items():
            count.trying = max(count.trying - 1, 0)
            if not right:
                count.failed(now)
            elif key[0] == "pair":
                count.wrong = 0
            _put(self._counts, key, count, _MOST_COUNTED)

    def _of(self, network: str, name: str | None, now: float) -> dict[_Key, _Count]:
        """The counts that matter to a password."""
        whose = {"pair": (network, name), "address": (network, ""), "name": ("", name)}
        counts = {}
        for kind, limits in _LIMITS.items():
            key = (kind, *whose[kind])
            count = self._counts.get(key)
            if count is None or (not count.trying and now - count.last > FORGOTTEN):
                count = _Count(*limits, last=now)
            counts[key] = count
        return counts


def _put(kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > most:
        kept.popitem(last=False)


def _network(address: str) -> str:
    """What one client has of addresses: one of IPv4, a /64 of IPv6."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


log = logging.getLogger(__name__)

# Passwords that wait for their turn, from all addresses, and how long who finds no room is sent
# away. One is checked at a time: guessing is slow, and takes no more memory.
_WAITING = 512
_FULL_SECONDS = 5

# Wrong passwords that are known to be wrong, and cost nothing when they come again.
_KNOWN_WRONG = 10_000


class NotNow(OnRecordError):
    """A password that is not looked at yet."""

    def __init__(self, said: str, seconds: int, *, full: bool = False) -> None:
        super().__init__(f"{said}; give the same name and password again in {seconds} seconds")
        self.seconds = seconds  # when it may come again
        self.full = full  # whether that is because of others


class SignIn:
    """Says who somebody is. For one event loop."""

    def __init__(self, users: Users, attempts: Attempts | None = None) -> None:
        self._users = users
        self._attempts = attempts or Attempts()
        self._turns = _Turns()
        self._checks: dict[bytes, asyncio.Task[str | None]] = {}
        self._wrong: OrderedDict[bytes, None] = OrderedDict()
        self._log = RateLimitedLog(log)

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
            _put(self._wrong, mark, None, _KNOWN_WRONG)
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
