"""An article's particulars: what front matter and records call them, and days as news has them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypedDict

from index.readers.encoding import letters, tidy
from index.text.dates import folded, month_of, weekdays

# As they are compared: small letters, nothing between them, so pub_date and pubDate are one.
TITLE = "title headline headlines webtitle articletitle newstitle heading".split()
# Of a header, other words for these: those of messages and other languages.
ALSO = {
    other: name
    for name, others in {
        "title": "subject titel titre título titulo titolo заголовок العنوان 标题 標題",
        "author": "from autor auteur autore автор الكاتب 作者",
        "date": "sent datum fecha data дата التاريخ 日期 发布时间",
        "publisher": "quelle fuente fonte источник المصدر 来源 來源",
        "url": "lien enlace ссылка الرابط 链接",
        "language": "sprache langue idioma язык اللغة 语言",
    }.items()
    for other in others.split()
}
AUTHOR = "author authors byline bylines creator writtenby reporter writer by".split()
PUBLISHER = (
    "publisher site sitename publication newspaper source sourcename outlet provider sourcedomain"
    " domain hostname"
).split()
PUBLISHED = (
    "published datepublished date publishedat publisheddate publishdate pubdate publishedon"
    " publicationdate publishtime publishedtime displaydate firstpublished firstpublicationdate"
    " releasedate posted postdate datetime articledate created createdat datecreated timestamp"
    " versioncreated datepublish webpublicationdate seendate epoch time"
).split()
LANGUAGE = "language lang inlanguage".split()
URL = (
    "url link canonicalurl weburl permalink urlsource sourceurl articleurl originalurl source"
).split()
ADDRESS = re.compile(r"https?://\S+")
KNOWN = {*TITLE, *AUTHOR, *PUBLISHER, *PUBLISHED, *LANGUAGE, *URL}
# What else stands in a header, and what the text itself follows.
LABELS = KNOWN | set(
    "tags keywords topics section category categories length words wordcount slug dateline subject"
    " desk description summary excerpt image pages page edition country region type documenttype"
    " loaddate retrieved crawled scraped accessed updated modified lastupdated copyright warning"
    " location city subtitle kicker to cc replyto messageid".split()
)
TEXT_LABELS = set(
    "text body content article fulltext articletext articlebody markdowncontent maintext"
    " story".split()
)
# Under which records hold a value that they wrap.
WRAPPED = ("name", "main", "basic", "original", "rendered", "$date", "$oid", "@value", "value")
RECORD = ("id", "text", "title", "author", "publisher", "published", "language", "url")
"""The fields of a record, by the names that onrecord has for them."""


class Particulars(TypedDict):
    """What is known about an article besides its text, named as ``Article`` names it."""

    title: str
    author: str | None
    publisher: str | None
    published: date | None
    language: str | None
    url: str | None


def particulars(*fields: Mapping[str, object]) -> Particulars:
    """The particulars that mappings hold under any of their usual names; the first one wins.

    >>> particulars({"title": "Rain"}, {"lang": "en-GB", "authors": ["A", "B"]})["author"]
    'A, B'
    """
    known = [{letters(name): value for name, value in each.items()} for each in fields]

    def first(names: Sequence[str]) -> str | None:
        values = (one_line(each.get(name)) for each in known for name in names)
        return next((value for value in values if value), None)

    language = first(LANGUAGE)
    links = (one_line(each.get(name)) or "" for each in known for name in URL)
    days = (past_day(_bare(each.get(name)), language) for each in known for name in PUBLISHED)
    return {
        "title": first(TITLE) or "",
        "author": first(AUTHOR),
        "publisher": first(PUBLISHER),
        "published": next((day for day in days if day), None),
        "language": language_code(language),
        "url": next(filter(ADDRESS.fullmatch, links), None),
    }


def unclear_dates(*fields: Mapping[str, object]) -> list[str]:
    """What mappings say of the day of publication, where it is no day that is certain.

    >>> unclear_dates({"pub_date": "05/06/2026", "lang": "en"})
    ['05/06/2026']
    """
    known = [{letters(name): value for name, value in each.items()} for each in fields]
    told = [each[name] for each in known for name in PUBLISHED if each.get(name)]
    return [str(value) for value in told]


def one_line(value: object) -> str | None:
    """Text, or a list of texts, as one tidy line; None for anything else or nothing."""
    if isinstance(value, list | tuple):
        return ", ".join(part for part in map(one_line, value) if part) or None
    if isinstance(value, Mapping):
        return one_line(_bare(value))
    return " ".join(tidy(value).split()) or None if isinstance(value, str) else None


def _bare(value: object) -> object:
    """The value that systems wrap: schema.org writes an author as {"name": ...}."""
    if not isinstance(value, Mapping):
        return value
    return next((value[name] for name in WRAPPED if value.get(name)), None)


MAX_HEADER = 40  # lines
HEADER_FIELD = re.compile(
    r"[*_]{0,2}([^\W\d_][\w -]{0,24}?)[ \t]*[*_]{0,2}[:：][*_]{0,2}(?:\s+(\S.*)|\s*|(\d.*))"
)
MAX_FIELD = 400  # characters; what is longer is a paragraph
RULE = re.compile(r"\s*[-=*_~]{3,}[ \t]*(?:\n|$)")


def header(text: str) -> tuple[dict[str, str], str]:
    r"""The fields of a header above a text, as databases and scrapers write it, and the text.

    It names an article's title or address and something else that is known; a line that is no
    field ends it. Without one, no fields and the text as it is.

    >>> header("Title: Rain\nDate: 3 May 2026\nSection: A; Pg. 4\n-----\nIt rained.")
    ({'title': 'Rain', 'date': '3 May 2026', 'section': 'A; Pg. 4'}, 'It rained.')
    >>> header("Source: it is said\nIt rained.")[0]
    {}
    """
    lines = text.split("\n")
    fields: dict[str, str] = {}
    headline, label, rest, number = "", "", "", 0
    for number, each in enumerate(lines[:MAX_HEADER]):
        name, value = _field_of(each)
        if name in TEXT_LABELS:
            rest, number = value, number + 1
            break
        if name:
            fields[label := name] = value
        elif label and each[:1].isspace() and each.strip() and lines[number - 1].strip():
            fields[label] = f"{fields[label]} {each.strip()}"
        elif each.strip() and (headline or fields):
            break
        else:
            headline = headline or each.strip()
    named = {name for name, value in fields.items() if value} & KNOWN
    if len(named) < 2 or not named & {*URL, *(() if headline else TITLE)}:
        return {}, text
    below = "\n".join([rest, *lines[number:]])
    rule = RULE.match(below)
    told = {"title": headline, **fields} if headline else fields
    return told, below[rule.end() :] if rule else below.lstrip("\n")


def _field_of(line: str) -> tuple[str, str]:
    """The name and the value of a line of a header; ("", "") of any other line."""
    found = HEADER_FIELD.fullmatch(line.strip()) if len(line) <= MAX_FIELD else None
    name = letters(found[1]) if found else ""
    name = ALSO.get(name, name)
    if found is None or name not in LABELS | TEXT_LABELS:
        return "", ""
    return name, (found[2] or found[3] or "").strip()


def language_code(value: str | None) -> str | None:
    """The ISO 639-1 code that a language tag begins with, or None.

    >>> language_code("pt-BR"), language_code("Portuguese")
    ('pt', None)
    """
    found = re.match(r"([a-z]{2})(?:[-_]|$)", (value or "").strip().lower())
    return found[1] if found else None


DAY = r"(?P<day>\d{1,2})"
YEAR = r"(?P<year>\d{4})(?!\d(?!\d?:\d\d))"  # "May 18, 20258:12 AM" is as sites' text comes
WORD = r"[^\s\d,.;:|/()\[\]-]"
MONTH = rf"(?P<month>{WORD}{{2,20}}(?:[ /]{WORD}{{2,20}})?)\.?"
OF = r"(?:of |de |del |d['’])?"
LEAD = re.compile(  # a time of day, and what stands around it
    r"[\s,|·•@–-]*(?:\d{1,2}[:.h]\d{2}(?::\d{2})?(?!\d|\.\d{4})\s*(?:[ap]\.?m\.?|uhr)?\s*"
    r"(?:\(?[A-Z]{2,4}T?(?:[+-]\d{1,2}(?::?\d\d)?)?\)?(?=[\s,|·]))?[\s,|·•–-]+)?",
    re.IGNORECASE,
)
WEEKDAY = re.compile(rf"({WORD}+(?:[ -]{WORD}+)?)\.?,?\s+")
FIRST_WORD = re.compile(rf"({WORD}+)\.?,?\s*")
FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{YEAR}(?:[-/]|\.\s?)(?P<month>\d{{1,2}})(?:[-/]|\.\s?){DAY}(?!\d)",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T|$|(?=\d{4,6}$))",
        rf"(?P<year>\d{{4}})\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월]\s?{DAY}\s?[日일号]?",
        rf"(?:ngày\s+)?{DAY}\s+(?:tháng|thg)\s+(?P<month>\d{{1,2}})(?:,|\s+năm)?\s+{YEAR}",
        rf"{DAY}(?:st|nd|rd|th|er|º|°|\.|-?го)?[\s-]*{OF}{MONTH},?[\s-]+{OF}{YEAR}",
        rf"{MONTH}\s+{DAY}(?:st|nd|rd|th)?,?\s+(?:\d\d:\d\d:\d\d\s+\w+\s+)?{YEAR}",
        rf"{YEAR}\.?\s+(?:m\.\s+)?{MONTH}\s+{DAY}(?!\d)",
        rf"{YEAR}\.?\s+gada\s+{DAY}\.\s+{MONTH}",
    )
)
NUMERIC = re.compile(rf"(?P<a>\d{{1,2}})(?P<sep>[-/]|\.\s?)(?P<b>\d{{1,2}})[-/.]\s?{YEAR}")
COMPACT = re.compile(r"(?:19|20)\d{12}")  # a day and a time as one number
EPOCH = re.compile(r"\d{9,10}(?:\d{3})?(?:\.\d+)?")
MONTH_FIRST = ("en-us", "en_us", "en-ph", "en-lr")
UNCLEAR = ("en", "")  # of these languages it is not known which number comes first
YEAR_FIRST = ("zh", "ja", "ko", "hu", "lt", "mn")  # and these write neither
PLACEHOLDERS = {date(1970, 1, 1), date(1, 1, 1)}  # what programs write for a day they do not know
BUDDHIST = 543  # years that Thailand is ahead


@dataclass(frozen=True, slots=True)
class Dated:
    """A date at the beginning of a text."""

    day: date | None  # the day that it stands for; None where it may stand for two, or for none
    end: int  # where in the text it ends


def parse_date(value: object, language: str | None = None) -> date | None:
    """The day that a date as written stands for, or None when it is unclear or no date.

    The day is the one written down, whatever the time zone; seconds or milliseconds since 1970
    are days of UTC. 05/06/2025 is two different days in two countries: the language decides, if
    its readers agree, else it is none.

    A value is a text, a number of seconds, or a date.

    >>> parse_date("Sun, 18 May 2025 10:00:00 +0000"), parse_date("05/06/2025")
    (datetime.date(2025, 5, 18), None)
    >>> parse_date("05/06/2025", "de"), parse_date("12 мая 2025 г."), parse_date(1747008000)
    (datetime.date(2025, 6, 5), datetime.date(2025, 5, 12), datetime.date(2025, 5, 12))
    """
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:.0f}"
        if not (EPOCH.fullmatch(value) or COMPACT.fullmatch(value)):
            return None
    if not isinstance(value, str):
        return None
    text = value.strip()
    if EPOCH.fullmatch(text):
        whole = text.split(".")[0]
        seconds = int(whole) / (1000 if len(whole) > 10 else 1)
        return datetime.fromtimestamp(seconds, UTC).date()
    found = date_at_start(text, language)
    return found.day if found else None


def no_day(value: str, language: str | None = None) -> str:
    """What is told of a date that no day was taken from."""
    why = "is still to come" if parse_date(value, language) else "is no certain day"
    return f"left out, as it {why}: {value}"


def past_day(value: object, language: str | None = None) -> date | None:
    """The day that a date as written stands for, as ``parse_date`` reads it; None if it is to come.

    No article is published later than today, somewhere on earth.
    """
    day = parse_date(value, language)
    return day if day and day <= date.today() + timedelta(days=1) else None


def date_at_start(text: str, language: str | None = None) -> Dated | None:
    """The date that a text begins with, after a time of day or a weekday; None without one."""
    lead = LEAD.match(text)
    starts = [lead.end() if lead else 0]
    if weekday := WEEKDAY.match(text, starts[0]):
        if folded(weekday[1]) in weekdays():
            starts.append(weekday.end(1))
        single = FIRST_WORD.match(text, starts[0])
        if single and folded(single[1]) in weekdays():
            starts.append(single.end())
    for start in starts:
        at = len(text) - len(text[start:].lstrip(" .,"))
        for form in FORMS:
            found = form.match(text, at)
            if found and (number := month_of(found["month"], language)):
                return Dated(_day(found["year"], number, found["day"]), found.end())
        if numeric := NUMERIC.match(text, at):
            return Dated(_by_language(numeric, language), numeric.end())
    return None


def _by_language(numeric: re.Match[str], language: str | None) -> date | None:
    first, second, year = int(numeric["a"]), int(numeric["b"]), numeric["year"]
    tag = (language or "").strip().lower()
    if first <= 12 and first != second:
        if second > 12 or tag.startswith(MONTH_FIRST):
            return _day(year, first, second)
        unclear = re.split("[-_]", tag)[0] in YEAR_FIRST or tag in UNCLEAR
        if unclear and not numeric["sep"].startswith("."):  # with stops the day comes first
            return None
    return _day(year, second, first)


def _day(year: str, month: int, day: str | int) -> date | None:
    number = int(year)
    try:
        found = date(number - BUDDHIST if 2400 < number < 2700 else number, month, int(day))
    except ValueError:
        return None
    return None if found in PLACEHOLDERS else found
