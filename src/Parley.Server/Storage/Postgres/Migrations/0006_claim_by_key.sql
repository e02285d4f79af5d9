-- What was picked is found by its keys, as an array: joined, the planner could read all deliveries and pick again for each of them, as it did
-- while the table was young (two seconds for 256 of 12,000). And behind the last one that is given nothing is looked
-- at: a long queue was read to its end with each claim. The meaning is as it was.
CREATE OR REPLACE FUNCTION parley_claim_1(
    now_ms bigint,
    in_node int,                -- NULL: for a caller over REST
    in_project int,
    in_agent int,
    most int,
    lease_ms bigint,
    in_types text[],            -- NULL: all
    in_priorities int[],
    in_senders int[])
RETURNS TABLE (
    is_over boolean, delivery bigint, place bigint, attempt smallint, lease bigint, lease_until bigint, priority smallint, rank bigint, queued_at bigint,
    stamp bigint, whole boolean, id_bits bigint, thread_id uuid, expires_at bigint, body text)
LANGUAGE plpgsql ROWS 100 AS $$
#variable_conflict use_column
DECLARE
    clock bigint;
BEGIN
    PERFORM 1 FROM projects WHERE number = in_project FOR NO KEY UPDATE;
    clock := coalesce(now_ms, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
    RETURN QUERY
        WITH picked AS (
            SELECT d.delivery FROM deliveries d
            WHERE d.state = 1 AND d.mailbox = in_agent AND (d.expires_at IS NULL OR d.expires_at > clock)
              AND (in_priorities IS NULL OR d.priority = ANY (in_priorities))
              AND ((in_types IS NULL AND in_senders IS NULL) OR EXISTS (
                    SELECT 1 FROM log l
                    WHERE l.place = d.place AND (in_types IS NULL OR l.type = ANY (in_types)) AND (in_senders IS NULL OR l.sender = ANY (in_senders))))
            ORDER BY d.rank, d.place LIMIT most),
        given AS (
            UPDATE deliveries d SET state = 2, lease = d.lease + 1, lease_until = clock + lease_ms, holder_node = in_node, delivered_at = clock
            WHERE d.delivery = ANY (ARRAY (SELECT picked.delivery FROM picked))
            RETURNING d.delivery, d.place, d.attempt, d.lease, d.lease_until, d.priority, d.rank, d.queued_at),
        box AS (
            UPDATE mailboxes m SET waiting_1 = m.waiting_1 - c.w1, waiting_2 = m.waiting_2 - c.w2, waiting_3 = m.waiting_3 - c.w3,
                                   waiting_4 = m.waiting_4 - c.w4, in_flight = m.in_flight + c.w1 + c.w2 + c.w3 + c.w4
            FROM (SELECT (count(*) FILTER (WHERE g.priority = 1))::int AS w1, (count(*) FILTER (WHERE g.priority = 2))::int AS w2,
                         (count(*) FILTER (WHERE g.priority = 3))::int AS w3, (count(*) FILTER (WHERE g.priority = 4))::int AS w4
                  FROM given g HAVING count(*) > 0) c
            WHERE m.agent = in_agent),
        counted AS (
            UPDATE projects p SET delivered = p.delivered + c.given
            FROM (SELECT count(*) AS given FROM given HAVING count(*) > 0) c WHERE p.number = in_project),
        edge AS (SELECT count(*) AS given, max(g.rank) AS rank, (array_agg(g.place ORDER BY g.rank DESC, g.place DESC))[1] AS place FROM given g)
        SELECT false, g.delivery, g.place, g.attempt, g.lease, g.lease_until, g.priority, g.rank, g.queued_at,
               l.stamp, l.whole, l.id_bits, l.thread_id, l.expires_at, l.body
        FROM given g JOIN log l ON l.place = g.place
        UNION ALL
        SELECT true, d.delivery, d.place, d.attempt, 0, 0, d.priority, d.rank, d.queued_at, 0, false, NULL, NULL, d.expires_at, NULL
        FROM deliveries d
        WHERE d.state = 1 AND d.mailbox = in_agent AND d.expires_at <= clock
          AND (d.rank, d.place) <= ((SELECT CASE WHEN e.given < most THEN 9223372036854775807 ELSE e.rank END FROM edge e),
                                    (SELECT CASE WHEN e.given < most THEN 9223372036854775807 ELSE e.place END FROM edge e));
END
$$;
