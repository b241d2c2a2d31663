"""Pages that hold no article: consent walls, missing pages, lists of links."""

from __future__ import annotations

from index.boilerplate import phrases
from index.boilerplate.rules import is_sentence, plain
from index.readers.markup import Node, word_count

KINDS = (
    (
        phrases.SCRIPTS,
        "the page only asks for JavaScript; save it from a browser, when its text is shown",
    ),
    (phrases.ROBOTS, "the page only asks whether a person reads it; save it from a browser"),
    (
        phrases.MISSING,
        "the page only says that there is no such page; look for its article elsewhere",
    ),
)
CONSENT = "the page only asks for consent to cookies; agree or refuse in a browser and save it then"
PAYWALL = "the page shows none of its article without a subscription; save it when signed in"
LISTING = "the page only lists articles; save the page of each one"
MAX_WORDS = 120  # of what is no article; a missing page with suggestions has 80
MIN_WORDS = 15  # of a text beside which the rest of the page does not count
MAX_PROSE = 25  # words of prose beside the notice
MIN_LINKED = 5  # headlines that are links, of a page that lists articles
MAX_RUN = 2  # paragraphs between two of them


def wall(text: str, title: str, tree: Node) -> str | None:
    """Why a page holds no article though it holds text; None if it may hold one.

    Args:
        text: What seems to be its article.
        title: Its title.
        tree: The page.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    own = [line for line in lines if not _notice(plain(line))]
    prose = sum(word_count(line) for line in own if is_sentence(line))
    if prose <= MAX_PROSE:
        shown = plain(f"{title} {text}" if word_count(text) <= MAX_WORDS else "")
        if word_count(text) < MIN_WORDS:
            shown += plain(_shown(tree))
        for pattern, reason in KINDS:
            if pattern.search(shown):
                return reason
        notices = [plain(line) for line in lines if _notice(plain(line))]
        if any(map(_asks_consent, notices)):
            return CONSENT
        if any(map(phrases.PAID.search, notices)):
            return PAYWALL
    return LISTING if _lists(tree, lines) else None


def _notice(line: str) -> bool:
    return bool(
        _asks_consent(line)
        or any(
            p.search(line) for p in (phrases.MISSING, phrases.SCRIPTS, phrases.ROBOTS, phrases.PAID)
        )
    )


def _asks_consent(line: str) -> bool:
    things = set(phrases.CONSENT.findall(line))
    return len(things) > 1 and bool(phrases.COOKIES.search(line) or phrases.WITHDRAW.search(line))


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
        elif (next(node.iter("a"), None) is not None or _in_link(node)) and len(text) > 12:
            told.update(run if linked else ())
            linked += 1
            run = []
    told.update(run)
    prose = [line for line in lines if is_sentence(line)]
    return linked >= MIN_LINKED and bool(prose) and all(plain(line) in told for line in prose)


def _in_link(node: Node) -> bool:
    return next(node.iterancestors("a"), None) is not None
