"""The engine for many processes and machines: an index in PostgreSQL with pgvector."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from psycopg import errors

from index import damage
from index.article import Article
from index.errors import IndexMismatch, IndexMissing, IndexUnwritable
from index.ledger import SCHEMA_VERSION, Ledger
from index.postgres import search
from index.postgres.connection import Connections
from index.search_index import SearchIndex

# As those of SQLite (``index.ledger``), so that a row is the same in both, its digest too. Text is
# ordered by its bytes there.
_TABLES = """
CREATE TABLE manifest (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE numbers (name text PRIMARY KEY, last bigint NOT NULL);
INSERT INTO numbers VALUES ('articles', 0), ('chunks', 0);
CREATE TABLE articles (
    pk bigint PRIMARY KEY,
    id text NOT NULL, uri text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL,
    revision integer NOT NULL, current boolean NOT NULL, story bigint,
    title text NOT NULL, author text, publisher text COLLATE "C", published text COLLATE "C",
    language text, url text, sources text NOT NULL, root text NOT NULL,
    text text NOT NULL, raw bytea NOT NULL, sentences bytea NOT NULL, minhash bytea NOT NULL,
    chunks integer NOT NULL DEFAULT 0, digest bytea NOT NULL, raw_digest bytea NOT NULL,
    places text NOT NULL, stored text, ended text, days_digest bytea NOT NULL
);
CREATE UNIQUE INDEX one_current_revision ON articles (uri) WHERE current;
CREATE INDEX articles_by_uri ON articles (uri);
CREATE INDEX articles_by_key ON articles (key);
CREATE INDEX articles_by_id ON articles (id);
CREATE INDEX articles_by_story ON articles (story);
CREATE INDEX articles_by_day ON articles (published) WHERE current;
CREATE TABLE encodings (
    key text COLLATE "C" PRIMARY KEY, vector bytea NOT NULL, digest bytea NOT NULL
);
CREATE TABLE chunks (
    pk bigint PRIMARY KEY, article bigint NOT NULL REFERENCES articles (pk) ON DELETE CASCADE,
    start integer NOT NULL, "end" integer NOT NULL, heading text NOT NULL,
    first integer NOT NULL, last integer NOT NULL,
    encoding text COLLATE "C" NOT NULL REFERENCES encodings (key), digest bytea NOT NULL
);
CREATE INDEX chunks_by_article ON chunks (article);
CREATE INDEX chunks_by_encoding ON chunks (encoding);
CREATE FUNCTION caseless(text) RETURNS text IMMUTABLE STRICT LANGUAGE sql RETURN lower($1);
CREATE FUNCTION instr(text, text) RETURNS integer IMMUTABLE STRICT LANGUAGE sql
    RETURN strpos($1, $2);
"""


class Postgres:
    """An index in a schema of a database; ``index.engine.Engine`` says what its methods promise.

    What is searched stands in tables beside the ledger's, and changes in the same transaction; a
    reader's snapshot shows one generation of both.
    """

    def __init__(self, url: str) -> None:
        self._db = Connections(url)

    @property
    def place(self) -> str:
        """The address, without the password."""
        return self._db.place

    def made(self) -> bool:
        """Whether the schema has our tables."""
        return self._db.schema() is not None

    def open(self) -> Ledger:
        """The ledger."""
        found = self._db.schema()
        if found is None:
            raise IndexMissing(
                f"{self.place}: there is no index here; make one with: onrecord add SOURCE --index"
                f" {self.place}"
            )
        if found != str(SCHEMA_VERSION):
            raise IndexMismatch(
                f"{self.place}: the index has schema {found} and this onrecord reads schema"
                f" {SCHEMA_VERSION}; use the onrecord that made it, or update onrecord"
            )
        return Ledger(self._db)

    def alone(self) -> AbstractContextManager[None]:
        """Holds an advisory lock."""
        return self._db.alone()

    def create(self, manifest: dict[str, str]) -> None:
        """Makes schema and tables in one transaction; the extension, if this user may."""
        with self._db.write():
            try:
                self._db.execute("CREATE EXTENSION IF NOT EXISTS vector SCHEMA public")
            except (errors.InsufficientPrivilege, errors.FeatureNotSupported) as error:
                raise IndexUnwritable(
                    f"{self.place}: the extension vector (pgvector) is not there; have it"
                    " installed, and made with: CREATE EXTENSION vector"
                ) from error
            self._db.execute(f'CREATE SCHEMA IF NOT EXISTS "{self._db.name}"')
            tables = _TABLES + search.TABLES.format(dimension=int(manifest["dimension"]))
            for statement in filter(str.strip, tables.split(";")):
                self._db.execute(statement)
            Ledger(self._db).begin(manifest)

    def update(self) -> None:
        """Nothing: there is no earlier schema yet."""

    def harmed(self, ledger: Ledger) -> bool:
        """Never: a damaged row is not shown, ``check`` names it, and a backup brings it back."""
        return False

    def rescue(self, manifest: dict[str, str]) -> tuple[Ledger, list[Article], list[str]]:
        """Not here."""
        raise self._db.damaged("is damaged")

    def put(self, rescued: Ledger) -> Path | None:
        """Not here."""
        raise self._db.damaged("is damaged")

    def forget(self, ledger: Ledger, uris: list[str]) -> None:
        """Takes the articles of these uris out of what is searched.

        Args:
            ledger: The rows of the index, the one source of truth.
            uris: Of the articles that go.
        """
        search.forget(ledger, uris)

    def learn(self, ledger: Ledger, dimension: int, token: str) -> None:
        """Adds what is not searched yet.

        Args:
            ledger: The rows of the index, the one source of truth.
            dimension: The length of each vector.
            token: What names the generation.
        """
        search.learn(ledger, dimension)

    def relearn(self, ledger: Ledger) -> None:
        """Adds all anew, in one transaction."""
        with ledger.write():
            search.empty(self._db)
            search.learn(ledger, int(ledger.manifest()["dimension"]))

    def search_index(self, ledger: Ledger, manifest: dict[str, str]) -> SearchIndex:
        """Tables to search.

        Args:
            ledger: The rows of the index, the one source of truth.
            manifest: What the index says of itself.
        """
        return search.opened(self._db, manifest["token"])

    def faults(self, ledger: Ledger, manifest: dict[str, str]) -> tuple[list[str], list[str]]:
        """What is wrong with the rows, and with what is searched.

        Args:
            ledger: The rows of the index, the one source of truth.
            manifest: What the index says of itself.
        """
        found = damage.find(ledger)
        lacking, left = search.missing(self._db)
        told = []
        if lacking > found.chunks:  # what is damaged is not searched
            told.append(f"{lacking} of what is stored is not found by a search")
        if left:
            told.append(f"{left} of what is searched is not stored")
        return damage.told(found), told

    def size(self) -> int:
        """The bytes of its tables and their indexes."""
        (total,) = self._db.execute(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ? AND relkind = 'r'",
            (self._db.name,),
        ).fetchone()
        return int(total)

    def prune(self, token: str) -> None:
        """Nothing: what is searched has one generation at a time."""
