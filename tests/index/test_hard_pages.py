"""Pages that are hard to read, each written as sites write such: what is their article."""

from datetime import date
from pathlib import Path

import pytest

from index.article import Skipped
from index.boilerplate.clean import clean_article, explain
from tests.index.documents import read_source

PAGES = Path(__file__).parent / "hard_pages"

# Of each page: its particulars, how its text begins and ends, and what is not in it.
READ = {
    "amp": (
        ("Museum returns drums to Benga", "Noor Haddad", "The Meridian", date(2026, 4, 2)),
        "The museum of Halm has returned three drums",
        "and has promised to return these by 2028.",
        ("Home", "Advertisement", "Subscribe", "{{title}}", "full version"),
    ),
    "consent_beside": (
        ("Tram line to the port opens in May", None, "Harbour Post", date(2026, 1, 20)),
        "The tram line to the port opens on 3 May",
        "in the morning to midnight.",
        ("746 partners", "geolocation", "withdraw", "Accept"),
    ),
    "contradicting_dates": (
        ("Council sells the old mill", "Rosa Quint", "Valley Echo", date(2026, 6, 30)),
        "The council of Hollen has sold",
        "said one of them, Tom Ashe.",
        ("14 September",),
    ),
    "interview": (
        ("„Wir haben den Fluss unterschätzt“", "Lena Voss", "Uferblatt", date(2026, 3, 4)),
        "Interview\n\nDie Deichgräfin",
        "Sie ist Wasserbauingenieurin.",
        ("Mehr zum Thema", "Lesezeit", "Impressum"),
    ),
    "live_blog": (
        (
            "Storm Ilse live: ferries stopped, school roofs lost",
            "Petra Olm, Sam Reed",
            "Kestrel",
            date(2026, 2, 11),
        ),
        "Storm Ilse has reached the islands",
        "the power of 2,300 homes so far.",
        ("Copy link", "Key events", "rights reserved", "Last updated"),
    ),
    "paywalled_stub": (
        ("Steelworks to cut a third of its jobs", "Ida Krog", "The Meridian", date(2026, 5, 5)),
        "The steelworks of Lind will cut 400",
        "The union wants to strike.",
        ("1 euro", "any device", "subscriber"),
    ),
    "press_release": (
        ("Nordlinie orders two electric ferries", None, None, date(2025, 11, 17)),
        "- Two ferries for 90 passengers each\n- Delivery in the spring of 2028\n\nNordlinie has",
        "press@nordlinie.example",
        ("IMMEDIATE", "17 November"),
    ),
    "pull_quotes": (
        ("The last lamplighter of Orrin", "Jon Tait", "Saturday Review", date(2025, 12, 6)),
        "For forty years he has lit the lamps",
        "walk up the hill all the same.",
        ("treasurer\n",),
    ),
}


def read(name):
    (found,) = read_source(PAGES / f"{name}.html")
    return found


@pytest.mark.parametrize(("name", "told"), READ.items(), ids=READ)
def test_a_page_is_its_article_and_no_more(name, told):
    particulars, beginning, end, absent = told
    article = clean_article(read(name))
    found = (article.title, article.author, article.publisher, article.published)
    assert found == particulars
    assert article.text.startswith(beginning)
    assert article.text.endswith(end)
    assert not [words for words in absent if words in article.text]


def test_a_page_that_lists_articles_is_none():
    listing = read("listing")
    assert isinstance(listing, Skipped)
    assert listing.reason.startswith("the page only lists articles; ")


def test_entries_of_a_live_blog_are_places_in_their_order():
    article = clean_article(read("live_blog"))
    assert [place for _, place in article.places] == ["09:40 GMT", "08:12 GMT", "06:05 GMT"]
    assert article.place_at(article.text.index("Tone Vik")) == "08:12 GMT"


def test_questions_of_an_interview_stand_before_their_answers():
    lines = clean_article(read("interview")).text.split("\n")
    for question, answer in (
        ("Frau Boll, wann haben Sie gewusst, dass der Deich nicht hält?", "Um drei Uhr nachts."),
        ("Uferblatt: Warum fehlte der Sand?", "Boll: Weil ihn niemand bestellt hatte."),
        ("Und wer zahlt nun?", "Das Land zahlt neun von zehn Millionen Euro."),
        ("Treten Sie zurück?", "Nein."),
    ):
        after = [line for line in lines[lines.index(question) + 1 :] if line]
        assert after[0].startswith(answer)


def test_what_the_text_says_too_is_quoted_once_and_told():
    article = read("pull_quotes")
    for words in ("He lights 214 lamps", "It would save 90,000 euros", "A lamp has to be visited"):
        assert clean_article(article).text.count(words) == 1
    assert (
        "removed",
        "a quotation that the text repeats: He lights 214 lamps, and it takes him two hours",
    ) in explain(article)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "contradicting_dates",
            ("published", "2026-06-30 (JSON-LD datePublished; the page shows 2021-09-14)"),
        ),
        (
            "paywalled_stub",
            (
                "text",
                "as far as the page shows it without a subscription; save it when signed in for"
                " the rest",
            ),
        ),
        ("press_release", ("published", "2025-11-17 (date shown)")),
    ],
)
def test_what_is_in_doubt_is_told(name, told):
    assert told in explain(read(name))


QUOTED_ONCE = (
    "<blockquote class='pull-quote'>The bulbs will be taken out of the lamps again by May"
    "</blockquote>"
)
IN_A_LINE = (
    "<p>A neighbour was asked.<blockquote>The bulbs will be taken out again by May</blockquote>"
)
OF_THE_TOPIC = (
    "<div class='box'><p>The paper told its readers: this article is for subscribers only. A"
    " court called that unfair on Friday. <a href='/c'>Its ruling</a> is final.</p></div>"
)


@pytest.mark.parametrize("part", [QUOTED_ONCE, IN_A_LINE, OF_THE_TOPIC])
def test_what_is_said_only_there_stays(tmp_path, part):
    page = (PAGES / "pull_quotes.html").read_text("utf-8")
    path = tmp_path / "a.html"
    path.write_text(page.replace("<p>The council", f"{part}<p>The council"), "utf-8")
    (article,) = read_source(path)
    words = "by May" if part != OF_THE_TOPIC else "A court called that unfair on Friday."
    assert words in clean_article(article).text
