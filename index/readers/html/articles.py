"""How many articles a text holds: none (a wall, a list of links), one, several, a live blog."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from index.article import Article, Place
from index.boilerplate import rules
from index.boilerplate.clean import clean_article
from index.boilerplate.rules import is_sentence, plain
from index.readers.assembly import Assembly
from index.readers.html.metadata import called, elsewhere
from index.readers.markup import Node, text_of, word_count, write_markup

MIN_PARAGRAPHS = 2  # of an article in full; a teaser has one
# A page that lists more has teasers, if none of them has more paragraphs than those.
MOST_TEASERS = 4
ENTRY = re.compile(r"\b(?:live|entry|update|timeline|ticker|liveblog)(?:\b|[-_])", re.IGNORECASE)
LIVE = re.compile(r"\b(?:live|update|timeline|ticker|liveblog)(?:\b|[-_])", re.IGNORECASE)
CLOCK = re.compile(r"\s*\d{1,2}[:.h]\d{2}\b.{0,12}")
HEADED = re.compile(  # what begins with the time of its entry
    r"\s*(\d{1,2}[:.h]\d{2}(?:\s?[ap]\.?m\b\.?|\s?Uhr\b)?(?:\s[A-Z]{2,4}T\b)?)(?!\w)[\s:|·–—-]*"
)
MIN_ENTRIES = 3  # of a live blog
MIN_WORDS = 10  # of a paragraph of an entry, or above the first


def separate(tree: Node) -> list[Node]:
    """The articles of a page that holds several in full; none of a page that holds one.

    Each stands in an ``article`` of its own with a heading and two paragraphs at least, and is told
    from a chapter by a link to its own page, a byline's time or a first heading of its own.
    """
    found = [
        part
        for part in tree.iter("article")
        if next(part.iterancestors("article"), None) is None and _is_whole(part)
    ]
    listed = len(found) > MOST_TEASERS and max(map(_sentences, found)) <= MIN_PARAGRAPHS
    return found if len(found) > 1 and not listed else []


def heading_of(part: Node) -> Node:
    """The heading of an article on a page; None without one."""
    return next((node for node in part.iter("h1", "h2", "h3") if text_of(node)), None)


def _is_whole(part: Node) -> bool:
    heading = heading_of(part)
    if heading is None or _sentences(part) < MIN_PARAGRAPHS or elsewhere(part):
        return False
    times = [time for time in part.iter("time") if time.text_content().strip()]
    names = " ".join(called(node) for node in (part, *part.iterancestors("div", "section", "ol")))
    if LIVE.search(names) or any(CLOCK.fullmatch(time.text_content()) for time in times[:1]):
        return False
    linked = heading.find(".//a") is not None or next(heading.iterancestors("a"), None) is not None
    return linked or bool(times) or heading.tag == "h1"


def _sentences(part: Node) -> int:
    return sum(is_sentence(" ".join(line.text_content().split())) for line in part.iter("p"))


def entries(tree: Node) -> list[Node]:
    """The parts that are called entries and have a time and a paragraph each; none of few.

    What shows nothing but a time in them becomes a ``time`` of the tree.
    """
    for node in tree.iter("strong", "b", "span", "p", "h3", "h4"):
        names = " ".join(map(called, list(node.iterancestors())[:2]))
        if ENTRY.search(names) and len(node) == 0 and CLOCK.fullmatch(node.text or ""):
            node.tag = "time"
    found = {
        entry
        for time in tree.iter("time")
        for entry in list(time.iterancestors("article", "li", "section", "div"))[:3]
        if ENTRY.search(called(entry)) and _has_paragraph(entry)
    }
    outer = {above for entry in found for above in entry.iterancestors()}
    inner = [node for node in tree.iter() if node in found - outer]
    return [part for node in inner for part in _parts(node)]


def _parts(entry: Node) -> list[Node]:
    """An entry, or those that it holds if it is the whole report."""
    parts = [part for part in entry if next(part.iter("time"), None) is not None]
    return parts if len(parts) >= MIN_ENTRIES and all(map(_has_paragraph, parts)) else [entry]


def _has_paragraph(part: Node) -> bool:
    return any(len(line.text_content().split()) >= MIN_WORDS for line in part.iter("p"))


def join_times(tree: Node, parts: list[Node]) -> None:
    """Puts the time of an entry before its words; above the first paragraph is the page's own."""
    started, own = False, set(parts)
    for node in list(tree.iter("p", "h3", "h4", "time")):
        if node.tag != "time":
            heading = node.tag != "p"
            started = started or heading or len(node.text_content().split()) >= MIN_WORDS
            continue
        time = node.text_content().strip()
        line = next(node.iterancestors("p"), None)
        if not (started or own.intersection(node.iterancestors())):
            continue
        if line is not None and line.text_content().strip() != time:
            continue
        following = node.xpath("following::*[self::p or self::h2 or self::h3 or self::h4][1]")
        if time and following:
            following[0].text = f"{time} {following[0].text or ''}"
            node.text = ""


def live_text(parts: list[Node]) -> str:
    """The text of a live blog: what introduces it, then its entries, whole and in their order."""
    text = Assembly()
    for line in parts[0].xpath("preceding::p"):
        if word_count(line.text_content()) >= MIN_WORDS and not elsewhere(line):
            write_markup(line, text)
    for part in parts:
        write_markup(part, text)
    return text.text


def time_of(part: Node) -> str:
    """The time of an entry, as it is shown."""
    return " ".join(next(part.iter("time")).text_content().split())


def with_times(article: Article) -> Article:
    r"""An article in plain text; if it is a running report, as ``timed`` gives it.

    Its entries open with a time of day, each later than the one above or each earlier.

    The article comes as it was read, not cleaned.

    >>> entries = "\n\n".join(f"**{n}:15**\n\nIt rained and rained for an hour." for n in "123")
    >>> with_times(Article(uri="a", key="a", text=entries.replace("*", ""))).places
    ((0, '1:15'), (40, '2:15'), (80, '3:15'))
    """
    blocks = article.text.split("\n\n")
    times: list[str] = []
    joined: list[str] = []
    lone = False
    for block in blocks:
        told = HEADED.match(block)
        rest = block[told.end() :] if told else ""
        if told and (not rest or rest[0] not in ",.;" or rules.dated(rest.strip(" ,"))[0]):
            times.append(told[1])
            rest = "" if rules.dated(rest.strip(" ,"))[0] else rest.strip()
            joined.append(f"{told[1]} {rest}".strip())
        elif lone and joined:
            joined[-1] += f" {block}"
        else:
            joined.append(block)
        lone = bool(told) and not rest
    clocks = [_minutes(time) for time in times]
    steps = [after - before for before, after in pairwise(clocks)]
    down, up = sum(step <= 0 for step in steps), sum(step >= 0 for step in steps)
    if len(times) < MIN_ENTRIES or max(down, up) < len(steps) - 1:  # one may be past midnight
        return article
    return timed(replace(article, text="\n\n".join(joined)), times)


def _minutes(time: str) -> int:
    hours, minutes = (int(part) for part in re.findall(r"\d+", time)[:2])
    late = bool(re.search(r"p\.?m", time, re.IGNORECASE)) and hours < 12
    return 60 * (hours + 12 * late) + minutes


def timed(article: Article, times: list[str]) -> Article:
    """A live blog without what its page wraps around it, each entry a place that its time names."""
    cleaned = clean_article(article)
    places: list[Place] = []
    apart = f"\n\n{cleaned.text}"
    for time in filter(None, times):
        start = apart.find(f"\n\n{time} ", places[-1][0] + 1 if places else 0)
        if start >= 0:
            places.append((start, time))
    return replace(cleaned, places=tuple(places), cleaned=True) if places else article


KINDS = {  # what a page that is no article says, and what is told of it
    "scripts": "the page only asks for JavaScript; save it from a browser, when its text is shown",
    "robots": "the page only asks whether a person reads it; save it from a browser",
    "missing": "the page only says that there is no such page; look for its article elsewhere",
}
CONSENT = "the page only asks for consent to cookies; agree or refuse in a browser and save it then"
PAYWALL = "the page shows none of its article without a subscription; save it when signed in"
LISTING = "the page only lists articles; save the page of each one"
MAX_WORDS = 120  # of what is no article; a missing page with suggestions has 80
MIN_TEXT_WORDS = 15  # of a text beside which the rest of the page does not count
MAX_PROSE = 25  # words of prose beside the notice
MIN_LINKED = 5  # headlines that are links, of a page that lists articles
MAX_RUN = 2  # paragraphs between two of them


def wall(text: str, title: str = "", tree: Node | None = None) -> str | None:
    """Why a page holds no article though it holds text; None if it may hold one.

    Args:
        text: What seems to be its article.
        title: Its title.
        tree: The page; None where only its text is there.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    own = [line for line in lines if not _notice(plain(line))]
    prose = sum(word_count(line) for line in own if is_sentence(line))
    if prose <= MAX_PROSE:
        shown = plain(f"{title} {text}" if word_count(text) <= MAX_WORDS else "")
        if tree is not None and word_count(text) < MIN_TEXT_WORDS:
            shown += plain(_shown(tree))
        for name, reason in KINDS.items():
            if rules.PHRASES[name].search(shown):
                return reason
        notices = [plain(line) for line in lines if _notice(plain(line))]
        if any(map(_asks_consent, notices)) or rules.asks_consent(shown):
            return CONSENT
        if any(map(rules.PHRASES["paid"].search, notices)):
            return PAYWALL
    return LISTING if tree is not None and _lists(tree, lines) else None


def _notice(line: str) -> bool:
    told = (rules.PHRASES[name].search(line) for name in (*KINDS, "paid"))
    return _asks_consent(line) or any(told)


def _asks_consent(line: str) -> bool:
    things = set(rules.PHRASES["consent"].findall(line))
    return len(things) > 1 and bool(
        rules.PHRASES["cookies"].search(line) or rules.PHRASES["withdraw"].search(line)
    )


def _shown(tree: Node) -> str:
    """The words of a page's body, what it says to browsers without scripts among them; not all."""
    parts: list[str] = []
    for node in tree.iter():
        if isinstance(node.tag, str) and node.tag not in ("script", "style", "head", "title"):
            parts.append(node.text or "")
        parts.append(node.tail or "")
        if len(parts) > 400:
            break
    return " ".join(" ".join(parts).split())[:3_000]


def _lists(tree: Node, lines: list[str]) -> bool:
    """Whether a page tells of many articles, a paragraph or two of each, and the text is these."""
    linked = 0
    run: list[str] = []
    told: set[str] = set()
    for node in tree.iter("h2", "h3", "h4", "p"):
        text = plain(node.text_content())
        if node.tag == "p":
            run.append(text)
            if len(run) > MAX_RUN and all(map(is_sentence, run[-MAX_RUN - 1 :])):
                return False
        elif len(text) > 12 and node.xpath("descendant-or-self::a | ancestor::a"):
            told.update(run if linked else ())
            linked += 1
            run = []
    told.update(run)
    prose = [line for line in lines if is_sentence(line)]
    return linked >= MIN_LINKED and bool(prose) and all(plain(line) in told for line in prose)
