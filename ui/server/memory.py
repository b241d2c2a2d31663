"""How the process of a server asks the system for memory."""

from __future__ import annotations

import ctypes
from contextlib import suppress

# mallopt(3): the parameter's number in glibc's malloc.h. Unlimited, each of some forty threads
# fills stretches of its own: over 1,000 questions on the page the process then grew by 42 kB a
# question in the second half, and by 15 kB with two.
_M_ARENA_MAX = -8
_ARENAS = 2


def share_arenas() -> None:
    """Has all threads take memory from a few common stretches, where the C library is glibc.

    To be called before threads are started.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
