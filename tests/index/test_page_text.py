"""No word of an article is missing, new or glued in the text of its page."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.readers.files import SourceFile
from index.readers.html.page import read_html

FIRST = "The harbour crane was taken down on Monday, and the city sold it for scrap, it said."
LAST = "What will stand in its place is to be decided by the council before the summer is over."


def text_of(body):
    """The text of a page between two paragraphs of prose."""
    page = (
        "<html><head><title>Crane</title></head><body><article>"
        f"<p>{FIRST} {FIRST}</p>{body}<p>{LAST} {LAST}</p></article></body></html>"
    )
    text = read_html(SourceFile(Path("a.html"), "a.html", "/"), page.encode()).text
    start, end = f"{FIRST} {FIRST}\n\n", f"\n\n{LAST} {LAST}"
    assert text.startswith(start)
    assert text.endswith(end)
    return text[len(start) : -len(end)]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<ul><li>Crane<br>It costs 4 million</li></ul>", "- Crane\nIt costs 4 million"),
        (
            "<ul><li><h3>Crane</h3>It cost 4 million euros<p>piles cost more</p> now</li></ul>",
            "- Crane\n\nIt cost 4 million euros\n\npiles cost more\n\nnow",
        ),
        ("<ul><li>Cranes<ul><li>Old ones</li></ul>and more</li><li>Piles</li></ul>",
         "- Cranes\n- Old ones\n\nand more\n\n- Piles"),
        ("<dl><dt>Crane</dt><dd><p>4 million</p><p>euros</p></dd></dl>",
         "- Crane\n- 4 million\n\neuros"),
        (
            "<table><tr><th>Thing</th><th>Cost</th></tr>"
            "<tr><td>Crane<br>of 1957</td><td><p>4 million</p><p>euros</p></td></tr></table>",
            "Thing: Crane of 1957; Cost: 4 million euros.",
        ),
        (
            "<table><tr><td>Costs</td><td><ul><li>crane</li><li>piles</li></ul></td></tr></table>",
            "Costs | - crane - piles",
        ),
        (
            "<blockquote><h3>The mayor</h3>We sold it<br>for scrap<p>and bought none</p> yet"
            "</blockquote>",
            "The mayor\n\nWe sold it\nfor scrap\n\nand bought none\n\nyet",
        ),
        ("<pre>MAYOR: We sold it.\nPRESS:  Why?\n\nMAYOR: It was old.</pre>",
         "MAYOR: We sold it.\nPRESS: Why?\n\nMAYOR: It was old."),
        ("<p>A <b>cr</b>ane<br>of <i>1957</i></p>", "A crane\nof 1957"),
    ],
    ids=["break", "heading", "nested list", "definitions", "cells", "list in a cell", "quotation",
         "transcript", "inline"],
)  # fmt: skip
def test_all_that_a_block_holds_is_text(body, text):
    assert text_of(body) == text


def blocks(inner):
    """Blocks that hold what ``inner`` makes; "@" stands for a word."""
    flow = st.lists(inner, min_size=1, max_size=3).map(" ".join)
    return st.one_of(
        flow.map(lambda held: f"<blockquote>{held}</blockquote>"),
        st.lists(flow, min_size=1, max_size=3).map(
            lambda items: "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
        ),
        st.tuples(LINE, flow).map(lambda two: f"<dl><dt>{two[0]}</dt><dd>{two[1]}</dd></dl>"),
    )


LINE = st.recursive(
    st.sampled_from(["@", "@ @ @.", "@,", "@<br>@", "<br>"]),
    lambda inner: st.tuples(st.sampled_from(["b", "i", "em", "span", "u"]), inner).map(
        lambda part: "<{0}>{1}</{0}> @".format(*part)
    ),
    max_leaves=3,
)
PARAGRAPH = st.tuples(st.sampled_from(["p", "p", "h3", "pre"]), LINE).map(
    lambda part: "<{0}>@ {1}</{0}>".format(*part)
)
FLOW = st.recursive(st.one_of(LINE, PARAGRAPH), blocks, max_leaves=8)
ROW = st.lists(FLOW, min_size=2, max_size=2).map(
    lambda cells: "<tr>" + "".join(f"<td>@ {cell}</td>" for cell in cells) + "</tr>"
)
TABLE = st.lists(ROW, min_size=1, max_size=2).map(lambda rows: f"<table>{''.join(rows)}</table>")
BODY = st.lists(st.one_of(PARAGRAPH, blocks(FLOW), TABLE), min_size=1, max_size=3).map("".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BODY)
def test_no_word_is_missing_new_or_glued(body):
    first, *others = body.split("@")
    page = first + "".join(f"word{number}{other}" for number, other in enumerate(others))
    words = re.findall(r"[^\s|.,:;-]+", text_of(f"<p>Here it begins.</p>{page}"))
    if "<table>" in body:  # each cell stands after the head of its column
        words.sort(key=lambda word: int(word[4:]) if word[4:].isdigit() else -1)
    assert words == ["Here", "it", "begins", *(f"word{n}" for n in range(len(others)))]
