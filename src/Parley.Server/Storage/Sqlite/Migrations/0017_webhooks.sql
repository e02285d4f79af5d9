-- How far each webhook is in its project's log, and how its deliveries went: see IWebhookStore.
CREATE TABLE webhook_places (
    place           INTEGER PRIMARY KEY,   -- of the log entry by which the webhook was made, as entities.place
    seq             INTEGER NOT NULL,      -- up to which the log is delivered
    missed          INTEGER NOT NULL,
    failures        INTEGER NOT NULL,
    last_attempt_at INTEGER,
    last_success_at INTEGER,
    last_status     INTEGER,
    next_attempt_at INTEGER,
    last_error      TEXT
);
