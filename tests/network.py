"""Shuts the network, this machine itself excepted."""

from __future__ import annotations

import ipaddress
import socket

import pytest


class NetworkUsed(Exception):
    """Something wanted to leave this machine; no ``OSError``, which libraries take lightly."""


def shut(patch: pytest.MonkeyPatch) -> list[str]:
    """Refuses connections and look-ups that leave the machine; gives the list of those tried."""
    tried: list[str] = []

    def refuse(what: str) -> None:
        tried.append(what)
        raise NetworkUsed(f"tests use no network: {what}")

    def sends(name):
        real = getattr(socket.socket, name)

        def guarded(self, *arguments):
            inet = self.family in (socket.AF_INET, socket.AF_INET6)
            addressed = arguments and isinstance(arguments[-1], tuple)
            if inet and addressed and not _is_here(arguments[-1][0]):
                refuse(f"{name} to {arguments[-1][0]}")
            return real(self, *arguments)

        return guarded

    def looks_up(name):
        real = getattr(socket, name)

        def guarded(host, *arguments, **named):
            asked = host[0] if isinstance(host, tuple) else host
            if not _is_here(asked):
                refuse(f"{name} of {asked}")
            return real(host, *arguments, **named)

        return guarded

    for name in ("connect", "connect_ex", "sendto"):
        patch.setattr(socket.socket, name, sends(name))
    names = "getaddrinfo gethostbyname gethostbyname_ex gethostbyaddr getnameinfo"
    for name in names.split():
        patch.setattr(socket, name, looks_up(name))
    return tried


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
