"""A web page's tree before its article is looked for: its layout made plain, and parts taken out.

A part goes only if it holds little prose of its own: a page's whole body may be called "related" or
"share-enabled", and an article may be about newsletters.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import chain, pairwise
from typing import Any

from index.boilerplate import rules
from index.boilerplate.rules import STARTS, asks_consent, is_sentence, plain
from index.readers.assembly import LONGEST_CELL
from index.readers.encoding import letters
from index.readers.html.names import PAGES, looks_like_a_person
from index.readers.markup import Node, word_count
from index.text.names import names_in

MAX_CELL = 2_000  # characters; a cell that holds more is a page's layout, not a table's
MIN_BREAKS = 4  # of the lines of a longer cell, which is a layout too
BLOCKS = (
    "p div section article h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table blockquote pre figure"
    " figcaption header footer aside main tr td th".split()
)
# What asides are called that belong to their article; trafilatura leaves all asides out.
FACTS = re.compile(
    r"\b(?:fact|info|key-?fact|key-?point|explainer)s?[-_]?(?:box|s\b|$)", re.IGNORECASE
)
HOLDERS = ("div", "section", "article", "main")
MIN_WORDS = 10  # of a paragraph that tells where the article is; captions and teasers have fewer
MIN_SHARE = 0.4  # of such words that the part must hold, directly or in parts of its own


def plain_layout(tree: Node) -> None:
    """Turns tables of layout into parts, keeps blocks apart, names the part with the article."""
    for table in list(tree.iter("table")):
        if _is_layout(table):
            for part in table.iter("tbody", "tr", "td", "th", "center"):
                if next(part.iterancestors("table")) is table:
                    part.tag = "div"
            table.tag = "div"
    for part in list(tree.iter("aside", "form", "nav", "footer")):
        if part.tag == "aside" and FACTS.search(f"{part.get('class')} {part.get('id')}"):
            part.tag = "div"
        if part.find(".//h1") is not None and part.find(".//p") is not None:
            part.tag = "div"  # what holds the headline is the article's, whatever it is called
    for block in tree.iter(BLOCKS):
        _set_apart(block)
    if not any(pattern(tree) for pattern in _usual()):
        part = _fullest(tree)
        if part is not None:
            part.set("itemprop", "articleBody")


def _is_layout(table: Node) -> bool:
    return table.find(".//table") is not None or any(
        len(cell.text_content())
        > (MAX_CELL if len(list(cell.iter("br", "p"))) < MIN_BREAKS else LONGEST_CELL)
        for cell in table.iter("td")
    )


def _set_apart(block: Node) -> None:
    """Sees to it that the words before a block do not run into its own."""
    before, parent = block.getprevious(), block.getparent()
    if parent is None:
        return
    if before is not None:
        before.tail = _ended(before.tail or " ")
    else:
        parent.text = _ended(parent.text)
    if block.tail and not block.tail[:1].isspace():
        block.tail = f" {block.tail}"


def _ended(text: str | None) -> str | None:
    return f"{text} " if text and not text[-1].isspace() else text


@cache
def _usual() -> tuple[Any, ...]:
    from trafilatura.xpaths import BODY_XPATH

    return tuple(BODY_XPATH[:3])


def _fullest(tree: Node) -> Node | None:
    """The part that most of the page's paragraphs stand in."""
    held: dict[Node, float] = defaultdict(float)
    whole = 0
    for line in tree.iter("p", "font", "div", "td"):
        words = _own_words(line)
        if words < MIN_WORDS:
            continue
        whole += words
        holders = [line] if line.tag in HOLDERS else []
        holders += list(line.iterancestors(HOLDERS))[:3]
        for share, holder in zip((1.0, 0.8, 0.6), holders, strict=False):
            held[holder] += share * words
    if not held:
        return None
    best = max(held, key=lambda part: held[part])
    return best if held[best] >= MIN_SHARE * whole and next(best.iter("h1"), None) is None else None


def _own_words(line: Node) -> int:
    """The words that stand in an element itself, and in what is inside its lines but no link."""
    count = len((line.text or "").split())
    for child in line:
        if child.tag in ("b", "i", "em", "strong", "span", "font") and len(child) == 0:
            count += len((child.text or "").split())
        count += len((child.tail or "").split())
    return count


PARTS = "div section aside ul ol p span figure figcaption details nav footer table small a".split()
KINDS: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (why, frozenset(words.split())) for why, words in PAGES.told["parts"].items()
)
NAMED = ("class", "id", "data-component", "data-testid", "role", "data-type")
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
LINES = ("p", "div", "span")
INLINE = ("a", "span", "small")
ALWAYS = ("a link to another article", "a picture's caption")
MIN_PARAGRAPHS = 3
MAX_SHARE = 0.25  # of a page's words; the text of a brief item may have 50
MAX_PROSE = 60  # words outside links that such a part may have; calls and captions have up to 50
MAX_COMMENTS = 0.5  # of a page's words that readers' comments may be; a forum's are its text
LABEL = re.compile(rf"(?:{rules.ALSO}|{rules.RELATED})\s*[:：|»>–—-]?")
BUTTONS = ("form", "button", "input")
MAX_CALL = 2_000  # characters
PAYWALL = re.compile(r"paywall|regwall|\bpiano|subscri|(?:^|[\s_-])offer", re.IGNORECASE)
OFFER = "an offer of a subscription"
CONSENT = "a question about cookies"
QUOTES = ("blockquote", "aside", "figure")
QUOTED_BY = ("cite", "footer", "figcaption")
REPEATED = "a quotation that the text repeats"
CERTAIN = (OFFER, CONSENT, REPEATED)  # found by what they say
MIN_REPEATED = 4  # words; fewer may be a name or a heading
MOST_QUOTES = 50  # of a page; each is looked for in all its text


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken from a page, and why."""

    text: str
    reason: str


def prune(tree: Node, title: str = "", author: str | None = None) -> list[Removed]:
    """Takes the parts of a page away that are no article, and tells which these were.

    Args:
        tree: The page; it is changed.
        title: The article's headline, if it is known.
        author: Who wrote it, if that is known.
    """
    removed: list[Removed] = []
    whole = _words(tree) or 1
    gone: set[Node] = set()
    for node, reason in (*_suspects(tree), *_repeated(tree)):
        if node in gone or not _removable(node, reason, whole, title, author):
            continue
        text = " ".join(" ".join(node.itertext()).split())
        if text:
            removed.append(Removed(text, reason))
        gone.update(node.iter())
        _take(node)
    return removed


def beside(tree: Node) -> list[Removed]:
    """The parts with words of their own that stand beside the article, which may be left out."""
    asides = [node for node in tree.iter("aside") if _words(node) >= MIN_WORDS]
    lines = [" ".join(" ".join(node.itertext()).split()) for node in asides]
    return [Removed(line, "beside the article") for line in lines]


def _suspects(tree: Node) -> list[tuple[Node, str]]:
    """The parts that may be none of the article, in their order, and why.

    What is called the same as other paragraphs of prose is prose: some call each of an article's
    paragraphs "paywall".
    """
    lines = {}  # of each parent, whether words stand beside its parts
    for parent in {node.getparent() for node in tree.iter(*INLINE)} - {None}:
        around = (parent.text, *(each.tail for each in parent))
        lines[parent] = any(each and each.strip() for each in around)
    found = [
        (node, reason)
        for node in tree.iter(*PARTS)
        # Among the words of a line an element is part of a sentence, which would lose its words.
        if not (node.tag in INLINE and lines[node.getparent()])
        and (reason := _called(node) or _label_and_link(node) or _call(node))
    ]
    prose = Counter(
        node.get("class")
        for node, reason in found
        if node.tag in LINES
        and reason not in ALWAYS
        and is_sentence(" ".join(node.text_content().split()))
    )
    return [(node, reason) for node, reason in found if prose[node.get("class")] < MIN_PARAGRAPHS]


def _called(node: Node) -> str:
    """What the page's name for a part says that it is; "" where it says nothing."""
    for name in NAMED:
        told = node.get(name)
        if not told or len(told) > 300:
            continue
        for each in told.split():
            words = [word.lower() for word in WORDS.findall(each)]
            names = {f"{first}-{second}" for first, second in pairwise(words)}
            # The last words name the thing: "newsletter-box" is one, "has-newsletter" is not.
            if words and words[0] not in ("has", "no", "with", "is", "js", "without"):
                names.update(words)
            for reason, kinds in KINDS:
                if kinds & names:
                    return reason
    return ""


def _label_and_link(node: Node) -> str:
    """Whether a part is a label such as "Read also:" and a link that it is for."""
    if node.tag not in ("p", "div") or len(node.text_content()) > 300:
        return ""
    links = list(node.iter("a"))
    if len(links) != 1 or not links[0].text_content().strip():
        return ""
    shown = links[0].text_content().strip()
    text, linked = plain(node.text_content()), plain(shown)
    if text == linked and not is_sentence(shown) and shown.isupper():
        return "a link to another article"
    label = text.removesuffix(linked).strip()
    whole = (
        LABEL.match(linked) and len(text) - len(linked) < 3 and len(links[0].text_content()) < 200
    )
    if (label and LABEL.fullmatch(label)) or (
        whole and re.match(rf"(?:{rules.ALSO})\s*[:：|»–—-]", linked)
    ):
        return "a link to another article"
    return ""


def _call(node: Node) -> str:
    """Whether a box asks for an address, a click or money, and holds little besides."""
    if node.tag not in ("div", "section", "aside"):
        return ""
    if len(node.text_content()) > MAX_CALL:
        return ""
    text = plain(node.text_content())
    ways = node.get("amp-access") or next(node.iter("a", *BUTTONS), None) is not None
    if rules.PHRASES["paid"].search(text) and PAYWALL.search(
        f"{node.get('class')} {node.get('id')}"
    ):
        return OFFER
    if rules.PHRASES["paid"].search(text) and ways:
        lines = (STARTS.split(plain(line.text_content())) for line in node.iter("p", "li"))
        return OFFER if all(map(_offers, filter(is_sentence, chain(*lines)))) else ""
    if next(node.iter(*BUTTONS), None) is None and not node.xpath('.//*[@role="button"]'):
        return ""
    asks = rules.PHRASES["newsletter"].search(text) or (
        rules.PHRASES["support"].search(text) and rules.PHRASES["cause"].search(text)
    )
    return "a call to a newsletter or for support" if asks else ""


def _offers(sentence: str) -> bool:
    """Whether a sentence in small letters offers what is to be paid for."""
    asks = (
        rules.PHRASES["paid"].search,
        rules.PHRASES["cause"].search,
        rules.PHRASES["sign_up"].match,
    )
    return any(ask(sentence) for ask in asks)


def _repeated(tree: Node) -> list[tuple[Node, str]]:
    """The quotations set apart whose sentences all stand in the paragraphs of the page too."""
    quotes = list(tree.iter(*QUOTES))[:MOST_QUOTES]
    near = {node for quote in quotes for node in (*quote.iter(), *quote.iterancestors())}
    told = "\n".join(letters(p.text_content()) for p in tree.iter("p") if p not in near)
    found = []
    for quote in quotes:
        parts = [part for part in quote.xpath(".//text()") if not _names_speaker(part.getparent())]
        text = " ".join(" ".join(parts).split())
        sentences = list(filter(None, map(letters, STARTS.split(text))))
        if word_count(text) >= MIN_REPEATED and all(each in told for each in sentences):
            found.append((quote, REPEATED))
    return found


def _names_speaker(node: Node) -> bool:
    return node.tag in QUOTED_BY or any(True for _ in node.iterancestors(*QUOTED_BY))


def _removable(node: Node, reason: str, whole: int, title: str, author: str | None) -> bool:
    """Whether a part that may be none of the article holds too little to be, and not its title."""
    if reason == CONSENT and title and asks_consent(plain(node.text_content())):
        return not _shows(node, title)
    if next(node.iter("h1"), None) is not None or _shows(node, title):
        return False
    if reason == "readers' comments":
        return _words(node) <= MAX_COMMENTS * whole
    if reason == "about the author" and _of_another(node, author):
        return False
    most = whole if reason in (OFFER, REPEATED) else MAX_SHARE * whole
    return _words(node) <= min(MAX_PROSE, most)


def _of_another(node: Node, author: str | None) -> bool:
    """Whether a part tells of somebody whom the article tells of too, and who did not write it."""
    text = " ".join(node.text_content().split())
    writers = [name.split()[-1] for name in (author or "").split(", ") if name]
    if not looks_like_a_person(author) or any(name in text for name in writers):
        return False
    lines = [line for line in node.getroottree().iter("p") if line is not node]
    told = " ".join(line.text_content() for line in lines if node not in line.iterancestors())
    return any(name.words and name.text.split()[-1] in told for name in names_in(text)[:1])


def _words(node: Node) -> int:
    """How many words stand in an element outside links, scripts and styles."""
    count = 0
    for part in node.iter():
        if not isinstance(part.tag, str) or part.tag in ("script", "style", "noscript", "template"):
            continue
        if part.tag != "a":
            count += word_count(part.text)
        if part is not node:
            count += word_count(part.tail)
    return count


def _shows(node: Node, title: str) -> bool:
    return bool(title) and title in " ".join(node.text_content().split())


def _take(node: Node) -> None:
    """Takes an element out; the text after it stays."""
    parent, before = node.getparent(), node.getprevious()
    tail = node.tail or ""
    if before is not None:
        before.tail = f"{before.tail or ''} {tail}"
    else:
        parent.text = f"{parent.text or ''} {tail}"
    parent.remove(node)
