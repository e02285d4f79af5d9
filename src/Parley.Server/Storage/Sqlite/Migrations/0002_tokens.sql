-- A token's secret is never here: its SHA-256 is.
CREATE TABLE tokens (
    token_id     TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    hash         BLOB NOT NULL UNIQUE,
    project_id   TEXT,               -- NULL: every project
    agent_id     TEXT,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    last_used_at INTEGER,
    revoked_at   INTEGER             -- kept a while, so that a revoked token is not taken over again from a file
) WITHOUT ROWID;

CREATE TABLE opened_tickets (
    ticket    TEXT PRIMARY KEY,
    token_id  TEXT NOT NULL,
    opened_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX opened_tickets_token ON opened_tickets (token_id);

CREATE TABLE signing_keys (
    name TEXT PRIMARY KEY,
    key  BLOB NOT NULL
) WITHOUT ROWID;
