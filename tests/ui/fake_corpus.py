"""A corpus that answers from a script, for the page's tests."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from index.article import Article
from index.errors import NotIndexed
from rag.answer_text import REFUSAL
from rag.question import UnusableQuestion
from rag.types import (
    NO_FILTERS,
    Answer,
    Citation,
    Claim,
    Filters,
    Said,
    Scope,
    Short,
    as_turns,
    messages_of,
)

HOSTILE = (
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'> "
    "<img src=https://evil.example/a.png> ![x](https://evil.example/b.png) "
    "[link](javascript:window.hacked=1) <iframe src='https://evil.example/'></iframe> "
    "<style>@import url(https://evil.example/c.css)</style> https://evil.example/d "
    "**bold** _low_ `code` # head $$x^2$$ $y$ [1] 1. a &lt;b&gt; &#60; <mark>m</mark> "
    "<details open ontoggle='window.hacked = 1'> ${window.hacked=1} {{value}} \\* ~~s~~ | a | b |"
)

PLAIN = Article(
    uri="kremlin.txt",
    key="kremlin",
    title="Kremlin signals a meeting is possible",
    author="Ada Writer",
    publisher="The Daily Record",
    published=date(2025, 5, 18),
    url="https://news.example/kremlin?a=1&b=2",
    text="\n\n".join(
        [
            "The Kremlin has stated that a meeting could be on the table.",
            *(f"Filler paragraph number {n} keeps the quote far from the top." for n in range(40)),
            "“Such a summit can only happen after specific agreements,” Peskov said.",
            "The talks were the first since March 2022. Both sides agreed to an exchange.",
            *(f"Filler paragraph number {n} keeps the quote far from the end." for n in range(40)),
        ]
    ),
)
SPANNING = Article(
    uri="spanning.txt",
    key="spanning",
    publisher="Wire",
    text="One line.\nThe second line begins\nand the third ends it. The rest.",
)
EVIL = Article(
    uri="evil.html",
    key="evil",
    title=f"Evil {HOSTILE}",
    author=HOSTILE,
    publisher=HOSTILE,
    url="javascript:window.hacked=1",
    text=f"Before.\n\n{HOSTILE}\n\nAfter.",
)


def cite(article: Article, quote: str, number: int = 1) -> Citation:
    """The citation of words that stand in an article."""
    start = article.text.index(quote)
    return Citation.of(article, article.id, start, start + len(quote), number)


def short(citation: Citation, words: str) -> Short:
    """A short answer among the words of a citation."""
    start = citation.start + citation.quote.index(words)
    return Short(text=words, citation=citation.number, start=start, end=start + len(words))


def claim(text: str, *citations: Citation, status: str = "supported") -> Claim:
    """A claim with everything said that a test does not care about."""
    return Claim(text=text, status=status, support=0.9, citations=citations)


def reply(
    question: str, *claims: Claim, query: str | None = None, answerer: str = "quotes"
) -> Answer:
    """An answer made of claims."""
    citations = tuple(citation for each in claims for citation in each.citations)
    return Answer(
        question=question,
        query=query or question,
        answered=True,
        text=" ".join(
            each.text + "".join(f" [{citation.number}]" for citation in each.citations)
            for each in claims
        ),
        claims=claims,
        citations=citations,
        answerer=answerer,
    )


QUOTE = "“Such a summit can only happen after specific agreements,” Peskov said."


@dataclass
class FakeConversation:
    corpus: FakeCorpus

    def stream(
        self, question: str, *, filters=NO_FILTERS, scope: bool = True, plain: bool = False
    ) -> Iterator[Answer]:
        self.corpus.filters.append(filters)
        match question:
            case "last week":
                confined = Scope(date(2025, 5, 12), date(2025, 5, 18), because=("last <week>",))
                said = "Of last week." if scope else "Of all time."
                whole = reply(question, claim(said, cite(PLAIN, QUOTE)))
                yield replace(whole, scope=confined if scope else None)
            case "count":
                said = "After " * len(self.corpus.histories)
                yield reply(question, claim(f"{said}all.", cite(PLAIN, QUOTE)))
            case "in vain":
                confined = Scope(publisher="Wire", because=("the Wire",), applied=False)
                whole = reply(question, claim("All the same.", cite(PLAIN, QUOTE)))
                yield replace(whole, scope=confined)
            case "long":
                raise UnusableQuestion("the question has 2,001 characters; ask about one thing")
            case "break":
                raise RuntimeError("secret path /etc/passwd")
            case "break later":
                first = claim("A first sentence.", cite(PLAIN, QUOTE))
                yield reply(question, first, answerer="a-model")
                raise RuntimeError("secret path /etc/passwd")
            case "refuse":
                near = cite(PLAIN, "The talks were the first since March 2022.")
                text = REFUSAL
                why = "the articles speak of <2022>, not of 2021"
                refusal = Answer(question=question, query=question, answered=False, text=text)
                yield replace(refusal, nearest=(near,), reason=why)
            case "evil":
                yield reply(question, claim(HOSTILE, cite(EVIL, HOSTILE)), query=HOSTILE)
            case "endless":
                first = claim("The first words.", cite(PLAIN, QUOTE))
                yield reply(question, first, answerer="a-model")
                while not self.corpus.released.wait(0.05):
                    yield reply(question, first, answerer="a-model")
                yield reply(question, claim("The last words."))
            case "doubt":
                first = claim("Peskov agreed.", cite(PLAIN, QUOTE), status="unsupported")
                yield reply(question, first, answerer="a-model")
            case "perhaps":
                quoted = cite(PLAIN, QUOTE)
                whole = reply(question, claim(QUOTE, quoted))
                yield replace(whole, shorts=(short(quoted, "specific agreements"),), confidence=0.4)
            case "spanning":
                quote = "The second line begins\nand the third ends it."
                yield reply(question, claim(quote, cite(SPANNING, quote)))
            case _:
                yield from self._plain(question)

    def _plain(self, question: str) -> Iterator[Answer]:
        first = claim(QUOTE, cite(PLAIN, QUOTE))
        exchange = "Both sides agreed to an exchange."
        yield reply(question, first)
        whole = reply(question, first, claim(exchange, cite(PLAIN, exchange, 2)))
        yield replace(whole, query=f"{question} Kremlin")


@dataclass
class FakeCorpus:
    """Knows three articles; keeps the histories it was given; `released` ends "endless"."""

    histories: list[list[dict[str, str]]] = field(default_factory=list)
    filters: list[Filters] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    known: tuple[Article, ...] = (PLAIN, SPANNING, EVIL)

    def conversation(self, history: Iterable[Said] = ()) -> FakeConversation:
        self.histories.append(messages_of(as_turns(history)))
        return FakeConversation(self)

    def article(self, article_id: str) -> Article:
        for article in self.known:
            if article.id == article_id:
                return article
        raise NotIndexed(f"{article_id}: the index holds no article with this id")

    def history(self, name: str) -> list[object]:
        return []

    def articles(self) -> list[Article]:
        return list(self.known)

    def count(self, filters=NO_FILTERS) -> int:
        return sum(filters.publisher in (None, article.publisher) for article in self.known)

    def publishers(self) -> tuple[str, ...]:
        return tuple(sorted(article.publisher for article in self.known))
