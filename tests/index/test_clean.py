"""What a page wraps around an article goes; the article stays, word for word."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from index.boilerplate.clean import Cleaned, clean_article, clean_text

FIRST = "The harbour bridge reopened on Sunday after two years of repairs, the city said."
SECOND = "Cars crossed it from noon on, and many people came to watch the first tram."
BODY = f"{FIRST}\n\n{SECOND}"
TITLE = "Harbour bridge reopens after two years"


def page(*blocks):
    return "\n\n".join(blocks)


ENDS = {
    "summary box and neighbours": (
        "No time to read?\nGet a summary\nPrevious Article\n\nTen ways to cook rice\n\nNext Article"
        "\n\nMayor of St. Gallen resigns"
    ),
    "related posts": "+ posts\n\nRelated Posts",
    "related with teasers": "Related Articles\n\nFares rise\n\nTunnel opens in June?\n\n3 min read",
    "also like": "You may also like\nFerry fares rise\nMay 3, 2025\nTunnel opens in June",
    "comment form": (
        "Leave a Comment\n\nYour email address will not be published. Required fields are marked *"
        "\n\nName *\n\nEmail *\n\nSave my name, email, and website in this browser for the next "
        "time I comment."
    ),
    "share and follow": "Share on Facebook\nShare via Email\nFollow us on X\nFacebook WhatsApp",
    "newsletter": "Subscribe to our newsletter\n\nSign up for our daily newsletter to know more",
    "rights": "© 2025 The Daily Gull. All rights reserved.",
    "copyright": "Copyright 2025 Gull Media Ltd",
    "stray links": "  • https://radio.example:7021\n\nhttps://gull.example/more",
    "empty byline": "Written by:",
    "inline teasers": "Read more: Ferry fares rise\n\nAlso read | Tunnel opens in June",
    "tags": "Tags: bridge, trams, harbour\n\nFiled under: Local",
    "hashtags": "#bridge #trams",
    "counts": "12 Comments\n\nBe the first to comment",
    "trending": "Trending Now\n\nFerry fares rise\nTunnel opens in June",
    "cookies": "We use cookies to give you the best experience on our site. Read our policy.",
    "advertisement": "Advertisement\n\nSponsored Content",
    "click here": "Click here to download our app",
    "footer": "About us | Contact | Privacy Policy | Terms of Use",
    "agency": "Reporting by Ann Lee; editing by Bob Ray\n\nSuggested Topics:\n\nEurope",
    "photo": "Photo: Reuters\n\nImage credit: Gull Media",
    "a list of buttons": "- Share on Facebook\n- Follow us\n- Register",
    "an author": "Anna Berg is a reporter for The Daily Gull.",
    "readers' comments": (
        "2 Comments\n\nSam says:\n\nI crossed it in my car and it was a fine thing to do.\n\nReply"
    ),
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_what_stands_below_the_article_goes(end):
    assert clean_text(page(BODY, end)) == Cleaned(BODY)


HEADS = {
    "summary box": "No time to read?\nGet a summary",
    "share": "Share\nTweet\nEmail\nPrint\nCopy link",
    "share counts": "124 shares\n\n3 comments",
    "listen": "Listen to this article",
    "reading time": "Reading time: 3 min",
    "minutes": "4 min read",
    "menu": "Skip to content\n\nMenu\n\nSearch",
    "crumbs": "Home > World > Europe",
    "credit": "Photo by Ann Lee/Reuters",
    "photo": "File photo: the bridge at night",
    "advertisement": "ADVERTISEMENT",
    "newsletter": "Sign up to our newsletter",
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_what_stands_between_headline_and_article_goes(head):
    assert clean_text(page(TITLE, head, BODY)) == Cleaned(BODY, TITLE)


@pytest.mark.parametrize(
    "label",
    ["International", "WORLD NEWS", "Politics", "Home / World", "World\n\nEurope", "World, Europe"],
)
def test_a_section_label_above_the_headline_is_no_title(label):
    cleaned = clean_text(page(label, TITLE, BODY))
    assert (cleaned.text, cleaned.title) == (BODY, TITLE)


@pytest.mark.parametrize(
    ("line", "author", "published"),
    [
        ("By Jane Doe", "Jane Doe", None),
        ("Written by: Jane van der Doe", "Jane van der Doe", None),
        ("By Jane Doe and John Roe | May 18, 2025", "Jane Doe and John Roe", date(2025, 5, 18)),
        ("By AFP", "AFP", None),
        ("Published: May 18, 2025", None, date(2025, 5, 18)),
        ("Published on 18 May 2025, 10:30 GMT", None, date(2025, 5, 18)),
        ("Updated: 2025-05-18T10:00:00Z", None, date(2025, 5, 18)),
        ("Updated: May 20, 2025\nPublished: May 18, 2025", None, date(2025, 5, 18)),
        ("Sunday, 18 May 2025", None, date(2025, 5, 18)),
        ("Updated 2 hours ago", None, None),
        ("May 18, 2025 8:15 AM GMT+2 Updated 2 hours ago", None, date(2025, 5, 18)),
        ("Published: 05/06/2025", None, None),
    ],
)
def test_bylines_and_dates_become_particulars(line, author, published):
    expected = Cleaned(BODY, TITLE, author=author, published=published)
    assert clean_text(page(TITLE, line, BODY)) == expected


@pytest.mark.parametrize(
    ("line", "sources"),
    [
        ("Sources: France 24 | RT | Al Jazeera", ("France 24", "RT", "Al Jazeera")),
        ("Source: Ministry of Health", ("Ministry of Health",)),
        ("Sources: AP, Reuters", ("AP", "Reuters")),
    ],
)
def test_a_list_of_sources_is_told_and_taken_out(line, sources):
    end = "Leave a Reply\n\nYour email address will not be published."
    assert clean_text(page(BODY, line, end)) == Cleaned(BODY, sources=sources)
    assert clean_text(page(BODY, end, line)) == Cleaned(BODY, sources=sources)


WHOLE = {
    "a sentence with the words": f"{FIRST}\n\nIt lists related posts. Leave a comment, it says.",
    "advertising": f"{FIRST}\n\nAn advertisement hung on the bridge until Monday night.",
    "cookies": (
        "Cookies are small files that a web site leaves on a computer.\n\nThis site uses a hundred "
        "of them, the report says.\n\nWe use cookies every day and few know what they hold."
    ),
    "a quoted line": f"{FIRST}\n\n“Subscribe to our newsletter”\n\n“All rights reserved”",
    "capitals": "THE BRIDGE REOPENED . THE U.S . SENT A NOTE .\nTHE MAYOR SAID NOTHING AT ALL .",
    "one paragraph": "Share on Facebook",
    "subheadings": f"{FIRST}\n\nWhat It Cost\n\n{SECOND}\n\nTrending\n\n{SECOND}",
    "a comment heading": f"{FIRST}\n\nComments\n\n{SECOND}",
    "a list": f"{FIRST}\n\n- Two lanes for cars\n- One lane for bicycles",
    "a last line": f"{FIRST}\n{SECOND}\nWill it hold?",
    "a heading with By": f"{FIRST}\n\nBy the numbers\n\n{SECOND}\n\nBy Sunday",
    "a source in prose": f"{FIRST}\n\nSource: it was the mayor herself who said so on Sunday.",
    "a table of dates": f"{FIRST}\n\nMay 3, 2025\n\nMay 10, 2025\n\nMay 17, 2025",
    "wrapped lines": (
        "The harbour bridge reopened on Sunday after two years of repairs, the\n"
        "city of Bern said in a note that was sent to all papers. Cars\ncrossed it from noon on."
    ),
    "wrapped at capitals": (
        "The harbour bridge of Bern was reopened on\nSunday after a wait of two years."
    ),
    "only short lines": "Roses are red\nViolets are blue\nRelated Posts",
    "a sentence about copyright": (
        f"Copyright holders will be paid from a fund of the court.\n\n{BODY}\n\nCopyright law is "
        "to be changed in the autumn, the minister said."
    ),
    "sentences that begin like labels": (
        f"Photo by photo the archive was scanned.\n\n{BODY}\n\nShare: 3 percent of the company "
        "was sold on Friday.\n\nTopics: the talks will deal with grain and prisoners."
    ),
    "a sentence about cookies": f"{BODY}\n\nWe use cookies on holidays only, the baker said.",
    "a sentence about agreeing": f"{BODY}\n\nBy crossing you accept the risk, a sign says.",
    "a reporter in the news": (
        f"Anna Berg was arrested in Minsk on Friday.\n\n{BODY}\n\nAnna Berg is a reporter for The "
        "Daily Gull."
    ),
    "who was a reporter": f"{BODY}\n\nAnna Berg is a reporter for the Gull who was arrested.",
    "items that begin like buttons": (
        f"{BODY}\n\n- Register\n- Sign up\n- Follow us\n- Bring a passport\n\n{SECOND}\n\n"
        "- Register for the news service\n- Follow on Facebook\n- Join the queue at gate 3"
    ),
    "other scripts": "桥梁于星期日重新开放，市长说。\n维修耗资四千万欧元，是第一次估计的两倍。",
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE)
def test_an_article_stays_whole(text):
    assert clean_text(text) == Cleaned(text)


def test_teasers_in_the_middle_go_and_the_subheading_stays():
    text = page(FIRST, "Related Articles", "Ferry fares rise", "What it cost", SECOND)
    assert clean_text(text).text == page(FIRST, "What it cost", SECOND)
    text = page(
        FIRST,
        "Read more: Ferry fares rise",
        "Photo: Reuters",
        "Previous Article",
        "Tunnel opens",
        SECOND,
    )
    assert clean_text(text).text == BODY


def test_prose_below_a_marker_stays():
    text = page(FIRST, "You may also like", "Ferry fares rise", "Tunnel opens", SECOND)
    assert clean_text(text).text.endswith(SECOND)


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        (f"{TITLE}\n\n{BODY}", TITLE, BODY),
        (f"{TITLE}\n{BODY}", TITLE, BODY),
        (f"Will the bridge hold?\n\n{BODY}", "Will the bridge hold?", BODY),
        (f"{TITLE}\nA deck below\n{BODY}", TITLE, f"A deck below\n{BODY}"),
        (f"{TITLE}\n\n{TITLE}\n\n{BODY}", TITLE, BODY),
        (f"Rain\nA deck below\n{BODY}", "", f"Rain\nA deck below\n{BODY}"),
        (f"By The Numbers\n\n{BODY}", "By The Numbers", BODY),
        (BODY, "", BODY),
        (f"- a list item\n\n{BODY}", "", f"- a list item\n\n{BODY}"),
        (f"https://gull.example/a page\n\n{BODY}", "", f"https://gull.example/a page\n\n{BODY}"),
    ],
)
def test_a_title_is_found_above_the_text(text, title, body):
    assert clean_text(text) == Cleaned(body, title)


@pytest.mark.parametrize(
    ("given", "head"),
    [
        (TITLE, TITLE),
        (f"{TITLE} | The Daily Gull", TITLE),
        ("The Bridge’s End", "THE BRIDGE'S END"),
        ("The bridge was reopened on Sunday.", "The bridge was reopened on Sunday."),
        (TITLE, f"Local\n\n{TITLE}"),
    ],
)
def test_a_given_title_is_kept_and_not_repeated(given, head):
    cleaned = clean_text(page(head, BODY), given)
    assert (cleaned.text, cleaned.title) == (BODY, given)


def test_wrapped_prose_below_a_marker_stays():
    prose = "The mayor asked all who cross the bridge to look\nat the old pillars before they go"
    assert clean_text(page(BODY, "Related Posts", prose)).text == page(BODY, prose)


def test_a_deck_below_a_given_title_stays():
    assert clean_text(page("A deck without an end", BODY), TITLE).text == page(
        "A deck without an end", BODY
    )


def test_white_space_is_settled_and_paragraphs_are_kept():
    assert clean_text(f"\n\n{FIRST}  \n{SECOND}\t\n \n\n\n{FIRST}\n\n").text == (
        f"{FIRST}\n{SECOND}\n\n{FIRST}"
    )


@pytest.mark.parametrize("text", ["", "\n \n", "Advertisement\n\nShare on X", "Trending\nA\nB\nC"])
def test_nothing_but_boilerplate_is_kept_as_it_was(text):
    assert clean_text(text).text == text.strip()


def test_an_article_keeps_what_was_known():
    known = Article(
        uri="a.txt", key="a", text=page(TITLE, "By Jane Doe", "May 18, 2025", BODY, "Source: AP"),
        raw="raw", author="Ann Lee", published=date(2020, 1, 1), sources=("Gull",), root="/r",
    )  # fmt: skip
    expected = Article(
        uri="a.txt", key="a", text=BODY, raw="raw", title=TITLE, author="Ann Lee",
        published=date(2020, 1, 1), sources=("Gull",), root="/r",
    )  # fmt: skip
    assert clean_article(known) == expected


def test_an_article_learns_what_was_not_known():
    text = page(TITLE, "By Jane Doe", "May 18, 2025", BODY, "Source: AP")
    cleaned = clean_article(Article(uri="a.txt", key="a", text=text))
    assert (cleaned.author, cleaned.published, cleaned.sources) == (
        "Jane Doe", date(2025, 5, 18), ("AP",),
    )  # fmt: skip


def test_a_long_page_takes_no_long_time():
    text = "\n".join(["Read more: one"] * 2000 + [FIRST] + ["Related Posts", "A b"] * 2000)
    assert clean_text(text + "1." * 100_000).text
    assert clean_text("By " + "1 " * 100_000 + "\n" + FIRST).text


PIECES = [
    FIRST, SECOND, TITLE, "International", "By Jane Doe", "May 18, 2025", "What it cost", "A deck",
    "Sources: AP | RT", "Read more", "Read more: Ferry fares rise", "- item", "", "...", "“Quoted”",
    "Comments", "John says:", "Previous Article", "Next Article", "Updated 2 hours ago", "*", "x",
    *ENDS.values(), *HEADS.values(),
]  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from(PIECES) | st.text(max_size=30), st.sampled_from("\n ")))
    .map(lambda pieces: "".join(piece + end * 2 for piece, end in pieces)),
    st.sampled_from(["", TITLE, f"{TITLE} | Gull", "x"]),
)  # fmt: skip
def test_cleaning_twice_is_cleaning_once(text, title):
    once = clean_article(Article(uri="a", key="a", text=text, title=title))
    assert clean_article(once) == once


@given(st.lists(st.sampled_from([FIRST, SECOND]), min_size=1, max_size=4), st.data())
def test_prose_survives_whatever_surrounds_it(prose, data):
    above = data.draw(st.lists(st.sampled_from(list(HEADS.values())), max_size=3))
    below = data.draw(st.lists(st.sampled_from(list(ENDS.values())[:-1]), max_size=3))
    assert clean_text(page(*above, *prose, *below)).text.endswith(page(*prose))


@pytest.mark.parametrize(
    ("opening", "day"),
    [
        ("Tarn, 14 April 2026 – Nordwind AG today opened", date(2026, 4, 14)),
        ("TARN, Norway, April 14, 2026 /Wire/ -- Nordwind AG today opened", date(2026, 4, 14)),
        ("TARN (14.04.2026) - Nordwind AG today opened", date(2026, 4, 14)),
        ("Tarn, den 14. April 2026 – Nordwind AG today opened", date(2026, 4, 14)),
        ("TARN, April 14 - Nordwind AG today opened", None),
        ("In Tarn, 14 April 2026 was the day on which Nordwind AG opened", None),
    ],
)
def test_a_press_release_is_dated_by_its_dateline(opening, day):
    body = f"{opening} its third wind farm, 22 kilometres off the coast."
    found = clean_text(f"PRESS RELEASE\n\nFOR IMMEDIATE RELEASE\n\nA wind farm\n\n{body}\n\n###")
    assert (found.text, found.title, found.published) == (body, "A wind farm", day)


@pytest.mark.parametrize(
    ("dateline", "uri", "day"),
    [
        ("BERLIN, May 3 (Reuters) -", "2026/05/rain.txt", date(2026, 5, 3)),
        ("BERLIN, 3. Mai (dpa) -", "wire-20260503.txt", date(2026, 5, 3)),
        ("BERLIN, Dec. 3 (AP) —", "https://gull.example/2024/rain", date(2024, 12, 3)),
        ("BERLIN, May 3 (Reuters) -", "rain.txt", None),
        ("BERLIN, May 3 (Reuters) -", "rain-2026.txt", None),  # what it is about, say
        ("BERLIN, May 3 (Reuters) -", "2099/rain.txt", None),  # still to come
        ("Berlin, May 3, she said, was wet -", "2026/rain.txt", None),
    ],
)
def test_a_dateline_without_a_year_is_of_the_one_that_its_place_names_as_a_guess(
    dateline, uri, day
):
    text = f"{dateline} Heavy rain flooded parts of the city on Sunday, the fire brigade said."
    cleaned = clean_article(Article(uri=uri, key="k", text=text, root="/news"))
    told = [("published", "its dateline, of the year that its place names, a guess")]
    assert (cleaned.published, list(cleaned.notes)) == (day, told if day else [])
    assert cleaned.text == text


def test_a_byline_with_its_agency_and_both_days_is_no_text():
    text = "Le conseil a vendu le moulin, a-t-il dit mardi.\n\nLa brasserie veut y ouvrir un bar."
    below = (
        "Rosa Quint (avec AFP)\n\nPublié le 14 septembre 2021 à 18h02, mis à jour le 15 mai 2022"
    )
    found = clean_text(f"{text}\n\n{below}", "Le moulin", "Rosa Quint")
    assert (found.text, found.published) == (text, date(2021, 9, 14))
