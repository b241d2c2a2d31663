"""One place for every setting, and an order in which they win."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from rag.settings import THRESHOLD, Settings


@pytest.fixture(autouse=True)
def _working_folder(workplace):
    """No test sees the project's own folder."""


def test_defaults():
    settings = Settings()
    assert settings.index == Path(".onrecord")
    assert (settings.top_k, settings.max_claims, settings.threshold) == (10, 4, THRESHOLD)
    assert (settings.host, settings.port, settings.max_file_mb) == ("127.0.0.1", 7860, 50)
    assert (settings.llm_url, settings.llm_model) == ("", "")
    assert settings.model_fields_set == set()


def test_a_key_is_not_shown():
    assert "s3cret" not in f"{Settings(llm_key='s3cret')!r}"


def test_the_file_wins_over_defaults_the_variable_over_the_file_and_an_option_over_all(
    workplace, monkeypatch
):
    (workplace / "onrecord.toml").write_text('top_k = 3\nindex = "news"\nport = 1\n')
    assert (Settings().top_k, Settings().index) == (3, Path("news"))
    monkeypatch.setenv("ONRECORD_TOP_K", "4")
    assert (Settings().top_k, Settings().index, Settings().port) == (4, Path("news"), 1)
    assert (Settings(top_k=5).top_k, Settings(top_k=5).index) == (5, Path("news"))
    assert Settings(top_k=5).model_fields_set == {"top_k", "index", "port"}


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_can_be_a_variable(name, monkeypatch):
    given = {"index": "x", "embedder": "x", "threshold": "0.25", "llm_context": "8192"}
    given["allow_private"] = "True"
    value = given.get(name, "17")
    monkeypatch.setenv(f"ONRECORD_{name.upper()}", value)
    found = getattr(Settings(), name)
    secret = isinstance(found, SecretStr)
    assert str(found.get_secret_value() if secret else found) == value


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("top_k", "many", "valid integer"),
        ("top_k", "0", "greater than or equal to 1"),
        ("top_k", "1001", "less than or equal to 1000"),
        ("max_claims", "0", "greater than or equal to 1"),
        ("threshold", "1.5", "less than or equal to 1"),
        ("threshold", "-1", "greater than or equal to 0"),
        ("chunk_tokens", "3", "greater than or equal to 16"),
        ("overlap", "-1", "greater than or equal to 0"),
        ("port", "70000", "less than or equal to 65535"),
        ("llm_timeout", "0", "greater than or equal to 1"),
        ("llm_context", "100", "greater than or equal to 1024"),
        ("llm_max_tokens", "1", "greater than or equal to 16"),
    ],
)
def test_a_bad_value_is_told(name, value, message, monkeypatch):
    monkeypatch.setenv(f"ONRECORD_{name.upper()}", value)
    with pytest.raises(ValidationError, match=f"{name}\n.*{message}"):
        Settings()


def test_a_setting_that_does_not_exist_is_told(workplace):
    (workplace / "onrecord.toml").write_text("topk = 3\n")
    with pytest.raises(ValidationError, match=r"topk\n.*Extra inputs are not permitted"):
        Settings()


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="Instance is frozen"):
        Settings().top_k = 3
