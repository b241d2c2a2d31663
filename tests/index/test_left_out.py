"""What is taken from a page is no sentence of its article, and is told."""

import json
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Skipped
from index.boilerplate.clean import clean_article, explain
from index.readers.files import SourceFile
from index.readers.html.page import read_html
from index.readers.markdown import read_markdown
from index.readers.text import read_text
from index.text.sentences import LONGEST, split_sentences
from tests.index.documents import read_source

FIRST = "The harbour crane was taken down on Monday, and the city sold it for scrap, it said."
SECOND = "What will stand in its place is to be decided by the council before summer is over."
THIRD = "Until then the quay stays closed to cars, and the market moves to the old fish hall."


def read(body, head=""):
    page = (
        f"<html><head><title>Crane sold</title>{head}</head><body><article><h1>Crane sold</h1>"
        f"{body}</article></body></html>"
    )
    return read_html(SourceFile(Path("a.html"), "a.html", "/"), page.encode())


BOXES = {
    "newsletter": "<div class='newsletter-box'><p>Get our morning mail.</p></div>",
    "a form": "<div class='x1'><p>Sign up to our newsletter.</p><input type='email'></div>",
    "related": "<div class='relatedArticles'><ul><li><a href='/s'>Swans</a></li></ul></div>",
    "a label and a link": "<p><strong>Read also: <a href='/s'>Swans are back</a></strong></p>",
    "in German": "<p>Lesen Sie auch: <a href='/s'>Die Schwäne sind zurück</a></p>",
    "in capitals": "<p><strong><a href='/s'>SWANS ARE BACK IN THE HARBOUR</a></strong></p>",
    "share": "<div class='share-bar'><span>Share</span><span>Tweet</span></div>",
    "an advertisement": "<div class='ad-slot'><p>Advertisement</p></div>",
    "a caption": "<figure><img src='a.jpg'><figcaption>The crane at dusk.</figcaption></figure>",
    "a biography": "<div class='author-bio'><p>Ann Lee writes about harbours.</p></div>",
    "comments": "<div id='comments'><p>I was there and saw it fall, believe me.</p></div>",
}


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
def test_boxes_inside_an_article_go(box):
    found = clean_article(read(f"<p>{FIRST}</p><p>{SECOND}</p>{box}<p>{THIRD}</p>"))
    assert found.text == f"{FIRST}\n\n{SECOND}\n\n{THIRD}"


def paragraphs(opening):
    return "".join(f"{opening}{line}</p>" for line in (FIRST, SECOND, THIRD, SECOND[:-1] + "!"))


WHOLE = {
    "called paywall": paragraphs("<p class='paywall'>"),
    "called newsletter": paragraphs("<p class='newsletter-text'>"),
    "in a part called related": f"<div class='related-share'>{paragraphs('<p>')}</div>",
    "in a part called ad": f"<div class='ad-article'>{paragraphs('<p>')}</div>",
    "with a link called so": (
        f"<p>{FIRST}</p><p>What will <a class='related-link' href='/c'>stand in its place</a> is to"
        f" be decided by the council before summer is over.</p><p>{THIRD}</p>"
    ),
    "with a linked paragraph": (
        f"<p>{FIRST}</p><p><a href='/c'>{SECOND}</a></p><p>{THIRD}</p>"
    ),
    "with a bold name": f"<p>{FIRST}</p><p><b>{SECOND}</b></p><p>{THIRD}</p>",
    "with a label in a sentence": (
        f"<p>{FIRST}</p><p>{SECOND} Read also in <a href='/c'>the council's minutes</a> how it came"
        f" to that.</p><p>{THIRD}</p>"
    ),
}  # fmt: skip


@pytest.mark.parametrize("body", WHOLE.values(), ids=WHOLE)
def test_sentences_stay_whatever_a_part_is_called(body):
    text = clean_article(read(body)).text
    for line in (FIRST, SECOND, THIRD):
        assert line in text


def test_what_is_left_out_is_told_with_its_reason():
    page = read(
        f"<p>By Ann Lee</p><p>{FIRST}</p>{BOXES['newsletter']}<p>{SECOND}</p><p>{THIRD}</p>"
        "<p>Follow Gull Post on Facebook and X for the latest news.</p>",
        '<meta name="date" content="2026-02-11"><meta property="og:site_name" content="Gull Post">',
    )
    assert explain(page) == [
        ("title", "Crane sold (h1)"),
        ("author", "Ann Lee (byline)"),
        ("published", "2026-02-11 (meta date)"),
        ("publisher", "Gull Post (meta og:site_name)"),
        ("language", "en (by its words)"),
        ("removed", "a call to a newsletter: Get our morning mail."),
        ("removed", "who published, or when: By Ann Lee"),
        (
            "removed",
            "the page's own words: Follow Gull Post on Facebook and X for the latest news.",
        ),
    ]


def test_a_box_of_facts_is_text_and_what_stands_beside_is_told():
    facts = "<aside class='info-box'><h3>The crane</h3><ul><li>Height: 41 metres</li></ul></aside>"
    other = "<aside><p>In the shop of the museum a model of it can be bought until May.</p></aside>"
    page = read(f"<p>{FIRST}</p>{facts}<p>{SECOND}</p>{other}<p>{THIRD}</p>")
    text = f"{FIRST}\n\nThe crane\n\n- Height: 41 metres\n\n{SECOND}\n\n{THIRD}"
    assert clean_article(page).text == text
    assert explain(page)[-1] == (
        "removed",
        "beside the article: In the shop of the museum a model of it can be bought until May.",
    )


def records(tmp_path, *each):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in each), "utf-8")
    return list(read_source(path))


@pytest.mark.parametrize(
    "field", ["datePublished", "pub_date", "pubDate", "published_at", "date", "publish-date"]
)
@pytest.mark.parametrize("value", ["2026-02-11", 1770811200, "1770811200000", "11. Februar 2026"])
def test_a_records_day_is_read_by_any_of_its_names(tmp_path, field, value):
    (found,) = records(tmp_path, {"id": "a", "text": FIRST, field: value})
    assert str(found.published) == "2026-02-11"


def test_a_records_unclear_day_is_told(tmp_path):
    (found,) = records(tmp_path, {"id": "a", "text": FIRST, "pub_date": "05/06/2026"})
    assert found.published is None
    assert explain(found) == [
        ("published", "left out, as it is no certain day: 05/06/2026"),
        ("language", "en (by its words)"),
    ]


@pytest.mark.parametrize(
    "field", ["text", "body", "content", "articleBody", "maintext", "full_text", "bodyText"]
)
def test_a_records_text_is_found_by_any_of_its_names(tmp_path, field):
    (found,) = records(tmp_path, {"id": "a", "text": "", field: FIRST, "summary": SECOND})
    assert found.text == FIRST


@pytest.mark.parametrize(
    ("record", "author", "publisher"),
    [
        ({"byline": "By Ann Lee", "site": "https://www.gull.example/"}, "Ann Lee", "gull.example"),
        ({"authors": ["Ann Lee", "Bo Ek"], "source": "Gull"}, "Ann Lee, Bo Ek", "Gull"),
        ({"author": "admin", "publisher": "https://facebook.com/gull"}, None, None),
        ({"author": "Lee, Ann", "publisher": "Gull, The"}, "Lee, Ann", "Gull, The"),
        ({"author": "admin", "publisher": "x.example/a", "cleaned": True}, "admin", "x.example/a"),
    ],
)
def test_a_records_particulars_are_names(tmp_path, record, author, publisher):
    (found,) = records(tmp_path, {"id": "a", "text": FIRST, **record})
    assert (found.author, found.publisher) == (author, publisher)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.md", f"---\ndate: 2999-02-11\n---\n{FIRST}\n"),
        ("a.jsonl", json.dumps({"id": "a", "text": FIRST, "date": "2999-02-11"})),
        (
            "a.html",
            f"<html><head><title>Crane</title><meta name='date' content='2999-02-11'></head><body>"
            f"<article><h1>Crane</h1><p>{FIRST}</p><p>{SECOND}</p></article></body></html>",
        ),
    ],
)
def test_a_day_that_is_still_to_come_is_told(tmp_path, name, content):
    (tmp_path / name).write_text(content, "utf-8")
    (found,) = read_source(tmp_path / name)
    assert found.published is None
    assert ("published", "left out, as it is still to come: 2999-02-11") in explain(found)


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_wall_that_was_saved_as_text_is_no_article(tmp_path, name):
    consent = "We use cookies to show you ads.\nAccept all\nReject all\nManage preferences"
    paid = "To continue reading this article, subscribe now.\n\nAlready a subscriber? Sign in"
    for wall, cause in ((consent, "asks for consent"), (paid, "without a subscription")):
        (tmp_path / name).write_text(wall, "utf-8")
        (found,) = read_source(tmp_path / name)
        assert isinstance(found, Skipped)
        assert cause in found.reason
        (tmp_path / name).write_text(f"{wall}\n\n{FIRST}\n\n{SECOND}\n", "utf-8")
        (found,) = read_source(tmp_path / name)
        assert FIRST in found.text


def test_front_matter_tells_names_and_what_is_no_day(tmp_path):
    path = tmp_path / "a.md"
    told = "author: By Ann Lee\npublisher: https://www.gull.example/\ndate: 05/06/2026"
    path.write_text(f"---\ntitle: Crane\n{told}\n---\n{FIRST}\n", "utf-8")
    (found,) = read_source(path)
    assert (found.author, found.publisher) == ("Ann Lee", "gull.example")
    assert ("published", "left out, as it is no certain day: 05/06/2026") in explain(found)


def test_html_inside_a_records_text_becomes_lines(tmp_path):
    text = "<p>It rained.<br>Then &amp; now.</p><ul><li>One</li><li>Two</li></ul><p>2 &lt; 3</p>"
    found, plain = records(
        tmp_path, {"id": "a", "text": text}, {"id": "b", "text": "If a < b and c > d, it rains."}
    )
    assert found.text == "It rained.\nThen & now.\n\n- One\n- Two\n\n2 < 3"
    assert found.raw == text
    assert plain.text == "If a < b and c > d, it rains."


def test_a_sentence_without_an_end_is_cut_after_clauses():
    caption = "A crane stands in the harbour, a gull sits on it, and nobody looks"
    text = ", ".join([caption] * 200)
    found = split_sentences(text)
    assert max(each.end - each.start for each in found) <= LONGEST
    assert all(text[each.start : each.end].endswith((",", "looks")) for each in found)
    assert "".join(text.split()) == "".join(
        "".join(text[each.start : each.end].split()) for each in found
    )


WORDS = st.lists(
    st.sampled_from("crane harbour follow newsletter subscribe by share Von über 2026".split()),
    min_size=6, max_size=14,
).map(" ".join)  # fmt: skip
SENTENCES = st.lists(WORDS.map(lambda line: f"The council {line} and so it said on Monday."),
                     min_size=3, max_size=8, unique=True)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SENTENCES)
def test_no_word_of_the_body_is_missing_new_or_glued(lines):
    """Whatever words the page's own lines share with its sentences, in every reader."""
    body = "\n\n".join(lines)
    file = SourceFile(Path("a"), "a", "/", content=partial(BytesIO, body.encode()))
    page = "".join(f"<p>{line}</p>" for line in lines)
    for found in (
        *read_text(file),
        *read_markdown(file),
        read(page),
    ):
        assert clean_article(found).text.split("\n\n") == lines
