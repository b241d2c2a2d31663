import json
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.text.sentences import Sentence, split_sentences
from tests.growth import assert_linear


def split(text):
    return [text[sentence.start : sentence.end] for sentence in split_sentences(text)]


def headings(text):
    return [text[s.start : s.end] for s in split_sentences(text) if s.heading]


PROSE = [
    # Abbreviations, titles, initials.
    ["Dr. Amara Nwosu met Mr. and Mrs. Lindqvist.", "They spoke."],
    ["Gen. Ortiz called Sen. Lee.", "Rep. Kim was told."],
    ["The U.S. Senate voted.", "The U.K. did not."],
    ["He moved to the U.S. Army that year.", "It grew."],
    ["They live in the U.S.", "The visa is new."],
    ["She flew to Washington D.C.", "He said so."],
    ["The rally began at 5 p.m. Monday.", "Nobody came."],
    ["The rally began at 5 p.m.", "It ended late."],
    ["Fees rose, e.g. Russian ones, i.e. those of banks.", "Good."],
    ["It was Ajax vs. Porto.", "Ajax won."],
    ["Acme Inc. CEO Dana Wu resigned.", "Shares fell."],
    ["She joined Acme Inc.", "The board agreed."],
    ["Brown Bros. and Lake Ltd. merged.", "All cheered."],
    ["J. K. Rowling and John F. Kennedy never met.", "True."],
    ["Give George W. Bush the file.", "Go."],
    ["No. 10 Downing Street stayed shut.", "Good."],
    ["It was ranked No. 3 in Europe.", "Then it fell."],
    ["He said no.", "They left."],
    ["The Jan. 6 committee met on Feb. 12.", "It rose."],
    ["St. Petersburg froze.", "So did Mt. Elbrus."],
    ["Ms. Ito holds a Ph.D. in law.", "She teaches."],
    ["See Fig. 4, pp. 3-5 and Vol. 2 of it.", "Enough."],
    ["He was ill.", "Smith took over."],
    ["Nobody was happier than I.", "The rest wept."],
    ["Lt. Col. Mbeki et al. agree.", "Others do not."],
    # Numbers, names, addresses.
    ["Prices rose 3.5 percent to $1.2 billion.", "3 firms gained."],
    ["It opened in 2010.", "24 hours later it shut."],
    ["Yahoo! announced a sale.", "Yahoo! Finance wrote of it."],
    ["Is Yahoo! dead?", "Not yet!", "Wait."],
    ["Read www.example.org/a.Html?b=1 today.", "Or ask."],
    ["Write to press.office@acme.co.uk.", "They answer."],
    ["We use Node.js and ASP.NET on v2.1.3.", "It runs."],
    ["The file report.Pdf is gone.", "Sorry."],
    # Quotations and brackets.
    ["“We wait.”", "He left."],
    ["He left.", "“We wait.”", "Then rain."],
    ["“Are you sure?” he asked.", "Nobody was."],
    ["“Are you sure?” Mr. Peskov asked.", "Nobody was."],
    ["“Who will sign?”", "Peskov did not say."],
    ["“Take it with a grain of salt,” he warned.", "We did."],
    ['"We will not go." the union said.', "They went."],
    ['He said: "It is over."', "She wept."],
    ["Er sagte: „Genug.“", "Dann ging er."],
    ["«Basta!»", "Il se tut."],
    ["He called it a ‘last resort’.", "Smith said no.", "It was ‘out of print.’", "Jones agreed."],
    ['That was "off the record".', "Smith agreed.", "It was not 'No'.", "Jones agreed."],
    ["He was asked about ‘Mr’.", "Jones agreed.", "They met ‘J. Smith’.", "Mr. Brown denied it."],
    ["“He told me ‘never again’.”", "Smith left.", "“He told me ‘never again’”.", "Jones left."],
    ["‘She said “never again.”’", "Smith left.", "\"She said 'why'.\"", "Jones left."],
    ["He asked: ‘Is this the “last resort”?’", "Smith said no."],
    ["‘Who pays?’ Smith asked.", "‘Who?’", "Asked again, he shrugged.", "‘Who?’ asked Jones."],
    ["Smith left.", "(\"It was 'No'.\")", "Jones stayed."],
    ["He resigned (he had no choice).", "She stayed."],
    ["(The ministry declined to comment.)", "Then it rained."],
    ["Talks are near. (Real Social, cited)", "Kyiv waits."],
    ["Talks are near. (CNN report)"],
    ["Talks are near. (Interfax. Moscow, 12 May)", "Kyiv waits."],
    ["Talks are near. — Reuters"],
    ["It held.[3]", "It broke.[4][12]", "It mended. [citation needed]", "End."],
    ["It held.¹²", "It broke."],
    ["**It is bold.**", "It is plain."],
    # Ellipses and marks.
    ["He waited... and waited.", "Then he left..."],
    ["Well… perhaps.", "Fine … and good.", "So…", "Now then."],
    ["She paused...", "The room was still."],
    ["We said . . . nothing at all.", "Good."],
    ["What?!", "No!!!", "Yes."],
    ["Why? why not, she thought.", "Hm."],
    # Lost spaces and loose capitals.
    ["The war ended.", "The talks began."],
    ["It cost $5 million.", "they paid cash.", "Fine."],
    ["i sold everything.", "it was a mistake.", "never again."],
    # Telegraphic capitals.
    [
        "IN DECEMBER, THE U.S . FIRST PROPOSED A FORCE .",
        "BUT EUROPE MADE NO PLAN (TIME, DEC . 28) .",
        "THEN WHAT ?",
        "MR . BALL FLEW HOME .",
    ],
    ["TIES WITH THE U.S . HAD BROUGHT NOTHING .", "HE LEFT THE U.S .", "THE REST STAYED ."],
    ['IT HAD A WEAPON THAT " WILL LAST .', 'THE TERMS ARE GOOD . "', "MANY WERE NOT SURE ."],
    ['" NEVER ! " SAID HE .', "NOBODY MOVED ."],
    ["The Wall fell ( in 1989 ) .", "Millions came ."],
    # Other scripts.
    ["今天下雨。", "明天会晴吗？", "会！"],
    ["“是的。”他说。", "她走了。"],
    ["「行きます。」と彼は言った。", "雨だ。"],
    ["هل تعلم؟", "نعم."],
    ["Он ушёл.", "Она осталась.", "Почему?"],
    ["¿Quién habla?", "¡Nadie!", "Silencio."],
]


@pytest.mark.parametrize("expected", PROSE, ids=lambda expected: expected[0][:30])
def test_prose(expected):
    joint = "" if expected[0][-1] in "。？！" or "。" in expected[0] else " "
    assert split(joint.join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The war ended.The talks began.", ["The war ended.", "The talks began."]),
        ("Is it over?Nobody knows.", ["Is it over?", "Nobody knows."]),
        ("That was in 2010.The next year came.", ["That was in 2010.", "The next year came."]),
        ("He read 'Emma'.Then she slept.", ["He read 'Emma'.", "Then she slept."]),
        ("It held.[3]Then it broke.", ["It held.[3]", "Then it broke."]),
        ("“It is over.”She wept.", ["“It is over.”", "She wept."]),
        ("St.Petersburg and Dr.Who met.", ["St.Petersburg and Dr.Who met."]),
        ("Call java.lang.String or a.Run() now.", ["Call java.lang.String or a.Run() now."]),
        ("1. First things. 2. Second things.", ["1. First things.", "2. Second things."]),
        ("Q. Who pays? A. You do.", ["Q. Who pays?", "A. You do."]),
        ("Why? Why? Why?", ["Why?", "Why?", "Why?"]),
        ("He left. \"", ['He left. "']),
        ("…", ["…"]),
        ("?! … ()", ["?! … ()"]),
        ("", []),
        (" \n\t\r\n ", []),
    ],
)  # fmt: skip
def test_awkward_text(text, expected):
    assert split(text) == expected


LONG = "The minister said on Friday that the talks in Istanbul had gone well"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He left\n\nShe stayed.", ["He left", "She stayed."]),
        ("He left.\nShe stayed.", ["He left.", "She stayed."]),
        ("He left.\r\n\r\nShe stayed.", ["He left.", "She stayed."]),
        ("He left.\u2028She stayed.", ["He left.", "She stayed."]),
        (f"{LONG}\nand would go on.", [f"{LONG}\nand would go on."]),
        (f"{LONG}.\n\nand would go on.", [f"{LONG}.", "and would go on."]),
        ("milk\neggs\nflour", ["milk", "eggs", "flour"]),
        (
            "Demands:\n- a truce\n- a swap of prisoners\n* aid. At once.\n• grain\n1. first",
            ["Demands:", "- a truce", "- a swap of prisoners", "* aid.", "At once.", "• grain",
             "1. first"],
        ),
        (f"{LONG}\n- a truce", [LONG, "- a truce"]),
        ("Title\n=====\nText is here.", ["Title\n=====", "Text is here."]),
    ],
)  # fmt: skip
def test_lines(text, expected):
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kremlin signals meeting\n\nIt could be soon.", ["Kremlin signals meeting"]),
        ("It is soon.\nUS Proposal on the Table\nIt was made.", ["US Proposal on the Table"]),
        ("It is soon.\n\nRelated Posts", ["Related Posts"]),
        ("## What is next?\n\nNobody knows.", ["## What is next?"]),
        ("Title\n-----\nText is here.", ["Title\n-----"]),
        ("What is next?\n\nNobody knows.", []),
        ("“Take it with salt,” he warned.\n\nWe did.", []),
        ("- a truce\n\nWe did.", []),
        ("He named three demands:\n\nThey are old.", []),
        ("it went well\n\nNobody knows.", []),
        (f"{LONG} and that they would go on in Geneva\n\nNobody knows.", []),
        ("Kremlin says talks will resume", []),  # nothing to stand over: the text itself
        ("see https://example.org/News\n\nNobody knows.", []),
    ],
)
def test_headings(text, expected):
    assert headings(text) == expected


ALPHABET = "ab cD.é中。!?\n\n #-“”\"'()[]1…\t\u2028\u00a0Ω𝄞\u0301'’”«»*_"
PIECES = st.sampled_from(
    ["The talks", "U.S.", "U.S .", " . ", "ended.", "“No.”", '"', "?", "\n\n", "\n", "# Part",
     "- item", "Москва", "会谈。", "مرحبا؟", "(CNN)", "[3]", "Mr.", "3.5", "…", ". . .", "— AFP",
     "\r\n", "=====", "x" * 60, "end.The", "1.", "」"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text(ALPHABET, max_size=120),
        st.text(max_size=80),
        st.lists(PIECES, max_size=40).map(" ".join),
        st.lists(PIECES, max_size=40).map("".join),
    )
)
@example("a\x1cb\x85c.\x0bd")
def test_offsets_are_exact_and_every_visible_character_lies_in_one_sentence(text):
    sentences = split_sentences(text)
    for sentence in sentences:
        words = text[sentence.start : sentence.end]
        assert words
        assert words == words.strip()
    assert all(before.end <= after.start for before, after in pairwise(sentences))
    inside = "".join(text[sentence.start : sentence.end] for sentence in sentences)
    assert "".join(inside.split()) == "".join(text.split())


@pytest.mark.parametrize(
    "unit", [".", "a.", "? ", "abc.Def", ' ."', "a. (", "a.[", 'ab. " ', "x\n", "x. ", "- ", "「"]
)
def test_hostile_text_takes_linear_time(unit):
    small, large = (unit * (length // len(unit)) for length in (25_000, 200_000))
    assert_linear(split_sentences, small, large)
    assert split_sentences(small)[-1].end == len(small.rstrip())


def test_sentence_is_a_small_frozen_value():
    assert split_sentences("One. Two.") == [Sentence(0, 4), Sentence(5, 9, heading=False)]


def test_decisions_agree_with_nltk_punkt():
    """An oracle: on plain prose NLTK's own Punkt, with the same data, cuts at the same stops."""
    nltk = pytest.importorskip("nltk.tokenize.punkt")
    from index.text.sentences import _abbreviations, english_contexts

    parameters = nltk.PunktParameters()
    parameters.abbrev_types = set(_abbreviations("en"))
    parameters.sent_starters = set(
        json.loads(files("index.text").joinpath("punkt.json").read_text("utf-8"))["starters"][
            "en"
        ].split()
    )
    parameters.ortho_context.update(english_contexts())
    punkt = nltk.PunktSentenceTokenizer(parameters)
    text = (
        "The company, based in Springfield, Ill. Monday, sold shares. Profit at Acme Corp. rose "
        "4.2 percent. Officials of the U.S. Treasury met in Jan. and in the U.S. Meanwhile, Mr. "
        "Ames of Lake Bros. waited. Traders in the U.K. Tuesday bought bonds. Was it wise? Oil "
        "fell! Growth in the U.S. Economists doubt it. It closed at 3 p.m. Shares in Wells Co. "
        "gained. Prof. Adler left for Va. Nobody at Dow Inc. Profits will tell."
    )
    assert split(text) == punkt.tokenize(text)
