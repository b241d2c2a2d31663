"""Copies of a story are one story; different reports of one event are not."""

import numpy as np
import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from index.preparing import PERMUTATIONS, RESEMBLANCE, signature, stories

WIRE = (
    "The council of the harbour city voted on Tuesday to rebuild the sea wall that failed in the"
    " January storm. The work will take two years and cost 40 million euros, the mayor said. Three"
    " opposition members voted against the plan and asked for a second estimate before work begins."
)
OWN = (
    "A divided council has backed the mayor's plan for a new sea wall. After a storm breached the"
    " old one in January, members agreed to spend 40 million euros over two years, with three of"
    " them demanding that another firm be asked what it would charge."
)


def grouped(*texts):
    return stories({pk: signature(text) for pk, text in enumerate(texts, 10)})


def test_a_copy_with_another_dateline_cut_and_respelt_is_the_same_story():
    copies = [WIRE, f"HARBOUR CITY (Wire) - {WIRE}", WIRE.upper(), WIRE[:230]]
    assert grouped(*copies) == {10: 10, 11: 10, 12: 10, 13: 10}


def test_punctuation_and_letter_case_do_not_count():
    assert signature("Rain, in Bern!") == signature("rain in bern")
    assert signature("Rain in Bern") != signature("Bern in rain")


def test_ones_own_report_is_another_story():
    assert grouped(WIRE, OWN) == {10: 10, 11: 11}


def test_a_report_that_takes_over_a_sentence_is_another_story():
    sentence = WIRE.split(". ")[0] + ". "
    shared = len(sentence.split()) / len((sentence + OWN).split())
    assert 0.25 < shared < 0.45
    assert grouped(WIRE, sentence + OWN) == {10: 10, 11: 11}


def test_the_story_is_named_after_its_first_article():
    assert grouped(OWN, WIRE, OWN + " More follows.", WIRE) == {10: 10, 11: 11, 12: 10, 13: 11}
    late = stories({7: signature(WIRE), 3: signature(WIRE), 5: signature(OWN)})
    assert late == {3: 3, 5: 5, 7: 3}


def test_texts_without_words_are_no_copies_of_each_other():
    assert signature("") == signature("… — !?") == b""
    assert grouped("", "—", "") == {10: 10, 11: 11, 12: 12}
    assert stories({}) == {}


@pytest.mark.parametrize("text", ["Rain", "Rain fell", "雨", "🌧 Rain", "a\0b", "\ud800 rain"])
def test_short_and_odd_texts_have_a_signature_that_repeats(text):
    assert len(signature(text)) == 4 * PERMUTATIONS
    assert grouped(text, WIRE, text) == {10: 10, 11: 11, 12: 10}


def test_the_signature_is_the_same_in_every_process_and_release():
    # It is kept in the ledger and compared with new ones for as long as the index lives.
    assert signature("Rain fell on Bern")[:8].hex() == "fa179046f7bd2390"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([WIRE, OWN, "", "Rain fell on Bern."]), max_size=6))
def test_equal_texts_share_a_story_and_others_do_not(texts):
    found = grouped(*texts)
    assert list(found) == list(range(10, 10 + len(texts)))
    for pk, text in enumerate(texts, 10):
        assert found[pk] == (10 + texts.index(text) if text else pk)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_groups_are_those_of_datasketch(seed):
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 2**32, (12, PERMUTATIONS), dtype=np.uint32)[rng.integers(0, 12, 60)]
    other = rng.random(rows.shape) < rng.random((60, 1)) * 0.8  # resemblances from 0.2 to 1
    rows[other] = rng.integers(0, 2**32, other.sum(), dtype=np.uint32)
    wanted, lsh = {}, MinHashLSH(threshold=RESEMBLANCE, num_perm=PERMUTATIONS)
    hashes = [MinHash(hashvalues=row, seed=1, scheme="affine32") for row in rows]
    for pk, minhash in enumerate(hashes):
        alike = [p for p in lsh.query(minhash) if hashes[p].jaccard(minhash) >= RESEMBLANCE]
        wanted[pk] = wanted[min(alike)] if alike else pk
        lsh.insert(pk, minhash)
    assert len({*wanted.values()}) < 60
    assert stories({pk: row.astype("<u4").tobytes() for pk, row in enumerate(rows)}) == wanted
