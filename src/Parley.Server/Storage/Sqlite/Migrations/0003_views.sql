-- What a person with SQL reads; docs/reference/sql.md describes it. Times in UTC, as on the wire.

-- The name belongs to the view.
ALTER TABLE squad_members RENAME TO memberships;
DROP INDEX squad_members_agent;
CREATE INDEX memberships_agent ON memberships (agent);

-- A question about an execution names it by its id.
CREATE UNIQUE INDEX executions_id ON executions (execution_id);

CREATE VIEW squad_members AS
SELECT
    (m.squad << 32) | m.agent AS id,
    s.squad_id,
    a.agent_id,
    coalesce(m.role, a.role) AS role,
    coalesce(m.specialization, a.specialization) AS specialization
FROM memberships m
JOIN squads s ON s.number = m.squad
JOIN agents a ON a.number = m.agent;

CREATE VIEW agent_messages AS
SELECT
    json_extract(l.body, '$.message_id') AS id,
    p.project_id,
    e.execution_id AS task_execution_id,
    (ms.squad << 32) | ms.agent AS sender_id,
    (mr.squad << 32) | mr.agent AS recipient_id,
    json_extract(l.body, '$.sender_id') AS sender_agent_id,
    json_extract(l.body, '$.recipient_id') AS recipient_agent_id,
    coalesce(CASE json_type(l.body, '$.payload.agent_type') WHEN 'text' THEN json_extract(l.body, '$.payload.agent_type') END, a.type) AS sender_agent_type,
    l.session AS sender_session_id,
    l.type AS message_type,
    json_extract(l.body, '$.content') AS content,
    json_extract(l.body, '$.metadata') AS metadata,
    json_extract(l.body, '$.conversation_thread_id') AS conversation_thread_id,
    strftime('%Y-%m-%dT%H:%M:%fZ', d.delivered_at / 1000.0, 'unixepoch') AS delivered_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', d.acknowledged_at / 1000.0, 'unixepoch') AS read_at,
    strftime('%Y-%m-%dT%H:%M:%fZ', l.stamp / 1000.0, 'unixepoch') AS created_at
FROM (SELECT place, sender, recipient, type, session, execution, first_delivery, deliveries, stamp, CAST(body AS TEXT) AS body FROM log WHERE kind = 1) l
JOIN projects p ON p.number = l.place >> 40
LEFT JOIN agents a ON a.number = l.sender
LEFT JOIN executions e ON e.place = l.execution
LEFT JOIN squads s ON s.project = p.number AND s.squad_id = e.squad_id
LEFT JOIN memberships ms ON ms.squad = s.number AND ms.agent = l.sender
LEFT JOIN memberships mr ON mr.squad = s.number AND mr.agent = l.recipient AND json_extract(l.body, '$.recipient_id') IS NOT NULL
LEFT JOIN deliveries d ON d.delivery = l.first_delivery AND l.deliveries = 1 AND json_extract(l.body, '$.recipient_id') IS NOT NULL;
