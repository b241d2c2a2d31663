"""Claims against the words that they cite."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.text.sentences import split_sentences
from rag.facts import lacking
from rag.verify import verify
from tests.fakes import FakeReader
from tests.rag.claims import CHANGED, TEXTS, TRUE

WORDS = TEXTS["bridge"]
FAKE = FakeReader()

# Of the claims in claims.py, with the model that is shipped; see the messages for today's figures.
CEILING_FLAGGED = 14  # of 58 true ones
FLOOR_CAUGHT = 63  # of 75 changed ones; opposites and exchanged roles are the weak spot


class Believing(FakeReader):
    """A reader that finds everything supported: what is caught then is caught by the rules."""

    def check(self, pairs):
        return [type(found)(9.0, ()) for found in super().check(pairs)]


class Keeping(FakeReader):
    """A reader that keeps what it read last."""

    def check(self, pairs):
        self.pairs = list(pairs)
        return super().check(pairs)


def test_what_says_the_same_in_other_words_is_supported():
    flagged = [c for text, c in TRUE if verify(c, [TEXTS[text]]).status != "supported"]
    assert len(flagged) <= CEILING_FLAGGED, f"{len(flagged)} of {len(TRUE)}: {flagged}"


def test_what_says_something_else_is_not():
    missed = [c for text, c, _ in CHANGED if verify(c, [TEXTS[text]]).status != "unsupported"]
    caught = len(CHANGED) - len(missed)
    assert caught >= FLOOR_CAUGHT, f"{caught} of {len(CHANGED)}; missed: {missed}"


@pytest.mark.parametrize(
    ("text", "claim", "says"), [c for c in CHANGED if lacking(c[1], TEXTS[c[0]])]
)
def test_a_fact_that_differs_is_never_supported_and_is_named(text, claim, says):
    verdict = verify(claim, [TEXTS[text]], Believing())
    wrong = lacking(claim, TEXTS[text])[0]
    assert (verdict.status, verdict.score) == ("unsupported", 0.0)
    assert f"“{wrong.said}”" in verdict.reason
    if wrong.instead:
        assert f"the cited words say “{wrong.instead}”" in verdict.reason


@pytest.mark.parametrize(
    "claim",
    [
        "The Hradek Bridge will be closed for fourteen months.",
        "The repair would cost 18.5 million euros.",
        "It closes on March 3, 2026.",
        "Kralova said so on Tuesday.",
    ],
)
def test_a_fact_written_another_way_is_the_same(claim):
    assert verify(claim, [WORDS], Believing()).status == "supported"


@pytest.mark.parametrize("name", TEXTS)
def test_every_sentence_of_a_text_supports_itself_without_a_model(name):
    text = TEXTS[name]
    for sentence in split_sentences(text):
        verdict = verify(text[sentence.start : sentence.end], ["Something else.", text], None)
        assert (verdict.status, verdict.score) == ("supported", 1.0)


def test_quotation_marks_dashes_and_spaces_do_not_matter():
    said = 'We found cracks in 30 of the 48\n cables," said Petr Vlk'
    assert verify(said, [WORDS], None).status == "supported"


def test_part_of_a_number_is_not_the_number():
    assert verify("The repair would cost €18", [WORDS], Believing()).status == "unsupported"


def test_two_texts_support_a_claim_together():
    one, other = "Halden Foods will cut 1,200 jobs.", "Its chief executive is Ingrid Moe."
    claim = "Halden Foods, whose chief executive is Ingrid Moe, will cut 1,200 jobs."
    assert verify(claim, [one, other]).status == "supported"
    assert verify(claim, [one]).status == "unsupported"


def test_what_a_reader_has_at_hand_may_be_said():
    claim = "The Lantern Gazette reports that the Hradek Bridge will be closed for 14 months."
    assert verify(claim, [WORDS], Believing()).status == "unsupported"
    beside = "The Lantern Gazette, 18 May 2025"
    assert verify(claim, [WORDS], Believing(), context=beside).status == "supported"


def test_who_published_it_is_read_by_a_claim_that_says_so():
    reader = Keeping()
    verify("The Gazette says that it rained.", ["Rain fell."], reader, context="The Gazette")
    assert reader.pairs == [("The Gazette says that it rained.", "The Gazette: Rain fell.")]
    verify("It rained all day long.", ["Rain fell."], reader, context="The Gazette")
    assert reader.pairs == [("It rained all day long.", "Rain fell.")]
    verify("Of 1200, five per cent left.", ["5% of 1,200 went."], reader)
    assert reader.pairs == [("Of 1,200, 5% left.", "5% of 1,200 went.")]


def test_a_name_in_the_place_of_another_is_never_supported():
    claim = "Tereza Simek said the repair would cost €18.5 million, a third more than was planned."
    verdict = verify(claim, [WORDS], Believing())
    assert (verdict.status, verdict.score) == ("unsupported", 0.0)
    assert verdict.reason == "the cited words say “Mayor Jana Kralova”, not “Tereza Simek”"


def test_yesterday_is_told_from_a_known_day_of_publication():
    claim, cited = "The dam broke on 17 May 2025.", ["The dam broke yesterday."]
    assert verify(claim, cited, Believing()).status == "unsupported"
    assert verify(claim, cited, Believing(), context="18 May 2025").status == "supported"
    two = "The Post, 18 May 2025. The Mail, 19 May 2025"
    assert verify(claim, cited, Believing(), context=two).status == "unsupported"


def test_the_model_reads_the_sentences_that_share_most_words_in_their_order():
    reader = Keeping()
    far = "Nothing at all happened anywhere on that long and quiet afternoon. " * 30
    cited = f"Tembo shut the gate. {far}Farmers lost wheat."
    verify("Farmers lost wheat after Tembo shut the gate again.", [cited], reader)
    ((_, read),) = reader.pairs
    assert read.startswith("Tembo shut the gate. ")
    assert read.endswith(" Farmers lost wheat.")
    assert len(read.split()) <= 160


@pytest.mark.parametrize(
    "claim",
    ["", "  ", "Here is what I found:", "I hope this helps.", "…", "It is.", "Мост закроют."],
)
def test_what_cannot_be_compared_is_left_unchecked(claim):
    verdict = verify(claim, [WORDS], None)
    assert (verdict.status, verdict.score) == ("unchecked", 0.0)
    assert verdict.reason


@pytest.mark.parametrize("cited", [[], [""], [" \n"]])
def test_nothing_cited_is_left_unchecked(cited):
    verdict = verify("The bridge will be closed.", cited, None)
    assert (verdict.status, verdict.reason) == ("unchecked", "no words are cited")


TEXT = st.text(max_size=200) | st.sampled_from(sorted(TEXTS.values()))
FEW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)


@FEW
@given(TEXT, st.lists(TEXT, max_size=3), TEXT)
@example("2025-13-45 ½% $1bn 1e9 ¾", ["12,34,56 Mr. ’s –"], "\x00")
def test_any_text_gets_a_verdict(claim, cited, context):
    verdict = verify(claim, cited, FAKE, context=context)
    assert verdict == verify(claim, cited, FAKE, context=context)
    assert 0.0 <= verdict.score <= 1.0
    assert (verdict.status == "supported") == (verdict.reason == "")


@FEW
@given(st.lists(st.text(max_size=80), max_size=3), st.text(max_size=80))
def test_whatever_a_text_is_its_own_words_are_supported(others, text):
    if re.search(r"\w", text):
        assert verify(text, [*others, text], FAKE).status == "supported"


NUMBERS = [(t, m) for t in TEXTS.values() for m in re.finditer(r"\d", t)]


@FEW
@given(st.sampled_from(NUMBERS), st.sampled_from("0123456789"))
def test_a_digit_changed_is_never_supported(found, digit):
    text, match = found
    sentence = next(s for s in split_sentences(text) if s.start <= match.start() < s.end)
    claim = text[sentence.start : match.start()] + digit + text[match.end() : sentence.end]
    held = text[sentence.start : sentence.end]
    verdict = verify(claim, [held], Believing())
    assert verdict.status == ("supported" if digit == match[0] else "unsupported")


@pytest.mark.parametrize("word", ["arranged", "arranged.", "“talks”"])
def test_one_word_alone_is_no_claim_though_it_is_cited(word):
    assert verify(word, ["No talks were arranged."]).status == "unchecked"


def test_a_name_or_a_number_alone_is_one():
    cited = ["Ada Dunmore paid 40 crowns."]
    assert [verify(word, cited).status for word in ("Dunmore", "40")] == ["supported"] * 2
