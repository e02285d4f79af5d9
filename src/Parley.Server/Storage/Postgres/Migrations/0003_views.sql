-- What a person with SQL reads; docs/reference/sql.md describes it.

-- A question about an execution names it by its id.
CREATE UNIQUE INDEX executions_id ON executions (execution_id);

-- A message's id is not stored: its time, its seq and its random bits make it, as the server does (EntryId).
CREATE FUNCTION parley_entry_id(stamp bigint, seq bigint, bits bigint) RETURNS uuid
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (lpad(to_hex((stamp << 16) | 28672 | (seq >> 28)), 16, '0')
        || to_hex((-9223372036854775807 - 1) | ((seq & 268435455) << 34) | (bits & 17179869183)))::uuid;

-- JSON allows more than jsonb takes: a number beyond its range, half a surrogate pair. Such a document shows as null, not as an error of
-- the whole query.
CREATE FUNCTION parley_document(document text) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN document::jsonb;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;

CREATE VIEW squad_members AS
SELECT
    (m.squad::bigint << 32) | m.agent AS id,
    s.squad_id,
    a.agent_id,
    coalesce(m.role, a.role) AS role,
    coalesce(m.specialization, a.specialization) AS specialization
FROM memberships m
JOIN squads s ON s.number = m.squad
JOIN agents a ON a.number = m.agent;

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
