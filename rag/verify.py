"""Whether the words that a claim cites support it, and if not, what differs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from index.embed import Embedder
from index.words import WORD, content_stems
from rag.answer import Status
from rag.logistic import Logistic
from rag.verification.comparison import FEATURES, Comparison

# Claims below it are unsupported.
THRESHOLD = 0.5

_PLAIN = str.maketrans(dict.fromkeys("“”„«»\"'‘’`´‐‑‒–—―-\xa0", " "))
_OPENING = re.compile(
    r"^(?:here (?:is|are)\b.*:|(?:i|we) (?:found|do not|don['’]t|cannot|can['’]t|hope)\b.*"
    r"|(?:sorry|unfortunately),? (?:i|we|but i)\b.*|sure[,!.].{0,40}|of course[,!.].{0,40}"
    r"|let me know\b.*|in (?:summary|short|conclusion):?)$",
    re.I | re.S,
)
_ITEM = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+")  # what stands before an item of a list
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LETTER = re.compile(r"[^\W\d_]")
# Words that hold sentences together in other languages written with the same letters.
_FOREIGN = frozenset(
    """der die das und ist nicht ein eine von zu den mit le la les et est des une dans que el los
    las y en del una il che di della per het een niet dat os na do da não och att som""".split()
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether cited words support a claim.

    Attributes:
        status: "unchecked" if there is nothing to compare.
        score: The probability, from 0 to 1, that they do.
        source: Which of the cited texts holds the best sentence; None if there is none.
        start: Where in that text the sentence begins; likewise ``end``.
        reason: What differs, in one sentence; "" for a claim that is supported.
    """

    status: Status
    score: float
    source: int | None = None
    start: int = 0
    end: int = 0
    reason: str = ""


@cache
def default_model() -> Logistic:
    """The model that comes with onrecord."""
    return Logistic.shipped("verify", FEATURES)


def verify(
    claim: str,
    cited: Sequence[str],
    embedder: Embedder,
    *,
    context: str = "",
    model: Logistic | None = None,
) -> Verdict:
    """Judges one claim by the texts that it cites; its parts may rest on several of them.

    Args:
        claim: A sentence of an answer, without citation markers.
        cited: The texts that it cites.
        embedder: Encodes the claim and the sentences nearest to it.
        context: What a reader has at hand beside the texts: title, publisher, author, day.
        model: None for the one that comes with onrecord.
    """
    claim = _ITEM.sub("", claim)
    if found := verbatim(claim, cited):
        return found
    if why := _unchecked(claim, cited):
        return Verdict("unchecked", 0.0, reason=why)
    model = model or default_model()
    comparison = Comparison.of(claim, cited, embedder, context)
    if comparison is None:
        return Verdict("unchecked", 0.0, reason="no words are cited")
    score = comparison.score(model)
    if score >= THRESHOLD:
        return Verdict("supported", score, *comparison.place)
    return Verdict("unsupported", score, *comparison.place, reason=comparison.reason(model))


def _plain(text: str) -> tuple[str, list[int]]:
    """A text without what may differ in a quotation, and where each character of it stood."""
    out: list[str] = []
    places: list[int] = []
    for i, char in enumerate(text.translate(_PLAIN)):
        if char.isspace():
            if out and out[-1] != " ":
                out.append(" ")
                places.append(i)
        else:
            lower = char.lower()
            out.append(lower if len(lower) == 1 else char)
            places.append(i)
    while out and out[-1] == " ":
        out.pop()
        places.pop()
    return "".join(out), places


def verbatim(claim: str, cited: Sequence[str]) -> Verdict | None:
    """The verdict on a claim that is in a cited text word for word."""
    bare = claim.strip()
    if not bare:
        return None
    wanted, _ = _plain(bare)
    wanted = wanted.rstrip(".,;: ")
    for source, text in enumerate(cited):
        at = text.find(bare)
        if at >= 0 and _whole(text, at, at + len(bare)):
            return Verdict("supported", 1.0, source, at, at + len(bare))
        if not wanted:
            continue
        plain, places = _plain(text)
        at = plain.find(wanted)
        while at >= 0:
            end = at + len(wanted)
            if _whole(plain, at, end):
                return Verdict("supported", 1.0, source, places[at], places[end - 1] + 1)
            at = plain.find(wanted, at + 1)
    return None


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a stretch begins and ends where words do, and tears no number apart."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before and before[-1].isalnum() and text[start].isalnum():
        return False
    if after and after[0].isalnum() and text[end - 1].isalnum():
        return False
    if text[start].isdigit() and len(before) == 2 and before[1] in ".,:" and before[0].isdigit():
        return False
    return not (
        text[end - 1].isdigit() and len(after) == 2 and after[0] in ".,:%" and after[1].isdigit()
    )


def _unchecked(claim: str, cited: Sequence[str]) -> str:
    """Why a claim cannot be compared; "" if it can."""
    if not any(text.strip() for text in cited):
        return "no words are cited"
    stripped = claim.strip()
    if not content_stems(stripped) or _OPENING.match(stripped):
        return "there is nothing in it to check"
    if not _comparable(stripped) or not any(_comparable(text) for text in cited):
        return "its language cannot be compared with the cited words"
    return ""


def _comparable(text: str) -> bool:
    """Whether a text is in Latin letters and, as far as its small words tell, in English."""
    letters = _LETTER.findall(text[:2000])
    if letters and len(_LATIN.findall(text[:2000])) < 0.5 * len(letters):
        return False
    found = [word.lower() for word in WORD.findall(text[:2000])]
    foreign = sum(word in _FOREIGN for word in found)
    english = len(found) - len(content_stems(text[:2000]))
    return not (len(found) >= 4 and foreign > 0.2 * len(found) and foreign > english)
