-- Squads are entities. Each gets an entry of the log that tells it as it is now: the one by which it was made may be gone.
-- What goes here no released version used: from the first release on a script takes nothing away (PostgresMigrator).

-- Squads are held in memory by every node, as the other directories are: a change of one has a revision (0004_nodes.sql).
ALTER TABLE entities ADD COLUMN revision bigint;   -- NULL: no node holds its kind in memory
CREATE INDEX entities_revision ON entities (revision) WHERE revision IS NOT NULL;

CREATE FUNCTION parley_entity_held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := parley_directory_revision_1();
    RETURN NEW;
END $$;
CREATE FUNCTION parley_entity_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO directory_removals (revision, project, squad_id) VALUES (parley_directory_revision_1(), OLD.project, OLD.name);
    RETURN NULL;
END $$;
CREATE TRIGGER entities_held BEFORE INSERT OR UPDATE ON entities FOR EACH ROW WHEN (NEW.kind = 9) EXECUTE FUNCTION parley_entity_held();
CREATE TRIGGER entities_removed AFTER DELETE ON entities FOR EACH ROW WHEN (OLD.kind = 9) EXECUTE FUNCTION parley_entity_removed();

WITH moved AS (
SELECT s.project,
       (s.project::bigint << 40) | (p.next_seq + row_number() OVER (PARTITION BY s.project ORDER BY s.number) - 1) AS place,
       s.squad_id, t.created_at, greatest(p.last_stamp, t.created_at) AS stamp,
       '{"squad_id":' || to_json(s.squad_id)::text || ',"name":' || to_json(s.name)::text || ',"members":['
           || coalesce((SELECT string_agg('{"agent_id":' || to_json(a.agent_id)::text || ',"role":' || coalesce(to_json(m.role)::text, 'null')
                                              || ',"specialization":' || coalesce(to_json(m.specialization)::text, 'null') || '}', ',' ORDER BY m.position)
                        FROM memberships m JOIN agents a ON a.number = m.agent AND a.deleted_at IS NULL
                        WHERE m.squad = s.number), '') || ']}' AS body
FROM squads s
JOIN projects p ON p.number = s.project
CROSS JOIN LATERAL (SELECT (extract(epoch FROM s.created_at) * 1000)::bigint AS created_at) t
),
kept AS (
INSERT INTO entities (place, changed, made_at, changed_at, id_bits, due, project, maker, kind, is_over, name, body)
SELECT place, place, created_at, stamp, floor(random() * 17179869184)::bigint, NULL, project, 0, 9, 0, squad_id, body FROM moved
),
told AS (
INSERT INTO log (place, stamp, subject, sender, deliveries, hops, kind, audience, whole, type, body)
SELECT place, stamp, place, 0, 0, 0, 9, 3, true, 'squad_updated', left(body, -1) || ',"created_at":"' || parley_time_1(created_at) || '"}' FROM moved
)
UPDATE projects SET next_seq = next_seq + m.squads, last_stamp = m.stamp
FROM (SELECT project, count(*) AS squads, max(stamp) AS stamp FROM moved GROUP BY project) m WHERE m.project = number;

DROP VIEW agent_messages;
DROP VIEW squad_members;
DROP TABLE memberships;
DROP TABLE squads;
DROP FUNCTION parley_squad_removed();

CREATE VIEW squad_members AS
SELECT
    p.project_id || '/' || s.name || '/' || a.agent_id AS id,
    s.name AS squad_id,
    a.agent_id,
    coalesce(m.value ->> 'role', a.role) AS role,
    coalesce(m.value ->> 'specialization', a.specialization) AS specialization
FROM entities s
JOIN projects p ON p.number = s.project
CROSS JOIN LATERAL jsonb_array_elements(parley_document(s.body) -> 'members') m (value)
JOIN agents a ON a.project = s.project AND a.agent_id = m.value ->> 'agent_id' AND a.deleted_at IS NULL
WHERE s.kind = 9;

CREATE VIEW agent_messages AS
SELECT
    i.id,
    p.project_id,
    e.execution_id AS task_execution_id,
    CASE WHEN EXISTS (
        SELECT 1 FROM entities s
        WHERE s.project = p.number AND s.kind = 9 AND s.name = e.squad_id AND a.deleted_at IS NULL
          AND parley_document(s.body) -> 'members' @> jsonb_build_array(jsonb_build_object('agent_id', a.agent_id)))
    THEN p.project_id || '/' || e.squad_id || '/' || a.agent_id END AS sender_id,
    CASE WHEN EXISTS (
        SELECT 1 FROM entities s
        WHERE s.project = p.number AND s.kind = 9 AND s.name = e.squad_id AND r.deleted_at IS NULL
          AND parley_document(s.body) -> 'members' @> jsonb_build_array(jsonb_build_object('agent_id', r.agent_id)))
    THEN p.project_id || '/' || e.squad_id || '/' || r.agent_id END AS recipient_id,
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
LEFT JOIN agents r ON r.number = l.recipient AND b.body ->> 'recipient_id' IS NOT NULL
LEFT JOIN executions e ON e.place = l.execution
LEFT JOIN deliveries d ON d.delivery = l.first_delivery AND l.deliveries = 1 AND b.body ->> 'recipient_id' IS NOT NULL
WHERE l.kind = 1;
