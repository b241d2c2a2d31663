"""No file costs more than its length, and what is too large is refused before it costs anything."""

from functools import partial
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.article import Article, Skipped
from index.boilerplate.clean import clean_article
from index.chunk import chunk_article
from index.preparing import signature
from index.readers.encoding import MAX_CHARACTERS, MAX_LINES, Refused
from index.readers.files import SourceFile
from index.readers.html.page import MAX_CHILDREN, MAX_ELEMENTS, read_page
from index.readers.markdown import read_markdown
from index.readers.text import read_text
from index.text.sentences import split_sentences
from tests.growth import assert_linear
from tests.index.documents import read_source

PROSE = "The harbour bridge reopened on Sunday after two years of repairs, the city said.\n\n"
READERS = {".txt": read_text, ".md": read_markdown, ".html": read_page}
PIECES = [
    *("a", " ", "\n", "\n\n", "\t", ".", ". ", ", ", "-", "- ", "- a\n", "* ", "> ", "# ", "1. "),
    *("(", ")", "[", "]", "](", "![", "[a](", "[a][b]", "[a]: b\n", "<", "<!--", "-->", "`", "``"),
    *("*", "**", "_", "~~", "\\", '"', "'", "“", "”", "…", "!", "?", "Mr. ", "U.S. ", "Corp. "),
    *("A", "é", "東", "。", "&amp;", "#", "##", "---\n", "===\n", ": ", "|", " | ", "12 ", "1.5"),
    *(
        "By Ann Lee\n\n",
        "Comments\n\n",
        "World\n\n",
        "Related Articles\n\n",
        "Previous Article\n\n",
    ),
    *("Ferry fares rise\n\n", "Share on X\n", "Ann Lee is a reporter for Gull.\n", "May 3, 2025\n"),
    *("BERN, May 4 - Rain fell on the whole of\n", "and it went on, they said, until the\n"),
    *("the mayor of the town of Bern in a let-\n", "    Rain fell.\n", "Sources: A, B\n", PROSE),
]
TAGS = [
    *("<p>", "</p>", "<br>", "<b>a</b> ", "<a href=x>a</a> ", "<li>a", "<ul>", "</ul>", "<td>a"),
    *("<table>", "<tr>", "<h2>a</h2>", "<div>", "</div>", "<blockquote>", "<pre>a\n</pre>", "<"),
    *("<html ", "<meta ", "<!--", "<span x=1>", " a", "a=b ", '"', "'", "<p ", "&lt;", "<q>a</q>"),
]
QUICK = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip


def units(pieces):
    return st.lists(st.sampled_from(pieces), min_size=1, max_size=4).map("".join)


def repeated(unit, length):
    """A unit repeated between prose, as an article would be that somebody made for harm."""
    return PROSE + unit * (length // len(unit)) + "\n\n" + PROSE


def work(extension):
    """All that is done to a file but embedding it."""

    def read(text):
        name, content = f"a{extension}", partial(BytesIO, text.encode())
        try:
            found = list(READERS[extension](SourceFile(Path(name), name, "/", content=content)))
        except Refused:
            return
        for article in map(clean_article, (one for one in found if isinstance(one, Article))):
            sentences = split_sentences(article.text)
            chunk_article(article.text, sentences, lambda texts: [len(t) // 4 for t in texts])
            signature(article.text)

    return read


@QUICK
@given(units(PIECES), st.sampled_from([".txt", ".md"]))
@example("<!--", ".md")
@example("`", ".md")
@example("# x" + " " * 400, ".md")
@example("[a\n", ".md")
@example("Comments\n\n", ".txt")
@example("World\n\n", ".txt")
@example("the mayor of the town of Bern in a letter and\n", ".txt")
def test_text_costs_what_its_length_is(unit, extension):
    assert_linear(work(extension), repeated(unit, 7_500), repeated(unit, 60_000))


@QUICK
@given(units(TAGS))
@example("<b>a</b> ")
@example("<html <html ")
def test_a_page_costs_what_its_length_is(unit):
    assert_linear(work(".html"), f"<p>{repeated(unit, 7_500)}", f"<p>{repeated(unit, 60_000)}")


def test_a_run_of_backticks_of_each_length_costs_no_more():
    runs = [" ".join("`" * n for n in range(most)) for most in (200, 566)]
    assert_linear(work(".md"), *runs)


def only(path, content):
    path.write_text(content)
    (found,) = read_source(path)
    return found


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.jsonl"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x" * (MAX_CHARACTERS + 1), "5,000,001 characters and one article may have 5,000,000"),
        ("a\n" * MAX_LINES, "200,001 lines and one article may have 200,000"),
    ],
)
def test_what_is_too_long_for_an_article_is_refused_in_one_sentence(tmp_path, name, text, told):
    written = text if name != "a.jsonl" else '{"text": "' + text.replace("\n", "\\n") + '"}'
    assert only(tmp_path / name, written) == Skipped(
        "a.jsonl:1" if name == "a.jsonl" else name,
        f"the text has {told}; split it, or give its records as a .jsonl file",
    )


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<p>a" * (MAX_ELEMENTS + 1), "50,005 elements, 50,003 of them in one"),
        ("<b>a</b>" * (MAX_CHILDREN + 1), "20,005 elements, 20,001 of them in one"),
    ],
)
def test_a_page_of_too_many_elements_is_refused_in_one_sentence(tmp_path, body, told):
    page = f"<html><body><p>{PROSE}</p><p>{body}</body></html>"
    found = only(tmp_path / "a.html", page)
    assert isinstance(found, Skipped)
    assert found.reason == (
        f"the page has {told}, and 50,000 and 20,000 can be read; save the article by itself"
    )


def test_a_tag_of_forty_thousand_attributes_loses_most_and_no_text(tmp_path):
    many = " ".join(f'a{n}="x>"' for n in range(40_000))
    found = only(tmp_path / "a.html", f"<html><p {many}>{PROSE}</p><p>{PROSE}</p></html>")
    assert isinstance(found, Article)
    assert found.text == (PROSE + PROSE).strip()


def test_front_matter_repeats_nothing(tmp_path):
    names = "abcdefgh"
    laughs = "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in pairwise(names)
    )
    front = f"---\na: &a ha\n{laughs}author: *h\n---\n{PROSE}"
    found = only(tmp_path / "a.md", front)
    assert (found.text, found.author) == (PROSE.strip(), None)
    told = "its front matter is no YAML (line 3: it repeats a field by *name)"
    assert found.notes == (("front matter", f"{told} and was read line by line"),)


def test_front_matter_has_a_longest_length(tmp_path):
    found = only(tmp_path / "a.md", f"---\ntitle: {'x' * 100_000}\n---\n{PROSE}")
    assert found == Skipped(
        "a.md", "the front matter has 100,009 characters and 100,000 can be read; shorten it"
    )
