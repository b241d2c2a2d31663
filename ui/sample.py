"""The sample corpus: what there is to ask before any article was added."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from index import search_index
from index.build import Builder
from index.database import Place
from index.embed import Embedder
from index.embedders import embedder_of
from index.engine import LEDGER, engine_at
from index.errors import IndexBusy, IndexDamaged, IndexMismatch, IndexMissing
from index.readers.source import Source

if TYPE_CHECKING:
    from rag.corpus import Corpus
    from rag.settings import Settings

NOTICE = "This is the sample corpus, articles written for onrecord. Add your own under Corpus."
SUGGESTIONS = (
    "What preconditions did the Kremlin set?",
    "How many people were evacuated from the Old Dock?",
    "Who resigned, and why?",
    "What did the court order Brandreth Marine to hand over?",
)
FOLDER = "sample"


def open_corpus(settings: Settings, *, sample: bool = False) -> Corpus:
    """Opens the index that the settings name, or the sample corpus.

    Without an index at its usual place the sample is used, and the person is told so. An index
    that was named and is not there is an error: its questions are not for the sample.

    Raises:
        IndexMissing, IndexMismatch: see the classes.
    """
    from rag.corpus import Corpus

    if not sample:
        empty = _is_empty(settings.place())
        if not empty:
            return Corpus.open(settings=settings)
        if _cut_off(settings.index):
            raise IndexMissing(
                f"{settings.index}: there is no article in this index, but search files for some;"
                " if it was copied while it was used, copy ledger.sqlite-wal too, or take what"
                " onrecord backup writes; else add the sources again"
            )
        named = engine_at(settings.place()).place
        if {"index", "database"} & settings.model_fields_set:
            raise IndexMissing(
                f"{named}: there is no article in this index; add some with: onrecord add"
                f" SOURCE --index {named}, or try the sample corpus with --sample"
            )
        typer.echo(
            f"No articles were added to {settings.index} yet, so this is the sample corpus"
            " that comes with onrecord. Add your own with: onrecord add SOURCE",
            err=True,
        )
    directory = settings.index / FOLDER
    embedder = embedder_of(settings.embedder)
    _build(directory, embedder, settings)
    return Corpus.open(directory, settings=settings, embedder=embedder)


def is_sample(corpus: Corpus) -> bool:
    """Whether a corpus is the sample that ``open_corpus`` made."""
    return corpus.directory == corpus.settings.index / FOLDER


def home(corpus: Corpus) -> Path:
    """The folder that what readers add goes to, and where alerts lie: the sample takes neither."""
    return corpus.settings.index if is_sample(corpus) else corpus.directory


def _is_empty(place: Place) -> bool:
    engine = engine_at(place)
    if not engine.made():
        return True
    ledger = engine.open()
    with ledger.read():
        return ledger.counts()["articles"] == 0


def _cut_off(directory: Path) -> bool:
    """Whether nothing was committed to a ledger beside which search files of something lie."""
    from index.engine import open_ledger

    if not (directory / LEDGER).is_file():
        return False
    ledger = open_ledger(directory)
    with ledger.read():
        return ledger.manifest()["generation"] == "0" and any(
            (directory / search_index.FOLDER).glob("*")
        )


def _build(directory: Path, embedder: Embedder, settings: Settings) -> None:
    """Brings the index of the sample in line with the articles of this version."""
    builder = Builder(
        directory, embedder, chunk_tokens=settings.chunk_tokens, overlap=settings.overlap
    )
    with as_file(files("index").joinpath("sample")) as folder:
        try:
            builder.add([Source.at(folder)])
        except (IndexMismatch, IndexDamaged):
            # Made by another version or model, or damaged. Its articles are not the person's own;
            # the chats beside them are.
            for path in directory.glob(f"{LEDGER}*"):
                path.unlink()
            builder.add([Source.at(folder)])
        except IndexBusy:
            # Another command is making the same index: what it has committed is used.
            if not (directory / LEDGER).is_file():
                raise
