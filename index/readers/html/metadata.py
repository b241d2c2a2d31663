"""What a web page states about its article, and where on the page it does.

What is written for programs comes first (JSON-LD, then meta elements, then microdata), then what
readers see. A value that is unclear, or no value of its kind, gives way to the next.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from html import unescape
from itertools import chain, islice
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

from index.boilerplate import rules
from index.readers.encoding import letters
from index.readers.fields import language_code, no_day, one_line, past_day
from index.readers.html.names import (
    PAGES,
    authors,
    host,
    is_url,
    looks_like_a_person,
    outlet,
    without_publisher,
)
from index.readers.markup import Node

Thing: TypeAlias = dict[str, Any]

ARTICLES = re.compile(r"(?:[A-Za-z]*NewsArticle|Article|BlogPosting|LiveBlogPosting|Report)$")
OUTLETS = ("NewsMediaOrganization", "WebSite", "Organization", "Corporation")
TRAILING_COMMA = re.compile(r",(\s*[}\]])")
COMMENT = re.compile(r"^\s*(?:<!--|//<!\[CDATA\[|/\*.*?\*/)|(?:-->|//\]\]>|;)\s*$", re.DOTALL)
TAGS = re.compile(r"<[^<>]{1,400}>")
MAX_DEPTH = 12  # of things within things; sites' graphs have 4
MAX_THINGS = 2_000


class Graph:
    """The things that the JSON-LD of a page describes, by type and by ``@id``."""

    def __init__(self, scripts: list[str]) -> None:
        told = (thing for script in scripts for thing in _top(_parsed(script), 0))
        self.things = [*islice(told, MAX_THINGS)]
        self._named: dict[str, Thing] = {}
        for thing in self.things:
            self._note(thing, 0)

    def _note(self, thing: Thing, depth: int) -> None:
        name = thing.get("@id")
        if isinstance(name, str) and len(thing) > len(self._named.get(name, {})):
            self._named[name] = thing
        if depth < MAX_DEPTH:
            for value in thing.values():
                for each in value if isinstance(value, list) else [value]:
                    if isinstance(each, dict):
                        self._note(each, depth + 1)

    def articles(self) -> list[Thing]:
        """The articles that are described by themselves, not as a part of something else."""
        return [thing for thing in self.things if any(map(ARTICLES.match, types(thing)))]

    def outlets(self) -> list[Thing]:
        """Who publishes, the most telling type first."""
        ranked = [(OUTLETS.index(t), t, thing) for thing in self.things for t in types(thing)
                  if t in OUTLETS]  # fmt: skip
        return [thing for _, _, thing in sorted(ranked, key=lambda found: found[0])]

    def resolved(self, value: object) -> list[object]:
        """The values of a property as a list, references to other things followed."""
        values = value if isinstance(value, list) else [value]
        return [
            self._named.get(str(each.get("@id")), each)
            if isinstance(each, dict) and "name" not in each
            else each
            for each in values
            if each
        ]


def types(thing: Thing) -> list[str]:
    """The types of a thing, without the vocabulary's address."""
    told = thing.get("@type")
    values = told if isinstance(told, list) else [told]
    return [re.split("[/#]", value)[-1] for value in values if isinstance(value, str)]


def text(value: object) -> str | None:
    """A property's text on one line, without markup and entities."""
    if isinstance(value, dict):
        value = value.get("name") or value.get("@value")
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, str)), None)
    if not isinstance(value, str):
        return None
    return one_line(TAGS.sub(" ", unescape(value)))


def _parsed(script: str) -> object:
    """What a script holds; commas and line breaks that JSON forbids and sites write are passed."""
    script = COMMENT.sub("", COMMENT.sub("", script)).strip()
    for each in (script, TRAILING_COMMA.sub(r"\1", script)):
        try:
            return json.loads(each, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _top(value: object, depth: int) -> Iterator[Thing]:
    """The things of a script that stand for themselves: its own, and those of its lists."""
    if isinstance(value, list) and depth < MAX_DEPTH:
        for each in value:
            yield from _top(each, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):
            if isinstance(value.get(name), dict | list) and depth < MAX_DEPTH:
                yield from _top(value[name], depth + 1)


PUBLISHED, AUTHOR, PUBLISHER = (
    PAGES.told["metas"][name].split() for name in ("published", "author", "publisher")
)
ELSEWHERE, DATE_CLASS, AUTHOR_CLASS = (
    PAGES.compiled(name, re.I) for name in ("elsewhere", "date_class", "author_class")
)
ELSEWHERE_TAGS = ("aside", "footer", "nav", "form", "noscript", "template")
PUBLISHED_CLASS = re.compile(r"publi|posted|created|entry-date", re.IGNORECASE)
UPDATED_CLASS = re.compile(r"update|modif|edited|aktualis|changed", re.IGNORECASE)
NO_AUTHOR_CLASS = re.compile(r"bio|desc|about|avatar|image|img|photo|social|follow|detail", re.I)
IN_PATH = re.compile(r"/(20\d\d|19[89]\d)[/-]?(0\d|1[0-2])[/-]?([0-2]\d|3[01])(?!\d)")
UTC = re.compile(r"[T ](\d\d):\d\d(?::\d\d)?(?:\.\d+)?\s?(?:Z|\+00:?00)$")
A_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|(?<!\d)(?:19|20)\d\d(?!\d)")
EAST = {"zh", "ja", "ko", "th", "vi", "id", "ms", "hi", "bn", "ta"}
HEADINGS = "h1 h2 h3".split()
AROUND = (  # where a page says whose it is
    "//header[not(.//h1)]//* | //footer | //a[@href='/'] | //img[@alt]"
    " | //*[contains(@class, 'foot') or contains(@id, 'foot') or contains(@class, 'copyright')]"
)
BELOW = (
    "following::*[self::p or self::div or self::span or self::font or self::td or self::li"
    " or self::h2 or self::h3 or self::time or self::small][position() <= 40]"
)
MIN_TITLE = 15  # characters of a title that is found within another
ALIKE = 0.5  # of the words of two titles that are one
NEAR = 14  # stretches of text below a headline that tell of it
SHORT = 120
SOURCE = re.compile(r"(?:来源|來源|稿源)[:：]\s*(\S{2,20})")
BEFORE, AFTER = 300, 1_500  # characters of the page's source text from the headline


@dataclass(slots=True)
class Stated:
    """What a page states, each with where: ``origins["published"] == "JSON-LD datePublished"``."""

    title: str = ""
    author: str | None = None
    publisher: str | None = None
    published: date | None = None
    language: str | None = None
    url: str | None = None
    live: bool = False
    origins: dict[str, str] = field(default_factory=dict)


def stated(tree: Node) -> Stated:
    """What the page of a tree states about its article. The tree is left as it is."""
    return _Page(tree).stated()


class _Page:
    def __init__(self, tree: Node) -> None:
        self.tree = tree
        self.metas: dict[str, list[tuple[str, str]]] = {}
        for meta in tree.iter("meta"):
            content = one_line(meta.get("content"))
            for name in (meta.get("property"), meta.get("name")):
                if name and content:
                    told = content, f"meta {name.strip().lower()}"
                    self.metas.setdefault(letters(name), []).append(told)
        scripts = tree.xpath('//script[contains(@type, "ld+json")]')
        self.graph = Graph([script.text or "" for script in scripts])
        self.found = Stated()
        self.url = self._url()
        self.tag = (
            one_line(" ".join(t.text_content() for t in tree.xpath("//head/title")[:1])) or ""
        )
        self.article = self._article()
        told = tree.get("lang") or tree.get("xml:lang")
        self.language = told or text(self.article.get("inLanguage")) or ""

    def stated(self) -> Stated:
        """Everything, the publisher before the title and the author, which are held against it."""
        found = self.found
        found.url = self.url
        metas = self._meta(("oglocale", "contentlanguage", "language", "dclanguage"))
        told: Iterator[tuple[str, str]] = chain([(self.language, "html lang")], metas)
        self._first("language", ((language_code(value), origin) for value, origin in told))
        names = list(self._publishers())
        found.title, headline = self._title([name for name, _ in names])
        sources = (
            (line[1], "source shown") for line in map(SOURCE.match, _below(headline)) if line
        )
        told = chain(names, sources)
        self._first("publisher", ((outlet(name, found.title), origin) for name, origin in told))
        self._author(headline)
        self._published(headline)
        found.live = "LiveBlogPosting" in types(self.article)
        return found

    def _first(self, name: str, candidates: Iterator[tuple[Any, str]]) -> None:
        for value, origin in candidates:
            if value:
                setattr(self.found, name, value)
                self.found.origins[name] = origin
                return

    def _meta(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        for name in names:
            yield from self.metas.get(name, [])

    def _contents(self, name: str) -> list[str]:
        return [content for content, _ in self.metas.get(name, [])]

    def _url(self) -> str | None:
        base = next(iter(self._contents("ogurl")), None)
        links = self.tree.xpath('//link[@rel="canonical"]/@href')
        for href, origin in (*[(h, "link canonical") for h in links], (base, "meta og:url")):
            whole = joined(base, href)
            parts = urlsplit(whole) if whole else None
            if whole and parts and parts.scheme in ("http", "https") and parts.hostname:
                if parts.path in ("", "/") and base and urlsplit(base).path not in ("", "/"):
                    continue
                self.found.origins["url"] = origin
                return whole
        return None

    def _article(self) -> Thing:
        """The article that the page is about, of those that its JSON-LD describes."""
        articles = self.graph.articles()
        for article in articles:
            named = (article.get("url"), article.get("@id"), article.get("mainEntityOfPage"))
            if self.url and any(isinstance(n, str) and n.split("#")[0] == self.url for n in named):
                return article
        titled = [a for a in articles if _shared(text(a.get("headline")), self.tag) > 0.6]
        return next(iter([*titled, *articles]), {})

    # Title.

    def _title(self, names: list[str]) -> tuple[str, Node | None]:
        """The title, and the element that shows it, if one does."""
        known = [*names, host(self.url)]
        told = [
            (text(self.article.get("headline")), "JSON-LD headline"),
            *self._meta(("ogtitle", "twittertitle", "dctitle", "parselytitle", "headline")),
            (self.tag, "title"),
        ]
        named = [(without_publisher(text, *known), origin) for text, origin in told if text]
        title, origin, node = next(self._titles(named), ("", "", None))
        if origin:
            self.found.origins["title"] = origin
        return title, node

    def _titles(self, told: list[tuple[str, str]]) -> Iterator[tuple[str, str, Node | None]]:
        """Titles, each with where it is from and what shows it, the surest first."""
        shown = [(line, node) for node in self._headings() if (line := _line(node))]
        pairs = [(line, node, *title) for line, node in shown for title in told]
        for line, node, title, _ in pairs:
            if letters(line) and letters(line) == letters(title):
                yield _with_colon(line, title), node.tag, node
        for line, node, title, origin in pairs:
            if node.tag == "h1" and _within(line, title):
                yield line, node.tag, node
            if _within(title, line):
                yield title, origin, node
        like = max(pairs, key=lambda pair: _shared(pair[0], pair[2]), default=None)
        if like and _shared(like[0], like[2]) >= ALIKE:
            yield like[0], like[1].tag, like[1]
        if told:
            title, origin = told[0]
            yield from ((part, origin, node) for part, node in self._bold(title))
            yield title, origin, self._showing(title)
        heads = [(line, "h1", node) for line, node in shown if node.tag == "h1"]
        yield from heads if len(heads) == 1 else ()

    def _headings(self) -> list[Node]:
        nodes = [
            node
            for node in self.tree.iter(*HEADINGS)
            if len(node.text_content()) < 400 and not elsewhere(node)
        ]
        return sorted(nodes, key=lambda node: node.tag != "h1")[:40]

    def _bold(self, title: str) -> Iterator[tuple[str, Node]]:
        """The parts of a title that the page shows in a line that is no heading, as old ones do."""
        for part in reversed(re.split(r"\s[|»«·–—-]+\s", title)):
            if len(part) > MIN_TITLE and (node := self._showing(part)) is not None:
                yield part, node

    def _showing(self, title: str) -> Node | None:
        wanted = letters(title)
        for node in self.tree.iter("font", "b", "strong", "div", "span", "p", "td"):
            if len(node) < 3 and wanted and letters(_line(node, 400)) == wanted:
                return node
        return None

    # Publisher.

    def _publishers(self) -> Iterator[tuple[str, str]]:
        told = list(self._told_publishers())
        urls = [(name, origin) for name, origin in told if is_url(name) and outlet(name)]
        names = [each for each in told if each not in urls]
        yield from names or self._publisher_of_title()
        yield from urls
        if name := host(self.url):
            yield name, "the host of its url, a guess"

    def _told_publishers(self) -> Iterator[tuple[str, str]]:
        yield from self._meta(PUBLISHER[:1])
        for each in self.graph.resolved(self.article.get("publisher")):
            if name := text(each):
                yield name, "JSON-LD publisher"
        for node in self.tree.xpath('//*[@itemprop="publisher"]'):
            names = node.xpath('.//*[@itemprop="name"]') or [node]
            yield names[0].get("content") or _line(names[0]), "microdata publisher"
        yield from self._meta(PUBLISHER[1:4])
        for thing in self.graph.outlets():
            if name := text(thing):
                yield name, f"JSON-LD {types(thing)[0]}"
        yield from self._meta(PUBLISHER[4:])

    def _publisher_of_title(self) -> Iterator[tuple[str, str]]:
        """The part of the title element that the page says elsewhere too, or that is its host."""
        parts = re.split(r"\s[-–—|·•»/]+\s|\s?[|_»]\s?|\s?::?\s", self.tag)
        if len(parts) < 2:
            return
        around = letters(
            " ".join(
                " ".join(filter(None, (node.get("alt"), node.get("title"), _line(node, 200))))
                for node in self.tree.xpath(AROUND)[:200]
                if next(node.iterancestors("nav", "li"), None) is None
            )
        )
        site = letters(host(self.url) or "")
        for part in (parts[-1], parts[0]):
            name = letters(part)
            if len(part.split()) <= 6 and name and (name in site or name in around):
                yield part.strip(), "title"

    # Author.

    def _author(self, headline: Node | None) -> None:
        others = (self.found.publisher, self.found.title, host(self.url))
        found = [
            (name, origin)
            for value, origin in self._told_authors(headline)
            if (name := authors(value, *others))
        ]
        people = [each for each in found if looks_like_a_person(each[0])]
        self._first("author", iter([*people, *found]))

    def _told_authors(self, headline: Node | None) -> Iterator[tuple[object, str]]:
        told = self.graph.resolved(self.article.get("author") or self.article.get("creator"))
        things = (each for each in told if isinstance(each, dict))
        firms = [each for each in things if any("Organization" in name for name in types(each))]
        yield [_person(each) for each in told if each not in firms], "JSON-LD author"
        for name in AUTHOR:
            for _, origin in self.metas.get(name, [])[:1]:
                yield self._contents(name), origin
        yield from ((names, "byline") for names in self._shown_authors(headline))
        yield [_person(each) for each in firms], "JSON-LD author, an organisation"

    def _shown_authors(self, headline: Node | None) -> Iterator[object]:
        """The authors that readers see: in what is marked as one, called so, or below the title."""
        marked = self.tree.xpath('//*[@itemprop="author" or @property="author" or @rel="author"]')
        lines = [
            (node.xpath('.//*[@itemprop="name"]') or [node])[0]
            for node in marked
            if not elsewhere(node)
        ]
        yield [n.get("content") or _line(n, SHORT) for n in lines][:6]
        for node in self.tree.iter("a", "span", "div", "p", "address", "li", "cite", "strong", "b"):
            names = f"{called(node)} {node.get('data-testid') or ''}"
            if AUTHOR_CLASS.search(names) and not NO_AUTHOR_CLASS.search(names):
                line = _line(node, SHORT)
                if line and not elsewhere(node):
                    yield line
        yield from map(rules.bylined, _below(headline))

    # Date.

    def _published(self, headline: Node | None) -> None:
        seen = list(self._shown_dates(headline))
        shown = [each for each in seen if each[0]]
        printed = shown[0][0] if shown else None
        told = (
            (printed, f"as printed; {origin} counts by UTC")
            if printed and _local(day, str(value), printed, self.found.language)
            else (day, origin)
            for value, origin in self._told_dates()
            if (day := past_day(value, self.language))
        )
        self._first("published", chain(told, shown, self._dated_path()))
        chosen = self.found.published
        if chosen and printed and abs(chosen - printed) > timedelta(days=1):
            self.found.origins["published"] += f"; the page shows {printed}"
        if not chosen:
            values = chain((value for value, _ in self._told_dates()), (line for _, line in seen))
            unclear = filter(A_DAY.search, filter(None, map(one_line, values)))
            if left_out := next(unclear, None):
                self.found.origins["published"] = no_day(left_out, self.language)

    def _told_dates(self) -> Iterator[tuple[object, str]]:
        for name in ("datePublished", "dateCreated"):
            yield text(self.article.get(name)) or self.article.get(name), f"JSON-LD {name}"
        for thing in self.graph.things if not self.article else ():
            if set(types(thing)) & {"WebPage", "ItemPage", "VideoObject"}:
                yield text(thing.get("datePublished")), "JSON-LD datePublished"
        yield from self._meta(PUBLISHED)
        for node in self.tree.xpath(
            '//*[@itemprop="datePublished" or @itemprop="dateCreated" or @pubdate'
            ' or contains(@property, "dc:date") or contains(@property, "datePublished")]'
        ):
            if not elsewhere(node):
                values = (*map(node.get, ("content", "datetime", "title")), _line(node))
                yield from ((value, "microdata datePublished") for value in values)

    def _shown_dates(self, headline: Node | None) -> Iterator[tuple[date | None, str]]:
        """The days that readers see beside the headline, when a page was changed left out.

        Of each where it stands, or the words that give no certain day.
        """
        near = _beside(self.tree, headline)
        times = [
            (node, f"{node.get('class') or ''} {node.getparent().get('class') or ''}")
            for node in self.tree.iter("time", "abbr", "bsp-timestamp")
            if node in near and not elsewhere(node)
        ]
        published = [node for node, names in times if PUBLISHED_CLASS.search(names)]
        others = [node for node, names in times if not UPDATED_CLASS.search(names)]
        for node in (*published, *others):
            yield from self._days_of(node, node.tag)
        for node in self.tree.iter("span", "div", "p", "li", "td", "a", "em", "small", "i", "h2"):
            called_so = DATE_CLASS.search(called(node)) and not UPDATED_CLASS.search(called(node))
            if node in near and called_so and not elsewhere(node):
                yield from self._days_of(node, "date shown")
        for part in _below(headline):
            kind, day = rules.dated(part)
            if kind in ("bare", "published"):
                yield past_day(day), "date shown"

    def _days_of(self, node: Node, origin: str) -> Iterator[tuple[date | None, str]]:
        for name in ("datetime", "data-datetime", "data-timestamp", "data-date", "title"):
            if day := past_day(node.get(name), self.language):
                yield day, f"{origin} {name}"
                return
        line = _line(node, SHORT)
        label = rules.DATED.match(line)
        if not (label and label[1]):
            day = past_day(label[2] if label else line, self.language)
            yield day, origin if day else line

    def _dated_path(self) -> Iterator[tuple[date | None, str]]:
        if found := IN_PATH.search(urlsplit(self.url or "").path):
            yield past_day("-".join(found.groups())), "the url, a guess"


def joined(base: str | None, href: str | None) -> str | None:
    """An address as it stands on a page, whole; None if it is none."""
    try:
        whole = urljoin(base or "", (href or "").strip())
        urlsplit(whole)  # what can be joined may still be no address
        return whole or None
    except ValueError:
        return None


def _line(node: Node, longest: int = 400) -> str:
    """An element's text on one line; "" when it is longer than a line of this kind is."""
    parts: list[str] = []
    left = 4 * longest
    for part in node.itertext():
        parts.append(part)
        left -= len(part)
        if left < 0:
            return ""
    line = one_line(" ".join(parts)) or ""
    return line if len(line) <= longest else ""


def _within(part: str, title: str) -> bool:
    return len(part) > MIN_TITLE and letters(part) in letters(title)


def _with_colon(line: str, title: str) -> str:
    """A heading whose kicker is another element, with the colon that the title has after it."""
    return title if ": " in title and ":" not in line else line


def _shared(text: str | None, other: str) -> float:
    """The share of the words of the shorter of two texts that the other has."""
    mine, theirs = (set(re.findall(r"\w+", (each or "").casefold())) for each in (text, other))
    return len(mine & theirs) / min(len(mine), len(theirs)) if mine and theirs else 0.0


def called(node: Node) -> str:
    """What a page calls an element."""
    return f"{node.get('class') or ''} {node.get('id') or ''}"


def elsewhere(node: Node) -> bool:
    """Whether an element stands in a part of the page that tells of something else.

    What holds the headline does not, whatever it is called: the whole page may be a form.
    """
    for above in (node, *node.iterancestors()):
        if above.tag in ("body", "html", "main"):
            return False
        other = above.tag in ELSEWHERE_TAGS or ELSEWHERE.search(called(above))
        if other and above.find(".//h1") is None:
            return True
        if above.get("itemtype", "").endswith("/Comment"):
            return True
    return False


def _below(headline: Node | None) -> list[str]:
    """The parts of the first lines after an element."""
    lines: list[str] = []
    if headline is None:
        return lines
    for node in headline.xpath(BELOW):
        line = _line(node, SHORT)
        if line and line not in lines:
            lines.append(line)
        if len(lines) >= NEAR:
            break
    return [part for line in lines for part in rules.BESIDE.split(line)]


def _beside(tree: Node, headline: Node | None) -> set[Node]:
    """The elements around a headline: some words before it, some after, and in its own article.

    Before it only what stands in one part of the page with it. A date further away is that of
    another article, or today's at the head of the page.
    """
    if headline is None:
        return set()
    place, at = 0, {}
    for node in tree.iter():
        at[node] = place
        if isinstance(node.tag, str) and node.tag not in ("script", "style"):
            place += len(node.text or "") + len(node.tail or "")
    here = at[headline]
    own = next(headline.iterancestors("article"), None)
    near = {node for node, place in at.items() if here <= place <= here + AFTER}
    for above in list(headline.iterancestors())[:2]:
        if above.tag not in ("body", "html"):
            near.update(node for node in above.iter() if here - BEFORE <= at[node] <= here + AFTER)
    if own is None:
        return near
    nested = {node for other in own.iter("article") if other is not own for node in other.iter()}
    return near | (set(own.iter()) - nested)


def _person(value: object) -> str | None:
    if isinstance(value, dict) and not value.get("name"):
        parts = [value.get("givenName"), value.get("familyName")]
        return one_line(" ".join(part for part in parts if isinstance(part, str)))
    if isinstance(value, dict) and isinstance(value.get("name"), list):
        return one_line(value["name"])
    return text(value)


def _local(day: date, value: str, printed: date, language: str | None) -> bool:
    """Whether a printed day is that of a time in UTC where the article was published."""
    time = UTC.search(value)
    if not time:
        return False
    early = int(time[1]) < 12
    west = printed == day - timedelta(days=1) and early
    east = printed == day + timedelta(days=1) and not early and language in EAST
    return west or east
