-- The sessions of browsers: see ISessionStore. A cookie's value is never here: its SHA-256 is.
CREATE TABLE sessions (
    session_id       text COLLATE "C" PRIMARY KEY,
    hash             bytea NOT NULL UNIQUE,
    ticket           text COLLATE "C" NOT NULL UNIQUE,   -- that opened it, and opens no other
    token_id         text COLLATE "C" NOT NULL,
    token_created_at timestamptz NOT NULL,               -- a token that is made anew under the same id is another
    created_at       timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    last_used_at     timestamptz NOT NULL,
    ended_at         timestamptz,                        -- the person signed out
    changed          bigint NOT NULL DEFAULT 0           -- the directory's revision at the end: nodes that have it in memory drop it
) WITH (fillfactor = 70);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_changed ON sessions (changed) WHERE changed > 0;
CREATE TRIGGER sessions_ended BEFORE UPDATE OF ended_at ON sessions FOR EACH ROW EXECUTE FUNCTION parley_directory_changed();
