"""What a page wraps around an article is not the article.

A page has a head, above the first paragraph of prose, a body, and a tail below the last. In the
body only what is unmistakable goes; in head and tail also what would be the page's there. No rule
knows a file or a publisher; the phrases are in ``phrases.toml``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import accumulate, groupby, pairwise, takewhile

from index.article import Article
from index.boilerplate import rules
from index.readers.encoding import letters
from index.readers.html.names import authors
from index.text.sentences import seen_small
from index.text.unwrap import unwrap
from index.text.words import WORD, language_of

MAX_TITLE_WORDS = 30
MIN_TITLE_WORDS = 4  # of a headline that a deck or a caption follows without a blank line
MAX_TITLE_CHARACTERS = 200
MAX_SITE_NAME = 40  # characters behind a headline: " | Tarn Post"
MAX_TEASER_WORDS = 30
MIN_WRAPPED = 40  # characters of a line that prose is wrapped at
WRAPPED_TITLE = 0.75  # a line nearly as long as the next is wrapped prose and not its title
KEPT = 0.5  # of a text without prose that cleaning must leave, or it took a list for boilerplate
AGENCY = re.compile(r"\s*\([^()]{1,40}\)$")  # behind an author's name
BEFORE_DAY = re.compile(r"[|•·]|\s(?:on|am|le|el)\s|,\s(?=\d|[A-Z][a-z]+\.? \d)")  # of a byline
COUNT = re.compile(r"\s*\+?\d+(?:[.,]\d+)*\s?k?\s*")  # of shares or comments
# A folder of a year, or a day or a month in a name, where an article lies.
YEAR = re.compile(r"[/_-]((?:19[89]|20\d)\d)(?:/|[_-]?(?:0[1-9]|1[0-2])(?!\d\d\d))")
GUESSED_YEAR = "its dateline, of the year that its place names, a guess"
MAX_HEAD = 10  # lines above an article; a menu has more
MAX_BESIDE = 200  # characters of a line of particulars
MAX_CONTACT_LINES = 8
MAX_PLACE_WORDS = 4
COMMENTS_FROM = 0.5  # readers' comments stand in the second half of a page
MAX_STRAY = 60  # words of sentences of the page's beyond its own lines, and of the article's
STRAY_SHARE = 0.25
NEW_TAB = re.compile(r",? opens (?:in )?(?:a )?new (?:tab|window)\b")  # for screen readers
UNDERLINED = re.compile(r"\A(\s*[^\n]{8,}\n)={3,}[ \t]*\n")  # the headline
# Marks of wire services: "^Lawmakers back plan<", "^By ANNA KOWAL=", "- 'Small step' -",
# "Dam fails =", "UPDATE 2-Dam fails".
WIRE_MARKS = re.compile(
    r"^\^(.+?)[<=]?$|^((?:By |[\w ]*Associated Press).*)=$|^- (['‘\"“].{3,60}['’\"”]) -$"
    r"|^(.{8,100}\S) =$|^(?:UPDATE \d+|WRAPUP \d+|RPT|REFILE)-(?=\w)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """An article's text without its page, and what the page told about the article."""

    text: str  # the article itself, paragraph breaks kept
    title: str = ""  # the headline: the one given, else the one found above the text, else ""
    sources: tuple[str, ...] = ()  # names in a list of sources below the text
    author: str | None = None  # the name in a byline
    published: date | None = None  # the day in a dateline of the page, not of the text


def clean_article(article: Article) -> Article:
    """The article with a cleaned text, and with what the page told where nothing was known.

    ``raw`` and everything that was known stay; a cleaned article comes back equal.
    """
    text = unwrap(_without_marks(article.text), titled=bool(article.title))
    cleaned = clean_text(text, article.title, article.author)
    published, notes = article.published or cleaned.published, article.notes
    year = YEAR.search(f"{article.root}/{article.uri} {article.url}")
    if year and not published:
        published = rules.dateline(cleaned.text.partition("\n")[0], year[1])
        notes += (("published", GUESSED_YEAR),) if published else ()
    return replace(
        article,
        text=cleaned.text,
        title=cleaned.title,
        sources=article.sources or cleaned.sources,
        author=article.author or authors(cleaned.author),
        published=published,
        notes=notes,
    )


def _without_marks(text: str) -> str:
    text = NEW_TAB.sub("", UNDERLINED.sub(r"\1\n", text))
    return WIRE_MARKS.sub(lambda found: found[found.lastindex] if found.lastindex else "", text)


def clean_text(text: str, title: str = "", author: str | None = None) -> Cleaned:
    r"""The article that a page's text holds; its author, if known, helps to tell it.

    Text that seems to be nothing but boilerplate, and text of one line, is kept whole.

    Args:
        text: As a page or a file has it.
        title: The article's headline, if it is known.
        author: Whom the page names as its author.

    >>> page = "Rain\n\nShare on X\n\nIt rained in Bern on Sunday.\n\nRelated Posts\n\nSun"
    >>> clean_text(page).title, clean_text(page).text
    ('Rain', 'It rained in Bern on Sunday.')
    """
    start = before = Cleaned(_settled(text), title.strip(), author=author)
    after = _cleaned_once(start)
    while after != before:  # until nothing is left to do, so that cleaning twice is cleaning once
        before, after = after, _cleaned_once(after)
    prose = any(map(rules.is_sentence, after.text.split("\n")))
    return after if prose or len(after.text) >= max(1, KEPT * len(start.text)) else start


def _settled(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")


def _cleaned_once(page: Cleaned) -> Cleaned:
    lines = page.text.split("\n")
    marks = _judged(lines, rules.is_boilerplate)
    lines = [line for line, gone in zip(lines, marks, strict=True) if not gone]
    ends = _ends(lines, page.author)
    prose = _prose(lines, page.title, ends)
    if not any(prose):
        return replace(page, text=_settled("\n".join(lines)))
    first, last = _span(lines, prose, ends)
    end = _comments_start(lines, first, last)
    head, page = _without_particulars(lines[:first], page, ends)
    head, page = _without_title(head, lines[first], page)
    body = _without_teasers(lines[first : min(last + 1, end)], prose[first:], page.author)
    tail, page = _without_particulars(_cut(lines[last + 1 : max(last + 1, end)]), page, ends)
    published = page.published or rules.dateline(lines[first])
    page = replace(page, author=page.author or rules.reporters(lines[first]) or None)
    return replace(page, text=_settled("\n".join([*head, *body, *tail])), published=published)


def _judged(lines: list[str], judge: Callable[[str], bool]) -> list[bool]:
    """For each line whether it is boilerplate; an item of a list is, if all of its items are."""
    marks = list(map(judge, lines))
    listed = groupby(range(len(lines)), lambda n: rules.BULLET.match(lines[n]) is not None)
    for is_list, numbers in listed:
        items = list(numbers) if is_list else []
        together = all(marks[n] for n in items)
        for number in items:
            marks[number] = together
    return marks


def _ends(lines: list[str], author: str | None) -> set[str]:
    """The lines that are boilerplate above or below the article.

    Who is told of elsewhere too, in the article, is not just introduced as its author.
    """
    named = rules.plain(author or "")
    marks = _judged(lines, rules.is_end_boilerplate)
    found = {line for line, gone in zip(lines, marks, strict=True) if gone and line.strip()}
    found |= _contacts(lines) | _captions(lines)
    filled = [line for line in lines if line.strip()]
    found |= {line for line, below in pairwise(filled) if COUNT.fullmatch(line) and below in found}
    found |= {line for line in lines if named and rules.plain(AGENCY.sub("", line)) == named}
    authors = {line: name for line in lines if (name := rules.biography(line, author))}
    if authors:
        told = set(
            WORD.findall("\n".join(line for line in lines if line not in {*authors, *found}))
        )
        found |= {line for line, name in authors.items() if name not in told}
    return found


def _contacts(lines: list[str]) -> set[str]:
    """The lines of whom to ask about a press release, below a label, up to a blank one."""
    found: set[str] = set()
    for number, line in enumerate(lines):
        if rules.CONTACT.fullmatch(rules.plain(line)):
            found.update(takewhile(str.strip, lines[number : number + MAX_CONTACT_LINES]))
    return {line for line in found if not rules.is_sentence(line)}


def _captions(lines: list[str]) -> set[str]:
    """The lines directly above the credit of a picture, if no prose is next to the two."""
    return {
        line
        for above, line, below, after in zip(
            ["", *lines], lines, lines[1:], [*lines[2:], ""], strict=False
        )
        if rules.is_credit(below)
        and not any(map(rules.is_sentence, (above, after)))
        and 0 < len(line.split()) <= rules.MAX_CAPTION_WORDS
    }


def _prose(lines: list[str], title: str, ends: set[str]) -> list[bool]:
    """For each line whether it is prose, by itself or as a part of wrapped lines."""
    marks: list[bool] = []
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        wrapped = below[:1].islower() and len(line) > MIN_WRAPPED
        other = line in ends or rules.listed_sources(line) or rules.dated(line)[0]
        like = rules.is_sentence(line) or wrapped
        marks.append(like and not (other or _same_title(line, title)))
    return marks


def _span(lines: list[str], prose: list[bool], ends: set[str]) -> tuple[int, int]:
    """The first and the last line of the article's prose, without a page's own sentences below.

    These are few, and what parts them from the article are lines of the page.
    """
    at = [number for number, is_prose in enumerate(prose) if is_prose]
    few = min(MAX_STRAY, STRAY_SHARE * sum(len(lines[n].split()) for n in at))
    last, below = at[-1], 0
    for before, after in reversed(list(pairwise(at))):
        below += len(lines[after].split())
        if below > few:
            break
        if _parted(lines[before + 1 : after], ends):
            last = before
    return at[0], last


def _parted(lines: list[str], ends: set[str]) -> bool:
    """Whether the lines between two of prose are a page's own, below an article.

    Rows of buttons and credits of pictures are none: they stand between an article's paragraphs.
    """
    own = [line for line in lines if line.strip() and not rules.is_amid(line)]
    furniture = sum(line in ends for line in own)
    return furniture > 1 and 2 * furniture >= len(own)


def _without_particulars(
    lines: list[str], page: Cleaned, ends: set[str]
) -> tuple[list[str], Cleaned]:
    """A head or tail without boilerplate, bylines, dates and sources, and what these told.

    Several bare dates are no dateline but a table's column, and stay.
    """
    kept: list[str] = []
    days: dict[str, date | None] = {}
    table = sum(rules.dated(line)[0] == "bare" for line in lines) > 1
    writers = _writers(lines)
    for number, line in enumerate(lines):
        author = writers.get(number, rules.bylined(line))
        kind, day = rules.dated(line)
        kind = "" if table and kind == "bare" else kind
        sources = rules.listed_sources(line)
        if author is not None:
            page = replace(page, author=page.author or author or None)
            kind, day = rules.dated(BEFORE_DAY.split(line, maxsplit=1)[-1])
        elif sources:
            page = replace(page, sources=page.sources or sources)
        elif not kind and line not in ends:
            rest, page = _beside(line, page)
            kept += rest
        days[kind] = days.get(kind) or day
    published = page.published or days.get("published") or days.get("bare") or days.get("updated")
    return kept, replace(page, published=published)


def _beside(line: str, page: Cleaned) -> tuple[list[str], Cleaned]:
    """The same of a line of several particulars beside one another."""
    parts = rules.BESIDE.split(line) if len(line) <= MAX_BESIDE else []
    if len(parts) > 1:
        parts = ["", *parts]  # none of them is the headline
        rest, told = _without_particulars(parts, page, _ends(parts, page.author))
        return ([], told) if not any(rest) else ([line], page)
    return [line], page


def _writers(lines: list[str]) -> dict[int, str]:
    """Who wrote the article, by the numbers of lines: below a label, beside a day, above a job.

    The lines of the labels and jobs themselves have "".
    """
    found: dict[int, str] = {}
    filled = [number for number, line in enumerate(lines) if line.strip()]
    days = {number for number in filled if rules.dated(lines[number])[0]}
    for above, number, below in zip([-1, *filled], filled, [*filled[1:], -1], strict=False):
        line, label = lines[number].strip(), rules.plain(lines[number])
        names = rules.LISTED.split(line) if len(line) <= MAX_BESIDE else [line]
        dated = days if len(names) > 1 else {above, below} & days
        # A person's name is not made of the words of a menu.
        people = (rules.is_person(n) and not all(map(seen_small, n.split())) for n in names)
        if number and dated and len(filled) <= MAX_HEAD and all(people):
            found[number] = line
        elif rules.is_person(line) and rules.is_role(lines[below]):
            found |= {number: line, below: ""}
        elif rules.IS_BY.fullmatch(label) and rules.is_person(lines[below]):
            found |= {number: "", below: lines[below].strip()}
        elif label == "reporting from" and len(lines[below].split()) <= MAX_PLACE_WORDS:
            found |= {number: "", below: ""}
    return found


def _without_title(head: list[str], body: str, page: Cleaned) -> tuple[list[str], Cleaned]:
    """A head without its title and the section label above it."""
    places = [number for number, line in enumerate(head) if line.strip()]
    labels = takewhile(
        lambda line: rules.is_section(line) and not _same_title(line, page.title),
        [head[place].strip() for place in (places if page.title else places[:-1])],
    )
    places = places[len(list(labels)) :]
    if not places:
        return [], page
    if page.title:
        return [line for line in head[places[0] :] if not _same_title(line, page.title)], page
    rest = head[places[0] + 1 :]
    if _is_title(head[places[0]], below=rest[0] if rest else body, prose=body):
        return rest, replace(page, title=" ".join(head[places[0]].split()))
    return head, page


def _is_title(line: str, below: str, prose: str) -> bool:
    """Whether a line is a headline above a next line and, maybe later, the first prose."""
    words, shown = line.split(), line.rstrip()
    if (
        len(words) > MAX_TITLE_WORDS
        or len(line) > MAX_TITLE_CHARACTERS
        or (shown.endswith((".", ",", ";", ":")) and not shown.endswith("..."))
        or rules.is_figures(line)
        or rules.is_quoted(line)
        or rules.BULLET.match(line)
        or rules.LINK.search(line)
        or not any(map(str.isalpha, line))
        or words[0].islower()
    ):
        return False
    if not below.strip():
        return True
    wrapped = below[:1].islower() or len(line) > WRAPPED_TITLE * len(prose)
    return not wrapped and (below == prose or len(words) >= MIN_TITLE_WORDS)


def _same_title(line: str, title: str) -> bool:
    if not title or len(line) > len(title) + MAX_TITLE_CHARACTERS:
        return False
    line, title = rules.plain(line), rules.plain(title)
    pairs = [(title, line)]
    if len(line) <= len(title) + MAX_SITE_NAME:
        pairs.append((line, title))
    longer = any(
        whole.startswith((f"{part} | ", f"{part} - ", f"{part} – ")) for whole, part in pairs
    )
    return bool(line) and (letters(line) == letters(title) != "" or line == title or longer)


def _is_teaser(line: str) -> bool:
    """Whether a line may be another article's headline; one that opens a list is none."""
    leads = line.rstrip().endswith(":") and rules.INNER_STOP.search(line)
    return len(line.split()) <= MAX_TEASER_WORDS and not (leads or rules.is_sentence(line))


def _without_teasers(lines: list[str], prose: list[bool], author: str | None) -> list[str]:
    """The body without links to other articles, and its author's byline below a first sentence.

    A list of teasers that prose follows loses all but its last line, which may be a heading.
    """
    kept: list[str] = []
    captions = _captions(lines)
    number = 0
    while number < len(lines):
        line = lines[number]
        text = rules.plain(line)
        above = next(filter(str.strip, reversed(kept)), "")
        if line in captions:
            pass
        elif line.isupper() and above.rstrip().endswith(":"):
            kept.append(line)  # what a banner says, say
        elif rules.NEIGHBOUR.fullmatch(text):
            number = next(_teasers(lines, prose, number), number)
        elif rules.PHRASES["lists"].fullmatch(text):
            number = [number, number, *_teasers(lines, prose, number)][-2]
        elif not (rules.is_inline(line) and _is_teaser(line)) and not _names(line, author):
            kept.append(line)
        number += 1
    return kept


def _names(line: str, author: str | None) -> bool:
    """Whether a line is the byline of an author who is known."""
    named = authors(rules.bylined(line) or "")
    return bool(author and named) and letters(author) in letters(named)


def _teasers(lines: list[str], prose: list[bool], marker: int) -> Iterator[int]:
    """The numbers of the lines below a marker, up to the next prose, that are not blank."""
    below = range(marker + 1, len(lines))
    teasers = takewhile(lambda number: not prose[number] and _is_teaser(lines[number]), below)
    return (number for number in teasers if lines[number].strip())


def _cut(tail: list[str]) -> list[str]:
    """The tail up to the first line that other articles, comments or a form follow."""
    kept: list[str] = []
    for number, line in enumerate(tail):
        text = rules.plain(line)
        for marker in (rules.PHRASES["lists"], rules.PHRASES["weak_lists"], rules.NEIGHBOUR):
            if marker.fullmatch(text):
                return [*kept, *filter(rules.listed_sources, tail[number:])]
        if not rules.INLINE_LIST.fullmatch(text):
            kept.append(line)
    return kept


def _comments_start(lines: list[str], first: int, last: int) -> int:
    """Where readers' comments begin below the article, or the number of lines."""
    plain = [rules.plain(line) for line in lines]
    signs = [n for n, line in enumerate(plain) if rules.COMMENT_SIGN.fullmatch(line)]
    above = [0, *accumulate(map(len, lines))]
    for number in range(first + 1, last + 1):
        second_half = above[number] >= COMMENTS_FROM * above[-1]
        if second_half and rules.COMMENTS.fullmatch(plain[number]):
            return number if signs and signs[-1] > number else len(lines)
    return len(lines)


FIELDS = ("title", "author", "published", "publisher", "language", "url", "sources")


def explain(read: Article) -> list[tuple[str, str]]:
    r"""What to tell of an article as a reader gave it: (about, what) pairs, in a fixed order.

    Of each field its value and where it comes from; then every line that is not in the text as it
    is stored, with the reason.

    >>> text = "Rain\n\nShare on X\n\nIt rained in Bern on Sunday."
    >>> explain(Article(uri="a", key="a", text=text))  # doctest: +NORMALIZE_WHITESPACE
    [('title', 'Rain (found in the text)'), ('language', 'en (by its words)'),
     ('removed', "the page's own words: Share on X")]
    """
    article = read if read.cleaned else clean_article(read)
    origins = dict(note for note in article.notes if note[0] in FIELDS)
    told = []
    for name in FIELDS:
        value = getattr(article, name)
        shown = ", ".join(value) if isinstance(value, tuple) else str(value or "")
        found = "found in the text" if not getattr(read, name) else "as the source says"
        if shown:
            told.append((name, f"{shown} ({origins.get(name, found)})"))
        elif name in origins:
            told.append((name, origins[name]))
        elif name == "language":
            code = language_of(f"{article.title}\n{article.text}")
            told += [(name, f"{code} (by its words)")] if code else []
    told += [note for note in read.notes if note[0] not in FIELDS]
    if read.cleaned:
        return told
    return told + [("removed", f"{_why(line, article)}: {line}") for line in _lost(read, article)]


def _lost(read: Article, article: Article) -> list[str]:
    """The lines of a text that its cleaned text lacks; the headline and other fields are told."""
    kept = Counter(_words(line) for line in article.text.split("\n"))
    lost = []
    for line in unwrap(_without_marks(read.text), titled=bool(read.title)).split("\n"):
        words = _words(line)
        if kept[words]:
            kept[words] -= 1
        elif words and words not in (_words(article.title), _words(article.author or "")):
            lost.append(line.strip())
    return lost


def _words(line: str) -> str:
    return " ".join(line.split())


def _why(line: str, article: Article) -> str:
    """Why a line is no part of an article."""
    if rules.dated(line)[0] or rules.bylined(line) is not None:
        return "who published, or when"
    if rules.listed_sources(line):
        return "its sources"
    if rules.is_section(line):
        return "the page's section"
    if rules.biography(line, article.author):
        return "about the author"
    if rules.is_inline(line):
        return "a link to another article, or a picture's credit"
    if rules.is_boilerplate(line) or rules.is_end_boilerplate(line):
        return "the page's own words"
    text = rules.plain(line)
    if rules.PHRASES["lists"].fullmatch(text) or rules.PHRASES["weak_lists"].fullmatch(text):
        return "what other articles are listed under"
    return "listed beside other articles or comments"
