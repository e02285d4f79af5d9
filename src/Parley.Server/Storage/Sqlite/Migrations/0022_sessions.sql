-- The sessions of browsers: see ISessionStore. A cookie's value is never here: its SHA-256 is.
CREATE TABLE sessions (
    session_id       TEXT PRIMARY KEY,
    hash             BLOB NOT NULL UNIQUE,
    ticket           TEXT NOT NULL UNIQUE,   -- that opened it, and opens no other
    token_id         TEXT NOT NULL,
    token_created_at INTEGER NOT NULL,       -- a token that is made anew under the same id is another
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    last_used_at     INTEGER NOT NULL,
    ended_at         INTEGER                 -- the person signed out
) WITHOUT ROWID;
CREATE INDEX sessions_expiry ON sessions (expires_at);
