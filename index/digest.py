"""What tells a stored row from one that is not as it was written."""

from __future__ import annotations

from hashlib import blake2b

DIGEST_BYTES = 16


def digest(*values: object) -> bytes:
    """Sixteen bytes that depend on every value, its type and its place.

    Values are what SQLite hands out: text, bytes, numbers and None.

    >>> digest("a", "bc") == digest("ab", "c")
    False
    """
    parts = [
        value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
        for value in values
    ]
    form = ",".join(
        f"{type(value).__name__} {len(part)}" for value, part in zip(values, parts, strict=True)
    )
    return blake2b(b"\n".join((form.encode(), *parts)), digest_size=DIGEST_BYTES).digest()
