"""What is computed from the ledger for one generation, on disk: vectors, words, vocabulary."""

from __future__ import annotations

import json
import shutil
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.bm25 import BM25Index, Words
from index.chunk import embedded_text
from index.disk import settle, sync
from index.ledger import Ledger, StoredArticle
from index.text.words import ENGLISH, code_of, content_stems
from index.vectors import Floats, VectorIndex, Vectors
from index.vocabulary import Vocabulary, count_words

FOLDER = "derived"
_STAMP = "stamp.json"
_COUNTED = "counted.json"
_AT_ONCE = 500  # articles or chunks that are read together
_ROWS = 100_000  # vectors that are in 32 bits at once


class SearchIndexDamaged(Exception):
    """The files are not there, not whole, or not of this generation; they can be made again."""


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The search structures of one generation, over chunks and over whole articles."""

    token: str  # of the generation that they were computed from
    chunk_vectors: Vectors
    article_vectors: Vectors  # the mean of each article's chunks
    chunk_words: Words  # with their titles and headings
    article_words: Words
    vocabulary: Vocabulary
    languages: frozenset[str] = frozenset({ENGLISH})  # of the articles, by their codes

    @classmethod
    def build(cls, ledger: Ledger, dimension: int, token: str) -> SearchIndex:
        """Computes all of it from the ledger, in memory; nothing is embedded again.

        Args:
            ledger: Inside ``read()`` or ``write()``.
            dimension: Of the vectors.
            token: Names the generation.
        """
        ids, vectors, owners = _vectors(ledger, dimension)
        near = dict(_nearness(ids, vectors, owners))
        words = _words(ledger, ids, owners, None, _Counted())
        return cls(token, near["chunks"], near["articles"], *words)

    @classmethod
    def write(
        cls, ledger: Ledger, dimension: int, token: str, root: Path, before: str = ""
    ) -> None:
        """Computes the same as ``build``, into files.

        Args:
            ledger: Inside ``read()`` or ``write()``.
            dimension: Of the vectors.
            token: Names the generation, and the folder that is made.
            root: Where that is made.
            before: Names the one before it, of the same ledger: its words are not counted again,
                unless one of its texts is gone.

        Raises:
            OSError: the disk takes no more; nothing is left there then.
        """
        making = root / f"{token}.making"
        shutil.rmtree(making, ignore_errors=True)
        try:
            making.mkdir(parents=True)
            ids, vectors, owners = _vectors(ledger, dimension)
            recall = {}
            for name, index in _nearness(ids, vectors, owners):
                index.save(making / f"{name}.faiss")
                recall[name] = round(index.recall, 4)
                del index  # before the next is built: each may take a gigabyte
            del vectors
            *_, languages = _words(ledger, ids, owners, making, _counted(root, before))
            files = _checksums(making)
            stamp: dict[str, Any] = {"token": token, "languages": sorted(languages)}
            stamp |= {"recall@10": recall, "files": files}
            (making / _STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")
            settle(making)  # before any commit can name it
            shutil.rmtree(root / token, ignore_errors=True)
            making.rename(root / token)
            sync(root)
        finally:
            shutil.rmtree(making, ignore_errors=True)

    @classmethod
    def open(cls, root: Path, token: str) -> SearchIndex:
        """Opens what ``build`` kept.

        Raises:
            SearchIndexDamaged: see ``verify``.
        """
        folder = root / token
        stamp = verify(root, token)
        try:
            return cls(
                token,
                VectorIndex.load(folder / "chunks.faiss"),
                VectorIndex.load(folder / "articles.faiss"),
                BM25Index.load(folder / "chunks.words"),
                BM25Index.load(folder / "articles.words"),
                Vocabulary.load(folder / "words.tsv"),
                frozenset(stamp.get("languages", [ENGLISH])),
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise SearchIndexDamaged(f"{folder}: {error}") from error


def verify(root: Path, token: str) -> dict[str, Any]:
    """Reads every derived file of a generation and compares it with its digest.

    Returns:
        What the generation's stamp says.

    Raises:
        SearchIndexDamaged: a file is missing or differs, or they are of another generation.
    """
    folder = root / token
    try:
        stamp = json.loads((folder / _STAMP).read_text(encoding="utf-8"))
        if stamp["token"] != token:
            raise SearchIndexDamaged(f"{folder}: made from {stamp['token']}, not from {token}")
        for name, checksum in stamp["files"].items():
            if _checksum(folder / name) != checksum:
                raise SearchIndexDamaged(f"{folder / name}: not as it was written")
        return dict(stamp)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise SearchIndexDamaged(f"{folder}: {error}") from error


def prune(root: Path, token: str) -> None:
    """Deletes the derived files of every generation but one."""
    if root.is_dir():
        for folder in root.iterdir():
            if folder.name != token:
                shutil.rmtree(folder, ignore_errors=True)


def _vectors(
    ledger: Ledger, dimension: int
) -> tuple[NDArray[np.int64], NDArray[np.float16], NDArray[np.int64]]:
    """The pks (n,), vectors (n, d) and articles (n,) of the chunks that are whole."""
    count = ledger.counts()["chunks"]
    ids = np.empty(count, dtype=np.int64)
    owners = np.empty(count, dtype=np.int64)
    vectors = np.empty((count, dimension), dtype=np.float16)
    held = 0
    for pk, article, vector in ledger.vectors(dimension):
        ids[held], owners[held], vectors[held] = pk, article, vector
        held += 1
    return ids[:held], vectors[:held], owners[:held]


def _nearness(
    ids: NDArray[np.int64], vectors: NDArray[np.float16], owners: NDArray[np.int64]
) -> Iterator[tuple[str, VectorIndex]]:
    """The vectors of chunks, and then those of articles; the caller may let go of each."""
    yield "chunks", VectorIndex.build(ids, vectors)
    yield "articles", VectorIndex.build(*means(vectors, owners))


@dataclass(frozen=True, slots=True)
class _Counted:
    """Which texts the word files of a generation hold, and their words: kept for the next one."""

    folder: Path | None = None  # that of the generation; None of a new one
    chunks: set[int] = field(default_factory=set)  # by pk; likewise
    articles: set[int] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    written: Counter[str] = field(default_factory=Counter)  # as ``count_words`` has them; likewise
    inside: Counter[str] = field(default_factory=Counter)

    def save(self, folder: Path) -> None:
        """Writes it beside the word files."""
        told: list[Any] = [version("onrecord"), sorted(self.chunks), sorted(self.articles)]
        told += [sorted(self.languages), self.written, self.inside]
        (folder / _COUNTED).write_text(json.dumps(told), encoding="utf-8")


def _counted(root: Path, token: str) -> _Counted:
    """What ``save`` wrote; nothing where the files are not whole, or of another onrecord."""
    with suppress(SearchIndexDamaged):
        if token and _COUNTED in verify(root, token)["files"]:
            folder = root / token
            made, chunks, articles, languages, written, inside = json.loads(
                (folder / _COUNTED).read_text("utf-8")
            )
            if made == version("onrecord"):
                words = Counter(written), Counter(inside)
                return _Counted(folder, set(chunks), set(articles), set(languages), *words)
    return _Counted()


def _words(
    ledger: Ledger,
    ids: NDArray[np.int64],
    owners: NDArray[np.int64],
    folder: Path | None,
    known: _Counted,
) -> tuple[BM25Index, BM25Index, Vocabulary, frozenset[str]]:
    """The words of chunks and of articles, the vocabulary, and the languages of the articles.

    Args:
        ledger: Inside ``read()`` or ``write()``.
        ids: The chunks, by pk.
        owners: The article of each.
        folder: Where their files are made; None keeps them in memory.
        known: What was counted before.
    """
    chunks, current, found = set(ids.tolist()), ledger.select("TRUE", ()), set(owners.tolist())
    if not (known.chunks <= chunks and known.articles <= current):
        known = _Counted()
    before, articles = known.folder, current - known.articles
    chunk_words = BM25Index.build(
        _chunk_texts(ledger, chunks - known.chunks),
        folder and folder / "chunks.words",
        before and before / "chunks.words",
    )

    def texts() -> Iterator[tuple[int, list[str]]]:
        for part in batches(articles):
            for each in ledger.articles(part).values():
                known.articles.add(each.pk)
                known.languages.add(code_of(each.article.language))
                count_words(each.article.title, each.article.text, known.written, known.inside)
                if each.pk in found:
                    yield each.pk, article_stems(each)

    article_words = BM25Index.build(
        texts(), folder and folder / "articles.words", before and before / "articles.words"
    )
    vocabulary = Vocabulary.of(known.written, known.inside)
    if folder:
        vocabulary.save(folder / "words.tsv")
        replace(known, chunks=chunks).save(folder)
    return chunk_words, article_words, vocabulary, frozenset(known.languages or {ENGLISH})


def means(
    vectors: Floats, owners: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The articles' pks, and the mean of each one's vectors at unit length.

    Args:
        vectors: (n, d), unit rows in 16 or 32 bits.
        owners: int64 (n,), the pk of each row's article.
    """
    articles, rows = np.unique(owners, return_inverse=True)
    sums = np.zeros((len(articles), vectors.shape[1]), dtype=np.float32)
    for first in range(0, len(rows), _ROWS):
        part = slice(first, first + _ROWS)
        np.add.at(sums, rows[part], vectors[part].astype(np.float32))
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    return articles.astype(np.int64), sums


def _chunk_texts(ledger: Ledger, wanted: Iterable[int]) -> Iterator[tuple[int, list[str]]]:
    """Each chunk's pk and the stems of what is searched; one article's text is held at a time."""
    pk, article = 0, None
    for part in batches(wanted):
        found = ledger.chunks(part)
        for chunk in (found[each] for each in part if each in found):
            if pk != chunk.article:
                pk, article = chunk.article, ledger.articles([chunk.article]).get(chunk.article)
            if article:
                read = embedded_text(article.article.title, chunk.of(article.article.text))
                yield chunk.pk, stems_of(read, article)


def batches(pks: Iterable[int]) -> Iterator[list[int]]:
    """Numbers in their order, some at a time."""
    ordered = sorted(pks)
    return (ordered[n : n + _AT_ONCE] for n in range(0, len(ordered), _AT_ONCE))


def article_stems(article: StoredArticle) -> list[str]:
    """The stems of what is searched of a whole article, in its language."""
    return stems_of(f"{article.article.title}\n{article.article.text}", article)


def stems_of(text: str, article: StoredArticle) -> list[str]:
    """The stems of a text of an article."""
    return content_stems(text, code_of(article.article.language))


def _checksums(folder: Path) -> dict[str, str]:
    """The checksum of every file below a folder, by its path there."""
    paths = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix != ".lock"]
    return {path.relative_to(folder).as_posix(): _checksum(path) for path in paths}


def _checksum(path: Path) -> str:
    """CRC-32 and size: damage is found at every opening, and a gigabyte takes a second."""
    crc, size = 0, 0
    with path.open("rb") as file:
        while block := file.read(2**20):
            crc, size = zlib.crc32(block, crc), size + len(block)
    return f"{crc:08x}-{size}"
