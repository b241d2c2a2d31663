"""Stops a build at any of its steps; imports little, since processes are started to be killed."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from index import build as room
from index import search_index
from index.ledger import Ledger
from index.readers.source import Source
from tests.fakes import FakeEmbedder


def stages():
    """Where a build is stopped: before or after each of its steps, by the step's own name."""
    return {
        "encode": (FakeEmbedder, "encode_passages"),
        "put_encodings": (Ledger, "put_encodings"),
        "delete": (Ledger, "delete"),
        "insert": (Ledger, "insert"),
        "stories": (room, "stories"),
        "drop": (Ledger, "drop_unused_encodings"),
        "manifest": (Ledger, "set_manifest"),
        "write": (search_index.SearchIndex, "write"),
        "save": (search_index.VectorIndex, "save"),
        "words": (search_index.BM25Index, "build"),
        "checksums": (search_index, "_checksums"),
        "rename": (Path, "rename"),
        "prune": (search_index, "prune"),
    }


def stop(patch, name, *, after, at=1, how):
    """Patches a step so that its call number ``at`` ends in ``how()``."""
    owner, attribute = stages()[name]
    real = getattr(owner, attribute)
    bound = isinstance(owner.__dict__.get(attribute), classmethod)
    calls = []

    def stopped(*arguments, **named):
        calls.append(1)
        if len(calls) == at and not after:
            how()
        result = real(*(arguments[1:] if bound else arguments), **named)
        if len(calls) == at and after:
            how()
        return result

    patch.setattr(owner, attribute, classmethod(stopped) if bound else stopped)


class _Patch:
    setattr = staticmethod(setattr)


if __name__ == "__main__":
    directory, news, step, when = sys.argv[1:]
    stop(_Patch, step, after=when == "after", how=lambda: os.kill(os.getpid(), signal.SIGKILL))
    room.Builder(directory, FakeEmbedder()).add([Source.at(news)])
