"""Whom and what articles name; each article is read once."""

from rag import library
from rag.library import MOST, names_of
from tests.fakes import FakeEmbedder
from tests.rag.builders import article, corpus_of, stored

TEXT = (
    "Mayor Ada Lund said the Old Dock would open. The French President Yves Martel saw Corran.\n\n"
    "Lund left the dock with Martel. Nothing is said of Fish Row, though the Old Dock is near. "
    "According to Greta Solano of the Harbour Union, a French ship waits."
)


def test_titles_and_peoples_are_left_out_and_who_speaks_is_told():
    assert names_of(stored(TEXT)) == {
        "Old Dock": False,
        "Ada Lund": True,
        "Yves Martel": False,
        "Corran": False,
        "Fish Row": False,
        "Greta Solano": True,
    }


def test_no_article_gives_more_names_than_are_kept():
    text = " ".join(f"They saw Ada Lund{chr(97 + n // 26)}{chr(97 + n % 26)}." for n in range(60))
    assert len(names_of(stored(text))) == MOST


def test_an_article_is_read_once_over_generations(tmp_path, monkeypatch):
    read = []
    monkeypatch.setattr(
        library, "names_of", lambda found: read.append(found.article.uri) or names_of(found)
    )
    texts = {"a.txt": "They saw Ada Lund.", "b.txt": "They saw Corran."}
    corpus, builder = corpus_of(tmp_path / "index", FakeEmbedder(), texts)
    assert [corpus.named(), corpus.named()][1].keys() == {each.id for each in corpus.articles()}
    builder.put([article("c.txt", "They saw Fish Row.")])
    assert {name for names in corpus.named().values() for name in names} == {
        "Ada Lund",
        "Corran",
        "Fish Row",
    }
    assert sorted(read) == ["a.txt", "b.txt", "c.txt"]
    builder.remove(["a.txt"])
    assert {*corpus.named()} == {each.id for each in corpus.articles()}
