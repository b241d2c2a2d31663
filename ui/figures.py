"""Numbers as people read them."""

_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def counted(number: int, noun: str, several: str = "") -> str:
    """A number with its noun: "1 article", "2,000 articles".

    Args:
        number: How many.
        noun: The name of one.
        several: That of several, if it is not the noun and an s.

    >>> counted(1, "query", "queries"), counted(2000, "article")
    ('1 query', '2,000 articles')
    """
    return f"{number:,} {noun if number == 1 else several or f'{noun}s'}"


def size_text(count: int) -> str:
    """Bytes for a reader.

    >>> size_text(512), size_text(458752), size_text(3_200_000_000)
    ('512 bytes', '459 kB', '3.2 GB')
    """
    for unit, name in _UNITS:
        if count >= unit:
            share = count / unit
            return f"{share:.1f} {name}" if share < 10 else f"{share:.0f} {name}"
    return f"{count} bytes"
