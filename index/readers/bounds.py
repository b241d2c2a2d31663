"""How large an article may be: what is larger is refused before it costs time and memory."""

from __future__ import annotations

from index.readers.encoding import Refused

# "War and Peace" has 3.3 million characters in 66,000 lines. Reading, cleaning and splitting take
# some 5 s a million characters at worst (nothing but abbreviations), 10 s a million lines.
MAX_CHARACTERS = 5_000_000
MAX_LINES = 200_000


def within_bounds(text: str) -> str:
    """The text of one article, as it is.

    Raises:
        Refused: It has too many characters or lines.
    """
    for what, number, most in (
        ("characters", len(text), MAX_CHARACTERS),
        ("lines", text.count("\n") + 1, MAX_LINES),
    ):
        if number > most:
            raise Refused(
                f"the text has {number:,} {what} and one article may have {most:,}; split it, or"
                " give its records as a .jsonl file"
            )
    return text
