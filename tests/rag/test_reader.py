"""The reading model: that it is the one its card describes, and what it makes of texts."""

import hashlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.sentences import split_sentences
from rag.reading.reader import LONGEST, MODEL, REQUESTS, Reader, Text, default_reader

STORY = (
    "The harbour board of Halvermouth met on Tuesday. Commissioner Ines Tembo said that the flood"
    " barrier would cost 412 million crowns. She blamed cracked bolts for the delay. Farmers near"
    " Reims lost 300 hectares of wheat to hail in the same week."
)


@pytest.fixture(scope="module")
def reader():
    return default_reader()


def text(words, title=""):
    return Text(title, words, [(s.start, s.end) for s in split_sentences(words)])


def best(reader, question, words=STORY):
    found = reader.read(question, [text(words)])[0]
    first = max(found, key=lambda reading: reading.margin)
    return found.index(first), words[first.start : first.end]


def test_the_model_is_the_one_that_its_card_describes():
    card = (MODEL.parent / "card.md").read_text(encoding="utf-8")
    for path in (MODEL, REQUESTS):
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        assert re.search(rf"`{path.name}` \|[^|\n]*\| `{digest}`", card)
        assert f"{len(data):,} bytes" in card
    assert MODEL.stat().st_size + REQUESTS.stat().st_size <= 25_000_000


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("How much would the flood barrier cost?", 1, "412 million crowns"),
        ("who spoke about the price of the barrier", 1, "Ines Tembo"),
        ("When did the harbour board meet?", 0, "Tuesday"),
        ("what was to blame for the delay", 2, "cracked bolts"),
        ("how much wheat did the farmers lose", 3, "300 hectares"),
    ],
)
def test_it_finds_the_words_that_answer(reader, question, sentence, words):
    at, said = best(reader, question)
    assert at == sentence
    assert words in said


def test_an_answer_that_is_not_there_is_less_probable_than_one_that_is(reader):
    there = max(r.margin for r in reader.read("Who blamed the bolts?", [text(STORY)])[0])
    for question in ("Who won the chess final?", "When was the airport of Oslo opened?"):
        absent = max(r.margin for r in reader.read(question, [text(STORY)])[0])
        assert absent < there


def test_no_texts_and_no_sentences_give_nothing(reader):
    assert reader.read("Who?", []) == []
    assert reader.read("Who?", [Text("", "", [])]) == [[]]
    assert reader.check([]) == []


def test_a_sentence_beyond_what_it_reads_has_no_reading(reader):
    words = "Rain fell on the old town again. " * LONGEST
    found = reader.read("Where did rain fall?", [text(words)])[0]
    assert np.isfinite(found[0].margin)
    assert found[-1].margin == found[-1].relevance == -np.inf


def test_what_is_asked_now_is_kept_of_a_question_that_is_too_long(reader):
    long = "and what did the mayor of the old town think about it " * 20
    assert best(reader, f"{long} How much would the flood barrier cost?")[0] == 1


words = st.lists(
    st.sampled_from("rain Kyiv 640 board said the of “ ” ’ é 北 🙂 cost-free U.S. \n".split(" ")),
    min_size=1,
    max_size=40,
).map(" ".join)


@settings(max_examples=25, deadline=None)
@given(words, st.text(min_size=1, max_size=80))
def test_an_answer_lies_within_its_sentence(passage, question):
    given = text(passage)
    for reading, (start, end) in zip(
        default_reader().read(question, [given])[0], given.sentences, strict=True
    ):
        assert start <= reading.start <= reading.end <= end


def test_what_is_read_at_once_comes_in_its_order_as_if_read_alone(reader):
    texts = [text(f"{STORY} {n} trams stood still near the old town." * (5 - n)) for n in range(5)]
    alone = [reader.read("Who blamed the bolts?", [each])[0] for each in texts]
    among = Reader()  # which has kept no reading
    assert among.read("Who blamed the bolts?", texts) == alone
    pairs = [(claim, STORY) for claim, _ in CLAIMS]
    assert among.check(pairs) == [reader.check([pair])[0] for pair in pairs]


def test_threads_may_share_it(reader):
    questions = ["Who blamed the bolts?", "How much would it cost?", "When did they meet?"] * 8
    alone = [reader.read(q, [text(STORY)]) for q in questions]
    with ThreadPoolExecutor(8) as pool:
        other = Reader()  # which has kept no reading
        assert [*pool.map(lambda q: other.read(q, [text(STORY)]), questions)] == alone


def test_a_passage_is_read_once_for_a_question(reader, monkeypatch):
    ran = []
    values = Reader._values
    monkeypatch.setattr(Reader, "_values", lambda *given: ran.append(given) or values(*given))
    other = Reader()
    first = other.read("Who blamed the bolts?", [text(STORY)])
    assert other.read("Who blamed the bolts?", [text(STORY)]) == first
    other.read("When did they meet?", [text(STORY)])
    assert len(ran) == 2


CLAIMS = [
    ("Ines Tembo said the flood barrier would cost 412 million crowns.", True),
    ("The harbour board met on Tuesday.", True),
    ("Farmers lost wheat to hail.", True),
    ("Ines Tembo said the flood barrier would cost 90 million crowns.", False),
    ("The harbour board did not meet on Tuesday.", False),
    ("The chess final was won by a Norwegian.", False),
]


def test_claims_that_a_text_supports_are_more_probable_than_others(reader):
    found = [read.probability for read in reader.check([(claim, STORY) for claim, _ in CLAIMS])]
    right = [p for p, (_, true) in zip(found, CLAIMS, strict=True) if true]
    wrong = [p for p, (_, true) in zip(found, CLAIMS, strict=True) if not true]
    assert min(right) > max(wrong)


def test_it_tells_which_words_of_a_claim_differ(reader):
    claim = "Ines Tembo said the flood barrier would cost 90 million crowns."
    (found,) = reader.check([(claim, STORY)])
    assert any("90" in claim[a:b] for a, b in found.differs)
    assert not any(re.search("Tembo", claim[a:b]) for a, b in found.differs)


FORKED = """
import os, signal
from index.embedders import MiniLM
from rag.reading.reader import Text, default_reader

def seen():
    words = "Rain fell on Bern. Snow closed the pass."
    read = default_reader().read("Where did rain fall?", [Text("", words, [(0, 18), (19, 40)])] * 3)
    return read, model.encode_passages([words, "Rain."]).tolist()

model = MiniLM()
before, child = seen(), os.fork()
if not child:
    signal.alarm(300)  # what waits for threads that it does not have waits for ever
    os._exit(seen() != before)
assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no forks")
def test_a_forked_process_reads_as_the_one_before_it():
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", FORKED], cwd=root, check=True)
