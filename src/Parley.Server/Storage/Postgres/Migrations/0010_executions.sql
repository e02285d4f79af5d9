-- Executions are entities. Their lines stand in the entries of the log that told them.
-- What goes here no released version used: from the first release on a script takes nothing away (PostgresMigrator).
INSERT INTO entities (place, changed, made_at, changed_at, id_bits, due, project, maker, kind, is_over, name, body)
SELECT e.place, coalesce(l.place, e.place), (extract(epoch FROM e.created_at) * 1000)::bigint,
       coalesce((extract(epoch FROM e.ended_at) * 1000)::bigint, l.stamp, (extract(epoch FROM e.created_at) * 1000)::bigint),
       ('x' || right(replace(e.execution_id::text, '-', ''), 9))::bit(36)::bigint & 17179869183,
       NULL, (e.place >> 40)::int, e.creator, 8, CASE WHEN e.ended_at IS NULL THEN 0 ELSE 1 END, NULL,
       '{"title":' || coalesce(to_json(e.title)::text, 'null') || ',"squad_id":' || coalesce(to_json(e.squad_id)::text, 'null') || ',"workflow_id":null,"status":"'
           || (ARRAY['pending', 'in_progress', 'completed', 'failed', 'cancelled'])[e.status + 1] || '","progress":' || e.progress
           || ',"current_phase":' || coalesce(to_json(e.current_phase)::text, 'null')
           -- A line break in JSON text is white space.
           || ',"result":' || coalesce(translate(e.result, E'\n\r', '  '), 'null')
           || ',"error":' || coalesce(to_json(e.error)::text, 'null') || ',"created_by":' || coalesce(to_json(e.created_by)::text, 'null') || '}'
FROM executions e
LEFT JOIN LATERAL (SELECT place, stamp FROM log WHERE execution = e.place AND kind = 8 ORDER BY place DESC LIMIT 1) l ON true;
INSERT INTO entity_marks (place, mark)
SELECT place, '8/status=' || (ARRAY['pending', 'in_progress', 'completed', 'failed', 'cancelled'])[status + 1] FROM executions;
INSERT INTO entity_marks (place, mark) SELECT place, '8/squad=' || squad_id FROM executions WHERE squad_id IS NOT NULL;
UPDATE log SET subject = execution WHERE kind = 8;

DROP VIEW agent_messages;
DROP TABLE execution_logs;
DROP TABLE executions;

-- A question about an execution names it by its id.
CREATE INDEX entities_execution_id ON entities (parley_entry_id(made_at, place & 1099511627775, id_bits)) WHERE kind = 8;

-- parley_apply_1 looks here whether an execution has ended.
CREATE VIEW executions AS
SELECT
    e.place,
    p.project_id,
    parley_entry_id(e.made_at, e.place & 1099511627775, e.id_bits) AS execution_id,
    b.body ->> 'title' AS title,
    b.body ->> 'squad_id' AS squad_id,
    b.body ->> 'status' AS status,
    (b.body ->> 'progress')::int AS progress,
    b.body ->> 'current_phase' AS current_phase,
    nullif(b.body -> 'result', 'null'::jsonb) AS result,
    b.body ->> 'error' AS error,
    b.body ->> 'created_by' AS created_by,
    to_timestamp(e.made_at / 1000.0) AS created_at,
    CASE WHEN e.is_over = 1 THEN to_timestamp(e.changed_at / 1000.0) END AS ended_at
FROM entities e
CROSS JOIN LATERAL (SELECT parley_document(e.body) AS body) b
JOIN projects p ON p.number = e.project
WHERE e.kind = 8;

CREATE VIEW agent_messages AS
SELECT
    i.id,
    p.project_id,
    e.execution_id AS task_execution_id,
    (ms.squad::bigint << 32) | ms.agent AS sender_id,
    (mr.squad::bigint << 32) | mr.agent AS recipient_id,
    b.body ->> 'sender_id' AS sender_agent_id,
    b.body ->> 'recipient_id' AS recipient_agent_id,
    coalesce(CASE jsonb_typeof(b.body -> 'payload' -> 'agent_type') WHEN 'string' THEN b.body -> 'payload' ->> 'agent_type' END, a.type) AS sender_agent_type,
    l.session AS sender_session_id,
    l.type AS message_type,
    b.body ->> 'content' AS content,
    nullif(b.body -> 'metadata', 'null'::jsonb) AS metadata,
    coalesce(l.thread_id, i.id) AS conversation_thread_id,
    to_timestamp(d.delivered_at / 1000.0) AS delivered_at,
    to_timestamp(d.acknowledged_at / 1000.0) AS read_at,
    to_timestamp(l.stamp / 1000.0) AS created_at
FROM log l
CROSS JOIN LATERAL (SELECT parley_entry_id(l.stamp, l.place & 1099511627775, l.id_bits) AS id) i
-- Between a message's head and its tail, the body begins with a comma; a tombstone is whole.
CROSS JOIN LATERAL (SELECT parley_document(CASE WHEN l.whole THEN l.body ELSE '{' || substr(l.body, 2) || '}' END) AS body) b
JOIN projects p ON p.number = (l.place >> 40)::int
LEFT JOIN agents a ON a.number = l.sender
LEFT JOIN executions e ON e.place = l.execution
LEFT JOIN squads s ON s.project = p.number AND s.squad_id = e.squad_id
LEFT JOIN memberships ms ON ms.squad = s.number AND ms.agent = l.sender
LEFT JOIN memberships mr ON mr.squad = s.number AND mr.agent = l.recipient AND b.body ->> 'recipient_id' IS NOT NULL
LEFT JOIN deliveries d ON d.delivery = l.first_delivery AND l.deliveries = 1 AND b.body ->> 'recipient_id' IS NOT NULL
WHERE l.kind = 1;
