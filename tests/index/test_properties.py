"""However an index came about, it is what its sources make it."""

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.engine import faults
from index.generation import Generations
from tests.fakes import FakeEmbedder
from tests.index.looking import RAIN, SNOW, VOTE, add, counts, look, rows, write

NAMES = ["a.txt", "b.md", "in/c.txt", "wire.jsonl", "ö 👩\u200d👧#1.txt"]
BODIES = [
    RAIN,
    SNOW,
    VOTE,
    "# Inquiry\n\nA witness spoke.\n\n## Second day\n\n" + "Another witness was heard. " * 90,
    "خبر عاجل about Bern. 👩\u200d👩\u200d👧 e\u0301tude!\r\n\r\n“Quoted,” he said.",
    "One line",
    "word " * 700,
]
FILES = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(BODIES), max_size=4)
QUICK = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # fmt: skip


def lay(folder, files):
    """Makes a folder hold these files and no others."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    records = {"wire.jsonl": lambda text: [{"id": "1", "text": text}, {"id": 2, "text": "Two."}]}
    return write(folder, {name: records.get(name, str)(text) for name, text in files.items()})


@QUICK
@given(st.lists(FILES, min_size=1, max_size=4))
def test_any_history_ends_where_a_fresh_index_begins(history):
    with tempfile.TemporaryDirectory() as place:
        news, index, fresh = (Path(place) / name for name in ("news", "index", "fresh"))
        before = {}
        for files in history:
            report = add(index, FakeEmbedder(), lay(news, files), chunk_tokens=60)
            told = counts(report)
            same = files == before and files
            assert not (same and (report.embedded or {"added", "changed", "removed"} & set(told)))
            before = files
        add(fresh, FakeEmbedder(), news, chunk_tokens=60)
        assert look(index, FakeEmbedder()) == look(fresh, FakeEmbedder())
        assert rows(index, "encodings") == rows(fresh, "encodings")
        assert faults(index) == ([], [])


@QUICK
@given(FILES.filter(bool))
def test_the_same_corpus_twice_is_no_work(files):
    with tempfile.TemporaryDirectory() as place:
        news, index = lay(Path(place) / "news", files), Path(place) / "index"
        first = add(index, FakeEmbedder(), news, chunk_tokens=60)
        model = FakeEmbedder()
        again = add(index, model, news, chunk_tokens=60)
        assert sorted(first.added) == sorted(again.unchanged) != []
        assert counts(again).keys() <= {"unchanged", "skipped"}
        assert (model.calls, again.embedded, again.generation) == (0, 0, 1)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(max_size=300) | st.sampled_from(BODIES), min_size=1, max_size=3))
def test_every_chunk_is_a_slice_of_its_article(texts):
    with tempfile.TemporaryDirectory() as place:
        files = {f"{i}.txt": text.encode("utf-8", "surrogatepass") for i, text in enumerate(texts)}
        index = Path(place) / "index"
        report = add(index, FakeEmbedder(), write(Path(place) / "n", files), chunk_tokens=40)
        assert len(report.added) + len(report.skipped) >= len(texts)
        store = Generations(index, FakeEmbedder())
        with store.reading() as now:
            held = {a.pk: a for a in now.ledger.all_articles()}
            chunks = list(now.ledger.all_chunks())
        assert sorted(a.article.uri for a in held.values()) == sorted(report.added)
        for chunk in chunks:
            text = held[chunk.article].article.text
            words = chunk.of(text)
            assert words.text == text[chunk.start : chunk.end] == words.text.strip() != ""
        for stored in held.values():
            covered = bytearray(len(stored.article.text))
            for chunk in (c for c in chunks if c.article == stored.pk):
                covered[chunk.start : chunk.end] = b"\1" * (chunk.end - chunk.start)
            missed = {c for c, seen in zip(stored.article.text, covered, strict=True) if not seen}
            assert not "".join(missed).strip()
