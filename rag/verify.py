"""Whether the words that a claim cites support it, and if not, what differs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from index.text.dates import dates_in
from index.text.sentences import split_sentences
from index.text.words import WORD, Phrases, content_stems
from rag.facts import Lacking, exchanged, in_their_words, lacking
from rag.reading.reader import Reader, default_reader
from rag.types import Status

# Claims below it are unsupported. Of the claims in tests/rag/claims.py 12 of 58 true ones are
# flagged and 65 of 75 changed ones caught; at 0.35 it is 23 and 68, at 0.1 7 and 57.
THRESHOLD = 0.2

# A claim of so few content words is no sentence that the model could judge: all have to be cited.
SCRAP = 2

# A claim that has no more of its content words in the cited texts is not judged either: strings of
# words that say nothing are believed. Of the true ones in tests/rag/claims.py each has a third.
SHARED = 0.25

# Words of the cited texts that are read beside a claim.
READ_WORDS = 160

_PLAIN = str.maketrans(dict.fromkeys("“”„«»\"'‘’`´‐‑‒–—―-\xa0", " "))
_PHRASES = Phrases("rag")
_OPENING = _PHRASES.compiled("opening", re.I | re.S)
_FOREIGN = _PHRASES.words("foreign")
_ITEM = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+")  # what stands before an item of a list
# A word that is neither a name nor a number says nothing, wherever it stands.
_WORD_ALONE = re.compile(r"\W*[a-z]+\W*")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether cited words support a claim."""

    status: Status  # "unchecked" if there is nothing to compare
    score: float  # the probability, from 0 to 1, that they do
    reason: str = ""  # what differs, in one sentence; "" for a claim that is supported


def verify(
    claim: str, cited: Sequence[str], reader: Reader | None = None, *, context: str = ""
) -> Verdict:
    """Judges one claim by the texts that it cites; its parts may rest on several of them.

    Args:
        claim: A sentence of an answer, without citation markers.
        cited: The texts that it cites.
        reader: The model that reads both; None for the one that comes with onrecord.
        context: What a reader has at hand beside the texts: publisher, author, day.
    """
    claim = _ITEM.sub("", claim)
    if _WORD_ALONE.fullmatch(claim) and claim not in cited:
        return Verdict("unchecked", 0.0, reason="there is nothing in it to check")
    if found := _verbatim(claim, cited):
        return found
    if why := _unchecked(claim, cited):
        return Verdict("unchecked", 0.0, reason=why)
    sentences = [text[s.start : s.end] for text in cited for s in split_sentences(text)]
    # A number, a date or a name that differs is never supported, whatever the model makes of it.
    wrong = lacking(claim, " ".join([*cited, context]), _published(context))
    if wrong := wrong or [*exchanged(claim, sentences)]:
        return Verdict("unsupported", 0.0, reason=_differs(wrong[0]))
    text = cited_words = _nearest(claim, sentences)
    # Who published it and when is read with it by a claim that says so.
    if {*content_stems(claim)} & {*content_stems(context)} - {*content_stems(text)}:
        text = f"{context}: {text}"
    claim = in_their_words(claim, text)
    said, held = {*content_stems(claim)}, {*content_stems(text)}
    shared = len(said & {*content_stems(cited_words)})
    if shared <= SHARED * len(said) or (len(said) <= SCRAP and not said <= held):
        return Verdict("unsupported", 0.0, reason="the cited words do not say this")
    (read,) = (reader or default_reader()).check([(claim, text)])
    if read.probability >= THRESHOLD:
        return Verdict("supported", read.probability)
    odd = [claim[a:b] for a, b in read.differs]
    reason = f"the cited words do not say “{odd[0]}”" if odd else "the cited words do not say this"
    return Verdict("unsupported", read.probability, reason=reason)


def _differs(wrong: Lacking) -> str:
    if wrong.instead:
        return f"the cited words say “{wrong.instead}”, not “{wrong.said}”"
    return f"is not in the cited words: “{wrong.said}”"


def _published(context: str) -> date | None:
    """The day from which the cited texts count "yesterday", if it is one day."""
    days = {day.exact for day in dates_in(context) if day.exact}
    return days.pop() if len(days) == 1 else None


def _nearest(claim: str, sentences: Sequence[str]) -> str:
    """Those of some sentences that share most words with a claim, in their order."""
    wanted = set(content_stems(claim))
    shared = [len(wanted.intersection(content_stems(sentence))) for sentence in sentences]
    room, chosen = READ_WORDS, set()
    for number in sorted(range(len(sentences)), key=lambda n: -shared[n]):
        size = len(sentences[number].split())
        if size <= room:
            chosen.add(number)
            room -= size
    return " ".join(sentences[number] for number in sorted(chosen))


def _plain(text: str) -> str:
    """A text without what may differ in a quotation."""
    return " ".join(text.translate(_PLAIN).lower().split())


def _verbatim(claim: str, cited: Sequence[str]) -> Verdict | None:
    """The verdict on a claim that is in a cited text word for word."""
    wanted = _plain(claim).rstrip(".,;: ")
    if not wanted:
        return None
    for text in map(_plain, cited):
        at = text.find(wanted)
        while at >= 0:
            if _whole(text, at, at + len(wanted)):
                return Verdict("supported", 1.0)
            at = text.find(wanted, at + 1)
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
