"""The names of authors and publishers, as pages write them, without what is no name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from index.boilerplate import rules
from index.readers.encoding import letters
from index.readers.fields import (
    Particulars,
    no_day,
    one_line,
    parse_date,
    particulars,
    unclear_dates,
)
from index.text.dates import is_calendar_word
from index.text.words import Phrases

PAGES = Phrases("index.readers.html")
"""What pages call their parts and people, and the meta elements about an article."""

NO_AUTHORS = PAGES.words("no_authors")
ROLE, OTHERS, SOCIAL_HOSTS = (
    PAGES.compiled(name, re.I) for name in ("role", "others", "social_hosts")
)
# A label before a name; "Di" before one word is a part of it: "Di Maio".
BY = re.compile(
    r"^(?!(?-i:Di|Da|Von|Van|Af|Av)\s+\S+$)(?:(?:e-?mail|(?:view|see|read)(?: \w+){1,3} (?:by|from)"
    r"|(?:published|posted) by|about the author\s*[:–-]?|über(?: den autor| die autorin)?:?)\s+"
    rf"|(?:{rules.BY})(?:\s*[:：・]\s*|\s+))",
    re.IGNORECASE,
)
# What follows the names: what they are, or when their text was changed.
AFTER = re.compile(
    r"\s(?:기자|记者|記者)\b.*|\s(?-i:FOR|for) (?:the )?[A-Z][\w. ]*$|"
    r"\s(?:is|ist|est|es|è)\s(?:an?|the|eine?|une?|un[ao]?|l[ae]s?)\s.*"
    rf"|\s(?:{rules.UPDATED}|{rules.PUBLISHED})\b.*\d.*",
    re.IGNORECASE,
)
LABEL = re.compile(rf"(?:{rules.BY}|{rules.PUBLISHED}|{rules.UPDATED})\W*", re.IGNORECASE)
CJK_BY = re.compile(r"(?:作者|撰文|文|记者|記者|取材・文)\s*[:：/・]\s*")
SPLIT = re.compile(
    r"\s*(?:[;|•·،、]|\s/\s|,\s+(?=[^\W\d_])"
    r"|\s(?:and|und|et|y|och|og|ja|и|та|و|ve|és|&)\s(?=[^\W\d_]))\s*"
)
URL = re.compile(r"^(?:https?:)?//|^www\.|^[\w-]+(?:\.[\w-]+)+(?:/\S*)?$")
COPYRIGHT = re.compile(r"©|\(c\)|copyright|all rights reserved", re.IGNORECASE)
MAX_NAME_WORDS = 7
MAX_NAME = 80


def authors(value: object, *others: str | None) -> str | None:
    """The authors that a page names, as "A, B"; None when these are words of the page.

    What else the page says, such as its publisher and title, is no author.

    >>> authors("By Jane Doe, Correspondent | Published 3 May 2026"), authors("Datum")
    ('Jane Doe', None)
    """
    values = value if isinstance(value, list | tuple) else [value]
    known = {letters(other) for other in others if other}
    names: dict[str, str] = {}
    for each in values:
        found = [
            name
            for name in _split(one_line(each) or "")
            if letters(name) not in known and _is_name(name)
        ]
        for number, name in enumerate(found):  # "Jane Doe, Washington", "Jane Doe, The Gull"
            alone = " " not in name and " " in found[0]
            if number == 0 or not (alone or name.startswith("The ")):
                names.setdefault(letters(name), name)
    return ", ".join(names.values()) or None


def stated_by_hand(*fields: Mapping[str, object]) -> tuple[Particulars, list[tuple[str, str]]]:
    """The particulars of front matter or a record, and what is told of a day that is none.

    Its authors and its publisher are names, as a page's are.
    """
    known = particulars(*fields)
    notes = []
    publisher = outlet(known["publisher"])
    if publisher is None and (publisher := host(known["url"])):
        notes.append(("publisher", "the host of its url, a guess"))
    known["author"], known["publisher"] = authors(known["author"]), publisher
    known["title"] = without_publisher(known["title"], publisher, host(known["url"]))
    unclear = [] if known["published"] else unclear_dates(*fields)
    return known, notes + [("published", no_day(day, known["language"])) for day in unclear]


def _split(line: str) -> list[str]:
    """The parts of a byline that may be names, without its label."""
    line = re.sub(
        r"\([^()]{0,60}\)|（[^（）]{0,60}）|<[^<>]{0,80}>|\S+@\S+\.\w+|(?<!\w)@\w+", " ", line
    )
    line = AFTER.sub("", line)
    line = CJK_BY.sub("", BY.sub("", line.strip(" -–—:|,")))
    parts = [part.strip(" \t-–—:;|,/…") for part in SPLIT.split(line)]
    return [part for part in parts if part and not ROLE.search(part) and not OTHERS.match(part)]


def _is_name(name: str) -> bool:
    words = name.split()
    if len(words) > MAX_NAME_WORDS or len(name) > MAX_NAME or name.endswith(("?", "!")):
        return False
    if any(map(str.isdigit, name)) or URL.search(name) or COPYRIGHT.search(name):
        return False
    if not (name[0].isalpha() or name[0] in "'’") or LABEL.fullmatch(name) or parse_date(name):
        return False
    plain = [word.casefold().strip(".,:") for word in words]
    known = all(word in NO_AUTHORS or is_calendar_word(word) for word in plain)
    return any(map(str.isalpha, name)) and not known


def looks_like_a_person(name: str | None) -> bool:
    """Whether a name has two words or more, or is written without spaces between them."""
    return bool(name) and (len(str(name).split()) > 1 or not str(name).isascii())


def outlet(value: object, title: str | None = None) -> str | None:
    """Who publishes, from what a page says; a url gives its host, a social profile nothing.

    >>> outlet("https://www.gull.example/"), outlet("https://facebook.com/gull"), outlet("© 2026 G")
    ('gull.example', None, None)
    """
    name = (one_line(value) or "").strip(" |-–—·:")
    if (
        not name
        or COPYRIGHT.search(name)
        or name.startswith("@")
        or letters(name) == letters(title)
    ):
        return None
    if URL.search(name):
        return host(name)
    return name if len(name) <= MAX_NAME and any(c.isalpha() for c in name) else None


def is_url(name: str) -> bool:
    """Whether what a page gives as a name is an address.

    >>> is_url("www.gull.example"), is_url("Gull Post")
    (True, False)
    """
    return URL.search(name) is not None


def host(url: str | None) -> str | None:
    """The host of a url, without "www."; None for a social network's."""
    if not url:
        return None
    try:
        name = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return None
    name = re.sub(r"^(?:www\d?|m|amp)\.", "", name)
    return None if not name or SOCIAL_HOSTS.search(name) else name


def without_publisher(title: str, *names: str | None) -> str:
    """A title without a part at its beginning or end that is the publisher's name or host.

    >>> without_publisher("Ferries run later | Gull Post", "Gull Post")
    'Ferries run later'
    >>> without_publisher("Ferries | a history", "Gull Post")
    'Ferries | a history'
    >>> without_publisher("Ferries run later | News « Gull Post", "Gull Post")
    'Ferries run later'
    """
    known = {letters(name) for name in names if name}
    known |= {letters(name.rsplit(".", 1)[0]) for name in names if name and URL.search(name)}
    known |= {word.removeprefix("the") for word in known} | {f"the{word}" for word in known}
    known.discard("")
    whole = title
    while True:
        for pattern, rest, part in (
            (r"^(.+)\s*(?:\s[-–—|·•:»«/]+\s|\s?[|_»]\s?)\s*(.+?)$", 1, 2),
            (r"^(.+?)\s*(?:\s[-–—|·•»/]+\s|\s?:+\s|\s?[|_»]\s?)\s*(.+)$", 2, 1),
            (r"^(.+?)\s*\((.+?)\)$", 1, 2),
        ):
            found = re.match(pattern, title)
            section = title != whole and part == 2 and found and rules.is_section(found[part])
            if found and (letters(found[part]) in known or section) and found[rest].strip():
                title = found[rest].strip()
                break
        else:
            return title
