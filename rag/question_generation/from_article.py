"""From an article's headline and sentences to questions that they answer, by their form alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from index.ledger import StoredArticle
from index.text.dates import SHORT_MONTH, WEEKDAY
from index.text.names import names_in
from index.text.words import Phrases, content_stems
from rag.dialogue.referents import people_in

_HERE = "rag.question_generation"  # the phrases are in its ``phrases.toml``

PAST = {
    base: past or (f"{base}d" if base.endswith("e") else f"{base}ed")
    for base, _, past in (form.partition("/") for form in Phrases(_HERE).told["forms"].split())
}
BASES = {past: base for base, past in PAST.items()}


def _present(base: str) -> str:
    if base.endswith(("s", "sh", "ch", "x")):
        return f"{base}es"
    return f"{base[:-1]}ies" if re.search(r"[^aeou]y$", base) else f"{base}s"


PRESENT = {_present(base): base for base in PAST}

# Of these it is worth asking what was done: the object is the news.
TELLING = frozenset(
    "order approve propose demand promise recommend reject announce offer launch ban finalize"
    " finalise".split()
)

_PHRASES = Phrases(_HERE, past="|".join(BASES), short_month=SHORT_MONTH, weekday=WEEKDAY)
_TIME, _CLAUSE, _REASON, _ELIDED, _BARE, _TIMED, _SUFFERED, _INVOLVED, _SUM = map(
    _PHRASES.compiled,
    ("time", "clause", "reason", "elided", "bare", "timed", "suffered", "involved", "sum"),
)
_PASSIVE, _DONE, _SPEECH, _THAT, _UNSAID, _REASONED, _TOPIC, _GROUP, _CALLED, _WAY = map(
    _PHRASES.compiled,
    "passive done speech that unsaid reasoned topic group called way".split(),
)
_ROLES, _COUNT, _LOOSE, _OWNED = (
    _PHRASES.compiled(name, re.I) for name in ("roles", "count", "loose", "owned")
)


def _clipped(rest: str) -> str:
    """The words up to where a clause or a time begins."""
    return _CLAUSE.sub("", _TIME.sub("", rest)).rstrip(" ,")


# A name that has "the" before it so often is written with it: "the Kremlin", but "Ukraine" for all
# the Ukraine wars.
LED = 0.4

TITLED = re.compile(r"^(?:Mr|Ms|Mrs|Dr|Miss)\.? ")


class About:
    """What an article is about.

    Attributes:
        title: Its headline.
        told: Its sentences.
        counted: How often it has each name.
        people: Names of people, in full.
        topics: Names of what it speaks of often, or in its headline, and of no people.
        headline: What its headline says; None if that makes no question.
    """

    def __init__(self, stored: StoredArticle) -> None:
        article = stored.article
        self.title = article.title
        spans = [(s.start, s.end) for s in stored.sentences if not s.heading]
        self.told = [" ".join(article.text[start:end].split()) for start, end in spans]
        text = " ".join(self.told)
        self.lower = {word for word in text.split() if word.islower()}
        found = [
            n for n in names_in(text) if not re.match(r"[’']s [A-Z]| and [A-Z]", text[n.end :])
        ]
        self.counted = Counter(name.text for name in found)
        self.led = Counter(n.text for n in found if text[: n.start].lower().endswith("the "))
        each = (people_in(f"so {sentence}") for sentence in self.told)
        self.people = {name for names in each for name in names if " " in name}
        self.topics = {name for name, count in self.counted.items() if self._topic(name, count)}
        self.headline = _headline(article.title, self)

    def _topic(self, name: str, count: int) -> bool:
        """Whether a name is a subject of the article: it is told of often, and is no person."""
        surnames = {person.split()[-1] for person in self.people}
        often = count > 1 or name in self.title
        return often and not surnames & {*name.split()} and not TITLED.match(name)

    def full(self, name: str) -> str:
        """A person's name for whoever has not read the article; "" if it is not told."""
        bare = TITLED.sub("", name)
        whole = [p for p in self.people if p.split()[-1] == bare.split()[-1]]
        whole = [person for person in whole if not TITLED.match(person)]
        return min(whole, key=len) if whole else bare if " " in bare else ""

    def the(self, name: str) -> str:
        """A name as it stands in a sentence: "the Kremlin", "Kyiv"."""
        return f"the {name}" if self.led[name] >= LED * max(1, self.counted[name]) else name


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline in the present tense, "Judge orders builder to pay", as a sentence has it."""

    subject: str  # "the judge"
    base: str  # "order"
    rest: str  # " the builder to pay", without what comes after "over" or "after"
    role: bool  # whether the subject is somebody whose name the article tells
    reason: bool  # whether it says why: "over borders", "after gate four jams"


def _headline(title: str, about: About) -> Headline | None:
    """What a headline says, if its form is one that can be turned into a question."""
    words = title.split()
    place = next((n for n, word in enumerate(words[:5]) if n and word in PRESENT), None)
    if place is None:
        return None
    subject = " ".join(words[:place])
    whole = " " + " ".join(words[place + 1 :])
    rest = _clipped(whole)
    reason = _REASON.match(whole[len(rest) :]) is not None
    plural = subject.endswith("s") and not subject.endswith("ss")
    if re.search(r"[“”\",:;?]", subject + rest) or plural or _ELIDED.search(rest):
        return None
    if {*subject.split()} & {*BASES, "as", "after", "and", "in", "of", "but", "when"}:
        return None
    first, *_, last = [*subject.split(), subject.split()[-1]]
    common = first.lower() in about.lower or (last.islower() and last in about.lower)
    if common and any(subject.startswith(name) for name in about.counted):
        subject = f"the {subject}"
    elif common:
        subject = f"the {subject[0].lower()}{subject[1:]}"
    else:
        subject = about.the(subject)
    rest = _BARE.sub(" the ", rest)
    role = bool(_ROLES.search(" ".join(words[:place])))
    return Headline(subject, PRESENT[words[place]], rest, role, reason)


# Words of a question: fewer ask about anything, more are read twice.
SHORTEST, LONGEST = 4, 14


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, and what it was read off."""

    question: str
    kind: str  # the form of the question: suggestions differ in it
    sentence: str  # what answers it; "" if it was read off the headline
    named: str  # of whom the answer has to speak; "" if of nobody in particular
    story: int  # the pk of the first article of the story


@lru_cache(maxsize=256)  # what is read for the suggestions is read again for each follow-up
def questions_of(stored: StoredArticle) -> tuple[Candidate, ...]:
    """Questions that an article answers, those of its headline first, each once."""
    about = About(stored)
    found: dict[str, Candidate] = {}
    for kind, question in _of_headline(about.headline) if about.headline else ():
        if _sound(question):
            found.setdefault(question, Candidate(question, kind, "", "", stored.story))
    for text in about.told:
        if not 30 <= len(text) <= 400 or text.isupper():
            continue
        for kind, question, named in _of_sentence(text, about):
            if _sound(question):
                found.setdefault(question, Candidate(question, kind, text, named, stored.story))
    return tuple(found.values())


def _of_headline(told: Headline) -> Iterator[tuple[str, str]]:
    """(kind, question) for a headline."""
    if told.role:
        yield "who", f"Who {PAST[told.base]}{told.rest}?"
    if told.reason:
        yield "why", f"Why did {told.subject} {told.base}{told.rest}?"


def _of_sentence(text: str, about: About) -> Iterator[tuple[str, str, str]]:
    """(kind, question, whom it is about) for what a sentence tells."""
    yield from _of_numbers(text)
    subject, behind = _subject(text, about)
    if subject:
        yield from _of_deed(subject, behind, about)
        yield from _of_words(subject, behind, about)
    passive = _PASSIVE.match(text.rstrip(".!?"))
    timed = _TIMED.match(passive["rest"]) if passive else None
    if passive and timed and names_in(f"so {text}") and not _OWNED.search(passive["subject"]):
        yield "when", f"When {passive['aux']} {_lowered(passive['subject'])} {timed['rest']}?", ""
    for name in people_in(f"so {text}"):
        start, full = text.find(name), about.full(name)
        if start < 0 or not full:
            continue
        after = text[start + len(name) :]
        if _SPEECH.match(after):
            for topic in _topics(text, full, about):
                yield "say", f"What did {full} say about {topic}?", full
        if _CALLED.match(after) and name == full:
            yield "is", f"Who is {full}?", full


def _of_numbers(text: str) -> Iterator[tuple[str, str, str]]:
    """(kind, question, "") for what a sentence counts."""
    for found in _COUNT.finditer(text):
        yield "how many", f"How many {found['noun']} {_clipped(found['rest'])}?", ""
    for found in _SUFFERED.finditer(text):
        rest = _clipped(found["rest"])
        yield "how many", f"How many {found['noun']} were {found['verb']}{rest}?", ""
    for found in _INVOLVED.finditer(text):
        yield "how many", f"How many {found['noun']} does the {found['what']}involve?", ""
    for found in _SUM.finditer(text):
        yield "how much", f"How large is the {found['noun']}{_clipped(found['rest'])}?", ""


def _of_deed(subject: str, behind: str, about: About) -> Iterator[tuple[str, str, str]]:
    """(kind, question, whom it is about) for what a subject did."""
    done = _DONE.match(behind)
    if not done:
        return
    base, rest = BASES[done["verb"]], done["object"]
    if _LOOSE.match(rest.strip()) or _WAY.match(rest):
        return
    short = _clipped(rest)
    told = len(content_stems(short))
    known = re.sub(r"^ an? ", " the ", rest)
    if subject in about.people and not _OWNED.search(short) and told > 1:
        yield "who", f"Who {done['verb']}{short}?", subject
    if timed := _TIMED.match(known):
        yield "when", f"When did {subject} {base}{timed['rest']}?", ""
    if reasoned := _REASONED.match(behind[done.end("verb") :]):
        yield "why", f"Why did {subject} {base}{_TIME.sub('', reasoned['rest'])}?", ""
    elif re.search(r" (?:because|after|over(?! the (?:next|past|last|course)\b)) ", rest) and told:
        yield "why", f"Why did {subject} {base}{_clipped(known)}?", ""
    if base in TELLING and told > 1:
        yield "what", f"What did {subject} {base}?", ""


def _of_words(subject: str, behind: str, about: About) -> Iterator[tuple[str, str, str]]:
    """(kind, question, "") for what a body said, and what anybody would not say."""
    if unsaid := _UNSAID.match(behind):
        base = "decline" if unsaid["verb"] == "declined" else "refuse"
        yield "what", f"What did {subject} {base} to {unsaid['rest']}?", ""
    stated = _THAT.search(behind) if _SPEECH.match(behind) else None
    if stated and subject not in about.people:
        yield "say", f"What did {subject} say about {_plainly(stated['topic'])}?", ""


def _subject(text: str, about: About) -> tuple[str, str]:
    """The name with which a sentence begins, as a question says it, and what follows it."""
    lead = r"^(?:(?:On|In|Last|Earlier|Since|By)\b[^,]{2,60}, )?(?:[Tt]he |A )?"
    bare = re.sub(lead, "", text)
    names = names_in(f"so {bare}")
    if not names or names[0].start != len("so "):
        return "", ""
    name = names[0].text
    group = _GROUP.match(bare[len(name) :])
    behind = bare[len(name) + (group.end() if group else 0) :]
    if group:
        return f"{name}{group[0]}", behind
    behind = re.sub(r"^, [^,]{3,60},(?= )", "", behind)
    person = name in about.people or " " not in name or TITLED.match(name)
    if person and (full := about.full(name)):
        return full, behind
    return (about.the(name) if name in about.counted else ""), behind


def _topics(text: str, speaker: str, about: About) -> list[str]:
    """What somebody may have spoken about: as the sentence says, or names in it or the headline."""
    if told := _TOPIC.search(text):
        return [re.sub(r"^an? ", "the ", told["topic"])]
    own = {*content_stems(speaker)}
    free = [name for name in about.topics if not own & {*content_stems(name)}]
    here, headline = ([name for name in free if name in each] for each in (text, about.title))
    return [about.the(name) for name in dict.fromkeys([*here, *headline])][:2]


def _plainly(topic: str) -> str:
    """A topic with the names in it as a question has them: without what somebody is called."""
    return re.sub(r"(?:[A-Z][a-z]+ )?(?:President|Prime Minister|Chancellor) (?=[A-Z])", "", topic)


def _lowered(subject: str) -> str:
    first = subject.split()[0]
    known = names_in(f"so {first}")
    if first in ("The", "A", "An", "Members", "Passengers", "Residents") or not known:
        return subject[0].lower() + subject[1:]
    return subject


def _sound(question: str) -> bool:
    words = question.rstrip("?").split()
    shortest = SHORTEST - (words[:2] in (["Who", "is"], ["What", "did"]))
    return shortest <= len(words) <= LONGEST and not _LOOSE.search(question)
