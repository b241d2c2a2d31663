"""What is computed from the ledger for one generation, on disk: vectors, words, vocabulary."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.bm25 import BM25Index
from index.chunk import embedded_text
from index.disk import settle, sync
from index.ledger import Ledger, StoredArticle
from index.text.words import ENGLISH, code_of, content_stems
from index.vectors import VectorIndex
from index.vocabulary import Vocabulary

FOLDER = "derived"
_STAMP = "stamp.json"


class SearchIndexDamaged(Exception):
    """The files are not there, not whole, or not of this generation; they can be made again."""


class Vectors(Protocol):
    """Vectors by id, as ``VectorIndex`` and PostgreSQL have them."""

    def __len__(self) -> int:
        """How many there are."""

    def search(
        self, query: NDArray[np.float32], top_k: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """See ``VectorIndex.search``.

        Args:
            query: float32 (d,), unit length.
            top_k: How many at most.
            allowed: The ids that may be found; None for all.
        """

    def scores(self, query: NDArray[np.float32], ids: Collection[int]) -> dict[int, float]:
        """See ``VectorIndex.scores``.

        Args:
            query: float32 (d,), unit length.
            ids: Chunks or articles, by pk.
        """


class Words(Protocol):
    """Texts by id, as ``BM25Index`` and PostgreSQL have them."""

    def __len__(self) -> int:
        """How many there are."""

    def frequency(self, stem: str) -> int:
        """In how many texts a stem occurs."""

    def search(
        self, weights: Mapping[str, float], top_k: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """See ``BM25Index.search``.

        Args:
            weights: What each stem counts.
            top_k: How many at most.
            allowed: The ids that may be found; None for all.
        """


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The search structures of one generation, over chunks and over whole articles.

    Attributes:
        token: The generation they were computed from.
        chunk_words: Over each chunk under its title and heading.
        article_vectors: Over the mean of each article's chunk vectors.
        languages: Those of the articles, by their codes.
    """

    token: str
    chunk_vectors: Vectors
    article_vectors: Vectors
    chunk_words: Words
    article_words: Words
    vocabulary: Vocabulary
    languages: frozenset[str] = frozenset({ENGLISH})

    @classmethod
    def build(cls, ledger: Ledger, dimension: int, token: str, root: Path | None) -> SearchIndex:
        """Computes all of it from the ledger; nothing is embedded again.

        Args:
            ledger: Inside ``read()`` or ``write()``.
            dimension: Of the vectors.
            token: Names the generation.
            root: Where to keep it, in a folder named by the token; None keeps it in memory.

        Raises:
            OSError: the disk takes no more; nothing is left there then.
        """
        if root is None:
            return cls._made(ledger, dimension, token, None)
        making = root / f"{token}.making"
        shutil.rmtree(making, ignore_errors=True)
        try:
            making.mkdir(parents=True)
            made = cls._made(ledger, dimension, token, making)
            stamp = {
                "token": token,
                "languages": sorted(made.languages),
                "files": _checksums(making),
            }
            (making / _STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")
            settle(making)  # before any commit can name it
            shutil.rmtree(root / token, ignore_errors=True)
            making.rename(root / token)
            sync(root)
        finally:
            shutil.rmtree(making, ignore_errors=True)
        return cls.open(root, token)

    @classmethod
    def _made(cls, ledger: Ledger, dimension: int, token: str, folder: Path | None) -> SearchIndex:
        """As ``build``; its files go to a folder."""
        ids, vectors, owners = _vectors(ledger, dimension)
        chunk_vectors = VectorIndex.build(ids, vectors)
        article_vectors = VectorIndex.build(*means(vectors, owners))
        if folder:
            chunk_vectors.save(folder / "chunks.faiss")
            article_vectors.save(folder / "articles.faiss")
        chunk_words = BM25Index.build(
            _chunk_texts(ledger, set(ids.tolist())), folder and folder / "chunks.words"
        )
        found = set(owners.tolist())
        article_words = BM25Index.build(
            ((a.pk, article_stems(a)) for a in ledger.all_articles() if a.pk in found),
            folder and folder / "articles.words",
        )
        vocabulary = Vocabulary.build(
            (a.article.title, a.article.text) for a in ledger.all_articles()
        )
        if folder:
            vocabulary.save(folder / "words.tsv")
        languages = frozenset(code_of(a.article.language) for a in ledger.all_articles())
        parts = chunk_vectors, article_vectors, chunk_words, article_words, vocabulary
        return cls(token, *parts, languages or frozenset({ENGLISH}))

    @classmethod
    def open(cls, root: Path, token: str) -> SearchIndex:
        """Opens what ``build`` kept.

        Args:
            root: The folder of the index.
            token: What names the generation.

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

    Args:
        root: The folder of the index.
        token: What names the generation.

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
    """Deletes the derived files of every generation but one.

    Args:
        root: The folder of the index.
        token: What names the generation that stays.
    """
    if root.is_dir():
        for folder in root.iterdir():
            if folder.name != token:
                shutil.rmtree(folder, ignore_errors=True)


def _vectors(
    ledger: Ledger, dimension: int
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
    """The pks (n,), vectors (n, d) and articles (n,) of the chunks that are whole."""
    count = ledger.counts()["chunks"]
    ids = np.empty(count, dtype=np.int64)
    owners = np.empty(count, dtype=np.int64)
    vectors = np.empty((count, dimension), dtype=np.float32)
    held = 0
    for pk, article, vector in ledger.vectors(dimension):
        ids[held], owners[held], vectors[held] = pk, article, vector
        held += 1
    return ids[:held], vectors[:held], owners[:held]


def means(
    vectors: NDArray[np.float32], owners: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The articles' pks, and the mean of each one's vectors at unit length.

    Args:
        vectors: float32 (n, d), unit rows.
        owners: int64 (n,), the pk of each row's article.
    """
    articles, rows = np.unique(owners, return_inverse=True)
    sums = np.zeros((len(articles), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, rows, vectors)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    return articles.astype(np.int64), sums / np.maximum(norms, 1e-12)


def _chunk_texts(ledger: Ledger, wanted: Collection[int]) -> Iterator[tuple[int, list[str]]]:
    """Each chunk's pk and the stems of what is searched; one article's text is held at a time."""
    pk, article = 0, None
    for chunk in ledger.all_chunks():
        if chunk.pk not in wanted:
            continue
        if pk != chunk.article:
            pk, article = chunk.article, ledger.articles([chunk.article]).get(chunk.article)
        if article:
            read = embedded_text(article.article.title, chunk.of(article.article.text))
            yield chunk.pk, stems_of(read, article)


def article_stems(article: StoredArticle) -> list[str]:
    """The stems of what is searched of a whole article, in its language."""
    return stems_of(f"{article.article.title}\n{article.article.text}", article)


def stems_of(text: str, article: StoredArticle) -> list[str]:
    """The stems of a text of an article.

    Args:
        text: Part of the article, or its title.
        article: Whose language decides.
    """
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
