"""Words by BM25 (tantivy), derived from the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from typing_extensions import override

from index.disk import share, written_by

# One thread writes, so that an index built twice from the same articles is the same.
_HEAP_BYTES = 64_000_000


class Words(Protocol):
    """Texts by id, searched by BM25 over the stems of their content words."""

    def __len__(self) -> int:
        """How many there are."""

    def frequency(self, stem: str) -> int:
        """In how many texts a stem occurs."""

    def search(
        self, weights: Mapping[str, float], top_k: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """The ids of the texts that hold any of the stems, best first, with their BM25 scores.

        Args:
            weights: What each stem counts; a plain query gives every stem 1.
            top_k: At most so many.
            allowed: Only these ids may be found; None allows all.
        """


class BM25Index(Words):
    """Texts in an index of tantivy's.

    What counts as a word is decided in ``index.text.words`` alone, for searching and for evidence
    alike: the texts come as stems, and reach tantivy with spaces between.
    """

    def __init__(self, tantivy_index: Any) -> None:  # noqa: ANN401 (tantivy is opaque to mypy)
        self._index = tantivy_index
        self._searcher = tantivy_index.searcher()

    @classmethod
    def build(
        cls,
        texts: Iterable[tuple[int, Iterable[str]]],
        path: Path | None = None,
        before: Path | None = None,
    ) -> BM25Index:
        """Indexes texts under int ids, in a new folder, or in memory when there is no path.

        Args:
            texts: Each text's id, and the stems of its content words.
            path: The folder that is made.
            before: One that was made so, whose texts are in the new one too.

        Raises:
            OSError: the disk takes no more.
        """
        import tantivy

        if path and before:
            share(before, path)
        elif path:
            path.mkdir()
        fields = tantivy.SchemaBuilder()
        fields.add_unsigned_field("id", stored=False, indexed=True, fast=True)
        fields.add_text_field("words", stored=False, tokenizer_name="stems", index_option="freq")
        with written_by(ValueError):
            index = tantivy.Index(fields.build(), path=str(path) if path else None)
            _prepare(index)
            writer = index.writer(_HEAP_BYTES, 1)
        for id_, stems in texts:
            document = tantivy.Document(words=" ".join(stems))
            document.add_unsigned("id", id_)
            with written_by(ValueError):
                writer.add_document(document)
        with written_by(ValueError):
            writer.commit()
            writer.wait_merging_threads()
            index.reload()
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> BM25Index:
        """Opens what ``build`` wrote.

        Raises:
            ValueError: the folder is not there or not a tantivy index.
        """
        import tantivy

        index = tantivy.Index.open(str(path))
        _prepare(index)
        return cls(index)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    @override
    def frequency(self, stem: str) -> int:
        return int(self._searcher.doc_freq("words", stem))

    @override
    def search(
        self, weights: Mapping[str, float], top_k: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        import tantivy

        if not weights or not len(self) or top_k <= 0:
            return []
        schema = self._index.schema
        terms = [
            tantivy.Query.boost_query(tantivy.Query.term_query(schema, "words", stem), weight)
            for stem, weight in weights.items()
            if weight > 0
        ]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        if allowed is not None:
            ids = tantivy.Query.const_score_query(
                tantivy.Query.term_set_query(schema, "id", list(allowed)), 0.0
            )
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, ids)]
            )
        hits = self._searcher.search(query, limit=top_k, count=False).hits
        addresses = [address for _, address in hits]
        found = self._searcher.fast_field_values("id", addresses)
        return sorted(
            ((int(id_), float(score)) for id_, (score, _) in zip(found, hits, strict=True)),
            key=lambda pair: (-pair[1], pair[0]),
        )


def _prepare(index: Any) -> None:  # noqa: ANN401
    """Makes an index of tantivy's read stems, and look at its folder only when it is told to.

    Else it looks for changes of its own accord, half a second after it was made too, and leaves a
    lock in a folder that may be about to be removed.
    """
    import tantivy

    split = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("stems", split)
    index.config_reader(reload_policy="manual")
