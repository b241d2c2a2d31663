"""The sample corpus, indexed once with the real embedding model."""

from __future__ import annotations

from importlib.resources import as_file, files

import pytest

from index.build import Builder
from index.readers import Source
from rag.corpus import Corpus
from rag.settings import Settings


@pytest.fixture(scope="session")
def sample_corpus(tmp_path_factory, embedder):
    directory = tmp_path_factory.mktemp("sample")
    with as_file(files("index").joinpath("sample")) as folder:
        Builder(directory, embedder).add([Source.at(folder)])
    return Corpus(directory, embedder, Settings())
