"""Who may come in: names and hashed passwords, from the settings or asked at the terminal."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import typer

from index.errors import OnRecordError
from rag.settings import Settings

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
    """Who asks, and their role; "" and the last role where nobody signs in.

    Args:
        scope: Of the request, as the middleware ``Guard`` leaves it.
    """
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

        Args:
            name: The user's name; None if only a password is asked for.
            password: As it was typed.

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
        """The user whose password this was before; None says nothing. Takes no time.

        Args:
            name: The user's name; None if only a password is asked for.
            password: As it was typed.
        """
        return self._right.get(self.mark(name, password))

    def check(self, name: str | None, password: str) -> str | None:
        """The user with this password, whatever the name if that is None; None if it is wrong.

        Takes the time of scrypt, for an unknown name too.

        Args:
            name: The user's name; None if only a password is asked for.
            password: As it was typed.
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
        """What stands for a name and a password in memory, of use to nobody else.

        Args:
            name: The user's name; None if only a password is asked for.
            password: As it was typed.
        """
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
