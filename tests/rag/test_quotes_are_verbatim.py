"""What holds for every answer over every corpus."""

import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes import FakeEmbedder
from tests.rag.builders import article, corpus_of

WORDS = st.sampled_from(
    "Kremlin rain Kyiv tram gate thirteen 31 1,000 Élysée Tembo “Boats dock” He But 3.9".split()
)
SENTENCE = st.lists(WORDS, min_size=1, max_size=9).map(lambda words: f"{' '.join(words)}.")
PIECE = st.one_of(
    SENTENCE, SENTENCE, st.sampled_from(["\n\n", "\n- ", "\n\n## Gate\n\n", "it is:"])
)
TEXT = st.lists(PIECE, min_size=1, max_size=10).map(lambda pieces: " ".join(["Rain.", *pieces]))
FIELDS = st.fixed_dictionaries(
    {"text": TEXT},
    optional={
        "publisher": st.sampled_from(["The Post", "Gangway"]),
        "published": st.sampled_from(["2026-03-01", "2025-12-31"]),
        "title": SENTENCE,
    },
)
CORPUS = st.lists(FIELDS, min_size=1, max_size=5)
QUESTION = st.lists(
    st.sampled_from(
        "Who when did how many rain Kyiv Kremlin gate Tembo boats ; ? and what".split()
    ),
    max_size=8,
).map(lambda words: " ".join(["Kremlin", *words]))
MAX_CLAIMS = st.integers(1, 5)
FEW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@pytest.fixture(scope="module", autouse=True)
def _bands_once():
    """Grouping copies starts with the same numerical integration each time: 0.1 s a build."""
    from datasketch import lsh

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lsh, "_optimal_param", cache(lsh._optimal_param))
        yield


def asked(found, question, threshold, max_claims=4):
    """An answer over a corpus of its own, and the text of each cited article by id."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        articles = {f"{n}.txt": fields for n, fields in enumerate(found)}
        corpus, _ = corpus_of(
            Path(folder) / "index",
            FakeEmbedder(),
            articles,
            threshold=threshold,
            max_claims=max_claims,
        )
        answer = corpus.ask(question, plain=True)  # a subject alone would be a brief
        cited = (*answer.citations, *answer.nearest)
        return answer, {c.article_id: corpus.article(c.article_id).text for c in cited}


@FEW
@given(CORPUS, QUESTION, MAX_CLAIMS)
def test_every_quote_is_verbatim_and_every_marker_a_citation(found, question, max_claims):
    answer, texts = asked(found, question, 0, max_claims)
    for cited in answer.citations:
        assert texts[cited.article_id][cited.start : cited.end] == cited.quote
        assert cited.quote.strip() == cited.quote != ""
    numbers = [c.number for c in answer.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(map(int, re.findall(r"\[(\d+)\]", answer.text))) == set(numbers)
    assert len({(c.article_id, c.start, c.end) for c in answer.citations}) == len(numbers)
    assert answer.answered is bool(answer.claims)
    assert len(answer.claims) <= max_claims
    used = []
    for claim in answer.claims:
        assert claim.citations
        assert len(set(claim.citations)) == len(claim.citations)
        assert " ".join(claim.text.split()) == " ".join(claim.citations[0].quote.split())
        markers = "".join(f" [{c.number}]" for c in claim.citations)
        assert f"{claim.text}{markers}" in answer.text
        used += [c for c in claim.citations if c not in used]
    assert used == list(answer.citations)
    assert answer.nearest == ()


@FEW
@given(CORPUS, QUESTION)
def test_what_a_refusal_shows_is_verbatim_too(found, question):
    answer, texts = asked(found, question, 1)
    assert not answer.answered
    assert (answer.claims, answer.citations) == ((), ())
    assert [c.number for c in answer.nearest] == list(range(1, len(answer.nearest) + 1))
    assert len({c.article_id for c in answer.nearest}) == len(answer.nearest) <= 3
    for cited in answer.nearest:
        assert texts[cited.article_id][cited.start : cited.end] == cited.quote
        assert f"“{' '.join(cited.quote.split())}” (" in answer.text


@pytest.mark.parametrize("threshold", [0, 1])
def test_the_same_corpus_in_another_order_gives_the_same_words(tmp_path, threshold):
    texts = {"a.txt": "Rain fell on Kyiv.", "b.txt": "Rain lay in Oslo.", "c.txt": "Hail hit Rome."}
    said = []
    for name, order in (("one", "abc"), ("two", "cba")):
        given_ = {f"{letter}.txt": texts[f"{letter}.txt"] for letter in order}
        corpus, _ = corpus_of(tmp_path / name, FakeEmbedder(), given_, threshold=threshold)
        said.append(corpus.ask("Where rain fell, and fog?").text)
    assert said[0] == said[1]
    assert article("a.txt", texts["a.txt"]).text in said[0]
