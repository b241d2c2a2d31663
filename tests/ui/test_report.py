"""The report: whole, self-contained, and with nothing of anyone's as markup."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from rag.evaluation import Ranked, evaluate, evaluate_ranking
from rag.question_files import Line
from tests.rag.evaluation.judgements import answer, asked, judged, unanswerable
from tests.ui.fake_corpus import HOSTILE
from tests.ui.reporting import about, hostile_answers
from ui.report import page

RAIN = ("Rain fell on it.", "a")
VOID = {"meta"}


class Reader(HTMLParser):
    """What a page holds: its tags, its attributes, its text; and whether every tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words, self.open = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


JUDGED = [
    judged(asked("good", kind="who"), answer(RAIN)),
    judged(
        asked("half", docs=("a", "zz"), facts=(("rain fell",), ("snow", "sleet")), kind="who"),
        answer(RAIN, ("Hail.", "x")),
        verbatim=[True, False],
    ),
    judged(asked("kept back"), candidate=answer(RAIN, confidence=0.3)),
    judged(asked("lost", history=({"role": "user", "content": "What came before?"},))),
    replace(judged(asked("unasked")), problem="the question is too long; shorten it"),
    judged(unanswerable("no 1")),
    judged(unanswerable("no 2"), answer(RAIN, confidence=0.95)),
]


@pytest.fixture(scope="module")
def answers():
    return page(about(notes=["g.jsonl: zz is expected"]), evaluate(JUDGED, 0.35))


def test_the_lead_tells_what_came_of_it(answers):
    text = Reader(answers).text
    assert (
        "Of 5 questions that the articles answer, 1 got a complete answer, 1 an answer that lacks"
        " something, and 3 none."
    ) in text
    assert "Of 2 questions that they do not answer, 1 were refused and 1 answered" in text
    assert "1 quote of 4 cannot be found where the citation says." in text
    assert "the index .onrecord, 2 articles · Threshold 0.35 · 1 March 2026, 09:05" in text
    assert "g.jsonl: zz is expected" in text


def test_short_answers_are_in_the_report_when_the_set_expects_some(answers):
    assert "Short answer" not in Reader(answers).text
    assert "Given as what may answer" in Reader(answers).text
    expected = judged(asked(short=("rain",)), answer(RAIN))
    text = Reader(page(about(), evaluate([expected], 0.35))).text
    assert re.search(r"Short answer exact.* 0\.0 % .*1 questions.*Short answer F1", text)


def test_every_failure_is_there_the_worst_first_and_nothing_else(answers):
    shown = re.findall(r'<p class="question">(.*?)</p>', answers)
    names = ["no 2", "kept back", "lost", "unasked", "half"]
    assert [html.unescape(each) for each in shown] == [f"What of {name}?" for name in names]


def test_a_failure_shows_what_was_expected_beside_what_was_answered(answers):
    cards = [Reader(card).text for card in re.findall(r"<article.*?</article>", answers)]
    wrong, kept, lost, unasked, half = cards
    assert "Expected A refusal: the articles do not answer this." in wrong
    assert "Refused: the confidence is below the threshold 0.35." in kept
    assert "With a lower one, which is complete Rain fell on it." in kept
    assert "Asked: What came before?" in lost
    assert "Not asked the question is too long; shorten it" in unasked
    assert "[1] Rain at last" not in wrong.replace("[1] a (a)", "")
    assert "[2] x (x), not expected" in half
    assert "Stated “rain fell”" in half
    assert "Missing “snow” or “sleet”" in half
    assert "Cited Rain at last (a)" in half
    assert "Not cited zz, which is not in the index" in half
    assert "Not verbatim [2]: x does not hold “Hail.” at 0 to 5" in half


def test_outcomes_kinds_and_thresholds_are_there_in_words_too(answers):
    page_ = Reader(answers)
    labels = [
        value for tag, name, value in page_.attributes if (tag, name) == ("svg", "aria-label")
    ]
    assert labels[0] == "complete: 1, incomplete: 1, wrongly refused: 3"
    assert labels[1] == "rightly refused: 1, wrongly answered: 1"
    assert "0.35 (in use) 42.9% 66.7%" in page_.text
    assert re.search(r"Kind Questions .* who 2 50\.0 % 66\.7 %", page_.text)


RANKED = [
    Ranked(Line(1, "q1", "What of rain?"), ("a", "x"), 10.0),
    Ranked(Line(2, "q2", "And hail?", ({"role": "user", "content": "Ice?"},)), ("a", "x"), 20.0),
    Ranked(Line(3, "q3", "And snow?"), (), 30.0),
]
RELEVANT = {"q1": {"a": 1}, "q2": {"x": 1}, "q3": {"zz": 1}}


def test_rankings():
    text = page(about(name="weather"), evaluate_ranking(RANKED, RELEVANT))
    found = Reader(text)
    assert (
        "Of 3 queries, 1 found a relevant article first, 2 among the first ten, and 1 not at all."
    ) in found.text
    lost, second = [Reader(card).text for card in re.findall(r"<article.*?</article>", text)]
    assert lost == "And snow? q3 · nDCG@10 0.000 Found Nothing. Relevant Not found zz"
    assert second.startswith("Asked: Ice? And hail? q2 · nDCG@10 0.631 Found Rank 1 Rain at last")
    assert "Rank 2 Hail & ice (x), relevant" in second


def test_nothing_went_wrong():
    perfect = page(about(), evaluate([judged(asked(), answer(RAIN))], 0.35))
    assert "Nothing: every question came to what was expected." in perfect
    assert "Every quote (1) stands in its article word for word." in Reader(perfect).text
    ranked = page(about(), evaluate_ranking(RANKED[:1], RELEVANT))
    assert "Nothing: every ranking is perfect." in ranked


def hostile_rankings():
    turns = ({"role": "user", "content": HOSTILE},)
    query = Line(1, HOSTILE, HOSTILE, turns)
    return evaluate_ranking([Ranked(query, (HOSTILE, "a"), 1.0)], {HOSTILE: {"zz": 1, "a": 1}})


@pytest.mark.parametrize("found", [hostile_answers(), hostile_rankings()], ids=["a", "r"])
def test_what_others_wrote_is_text_and_nothing_is_loaded_from_elsewhere(found):
    strange = about(name=HOSTILE, searched=HOSTILE, titles={"a": HOSTILE}, notes=[HOSTILE])
    text = page(strange, found)
    read = Reader(text)
    assert HOSTILE.split("src=x")[0] in html.unescape(read.text)
    loading = {"script", "link", "img", "iframe", "object", "embed", "image", "use", "a", "base"}
    assert set(read.tags) & loading == set()
    names = {name for _, name, _ in read.attributes}
    assert names & {"src", "href", "srcset", "style", "xlink:href", "action", "data"} == set()
    assert [name for name in names if name.startswith("on")] == []
    styles = re.findall(r"<style>(.*?)</style>", text, re.S)
    assert len(styles) == 1
    assert not re.search(r"url\(|@import|://", styles[0])
    assert "://" not in text
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text


def test_a_page_says_the_same_on_every_run():
    first, again = (page(about(), evaluate(JUDGED, 0.35)) for _ in range(2))
    assert first == again
