"""From a request to its answer, each kind by its own way, all from the articles' own sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.embed import Embedder
from index.generation import Allowed, Generation
from index.ledger import StoredArticle
from index.text.names import aliases
from index.text.numbers import numbers_in
from index.text.words import ENGLISH, content_spans, content_stems, stem
from rag.answer_text import extractive_text, refusal, sentence
from rag.dialogue.followup import SHORTER
from rag.dialogue.small_talk import said_to
from rag.periods import day_text
from rag.question import Question
from rag.quote_context import words_of
from rag.reading import evidence
from rag.reading.evidence import Evidence
from rag.reading.reader import Reader
from rag.requests.accounts import corrections, differences, disagreements
from rag.requests.brief import MOST, brief
from rag.requests.comparison import EACH, comparison, speakers, wanted
from rag.requests.items import (
    ENOUGH,
    QUOTED,
    called,
    cast,
    either,
    is_state,
    kind_of,
    listed,
    named,
    sort_of,
    speakers_quoted,
)
from rag.requests.material import (
    ARTICLES,
    OPENS,
    Line,
    Material,
    composed,
    gather,
    in_a_row,
    opening,
    published_by,
    telling,
)
from rag.requests.quoting import MOST as QUOTES
from rag.requests.quoting import is_person, quotes, speaks_there
from rag.requests.request import (
    AGED,
    CORRECTED,
    EACH_SAYS,
    HELD_WHERE,
    LENGTH,
    NEWEST,
    NEWS,
    POINTS,
    POSITION,
    PUBLISHED,
    REACTS,
    Request,
    doubted,
)
from rag.requests.timeline import MOST as EVENTS
from rag.requests.timeline import OF_ALL, Days, ahead, dated, label_of, timeline, undated
from rag.retrieve import Query, retrieve
from rag.time_and_source import publisher_named
from rag.types import TALK, Answer

# Articles that a search or a count shows, sentences of the latest, of each of several papers,
# passages read for a list, and for each wording of what a side wants (8 of these take twice as long
# and find the same: lists on the sample and the story), and lines of a reply that is to be short.
SHOWN, LATEST, PAPER, PASSAGES, WANTED, SHORT = 12, 4, 4, 8, 4, 3

# The share of the nearest article's cosine that one must have whose people or things are listed.
WIDE = 0.4

# What asks for articles on a subject, not for those that mention it.
_ABOUT = re.compile(r"\b(?:about|on|cover\w*|deal\w*|concern\w*|regarding|tell of)\b", re.I)

_OUTLETS = re.compile(
    r"\b(?:(?:outlet|(?:news)?paper|publisher|publication|source)s?|media)\b", re.I
)


# What asks for somebody's words and for nothing else.
_WORDS = re.compile(r"\b(?:quotes?|quotations?|remarks?|statements?|comments?)\b", re.I)

# What others may tell of somebody too.
_THINKS = re.compile(r"\b(?:think|feel|make) (?:of|about)\b", re.I)

_ANYTHING = re.compile(r"\bsa(?:y|id) (?:any|some)thing\b", re.I)

# "List everyone who resigned" is read as "who resigned".
_LIST_WHO = re.compile(
    r"^\W*(?:(?:please|list|name|give|show|tell|me|us) )+(?:all|every(?:one|body)|of|the|people"
    r"|those|names?|persons?| )+(?=who\b)(?!.* or )",
    re.I,
)

_BY = re.compile(r"\b(?:by|from) (?P<who>[\w’'. -]{3,}?)\W*$", re.I)

_TWO = re.compile(r"\b(?:two|both)\b", re.I)

# What asks who the people of a story are.
_PEOPLE = re.compile(
    r"\b(?:key|main|important|central|leading) (?:people|persons?|players?|figures?|characters?"
    r"|actors?|names)\b|\b(?:people|persons?|names|officials) (?:\w+ ){0,3}?"
    r"(?:mentioned|named|involved)\b"
    r"|\bwho (?:is|gets|was) (?:mentioned|named)(?: the)? most\b"
    r"|\bwho(?:[’']s| is| are) (?:who|involved)\b",
    re.I,
)

# What is called so whatever it is: an article that tells of it may call it something else.
_AFFAIR = (
    r"(?:affair|case|saga|story|scandal|row|crisis|issue|matter|situation|incident|drama|controversy"
    r"|dispute|business|thing|question|topic|debacle|fiasco)s?"
)
_VAGUE = re.compile(rf"(?<=\w) {_AFFAIR}$", re.I)

# What asks what will be.
_AHEAD = re.compile(
    r"\bwhat(?:[’']?s| is| comes| happens| will happen)? next\b|\bnext steps?\b", re.I
)

# What asks for one fact in which accounts may differ.
_ONE = re.compile(r"\W*(?:who|when|where|which|what|why|how|(?:number|cost|price|date)s?)\b", re.I)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a request is answered with.

    Attributes:
        question: The request as meant.
        allowed: The articles that may be used; None for all.
        language: The code of the language that it is in.
        days: Of which days a timeline tells.
        said: What earlier replies to it said.
        told: How many claims the reply had that is to be shorter.
    """

    now: Generation
    embedder: Embedder
    reader: Reader
    question: str
    allowed: Allowed | None = None
    language: str = ENGLISH
    days: Days | None = None
    said: str = ""
    told: int = 0

    @property
    def whole(self) -> int:
        """How many articles there are."""
        return self.now.ledger.counts()["articles"]

    def most(self, usual: int, short: int = SHORT) -> int:
        """How many lines a reply may have of which there are so many usually."""
        if self.shorter:
            return min(short, max(1, self.told - 1)) if self.told else short
        return 2 * usual if self.said else usual

    @property
    def shorter(self) -> bool:
        """Whether it is asked to be shorter than usual."""
        return bool(SHORTER.search(self.question))

    def called(self, words: str) -> str:
        """Words of the request, with the article that stands before them there: "the strike"."""
        found = re.search(
            rf"\b(the|an?|all) {re.escape(words)}(?:[’']?s)?(?!\w| {_AFFAIR}\b)",
            self.question,
            re.I,
        )
        return f"{found[1].lower()} {words}" if words and found else words

    def evidence(self, question: str = "", most: int = PASSAGES) -> list[Evidence]:
        """The sentences that may answer the request or another question, most probable first."""
        question = question or self.question
        query = Query.of(question, self.embedder)
        passages = retrieve(self.now, query, most, self.allowed)
        return evidence.gather(question, passages, self.reader)

    def wanted(self, side: str, material: Material) -> list[Line]:
        """What articles list as wanted by a side, else what they tell that it wants."""
        first = self.evidence(f"what does {side} want", WANTED)
        if lines := listed(replace(material, subject=side), first):
            return lines
        further = self.evidence(f"what does {side} say must happen first", WANTED)
        likely = [one for one in (*first, *further) if one.log_odds > 0]
        return wanted(side, material, self.question, likely)

    def gather(self, subject: str, beside: str = "", *, wide: bool = False) -> Material:
        """The articles on a subject.

        Args:
            subject: As the request names it.
            beside: Words that are searched for with it.
            wide: Whether articles count that hold little of it.
        """
        last = _VAGUE.search(subject)
        if last and not self.now.search_index.article_words.frequency(stem(last[0].strip())):
            subject = subject[: last.start()]
        return gather(
            self.now, subject, self.allowed, self.embedder, self.reader, beside, wide, self.language
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request is answered with.

    Attributes:
        heading: What it is; for a refusal why there is nothing.
        lines: Its sentences; none for a refusal.
    """

    heading: str
    lines: Sequence[Line] = ()


def answered(meant: Question, request: Request, desk: Desk) -> tuple[Answer, Sequence[Line]] | None:
    """The answer to a request for more than a fact, and what it is made of.

    Args:
        meant: The request as meant.
        request: The same taken apart.
        desk: What it is answered with.

    Returns:
        None if it is better asked as a question for a fact.
    """
    asked = Answer(question=meant.text, query=meant.query, answered=False, text="")
    if request.kind in TALK:
        said = said_to(meant.text) if request.kind == "smalltalk" else about(desk.now)
        return replace(asked, text=said, kind=request.kind), ()
    if request.kind == "fact" or not (reply := reply_to(request, desk)):
        return None
    asked = replace(asked, kind=request.kind)
    if not reply.lines:
        text = refusal((), reply.heading)
        return replace(asked, text=text, reason=reply.heading), ()
    claims, citations = composed(reply.lines)
    answer = replace(
        asked,
        answered=True,
        confidence=1.0,
        heading=reply.heading,
        text=f"{reply.heading}\n\n{extractive_text(claims)}",
        claims=claims,
        citations=citations,
    )
    return answer, reply.lines


def reply_to(request: Request, desk: Desk) -> Reply | None:
    """The reply; None where the request is better answered as a question for a fact."""
    way = _WAYS.get(request.kind)
    reply = way(request, desk) if way else None
    if reply and desk.said:
        said = " ".join(desk.said.split())
        lines = [line for line in reply.lines if " ".join(line.text.split()) not in said]
        reply = Reply("What else is told." if lines else "the articles tell no more of it", lines)
    counts = request.kind == "count" or PUBLISHED.match(desk.question)
    if reply is None or desk.allowed is None or counts:
        return reply  # a count says of how many
    few = len(desk.allowed.articles)
    were = "was" if few == 1 else "were"
    asked = f"only {few:,} of {_counted(desk.whole, 'article')} {were} asked"
    if not reply.lines:
        return replace(reply, heading=f"{reply.heading}; {asked}")
    return replace(reply, heading=f"{reply.heading} {sentence(asked)}")


def _on(request: Request, desk: Desk) -> str:
    return desk.called(request.subject) or ("these articles" if desk.allowed else "all articles")


def _nothing(request: Request, material: Material, desk: Desk) -> Reply:
    """That no article tells of the subject; which of its words none holds, and what is nearest."""
    if desk.allowed and not desk.allowed.articles:
        return Reply("no article was published then or there")
    told = f"the articles tell nothing of {desk.called(request.subject)}".removesuffix(" of ")
    if unheld := _unheld(request.subject, desk):
        told += f": {unheld}"
    # To a name that no article holds none is near.
    if material.nearest and not all(word[0].isupper() for word in _words(request.subject, desk)):
        told += f"; the nearest is “{title_of(material.nearest)}”"
    return Reply(told)


def _words(subject: str, desk: Desk) -> list[str]:
    return [subject[start:end] for start, end in content_spans(subject, desk.language)]


def _unheld(subject: str, desk: Desk) -> str:
    """Which words of a subject no article holds, however a state or body is called; "" if none."""
    frequency = desk.now.search_index.article_words.frequency
    unknown = [
        f"“{word}”"
        for word in _words(_VAGUE.sub("", subject), desk)
        if not any(frequency(stem(form, desk.language)) for form in aliases(word.lower()))
    ]
    return f"none of them holds {in_a_row(unknown).replace(' and ', ' or ')}" if unknown else ""


def _brief(request: Request, desk: Desk) -> Reply:
    material = desk.gather(request.subject)
    if request.told is not None:
        articles = _articles_of(request.told, desk)
        material = replace(material, subject="", articles=articles)
    asked = LENGTH.search(desk.question)
    wanted = numbers_in(asked["count"]) if asked else []
    most = int(wanted[0].value) if wanted else desk.most(MOST)
    most = max(1, most // 2) if wanted and desk.shorter else most
    if not (lines := brief(material, most)):
        return _nothing(request, material, desk)
    on = title_of(material.articles[0]) if request.told else _on(request, desk)
    told = _counted(len(material.articles), "article")
    unheld = "" if request.told else _unheld(request.subject, desk)
    return Reply(f"In brief: {on} ({told}{'; ' * bool(unheld)}{unheld}).", lines)


def _articles_of(told: Sequence[tuple[str, int, int]], desk: Desk) -> list[StoredArticle]:
    """The articles that were cited before, each once."""
    names = dict.fromkeys(name for name, _, _ in told)
    return [one for name in names for one in desk.now.ledger.articles_named(name)[:1]]


def _by_whom(told: Sequence[tuple[str, int, int]], desk: Desk) -> Reply:
    """Who wrote the articles that were cited before."""
    articles = _articles_of(told, desk)
    known = dict.fromkeys(stored.article.author for stored in articles if stored.article.author)
    if not known:
        return Reply("the article does not say who wrote it")
    return Reply(f"Written by {in_a_row([*known])}.", articles_on(articles))


def _when(told: Sequence[tuple[str, int, int]], desk: Desk) -> Reply | None:
    """The days of what was told before; None where neither that nor its articles are dated."""
    articles = {name: desk.now.ledger.articles_named(name)[:1] for name, _, _ in told}
    found = [dated(one, start, end) for name, start, end in told for one in articles[name]]
    events = [event for event in found if event]
    if not told:
        return Reply("nothing was told before that could be dated")
    if not events:
        return None
    lines = [Line(event.article, event.index, label_of(event)) for event in events]
    days = in_a_row([day_text(day) for day in dict.fromkeys(event.day for event in events)])
    if any(event.told for event in events):
        return Reply(f"When: {days}.", lines)
    return Reply(f"On which day is not told; it was published on {days}.", lines)


def _timeline(request: Request, desk: Desk) -> Reply | None:
    if request.told is not None:
        return _when(request.told, desk)
    material = desk.gather(request.subject)
    most = desk.most(EVENTS if request.subject else OF_ALL, SHORT + 2)
    if not (lines := timeline(material, most, desk.days)):
        if not material.articles:
            return _nothing(request, material, desk)
        if desk.days:
            return Reply(f"no article{_about(request, desk)} tells what happened then")
        if desk.question.lower().startswith("when"):  # a question after all
            return None
        if not (lines := undated(material, desk.most(MOST))):
            return _nothing(request, material, desk)
        lines = [replace(x, label=x.label or title_of(x.article)) for x in lines]
        known = any(article.article.published for article in material.articles)
        why = "" if known else ", as no article says when it was published"
        of = f" of {desk.called(request.subject)}" if request.subject else ""
        return Reply(f"No day{of} is known{why}; in the order of the articles.", lines)
    told = _counted(len(lines), "event")
    return Reply(f"Timeline: {_on(request, desk)} ({told}).", lines)


def _latest(request: Request, desk: Desk) -> Reply | None:
    material = desk.gather(request.subject)
    days = [a.article.published for a in material.articles if a.article.published]
    if not material.articles:
        return _nothing(request, material, desk)
    if not days:
        if request.subject and not NEWS.search(desk.question):
            return None
        lines = brief(material)
        undated = "no article on this says when it was published"
        return Reply(f"In brief: {_on(request, desk)}; {undated}.", lines)
    on = _about(request, desk)
    if _AHEAD.search(desk.question) and (lines := ahead(material, desk.most(LATEST, 1))):
        return Reply(f"What is to come{on}, as reported.", lines)
    newest = max(days)
    mine = [a for a in material.articles if a.article.published == newest]
    lines = brief(replace(material, articles=mine), desk.most(LATEST, 1))
    return Reply(f"Latest{on}: {day_text(newest)}.", lines)


def _comparison(request: Request, desk: Desk) -> Reply | None:
    publishers = desk.now.ledger.publication()[2] if request.sides else ()
    papers = [publisher_named(side, publishers) for side in request.sides]
    if len(papers) > 1 and all(papers):
        return _of_papers(request, papers, desk)
    if request.sides:
        about = {side: desk.gather(request.subject, side) for side in request.sides}
    else:
        known = desk.gather(request.subject)
        on = [a for a in known.articles if known.share(opening(a)) >= OPENS]
        known = replace(known, articles=on or known.articles)
        two = 2 if _TWO.search(desk.question) else None
        about = dict.fromkeys(speakers(known.stories())[:two], known)
    lines = comparison(about, desk.question, desk.most(EACH, 2))
    told = dict.fromkeys(line.label for line in lines)
    if not told:
        return None
    absent = [s for s in request.sides if s.lower() not in {label.lower() for label in told}]
    missing = [desk.called(side) for side in absent]
    lacks = f" Nothing is told of {in_a_row(missing)}." if missing else ""
    if len(told) == 1 and not lacks:
        return Reply(f"What is reported of {in_a_row([*told])}.", lines)
    return Reply(f"Side by side: {in_a_row([*told])}.{lacks}", lines)


def _of_papers(request: Request, papers: Sequence[str], desk: Desk) -> Reply | None:
    """What each of several papers reports on a subject, under its name."""
    material = desk.gather(request.subject)
    lines = [
        replace(line, label=paper)
        for paper in papers
        for line in brief(
            replace(
                material,
                articles=[a for a in material.articles if a.article.publisher == paper],
            ),
            desk.most(PAPER, 2),
        )
    ]
    told = dict.fromkeys(line.label for line in lines)
    missing = [paper for paper in papers if paper not in told]
    lacks = f" Nothing{_about(request, desk)} is in {in_a_row(missing)}." if missing else ""
    return Reply(f"Side by side: {in_a_row([*told])}.{lacks}", lines) if lines else None


def _disagreement(request: Request, desk: Desk) -> Reply:
    material = desk.gather(request.subject, wide=True)
    asked = request.subject.strip() and doubted(desk.question, request.subject)
    if CORRECTED.search(desk.question):
        lines = disagreements(corrections(material))
        none = f"the articles hold no correction{_about(request, desk)}".replace(" on ", " of ")
        papers = {line.article.article.publisher or "" for line in lines}
        whose = len(papers) == 1 and {*content_stems(request.subject)} <= {
            *content_stems("".join(papers))
        }
        on = "".join(papers) if whose and request.subject else _on(request, desk)
        told = f"What was corrected: {on}."
        return Reply(told, lines) if lines else Reply(none)
    if asked:
        found = differences(
            material, desk.evidence(asked), asked=asked, alone=bool(_ONE.match(asked))
        )
    else:
        found = differences(material)
    lines = disagreements(found)
    if lines:
        return Reply(f"Where accounts differ: {_on(request, desk)}.", lines)
    if not material.articles:
        return _nothing(request, material, desk)
    on = _about(request, desk)
    return Reply(f"no two accounts{on} that were compared state different facts")


def _quotes(request: Request, desk: Desk) -> Reply | None:
    if REACTS.match(desk.question) and (told := desk.evidence()) and told[0].reading.margin > 0:
        return None
    material = desk.gather(request.subject, request.speaker)
    lines = quotes(material, request.speaker, desk.most(QUOTES))
    if lines and NEWEST.search(desk.question):
        newest = max(str(line.article.article.published or "") for line in lines)
        lines = [line for line in lines if str(line.article.article.published or "") == newest]
    whose = desk.called(request.speaker) or "everybody"
    anything = _ANYTHING.search(desk.question)
    named = request.subject and (anything or request.subject in desk.question)
    on = f" on {desk.called(request.subject)}" if named else ""
    if lines:
        return Reply(f"What is reported of {whose}{on}.", lines)
    return _unsaid(request, desk, material, on) if request.speaker else None


def _unsaid(request: Request, desk: Desk, material: Material, on: str) -> Reply | None:
    """That no words of a speaker are reported, if they can be told to be none."""
    speaker, question = request.speaker, desk.question
    frequency = desk.now.search_index.article_words.frequency
    unknown = not any(map(frequency, content_stems(speaker, desk.language)))
    silent = (
        is_person(speaker, material.articles)
        and not speaks_there(material, speaker)
        and not _THINKS.search(question)
    )
    if not (silent or unknown or _ANYTHING.search(question) or _WORDS.search(question)):
        return None
    whose = desk.called(speaker)
    # A name in small letters that nothing shows to be one: "biden", not "the fishmongers".
    name = whose.title() if unknown and whose == speaker else whose
    return Reply(f"no words of {name} are reported{on}")


def _aged(request: Request, desk: Desk, which: str) -> Reply:
    """The newest article on the subject, or the oldest."""
    oldest = which in ("oldest", "earliest")
    articles = desk.gather(request.subject).articles
    if not request.subject:
        first, last, _ = desk.now.ledger.publication()
        day = first if oldest else last
        among = desk.now.ledger.select("published = ?", [day.isoformat()] if day else [""])
        among &= set(desk.allowed.articles) if desk.allowed else among
        articles = [*desk.now.articles(among).values()] or articles
    days = [a.article.published for a in articles if a.article.published]
    if not days:
        return Reply(f"no article{_about(request, desk)} says when it was published")
    day = min(days) if oldest else max(days)
    lines = articles_on([a for a in articles if a.article.published == day], request.subject)
    return Reply(f"The {which} article{_about(request, desk)}: {day_text(day)}.", lines[:SHOWN])


def _about(request: Request, desk: Desk) -> str:
    return f" on {desk.called(request.subject)}" if request.subject else ""


def _search(request: Request, desk: Desk) -> Reply | None:
    if request.told is not None:
        return _by_whom(request.told, desk)
    if aged := AGED.match(desk.question):
        return _aged(request, desk, (aged["which"] or aged["age"]).lower())
    if not request.subject:
        return _of_all(desk)
    if written := _written_by(desk):
        return written
    material = desk.gather(request.subject)
    found = material.articles
    if not found:
        return _nothing(request, material, desk)
    lines = articles_on(found, request.subject)
    told = _counted(len(lines), "article")
    more = f", the {SHOWN} newest shown" if len(lines) > SHOWN else ""
    papers = dict.fromkeys(line.article.article.publisher for line in lines)
    outlets = _OUTLETS.search(desk.question)
    names = [paper for paper in papers if paper] if outlets else []
    if outlets and not names and _ONE.match(desk.question):
        return None  # who reported it first may be told
    by = f" by {in_a_row(names)}" if names else ""
    on = f"{told} on {desk.called(request.subject)}{by}{more}."
    return Reply(on, lines[:SHOWN])


def _of_all(desk: Desk) -> Reply | None:
    """What each article says, by its first sentence, or which were published at a time."""
    among = {*desk.allowed.articles} if desk.allowed else None
    if among is not None and PUBLISHED.match(desk.question):
        lines = articles_on([*desk.now.articles(among).values()])
        told = f"{_counted(len(lines), 'article')} were published then or there."
        return Reply(told, lines[:SHOWN]) if lines else None
    if not EACH_SAYS.match(desk.question):
        return None
    count = desk.whole if among is None else len(among)
    newest = f", the {SHOWN} newest" if count > SHOWN else ", each"
    lines = articles_on(desk.now.ledger.newest(SHOWN, among))
    return Reply(f"{_counted(count, 'article')}{newest} by the first sentence.", lines)


def _written_by(desk: Desk) -> Reply | None:
    """The articles by whoever the request ends with; None if nobody of that name wrote any."""
    by = _BY.search(desk.question)
    found = desk.now.ledger.select("lower(author) LIKE ?", [f"%{by['who'].lower()}%"]) if by else ()
    among = {*found} & {*desk.allowed.articles} if desk.allowed else {*found}
    if not by or not among:
        return None
    lines = articles_on([*desk.now.articles(among).values()])
    who = lines[0].article.article.author or by["who"]
    return Reply(f"{_counted(len(lines), 'article')} by {who}.", lines[:SHOWN])


def _count(request: Request, desk: Desk) -> Reply | None:
    if points := POINTS.match(desk.question):
        return _points(request, desk, points["what"].lower())
    whole = len(desk.allowed.articles) if desk.allowed else desk.whole
    called = desk.called(request.subject)
    found, told = _counted_among(request, desk)
    if not found and request.subject:
        return Reply(f"none of {_counted(whole, 'article')} mentions {called}")
    lines = articles_on(desk.now.ledger.newest(SHOWN, found), request.subject)
    many = f"{len(found):,} of {_counted(whole, 'article')}"
    if _OUTLETS.search(desk.question) and request.subject:
        articles = desk.now.articles(found).values()
        many = _counted(len({a.article.publisher for a in articles} - {""}), "publisher")
    more = f"; the {SHOWN} newest:" if len(found) > SHOWN else ":"
    return Reply(f"{many} {told}{more}", lines) if lines else None


def _counted_among(request: Request, desk: Desk) -> tuple[set[int], str]:
    """The articles that are counted, and what is told of them."""
    if not content_stems(request.subject):
        found = set(desk.allowed.articles) if desk.allowed else set()
        return found, "were published then or there"
    called = desk.called(request.subject)
    if _ABOUT.search(desk.question):
        on = desk.gather(request.subject).articles
        if len(on) < ARTICLES:  # else there are more of them
            return {stored.pk for stored in on}, f"tell of {called}"
    found = mentioning(desk.now, request.subject, desk.allowed, desk.language)
    return found, f"mention {called}"


def _points(request: Request, desk: Desk, what: str) -> Reply | None:
    """How many demands or the like an article lists; else what is wanted, uncounted."""
    if lines := listed(desk.gather(request.subject), desk.evidence()):
        return Reply(f"{len(lines)} {what} are listed:", lines)
    side = request.subject
    lines = desk.wanted(side, desk.gather("", side)) if side else []
    told = f"No article counts the {what}; what is reported that {desk.called(side)} wants."
    return Reply(told, lines) if lines else None


def _list(request: Request, desk: Desk) -> Reply | None:
    if request.sides:
        return _wanted(request.sides[0], desk)
    desk = replace(desk, question=_as_told(desk.question))
    if QUOTED.search(desk.question):
        told = [*content_stems(request.subject)]
        lines = speakers_quoted(desk.gather(request.subject if told else ""))
        quoted = f"Quoted: {in_a_row([line.label for line in lines])}."
        return Reply(quoted, lines) if lines else None
    sort = {*content_stems(sort_of(desk.question))}
    known = any(map(desk.now.search_index.article_words.frequency, sort))
    if sort and not known and not kind_of(desk.question):
        return _nothing(request, desk.gather(request.subject), desk)
    subject = "" if {*content_stems(request.subject)} <= sort else request.subject
    if _PEOPLE.search(desk.question) and (lines := cast(desk.gather(subject))):
        return Reply(f"Named: {in_a_row([line.label for line in lines])}.", lines)
    return _items(desk, _all_of(desk.gather(subject, wide=True)) if sort else desk.gather(subject))


def _as_told(question: str) -> str:
    """A request for a list in the words in which articles tell what it asks for."""
    if held := HELD_WHERE.match(question):
        return f"which cities hosted {held['what'] or 'meetings'}"
    return _LIST_WHO.sub("", question)


def _wanted(side: str, desk: Desk) -> Reply | None:
    """What one side wants; "Russian" is Russia."""
    own = [a for a in aliases(side.lower()) if is_state(a)]
    side = max(own, key=len).title() if own and side.lower() not in own else side
    lines = desk.wanted(side, desk.gather("", side))
    stands = POSITION.match(desk.question)
    what, does = ("Where", "stand") if stands else ("What", "want")
    many = side.islower() and side.endswith("s")
    told = f"{what} {desk.called(side)} {does}{'' if many else 's'}, as reported."
    return Reply(told, lines) if lines else None


def _items(desk: Desk, material: Material) -> Reply | None:
    """What is called as is asked for; else what an article lists, or what is read for."""
    lines = called(material, desk.question)
    if len(lines) < ENOUGH:
        found = desk.evidence()
        if items := listed(material, found):
            return Reply(f"Found: {_counted(len(items), 'item')}.", items)
        asked = {each: desk.evidence(each) for each in either(desk.question)}
        further = named(material, asked or {desk.question: found})
        if lines and len(further) < ENOUGH:
            return Reply(f"Found: {lines[0].label}.", lines)
        lines = further
    if len(lines) < (ENOUGH if _ONE.match(desk.question) else 1):
        return None
    return Reply(f"Found: {in_a_row([line.label for line in lines])}.", lines)


def _all_of(wide: Material) -> Material:
    """The articles in which something of a sort may be named: those on its subject, or near it."""
    least = WIDE * max(wide.nearness.values(), default=0.0)
    near = [a for a in wide.articles if wide.nearness.get(a.pk, 1.0) >= least]
    return replace(wide, articles=near)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


_WAYS: dict[str, Callable[[Request, Desk], Reply | None]] = {
    "brief": _brief,
    "timeline": _timeline,
    "latest": _latest,
    "comparison": _comparison,
    "disagreement": _disagreement,
    "quotes": _quotes,
    "search": _search,
    "count": _count,
    "list": _list,
}


def articles_on(articles: Sequence[StoredArticle], words: str = "") -> list[Line]:
    """For each article the sentence that holds most of some words, else its first; newest first."""
    stems = set(content_stems(words))
    lines = []
    for stored in articles:
        if indexes := [*telling(stored)]:
            held = {n: len(stems & set(content_stems(words_of(stored, n)))) for n in indexes}
            best = max(indexes, key=lambda n: (held[n], -n))
            lines.append(Line(stored, best, title_of(stored)))
    return sorted(lines, key=lambda line: str(line.article.article.published or ""), reverse=True)


def title_of(stored: StoredArticle) -> str:
    """An article's title, or the words it opens with, and who published it when."""
    known = published_by(stored)
    name = stored.article.headline
    return f"{name} ({known})" if known else name


def mentioning(
    now: Generation, words: str, allowed: Allowed | None, language: str = ENGLISH
) -> set[int]:
    """The articles, by pk, that hold some words, all of them, in any order, with any ending.

    Args:
        now: The generation that is asked.
        words: In any form.
        allowed: The articles that may be used; None for all.
        language: The code of the language of the words.
    """
    index = now.search_index.article_words
    found: set[int] | None = None
    # The rarest first: fewer are left to look for the next word in.
    for word in sorted(dict.fromkeys(content_stems(words, language)), key=index.frequency):
        found = set(allowed.articles) if allowed and found is None else found
        hits = index.search({word: 1.0}, max(1, index.frequency(word)), found)
        found = {pk for pk, _ in hits}
    return found or set()


def about(now: Generation) -> str:
    """What the corpus holds, for somebody who asks of it."""
    count = now.ledger.counts()["articles"]
    oldest, newest, publishers = now.ledger.publication()
    period = _period(oldest, newest)
    by = f" by {in_a_row(publishers)}" if 0 < len(publishers) <= 12 else ""
    by = f" by {_counted(len(publishers), 'publisher')}" if len(publishers) > 12 else by
    return (
        f"I hold {_counted(count, 'article')}{by}{period}. Ask me what they report, or for a brief,"
        " a timeline, a comparison, where accounts differ, or what somebody said: I answer in their"
        " own words and cite every one."
    )


def _period(oldest: date | None, newest: date | None) -> str:
    if not (oldest and newest):
        return ""
    return f", published from {day_text(oldest)} to {day_text(newest)}"
