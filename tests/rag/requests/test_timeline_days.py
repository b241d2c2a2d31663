"""Timelines: which day a sentence tells, and what is told where no day is known."""

from __future__ import annotations

from datetime import date

import pytest

from index.build import Builder
from index.embedders import embedder_of
from index.readers.source import Source
from rag.corpus import Corpus
from rag.requests.timeline import events_of, label_of
from rag.types import Turn
from tests.rag.builders import stored

LEAD = "The harbour board met again in the old customs house. "
BETWEEN = "Nobody spoke for an hour or more. It was cold in the great hall of the board. "


def told(text, published=date(2026, 3, 10)):
    """The labels of the events of an article that begins with a dated sentence."""
    first = "The board met on 2 March 2026 in the customs house."
    return [label_of(e) for e in events_of(stored(f"{first} {text}", published=published))][1:]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("The fee was backdated to 3 March by the city.", []),
        ("Talks were held from 1 March to 3 March in Lisbon.", []),
        ("Anyone who paid between 1 and 5 March gets it back.", []),
        ("The new tariff holds with effect from 3 March for everybody.", []),
        ("The hearing was adjourned to 30 March by the judge.", ["30 March 2026"]),
        ("The crews walked out on 8 and 9 March in Lisbon.", ["8 March 2026"]),
        ("Building is to begin in August of next year.", ["August 2027"]),
        ("The survey had been passed in May by the inspectors.", ["May 2026"]),
        ("He had the letter in November and never opened it.", ["November 2025"]),
        ("The law was passed last April by the parliament.", ["April 2025"]),
        ("It was the first such meeting since March 2022 in Lisbon.", []),
        ("The canteen is heated from October to April each year.", []),
    ],
)
def test_the_day_or_month_that_a_sentence_tells(text, labels):
    assert told(text) == labels


def test_a_month_is_of_no_year_where_publication_is_not_known():
    assert told("The survey had been passed in May by the inspectors.", None) == []
    assert told("The survey was passed in May 2024 by the inspectors.", None) == ["May 2024"]


def test_what_an_article_begins_with_is_of_its_day_unless_the_next_sentences_tell_another():
    later = f"{LEAD}{BETWEEN}Its chairman had resigned on 4 March."
    labels = [label_of(e) for e in events_of(stored(later, published=date(2026, 3, 10)))]
    assert labels == ["10 March 2026", "4 March 2026"]
    soon = f"{LEAD}It had done so on 4 March as well, they said."
    labels = [label_of(e) for e in events_of(stored(soon, published=date(2026, 3, 10)))]
    assert labels == ["4 March 2026"]


@pytest.fixture(scope="module")
def undated(tmp_path_factory):
    """Articles of which none says when it was published."""
    texts = {
        "a.md": "# Talks on the ferry toll open\n\nTalks on the ferry toll opened in Varn between"
        " the two towns.\n\nOn February 12 the towns sent their terms to the talks by letter.",
        "b.md": "# Ferry toll talks end\n\nThe talks on the ferry toll ended in Varn without a"
        " word on the toll.",
        "c.md": "# A loan for the mill\n\nThe bank in Porto lent the mill two million for a roof.",
    }
    folder = tmp_path_factory.mktemp("undated")
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    Builder(folder / "index", embedder_of()).add([Source.at(folder / name) for name in texts])
    return Corpus.open(folder / "index")


def test_a_timeline_without_days_says_so_and_keeps_the_order_of_the_articles(undated):
    loan = undated.ask("how much did the bank lend the mill?")
    answer = undated.ask(
        "timeline of the talks", history=[Turn("how much did the bank lend the mill?", loan)]
    )
    assert answer.query == "timeline of the talks"  # nothing of the loan
    assert answer.heading == (
        "No day of the talks is known, as no article says when it was published; in the order of"
        " the articles."
    )
    assert [(claim.label, claim.citations[0].key) for claim in answer.claims] == [
        ("Talks on the ferry toll open", "a"),
        ("12 February, year not told", "a"),
        ("Ferry toll talks end", "b"),
    ]
