"""Questions that the corpus itself suggests: read off its sentences, and asked before offered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from index.ledger import StoredArticle
from index.text.dates import SHORT_MONTH, WEEKDAY
from index.text.names import names_in
from index.text.words import Phrases, content_stems
from rag.corpus import Corpus
from rag.dialogue.referents import people_in
from rag.library import names_of
from rag.types import Answer

# The verbs of news whose forms are known: past tense -> base.
_BASES = {
    past or (f"{base}d" if base.endswith("e") else f"{base}ed"): base
    for base, _, past in (form.partition("/") for form in Phrases("rag").told["deeds"].split())
}
_PHRASES = Phrases("rag", past="|".join(_BASES), short_month=SHORT_MONTH, weekday=WEEKDAY)
_TIME, _CLAUSE, _TIMED, _DONE, _SPEECH, _TOPIC, _WAY, _CAUSE = map(
    _PHRASES.compiled, "time clause timed done speech topic way cause".split()
)
_COUNT, _LOOSE, _OWNED = (_PHRASES.compiled(name, re.I) for name in ("count", "loose", "owned"))
_LEAD = re.compile(r"^(?:(?:On|In|Last|Earlier|Since|By)\b[^,]{2,60}, )?(?:[Tt]he |A )?")
_TITLED = re.compile(r"^(?:Mr|Ms|Mrs|Dr|Miss)\.? ")

# A name that has "the" before it so often is written with it: "the Kremlin", but "Ukraine" for all
# the Ukraine wars.
LED = 0.4

# Words of a question: fewer ask about anything, more are read twice.
SHORTEST, LONGEST = 4, 14

# Articles that are read for suggestions: the newest.
READ = 60

# Questions asked at most for the suggestions of a corpus, and for those under an answer: at 50 ms
# each on two cores they take 1.5 s and 0.2 s.
ASKED, ASKED_NEXT = 30, 4

# Passages searched for articles beside the cited ones.
SEARCHED = 8

# Questions that cited articles give, from which on no others are searched for: twice as many as
# are asked at most. Not tuned.
ENOUGH = 8

# Names, or words of a question, that an article shares with what was asked, to be on its subject:
# one may be a town or a ministry. Not tuned; of the sample, the harbour and the Kremlin share none.
SHARED = 2

# Each further outlet that printed a story makes it so many places newer.
COVERED = 5

# The forms of question, the most telling first.
KINDS = ("why", "who", "say", "how many", "when")

# Two suggestions that share more of the shorter one's content words are about the same.
ALIKE = 0.4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, and what it was read off."""

    question: str
    kind: str  # of ``KINDS``: suggestions differ in it
    sentence: str  # what answers it
    named: str  # of whom the answer has to speak; "" if of nobody in particular
    story: int  # the pk of the first article of the story


class _About:
    """What an article is about: its people, by their full names, and what it often speaks of."""

    def __init__(self, stored: StoredArticle) -> None:
        article = stored.article
        self.title = article.title
        spans = [(s.start, s.end) for s in stored.sentences if not s.heading]
        self.told = [" ".join(article.text[start:end].split()) for start, end in spans]
        text = " ".join(self.told)
        found = names_in(text)
        self.counted = Counter(name.text for name in found)
        self._led = Counter(n.text for n in found if text[: n.start].lower().endswith("the "))
        each = (people_in(f"so {sentence}") for sentence in self.told)
        self.people = {name for names in each for name in names if " " in name}
        surnames = {person.split()[-1] for person in self.people}
        self.topics = [
            name
            for name, count in self.counted.items()
            if (count > 1 or name in self.title)
            and not surnames & {*name.split()}
            and not _TITLED.match(name)
        ]

    def full(self, name: str) -> str:
        """A person's name for whoever has not read the article; "" if it is not told."""
        bare = _TITLED.sub("", name)
        whole = [p for p in self.people if p.split()[-1] == bare.split()[-1]]
        whole = [person for person in whole if not _TITLED.match(person)]
        return min(whole, key=len) if whole else bare if " " in bare else ""

    def the(self, name: str) -> str:
        """A name as it stands in a sentence: "the Kremlin", "Kyiv"."""
        return f"the {name}" if self._led[name] >= LED * max(1, self.counted[name]) else name


@lru_cache(maxsize=256)  # what is read for the suggestions is read again for each follow-up
def questions_of(stored: StoredArticle) -> tuple[Candidate, ...]:
    """Questions that an article answers, by the form of its sentences alone, each once."""
    about = _About(stored)
    found: dict[str, Candidate] = {}
    for text in about.told:
        if not 30 <= len(text) <= 400 or text.isupper():
            continue
        for kind, question, named in _of_sentence(text, about):
            if SHORTEST <= len(question.split()) <= LONGEST and not _LOOSE.search(question):
                found.setdefault(question, Candidate(question, kind, text, named, stored.story))
    return tuple(found.values())


def _of_sentence(text: str, about: _About) -> Iterator[tuple[str, str, str]]:
    """(kind, question, whom it is about) for what a sentence tells."""
    for counted in _COUNT.finditer(text):
        yield "how many", f"How many {counted['noun']} {_clipped(counted['rest'])}?", ""
    subject, behind = _subject(text, about)
    if subject and (done := _DONE.match(behind)):
        yield from _of_deed(subject, done["verb"], done["object"], about)
    for name in people_in(f"so {text}"):
        start, full = text.find(name), about.full(name)
        if start >= 0 and full and _SPEECH.match(text[start + len(name) :]):
            for topic in _topics(text, full, about):
                yield "say", f"What did {full} say about {topic}?", full


def _of_deed(subject: str, verb: str, rest: str, about: _About) -> Iterator[tuple[str, str, str]]:
    if _LOOSE.match(rest.strip()) or _WAY.match(rest):
        return
    short, known = _clipped(rest), re.sub(r"^ an? ", " the ", rest)
    told = len(content_stems(short))
    if subject in about.people and not _OWNED.search(short) and told > 1:
        yield "who", f"Who {verb}{short}?", subject
    if timed := _TIMED.match(known):
        yield "when", f"When did {subject} {_BASES[verb]}{timed['rest']}?", ""
    if told and _CAUSE.search(rest):
        yield "why", f"Why did {subject} {_BASES[verb]}{_clipped(known)}?", ""


def _clipped(rest: str) -> str:
    """The words up to where a clause or a time begins."""
    return _CLAUSE.sub("", _TIME.sub("", rest)).rstrip(" ,")


def _subject(text: str, about: _About) -> tuple[str, str]:
    """The name with which a sentence begins, as a question says it, and what follows it."""
    bare = _LEAD.sub("", text)
    names = names_in(f"so {bare}")
    if not names or names[0].start != len("so "):
        return "", ""
    name = names[0].text
    behind = re.sub(r"^, [^,]{3,60},(?= )", "", bare[len(name) :])
    person = name in about.people or " " not in name or _TITLED.match(name)
    if person and (full := about.full(name)):
        return full, behind
    return (about.the(name) if name in about.counted else ""), behind


def _topics(text: str, speaker: str, about: _About) -> list[str]:
    """What somebody may have spoken about: as the sentence says, or names in it or the headline."""
    if told := _TOPIC.search(text):
        return [re.sub(r"^an? ", "the ", told["topic"])]
    own = {*content_stems(speaker)}
    free = [name for name in about.topics if not own & {*content_stems(name)}]
    here, headline = ([name for name in free if name in each] for each in (text, about.title))
    return [about.the(name) for name in dict.fromkeys([*here, *headline])][:2]


def suggest(
    corpus: Corpus, count: int = 4, go_on: Callable[[], bool] = lambda: True
) -> tuple[str, ...]:
    """Questions that the newest and most covered stories answer, each about another one.

    Made without a language model, the same for the same generation of an index; of one that was
    asked already the answer is kept. Each was asked: its answer quotes the sentence that it was
    read off, with no warning. Fewer than ``count`` if the articles yield no more.

    Args:
        corpus: What is asked.
        count: How many at most.
        go_on: As for ``follow_ups``.
    """
    found = corpus.newest(READ)
    sizes = Counter(stored.story for stored in found)
    read = _stories(found)
    newest = {stored.pk: place for place, stored in enumerate(read)}
    read.sort(key=lambda stored: newest[stored.pk] - COVERED * (sizes[stored.story] - 1))
    told = [sorted(questions_of(each), key=lambda w: KINDS.index(w.kind)) for each in read]
    return _answered(corpus, _in_turns(told), count, ASKED, go_on=go_on)


def follow_ups(
    corpus: Corpus, answer: Answer, count: int = 3, go_on: Callable[[], bool] = lambda: True
) -> tuple[str, ...]:
    """Questions to go on with: on names of the cited articles that were not mentioned so far.

    Then of those that a search finds and that name some of the same. After a refusal, of the
    articles that name what was asked, or are near to it in several words; after others, and after
    small talk, those to begin with. Each stands on its own and was asked, as for ``suggest``.
    ``go_on`` is called before each of them is: it may wait, and once it says no, what was found so
    far is all.

    Args:
        corpus: What is asked.
        answer: The one that they go on from.
        count: How many at most.
        go_on: Called before each question is asked: it may wait, and says whether to ask.
    """
    if not go_on():
        return ()
    read = _stories(_on_the_subject(corpus, answer))
    if not read:
        return () if answer.citations else suggest(corpus, count, go_on)
    said = [answer.question, answer.query, answer.text, *(c.quote for c in answer.citations)]
    before = _flat(" ".join(said))
    known = {*content_stems(before)}
    fresh = [[w for w in questions_of(stored) if w.sentence not in before] for stored in read]
    new = [[w for w in found if _new_names(w, known)] for found in fresh]
    near = [[w for w in found if known & {*content_stems(w.question)}] for found in fresh]
    return _answered(
        corpus, [*_in_turns(new), *_in_turns(near)], count, ASKED_NEXT, answer.question, go_on
    )


def _on_the_subject(corpus: Corpus, answer: Answer) -> list[StoredArticle]:
    """The articles that an answer cites, and those found by its words that tell of the same."""
    if answer.citations:
        read = list(corpus.stored(dict.fromkeys(c.article_id for c in answer.citations)))
        named = {name for stored in read for name in _last_names(stored)}
        least = SHARED
        if sum(len(questions_of(stored)) for stored in read) >= ENOUGH:
            return read
    else:
        asked = {*content_stems(answer.query)}
        near = (c for c in answer.nearest if len(asked & {*content_stems(c.quote)}) >= SHARED)
        read = list(corpus.stored(dict.fromkeys(c.article_id for c in near)))
        named = {name.text.split()[-1] for name in names_in(answer.query)}
        least = 1
    found = [passage.article for passage in corpus.search(answer.query, SEARCHED)]
    return read + [each for each in found if len(named & _last_names(each)) >= least]


@lru_cache(maxsize=256)  # what is searched once is found again
def _last_names(stored: StoredArticle) -> frozenset[str]:
    """The last words of an article's names: "Putin" is the same with a first name and without."""
    return frozenset(name.split()[-1] for name in names_of(stored))


def _in_turns(each: Iterable[Sequence[Candidate]]) -> Iterator[Candidate]:
    """The first question of each story, then the second of each."""
    return (candidate for turn in zip_longest(*each) for candidate in turn if candidate is not None)


def _answered(
    corpus: Corpus,
    found: Iterable[Candidate],
    count: int,
    asked: int,
    before: str = "",
    go_on: Callable[[], bool] = lambda: True,
) -> tuple[str, ...]:
    """The first questions that the corpus answers surely, from where they were read off.

    Each of another story and kind than those before it, as long as there are such; none like the
    question before.
    """
    token = corpus.manifest()["token"]
    wanted = list({candidate.question: candidate for candidate in found}.values())
    everywhere = _everywhere(wanted)
    held: dict[str, bool] = {}
    chosen: list[Candidate] = []
    for strict in (True, False):
        for candidate in wanted:
            said = [before, *(each.question for each in chosen)]
            if any(_alike(candidate.question, other, everywhere) for other in said):
                continue
            known = any(w.story == candidate.story or w.kind == candidate.kind for w in chosen)
            if strict and known:
                continue
            if candidate.question not in held and len(held) < asked and go_on():
                held[candidate.question] = _is_answered(corpus, token, candidate)
            if len(chosen) < count and held.get(candidate.question):
                chosen.append(candidate)
            if len(chosen) == count or len(held) == asked:
                break
    return tuple(each.question for each in chosen)


@lru_cache(maxsize=512)  # many answers cite the same articles
def _is_answered(corpus: Corpus, token: str, candidate: Candidate) -> bool:
    """Whether a generation of an index answers a question surely, from where it was read off.

    It has to quote the sentence, or name whom the question is about; its short answer stands there.
    """
    del token
    plain = corpus.quoting()
    answer = plain.ask(candidate.question)
    if not answer.answered or answer.may or not answer.claims:
        return False
    first = answer.claims[0]
    if answer.short and answer.short.citation not in {each.number for each in first.citations}:
        return False
    cited = plain.stored(citation.article_id for citation in first.citations)
    if candidate.story not in {stored.story for stored in cited}:
        return False
    if candidate.sentence in _flat(first.text):
        return True
    return bool(candidate.named) and candidate.named.split()[-1] in first.text


def _flat(text: str) -> str:
    return " ".join(text.split())


def _everywhere(found: Sequence[Candidate]) -> set[str]:
    """The words of questions on most of several stories: they tell no two of these apart."""
    pairs = {(stem, each.story) for each in found for stem in content_stems(each.question)}
    stories = Counter(stem for stem, _ in pairs)
    several = len({each.story for each in found})
    return {stem for stem, count in stories.items() if several > 2 and count > several / 2}


def _alike(one: str, other: str, everywhere: set[str]) -> bool:
    first, second = (set(content_stems(text)) - everywhere for text in (one, other))
    return len(first & second) > ALIKE * max(1, min(len(first), len(second)))


def _new_names(candidate: Candidate, known: set[str]) -> bool:
    names = (content_stems(name.text) for name in names_in(candidate.question))
    return any(stems and not known & {*stems} for stems in names)


def _stories(found: Iterable[StoredArticle]) -> list[StoredArticle]:
    """The first article of each story, in the same order."""
    first: dict[int, StoredArticle] = {}
    for stored in found:
        first.setdefault(stored.story, stored)
    return list(first.values())
