"""Articles as BibTeX and RIS, as reference managers read them."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from ui.export import bibtex, ris

FROST = Article(
    uri="https://post.example/frost_1",
    key="https://post.example/frost_1",
    title="Frost & thaw: 50% of {vines}",
    author="Ada Writer, Ben Reporter and Cy Editor",
    publisher="The Post",
    published=date(2026, 5, 4),
    url="https://post.example/frost_1",
    text="Frost.",
)
PLAIN = Article(uri="may/rain.txt", key="rain", title="rain", text="Rain.")


def test_bibtex_names_what_is_known():
    assert bibtex([FROST, PLAIN, FROST]) == (
        "@article{post.example-frost-1,\n"
        "  title = {{Frost \\& thaw: 50\\% of \\{vines\\}}},\n"
        "  author = {{Ada Writer} and {Ben Reporter} and {Cy Editor}},\n"
        "  journal = {The Post},\n"
        "  year = {2026},\n"
        "  month = {05},\n"
        "  day = {04},\n"
        "  url = {https://post.example/frost_1},\n"
        "}\n"
        "\n"
        "@article{rain,\n"
        "  title = {{rain}},\n"
        "  note = {may/rain.txt},\n"
        "}\n"
    )


def test_ris_names_what_is_known():
    assert ris([FROST, PLAIN]).splitlines() == [
        "TY  - NEWS",
        "TI  - Frost & thaw: 50% of {vines}",
        *("AU  - Ada Writer", "AU  - Ben Reporter", "AU  - Cy Editor"),
        "T2  - The Post",
        "PY  - 2026",
        "DA  - 2026/05/04",
        "UR  - https://post.example/frost_1",
        "ID  - https://post.example/frost_1",
        "ER  - ",
        "",
        "TY  - NEWS",
        "TI  - rain",
        "ID  - rain",
        "N1  - may/rain.txt",
        "ER  - ",
    ]


def test_two_entries_never_have_one_name():
    same = [Article(uri=str(n), key=key, text="a") for n, key in enumerate(("a b", "a-b", "A B"))]
    assert re.findall(r"^@article\{(.*),$", bibtex(same), re.M) == ["a-b", "a-b-2", "A-B-3"]


@given(st.text(), st.text(), st.text(), st.text())
def test_nothing_of_an_article_breaks_out(title, author, publisher, url):
    article = Article(
        uri="u", key="k", title=title, author=author, publisher=publisher, url=url, text="a"
    )
    entry = bibtex([article])
    bare = entry.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    assert entry.count("@article{k,\n") == 1
    assert all(
        re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in ris([article]).split("\r\n")[:-1]
    )
