CREATE TABLE manifest (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL, uri TEXT NOT NULL, key TEXT NOT NULL,
    revision INTEGER NOT NULL, current INTEGER NOT NULL, story INTEGER,
    title TEXT NOT NULL, author TEXT, publisher TEXT, published TEXT, language TEXT, url TEXT,
    sources TEXT NOT NULL, root TEXT NOT NULL,
    text TEXT NOT NULL, raw BLOB NOT NULL, sentences BLOB NOT NULL, minhash BLOB NOT NULL,
    chunks INTEGER NOT NULL,
    digest BLOB NOT NULL, raw_digest BLOB NOT NULL,
    places TEXT NOT NULL,
    stored TEXT, ended TEXT, days_digest BLOB NOT NULL
);
CREATE UNIQUE INDEX one_current_revision ON articles (uri) WHERE current;
CREATE INDEX articles_by_uri ON articles (uri);
CREATE INDEX articles_by_key ON articles (key);
CREATE INDEX articles_by_id ON articles (id);
CREATE INDEX articles_by_story ON articles (story);
CREATE TABLE encodings (
    key TEXT PRIMARY KEY, vector BLOB NOT NULL, digest BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE chunks (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    article INTEGER NOT NULL REFERENCES articles (pk) ON DELETE CASCADE,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, heading TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL,
    encoding TEXT NOT NULL REFERENCES encodings (key), digest BLOB NOT NULL
);
CREATE INDEX chunks_by_article ON chunks (article);
CREATE INDEX chunks_by_encoding ON chunks (encoding);
