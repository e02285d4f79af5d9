-- The schemas of message types (kind 23) are held in memory by every node, as squads are.
ALTER TABLE directory_removals ADD COLUMN kind smallint NOT NULL DEFAULT 9;   -- of what squad_id names

CREATE OR REPLACE FUNCTION parley_entity_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO directory_removals (revision, project, squad_id, kind) VALUES (parley_directory_revision_1(), OLD.project, OLD.name, OLD.kind);
    RETURN NULL;
END $$;
DROP TRIGGER entities_held ON entities;
DROP TRIGGER entities_removed ON entities;
CREATE TRIGGER entities_held BEFORE INSERT OR UPDATE ON entities FOR EACH ROW WHEN (NEW.kind IN (9, 23)) EXECUTE FUNCTION parley_entity_held();
CREATE TRIGGER entities_removed AFTER DELETE ON entities FOR EACH ROW WHEN (OLD.kind IN (9, 23)) EXECUTE FUNCTION parley_entity_removed();

-- Counters of messages and deliveries, made from the log off the send path: see ICountStore. Each is kept by minute, by hour and by day.
CREATE TABLE counted (
    project int PRIMARY KEY,
    seq     bigint NOT NULL             -- up to which the log is counted
);
CREATE TABLE uncounted (             -- deliveries that may yet be acknowledged
    project  int NOT NULL,
    delivery bigint NOT NULL,
    PRIMARY KEY (project, delivery)
);
CREATE TABLE message_counts (
    project  int NOT NULL,
    span     int NOT NULL,           -- seconds: 60, 3600, 86400
    at       bigint NOT NULL,           -- its beginning, in Unix seconds
    sender   int NOT NULL,           -- agents.number; 0: none
    type     text COLLATE "C" NOT NULL,
    messages bigint NOT NULL,
    dead     bigint NOT NULL,
    expired  bigint NOT NULL,
    first_at bigint NOT NULL,
    last_at  bigint NOT NULL,
    PRIMARY KEY (project, span, at, sender, type)
);
CREATE TABLE delivery_counts (
    project      int NOT NULL,
    span         int NOT NULL,
    at           bigint NOT NULL,
    sender       int NOT NULL,
    recipient    int NOT NULL,
    type         text COLLATE "C" NOT NULL,
    deliveries   bigint NOT NULL,
    acknowledged bigint NOT NULL,
    ack_ms       bigint NOT NULL,       -- from queued to acknowledged, added up
    last_at      bigint NOT NULL,
    acked_at     bigint NOT NULL,       -- 0: none was
    PRIMARY KEY (project, span, at, sender, recipient, type)
);
CREATE TABLE execution_counts (
    project   int NOT NULL,
    execution bigint NOT NULL,          -- its place
    type      text COLLATE "C" NOT NULL,
    messages  bigint NOT NULL,
    first_at  bigint NOT NULL,
    last_at   bigint NOT NULL,
    PRIMARY KEY (project, execution, type)
);

CREATE VIEW message_statistics_by_minute AS
SELECT p.project_id, to_timestamp(c.at) AS minute, s.agent_id AS sender_agent_id, c.type AS message_type,
       c.messages, c.dead, c.expired, to_timestamp(c.first_at / 1000.0) AS first_at, to_timestamp(c.last_at / 1000.0) AS last_at
FROM message_counts c JOIN projects p ON p.number = c.project LEFT JOIN agents s ON s.number = c.sender
WHERE c.span = 60;

CREATE VIEW delivery_statistics_by_minute AS
SELECT p.project_id, to_timestamp(c.at) AS minute, s.agent_id AS sender_agent_id, r.agent_id AS recipient_agent_id, c.type AS message_type,
       c.deliveries, c.acknowledged, CASE WHEN c.acknowledged > 0 THEN c.ack_ms * 1.0 / c.acknowledged END AS mean_ack_ms
FROM delivery_counts c JOIN projects p ON p.number = c.project LEFT JOIN agents s ON s.number = c.sender LEFT JOIN agents r ON r.number = c.recipient
WHERE c.span = 60;

CREATE VIEW message_statistics_by_hour AS
SELECT p.project_id, to_timestamp(c.at) AS hour, s.agent_id AS sender_agent_id, c.type AS message_type,
       c.messages, c.dead, c.expired, to_timestamp(c.first_at / 1000.0) AS first_at, to_timestamp(c.last_at / 1000.0) AS last_at
FROM message_counts c JOIN projects p ON p.number = c.project LEFT JOIN agents s ON s.number = c.sender
WHERE c.span = 3600;

CREATE VIEW delivery_statistics_by_hour AS
SELECT p.project_id, to_timestamp(c.at) AS hour, s.agent_id AS sender_agent_id, r.agent_id AS recipient_agent_id, c.type AS message_type,
       c.deliveries, c.acknowledged, CASE WHEN c.acknowledged > 0 THEN c.ack_ms * 1.0 / c.acknowledged END AS mean_ack_ms
FROM delivery_counts c JOIN projects p ON p.number = c.project LEFT JOIN agents s ON s.number = c.sender LEFT JOIN agents r ON r.number = c.recipient
WHERE c.span = 3600;

CREATE VIEW message_statistics_by_day AS
SELECT p.project_id, to_timestamp(c.at) AS day, s.agent_id AS sender_agent_id, c.type AS message_type,
       c.messages, c.dead, c.expired, to_timestamp(c.first_at / 1000.0) AS first_at, to_timestamp(c.last_at / 1000.0) AS last_at
FROM message_counts c JOIN projects p ON p.number = c.project LEFT JOIN agents s ON s.number = c.sender
WHERE c.span = 86400;

CREATE VIEW delivery_statistics_by_day AS
SELECT p.project_id, to_timestamp(c.at) AS day, s.agent_id AS sender_agent_id, r.agent_id AS recipient_agent_id, c.type AS message_type,
       c.deliveries, c.acknowledged, CASE WHEN c.acknowledged > 0 THEN c.ack_ms * 1.0 / c.acknowledged END AS mean_ack_ms
FROM delivery_counts c JOIN projects p ON p.number = c.project LEFT JOIN agents s ON s.number = c.sender LEFT JOIN agents r ON r.number = c.recipient
WHERE c.span = 86400;
