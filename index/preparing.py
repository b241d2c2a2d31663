"""Articles cut into chunks and these encoded, here or in several processes; copies of stories.

A wire story printed ten times is one story with ten publishers.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.chunk import chunk_article, embedded_text
from index.database import Place
from index.embed import Embedder
from index.engine import engine_at
from index.errors import OnRecordError
from index.ledger import Ledger, Prepared
from index.text.sentences import split_sentences
from index.text.words import WORD, code_of, language_of

# How often a group is tried alone before its articles are taken for the reason.
_STARTS = 3

Part = tuple[list[Prepared], int]
"""Articles that are ready, and how many new encodings were stored for them."""

Load = Callable[[], Embedder]

_Encoded = tuple[list[Prepared], list[str], NDArray[np.float32]]  # keys and vectors that are new

# Encodings that are stored in one transaction.
_STORED = 32


@dataclass(frozen=True, slots=True)
class Preparer:
    """How articles are cut and encoded."""

    embedder: Embedder
    chunk_tokens: int  # of the longest chunk
    overlap: int  # sentences that neighbouring chunks share

    def split(self, article: Article) -> Prepared:
        """An article with its sentences, chunks and signature."""
        language = article.language or language_of(f"{article.title}\n{article.text}")
        sentences = split_sentences(article.text, code_of(language))
        chunks = chunk_article(
            article.text,
            sentences,
            self.embedder.count_tokens,
            max_tokens=self.chunk_tokens,
            overlap=self.overlap,
            title=article.title,
            window=self.embedder.window,
        )
        keys = [_key(embedded_text(article.title, chunk), chunk.text) for chunk in chunks]
        return Prepared(article, sentences, chunks, keys, signature(article.text), language)

    def parts(self, ledger: Ledger, groups: Iterable[list[Article]]) -> Generator[Part]:
        """Prepares groups in turn, each encoded while the next is split."""
        running: tuple[list[Prepared], list[str], Future[NDArray[np.float32]]] | None = None
        with ThreadPoolExecutor(1) as encoding:
            for articles in groups:
                group = [self.split(article) for article in articles]
                if running:
                    yield _store(ledger, *running[:2], running[2].result())
                texts = unknown(ledger, group)
                encoded = encoding.submit(self.embedder.encode_passages, [*texts.values()])
                running = group, [*texts], encoded
            if running:
                yield _store(ledger, *running[:2], running[2].result())


def _store(
    ledger: Ledger, group: list[Prepared], keys: list[str], vectors: NDArray[np.float32]
) -> Part:
    """Stores the encodings of a group, for no one yet."""
    for first in range(0, len(keys), _STORED):
        part = slice(first, first + _STORED)
        with ledger.write():
            ledger.put_encodings(zip(keys[part], vectors[part], strict=True))
    return group, len(keys)


def unknown(ledger: Ledger, group: list[Prepared]) -> dict[str, str]:
    """What has to be encoded of the chunks of articles, by its key."""
    texts = {
        key: embedded_text(item.article.title, chunk)
        for item in group
        for chunk, key in zip(item.chunks, item.encodings, strict=True)
    }
    with ledger.read():
        known = ledger.known_encodings(texts)
    return {key: text for key, text in texts.items() if key not in known}


def _key(context: str, text: str) -> str:
    """Names an encoding by what is encoded and how much of it is the chunk's own."""
    canonical = f"{len(text)}\n{context}"
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Workers:
    """Processes that prepare articles; what one that is killed had in hand is done again."""

    count: int
    embedder: Load  # a function of a module, since each process calls it

    def parts(
        self,
        ledger: Ledger,
        place: Place,
        settings: tuple[int, int],
        groups: Iterable[list[Article]],
    ) -> Generator[Part]:
        """As ``Preparer.parts``, several groups at once, in their order.

        Args:
            ledger: Where encodings are stored as they come.
            place: The index, of which each process reads which encodings are known.
            settings: The longest chunk and the overlap of chunks.
            groups: Articles that are encoded together.

        Raises:
            OnRecordError: the processes ended again and again at the same articles.
        """
        left, waiting = iter(groups), deque[tuple[list[Article], Future[_Encoded]]]()
        pool = self._started(place, settings)
        try:
            while True:
                while len(waiting) < 2 * self.count and (group := next(left, None)):
                    waiting.append((group, _given(pool, group)))
                if not waiting:
                    return
                group, part = waiting.popleft()
                alone = 0
                while isinstance(part.exception(), BrokenProcessPool):
                    # Alone, so that no other group ends it, and what is before one is stored.
                    if alone == _STARTS:
                        raise _ended(group)
                    pool.shutdown(wait=False)
                    pool, alone = self._started(place, settings), alone + 1
                    part = _given(pool, group)
                if alone:
                    waiting = deque(
                        (g, part if part.done() and not part.exception() else _given(pool, g))
                        for g, part in waiting
                    )
                yield _store(ledger, *part.result())
        finally:
            pool.shutdown(cancel_futures=True)

    def _started(self, place: Place, settings: tuple[int, int]) -> ProcessPoolExecutor:
        given = (self.embedder, place, settings)
        return ProcessPoolExecutor(self.count, self.context(), _begin, given)

    def context(self) -> ForkServerContext:
        """How processes are started: from one that has not begun threads."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        return context


def _given(pool: ProcessPoolExecutor, group: list[Article]) -> Future[_Encoded]:
    """A group in hand; that of a pool that has ended meanwhile has ended with it."""
    try:
        return pool.submit(_work, group)
    except BrokenProcessPool as error:
        ended = Future[_Encoded]()
        ended.set_exception(error)
        return ended


def _ended(group: list[Article]) -> OnRecordError:
    return OnRecordError(
        f"the processes that prepare articles ended {_STARTS} times at {group[0].uri} or one of the"
        f" {len(group) - 1} after it; if memory ran out, give fewer --workers; what was embedded"
        " before is kept for the next add"
    )


_here: tuple[Preparer, Ledger]  # of a process that works for another


def beside() -> None:
    """Has a process end with the one that it works for, which alone hears Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _begin(embedder: Load, place: Place, settings: tuple[int, int]) -> None:
    global _here
    beside()
    _here = Preparer(embedder(), *settings), engine_at(place).open()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _work(group: list[Article]) -> _Encoded:
    preparer, ledger = _here
    prepared = [preparer.split(article) for article in group]
    texts = unknown(ledger, prepared)
    return prepared, [*texts], preparer.embedder.encode_passages([*texts.values()])


# MinHash over shingles of three words (Broder 1997). 128 permutations put the standard error of
# the estimated resemblance at 0.044 at most.
PERMUTATIONS = 128
SHINGLE_WORDS = 3
BATCH = 10_000  # shingles hashed at once: 10 MB, and no slower than all of them
SIGNATURE_BYTES = 4 * PERMUTATIONS

# Signatures are compared that agree in a whole band of five numbers: two texts of a resemblance of
# 0.5 do with a probability of 0.55, of 0.7 of 0.99 (the bands that datasketch chooses for 0.5).
BANDS, BAND = 25, 5
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_COMPARED = 1_000  # signatures at once

# Resemblance from which two texts are one story. In the sample corpus a copy with another dateline
# scores 0.95, one in another spelling and cut at the end 0.74; two outlets' own reports of one
# event 0.05 at most. 0.5 lies in the empty middle.
RESEMBLANCE = 0.5


def signature(text: str) -> bytes:
    """The MinHash of a text, 4 bytes for each permutation; texts without a word get b""."""
    from datasketch import MinHash

    words = [word.lower() for word in WORD.findall(text)]
    if not words:
        return b""
    last = max(1, len(words) - SHINGLE_WORDS + 1)
    shingles = {" ".join(words[i : i + SHINGLE_WORDS]).encode() for i in range(last)}
    minhash = MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32")
    listed = sorted(shingles)
    for first in range(0, len(listed), BATCH):  # each takes PERMUTATIONS numbers while it is hashed
        minhash.update_batch(listed[first : first + BATCH])
    return bytes(minhash.hashvalues.astype("<u4").tobytes())


def stories(signatures: Mapping[int, bytes]) -> dict[int, int]:
    """Groups texts that are copies of each other.

    Returns:
        For each article, the smallest of the articles that it is a copy of, or itself.
    """
    found = {pk: pk for pk in sorted(signatures)}
    pks = [pk for pk in found if signatures[pk]]
    rows = np.frombuffer(b"".join(signatures[pk] for pk in pks), dtype="<u4")
    rows = rows.reshape(-1, PERMUTATIONS)
    for row, earlier in _candidates(rows):
        for first in range(0, len(earlier), _COMPARED):
            part = earlier[first : first + _COMPARED]
            alike = (rows[part] == rows[row]).mean(axis=1) >= RESEMBLANCE
            if alike.any():
                found[pks[row]] = found[pks[part[alike.argmax()]]]
                break
    return found


def _candidates(rows: NDArray[np.uint32]) -> Iterator[tuple[int, NDArray[np.int32]]]:
    """For each signature that has some, those before it that agree with it in a whole band."""
    count = len(rows)
    orders, firsts, places = (np.empty((BANDS, count), dtype=np.int32) for _ in range(3))
    for band in range(BANDS):
        hashed = np.zeros(count, dtype=np.uint64)
        for column in rows[:, band * BAND : (band + 1) * BAND].T:
            hashed = (hashed ^ column) * _PRIME
        order = np.argsort(hashed, kind="stable")
        new = np.ones(count, dtype=bool)
        new[1:] = np.diff(hashed[order]) != 0
        orders[band] = order
        firsts[band, order] = np.maximum.accumulate(np.where(new, np.arange(count), 0))
        places[band, order] = np.arange(count)
    for row in np.flatnonzero((places > firsts).any(axis=0)).tolist():
        spans = zip(orders, firsts[:, row], places[:, row], strict=True)
        yield row, np.unique(np.concatenate([order[a:b] for order, a, b in spans]))
