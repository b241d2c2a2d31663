"""Markdown becomes plain text, and its front matter what is known about the article."""

from datetime import date

import pytest

from index.article import Article, Skipped
from index.readers.markdown import _tree
from index.readers.markup import text_of
from tests.index.documents import read_source


def only(path, content):
    path.write_text(content, encoding="utf-8")
    (found,) = read_source(path)
    return found


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_front_matter_tells_about_the_article(tmp_path, end):
    raw = (
        '---\ntitle: "Rain: again"\nauthors: [Ann Lee, Bob Ray]\nsite: The Gull\ndate: 2025-05-18\n'
        "lang: en-GB\nlink: https://x.example/a\ndraft: no\n---\n\n# Rain: again\n\nIt rained.\n"
    ).replace("\n", end)
    (tmp_path / "a.md").write_bytes(raw.encode())
    assert list(read_source(tmp_path / "a.md")) == [Article(
        uri="a.md", key="a", text="Rain: again\n\nIt rained.", raw=raw, title="Rain: again",
        author="Ann Lee, Bob Ray", publisher="The Gull", published=date(2025, 5, 18),
        language="en", url="https://x.example/a", root=str(tmp_path),
    )]  # fmt: skip


@pytest.mark.parametrize(
    ("front", "title", "author", "told"),
    [
        ("---\ntitle: Rain\nauthor: [Ann Lee\n---\nText.", "Rain", "Ann Lee", "(line 4: "),
        ("---\ntitle: Rain: again\nby: 1\n---\nText.", "Rain: again", None, "(line 2: "),
        ('\n\n---\ntitle: "Rain" again\n---\nText.', '"Rain" again', None, "(line 4: "),
    ],
)
def test_front_matter_that_is_no_yaml_is_read_line_by_line(tmp_path, front, title, author, told):
    found = only(tmp_path / "a.md", front)
    assert (found.title, found.author, found.text) == (title, author, "Text.")
    ((about, what),) = found.notes
    assert about == "front matter"
    assert what.startswith(f"its front matter is no YAML {told}")


def test_front_matter_that_never_ends_is_told(tmp_path):
    found = only(tmp_path / "a.md", "---\ntitle: Rain\n\nText.")
    assert isinstance(found, Skipped)
    assert found.reason.startswith("the front matter of line 1 never ends; ")


def test_a_rule_at_the_top_is_no_front_matter(tmp_path):
    found = only(tmp_path / "a.md", "---\nIt rained\n\n---\nIt stopped.")
    assert found.text == "It rained\n\nIt stopped."


def test_the_first_heading_is_the_title(tmp_path):
    assert only(tmp_path / "a.md", "# *Rain* in Bern\n\nIt rained.").title == "Rain in Bern"
    assert only(tmp_path / "b.markdown", "Rain in Bern\n====\nIt rained.").title == "Rain in Bern"
    assert only(tmp_path / "c.md", "## Rain\n\nIt rained.").title == ""


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("## Head ##\nText", "Head\n\nText"),
        ("Head\n----\nText", "Head\n\nText"),
        ("a\n\n***\n\nb", "a\n\nb"),
        ("*one* **two** ***three*** _four_ __five__ ~~six~~", "one two three four five six"),
        ("**bold with *italic* in it**", "bold with italic in it"),
        (
            "2 * 3 * 4, snake_case_name, 5*3 and 4*2, a_b",
            "2 * 3 * 4, snake_case_name, 5*3 and 4*2, a_b",
        ),
        ("[the office](https://x.example/a_(b) 'title') says", "the office says"),
        ("[office][1] and [sic] and [^1]\n\n[1]: https://x.example", "office and [sic] and [^1]"),
        ("a ![alt](x.png) [![alt](x.png)](y) b", "a b"),
        ("<https://x.example> &amp; &copy; AT&T;", "https://x.example & © AT&T;"),
        ("* one\n+ two\n  - three\n1. four", "- one\n- two\n- three\n1. four"),
        ("> quoted *words*\n> more", "quoted words\nmore"),
        ("```py\n# *x*\n```\n# *y*", "# *x*\n\ny"),
        ("`*code*` and \\*stars\\*", "*code* and *stars*"),
        ("a <!-- gone\naltogether --> b", "a b"),
        ("line\\\nbreak", "line\nbreak"),
        ("a <!-- never ended", "a <!-- never ended"),
        ("a<br>b <John> says 2 < 3", "a\nb <John> says 2 < 3"),
        (
            "|Country|2026|\n|---|--:|\n|Ruritania|4.1 million t|\n|Graustark|*0.9*|",
            "Country: Ruritania; 2026: 4.1 million t.\nCountry: Graustark; 2026: 0.9.",
        ),
        ("hidden&#x200b;&shy;words", "hiddenwords"),
        ("#hashtag stays", "#hashtag stays"),
    ],
)
def test_marks_go_and_words_stay(markdown, text):
    assert text_of(_tree(markdown)) == text


def test_hostile_markdown_takes_no_long_time():
    for mark in ("*a", "_a", "[a", "![a", "`a", "[[", "<!--", "](", "**a*", "~~a"):
        assert text_of(_tree(mark * 3000))
