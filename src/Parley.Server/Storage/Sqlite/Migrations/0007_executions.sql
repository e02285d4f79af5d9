-- Executions are entities. Their lines stand in the entries of the log that told them.
INSERT INTO entities (place, project, kind, name, id_bits, made_at, changed, changed_at, maker, due, is_over, body)
SELECT e.place, e.place >> 40, 8, NULL,
       -- The lower 34 of the id's last 36 bits: nine digits of base 16.
       (((instr('0123456789abcdef', substr(e.execution_id, 28, 1)) - 1) & 3) << 32)
     | ((instr('0123456789abcdef', substr(e.execution_id, 29, 1)) - 1) << 28)
     | ((instr('0123456789abcdef', substr(e.execution_id, 30, 1)) - 1) << 24)
     | ((instr('0123456789abcdef', substr(e.execution_id, 31, 1)) - 1) << 20)
     | ((instr('0123456789abcdef', substr(e.execution_id, 32, 1)) - 1) << 16)
     | ((instr('0123456789abcdef', substr(e.execution_id, 33, 1)) - 1) << 12)
     | ((instr('0123456789abcdef', substr(e.execution_id, 34, 1)) - 1) << 8)
     | ((instr('0123456789abcdef', substr(e.execution_id, 35, 1)) - 1) << 4)
     | (instr('0123456789abcdef', substr(e.execution_id, 36, 1)) - 1),
       e.created_at,
       coalesce((SELECT max(l.place) FROM log l WHERE l.execution = e.place AND l.kind = 8), e.place),
       coalesce(e.ended_at, (SELECT max(l.stamp) FROM log l WHERE l.execution = e.place AND l.kind = 8), e.created_at),
       e.creator, NULL, e.ended_at IS NOT NULL,
       json_object('title', e.title, 'squad_id', e.squad_id, 'workflow_id', NULL,
                   'status', CASE e.status WHEN 0 THEN 'pending' WHEN 1 THEN 'in_progress' WHEN 2 THEN 'completed' WHEN 3 THEN 'failed' ELSE 'cancelled' END,
                   'progress', e.progress, 'current_phase', e.current_phase, 'result', json(e.result), 'error', e.error, 'created_by', e.created_by)
FROM executions e;
INSERT INTO entity_marks (place, mark) SELECT place, '8/status=' || json_extract(body, '$.status') FROM entities WHERE kind = 8;
INSERT INTO entity_marks (place, mark) SELECT place, '8/squad=' || json_extract(body, '$.squad_id') FROM entities WHERE kind = 8 AND json_extract(body, '$.squad_id') IS NOT NULL;
UPDATE log SET subject = execution WHERE kind = 8;

DROP VIEW agent_messages;
DROP TABLE execution_logs;
DROP TABLE executions;

-- An entity's id is not stored: its time, its seq and its random bits make it, as the server does (EntryId).
CREATE VIEW executions AS
SELECT
    e.place,
    p.project_id,
    substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-' || substr(hex, 13, 4) || '-' || substr(hex, 17, 4) || '-' || substr(hex, 21, 12) AS execution_id,
    json_extract(e.body, '$.title') AS title,
    json_extract(e.body, '$.squad_id') AS squad_id,
    json_extract(e.body, '$.status') AS status,
    json_extract(e.body, '$.progress') AS progress,
    json_extract(e.body, '$.current_phase') AS current_phase,
    json_extract(e.body, '$.result') AS result,
    json_extract(e.body, '$.error') AS error,
    json_extract(e.body, '$.created_by') AS created_by,
    strftime('%Y-%m-%dT%H:%M:%fZ', e.made_at / 1000.0, 'unixepoch') AS created_at,
    CASE WHEN e.is_over THEN strftime('%Y-%m-%dT%H:%M:%fZ', e.changed_at / 1000.0, 'unixepoch') END AS ended_at
FROM (
    SELECT *, printf('%016x%016x',
        (made_at << 16) | 0x7000 | ((place & 0xFFFFFFFFFF) >> 28),
        (-9223372036854775807 - 1) | ((place & 0xFFFFFFF) << 34) | id_bits) AS hex
    FROM entities WHERE kind = 8) e
JOIN projects p ON p.number = e.project;

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
