"""Files that are not as they were written: a bit, a byte or a page of them is another."""

from __future__ import annotations

import random

PAGE = 4096


def flipped(whole: bytes, kind: str, chance: random.Random) -> tuple[bytearray, int]:
    """A file with one place changed, and that place.

    Args:
        whole: The file as it was written.
        kind: "bit", "byte" or "page".
        chance: Chooses the place.
    """
    data = bytearray(whole)
    place = chance.randrange(len(data))
    if kind == "bit":
        data[place] ^= 1 << chance.randrange(8)
    elif kind == "byte":
        data[place] = (data[place] + chance.randrange(1, 256)) % 256
    else:
        start = place - place % PAGE
        data[start : start + PAGE] = chance.randbytes(PAGE)
    return data, place
