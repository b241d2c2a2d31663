"""What agencies send and scrapers make of pages: the article's own words stay, and no others."""

import json
from datetime import date

import pytest

from index.article import Article, Skipped
from index.boilerplate.clean import clean_article, explain
from index.readers.fields import header
from index.text.sentences import split_sentences
from tests.index.documents import read_source

FIRST = "The port of Halm closed its grain terminal on Sunday after a fire in a silo."
SECOND = "Nobody was hurt, said J. P. Lindqvist, the harbour master, at about 3:40 a.m. local time."
BODY = f"{FIRST}\n\n{SECOND}"


def read(folder, name, content):
    """The only article of a file, cleaned."""
    (folder / name).write_text(content, encoding="utf-8")
    (found,) = read_source(folder / name)
    assert isinstance(found, Article), found
    return found if found.cleaned else clean_article(found)


def told(article):
    return article.title, article.author, article.publisher, article.published, article.url


# Plain text.

URL = "https://www.courier.example/halm"
HEADERS = {
    "colons": (
        f"Title: Fire at Halm\nAuthor: Sanna Lie\nSource: The Courier\nDate: 2025-05-18T10:34:00Z\n"
        f"URL: {URL}\nTags: ports, fire\n" + 60 * "-" + "\n"
    ),
    "apart": (
        f"Title: Fire at Halm\n\nURL Source: {URL}\n\nPublished Time: 2025-05-18T10:34:00+02:00\n\n"
        "Publisher: The Courier\n\nBy: Sanna Lie\n\nMarkdown Content:\n"
    ),
    "a database's": (
        "HEADLINE: Fire at Halm\nBYLINE: By Sanna Lie, Staff Writer\nDATE: May 18, 2025 Sunday\n"
        f"SECTION: BUSINESS; Pg. B4\nLENGTH: 97 words\nPUBLICATION: The Courier\nURL: {URL}\n\n"
        "BODY:\n\n"
    ),
    "bold": (
        f"**Title:** Fire at Halm\n**Author:** Sanna Lie\n**Site:** The Courier\n"
        f"**Published:** May 18, 2025\n**Link:** {URL}\n\n"
    ),
    "a message's": (
        "Subject: Fire at Halm\nFrom: Sanna Lie <s@courier.example>\nTo: desk@courier.example\n"
        f"Sent: Sun, 18 May 2025 10:34:00 +0100\nPublisher: The Courier\nURL: {URL}\n\n"
    ),
    "Arabic": (
        f"العنوان: Fire at Halm\nالتاريخ: 18 مايو 2025\nالمصدر: The Courier\nالرابط: {URL}\n"
        "الكاتب: Sanna Lie\n\n"
    ),
    "below the headline": (
        f"Fire at Halm\n\nURL: {URL}\nPublisher: The Courier\nAuthor: Sanna Lie\n"
        "Date: 18 May 2025\n\n"
    ),
}


@pytest.mark.parametrize("ending", [".txt", ".md"])
@pytest.mark.parametrize("head", HEADERS.values(), ids=HEADERS)
def test_a_header_tells_of_the_article_and_is_no_text(tmp_path, head, ending):
    found = read(tmp_path, f"a{ending}", head + BODY)
    assert told(found) == ("Fire at Halm", "Sanna Lie", "The Courier", date(2025, 5, 18), URL)
    assert found.text == BODY


@pytest.mark.parametrize(
    "text",
    [
        "Source: it is said that the mayor left.\n\nIt rained.",
        "Interview\nReporter: What did you see?\nMayor: Rain.",
        "Note: the bank is shut.\nDate: unknown.",
        "Fire at Halm\n\nThe port closed.\n\nSource: AFP",
    ],
)
def test_lines_with_colons_are_no_header(text):
    assert header(text) == ({}, text)


@pytest.mark.parametrize(
    "menu",
    [
        "Social Media\n\nContact Us\n\nSubmit",
        "Frequently Asked Questions\n\nSaturday, May 24, 2024",
        "Language Resources\nAdvanced Search\nAbout Us",
    ],
)
def test_a_menu_names_no_author(tmp_path, menu):
    assert read(tmp_path, "a.txt", f"Fire at Halm\n\n{menu}\n\n{BODY}").author is None
    assert read(tmp_path, "b.txt", f"Fire at Halm\n\n{BODY}\n\n{menu}").author is None


def test_figures_and_addresses_below_an_article_stay(tmp_path):
    text = f"{BODY}\n\n24/7\n\n12.\n\n518-474-0445\n\ndesk@courier.example"
    assert read(tmp_path, "a.txt", f"Fire at Halm\n\n{text}").text == text


@pytest.mark.parametrize(
    "line",
    [
        "FIRE SHUTS GRAIN TERMINAL AT HALM, FOUR HURT",
        "Related article\nFire shuts terminal",
        "The silo burns on Sunday morning\nOle Dahl/Getty Images",
        "+5\nView gallery",
        "Follow the Courier on Telegram",
    ],
)
def test_what_stands_between_two_paragraphs_and_is_the_pages_goes(tmp_path, line):
    text = f"Fire at Halm\n\n{FIRST}\n\n{line}\n\n{SECOND}"
    assert read(tmp_path, "a.txt", text).text == BODY


def test_a_heading_in_capitals_stays(tmp_path):
    text = f"{FIRST}\n\nSAFETY FEARS\n\n{SECOND}"
    assert read(tmp_path, "a.txt", f"Fire at Halm\n\n{text}").text == text


def test_letters_that_were_encoded_twice_and_entities_are_put_right(tmp_path):
    said = "The mayor said it was “a miracle” that nobody died – the café won’t open on Sunday."
    twice = said.encode().decode("cp1252", "ignore").replace("caf", "caf&eacute; and caf")
    found = read(tmp_path, "a.txt", twice)
    assert found.text == said.replace("caf", "café and caf")
    assert found.notes == (("text", "its letters were encoded twice, and are put right"),)


def test_text_with_tags_becomes_paragraphs(tmp_path):
    assert read(tmp_path, "a.txt", f"<p>{FIRST}</p>\n<p>{SECOND}</p>").text == BODY
    assert read(tmp_path, "b.txt", f"{FIRST}<br><br>{SECOND}").text == BODY


def test_agency_copy_is_without_its_marks(tmp_path):
    copy = (
        "BC-HALM-PORT/FIRE (UPDATE 2, PIX)\n"
        "UPDATE 2-Fire shuts grain terminal at Halm\n"
        "    By Marta Ekholm and Pieter Vos\n"
        "    HALM, May 18 (Reuters) - The port of Halm closed its main grain\n"
        "terminal on Sunday after a fire in a silo, port officials said in a\n"
        "statement.\n"
        "    (For a graphic, click on halm.graphics.example)\n"
        "    The terminal handles about 4.1 mln tonnes a year, and ships were\n"
        "sent to Tarn until the inspectors had finished their work at Halm.\n"
        "((Reporting by Marta Ekholm in Halm; Editing by D. Quill and J. Roe))\n"
        " ((marta.ekholm@agency.example; +47 22 00 00 00))\n"
        "Sunday, 18 May 2025 14:22:05RTRS [nL8N0A1] {C}ENDS\n"
    )
    found = read(tmp_path, "a.txt", copy)
    assert told(found)[:4] == (
        "Fire shuts grain terminal at Halm",
        "Marta Ekholm, Pieter Vos",
        None,
        date(2025, 5, 18),
    )
    assert found.text == (
        "HALM, May 18 (Reuters) - The port of Halm closed its main grain terminal on Sunday after a"
        " fire in a silo, port officials said in a statement.\n\n"
        "The terminal handles about 4.1 mln tonnes a year, and ships were sent to Tarn until the"
        " inspectors had finished their work at Halm."
    )


def test_copy_with_the_marks_of_american_newspapers(tmp_path):
    found = read(
        tmp_path,
        "a.txt",
        f"^Fire shuts terminal at Halm<\n^By ANNA KOWAL=\n^Associated Press=\n{BODY}\n\n___\n\n"
        "Associated Press writer Karl Tarlen in Tarn contributed to this report.\n\n"
        "AP-NY-03-14-24 1612EDT\n",
    )
    assert told(found)[:4] == ("Fire shuts terminal at Halm", "ANNA KOWAL", None, date(2024, 3, 14))
    assert found.text == BODY


def test_datelines_with_an_agency_date_the_article_and_stay_one_sentence(tmp_path):
    afp = "Strelsau, May 18, 2025 (AFP) - The port of Halm was shut on Sunday after a fire."
    found = read(tmp_path, "a.txt", f"URGENT - halm-port\n\nPort shut: ministry\n\n{afp}\n\n"
                 f"- 'Small step' -\n\n{SECOND}\n\nbur-it/ach/jj\n")  # fmt: skip
    assert (found.title, found.published) == ("Port shut: ministry", date(2025, 5, 18))
    assert found.text == f"{afp}\n\n'Small step'\n\n{SECOND}"
    tass = "HALM, May 18. /TASS/. The port of Halm was shut on Sunday after a fire at its terminal."
    found = read(tmp_path, "b.txt", f"18 May, 14:20\nPort of Halm shut — ministry\n\n{tass}")
    assert (found.title, found.published) == ("Port of Halm shut — ministry", None)
    assert [found.text[s.start : s.end] for s in split_sentences(found.text)] == [tass]
    xinhua = "新华社哈尔姆5月18日电（记者张伟 李娜）哈尔姆港18日凌晨发生火灾，粮食码头被迫关闭。"
    assert read(tmp_path, "c.txt", f"{xinhua}\n\n{xinhua}").author == "张伟, 李娜"


def test_whom_to_ask_about_a_press_release_is_not_in_it(tmp_path):
    contact = "Media Contact:\nJane Roe\nCorvin Grain Inc.\npress@corvin.example\n+1 555 010 0199"
    head = f"FOR IMMEDIATE RELEASE\n\n{contact}\n\nCorvin to Rebuild Halm Terminal by 2027"
    found = read(tmp_path, "a.txt", f"{head}\n\n{BODY}\n\nSOURCE Corvin Grain Inc.\n\n###")
    assert found.title == "Corvin to Rebuild Halm Terminal by 2027"
    assert (found.text, found.sources) == (BODY, ("Corvin Grain Inc",))


def test_a_quoted_message_is_read_without_its_marks(tmp_path):
    quoted = "\n>\n".join(f"> {line}" for line in (FIRST, SECOND))
    head = "Subject: Fire at Halm\nFrom: Sanna Lie <s@x.example>\n\n"
    assert read(tmp_path, "a.txt", head + quoted).text == BODY


def test_a_german_agency_signs_with_a_stamp(tmp_path):
    text = (
        f"Brand in Halm\n\nVon Jana Köhler, dpa\n\n{BODY}\n\n© dpa-infocom, dpa:250518-930-5598/3"
    )
    found = read(tmp_path, "a.txt", text)
    assert told(found)[:4] == ("Brand in Halm", "Jana Köhler", None, date(2025, 5, 18))
    assert found.text == BODY


@pytest.mark.parametrize(
    "head",
    [
        "Helen Marsh\nEnvironment correspondent\n\nReporting from\nWexcombe",
        "By\n\nHelen Marsh",
        "Written by\nHelen Marsh\n\n11 May 2025, 10:34 BST",
        "By Helen Marsh, The Courier",
        "World News\nMay 11, 20258:12 AM Updated 3 hours ago\nHelen Marsh\n3 Min Read",
        "By HELEN MARSH FOR DAILYGULL\n\ne-mail\n\n1.2k\nshares\n\n88\n\nView\ncomments",
        "By Helen Marsh, CNN\n 2 minute read\nPublished 10:34 AM EDT, Sun May 18, 2025\nThe mayor"
        " of Halm speaks on Sunday.\nOle Dahl/AFP/Getty Images\nCNN  — ",
        "By Helen Marsh\nUpdated 10:34 AM GMT+2, May 18, 2025\nAdd AP News on Google\nShare",
        "By Helen Marsh\nPublished On 18 May 202518 May 2025\nSave",
        "By Helen Marsh\nMay 18, 202510:34 AM GMT+2Updated 2 hours ago\n[1/3]The Mayor attends a"
        " meeting in Halm, May 18, 2025. REUTERS/Ole Dahl Purchase Licensing Rights, opens new tab",
        "Helen Marsh | May 11, 2025 | 10:34 am",
        "Helen Marsh\nPolitical editor\nUpdated 11:52 PM EDT, Sun May 11, 2025",
    ],
)
def test_who_wrote_it_is_told_in_lines_of_their_own(tmp_path, head):
    found = read(tmp_path, "a.txt", f"Fire shuts the terminal at Halm\n\n{head}\n\n{BODY}")
    assert (str(found.author).title(), found.text) == ("Helen Marsh", BODY)


@pytest.mark.parametrize(
    "below",
    [
        "Follow Eva Strand on Twitter @evastrand\n\nCopyright 2025 The Courier. All rights"
        " reserved.\n\nFiled Under: ports\n\nComments\n\nPlease sign in. We moderate comments.",
        "Link Copied!\n\nThis story has been updated with additional developments.",
        "Subscribe to The Courier for independent journalism. Subscribe now",
        "Thanks for reading The Courier! Subscribe for free to receive new posts.",
        "The post Fire at Halm appeared first on The Courier.",
        "Contact the reporter: estrand@courier.example",
        "CNN’s Tom O’Dell and Dana Cho contributed reporting.\n\nThis is a developing story.",
        "Kowal reported from Tarn. Associated Press writers K. Moe in Lund and I. Lie contributed.",
        "Ann Lee is a writer for Gull Digital. Story tips can be sent to ann@gull.example.",
        "Copyright © 2025 NPR. All rights reserved. Visit our website terms of use and permissions"
        " pages at www.npr.example for further information.",
        "Share or comment on this article: Fire at Halm",
        "MORE: Inside the silo that nobody checked",
        "bur-it/ach/jj",
        "jko/dpa",
        "SOURCE Corvin Grain Inc.\n\n###",
        "Tags\nRuritania\nPorts",
        "Article réservé aux abonnés",
        "Zur Merkliste hinzufügen",
        "Was this helpful?\n\nThank you for your feedback.",
        "FILE PHOTO: The mayor attends a meeting, May 12, 2025. REUTERS/Ole Dahl/File Photo",
        "A version of this article appears in print on Nov. 3, 2024, Section A, Page 8 of the"
        " New York edition with the headline: Fire at Halm. Order Reprints | Today’s Paper",
        "A silo burns at Halm on Sunday. Evan Holt/Meridian",
        "A silo burns at the port on Sunday morning. Photo: J. Roe/AFP",
    ],
)
def test_a_pages_own_words_below_an_article_go(tmp_path, below):
    assert read(tmp_path, "a.txt", f"Fire at Halm\n\n{BODY}\n\n{below}").text == BODY


@pytest.mark.parametrize(
    "last",
    [
        "The mayor wrote to the ministry. His photo: a burnt silo.",
        "Subscribers to the fund pay 40 euro a month, she said.",
        "“The post office was shut,” it said.",
        "The silo was built in 1974, when the port was widened for ships from overseas, and it was"
        " the tallest building in the town for more than thirty years. Credit: J. Roe/AFP",
        "BILL 651 ON GRAIN PORTS (CHAPTER 442, STATUTES OF 2021)",
        "Comments by the mayor were not to be had on Sunday.",
    ],
)
def test_a_last_sentence_stays(tmp_path, last):
    found = read(tmp_path, "a.txt", f"Fire at Halm\n\n{BODY}\n\n{last}")
    assert found.text == f"{BODY}\n\n{last}"


def test_a_question_about_cookies_hides_neither_headline_nor_author(tmp_path):
    text = (
        "Skip to content\n\nWe and our 842 partners store personal data, like browsing data or"
        " unique identifiers, on your device.\n\nI AcceptReject All\n\n# Fire at Halm\n\n"
        f"By [Eva Strand](https://x.example/eva)\n\nMay 11, 2025 at 9:15 a.m.\n\n{BODY}"
    )
    found = read(tmp_path, "a.md", text)
    assert told(found)[:4] == ("Fire at Halm", "Eva Strand", None, date(2025, 5, 11))
    assert found.text == BODY


# Markdown that was a page.


@pytest.mark.parametrize(
    "links",
    [
        "[Facebook](https://fb.example)[Tweet](https://tw.example)[Email](mailto:?x)Link",
        "[](https://fb.example/s?u=x)[](https://tw.example/i?url=x)",
        "[World](https://x.example/w) | [Ports](https://x.example/p)",
        "[See what else is burning](https://x.example/b)",
        "[12](https://x.example)[3](https://x.example)",
        "[Share](javascript:void(0))",
        "## Recommended Stories\n\nlist of 2 items\n\n* list 1 of 2[Fire](/1)\n"
        "* list 2 of 2[Ash](/2)\n\nend of list",
        "*   [Home](https://x.example/)\n*   [News](https://x.example/n)",
        "[Who pays for the silo?\\\\\n\\\\\n4 min read](https://x.example/five)",
        "![Image 2: A silo at Halm](https://x.example/2.jpg)A silo at Halm. (Ole Dahl / Post)",
        "![A silo burns at Halm on Sunday](https://x.example/2.jpg)\n\n*A silo burns at Halm on"
        " Sunday*",
        "[![Image 3](https://x.example/ad.png)](https://ads.example/click)",
    ],
)
def test_links_and_captions_of_the_page_go(tmp_path, links):
    found = read(tmp_path, "a.md", f"# Fire at Halm\n\n{FIRST}\n\n{links}\n\n{SECOND}")
    assert found.text == BODY


def test_links_that_are_the_articles_own_stay(tmp_path):
    own = (
        "Three papers were found:\n\n- [The first](https://x.example/1)\n"
        "- [The second](https://x.example/2)\n\n"
        "[Nobody knows who set fire to the silo at Halm.](https://x.example/3)"
    )
    found = read(tmp_path, "a.md", f"# Fire at Halm\n\n{FIRST}\n\n{own}")
    assert found.text == (
        f"{FIRST}\n\nThree papers were found:\n\n- The first\n- The second\n\n"
        "Nobody knows who set fire to the silo at Halm."
    )


def test_what_was_taken_from_markdown_is_told(tmp_path):
    (tmp_path / "a.md").write_text(
        f"INTERVIEW\n\n# Fire at Halm\n\n[Ola Vik](https://x.example/author/ola)\n\n{BODY}\n\n"
        "[Terms](https://x.example/t)[Privacy](https://x.example/p)",
    )
    (found,) = read_source(tmp_path / "a.md")
    assert clean_article(found).author == "Ola Vik"
    assert [what for about, what in explain(found) if about == "removed"] == [
        "above the headline: INTERVIEW",
        "links to other pages: TermsPrivacy",
        "who published, or when: By Ola Vik",
    ]


FRONTS = {
    "dots": "---\ntitle: |\n  Fire\nauthor:\n- Eva Strand\ndate: May 18, 2025\n...\n",
    "TOML": '+++\ntitle = "Fire"\ndate = 2025-05-18T10:34:00Z\nauthor = "Eva Strand"\n+++\n',
}


@pytest.mark.parametrize("front", FRONTS.values(), ids=FRONTS)
def test_front_matter_of_other_programs(tmp_path, front):
    found = read(tmp_path, "a.md", front + FIRST)
    assert told(found)[:4] == ("Fire", "Eva Strand", None, date(2025, 5, 18))
    assert found.text == FIRST


REPORT = (
    "Storm Ingrid: live updates\n\n"
    "{}18:42 Bridge shut{}\n\nThe bridge to Tarn is shut until the morning, the police say.\n\n"
    "{}18.20{}\n\n{}Trains stop{}\n\nNo trains will run north of Ostby tonight, the operator says."
    "\n\n{}17:55{} Police ask people in Halm to stay indoors until the wind has fallen."
)


@pytest.mark.parametrize(
    ("ending", "marks"),
    [(".txt", [""] * 8), (".md", ["## ", "", "**", "**", "### ", "", "**", "**"])],
)
def test_entries_of_a_running_report_have_their_times(tmp_path, ending, marks):
    found = read(tmp_path, f"a{ending}", REPORT.format(*marks))
    assert [(found.text[at:].split("\n")[0][:20], time) for at, time in found.places] == [
        ("18:42 Bridge shut", "18:42"),
        ("18.20 Trains stop", "18.20"),
        ("17:55 Police ask peo", "17:55"),
    ]


def test_times_in_no_order_are_no_running_report(tmp_path):
    text = "\n\n".join(
        f"{time} Rain fell on the whole of Bern." for time in ("9:10", "7:20", "8:30")
    )
    assert read(tmp_path, "a.txt", f"Rain in Bern\n\n9:00 Sun.\n\n8:00 Fog.\n\n{text}").places == ()


# Records.


@pytest.mark.parametrize(
    ("record", "title", "author", "published"),
    [
        (
            {"headline": {"main": "Baths sold"}, "byline": {"original": "By JOHN TARRANT"},
             "pub_date": "2018-02-11T00:00:00+0000", "body": [FIRST, SECOND]},
            "Baths sold", "JOHN TARRANT", date(2018, 2, 11),
        ),
        (
            {"title": {"rendered": "Baths sold"}, "content": {"rendered": f"<p>{FIRST}</p><p>"
             f"{SECOND}</p>"}, "date": "2018-02-11T10:00:00"},
            "Baths sold", None, date(2018, 2, 11),
        ),
        (
            {"_id": {"$oid": "5c1"}, "published_date": {"$date": "2018-02-11T09:00:00Z"},
             "title": "Baths sold - Gridwatch", "source": {"id": None, "name": "Gridwatch"},
             "article_text": BODY, "author": "https://www.facebook.com/gridwatch"},
            "Baths sold", None, date(2018, 2, 11),
        ),
        (
            {"headlines": {"basic": "Baths sold"}, "display_date": "2018-02-11T10:00:00Z",
             "content_elements": [{"type": "text", "content": f"<p>{FIRST}</p>"}, {"type": "image",
             "caption": "x"}, {"type": "text", "content": f"<p>{SECOND}</p>"}]},
            "Baths sold", None, date(2018, 2, 11),
        ),
        (
            {"Date": "2/11/2018 10:34:00 AM", "Headline": "Baths sold", "Story": BODY,
             "Authors": ["Mary Quill", "Updated On", "Mary Quill Is A Reporter."]},
            "Baths sold", "Mary Quill", None,
        ),
        (
            {"title": "Baths sold", "DATE": 20180211103000, "text": BODY},
            "Baths sold", None, date(2018, 2, 11),
        ),
    ],
)  # fmt: skip
def test_records_as_systems_write_them(tmp_path, record, title, author, published):
    found = read(tmp_path, "a.jsonl", json.dumps(record) + "\n")
    assert (found.title, found.author, found.published) == (title, author, published)
    assert found.text == BODY


REPLIES = {
    "a list": lambda records: records,
    "a service's reply": lambda records: {"sources": [{"id": 1}], "articles": records},
    "deeper": lambda records: {"response": {"total": 2, "results": records}},
}


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_articles_of_a_file_of_json(tmp_path, reply):
    records = [{"id": "x", "title": "Fire", "content": FIRST}, {"title": "Ash", "content": SECOND}]
    (tmp_path / "a.json").write_text(json.dumps(reply(records)))
    found = list(read_source(tmp_path / "a.json"))
    assert [(each.uri, each.title, each.text) for each in found] == [
        ("a.json#x", "Fire", FIRST),
        ("a.json#2", "Ash", SECOND),
    ]


def test_json_that_is_one_article_or_none(tmp_path):
    one = {"title": "Fire", "text": FIRST, "images": [{"url": "a"}, {"url": "b"}]}
    assert read(tmp_path, "a.json", json.dumps(one)).text == FIRST
    for name, content in (("b", '{"scripts": {"test": 1}}'), ("c", "[1, 2]"), ("d", "{")):
        (tmp_path / f"{name}.json").write_text(content)
        (found,) = read_source(tmp_path / f"{name}.json")
        assert isinstance(found, Skipped)
        assert found.fault == (name == "d")


def test_the_beginning_of_an_article_is_said_to_be_one(tmp_path):
    record = {"title": "Fire", "content": f"{FIRST} The fault cost it a d… [+1834 chars]"}
    (tmp_path / "a.jsonl").write_text(json.dumps(record))
    (found,) = read_source(tmp_path / "a.jsonl")
    assert found.text == f"{FIRST} The fault cost it a d …"
    assert ("text", "only its beginning is in the record") in found.notes


def test_a_record_without_a_text_is_told(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"title": "Fire", "content": {"id": 3}}')
    (found,) = read_source(tmp_path / "a.jsonl")
    assert isinstance(found, Skipped)


# Sentences.


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["He had been up since 4 a.m.", "“That is it,” he said of Corvin Inc.", "“Go.”"]),
        ("en", ["Its chair, Cllr. B. Moen, said she was “not amused”.", "The U.S. envoy left."]),
        (
            "ru",
            ["«Шли», — сказал А. С. Петренко, глава.", "Он строился с 2021 г.", "Подрядчик ушёл."],
        ),
        ("ru", ["В г. Москве и на ул. Ленина тихо.", "Мост стоил 3,4 млрд руб. и открыт."]),
        ("es", ["Habló la Sra. Lind, de EE. UU. en la zona.", "Corvin S. A. cae un 3,2%."]),
        ("de", ["Haus Nr. 14 in der Goethestr. ist ca. 120 Jahre alt.", "Am 3. Mai war es leer."]),
        ("fr", ["Le dépôt de M. Moreau ferme.", "Il a vu St. Jean, av. Foch."]),
        ("zh", ["“我们等了四年。”市民王建国说，“现在只要3分钟。”", "大桥通车。"]),
    ],
)
def test_sentences_end_where_their_language_ends_them(language, sentences):
    text = ("" if language == "zh" else " ").join(sentences)
    assert [text[s.start : s.end] for s in split_sentences(text, language)] == sentences


# Pages and feeds.


def html(body, head="", language="en"):
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">{head}</head>'
        f"<body>{body}</body></html>"
    )


PARAGRAPHS = f"<p>{FIRST}</p><p>{SECOND}</p>"
LONG = f"{PARAGRAPHS}<p>The terminal handles about four million tonnes of grain a year.</p>"


def test_a_page_of_tables_and_breaks_keeps_its_paragraphs(tmp_path):
    page = (
        "<html><head><title>Voice of Lund &raquo; Blog Archive &raquo; Fire shuts the terminal"
        '</title></head><body><table><tr><td><img src=l.gif alt="Voice of Lund"></td></tr><tr>'
        "<td><a href=/>Home</a><br><a href=/a>Archive</a></td><td><font size=5><b>Fire shuts the"
        "  terminal</b></font><br><i>Posted by Tor Aasen on Sept. 3, 2009</i><br><br>"
        f"{FIRST}<br><br>{SECOND}<br><br>The terminal handles four million tonnes of grain a year."
        "<br><br>It is owned by a firm in Tarn, which has two more of these.<br><br>The mayor saw"
        " the fire from his house, which stands on the hill above the port, and called the fire"
        " service at once.<br><br><a href=x>Email this</a> | <a href=y>Print</a> |"
        " <a href=z>Comments (4)</a></td></tr></table></body></html>"
    )
    found = read(tmp_path, "a.html", page)
    assert told(found)[:4] == (
        "Fire shuts the terminal", "Tor Aasen", "Voice of Lund", date(2009, 9, 3)
    )  # fmt: skip
    paragraphs = found.text.split("\n\n") if "\n\n" in found.text else found.text.split("\n")
    assert paragraphs[:2] == [FIRST, SECOND]
    assert paragraphs[-1].endswith("called the fire service at once.")


def test_an_offer_in_a_box_called_so_goes_and_the_kicker_keeps_its_colon(tmp_path):
    head = (
        "<title>Hafen Halm: Der lange Streit - Nordblatt</title><meta"
        ' property="og:site_name" content="Nordblatt"><meta name="author" content="Jörg Hase">'
    )
    body = (
        "<article><h2><span>Hafen Halm</span> <span>Der lange Streit</span></h2><p>Seit Jahren"
        " verhandeln Stadt und Reederei über den Kai.</p><div>Von <a>Jörg Hase</a>, Halm</div>"
        f'{LONG}<div class="paywall-offer"><h3>Weiterlesen mit N+</h3><p>Diesen Artikel'
        " weiterlesen?</p><p>Jetzt testen.</p></div></article>"
    )
    found = read(tmp_path, "a.html", html(body, head, "de"))
    assert (found.title, found.author) == ("Hafen Halm: Der lange Streit", "Jörg Hase")
    assert "Weiterlesen" not in found.text
    assert "Jörg" not in found.text
    assert found.text.startswith("Seit Jahren")


def test_a_chinese_page_tells_day_source_and_author_in_one_line(tmp_path):
    body = (
        "<h1>泽尔姆大桥通车</h1><div>2025年5月12日 10:05  来源：海港新闻网  作者：林若溪</div><div"
        ' class="content"><p>泽尔姆大桥12日上午正式通车。大桥全长1.2公里，总投资34亿元。</p><p>市长'
        "陈立在通车仪式上表示，大桥每天可通行车辆约2.8万辆次。</p><p>（责任编辑：周明）</p></div>"
    )
    found = read(tmp_path, "a.html", html(body, "<title>泽尔姆大桥通车</title>", "zh-CN"))
    assert told(found)[:4] == ("泽尔姆大桥通车", "林若溪", "海港新闻网", date(2025, 5, 12))
    assert found.text.endswith("大桥每天可通行车辆约2.8万辆次。")


def test_a_korean_page_tells_reporter_and_days_in_one_line(tmp_path):
    body = (
        "<article><h1>할름항 곡물 터미널 폐쇄</h1><p class='byline'>김민수 기자"
        " 입력 2025.05.18. 14:20 수정 2025.05.18. 15:00</p>"
        "<p>할름항 곡물 터미널이 18일 새벽 발생한 화재로 폐쇄됐다.</p>"
        "<p>항만 당국은 원인을 조사하고 있다고 밝혔다. 작업자 4명이 다쳤다.</p>"
        "<p>저작권자 ⓒ 북방일보, 무단 전재 및 재배포 금지</p></article>"
    )
    found = read(tmp_path, "a.html", html(body, "<title>할름항 곡물 터미널 폐쇄</title>", "ko"))
    assert (found.author, found.published) == ("김민수", date(2025, 5, 18))
    assert found.text == (
        "할름항 곡물 터미널이 18일 새벽 발생한 화재로 폐쇄됐다.\n\n"
        "항만 당국은 원인을 조사하고 있다고 밝혔다. 작업자 4명이 다쳤다."
    )


def test_an_underlined_headline_is_one(tmp_path):
    assert read(tmp_path, "a.txt", f"Fire at Halm\n======\n{BODY}").title == "Fire at Halm"


def test_each_entry_of_a_live_page_has_its_time_whatever_entries_are_called(tmp_path):
    entry = '<article class="block"><time>{}</time><h2>Fire</h2><p>{}</p></article>'
    times = ("22.48 BST", "22.31 BST", "21.00 BST")
    body = "<h1>Fire at Halm: live</h1><div id='liveblog-body'>" + "".join(
        entry.format(time, f"{FIRST} {time}") for time in times
    )
    found = read(tmp_path, "a.html", html(f"{body}</div>"))
    assert [time for _, time in found.places] == list(times)


FEED = """<?xml version="1.0"?><rss version="2.0"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Harbour News</title>
<language>en-GB</language>{}</channel></rss>"""
ITEM = (
    "<item><title>Fire &amp;amp; water</title><link>https://h.example/{0}</link><dc:creator>Nils"
    " Berg</dc:creator><pubDate>Tue, 04 Mar 2025 08:12:00 +0000</pubDate><description>Short."
    "</description><content:encoded><![CDATA[" + PARAGRAPHS + "<p>The post Fire appeared first on"
    " Harbour News.</p>]]></content:encoded></item>"
)


def test_a_saved_feed_gives_an_article_an_entry(tmp_path):
    (tmp_path / "a.xml").write_text(FEED.format(ITEM.format(1) + ITEM.format(2)))
    found = [clean_article(article) for article in read_source(tmp_path / "a.xml")]
    assert [article.uri for article in found] == [f"a.xml#https://h.example/{n}" for n in (1, 2)]
    url = "https://h.example/1"
    assert told(found[0]) == (
        "Fire & water", "Nils Berg", "Harbour News", date(2025, 3, 4), url
    )  # fmt: skip
    assert (found[0].text, found[0].language) == (BODY, "en")


NITF = f"""<?xml version="1.0"?><nitf><head><title>x</title><docdata><date.issue
 norm="20250304T081200Z"/><doc.copyright holder="Halm Press"/></docdata></head><body><body.head>
<hedline><hl1>Fire at Halm</hl1></hedline><byline>By <person>Nils Berg</person></byline></body.head>
<body.content><block>{PARAGRAPHS}</block></body.content></body></nitf>"""
REUTERS = f"""<newsitem itemid="1" date="2025-03-04" xml:lang="en"><title>HALM: Fire.</title>
<headline>Fire at Halm</headline><byline>Nils Berg</byline><text>{PARAGRAPHS}</text></newsitem>"""


@pytest.mark.parametrize(("story", "publisher"), [(NITF, "Halm Press"), (REUTERS, None)])
def test_a_story_of_an_agency_in_xml(tmp_path, story, publisher):
    found = read(tmp_path, "a.xml", story)
    assert told(found)[:4] == ("Fire at Halm", "Nils Berg", publisher, date(2025, 3, 4))
    assert found.text == BODY


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (FEED.format(""), "the feed has no entries; "),
        ("<settings><a/></settings>", "the file is neither a feed nor a story in NITF; "),
        ("<nitf><body/></nitf>", "the story has no text; "),
        ("<nitf>\0", "the story has no text; "),
    ],
)
def test_xml_without_articles(tmp_path, xml, reason):
    (tmp_path / "a.xml").write_text(xml)
    (found,) = read_source(tmp_path / "a.xml")
    assert isinstance(found, Skipped)
    assert found.reason.startswith(reason)


# When in doubt, a text stays.

LAST = "Divers will look at the silo on Friday."


@pytest.mark.parametrize(
    "between",
    [
        "Most read\n\nFerry fares rise",
        "Leave a comment\n\nShare",
        "Read more\n\nShare",
        "Share this article\n\nShare on X\n\nFacebook",
        "Photo: Ole Dahl\n\nPhoto: Ann Lee",
    ],
)
def test_a_last_paragraph_below_what_stands_amid_an_article_too_stays(between):
    article = Article(uri="a", key="a", title="Fire", text=f"{BODY}\n\n{between}\n\n{LAST}")
    assert clean_article(article).text.endswith(LAST)


def test_a_paragraph_above_a_credit_stays_where_no_blank_lines_part_paragraphs():
    first, second = BODY.split("\n\n")[:2]
    credit = "Ole Dahl/AFP/Getty Images"
    for lines in ([first, credit, second, LAST], [first, second, credit, LAST]):
        found = clean_article(Article(uri="a", key="a", title="Fire", text="\n".join(lines)))
        assert [line for line in lines if line != credit and line not in found.text] == []


@pytest.mark.parametrize(
    "own",
    [
        "The banner at the gate read:\n\nNO MORE FERRIES UNTIL THE OWNERS PAY US",
        "- FIRST GATE OF THE SOUTH DOCK WALL\n- SECOND GATE OF THE SOUTH DOCK WALL",
        "The harbour reopened on Tuesday, the mayor said. (AFP/Reuters)",
        "The mayor welcomed the plan (photo: Ann Lee) and left.",
        "The film was called “Storm”. Ann Lee/Ole Dahl won.",
    ],
)
def test_what_only_looks_like_a_pages_own_words_stays(own):
    for text in (f"{FIRST}\n\n{own}\n\n{SECOND}", f"{FIRST}\n\n{SECOND}\n\n{own}"):
        assert clean_article(Article(uri="a", key="a", title="Fire", text=text)).text == text


def test_a_line_that_opens_a_list_below_a_link_stays():
    opens = "The post has seen the text. It names three ports:"
    text = f"{FIRST}\n\nRelated Posts\n\nFerry fares rise\n\n{opens}\n\n- Halm\n- Tarn\n\n{SECOND}"
    article = clean_article(Article(uri="a", key="a", title="Fire", text=text))
    assert opens in article.text
