"""What is computed from the ledger for one generation, on disk: vectors, words, vocabulary."""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.chunk import embedded_text
from index.keywords import WordIndex
from index.ledger import Ledger
from index.vectors import VectorIndex
from index.vocabulary import Vocabulary

FOLDER = "derived"
_STAMP = "stamp.json"


class DerivedDamaged(Exception):
    """The files are not there, not whole, or not of this generation; they can be made again."""


@dataclass(frozen=True, slots=True)
class Derived:
    """The search structures of one generation, over chunks and over whole articles.

    Attributes:
        token: The generation they were computed from.
        chunk_words: Over each chunk under its title and heading.
        article_vectors: Over the mean of each article's chunk vectors.
    """

    token: str
    chunk_vectors: VectorIndex
    article_vectors: VectorIndex
    chunk_words: WordIndex
    article_words: WordIndex
    vocabulary: Vocabulary

    @classmethod
    def build(cls, ledger: Ledger, dimension: int, token: str, root: Path | None) -> Derived:
        """Computes all of it from the ledger; nothing is embedded again.

        Args:
            ledger: Inside ``read()`` or ``write()``.
            dimension: Of the vectors.
            token: Names the generation.
            root: Where to keep it, in a folder named by the token; None keeps it in memory.
        """
        ids, vectors, owners = _vectors(ledger, dimension)
        chunk_vectors = VectorIndex.build(ids, vectors)
        article_vectors = VectorIndex.build(*_means(vectors, owners))
        making = None
        if root:
            making = root / f"{token}.making"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir(parents=True)
            chunk_vectors.save(making / "chunks.faiss")
            article_vectors.save(making / "articles.faiss")
        chunk_words = WordIndex.build(_chunk_texts(ledger), making and making / "chunks.words")
        article_words = WordIndex.build(
            ((a.pk, f"{a.article.title}\n{a.article.text}") for a in ledger.all_articles()),
            making and making / "articles.words",
        )
        vocabulary = Vocabulary.build(
            (a.article.title, a.article.text) for a in ledger.all_articles()
        )
        if root and making:
            vocabulary.save(making / "words.tsv")
            stamp = {"token": token, "files": _checksums(making)}
            (making / _STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")
            shutil.rmtree(root / token, ignore_errors=True)
            making.rename(root / token)
            return cls.open(root, token)
        return cls(token, chunk_vectors, article_vectors, chunk_words, article_words, vocabulary)

    @classmethod
    def open(cls, root: Path, token: str) -> Derived:
        """Opens what ``build`` kept.

        Raises:
            DerivedDamaged: see ``verify``.
        """
        folder = root / token
        verify(root, token)
        try:
            return cls(
                token,
                VectorIndex.load(folder / "chunks.faiss"),
                VectorIndex.load(folder / "articles.faiss"),
                WordIndex.load(folder / "chunks.words"),
                WordIndex.load(folder / "articles.words"),
                Vocabulary.load(folder / "words.tsv"),
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise DerivedDamaged(f"{folder}: {error}") from error


def verify(root: Path, token: str) -> None:
    """Reads every derived file of a generation and compares it with its digest.

    Raises:
        DerivedDamaged: a file is missing or differs, or they are of another generation.
    """
    folder = root / token
    try:
        stamp = json.loads((folder / _STAMP).read_text(encoding="utf-8"))
        if stamp["token"] != token:
            raise DerivedDamaged(f"{folder}: made from {stamp['token']}, not from {token}")
        for name, checksum in stamp["files"].items():
            if _checksum(folder / name) != checksum:
                raise DerivedDamaged(f"{folder / name}: not as it was written")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DerivedDamaged(f"{folder}: {error}") from error


def prune(root: Path, token: str) -> None:
    """Deletes the derived files of every generation but one."""
    if root.is_dir():
        for folder in root.iterdir():
            if folder.name != token:
                shutil.rmtree(folder, ignore_errors=True)


def _vectors(
    ledger: Ledger, dimension: int
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
    """The chunks' pks (n,), vectors (n, d) and articles (n,)."""
    count = ledger.counts()["chunks"]
    ids = np.empty(count, dtype=np.int64)
    owners = np.empty(count, dtype=np.int64)
    vectors = np.empty((count, dimension), dtype=np.float32)
    for row, (pk, article, vector) in enumerate(ledger.vectors(dimension)):
        ids[row], owners[row], vectors[row] = pk, article, vector
    return ids, vectors, owners


def _means(
    vectors: NDArray[np.float32], owners: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The articles' pks, and the mean of each one's vectors at unit length."""
    articles, rows = np.unique(owners, return_inverse=True)
    sums = np.zeros((len(articles), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, rows, vectors)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    return articles.astype(np.int64), sums / np.maximum(norms, 1e-12)


def _chunk_texts(ledger: Ledger) -> Iterator[tuple[int, str]]:
    """Each chunk's pk and what is searched of it; only one article's text is held at a time."""
    article = None
    for chunk in ledger.all_chunks():
        if article is None or article.pk != chunk.article:
            article = ledger.articles([chunk.article])[chunk.article]
        yield chunk.pk, embedded_text(article.article.title, chunk.of(article.article.text))


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
