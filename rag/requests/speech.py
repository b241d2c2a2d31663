"""Who says what in an article: sentences with the one to whom the article gives them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index.ledger import StoredArticle
from index.text.names import Name, alike, names_in
from index.text.words import Phrases
from rag.quote_context import same_paragraph, words_of

_PHRASES = Phrases("rag.requests")
VERB = _PHRASES.filled(_PHRASES.told["verb"])
_APPOSED, _BEFORE, _TITLING, BODY = (
    _PHRASES.compiled(name) for name in ("apposed", "before", "titling", "body")
)
_AFTER, _ACCORDING, _PRONOUN = (
    _PHRASES.compiled(name, re.I) for name in ("after", "according", "pronoun")
)
_TITLED = {"he": ("mr", "sir", "lord"), "she": ("mrs", "ms", "miss", "dame", "lady", "madame")}
_KIN, _TRADE = (
    "(?:grand|step|god)?",
    "(?:spokes|chair|police|business|states|congress|fisher|news)?",
)
_NOUNS = {
    "he": rf"(?:{_TRADE}man|{_KIN}(?:father|son)|brother|husband|widower|king|duke|prince|actor)",
    "she": rf"(?:{_TRADE}woman|{_KIN}(?:mother|daughter)|sister|wife|widow|queen|duchess|actress)",
}
# Articles whose speech is kept: several steps of one request ask for it, and so does the next one.
ARTICLES = 256
# Characters before the name of who does something in a sentence.
_EARLY = 12
_PLACED = re.compile(r"\b(?:in|at|near|from) (?:the )?$")
# Who speaks for somebody: "Berg's spokesman said".
_SPEAKS_FOR = (
    r"[’']s? (?:(?:chief|own|press|former) )?(?:spokes\w+|secretary|office|lawyers?|counsel|aides?"
    r"|envoy|press officer)"
)
_OFFICE = re.compile(rf"{_SPEAKS_FOR}(?=[ ,])")
_OFFICE_OF = re.compile(rf"(?P<whose>.+?){_SPEAKS_FOR}$", re.I)
_WHO = re.compile(r"\W*(?:The|An?|Its|His|Her|Their) [a-z][a-z -]{2,40}, ")
_MARKS = ("“", "”", '"')
_QUOTED = re.compile(r"“[^”]{3,}”|\"[^\"]{3,}\"")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that gives somebody's words."""

    index: int
    speaker: str  # to whom the article gives them, as it is named there
    verbatim: bool  # whether it holds words between quotation marks


@lru_cache(maxsize=ARTICLES)
def speech(stored: StoredArticle) -> tuple[Said, ...]:
    """What is said in an article, in order.

    A pronoun stands for who spoke last in the paragraph, or else for the one person whom it names,
    or else for who spoke last, as far as the article's other pronouns let them; a sentence that
    opens with a quotation goes on with who spoke before it in the same paragraph.
    """
    known: dict[str, Counter[str]] = defaultdict(Counter)
    speakers = set()
    for said, pronoun in _speech(stored, {}, set()):
        speakers.add(said.speaker)
        if pronoun:
            known[said.speaker][pronoun] += 1
    usual = {speaker: counts.most_common(1)[0][0] for speaker, counts in known.items()}
    usual |= _called(stored.article.text, speakers)
    last = {speaker.split()[-1] for speaker in speakers}
    return tuple(said for said, _ in _speech(stored, usual, last))


class _Paragraph:
    """Whom a paragraph names, and whether anybody else has spoken in it.

    Args:
        speakers: The last words of the names of those who speak in the article.
    """

    def __init__(self, speakers: Container[str]) -> None:
        self._speakers = speakers
        self._named: list[str] = []
        self._others = False

    @property
    def about(self) -> list[str]:
        """The one person whom it names, if nobody else has spoken."""
        return self._named if len(self._named) == 1 and not self._others else []

    def tell_of(self, names: Sequence[Name]) -> None:
        """Notes those who have a title or speak in the article, and are no body."""
        for name in names:
            titled = len(name.words) < len(name.text.split())
            person = titled or name.text.split()[-1] in self._speakers
            if person and not (BODY.search(name.text) or self._knows(name.text)):
                self._named.append(name.text)

    def hear(self, speaker: str) -> None:
        """Notes who has spoken."""
        self._others = self._others or not self._knows(speaker)

    def _knows(self, person: str) -> bool:
        return any(is_of(person, name) for name in self._named)


def _called(text: str, speakers: Iterable[str]) -> dict[str, str]:
    """The pronoun of each speaker whom a text calls a woman or a man: "Ada Lund, the mother of"."""
    found = {}
    for speaker in speakers:
        for pronoun, nouns in _NOUNS.items():
            name = re.escape(speaker)
            beside = rf"\b{name}, (?:[\w’'-]+ ){{1,4}}{nouns}\b|\b{nouns},? (?:[A-Z]\w+ )*{name}\b"
            if re.search(beside, text):
                found[speaker] = pronoun
    return found


def _speech(
    stored: StoredArticle, usual: Mapping[str, str], speakers: Container[str]
) -> Iterator[tuple[Said, str]]:
    """What is said, each with the pronoun that stands for the speaker; "" if they are named.

    Args:
        stored: The article.
        usual: The pronoun that stands for a speaker.
        speakers: The last words of the names of those who speak in it.
    """
    spoke: list[str] = []
    paragraph = _Paragraph(speakers)
    open_at: list[int] = []
    known = {word for name in names_in(stored.article.text) for word in name.text.split()}
    for index, sentence in enumerate(stored.sentences):
        text = words_of(stored, index)
        if sentence.heading:
            continue
        if not same_paragraph(stored, index - 1):
            paragraph = _Paragraph(speakers)
        names = _names(text)
        acting = [name for name in names if _acts(name, text, known)]
        speaker, pronoun = _speaker(text, names, acting, [*spoke, *paragraph.about], usual)
        paragraph.tell_of(names)
        if not (speaker or pronoun) and _opens(text) and same_paragraph(stored, index - 1):
            speaker = "".join(spoke[-1:])
        if does := speaker or next((name.text for name in acting), ""):
            fuller = _last(spoke, does)
        if speaker:
            paragraph.hear(fuller)
            for earlier in open_at:
                yield Said(earlier, fuller, True), ""
            yield Said(index, fuller, _verbatim(text)), pronoun
        elif _opens(text) and text.count(text.lstrip()[0]) == 1:
            open_at.append(index)  # who says it follows
            continue
        open_at = []


def _last(spoke: list[str], does: str) -> str:
    """Who does something, put behind who spoke before; in the form that names them most fully."""
    fuller = next((s for s in spoke if len(s) > len(does) and is_of(s, does)), does)
    if fuller in spoke:
        spoke.remove(fuller)
    spoke.append(fuller)
    return fuller


def _names(text: str) -> list[Name]:
    """The names outside quotation marks; a lone first word is one if it speaks."""
    return [replace(n, start=n.start - 2, end=n.end - 2) for n in names_in(f"x {_blank(text)}")]


def _verbatim(text: str) -> bool:
    return bool(_QUOTED.search(text)) or _opens(text) or text.rstrip()[-1:] in _MARKS


def _speaker(
    text: str,
    names: Sequence[Name],
    acting: Sequence[Name],
    spoke: Sequence[str],
    usual: Mapping[str, str],
) -> tuple[str, str]:
    """To whom a sentence gives what it says, "" if to nobody, and by which pronoun.

    Args:
        text: The sentence.
        names: Its names.
        acting: Those with which it begins.
        spoke: Whom a pronoun may mean, the likeliest last.
        usual: The pronoun that stands for a speaker in the article.
    """
    if named := next(filter(None, (_said_by(name, text) for name in names)), ""):
        return named, ""
    if not (found := _PRONOUN.search(_blank(text))):
        return "", ""
    pronoun = (found[1] or found[2]).lower()
    acts = (name.text for name in acting if name.end + 2 < found.start())
    fits = (s for s in (*acts, *reversed(spoke)) if _fits(s, pronoun, usual))
    return next(fits, ""), pronoun


def _acts(name: Name, text: str, known: Container[str]) -> bool:
    """Whether a sentence begins with a name, or with who that is: "The mayor, Anna Berg,"."""
    first = name.start - len(found[0]) if (found := _WHO.match(text)) else name.start
    if _PLACED.search(text[: name.start]):
        return False  # "A judge in Halvermouth ordered"
    # A word that begins a sentence is a name if it is one elsewhere.
    return first <= _EARLY and (name.start > 0 or all(word in known for word in name.text.split()))


def is_of(said: str, wanted: str) -> bool:
    """Whether a speaker, as an article names them, is the one that is meant.

    >>> is_of("Dmitry Peskov", "peskov"), is_of("Peskov", "Dmitry Peskov")
    (True, False)
    >>> is_of("Judge Anna Berg", "the judge")
    True
    """
    theirs, mine = _key(said), _key(wanted)
    if mine and not Name(wanted, 0, len(wanted)).words:  # by a title alone
        theirs, mine = (tuple(re.findall(r"\w+", name.lower())) for name in (said, wanted))
        mine = mine[-1:]
    if not theirs or not mine:
        return False
    return all(any(alike(word, other) for other in theirs) for word in mine)


def _key(name: str) -> tuple[str, ...]:
    return Name(name, 0, len(name)).words or tuple(re.findall(r"\w+", name.lower()))


def _said_by(name: Name, text: str) -> str:
    """Who speaks of those that a name names: "Berg", "Berg's spokesman"; "" if nobody does."""
    if speaks(name, text):
        return name.text
    after = _blank(text)[name.end :]
    office = _OFFICE.match(after)
    return f"{name.text}{office[0]}" if office and _AFTER.match(after[office.end() :]) else ""


def office_of(speaker: str) -> str:
    """Whose office or spokesman a speaker is: "Berg's office" is Berg's; "" if nobody's."""
    found = _OFFICE_OF.match(speaker)
    return found["whose"] if found else ""


def speaks(name: Name, text: str) -> bool:
    """Whether a verb of saying stands beside a name, outside quotation marks."""
    plain = _blank(text)
    before, after = plain[: name.start], plain[name.end :]
    if before.endswith((" of ", " of the ", " at ", " for ", " from ")) or _TITLING.match(after):
        return False  # "the chairman of Brandreth said", "Kremlin spokesman Dmitry Peskov said"
    if before.endswith(", ") and _APPOSED.match(after):
        return True
    return bool(_AFTER.match(after) or _BEFORE.search(before) or _ACCORDING.search(before))


def _fits(speaker: str, pronoun: str, usual: Mapping[str, str]) -> bool:
    """Whether a pronoun can stand for a speaker, by title and by the article's other pronouns."""
    if pronoun == "they":
        return True
    who, of, _ = speaker.partition(" of ")
    if BODY.search(who) or (of and " " not in who):  # "Members of the Alliance"
        return False
    title = speaker.split()[0].rstrip(".").lower()
    told = next(
        (p for p, titles in _TITLED.items() if title in titles), usual.get(speaker, pronoun)
    )
    return told == pronoun


def _blank(text: str) -> str:
    """A text with spaces for what stands between quotation marks."""
    return _QUOTED.sub(lambda found: " " * len(found[0]), text)


def _opens(text: str) -> bool:
    """Whether a sentence begins with a quotation mark."""
    return text.lstrip()[:1] in _MARKS
