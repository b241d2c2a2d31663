-- As those of SQLite (index/schema.sql), so that a row is the same in both, its digest too. Text is
-- ordered by its bytes there.
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
-- What is searched.
CREATE TABLE chunk_search (
    id bigint PRIMARY KEY, article bigint NOT NULL, vector halfvec({dimension}) NOT NULL,
    length integer NOT NULL
);
CREATE INDEX chunk_search_by_article ON chunk_search (article);
CREATE TABLE article_search (
    id bigint PRIMARY KEY, vector vector({dimension}) NOT NULL, length integer NOT NULL
);
CREATE TABLE chunk_postings (
    stem text COLLATE "C", block bigint, data bytea NOT NULL, PRIMARY KEY (stem, block)
);
CREATE TABLE article_postings (
    stem text COLLATE "C", block bigint, data bytea NOT NULL, PRIMARY KEY (stem, block)
);
CREATE TABLE counted (article bigint PRIMARY KEY);
CREATE TABLE words (
    word text COLLATE "C" PRIMARY KEY, written bigint NOT NULL, inside bigint NOT NULL
);
