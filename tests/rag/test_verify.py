"""Claims against the words that they cite."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.embed import Encoding
from index.sentences import split_sentences
from rag.logistic import Logistic
from rag.verification.comparison import FEATURES
from rag.verify import default_model, verify
from tests.rag.claims import CHANGED, FLAGGED, MISNAMED, MISSED, TEXTS, TRUE

WORDS = TEXTS["bridge"]


@pytest.mark.parametrize(("text", "claim"), TRUE, ids=[claim for _, claim in TRUE])
def test_what_says_the_same_in_other_words_is_supported(text, claim, embedder, request):
    if claim in FLAGGED:
        request.applymarker(pytest.mark.xfail(reason="rules flag this", strict=True))
    verdict = verify(claim, [TEXTS[text]], embedder)
    assert (verdict.status, verdict.reason) == ("supported", "")


@pytest.mark.parametrize(("text", "claim", "says"), CHANGED, ids=[c[1] for c in CHANGED])
def test_what_says_something_else_is_not(text, claim, says, embedder, request):
    if claim in MISSED:
        request.applymarker(pytest.mark.xfail(reason="rules do not see this", strict=True))
    verdict = verify(claim, [TEXTS[text]], embedder)
    assert verdict.status == "unsupported"
    if claim not in MISNAMED:
        assert re.search(says, verdict.reason)


@pytest.mark.parametrize("name", TEXTS)
def test_every_sentence_of_a_text_supports_itself_without_a_model(name):
    text = TEXTS[name]
    for sentence in split_sentences(text):
        verdict = verify(text[sentence.start : sentence.end], ["Something else.", text], None)
        assert (verdict.status, verdict.score) == ("supported", 1.0)
        assert (verdict.source, verdict.start, verdict.end) == (1, sentence.start, sentence.end)


def test_quotation_marks_dashes_and_spaces_do_not_matter():
    said = 'We found cracks in 30 of the 48\n cables," said Petr Vlk'
    verdict = verify(said, [WORDS], None)
    assert WORDS[verdict.start : verdict.end] == (
        "We found cracks in 30 of the 48 cables,” said Petr Vlk"
    )


def test_part_of_a_number_is_not_the_number(embedder):
    assert verify("The repair would cost €18", [WORDS], embedder).status == "unsupported"


def test_the_best_sentence_is_told(embedder):
    verdict = verify("Petr Vlk led the inspection of the cables.", ["No.", WORDS], embedder)
    assert verdict.source == 1
    assert WORDS[verdict.start : verdict.end].startswith("“We found cracks")


def test_two_texts_support_a_claim_together(embedder):
    one, other = "Halden Foods will cut 1,200 jobs.", "Its chief executive is Ingrid Moe."
    claim = "Halden Foods, whose chief executive is Ingrid Moe, will cut 1,200 jobs."
    assert verify(claim, [one, other], embedder).status == "supported"
    assert verify(claim, [one], embedder).status == "unsupported"


def test_what_a_reader_has_at_hand_may_be_said(embedder):
    claim = "The Lantern Gazette reports that the Hradek Bridge will be closed for 14 months."
    assert verify(claim, [WORDS], embedder).status == "unsupported"
    beside = "The Lantern Gazette, 18 May 2025"
    assert verify(claim, [WORDS], embedder, context=beside).status == "supported"


@pytest.mark.parametrize(
    "claim",
    ["", "  ", "Here is what I found:", "I hope this helps.", "…", "It is.", "Мост закроют."],
)
def test_what_cannot_be_compared_is_left_unchecked(claim):
    verdict = verify(claim, [WORDS], None)
    assert verdict.status == "unchecked"
    assert (verdict.score, verdict.source) == (0.0, None)
    assert verdict.reason


@pytest.mark.parametrize("cited", [[], [""], [" \n"]])
def test_nothing_cited_is_left_unchecked(cited):
    verdict = verify("The bridge will be closed.", cited, None)
    assert (verdict.status, verdict.reason) == ("unchecked", "no words are cited")


def test_the_model_is_fitted_for_these_features():
    assert isinstance(default_model(), Logistic)
    assert len(default_model().coefficients) == len(FEATURES)


class Blind:
    """Encodes every text alike: what is found then is found by the words."""

    def encode_passages(self, texts):
        import numpy as np

        one = np.ones((1, 2), dtype=np.float32) / np.sqrt(2, dtype=np.float32)
        return [Encoding(one[0], one, np.array([[0, 1]], dtype=np.int32)) for _ in texts]


TEXT = st.text(max_size=200) | st.sampled_from(sorted(TEXTS.values()))
FEW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)


@FEW
@given(TEXT, st.lists(TEXT, max_size=3), TEXT)
@example("2025-13-45 ½% $1bn 1e9 ¾", ["12,34,56 Mr. ’s –"], "\x00")
def test_any_text_gets_a_verdict_within_what_is_cited(claim, cited, context):
    verdict = verify(claim, cited, Blind(), context=context)
    assert verdict == verify(claim, cited, Blind(), context=context)
    assert 0.0 <= verdict.score <= 1.0
    assert (verdict.status == "supported") == (verdict.reason == "")
    if verdict.source is None:
        assert (verdict.status, verdict.start, verdict.end) == ("unchecked", 0, 0)
    else:
        assert 0 <= verdict.start < verdict.end <= len(cited[verdict.source])


@FEW
@given(st.lists(st.text(max_size=80), max_size=3), st.text(max_size=80))
def test_whatever_a_text_is_its_own_words_are_supported(others, text):
    if text.strip():
        verdict = verify(text, [*others, text], Blind())
        assert verdict.status == "supported"


NUMBERS = [(t, m) for t in TEXTS.values() for m in re.finditer(r"\d", t)]


@FEW
@given(st.sampled_from(NUMBERS), st.sampled_from("0123456789"))
def test_a_digit_changed_is_never_supported(found, digit):
    text, match = found
    sentence = next(s for s in split_sentences(text) if s.start <= match.start() < s.end)
    claim = text[sentence.start : match.start()] + digit + text[match.end() : sentence.end]
    held = text[sentence.start : sentence.end]
    verdict = verify(claim, [held], Blind())
    assert verdict.status == ("supported" if digit == match[0] else "unsupported")
