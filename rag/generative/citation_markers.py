"""Citation markers, in whatever form a model writes them: the keys, and the text without them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_LABELS = (
    r"sources?|passages?|articles?|sentences?|documents?|docs?|citations?|citing|cited?|cites?|refs?"
    r"|references?|footnotes?|notes?|evidence|quotes?|excerpts?|extracts?|snippets?"
)
_LABEL = re.compile(rf"\b(?:{_LABELS}|see|from|numbers?|nos?|ids?)\b|\b[spne](?=\d)|[#№^:.]", re.I)
_NAMED = re.compile(rf"\b(?:{_LABELS})\b", re.I)
_JOIN = re.compile(r"\b(?:and|or)\b|[,;/&+|]", re.I)
_DASHES = "-‐‑‒–—~"
_KEYS = re.compile(rf"\s*(?:\d+|[{_DASHES}]|\bto\b|,|\s)*\d\s*,?\s*", re.I)
_TOKEN = re.compile(rf"\d+|[{_DASHES}]+|\bto\b", re.I)

_IMAGE = re.compile(r"!\[[^\[\]\n]*\]\([^()]*\)")
_TAGGED = re.compile(r"<(sup|cite|ref|citation|source)\b[^<>]*>\s*([^<>]{1,40}?)\s*</\1\s*>", re.I)
_NUMBERED_TAG = re.compile(
    rf"<\s*(?:(?:{_LABELS}|co|c)\b[^<>]{{0,30}}?)?(\d{{1,4}})[^<>\w]{{0,4}}/?\s*>", re.I
)
_BRACED = re.compile(r"(?:\\(?:cite|footnote|ref))?\{{1,2}\s*([^{}\n]{1,40}?)\s*\}{1,2}")
_CARET = re.compile(r"(?<![\d\s])\^(\d{1,3})\b|(?<=\s)\^(\d{1,3})\b")
_DOUBLED = re.compile(r"\[\s*(\[[^\[\]]{1,60}\](?:\s*,?\s*\[[^\[\]]{1,60}\])*)\s*\]")
_BRACKETED = re.compile(
    r"\^?[\[【［〔⟦]([^\[\]【】［］〔〕⟦⟧\n]{1,80})[\]】］〕⟧](?:\([^()\s]{0,500}\)|:(?=\s|$))?"
)
_PARENTHESISED = re.compile(r"[(（]([^()（）\n]{1,60})[)）]")
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_SUPERSCRIPT = re.compile(rf"(?<![{_RAISED}])[{_RAISED}](?:[\s,˒ʼ⁻]*[{_RAISED}])*")
_POWER = re.compile(r"(?:\d|\b(?:[kcdm]?m|ft|in|mi|yd|s|sec|x|y|r|mc|CO|a|b|c))$")
_ENUMERATED = re.compile(r"^\s*(?:[-*•–]\s+)?\(?\d{1,2}\)\s+(?=\S)|^\s*\d{1,2}\.\s+(?=\D)")
_BULLET = re.compile(r"^\s*(?:[-*•–—+]\s+)+")
_NUMBERS = rf"(?:#?\d{{1,3}}(?:\s*(?:,|;|&|and|or|to|[{_DASHES}])\s*#?\d{{1,3}})*)"
_ACCORDING = re.compile(
    rf"^\W*(?:according to|as (?:stated|reported|said|noted|described) in|as per|per|in|from"
    rf"|based on)\s+(?:the\s+)?(?:{_LABELS})\s*(?:numbers?|nos?\.?|:)?\s*({_NUMBERS})\s*[,:]?\s+",
    re.I,
)
_SAYS = re.compile(
    rf"^\W*(?:the\s+)?(?:{_LABELS})\s*(?:numbers?|nos?\.?|:)?\s*({_NUMBERS})\s*(?:also\s+)?(?:says?"
    rf"|states?|reports?|notes?|mentions?|indicates?|explains?|adds?|confirms?)(?:\s+that)?\s+",
    re.I,
)
_TRAILING = re.compile(
    rf"[\s,;—–-]*\b(?:{_LABELS})\s*(?:numbers?|nos?\.?)?\s*[:#]?\s*({_NUMBERS})\s*([.!?]*)\s*$",
    re.I,
)
_EMPTY = re.compile(rf"[(\[（]\s*(?:(?:see|cf\.?|{_LABELS})\s*:?\s*)?[)\]）]", re.I)
_FOOT = re.compile(r"(?<=[a-z”\"][.!?])(\d{1,2})\s*$")


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence of a reply, and what it cites.

    Attributes:
        text: The sentence without its markers, and without what numbers it in a list.
        keys: The passages that it cites, each once, in the order of its markers.
        removed: Markers of passages that do not exist.
    """

    text: str
    keys: tuple[int, ...]
    removed: int = 0


def resolve(text: str, count: int) -> Marked:
    """Takes the markers out of a sentence.

    Args:
        text: The sentence as the model wrote it.
        count: The passages that it was shown, which are numbered from 1.

    >>> resolve("Rain fell [1, 3-4] on Kyiv【9†source】.", 5)
    Marked(text='Rain fell on Kyiv.', keys=(1, 3, 4), removed=1)
    """
    found = _Found(count)
    text = _BULLET.sub("", text)
    text = _ENUMERATED.sub("", text)
    text = _IMAGE.sub(" ", text)
    text = _TAGGED.sub(r"[\2]", text)
    text = _NUMBERED_TAG.sub(r"[\1]", text)
    text = _BRACED.sub(lambda m: f"[{m[1]}]" if found.reads(m[1]) else m[0], text)
    text = _CARET.sub(lambda m: f"[{m[1] or m[2]}]", text)
    text = _DOUBLED.sub(r"\1", text)
    text = _BRACKETED.sub(lambda m: found.take(m[1], m[0]), text)
    text = _PARENTHESISED.sub(lambda m: found.take_doubtful(m, text), text)
    text = _SUPERSCRIPT.sub(lambda m: found.take_raised(m, text), text)
    for pattern in (_ACCORDING, _SAYS):
        if said := pattern.match(text):
            found.take(said[1], "")
            rest = text[said.end() :]
            text = rest[:1].upper() + rest[1:]
    if said := _TRAILING.search(text):
        found.take(said[1], "")
        text = text[: said.start()] + (said[2] if text[: said.start()][-1:] not in ".!?" else "")
    if (said := _FOOT.search(text)) and found.reads(said[1]):
        found.take(said[1], "")
        text = text[: said.start()]
    return Marked(_tidy(text), tuple(dict.fromkeys(found.keys)), found.removed)


def _tidy(text: str) -> str:
    """A text without the gaps that markers leave."""
    text = _EMPTY.sub(" ", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"(?:\s*,)+(?=\s*[.!?])", "", text)
    text = re.sub(r" +([.,;:!?](?:\s|$|[”\"’']))", r"\1", text)
    return re.sub(r"([.!?])(?:\s*\1)+$", r"\1", text) if not text.endswith("...") else text


class _Found:
    """The keys found so far in a sentence."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.keys: list[int] = []
        self.removed = 0

    def reads(self, inside: str) -> bool:
        """Whether there is nothing but keys between two brackets."""
        return bool(_KEYS.fullmatch(_bare(inside)))

    def take(self, inside: str, otherwise: str) -> str:
        """What stands in place of a marker: nothing, or the text itself if it is none."""
        if not self.reads(inside):
            return otherwise
        for low, high in _ranges(_bare(inside)):
            first, last = max(1, low), min(self.count, high)
            self.keys += range(first, last + 1)
            self.removed += low < first or high > last
        return ""

    def take_doubtful(self, found: re.Match[str], text: str) -> str:
        """The same for parentheses, which may hold an age, a year or a paragraph of a law."""
        inside, bare = found[1], _bare(found[1])
        if not self.reads(inside):
            return found[0]
        before, after = text[: found.start()], text[found.end() :].lstrip()
        named = bool(_NAMED.search(inside))
        if not named and (not before.strip() or re.search(r"[^\W_]$", before)):
            return found[0]
        known = all(low >= 1 and high <= self.count for low, high in _ranges(bare))
        ends = not after or after[0] in '.,;:!?([【”"'
        small = all(high < 100 for _, high in _ranges(bare))
        return self.take(inside, "") if named or known or (ends and small) else found[0]

    def take_raised(self, found: re.Match[str], text: str) -> str:
        """The same for superscripts, which may be a power or a unit."""
        before = text[: found.start()]
        if not before.strip() or _POWER.search(before):
            return found[0]
        digits = unicodedata.normalize("NFKC", found[0])
        whole = re.fullmatch(r"\d+", digits)
        if whole and len(digits) > 1 and int(digits) > self.count:
            digits = " ".join(digits)
        return self.take(re.sub(r"[˒ʼ⁻]", ",", digits), found[0])


def _bare(inside: str) -> str:
    """What stands between brackets, without labels: "Source 1 and 2" -> "  1 , 2"."""
    inside = unicodedata.normalize("NFKC", inside.partition("†")[0])
    return _JOIN.sub(",", _LABEL.sub(" ", inside))


def _ranges(bare: str) -> Iterator[tuple[int, int]]:
    """The keys as ranges, both ends included; nine digits are more than any passage has."""
    tokens: list[str] = _TOKEN.findall(bare)
    place = 0
    while place < len(tokens):
        if not tokens[place].isdigit():
            place += 1
            continue
        low = high = int(tokens[place][:9])
        if place + 2 < len(tokens) and not tokens[place + 1].isdigit():
            high = int(tokens[place + 2][:9]) if tokens[place + 2].isdigit() else low
            place += 2
        yield min(low, high), max(low, high)
        place += 1
