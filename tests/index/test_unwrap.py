"""Wrapped lines become paragraphs again; what was not wrapped stays, character for character."""

import json
import textwrap

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from index.clean import clean_article
from index.readers import read_source
from index.sentences import split_sentences
from index.unwrap import unwrap


def read(folder, copy, name="copy.txt"):
    """The cleaned article of a file that holds a copy, and its sentences that are no headings."""
    path = folder / name
    path.write_bytes(copy if isinstance(copy, bytes) else copy.encode())
    (article,) = map(clean_article, read_source(path))
    found = split_sentences(article.text)
    return article, [article.text[s.start : s.end] for s in found if not s.heading]


# Copy as it comes, the cleaned text, its sentences. All of it is invented.
COPY = {
    "names, figures and quotations at the heads of lines": (
        """\
TORVAL TIN MINES TO REOPEN IN MAY
    PORT ANSEL, Feb 26 - The three largest tin mines of the
Torval district will reopen in May, Mines Minister Aldo
Brandt said. The government will pay
3.5 mln dlrs towards new pumps and
$40,000 towards a road.
    "We have waited for this since the floods of
1984," Brandt told reporters in
Port Ansel. "The mines are dry and the
Ansel Tin Corp has found buyers for all that
Torval can dig."
    Output will reach 12,400 tonnes this year, against 9,100 in
1986 and a peak of 21,000, he added.
 REUTER
\x03""",
        """\
PORT ANSEL, Feb 26 - The three largest tin mines of the Torval district will reopen in May, \
Mines Minister Aldo Brandt said. The government will pay 3.5 mln dlrs towards new pumps and \
$40,000 towards a road.

"We have waited for this since the floods of 1984," Brandt told reporters in Port Ansel. "The \
mines are dry and the Ansel Tin Corp has found buyers for all that Torval can dig."

Output will reach 12,400 tonnes this year, against 9,100 in 1986 and a peak of 21,000, he added.""",
        [
            "PORT ANSEL, Feb 26 - The three largest tin mines of the Torval district will reopen "
            "in May, Mines Minister Aldo Brandt said.",
            "The government will pay 3.5 mln dlrs towards new pumps and $40,000 towards a road.",
            '"We have waited for this since the floods of 1984," Brandt told reporters in Port '
            "Ansel.",
            '"The mines are dry and the Ansel Tin Corp has found buyers for all that Torval can '
            'dig."',
            "Output will reach 12,400 tonnes this year, against 9,100 in 1986 and a peak of "
            "21,000, he added.",
        ],
    ),
}


@pytest.mark.parametrize(("copy", "text", "sentences"), COPY.values(), ids=list(COPY))
def test_wire_copy_gives_its_paragraphs_and_sentences(tmp_path, copy, text, sentences):
    article, found = read(tmp_path, copy)
    assert article.text == text
    assert found == sentences
    assert article.raw == copy
