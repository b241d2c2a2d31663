CREATE TABLE conversations (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, user TEXT NOT NULL, title TEXT NOT NULL, named INTEGER NOT NULL,
    changed INTEGER NOT NULL, created_at TEXT NOT NULL, digest BLOB NOT NULL DEFAULT x''
);
CREATE INDEX conversations_by_user ON conversations (user, changed);
CREATE TABLE turns (
    pk INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversations (pk) ON DELETE CASCADE,
    question TEXT NOT NULL, answer TEXT NOT NULL, said TEXT NOT NULL, asked_at TEXT NOT NULL,
    digest BLOB NOT NULL DEFAULT x''
);
CREATE INDEX turns_by_conversation ON turns (conversation);
CREATE TABLE feedback (
    turn INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (pk) ON DELETE CASCADE,
    liked INTEGER NOT NULL, reason TEXT NOT NULL, given_at TEXT NOT NULL,
    history TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
    digest BLOB NOT NULL DEFAULT x''
);
CREATE INDEX feedback_by_conversation ON feedback (conversation);
