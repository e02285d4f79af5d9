-- Squads are entities. Each gets an entry of the log that tells it as it is now: the one by which it was made may be gone.
CREATE TEMP TABLE moved AS
SELECT s.project,
       (s.project << 40) | (p.next_seq + row_number() OVER (PARTITION BY s.project ORDER BY s.number) - 1) AS place,
       s.squad_id, s.created_at, max(p.last_stamp, s.created_at) AS stamp,
       json_object('squad_id', s.squad_id, 'name', s.name, 'members', json(
           (SELECT json_group_array(json_object('agent_id', a.agent_id, 'role', m.role, 'specialization', m.specialization) ORDER BY m.position)
            FROM memberships m JOIN agents a ON a.number = m.agent AND a.deleted_at IS NULL
            WHERE m.squad = s.number))) AS body
FROM squads s JOIN projects p ON p.number = s.project;

INSERT INTO entities (place, project, kind, name, id_bits, made_at, changed, changed_at, maker, due, is_over, body)
SELECT place, project, 9, squad_id, abs(random() % 17179869184), created_at, place, stamp, 0, NULL, 0, body FROM moved;
INSERT INTO log (place, kind, stamp, sender, audience, type, subject, body)
SELECT place, 9, stamp, 0, 3, 'squad_updated', place,
       CAST(substr(body, 1, length(body) - 1) || ',"created_at":"' || strftime('%Y-%m-%dT%H:%M:%fZ', created_at / 1000.0, 'unixepoch') || '"}' AS BLOB)
FROM moved;
UPDATE projects SET next_seq = next_seq + m.squads, last_stamp = m.stamp
FROM (SELECT project, count(*) AS squads, max(stamp) AS stamp FROM moved GROUP BY project) m WHERE m.project = number;
DROP TABLE moved;

DROP VIEW agent_messages;
DROP VIEW squad_members;
DROP TABLE memberships;
DROP TABLE squads;

CREATE VIEW squad_members AS
SELECT
    p.project_id || '/' || s.name || '/' || a.agent_id AS id,
    s.name AS squad_id,
    a.agent_id,
    coalesce(json_extract(m.value, '$.role'), a.role) AS role,
    coalesce(json_extract(m.value, '$.specialization'), a.specialization) AS specialization
FROM entities s
JOIN projects p ON p.number = s.project
JOIN json_each(s.body, '$.members') m
JOIN agents a ON a.project = s.project AND a.agent_id = json_extract(m.value, '$.agent_id') AND a.deleted_at IS NULL
WHERE s.kind = 9;

CREATE VIEW agent_messages AS
SELECT
    json_extract(l.body, '$.message_id') AS id,
    p.project_id,
    e.execution_id AS task_execution_id,
    CASE WHEN EXISTS (
        SELECT 1 FROM entities s JOIN json_each(s.body, '$.members') m
        WHERE s.project = p.number AND s.kind = 9 AND s.name = e.squad_id AND json_extract(m.value, '$.agent_id') = a.agent_id AND a.deleted_at IS NULL)
    THEN p.project_id || '/' || e.squad_id || '/' || a.agent_id END AS sender_id,
    CASE WHEN EXISTS (
        SELECT 1 FROM entities s JOIN json_each(s.body, '$.members') m
        WHERE s.project = p.number AND s.kind = 9 AND s.name = e.squad_id AND json_extract(m.value, '$.agent_id') = r.agent_id AND r.deleted_at IS NULL)
    THEN p.project_id || '/' || e.squad_id || '/' || r.agent_id END AS recipient_id,
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
LEFT JOIN agents r ON r.number = l.recipient AND json_extract(l.body, '$.recipient_id') IS NOT NULL
LEFT JOIN executions e ON e.place = l.execution
LEFT JOIN deliveries d ON d.delivery = l.first_delivery AND l.deliveries = 1 AND json_extract(l.body, '$.recipient_id') IS NOT NULL;
