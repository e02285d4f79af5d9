-- Counters of messages and deliveries, made from the log off the send path: see ICountStore. Each is kept by minute, by hour and by day.
CREATE TABLE counted (
    project INTEGER PRIMARY KEY,
    seq     INTEGER NOT NULL             -- up to which the log is counted
);
CREATE TABLE uncounted (             -- deliveries that may yet be acknowledged
    project  INTEGER NOT NULL,
    delivery INTEGER NOT NULL,
    PRIMARY KEY (project, delivery)
) WITHOUT ROWID;
CREATE TABLE message_counts (
    project  INTEGER NOT NULL,
    span     INTEGER NOT NULL,           -- seconds: 60, 3600, 86400
    at       INTEGER NOT NULL,           -- its beginning, in Unix seconds
    sender   INTEGER NOT NULL,           -- agents.number; 0: none
    type     TEXT NOT NULL,
    messages INTEGER NOT NULL,
    dead     INTEGER NOT NULL,
    expired  INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (project, span, at, sender, type)
) WITHOUT ROWID;
CREATE TABLE delivery_counts (
    project      INTEGER NOT NULL,
    span         INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    sender       INTEGER NOT NULL,
    recipient    INTEGER NOT NULL,
    type         TEXT NOT NULL,
    deliveries   INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL,
    ack_ms       INTEGER NOT NULL,       -- from queued to acknowledged, added up
    last_at      INTEGER NOT NULL,
    acked_at     INTEGER NOT NULL,       -- 0: none was
    PRIMARY KEY (project, span, at, sender, recipient, type)
) WITHOUT ROWID;
CREATE TABLE execution_counts (
    project   INTEGER NOT NULL,
    execution INTEGER NOT NULL,          -- its place
    type      TEXT NOT NULL,
    messages  INTEGER NOT NULL,
    first_at  INTEGER NOT NULL,
    last_at   INTEGER NOT NULL,
    PRIMARY KEY (project, execution, type)
) WITHOUT ROWID;

CREATE VIEW message_statistics_by_minute AS
SELECT p.project_id, strftime('%Y-%m-%dT%H:%M:%fZ', c.at, 'unixepoch') AS minute, s.agent_id AS sender_agent_id, c.type AS message_type,
       c.messages, c.dead, c.expired, strftime('%Y-%m-%dT%H:%M:%fZ', c.first_at / 1000.0, 'unixepoch') AS first_at, strftime('%Y-%m-%dT%H:%M:%fZ', c.last_at / 1000.0, 'unixepoch') AS last_at
FROM message_counts c JOIN projects p ON p.number = c.project LEFT JOIN agents s ON s.number = c.sender
WHERE c.span = 60;

CREATE VIEW delivery_statistics_by_minute AS
SELECT p.project_id, strftime('%Y-%m-%dT%H:%M:%fZ', c.at, 'unixepoch') AS minute, s.agent_id AS sender_agent_id, r.agent_id AS recipient_agent_id, c.type AS message_type,
       c.deliveries, c.acknowledged, CASE WHEN c.acknowledged > 0 THEN c.ack_ms * 1.0 / c.acknowledged END AS mean_ack_ms
FROM delivery_counts c JOIN projects p ON p.number = c.project LEFT JOIN agents s ON s.number = c.sender LEFT JOIN agents r ON r.number = c.recipient
WHERE c.span = 60;

CREATE VIEW message_statistics_by_hour AS
SELECT p.project_id, strftime('%Y-%m-%dT%H:%M:%fZ', c.at, 'unixepoch') AS hour, s.agent_id AS sender_agent_id, c.type AS message_type,
       c.messages, c.dead, c.expired, strftime('%Y-%m-%dT%H:%M:%fZ', c.first_at / 1000.0, 'unixepoch') AS first_at, strftime('%Y-%m-%dT%H:%M:%fZ', c.last_at / 1000.0, 'unixepoch') AS last_at
FROM message_counts c JOIN projects p ON p.number = c.project LEFT JOIN agents s ON s.number = c.sender
WHERE c.span = 3600;

CREATE VIEW delivery_statistics_by_hour AS
SELECT p.project_id, strftime('%Y-%m-%dT%H:%M:%fZ', c.at, 'unixepoch') AS hour, s.agent_id AS sender_agent_id, r.agent_id AS recipient_agent_id, c.type AS message_type,
       c.deliveries, c.acknowledged, CASE WHEN c.acknowledged > 0 THEN c.ack_ms * 1.0 / c.acknowledged END AS mean_ack_ms
FROM delivery_counts c JOIN projects p ON p.number = c.project LEFT JOIN agents s ON s.number = c.sender LEFT JOIN agents r ON r.number = c.recipient
WHERE c.span = 3600;

CREATE VIEW message_statistics_by_day AS
SELECT p.project_id, strftime('%Y-%m-%dT%H:%M:%fZ', c.at, 'unixepoch') AS day, s.agent_id AS sender_agent_id, c.type AS message_type,
       c.messages, c.dead, c.expired, strftime('%Y-%m-%dT%H:%M:%fZ', c.first_at / 1000.0, 'unixepoch') AS first_at, strftime('%Y-%m-%dT%H:%M:%fZ', c.last_at / 1000.0, 'unixepoch') AS last_at
FROM message_counts c JOIN projects p ON p.number = c.project LEFT JOIN agents s ON s.number = c.sender
WHERE c.span = 86400;

CREATE VIEW delivery_statistics_by_day AS
SELECT p.project_id, strftime('%Y-%m-%dT%H:%M:%fZ', c.at, 'unixepoch') AS day, s.agent_id AS sender_agent_id, r.agent_id AS recipient_agent_id, c.type AS message_type,
       c.deliveries, c.acknowledged, CASE WHEN c.acknowledged > 0 THEN c.ack_ms * 1.0 / c.acknowledged END AS mean_ack_ms
FROM delivery_counts c JOIN projects p ON p.number = c.project LEFT JOIN agents s ON s.number = c.sender LEFT JOIN agents r ON r.number = c.recipient
WHERE c.span = 86400;
