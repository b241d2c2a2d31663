"""From the bytes of a file to text, and from text to text that is safe to search."""

from __future__ import annotations

import codecs
import re
import unicodedata

UTF8_BOM = codecs.BOM_UTF8
BOMS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (UTF8_BOM, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"{\\rtf", "an RTF document"),
)
# Bytes outside ASCII with which an encoding tells itself; with fewer, and less
# confidence than that, it is taken for that of Windows.
# Of 45 articles of tests/pages.py in legacy encodings chardet reads all, and of their first 200
# characters; of the 44 paragraphs of news at hand that have such a byte in cp1252, all too (a table
# of letters of our own, which it replaces: 45, 43 and 33).
FEW_SIGNS, UNSURE = 6, 0.14
SAMPLE = 60_000  # bytes in which these are counted
TWICE = re.compile("â€|Ã[\x80-\xbf¡-¿]|Ð[\x80-\xbf°-¿].Ð")  # UTF-8 that was read as Latin
LOST_QUOTE = re.compile("â€(?=[ \n.,;:!?)]|$)")  # a control character is what is missing
NOT_CHARSETS = {"utf-7", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined"}
MAX_CONTROLS = 0.01  # of all characters; text has none, the binary files at hand 5 % and more

# "War and Peace" has 3.3 million characters in 66,000 lines. Reading, cleaning and splitting take
# some 5 s a million characters at worst (nothing but abbreviations), 10 s a million lines.
MAX_CHARACTERS = 5_000_000
MAX_LINES = 200_000

CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Soft hyphens, zero-width and bidirectional controls, tags and variation selectors: nobody sees
# them, they split words for a search and carry hidden instructions to a language model.
INVISIBLE = re.compile(
    "[\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
# Joiners spell words in Persian and Indic scripts and join emoji; elsewhere they only hide.
JOINERS = re.compile(
    "[\u200c\u200d]+(?=[\u200c\u200d])|(?<![^\x00-\u05ff\\s\u200c\u200d])[\u200c\u200d]"
    "|[\u200c\u200d](?![^\x00-\u05ff\\s])"
)
NO_LETTERS = re.compile(r"[\W_]+")
SURROGATES = re.compile("[\ud800-\udfff]")
SPLIT_WORD = re.compile(r"(?<=[^\W\d_])\u00ad[ \t]*\n[ \t]*(?=[^\W\d_])")
LIGATURES = dict(
    zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)
)


class Refused(Exception):
    """A source gives no article; the message is the reason, as ``Skipped.reason`` wants it."""


def decode(data: bytes, declared: str | None = None) -> str:
    """Read bytes as text in the encoding they are most likely written in.

    A byte order mark decides; then UTF-8 if the bytes are valid, then the declared charset,
    then UTF-16 without a mark, then detection.

    What the document itself declares, as an HTML page does, counts less than valid UTF-8.

    Raises:
        Refused: The bytes are not text.

    >>> decode("Größe".encode("utf-16"))
    'Größe'
    """
    return decode_telling(data, declared)[0]


def decode_telling(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """What ``decode`` gives, and what is in doubt about the encoding; "" when nothing is.

    >>> decode_telling("Größe, Köln, Güte".encode("utf-16"))
    ('Größe, Köln, Güte', '')
    """
    text, doubt = _decoded(data, declared)
    if TWICE.search(text):
        from ftfy import fix_encoding  # 0.1 s to import, and few files need it

        if (mended := fix_encoding(LOST_QUOTE.sub("”", text))) != text:
            return mended, doubt or "its letters were encoded twice, and are put right"
    return text, doubt


def _decoded(data: bytes, declared: str | None) -> tuple[str, str]:
    for signature, kind in SIGNATURES:
        if data.startswith(signature):
            raise Refused(f"the file is {kind}, not text; save its text as a .txt or .html file")
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return _checked(data[len(mark) :].decode(encoding, "replace")), ""
    for encoding in ([declared] if declared and data.isascii() else []) + ["utf-8", declared or ""]:
        text = _strictly(data, encoding)
        if text is not None and not _looks_binary(text):
            return scrub(text), ""
    if b"\x00" in data:
        return _checked(_without_mark(data)), ""
    text, doubt = _detected(data)
    return _checked(text), doubt


def tidy(text: str) -> str:
    r"""Make text safe to search and quote: line ends, invisible characters, Unicode NFC.

    Line ends become ``\n``; a word that a soft hyphen split over two lines is one again; soft
    hyphens, zero-width, bidirectional and control characters go; ligatures become their letters;
    spaces and paragraph breaks stay as they are.

    >>> tidy("co\u00adoperate\r\ncafe\u0301 har\u00ad\n bour o\ufb03ce")
    'cooperate\ncafé harbour office'
    """
    text = LINE_ENDS.sub("\n", scrub(text)).translate(LIGATURES)
    text = SPLIT_WORD.sub("", text)
    text = JOINERS.sub("", INVISIBLE.sub("", CONTROLS.sub("", text)))
    return unicodedata.normalize("NFC", text)


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


def letters(text: str | None) -> str:
    """The letters and figures of a text alone, small: what is compared of names and titles.

    >>> letters("The Gull-Post_")
    'thegullpost'
    """
    return NO_LETTERS.sub("", text or "").casefold()


def scrub(text: str) -> str:
    """Replace lone surrogates, which no database and no UTF-8 file can hold."""
    return SURROGATES.sub("\ufffd", text)


def _checked(text: str) -> str:
    if _looks_binary(text):
        raise Refused("the file is binary, not text; save its text as a .txt file in UTF-8")
    return scrub(text)


def _looks_binary(text: str) -> bool:
    return len(CONTROLS.findall(text)) > max(1, MAX_CONTROLS * len(text))


def _strictly(data: bytes, encoding: str) -> str | None:
    name = encoding.strip().lower().replace("-", "_")
    if not name or name.replace("_", "-") in NOT_CHARSETS or name in NOT_CHARSETS:
        return None
    # Browsers read these labels as Windows-1252, and pages rely on it.
    name = {"iso_8859_1": "cp1252", "latin1": "cp1252", "us_ascii": "cp1252"}.get(name, name)
    try:
        return data.decode(name)
    except (LookupError, ValueError):  # no such charset, or one that cannot give these bytes
        return None


def _without_mark(data: bytes) -> str:
    """UTF-16 or UTF-32 without a byte order mark, or UTF-8 with stray NULs."""
    import chardet

    encoding = chardet.detect(data)["encoding"] or ""
    if encoding.lower().startswith(("utf-16", "utf-32")):
        return data.decode(encoding, "replace")
    return data.decode("utf-8", "replace") if _mostly_utf8(data) else data.decode("latin-1")


def _detected(data: bytes) -> tuple[str, str]:
    if _mostly_utf8(data):
        return data.decode("utf-8", "replace"), "a few of its bytes are no UTF-8"
    import chardet  # 0.1 s to import, and few corpora need it

    found = chardet.detect(data)
    few = sum(byte > 127 for byte in data[:SAMPLE]) < FEW_SIGNS
    unsure = few and found["confidence"] < UNSURE
    encoding = "cp1252" if unsure else found["encoding"] or "cp1252"
    doubt = f"its encoding is a guess: {encoding}; save it in UTF-8" if unsure else ""
    return data.decode(encoding, "replace"), doubt


def _mostly_utf8(data: bytes) -> bool:
    """Whether a few broken bytes spoil what is otherwise UTF-8 with non-ASCII letters."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return broken == 0 or sum(not c.isascii() for c in text) - broken >= 4 * broken
