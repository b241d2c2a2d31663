"""E-mail (.eml, .mbox): the text of each message, and what is attached to it."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email import policy
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr
from functools import partial
from io import BytesIO
from pathlib import Path

from index.article import Article, Skipped
from index.readers.assembly import Assembly
from index.readers.encoding import Refused, decode, tidy, within_bounds
from index.readers.fields import Particulars, one_line, particulars
from index.readers.files import Member, Reader, SourceFile
from index.readers.html.page import read_html
from index.readers.markup import parsed, write_markup

# What a message has at least, so that a text is not taken for one.
HEADERS = ("from", "date", "subject", "received", "message-id", "mime-version")
BLANK_FROM = re.compile(rb"From [^\r\n]*\d{2}:\d{2}|From \S+ |From -")


def _read_mailbox(file: SourceFile) -> Iterator[Skipped | Member]:
    """The messages of a mailbox, each named by its Message-ID, else its number."""
    seen: set[str] = set()
    number = 0
    for number, data in enumerate(_messages(file), 1):
        if len(data) > file.max_bytes:
            yield Skipped(f"{file.uri}#{number}", "the message is too large; save it as a file")
            continue
        message = _parsed(data)
        key = (one_line(str(message.get("message-id", ""))) or "").strip("<>") or str(number)
        key = str(number) if key in seen else key
        seen.add(key)
        member = file.member(f"{key}.eml", partial(BytesIO, data), f"{file.uri}#{key}")
        yield Member(member, described=partial(_keyed, uri=member.uri, key=key))
    if not number:
        raise Refused("the file holds no messages; a mailbox has a line “From …” before each")


def _keyed(article: Article, uri: str, key: str) -> Article:
    return replace(article, key=key) if article.uri == uri else article


def _messages(file: SourceFile) -> Iterator[bytes]:
    """The bytes of each message of a mailbox, however large the mailbox is."""
    lines: list[bytes] = []
    size, blank, begun = 0, True, False
    with file.open() as stream:
        while part := stream.readline(1_000_000):
            if blank and BLANK_FROM.match(part):
                if begun:
                    yield b"".join(lines)
                lines, size, begun = [], 0, True
            elif begun and size <= file.max_bytes:
                lines.append(part[1:] if re.match(rb">+From ", part) else part)
                size += len(part)
            blank = not part.strip()
    if begun:
        yield b"".join(lines)


def _parsed(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=policy.default)


def _read_message(file: SourceFile) -> Iterator[Article | Skipped | Member]:
    """The message that a file holds, then what is attached to it."""
    message = _parsed(file.data())
    if not any(name in message for name in HEADERS):
        raise Refused("the file is no e-mail message; it has none of the lines From, Date, Subject")
    known = _known(message)
    attachments = list(message.iter_attachments())
    try:
        yield _article(file, message, known)
    except Refused as refusal:
        yield Skipped(file.uri, str(refusal), fault=not attachments)
    for number, part in enumerate(attachments, 1):
        name = one_line(part.get_filename()) or f"attachment {number}"
        where = f"{file.uri}#{name}"
        if part.get_content_maintype() == "image":
            continue
        content = part.get_payload(decode=True)
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            inner = part.get_payload(0)
            content = inner.as_bytes() if isinstance(inner, EmailMessage) else None
            name = f"{Path(name).stem}.eml"
        if not isinstance(content, bytes):
            yield Skipped(where, "what is attached is of a kind that is not read", fault=False)
            continue
        inner = file.member(name, partial(BytesIO, content))
        yield Member(inner, described=partial(_sent, day=known["published"]))


def _sent(article: Article, day: date | None) -> Article:
    return replace(article, published=article.published or day)


def _known(message: EmailMessage) -> Particulars:
    """Subject, sender and day, as the headers have them."""
    told: dict[str, object] = {}
    for name, header in (("title", "subject"), ("author", "from"), ("date", "date")):
        try:
            value = str(message.get(header, ""))
        except (ValueError, IndexError, AttributeError, TypeError, LookupError):
            value = ""  # a header that is broken beyond what the library bears
        told[name] = value
    sender, address = parseaddr(str(told["author"]))
    told["author"] = sender or address
    return particulars(told)


def _article(file: SourceFile, message: EmailMessage, known: Particulars) -> Article:
    """The text of a message: what is plain of it, else what is HTML."""
    plain = message.get_body(("plain",))
    if plain is not None and (raw := _content(plain)).strip():
        text = tidy(within_bounds(raw))
        return Article(uri=file.uri, key=file.key, text=text, raw=raw, root=file.root, **known)
    page = message.get_body(("html",))
    if page is None:
        raise Refused("the message holds no text; what is attached to it is read apart")
    raw = _content(page)
    try:
        article = read_html(file, raw.encode("utf-8", "replace"))
    except Refused:  # it looks like no article; a mail need not
        text_of = Assembly()
        write_markup(parsed(raw), text_of)
        return replace(text_of.article(file, known), raw=raw)
    return replace(
        article,
        title=known["title"] or article.title,
        author=known["author"] or article.author,
        published=known["published"] or article.published,
    )


def _content(part: MIMEPart) -> str:
    data = part.get_payload(decode=True)
    return decode(data, part.get_content_charset()) if isinstance(data, bytes) and data else ""


MESSAGE = Reader("an e-mail message", (".eml",), _read_message, many=True)
MAILBOX = Reader("a mailbox", (".mbox",), _read_mailbox, many=True)
