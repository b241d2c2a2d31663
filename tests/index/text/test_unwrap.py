"""Wrapped lines become paragraphs again; what was not wrapped stays, character for character."""

import json
import textwrap

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from index.boilerplate.clean import clean_article
from index.boilerplate.rules import is_figures
from index.text.sentences import split_sentences
from index.text.unwrap import unwrap
from tests.index.documents import read_source


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
Brandt said. The government will pay half of the costs,
3.5 mln dlrs for new pumps, and farmers will contribute
$40,000 towards a road to Port Ansel.
    "We have waited for this since the great floods of
1984," Brandt told reporters. "The mines are dry and
Ansel Tin Corp has found buyers for all that the men of
Torval can dig."
    Output will reach 12,400 tonnes, against 9,100 in
1986 and a peak of 21,000, he added.
 REUTER
\x03""",
        "TORVAL TIN MINES TO REOPEN IN MAY",
        [
            (
                "PORT ANSEL, Feb 26 - The three largest tin mines of the Torval district will "
                "reopen in May, Mines Minister Aldo Brandt said. The government will pay half of "
                "the costs, 3.5 mln dlrs for new pumps, and farmers will contribute $40,000 "
                "towards a road to Port Ansel."
            ),
            "",
            (
                '"We have waited for this since the great floods of 1984," Brandt told reporters.'
                ' "The mines are dry and Ansel Tin Corp has found buyers for all that the men of '
                'Torval can dig."'
            ),
            "",
            (
                "Output will reach 12,400 tonnes, against 9,100 in 1986 and a peak of 21,000, he "
                "added."
            ),
        ],
        [
            (
                "PORT ANSEL, Feb 26 - The three largest tin mines of the Torval district will "
                "reopen in May, Mines Minister Aldo Brandt said."
            ),
            (
                "The government will pay half of the costs, 3.5 mln dlrs for new pumps, and "
                "farmers will contribute $40,000 towards a road to Port Ansel."
            ),
            '"We have waited for this since the great floods of 1984," Brandt told reporters.',
            (
                '"The mines are dry and Ansel Tin Corp has found buyers for all that the men of '
                'Torval can dig."'
            ),
            (
                "Output will reach 12,400 tonnes, against 9,100 in 1986 and a peak of 21,000, he "
                "added."
            ),
        ],
    ),
    "a brief of two lines": (
        """\
Ansel Tin Corp said it sold its Ohio plant to
Dodge Mills Inc for 12 mln dlrs.
 Reuter
""",
        "",
        [
            "Ansel Tin Corp said it sold its Ohio plant to Dodge Mills Inc for 12 mln dlrs.",
        ],
        [
            "Ansel Tin Corp said it sold its Ohio plant to Dodge Mills Inc for 12 mln dlrs.",
        ],
    ),
    "a headline in capitals over two lines, a byline, a dateline": (
        """\
U.S. GRAIN TRADERS SEE TORVAL
BONUS FOR BARLEY SALES
    By Jane Doe, Reuters
    CHICAGO, March 9 - Grain traders in the U.S. expect the
Agriculture Dept to offer a bonus on barley for Torval, but
Corn Growers Assn chief Lee Park said sales to the U.S.S.R.
would come first.
 Reuter
""",
        "U.S. GRAIN TRADERS SEE TORVAL BONUS FOR BARLEY SALES",
        [
            (
                "CHICAGO, March 9 - Grain traders in the U.S. expect the Agriculture Dept to "
                "offer a bonus on barley for Torval, but Corn Growers Assn chief Lee Park said "
                "sales to the U.S.S.R. would come first."
            ),
        ],
        [
            (
                "CHICAGO, March 9 - Grain traders in the U.S. expect the Agriculture Dept to "
                "offer a bonus on barley for Torval, but Corn Growers Assn chief Lee Park said "
                "sales to the U.S.S.R. would come first."
            ),
        ],
    ),
    "abbreviations at the ends of lines and sentences": (
        """\
    NEW YORK, Feb 3 - Dodge Mills Inc said it would buy two
mills of Great Plains Corp. Analysts put the price at 40
mln dlrs. Great Plains shares rose 75 cts to 12.50 dlrs vs
11.75 at Monday's close. Volume was up 12 pct. Brandt and Co
owns a third of the mills and has offices in the U.S.
    The sale has to be approved by Feb 27 or it will lapse in
March. Dodge will close its own mill in Aug. Workers there
were told on Jan 29.
 REUTER
\x03""",
        "",
        [
            (
                "NEW YORK, Feb 3 - Dodge Mills Inc said it would buy two mills of Great Plains "
                "Corp. Analysts put the price at 40 mln dlrs. Great Plains shares rose 75 cts to "
                "12.50 dlrs vs 11.75 at Monday's close. Volume was up 12 pct. Brandt and Co owns "
                "a third of the mills and has offices in the U.S."
            ),
            "",
            (
                "The sale has to be approved by Feb 27 or it will lapse in March. Dodge will "
                "close its own mill in Aug. Workers there were told on Jan 29."
            ),
        ],
        [
            ("NEW YORK, Feb 3 - Dodge Mills Inc said it would buy two mills of Great Plains Corp."),
            "Analysts put the price at 40 mln dlrs.",
            "Great Plains shares rose 75 cts to 12.50 dlrs vs 11.75 at Monday's close.",
            "Volume was up 12 pct.",
            "Brandt and Co owns a third of the mills and has offices in the U.S.",
            "The sale has to be approved by Feb 27 or it will lapse in March.",
            "Dodge will close its own mill in Aug.",
            "Workers there were told on Jan 29.",
        ],
    ),
    "the dateline was cut off the first line": (
        """\
Gold shares closed mixed in quiet
Ansel trading, showing little reaction to a retreat in the
bullion price to below 420 dlrs, dealers said.
    Heavyweight Torval Deep ended eight crowns higher at 398
but Upper Ansel eased 40 cts at 16.60 crowns. Other minings
were firm.
    Industrials rose too, the index reaching a high of 1757.
 REUTER
&#3;""",
        "",
        [
            (
                "Gold shares closed mixed in quiet Ansel trading, showing little reaction to a "
                "retreat in the bullion price to below 420 dlrs, dealers said."
            ),
            "",
            (
                "Heavyweight Torval Deep ended eight crowns higher at 398 but Upper Ansel eased "
                "40 cts at 16.60 crowns. Other minings were firm."
            ),
            "",
            "Industrials rose too, the index reaching a high of 1757.",
        ],
        [
            (
                "Gold shares closed mixed in quiet Ansel trading, showing little reaction to a "
                "retreat in the bullion price to below 420 dlrs, dealers said."
            ),
            (
                "Heavyweight Torval Deep ended eight crowns higher at 398 but Upper Ansel eased "
                "40 cts at 16.60 crowns."
            ),
            "Other minings were firm.",
            "Industrials rose too, the index reaching a high of 1757.",
        ],
    ),
    "results: each row of figures a line": (
        """\
Shr 34 cts vs 1.19 dlrs
    Net 807,000 vs 2,858,000
    Assets 510.2 mln vs 479.7 mln
    Deposits 472.3 mln vs 440.3 mln
    Note: 4th qtr not available. Year includes 1986
extraordinary gain from a tax carry forward of 132,000 dlrs, or
five cts per shr.
 Reuter
\x03""",
        "",
        [
            "Shr 34 cts vs 1.19 dlrs",
            "Net 807,000 vs 2,858,000",
            "Assets 510.2 mln vs 479.7 mln",
            "Deposits 472.3 mln vs 440.3 mln",
            "",
            (
                "Note: 4th qtr not available. Year includes 1986 extraordinary gain from a tax "
                "carry forward of 132,000 dlrs, or five cts per shr."
            ),
        ],
        [
            "Shr 34 cts vs 1.19 dlrs",
            "Net 807,000 vs 2,858,000",
            "Assets 510.2 mln vs 479.7 mln",
            "Deposits 472.3 mln vs 440.3 mln",
            "Note: 4th qtr not available.",
            (
                "Year includes 1986 extraordinary gain from a tax carry forward of 132,000 dlrs, "
                "or five cts per shr."
            ),
        ],
    ),
    "results with a headline and nothing but rows": (
        """\
    Shr loss 12 cts vs profit nine cts
    Net loss 1,204,000 vs profit 911,000
    Revs 24.1 mln vs 22.5 mln
    Year
    Shr 51 cts vs 40 cts
    Net 5,100,000 vs 4,020,000
 Reuter
""",
        "",
        [
            "    Shr loss 12 cts vs profit nine cts",
            "    Net loss 1,204,000 vs profit 911,000",
            "    Revs 24.1 mln vs 22.5 mln",
            "    Year",
            "    Shr 51 cts vs 40 cts",
            "    Net 5,100,000 vs 4,020,000",
        ],
        [
            "Shr loss 12 cts vs profit nine cts",
            "Net loss 1,204,000 vs profit 911,000",
            "Revs 24.1 mln vs 22.5 mln",
            "Shr 51 cts vs 40 cts",
            "Net 5,100,000 vs 4,020,000",
        ],
    ),
    "a table in columns": (
        """\
PORT ANSEL METAL PRICES
    PORT ANSEL, April 7 - Closing prices for tin and zinc at the
Port Ansel exchange on Tuesday, in crowns a tonne, were as
follows.
                 Today      Monday
     Tin         4,310      4,298
     Zinc        1,102      1,115
    Dealers said volume was thin before the long weekend, with
Torval sellers absent.
 REUTER
""",
        "PORT ANSEL METAL PRICES",
        [
            (
                "PORT ANSEL, April 7 - Closing prices for tin and zinc at the Port Ansel exchange"
                " on Tuesday, in crowns a tonne, were as follows."
            ),
            "",
            "                 Today      Monday",
            "     Tin         4,310      4,298",
            "     Zinc        1,102      1,115",
            "",
            ("Dealers said volume was thin before the long weekend, with Torval sellers absent."),
        ],
        [
            (
                "PORT ANSEL, April 7 - Closing prices for tin and zinc at the Port Ansel exchange"
                " on Tuesday, in crowns a tonne, were as follows."
            ),
            "Tin         4,310      4,298",
            "Zinc        1,102      1,115",
            ("Dealers said volume was thin before the long weekend, with Torval sellers absent."),
        ],
    ),
    "a list": (
        """\
Tin miners strike in Torval
    PORT ANSEL, May 5 - Some 4,000 tin miners went on strike in
the Torval district on Tuesday, union leader Ann Lee said.
    Lee demanded a rise of eight pct for:
    - drillers below ground
    - drivers of the ore trains between Upper Torval and
Port Ansel
    - clerks
    The mines' owner, Ansel Tin Ltd, had offered five pct.
 Reuter
""",
        "Tin miners strike in Torval",
        [
            (
                "PORT ANSEL, May 5 - Some 4,000 tin miners went on strike in the Torval district "
                "on Tuesday, union leader Ann Lee said."
            ),
            "",
            "Lee demanded a rise of eight pct for:",
            "",
            "- drillers below ground",
            "- drivers of the ore trains between Upper Torval and Port Ansel",
            "- clerks",
            "",
            "The mines' owner, Ansel Tin Ltd, had offered five pct.",
        ],
        [
            (
                "PORT ANSEL, May 5 - Some 4,000 tin miners went on strike in the Torval district "
                "on Tuesday, union leader Ann Lee said."
            ),
            "Lee demanded a rise of eight pct for:",
            "- drillers below ground",
            "- drivers of the ore trains between Upper Torval and Port Ansel",
            "- clerks",
            "The mines' owner, Ansel Tin Ltd, had offered five pct.",
        ],
    ),
    "words split at line ends, CRLF": (
        """\
    HARBOUR, June 1 (Reuter) - An inquiry by the whole govern-\r
ment into the crash of a ferry of the state-owned and the state-\r
run lines will open on Monday, the Ministry of Transport and Com-\r
merce said.\r
    Union leader Ann Lee said the crews of the Anglo-\r
Torval line were not to blame.\r
 REUTER\r
""",
        "",
        [
            (
                "HARBOUR, June 1 (Reuter) - An inquiry by the whole government into the crash of "
                "a ferry of the state-owned and the state-run lines will open on Monday, the "
                "Ministry of Transport and Commerce said."
            ),
            "",
            "Union leader Ann Lee said the crews of the Anglo-Torval line were not to blame.",
        ],
        [
            (
                "HARBOUR, June 1 (Reuter) - An inquiry by the whole government into the crash of "
                "a ferry of the state-owned and the state-run lines will open on Monday, the "
                "Ministry of Transport and Commerce said."
            ),
            "Union leader Ann Lee said the crews of the Anglo-Torval line were not to blame.",
        ],
    ),
    "hyphens of their own at line ends": (
        """\
    BASEL, June 2 - The council will sell its share in the state-
owned ferries. Buyers have to keep the crews for a five-
year term, and the council will watch over all of the ferries.
""",
        "",
        [
            (
                "BASEL, June 2 - The council will sell its share in the state-owned ferries. "
                "Buyers have to keep the crews for a five-year term, and the council will watch "
                "over all of the ferries."
            ),
        ],
        [
            "BASEL, June 2 - The council will sell its share in the state-owned ferries.",
            (
                "Buyers have to keep the crews for a five-year term, and the council will watch "
                "over all of the ferries."
            ),
        ],
    ),
    "paragraphs opened by a tab": (
        """\
\tBASEL, July 2 - The river rose four feet overnight and
Swiss Rail closed the line to Bern, a spokesman said.
\tIt will open again on Thursday if the rain stops, he
said. Buses run until then.
""",
        "",
        [
            (
                "BASEL, July 2 - The river rose four feet overnight and Swiss Rail closed the "
                "line to Bern, a spokesman said."
            ),
            "",
            "It will open again on Thursday if the rain stops, he said. Buses run until then.",
        ],
        [
            (
                "BASEL, July 2 - The river rose four feet overnight and Swiss Rail closed the "
                "line to Bern, a spokesman said."
            ),
            "It will open again on Thursday if the rain stops, he said.",
            "Buses run until then.",
        ],
    ),
    "a form feed inside a sentence": (
        """\
BUDGET TALKS FAIL IN TORVAL

    PORT ANSEL, Oct 9 - Talks on the budget for next year
failed on Friday when the Farmers Party left the room and
\x0c
went home to its villages for the weekend. Prime Minister
Ada Holm said she would try again.
    "It is not over," she said. "We will meet on Monday."
 Reuter
""",
        "BUDGET TALKS FAIL IN TORVAL",
        [
            (
                "PORT ANSEL, Oct 9 - Talks on the budget for next year failed on Friday when the "
                "Farmers Party left the room and went home to its villages for the weekend. Prime"
                " Minister Ada Holm said she would try again."
            ),
            "",
            '"It is not over," she said. "We will meet on Monday."',
        ],
        [
            (
                "PORT ANSEL, Oct 9 - Talks on the budget for next year failed on Friday when the "
                "Farmers Party left the room and went home to its villages for the weekend."
            ),
            "Prime Minister Ada Holm said she would try again.",
            '"It is not over," she said.',
            '"We will meet on Monday."',
        ],
    ),
    "all of it in capitals": (
        """\
     THE SENATE OF TORVAL VOTED ON MONDAY TO CLOSE THE HARBOUR OF
PORT ANSEL TO FOREIGN SHIPS. PRESIDENT HOLM SAID SHE WOULD SIGN
THE BILL.
     FISHERMEN FROM THE NORTH WELCOMED IT, BUT MERCHANTS IN
PORT ANSEL SAID TRADE WOULD SUFFER.
""",
        "",
        [
            (
                "THE SENATE OF TORVAL VOTED ON MONDAY TO CLOSE THE HARBOUR OF PORT ANSEL TO "
                "FOREIGN SHIPS. PRESIDENT HOLM SAID SHE WOULD SIGN THE BILL."
            ),
            "",
            (
                "FISHERMEN FROM THE NORTH WELCOMED IT, BUT MERCHANTS IN PORT ANSEL SAID TRADE "
                "WOULD SUFFER."
            ),
        ],
        [
            (
                "THE SENATE OF TORVAL VOTED ON MONDAY TO CLOSE THE HARBOUR OF PORT ANSEL TO "
                "FOREIGN SHIPS."
            ),
            "PRESIDENT HOLM SAID SHE WOULD SIGN THE BILL.",
            (
                "FISHERMEN FROM THE NORTH WELCOMED IT, BUT MERCHANTS IN PORT ANSEL SAID TRADE "
                "WOULD SUFFER."
            ),
        ],
    ),
    "a margin to the left, the headline outside": (
        """\
TIN STOCKS FALL IN ANSEL WAREHOUSES
  Tin stocks in Ansel warehouses fell
  by 240 tonnes to 11,980 tonnes in the week to Saturday, the
  London Metal Board said.
      Copper stocks rose 1,150 tonnes to 97,300 and zinc was
  unchanged at 8,100.
      Spokesman Tom Reed said: "We see no sign of a squeeze. The
  Board will watch it."


""",
        "TIN STOCKS FALL IN ANSEL WAREHOUSES",
        [
            (
                "Tin stocks in Ansel warehouses fell by 240 tonnes to 11,980 tonnes in the week "
                "to Saturday, the London Metal Board said."
            ),
            "",
            "Copper stocks rose 1,150 tonnes to 97,300 and zinc was unchanged at 8,100.",
            "",
            'Spokesman Tom Reed said: "We see no sign of a squeeze. The Board will watch it."',
        ],
        [
            (
                "Tin stocks in Ansel warehouses fell by 240 tonnes to 11,980 tonnes in the week "
                "to Saturday, the London Metal Board said."
            ),
            "Copper stocks rose 1,150 tonnes to 97,300 and zinc was unchanged at 8,100.",
            'Spokesman Tom Reed said: "We see no sign of a squeeze.',
            'The Board will watch it."',
        ],
    ),
    "a book: indentation, blank lines and verse": (
        """\
    Old Hanna came down to the harbour when the boats had left it,
and she sat upon the wall, as she had done each morning since the
spring. Nobody spoke to her.

    "They will be late," said the harbour-master. "There is fog at
Saint Ann's, and the pilot--he is old--will wait till noon before
he brings them in."

        The boats went out at dawn,
        The boats came home at night.
""",
        "",
        [
            (
                "Old Hanna came down to the harbour when the boats had left it, and she sat upon "
                "the wall, as she had done each morning since the spring. Nobody spoke to her."
            ),
            "",
            (
                '"They will be late," said the harbour-master. "There is fog at Saint Ann\'s, and '
                'the pilot--he is old--will wait till noon before he brings them in."'
            ),
            "",
            "The boats went out at dawn,",
            "",
            "The boats came home at night.",
        ],
        [
            (
                "Old Hanna came down to the harbour when the boats had left it, and she sat upon "
                "the wall, as she had done each morning since the spring."
            ),
            "Nobody spoke to her.",
            '"They will be late," said the harbour-master.',
            (
                "\"There is fog at Saint Ann's, and the pilot--he is old--will wait till noon "
                'before he brings them in."'
            ),
            "The boats went out at dawn,",
            "The boats came home at night.",
        ],
    ),
    "an e-mail: blank lines": (
        """\
The council of Basel has told all of its schools to close on
Monday because of the flood, and asked people to stay at home.
Mayor Nora Keller said that the Rhine might rise by two feet.

"Nobody should go near the river," she told Radio Basel on the
Sunday news. Trains to Bern and buses to Liestal, Olten and
Zurich still run. The airport of Basel closes at noon, and no
flights leave it on Monday. Bern takes some of them.

Things to bring:
- a lamp
- water for two days
""",
        "",
        [
            (
                "The council of Basel has told all of its schools to close on Monday because of "
                "the flood, and asked people to stay at home. Mayor Nora Keller said that the "
                "Rhine might rise by two feet."
            ),
            "",
            (
                '"Nobody should go near the river," she told Radio Basel on the Sunday news. '
                "Trains to Bern and buses to Liestal, Olten and Zurich still run. The airport of "
                "Basel closes at noon, and no flights leave it on Monday. Bern takes some of "
                "them."
            ),
            "",
            "Things to bring:",
            "- a lamp",
            "- water for two days",
        ],
        [
            (
                "The council of Basel has told all of its schools to close on Monday because of "
                "the flood, and asked people to stay at home."
            ),
            "Mayor Nora Keller said that the Rhine might rise by two feet.",
            '"Nobody should go near the river," she told Radio Basel on the Sunday news.',
            "Trains to Bern and buses to Liestal, Olten and Zurich still run.",
            "The airport of Basel closes at noon, and no flights leave it on Monday.",
            "Bern takes some of them.",
            "Things to bring:",
            "- a lamp",
            "- water for two days",
        ],
    ),
}


@pytest.mark.parametrize(("copy", "title", "lines", "sentences"), COPY.values(), ids=list(COPY))
def test_wire_copy_gives_its_paragraphs_and_sentences(tmp_path, copy, title, lines, sentences):
    article, found = read(tmp_path, copy)
    assert article.title == title
    assert article.text == "\n".join(lines)
    assert found == sentences
    assert article.raw == copy


def test_a_byline_names_the_author(tmp_path):
    article, _ = read(
        tmp_path, COPY["a headline in capitals over two lines, a byline, a dateline"][0]
    )
    assert article.author == "Jane Doe"


def test_records_are_put_together_below_their_title(tmp_path):
    body = "Gold closed mixed in the\nTrade Hall of Ansel on a quiet day, as buyers stayed\naway.\n"
    record = {"id": 1, "title": "GOLD MIXED", "text": body + "    Zinc rose.\n Reuter\n\x03"}
    article, found = read(tmp_path, json.dumps(record), "wire.jsonl")
    assert article.text == (
        "Gold closed mixed in the Trade Hall of Ansel on a quiet day, as buyers stayed "
        "away.\n\nZinc rose."
    )
    assert found == article.text.split("\n\n")
    assert article.raw == record["text"]


@pytest.mark.parametrize(
    "text",
    [
        "Rain fell on Bern on Sunday, and the river rose by two feet.\nIt will fall on Monday.\n"
        "Snow is expected in Basel from Tuesday on, the office said.\n REUTER",
        "    The boats went out at dawn,\n    The boats came home at night,\n"
        "And Hanna on the wall\nHeld up her little light.\nNo one had told her.",
        "Talks resume in Geneva on Tuesday after a long break\nDiplomats met on Monday.\n"
        "London shares rise as oil falls again\nPort Ansel opens",
        "- a lamp\n- water for two days, which the city hands out\n- shoes\n- a coat\n",
        "Shr 34 cts vs 1.19 dlrs\nNet 807,000 vs 2,858,000\nRevs 24.1 mln vs 22.5 mln\n",
        "The Harbour Office\n12 Dock Street\nPort Ansel\nTorval\n",
    ],
    ids=["a paragraph a line", "verse", "headlines", "a list", "rows", "an address"],
)
def test_what_was_not_wrapped_stays(text):
    assert unwrap(text) == text


QUICK = settings(max_examples=60, deadline=None)
WORDS = st.sampled_from(
    "the a rain river harbour council minister said and voted against 1987 12,400 $40,000 3.5 mln "
    "dlrs pct state-owned Ansel Torval Basel Corp U.S. tonnes of to in May Friday farmers' ferries "
    "would close (again) tin oil, which however, 8th BBC".split()
)
STARTS = st.sampled_from(["The", "Rain", "A", "Basel", "Nobody", "Ferries", '"We', "Some"])


@st.composite
def sentences(draw):
    start = draw(STARTS)
    words = draw(st.lists(WORDS, min_size=3, max_size=25))
    last = draw(st.sampled_from(["closed", "river", "farmers", "ferries"]))
    return " ".join([start, *words, last]) + ('."' if start == '"We' else ".")


PARAGRAPHS = st.lists(
    st.lists(sentences(), min_size=1, max_size=4).map(" ".join), min_size=1, max_size=6
)


def shows_wrapping(lines):
    """Whether a third of the lines that are no first ones begin in small letters; none is a row.

    Half of the words of a row are figures: it stays a line.
    """
    later = [line for line in lines if line and not line[0].isspace()]
    low = len(later) >= 3 and sum(line[0].islower() for line in later) * 3 >= len(later)
    return low and not any(map(is_figures, lines))


@QUICK
@given(PARAGRAPHS, st.integers(55, 80), st.sampled_from([2, 3, 4, 5, 8]))
def test_paragraphs_wrapped_with_indentation_come_back(paragraphs, width, indentation):
    lines = [
        line
        for paragraph in paragraphs
        for line in textwrap.wrap(paragraph, width, initial_indent=" " * indentation)
    ]
    assume(shows_wrapping(lines))
    text = unwrap("\n".join(lines).replace(" " * 8, "\t"))
    assert text == "\n\n".join(paragraphs)


@QUICK
@given(PARAGRAPHS, st.integers(55, 80), st.sampled_from(["", "  "]))
def test_paragraphs_wrapped_between_blank_lines_come_back(paragraphs, width, margin):
    wrapped = [
        textwrap.wrap(p, width, initial_indent=margin, subsequent_indent=margin) for p in paragraphs
    ]
    text = "\n\n".join(map("\n".join, wrapped))
    assume(shows_wrapping([line.strip() for lines in wrapped for line in lines[1:]]))
    assume(not any(is_figures(lines[0].strip()) for lines in wrapped))
    after = [p.strip() for p in unwrap(text).split("\n\n")]
    assert after == paragraphs


def test_a_line_half_of_figures_in_which_a_sentence_ends_is_no_row():
    lines = [
        "The council of the island closed the harbour. It cost more",
        "than all of the ferries ever brought to the town. By May",
        "12,400 left. In 1984 1985 1986 1987 1988 floods closed the",
        "road.",
    ]
    assert unwrap("\n".join(lines)) == " ".join(lines)


@QUICK
@given(
    PARAGRAPHS, st.integers(40, 90), st.sampled_from(["", "    "]), st.sampled_from(["\n", "\n\n"])
)
def test_what_was_unwrapped_stays(paragraphs, width, indentation, between):
    copy = between.join(textwrap.fill(p, width, initial_indent=indentation) for p in paragraphs)
    once = unwrap(copy)
    assert unwrap(once) == once


@QUICK
@given(PARAGRAPHS, st.sampled_from(["\n", "\n\n"]))
def test_a_paragraph_a_line_stays(paragraphs, between):
    copy = between.join(paragraphs)
    assert unwrap(copy) == copy
