"""What a pronoun may stand for: the names, people and lists of a question and of a reply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.sentences import split_sentences
from index.words import is_content
from rag.quote import REFUSAL

NUMBER_WORDS = ("first", "second", "third", "fourth", "fifth")

# A reply longer than this is read so far: what a next question means was said early.
REPLY_CHARS = 4_000

_WORD = re.compile(r"[^\W\d_](?:[\w-]|[’'](?!s\b)(?=\w))*")
_INSIDE = frozenset("of de da du der den del la von van bin al the".split())
_DATES = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)s?$"
)
_IMPERATIVES = frozenset(
    "explain describe list name tell give show compare summarise summarize define find".split()
)
_TITLES = frozenset(
    "mr mrs ms dr sir lady lord president chancellor minister secretary mayor commissioner judge"
    " justice senator governor captain general inspector professor king queen prince princess pope"
    " chief director chairman chairwoman councillor prime deputy".split()
)
# Names with one of these words are not a person's.
_BODIES = frozenset(
    "union board council ministry party university bank city court committee commission agency"
    " association company group corporation department office institute house parliament senate"
    " congress states kingdom republic nations federation league club team church times post news"
    " gazette herald courier street river bridge barrier island sea ocean airport station dock"
    " kremlin white eu un us uk nato act law plan deal summit prize cup war cloud service".split()
)
_PLACED = re.compile(r"\b(?:in|at|from|to|near|of|across|through|the) $", re.I)
_MARKER = re.compile(r"(?:\s*\[\d+\])+")
_LEAD = re.compile(
    r"^(?:[^:\n]{1,120}, )?\d{1,2} [A-Z][a-z]+ \d{4}: |^(?:[A-Z]\w* ){1,4}?[A-Z]\w*: |^[A-Z]\w+: "
)
_LISTED = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+(.+)$", re.M)
_JOINT = re.compile(r",? (?:and|or) ")
_STOP = re.compile(r"[.;:?!]")
_COUNTED = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|several|how many|these|those|which|what"
    r"|\d+(?: of \w+ \d+)?|the) (?P<noun>[a-z]{3,}(?<!s)s)\b(?! of\b)",
    re.I,
)
# They are what is said of a thing, and "they" is the thing.
_MEASURES = frozenset(
    "miles kilometres kilometers metres meters years months weeks days hours minutes seconds times"
    " euros dollars pounds percent points".split()
)


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised name, and where it stands."""

    text: str
    start: int
    end: int


def names_in(text: str) -> list[Name]:
    """The names of a text, in order; months, weekdays and a lone first word are none.

    >>> [name.text for name in names_in("Did the Bank of England warn Merz on Friday?")]
    ['Bank of England', 'Merz']
    """
    if text.isupper():
        return []
    names: list[Name] = []
    words = list(_WORD.finditer(text))
    number = 0
    while number < len(words):
        last = number if _names(words, number) else None
        reach = number + 1
        while (
            last is not None and reach < len(words) and _joined(text, words[reach - 1 : reach + 1])
        ):
            if _capital(words[reach].group()):
                last = reach
            elif words[reach].group() not in _INSIDE:
                break
            reach += 1
        if last is None:
            number += 1
            continue
        start, end = words[number].start(), words[last].end()
        names.append(Name(text[start:end], start, end))
        number = last + 1
    return names


def _names(words: list[re.Match[str]], number: int) -> bool:
    word = words[number].group()
    if not _capital(word):
        return False
    if number == 0 or words[number].string[: words[number].start()].rstrip()[-1:] in (*".?!:", ""):
        follows = number + 1 < len(words) and _capital(words[number + 1].group())
        joined = follows and _joined(words[number].string, words[number : number + 2])
        return is_content(word) and joined and word.lower() not in _IMPERATIVES
    return is_content(word) or (word.isupper() and len(word) > 1)


def _capital(word: str) -> bool:
    return word[0].isupper() and not _DATES.match(word)


def _joined(text: str, pair: list[re.Match[str]]) -> bool:
    between = text[pair[0].end() : pair[1].start()]
    return between in (" ", "-") or (between == ". " and len(pair[0].group()) < 3)  # St. Ives


def people_in(text: str, *, told: bool = False) -> list[str]:
    """The names of a text that may be a person's, each once, the longest form of it.

    Args:
        text: A question, or one claim of a reply.
        told: Whether it is a reply: a single word is then a person only with a title before it or
            beside a verb of speech.
    """
    found: list[str] = []
    for name in names_in(text):
        head = name.text.partition(" of ")[0]  # Ada Lund of the Harbour Union
        words = head.split() if " " in head else name.text.split()
        if _BODIES & {word.lower() for word in words}:
            continue
        titled = words[0].lower() in _TITLES
        if _PLACED.search(text[: name.start]) and not titled:
            continue
        if (
            told
            and len(words) == 1
            and not re.match(
                r" (?:said|says|told|resigned|announced|added|will|was|has|is)\b", text[name.end :]
            )
        ):
            continue
        full = next((each for each in found if each.split()[-1] == words[-1]), None)
        if full is None:
            found.append(" ".join(words))
    return found


def plural_in(before: str, reply: str) -> str:
    """What "they" may stand for, "" if that is not clear.

    A pair of names or the only counted noun of the question, else the only counted one of the
    reply.

    >>> plural_in("How many bolts failed the hardness test?", "The memo says 13.")
    'the bolts'
    """
    names = names_in(before)
    if len(names) == 2 and before[names[0].end : names[1].start] == " and ":
        return before[names[0].start : names[1].end]
    for text in (before, " ".join(claims_of(reply)[:1])):
        counted = (m["noun"].lower() for m in _COUNTED.finditer(text))
        nouns = list(dict.fromkeys(n for n in counted if is_content(n) and n not in _MEASURES))
        if nouns:
            return f"the {nouns[0]}" if len(nouns) == 1 else ""
    return ""


def claims_of(reply: str) -> list[str]:
    """What a reply says, a claim each, without markers and without who published it."""
    if reply.startswith(REFUSAL):
        return []
    return list(_claims(reply[:REPLY_CHARS]))


def _claims(reply: str) -> Iterator[str]:
    marked = bool(_MARKER.search(reply))
    for paragraph in reply.split("\n"):
        said = _LEAD.sub("", paragraph.strip())
        if marked:
            parts = _MARKER.split(said)
        else:
            parts = [said[s.start : s.end] for s in split_sentences(said)]
        yield from (" ".join(part.split()) for part in parts if part.strip())


def items_of(text: str, *, pair: bool = False) -> list[str]:
    """The things that a text lists: its list, else an enumeration, else its claims.

    Args:
        text: A reply, or a question.
        pair: Only two things named side by side.
    """
    if not pair:
        listed = [_MARKER.sub("", item).strip(" .;") for item in _LISTED.findall(text)]
        if len(listed) > 1:
            return listed
    claims = claims_of(text)
    enumerated = [items for claim in claims if (items := _enumerated(claim, pair=pair))]
    if pair or len(enumerated) == 1:
        return enumerated[-1] if enumerated else []
    return claims


def _enumerated(claim: str, *, pair: bool) -> list[str]:
    names = names_in(claim)
    for one, other in pairwise(names):
        if pair and claim[one.end : other.start] in (" and ", " or ", " and the ", " or the "):
            return [one.text, other.text]
    for joint in [] if pair else _JOINT.finditer(claim):
        items = _STOP.split(claim[: joint.start()])[-1].split(", ")
        if len(items) > 1:
            last = re.split(r"[,.;:?!]", claim[joint.end() :])[0]
            return [_tail(items[0], items[1]), *items[1:], last.strip()]
    return []


def _tail(first: str, second: str) -> str:
    """The first item of an enumeration, cut from the words before it: as long as the second."""
    return " ".join(first.split()[-max(1, len(second.split())) :])
