"""What every test stands on: no network, a home of its own, and one embedding model for all."""

from __future__ import annotations

import os
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from index.build import Builder
from index.embedders import MiniLM
from index.readers.source import Source
from rag.corpus import Corpus
from rag.settings import Settings
from tests.fakes import FakeEmbedder
from tests.network import shut

# A machine with other work makes every example slow, and that is no fault of what is tested. The
# examples are the same each time; others are looked for with --hypothesis-profile=search.
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("here", derandomize=True, **SLOW)
settings.register_profile("search", max_examples=1000, **SLOW)
settings.load_profile("here")


def pytest_configure(config):
    """Gives the run an empty home and model cache, and takes the person's settings away.

    Before anything is collected, since some libraries read these when they are imported.
    """
    home = tempfile.TemporaryDirectory(prefix="onrecord-home-", ignore_cleanup_errors=True)
    patch = pytest.MonkeyPatch()
    config.add_cleanup(home.cleanup)
    config.add_cleanup(patch.undo)
    browsers = Path.home() / ".cache" / "ms-playwright"
    if browsers.is_dir() and "PLAYWRIGHT_BROWSERS_PATH" not in os.environ:
        patch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(browsers))
    for name in ("HOME", "USERPROFILE"):
        patch.setenv(name, home.name)
    for name in ("HF_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        patch.setenv(name, str(Path(home.name) / name.lower()))
    elsewhere = {"HF_HUB_CACHE", "TRANSFORMERS_CACHE", "SENTENCE_TRANSFORMERS_HOME", "TORCH_HOME"}
    for name in list(os.environ):
        if (
            name.upper().startswith("ONRECORD_") and name != "ONRECORD_SKIP_BROWSER"
        ) or name in elsewhere:
            patch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _shut_network():
    with pytest.MonkeyPatch.context() as patch:
        yield shut(patch)


@pytest.fixture(autouse=True)
def refused(_shut_network):
    """What the network was wanted for; a test that leaves something in here has failed.

    So it is seen even when a library catches every error, or tries in a thread of its own.
    """
    _shut_network.clear()
    yield _shut_network
    tried = list(_shut_network)
    _shut_network.clear()
    if tried:
        pytest.fail(f"tests use no network, and this one wanted: {', '.join(tried)}")


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """A working folder of its own, for what reads or writes where it stands."""
    folder = tmp_path / "workplace"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def embedder():
    """The embedding model itself, loaded once."""
    return MiniLM()


@pytest.fixture(scope="session")
def sample_corpus(tmp_path_factory, embedder):
    """The sample corpus, indexed once with the real embedding model."""
    directory = tmp_path_factory.mktemp("sample")
    with as_file(files("index").joinpath("sample")) as folder:
        Builder(directory, embedder).add([Source.at(folder)])
    return Corpus(directory, embedder, Settings())


@pytest.fixture(scope="session")
def story_corpus(tmp_path_factory, embedder):
    """A running story of 40 articles by three outlets, indexed once."""
    directory = tmp_path_factory.mktemp("story")
    Builder(directory, embedder).add([Source.at(Path(__file__).parent / "golden" / "story")])
    return Corpus(directory, embedder, Settings())


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    """The address of a PostgreSQL server, started when it is first wanted."""
    from tests.postgres import server

    lock = tmp_path_factory.getbasetemp().parent / "postgres.lock"  # of all processes of this run
    # Not below pytest's own folder, which the user that the server runs as may not enter.
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        server(Path(folder), lock) as address,
    ):
        yield address


@pytest.fixture
def fake():
    """An embedding model whose vectors can be told by hand."""
    return FakeEmbedder()


@pytest.fixture
def scripted_llm():
    """The scripted server of a language model, started for one test and gone after it."""
    from tests.llm_server import ScriptedServer

    with ScriptedServer() as server:
        yield server


@pytest.fixture(scope="session")
def tiny_llm(tmp_path_factory):
    """The real server with a tiny model, started once."""
    from tests.tiny_model import serving

    with serving(tmp_path_factory.mktemp("tiny-llm")) as server:
        yield server
