"""Every setting, in one place: options, ``ONRECORD_*`` variables, ``onrecord.toml``, defaults."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.chunk import CHUNK_TOKENS, OVERLAP_SENTENCES
from index.database import Place, folder_of, is_database
from index.embed import DEFAULT_MODEL

# Confidence from which a question is answered. 0.35 refuses 6 of 86 and 17 of 131 answerable golden
# questions on the sample, 0.4 refuses 10 and 25; benchmarks/README.md has what 0.1 to 0.7 give.
THRESHOLD = 0.35


class Settings(BaseSettings):
    """What can be set; what is given in code or as an option wins, then variables, then the file.

    Raises:
        pydantic.ValidationError: a value is out of its range, or the file names an unknown one.
    """

    model_config = SettingsConfigDict(
        env_prefix="ONRECORD_", toml_file="onrecord.toml", frozen=True, extra="forbid"
    )

    index: Path = Field(
        Path(".onrecord"), description="the folder of the index, or a database: postgresql://…"
    )
    database: SecretStr = Field(
        SecretStr(""), description="that database; index is then the folder of chats beside it"
    )
    embedder: str = Field(DEFAULT_MODEL, description="embedding model, by name or folder")
    chunk_tokens: int = Field(CHUNK_TOKENS, ge=16, description="the most tokens in a chunk")
    overlap: int = Field(OVERLAP_SENTENCES, ge=0, description="sentences that chunks share")
    top_k: int = Field(10, ge=1, le=1000, description="passages that a search gives")
    max_claims: int = Field(4, ge=1, le=20, description="the most claims in a quoted answer")
    threshold: float = Field(
        THRESHOLD, ge=0, le=1, description="confidence below which the answer is a refusal"
    )
    max_file_mb: int = Field(50, ge=1, description="the largest article read, in megabytes")
    max_pages: int = Field(
        500, ge=1, description="pages fetched at once of one feed or sitemap, the newest first"
    )
    allow_private: bool = Field(
        False, description="whether addresses of this machine and of private networks are fetched"
    )
    alert_webhook: SecretStr = Field(
        SecretStr(""), description="an address that new matches of alerts are sent to, as JSON"
    )
    alert_mail: str = Field("", description="to whom they are mailed, as desk@paper.example")
    alert_sender: str = Field("", description="whom the mail is from; else the name for smtp_url")
    smtp_url: SecretStr = Field(
        SecretStr(""), description="the mail server, as smtps://name:password@mail.example:465"
    )
    host: str = Field("127.0.0.1", description="where the chat listens")
    port: int = Field(7860, ge=0, le=65535, description="the chat's port; 0 takes a free one")
    auth: SecretStr = Field(
        SecretStr(""), description="who may use the chat; onrecord chat --auth NAME makes it"
    )
    proxies: str = Field(
        "", description="proxies on other machines that are believed whom they ask for, as 10.0.0.7"
    )
    llm_url: str = Field(
        "", description="where a language model is served, as http://localhost:11434/v1; none"
    )
    llm_model: str = Field("", description="the model's name there; onrecord llm lists them")
    llm_key: SecretStr = Field(SecretStr(""), description="the server's key, if it wants one")
    llm_timeout: int = Field(
        60, ge=1, le=3600, description="seconds until an unfinished reply gives way to quotes"
    )
    llm_context: int = Field(
        4096, ge=1024, description="tokens that the server lets prompt and reply have together"
    )
    llm_max_tokens: int = Field(512, ge=16, description="the most tokens in a model's reply")

    @model_validator(mode="before")
    @classmethod
    def _apart(cls, values: dict[str, object]) -> dict[str, object]:
        """Tells a database from a folder."""
        place = str(values.get("index", ""))
        if not is_database(place):
            return values
        return values | {"database": place, "index": folder_of(place)}

    def place(self, folder: Path | None = None) -> Place:
        """Where the articles are whose chats lie in a folder, by default the one that is set."""
        database = self.database.get_secret_value()
        return database if database and folder in (None, self.index) else folder or self.index

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Code first, then the environment, then onrecord.toml of the working folder."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
