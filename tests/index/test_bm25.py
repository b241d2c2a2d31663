"""BM25 as the formula has it, and the ids it finds in their order."""

import math
import threading

import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st

from index.bm25 import BM25Index
from index.text.words import content_stems

K1, B = 1.2, 0.75

TEXTS = {
    70: "Rain fell on Bern; the rain, the rain!",
    11: "Snow fell on Rome.",
    2**40: "Bern voted. Rome voted too, and Vienna voted after them.",
    30: "",
    41: "The of and to.",
}


def stemmed(texts):
    return ((id_, content_stems(text)) for id_, text in texts)


def bm25(texts, weights):
    """Robertson and Zaragoza 2009, with Lucene's idf; lengths below 40 words are kept exactly."""
    stems = {id_: content_stems(text) for id_, text in texts.items()}
    mean = sum(map(len, stems.values())) / len(stems)
    scores = {}
    for id_, words in stems.items():
        total = 0.0
        for stem, weight in weights.items():
            holding = sum(stem in other for other in stems.values())
            idf = math.log(1 + (len(stems) - holding + 0.5) / (holding + 0.5))
            times = words.count(stem)
            norm = K1 * (1 - B + B * len(words) / mean)
            total += weight * idf * (K1 + 1) * times / (times + norm)
        if total > 0:
            scores[id_] = total
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def same(found, wanted):
    assert [id_ for id_, _ in found] == [id_ for id_, _ in wanted]
    assert [s for _, s in found] == pytest.approx([s for _, s in wanted], rel=1e-4)


@pytest.fixture(scope="module")
def words():
    return BM25Index.build(stemmed(TEXTS.items()))


@pytest.mark.parametrize(
    "weights",
    [
        {"rain": 1.0},
        {"bern": 1.0, "rome": 1.0},
        {"rome": 1.0, "rain": 1.0, "vote": 1.0, "nowhere": 1.0},
        {"bern": 1.0, "rome": 3.0},  # a boost turns the order
        {"bern": 3.0, "rome": 0.25},
    ],
)
def test_scores_and_order_are_those_of_the_formula(words, weights):
    same(words.search(weights, 10), bm25(TEXTS, weights))


def test_one_score_by_hand(words):
    # 5 texts hold 5 + 3 + 6 + 0 + 0 = 14 content words, 2.8 each; "snow" is once in one text of 3:
    # ln(1 + 4.5 / 1.5) is its idf.
    assert [len(content_stems(text)) for text in TEXTS.values()] == [5, 3, 6, 0, 0]
    by_hand = math.log(4) * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 3 / 2.8))
    ((id_, score),) = words.search({"snow": 1.0}, 10)
    assert id_ == 11
    assert score == pytest.approx(by_hand, rel=1e-5)


def test_a_filter_keeps_scores_and_order(words):
    weights = {"bern": 1.0, "rome": 1.0, "fell": 1.0}
    every = words.search(weights, 10)
    assert {id_ for id_, _ in every} == {70, 11, 2**40}
    for allowed in ([11, 2**40], {70}, dict.fromkeys([2**40, 30, 999]).keys()):
        same(words.search(weights, 10, allowed), [pair for pair in every if pair[0] in allowed])
    same(words.search(weights, 1, [11, 2**40]), [p for p in every if p[0] != 70][:1])


def test_top_k_is_the_beginning_of_all(words):
    weights = {"bern": 1.0, "rome": 1.0}
    every = words.search(weights, 10)
    for top_k in range(4):
        assert words.search(weights, top_k) == every[:top_k]


def test_equal_scores_come_by_id():
    words = BM25Index.build(stemmed((id_, "Rain in Bern") for id_ in (5, 3, 9, 1)))
    assert [id_ for id_, _ in words.search({"rain": 1.0}, 10)] == [1, 3, 5, 9]


def test_nothing_gives_nothing(words):
    assert words.search({}, 10) == []
    assert words.search({"rain": 0.0}, 10) == []
    assert words.search({"rain": 1.0}, 10, []) == []
    assert words.search({"nowhere": 1.0}, 10) == []
    assert words.search({"the": 1.0}, 10) == []
    empty = BM25Index.build([])
    assert len(empty) == 0
    assert empty.search({"rain": 1.0}, 10) == []
    assert empty.frequency("rain") == 0


def test_frequencies_count_texts(words):
    assert len(words) == 5
    assert [words.frequency(s) for s in ("rain", "fell", "bern", "vote", "the")] == [1, 2, 2, 1, 0]


def test_what_was_built_on_disk_opens_the_same(tmp_path):
    built = BM25Index.build(stemmed(TEXTS.items()), tmp_path / "words")
    loaded = BM25Index.load(tmp_path / "words")
    weights = {"bern": 1.0, "rome": 2.0}
    assert loaded.search(weights, 10) == built.search(weights, 10) != []
    assert len(loaded) == 5


@pytest.mark.parametrize("folder", ["none", "empty"])
def test_what_is_no_index_is_refused(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match=r"(?i)does not exist|not.*found|no such|unable|failed"):
        BM25Index.load(tmp_path / folder)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_every_content_word_of_any_text_finds_it(texts):
    words = BM25Index.build(stemmed(enumerate(texts)))
    for id_, text in enumerate(texts):
        for stem in content_stems(text):
            assert id_ in [found for found, _ in words.search({stem: 1.0}, 10)]


def test_a_letter_that_stands_for_words_is_found():
    salutation = "\ufdfa"  # one letter, which compatibility spells as four words
    words = BM25Index.build(stemmed([(1, salutation), (2, "rain")]))
    weights = dict.fromkeys(content_stems(salutation), 1.0)
    assert [id_ for id_, _ in words.search(weights, 10)] == [1]


def test_a_word_longer_than_tantivy_takes_stops_nothing():
    words = BM25Index.build(stemmed([(1, "x" * 70_000 + " rain"), (2, "snow")]))
    assert [id_ for id_, _ in words.search({"rain": 1.0}, 10)] == [1]


def test_a_folder_that_is_made_is_left_alone(tmp_path):
    """Beside one that tantivy looks at of its own accord, which shows that it has done so."""
    folders = [tmp_path / name for name in ("ours", "opened", "watched")]
    made = [BM25Index.build([(1, ["rain"])], folder) for folder in folders[:2]]
    made.append(BM25Index.load(folders[1]))
    folders[2].mkdir()
    schema = tantivy.SchemaBuilder().add_text_field("words").build()
    watched = tantivy.Index(schema, path=str(folders[2]))
    writer = watched.writer()
    writer.add_document(tantivy.Document(words="rain"))
    writer.commit()
    writer.wait_merging_threads()
    locks = [folder / ".tantivy-meta.lock" for folder in folders]
    for lock in locks:
        lock.unlink(missing_ok=True)
    tick = threading.Event()
    for _ in range(3_000):
        if locks[2].exists():
            break
        tick.wait(0.01)
    assert [lock.exists() for lock in locks] == [False, False, True]
    assert [len(index) for index in made] == [1, 1, 1]
