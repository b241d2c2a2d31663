"""What a single line of a news page is: boilerplate of the page, a date, a byline, prose.

Every rule here looks at one whole line. A sentence that merely contains such a phrase, and a line
in quotation marks, is never rules.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from index.readers.fields import Dated, date_at_start, parse_date, past_day
from index.text.dates import MONTHS, SHORT_MONTH, WEEKDAYS
from index.text.words import Phrases

# What news pages say around an article, in many languages, for ``plain`` lines.
PHRASES = Phrases("index.boilerplate")

# Parts of longer patterns.
BY, PUBLISHED, UPDATED, ALSO, RELATED = (
    PHRASES.filled(PHRASES.told[name]) for name in ("by", "published", "updated", "also", "related")
)
SHARE, SOCIAL, SECTIONS = map(PHRASES.words, ("share", "social", "sections"))
FOOTER = set(PHRASES.filled(PHRASES.told["footer"]).split("|"))

SOCIAL_WORDS = SOCIAL | SHARE | {"", "on", "via"}
BIOGRAPHY = re.compile(
    r"([A-Z].{2,60}) is (?:a|an|the) (?:[a-z]+ )?(?:reporter|correspondent|editor|journalist"
    r"|writer) (?:at|for|with)(?: (?:the|of|and|[A-Z][\w'’&-]*)){1,9}\.?(?: [^.]{3,60}\S@\S+)?"
)
WORKS = re.compile(
    rf"(?i:{PHRASES['job'].pattern}|\bbureau chief)|@"
    r"|\b(?:covers|writes|report(?:s|ed))(?: \w+){0,3} (?:the|about|on|for|from)\b"
)
# What one headline follows.
NEIGHBOUR = re.compile(r"(?:previous|next|prev|related) (?:article|post|story)")
INLINE_LIST = re.compile(rf"(?:more|{ALSO})(?: on this)? ?[:：|»>–—] ?\S.{{0,200}}")
COMMENTS = re.compile(r"(?:leave|post|add) (?:a|your) (?:comment|reply)|\d+ comments?|comments?")
COMMENT_SIGN = re.compile(r"your email address.*|save my name.*|.{1,40} says:?|reply|log in to .*")

SOURCES = re.compile(
    r"(?-i:SOURCE )(?=[A-Z])(\S.*)"
    r"|\s*(?:Sources?|Quellen?|Fuentes?|Fonti?|Источники?|来源|來源|稿源)\s*[:：]\s*(\S.*)",
    re.IGNORECASE,
)
LISTED = re.compile(r"\s*[|;•·]\s*|,\s+")
# What parts the particulars that stand in one line.
BESIDE = re.compile(
    r"\s[|·•]\s|\s+(?=(?:来源|來源|稿源|作者|记者|編集|责任编辑)[:：]|(?:입력|수정|등록|승인)\s?:?\s?\d)"
)
BYLINE = re.compile(
    rf"(?:(?:posted|published|submitted|filed) )?(?:{BY})(?:\b|(?=[：・])) ?[:：・]? *(.*)", re.I
)
IS_BY = re.compile(BY)
AFTER_NAMES = re.compile(
    r"\s*[|•·]\s*|,\s+(?=\d)|\s+[-–—]\s+|\s+on\s+(?=\d|\w+\.? \d)"
    r"|,\s+(?:Reuters?|dpa|afp|ap|AFP|AP|epd|KNA|sid|ANSA|EFE)$"
)
REPORTERS = re.compile(r".{0,20}\d日电?\s?[（(]记者\s?([^）)]{2,20})[）)]")
NAME = re.compile(
    r"(?:[^\W\d_a-zß-ÿ][\w'’.-]*|de|der|den|van|von|da|di|del|la|le|el|al|bin|ibn|dos|and|&|,)"
)
NOT_NAMES = set("the a an any all his her their our no far land sea air then now numbers".split())
NOT_NAMES |= {"online", "google", "website"}
NOT_NAMES |= {name.lower() for name in (*WEEKDAYS, *MONTHS)} - {"may"}
DATED = re.compile(rf"(?:{PUBLISHED}|({UPDATED}))(?:\b|(?<=\W))\s*[:：,]?\s*(.*)", re.IGNORECASE)
# The day of a change, behind that of publication.
CHANGED = re.compile(rf"(?<=\d)[\s,;|·(–-]+(?:{UPDATED})\b", re.IGNORECASE)
TWICE = re.compile(r"(\d{1,2} \w+ \d{4})\1")  # once for readers, once for their screen readers
AGO = re.compile(
    r"\d+ (?:second|minute|min|hour|hr|day|week|month|year)s? ago|just now|today|yesterday"
)
AFTER_DATE = re.compile(
    r"[\s,.|•·–—@T-]*(?:[ap]\.m\.|(?:[ecmp]t|at|on|updated|\d+ \w+ ago|pm|am|gmt|utc|[a-z]{2,4}t|z"
    r"|uhr|h|à|às|om|kl|klo|alle|a las|ore|г|года|р|ч|в|о|د\.ت)\b|[\d:.+]|[\s,|•·()@-]"
    r"|星期[一二三四五六日]|rtrs\b.*|\([月火水木金土日]\)|[时分秒時])*",
    re.I,
)

# What an agency calls a story: "BC-GRAIN-TERMINAL (UPDATE 2)", "HALM-PORT/FIRE (PIX)", and what it
# tells editors of a new version: "(Adds quotes)".
SLUG = re.compile(
    r"[A-Z]{2}[A-Z0-9]*(?:[-/][A-Z0-9]*)+(?: ?\([A-Z0-9 ,]+\))?,?(?: [A-Z0-9, ]+)?"
    r"|(?:URGENT|ALERT|LEAD|FLASH|BULLETIN|EILMELDUNG) ?[-–:] ?[\w-]+|URGENT|FLASH|EILMELDUNG"
    r"|[A-Z]{2}-[A-Z]{2,3}--.{3,60}|Eds: .{3,200}"
    r"|\((?:Adds|Updates|Recasts|Rewrites|Releads|Writes through)\b[^()]{3,200}\)"
)
# The desk's initials at its end, "bur-it/ach/jj"; a dateline that lost its text, "Halm -".
INITIALS = re.compile(r"(?:[a-z]{2,4}-)?[a-z]{2,4}(?:/[a-z]{2,4})+|[^\W\d_][\w .'’]{1,30} [-–—]")
CONTACT = re.compile(r"(?:media|press|news)?(?:-| )?(?:contacts?|kontakt|enquiries) ?:?")
AP_STAMP = re.compile(r"AP-[A-Z]{2}-(\d\d)-(\d\d)-(\d\d) .{4,12}")  # month, day, year
DPA_STAMP = re.compile(r".{0,40}\bdpa:(\d\d)(\d\d)(\d\d)-.{3,30}")  # year, month, day
SIGN_OFF = re.compile(r"(?:reuters?|-30-|#{2,3}|\(?ends\)?)[\s.]*(?:&#3;)?|&#3;", re.IGNORECASE)
COMPARED = re.compile(r"\S vs\.? \S")  # this year's figure and the last's
FIGURES = 0.5  # of a row's words
A_MONTH = re.compile(rf"\b(?:{SHORT_MONTH})\b", re.IGNORECASE)
INNER_STOP = re.compile(r"[^\W\d_]{2}[.!?][\"'”’)]* +[\"'“‘(]?[A-Z]")  # of prose: "fell. Rain"
AGENCIES = re.compile(r"(?<=\.) \([A-Za-z]{2,8}(?:/[A-Za-z]{2,8})*\)$")  # behind a last sentence
GAP = re.compile(r"(?<=[^\s.?!])(?: {2,}|\s*\t\s*)(?=\S)")

SENTENCE_END = re.compile(r"(?:(?<!\.)(?<!\b[A-Z])\.|[。।۔])[\"'”’»)\]*\d\[]*$")
QUOTED = re.compile(r"^\s*[\"“„«‘'].*[\"”“»’'][.,]?$")
LINK = re.compile(r"https?://|www\.")
BULLET = re.compile(r"^\s*(?:[-*•·▪►▶‣–|>»+]\s+)+")
DAY_AND_TIME = re.compile(
    rf"(?:\d{{1,2}}\.? (?:{SHORT_MONTH})\w*|(?:{SHORT_MONTH})\w*\.? \d{{1,2}}),? (?:at )?"
    r"\d{1,2}[:.]\d\d.{0,12}",
    re.IGNORECASE,
)
YEARLESS = re.compile(r"\d{1,2}\.? [^\W\d_]{3,12}|[^\W\d_]{3,12}\.? \d{1,2}")
BEFORE_DATE = re.compile(r"(?:,|\()\s*(?:den|am|le|il|el|em|the)?\s*(?=\d|[^\W\d_])")
PLACE = re.compile(r"[A-ZÀ-Þ][\w'’.-]+(?: [A-ZÀ-Þ][\w'’.-]+){0,2},\s(?:(?:den|am|le|il|el|em)\s)?")
# What goes on where a notice of rights would name their owner, or tells who said it, is a sentence.
TOLD = re.compile(
    r"(?:©|\([cC]\)|[Cc]opyright)\s*(?:\d{4}\s+)?(?!(?:by|the|of|von)\b)[a-zß-ÿ]\w* [a-zß-ÿ]"
    r"|rights reserved (?!(?:by|to|in)\b)[a-z]+ [a-z]"
    r"|, [^,]{2,60}\b(?:said|says|wrote|writes|reads?|told|asked|added|warned)\b[^,]{0,20}\.$"
)
DASH = re.compile(r"\)?\s*(?:\([A-Za-z][\w .]{1,30}\)\s*)?(?:[-–—:]|/\w+/)\s?")
MIN_WIDE = 14  # characters of a sentence in Chinese or Japanese
MAX_DATELINE = 80  # characters
MAX_CHARACTERS = 400  # the longest notices about cookies; longer lines are prose
MAX_CREDIT_WORDS = 8
MIN_CALLED_OUT, MAX_TEASER = 6, 25  # words of a headline in capitals; a heading has fewer
MAX_CAPTION_WORDS = 30  # of longer ones most tell what the article does not
MAX_INVITATION = 160
MAX_BIOGRAPHY = 300
MAX_AFTER_DATE = 24  # characters of a time of day, and who published; a sentence goes on for longer
MAX_CALL_SENTENCES = 3
STARTS = re.compile(r"(?<=[.!?:…])\s+|(?<=[。！？।])\s*")
EDGES = " \t:»›→▶|*…>"


def plain(line: str) -> str:
    """A line as the phrases above are written: no bullet, small letters, single spaces."""
    words = BULLET.sub("", line).replace("’", "'").casefold().split()
    return " ".join(words).strip(EDGES)


def is_sentence(line: str) -> bool:
    """Whether a line reads as prose by itself: a full sentence, or too long for a headline."""
    words = line.split()
    if len(words) >= 12 and line.rstrip().endswith((".", ".”", '."')):
        return True
    if end := SENTENCE_END.search(line.rstrip()):
        return len(words) >= 4 or len(line) > (MIN_WIDE if end[0][0] in "。।۔" else 40)
    return len(line) > 160


def _tells(line: str) -> bool:
    """Whether a line is a sentence with words of its own, not names behind a label."""
    own = sum(word[0].islower() and len(word) > 3 for word in line.split())
    return own > 1 and is_sentence(AGENCIES.sub("", line))


def is_quoted(line: str) -> bool:
    """Whether a line is wholly in quotation marks, so somebody's words."""
    return bool(QUOTED.match(line.rstrip()))


def is_boilerplate(line: str) -> bool:
    """Whether a line is boilerplate wherever it stands."""
    if len(line) > MAX_CHARACTERS or is_quoted(line):
        return False
    text = plain(line)
    posts = line.strip().casefold() in ("+ posts", "+posts")
    invites = _invites(text) and not is_sentence(line)
    return posts or invites or bool(PHRASES["anywhere"].fullmatch(text) or _calls(text))


def _calls(text: str) -> bool:
    """Whether a plain line calls its readers to the page's newsletter, or for money.

    It says what to do, with what of the page's, and to whom; and little else.
    """
    sentences = [sentence for sentence in STARTS.split(text) if sentence]
    if len(sentences) > MAX_CALL_SENTENCES:
        return False
    sign_up = any(map(PHRASES["sign_up"].match, sentences)) or PHRASES["sign_up_late"].search(text)
    if sign_up and PHRASES["newsletter"].search(text) and PHRASES["readers"].search(text):
        return True
    return bool(PHRASES["support"].search(text) and PHRASES["cause"].search(text))


def _invites(text: str) -> bool:
    """Whether a plain line of one sentence invites to a social network, or an app."""
    if len(text) > MAX_INVITATION or STARTS.search(text, 0, len(text) - 1):
        return False
    follow = PHRASES["follow"].match(text) or PHRASES["follow_late"].search(text)
    return bool((follow and PHRASES["network"].search(text)) or PHRASES["app"].match(text))


def asks_consent(text: str) -> bool:
    """Whether a plain line tells what cookies are for, as a page that asks for consent does."""
    things = set(PHRASES["consent"].findall(text))
    own = PHRASES["cookies"].search(text) and PHRASES["ours"].search(text)
    return bool(own) and len(things) > 1


def is_inline(line: str) -> bool:
    """Whether a line links to another article, or credits a picture, between two paragraphs."""
    text = plain(line)
    if (
        line.isupper()
        and "(" not in line
        and not BULLET.match(line)
        and MIN_CALLED_OUT <= len(text.split()) <= MAX_TEASER
        and not line.rstrip("\"'”’ ").endswith((".", ":", ",", "?", "!"))
    ):
        return True
    credit = (
        PHRASES["picture_credit"].fullmatch(text)
        and len(text.split()) <= MAX_CREDIT_WORDS
        and not _tells(line)
    )
    return bool(INLINE_LIST.fullmatch(text) or credit or _captions(line))


def is_amid(line: str) -> bool:
    """Whether a line is of those that also stand between paragraphs: buttons, a picture's credit.

    >>> is_amid("Share on Facebook"), is_amid("Photo: Ole Dahl"), is_amid("All rights reserved")
    (True, True, False)
    """
    text = plain(line)
    credit = PHRASES["picture_credit"].fullmatch(text) and not text.startswith("©")
    return _buttons(text) or bool(credit) or is_credit(line)


def _buttons(text: str) -> bool:
    """Whether a plain line is a row of buttons to share an article."""
    return all(word.strip(",|•·/") in SOCIAL_WORDS | {"this"} for word in text.split())


def _captions(line: str) -> bool:
    """Whether a line is a caption that ends in who made the picture."""
    return len(line.split()) <= MAX_CAPTION_WORDS and PHRASES["credited"].search(line) is not None


def is_credit(line: str) -> bool:
    """Whether a line names who made a picture, and nothing else.

    >>> is_credit("Ole Dahl/AFP/Getty Images"), is_credit("It rained on Reuters.")
    (True, False)
    """
    short = len(line.split()) <= MAX_CREDIT_WORDS
    return short and PHRASES["agency_credit"].fullmatch(line.strip()) is not None


def is_credited(line: str) -> bool:
    """Whether a line that stands behind a picture ends in who made it.

    >>> is_credited("The harbour at dawn. (Ole Dahl / Tarn Post)"), is_credited("It rained.")
    (True, False)
    """
    return bool(PHRASES["credited"].search(line) or PHRASES["behind_picture"].search(line))


def is_end_boilerplate(line: str) -> bool:
    """Whether a line is boilerplate above the first or below the last paragraph."""
    told = TOLD.search(line) and is_sentence(line)
    if len(line) > MAX_CHARACTERS or is_quoted(line) or told:
        return False
    text = plain(line)
    labelled = not _tells(line) and (
        PHRASES["labelled"].fullmatch(text) or PHRASES["picture_credit"].fullmatch(text)
    )
    return (
        PHRASES["at_the_ends"].fullmatch(text) is not None
        or all(
            part in FOOTER or _buttons(part) or PHRASES["at_the_ends"].fullmatch(part)
            for part in re.split(r" *[|•·/] *", text)
        )
        or _is_notice(text)
        or _of_the_desk(line)
        or bool(labelled)
    )


def _is_notice(text: str) -> bool:
    """Whether a plain line speaks to a page's readers: of rights, cookies, payment, an app."""
    short = len(text) <= MAX_INVITATION
    return (
        _invites(text)
        or asks_consent(text)
        or bool(short and PHRASES["rights"].search(text))
        or bool(short and PHRASES["subscribe"].match(text) and PHRASES["cause"].search(text))
        or bool(PHRASES["paid"].search(text) and len(text.split()) <= MAX_CREDIT_WORDS)
    )


def _of_the_desk(line: str) -> bool:
    """Whether a line is a slug, an agency's initials or a picture's caption."""
    marked = SLUG.fullmatch(line.strip()) or INITIALS.fullmatch(line.strip())
    return bool(marked and not is_figures(line)) or _captions(line)


def biography(line: str, author: str | None = None) -> str:
    """The last name of whom a line says only what they work as; "" for any other line.

    Of an author who is known, any sentence that tells a job is one.

    >>> biography("Ann Lee is a reporter for the Gull."), biography("Ann Lee is a reporter.")
    ('Lee', '')
    >>> biography("Ann Lee ist Redakteurin. Sie schreibt über die Stadt.", "Ann Lee")
    'Lee'
    """
    found = BIOGRAPHY.fullmatch(line.strip())
    if found:
        return found[1].split()[-1]
    first = (author or "").split(", ")[0]
    last = first.split()[-1] if first else ""
    opens = line.strip().casefold().startswith((first.casefold(), f"{last} ".casefold()))
    told = bool(first) and len(line) <= MAX_BIOGRAPHY and opens
    return last if told and WORKS.search(line) else ""


def is_figures(line: str) -> bool:
    """Whether a line is a row of figures, as results of companies and prices are listed.

    >>> is_figures("Net 807,000 vs 2,858,000"), is_figures("Net profit fell to 807,000 dlrs")
    (True, False)
    """
    words = line.split()
    if len(words) < 2 or line.rstrip(" \"'”’)").endswith((".", "?", "!")) or words[0][:1].islower():
        return False
    if INNER_STOP.search(line):
        return False
    figures = sum(any(map(str.isdigit, word)) for word in words)
    listed = 3 <= figures >= FIGURES * len(words) and not A_MONTH.search(line)
    return bool(listed or (figures and (COMPARED.search(line) or _has_wide_gap(line))))


def is_columns(line: str) -> bool:
    """Whether wide gaps, or a tab, set the words of a line in columns."""
    return _has_wide_gap(line) or (len(GAP.findall(line.strip())) > 1 and is_figures(line))


def _has_wide_gap(line: str) -> bool:
    return any(len(gap) >= 4 or "\t" in gap for gap in GAP.findall(line.strip()))


def is_sign_off(line: str) -> bool:
    """Whether a line is the agency's mark at the end of its copy."""
    return SIGN_OFF.fullmatch(line.strip()) is not None


def is_section(line: str) -> bool:
    """Whether a line is the label of a newspaper's section."""
    words = re.split(r"[\s/>|,]+", plain(line))
    return 0 < len(words) <= 8 and all(word in SECTIONS for word in words)


def listed_sources(line: str) -> tuple[str, ...]:
    """The names of a line such as "Sources: AFP | RT"; () for any other line.

    >>> listed_sources("Sources: AFP | The Daily Gull"), listed_sources("Source: it is said.")
    (('AFP', 'The Daily Gull'), ())
    """
    found = SOURCES.fullmatch(line)
    if not found or (found[2] and is_sentence(line)):
        return ()
    names = [name.strip(" .") for name in LISTED.split(found[1] or found[2])]
    names = [name for name in names if name]
    return tuple(names) if all(len(name.split()) <= 6 for name in names) else ()


def bylined(line: str) -> str | None:
    """The author that a line such as "By Jane Doe" names; "" when it is an empty label."""
    found = BYLINE.fullmatch(BULLET.sub("", line).strip()) if len(line) <= 100 else None
    if not found:
        return None
    labelled = ":" in line or "：" in line
    names = AFTER_NAMES.split(found[1])[0].strip(" ,=")
    if not names:
        return "" if labelled else None
    words = names.replace(",", " , ").split()
    if not all(NAME.fullmatch(word) for word in words) or len(words) > 12:
        return None
    if any(word.casefold() in NOT_NAMES for word in words[:2]):
        return None
    return names if len(words) > 1 or names.isupper() or labelled else None


def is_person(line: str) -> bool:
    """Whether a line may be the name of a person alone.

    >>> is_person("Helen Marsh"), is_person("Flood barrier"), is_person("By Ann Lee")
    (True, False, False)
    """
    words = line.split()
    names = all(NAME.fullmatch(word) and not word.islower() for word in words)
    known = {word.casefold() for word in words} & (NOT_NAMES | SECTIONS | {"by"})
    return 2 <= len(words) <= 4 and names and not known and not line.isupper()


def reporters(line: str) -> str:
    """Whom the dateline of Chinese agencies names, as "A, B"; "" without one.

    >>> reporters("新华社哈尔姆5月18日电（记者张伟 李娜）哈尔姆港发生火灾。")
    '张伟, 李娜'
    """
    found = REPORTERS.match(line)
    return ", ".join(found[1].split()) if found else ""


def is_role(line: str) -> bool:
    """Whether a line says nothing but as what somebody works for a newspaper.

    >>> is_role("Environment correspondent"), is_role("The editor of the Gull resigned.")
    (True, False)
    """
    return (
        len(line.split()) <= 6 and bool(PHRASES["job"].search(line.casefold())) and not _tells(line)
    )


def dated(line: str) -> tuple[Literal["", "bare", "published", "updated"], date | None]:
    """Which of its days a line tells, if it tells nothing else, and that day, if it is clear.

    >>> dated("Published: May 18, 2025 10:00 GMT"), dated("May 18, 2025 was a Sunday.")
    (('published', datetime.date(2025, 5, 18)), ('', None))
    >>> dated("Halm, 17 November 2025")
    ('bare', datetime.date(2025, 11, 17))
    """
    text = TWICE.sub(r"\1", BULLET.sub("", line).strip())
    for stamp, order in ((AP_STAMP, (3, 1, 2)), (DPA_STAMP, (1, 2, 3))):
        told = stamp.fullmatch(text)
        if told and (day := parse_date("20" + "-".join(told[n] for n in order))):
            return "published", day
    label = DATED.fullmatch(text) if len(text) <= 100 else None
    rest = CHANGED.split(label[2] if label else text[:100])[0]
    kind: Literal["bare", "published", "updated"] = "published" if label else "bare"
    kind = "updated" if label and label[1] else kind
    if label and AGO.match(rest.casefold()):
        return kind, None
    found = date_at_start(rest)
    if not found and not label:
        if DAY_AND_TIME.fullmatch(text):
            return "bare", None  # of which year, is not told
        return _placed(text)
    after = rest[found.end :] if found else ""
    if found and (AFTER_DATE.fullmatch(after) or (label and len(after) <= MAX_AFTER_DATE)):
        return kind, found.day
    return "", None


def _placed(text: str) -> tuple[Literal["", "bare"], date | None]:
    """As ``dated``, of a line that is a place and a day."""
    place = PLACE.match(text)
    found = date_at_start(text[place.end() :]) if place else None
    if place and found and found.day and AFTER_DATE.fullmatch(text, place.end() + found.end):
        return "bare", found.day
    return "", None


def dateline(line: str, year: str = "") -> date | None:
    """The day of a dateline that opens an article's first sentence; None without a year or a dash.

    A dateline without its year is in the one that is given.

    >>> dateline("Tarn, 14 April 2026 – Nordwind today opened its third wind farm.")
    datetime.date(2026, 4, 14)
    >>> dateline("BERLIN, May 3 (Reuters) - It rained."), dateline("BONN, 3. Mai - Es", "2025")
    (None, datetime.date(2025, 5, 3))
    """
    for place in BEFORE_DATE.finditer(line[:MAX_DATELINE]):
        rest = line[place.end() :]
        found = date_at_start(rest)
        if not found and year and (short := YEARLESS.match(rest)):
            found = Dated(parse_date(f"{short[0]} {year}"), short.end())
        if found and DASH.match(rest, found.end):
            return past_day(found.day)
    return None
