-- A claim ends at a number of bytes too, so that large messages do not fill the memory of who asked for many. And what a filter takes is found
-- before the claim, by a reader: the project is not locked while a long queue is looked through for what may not be in it.
CREATE FUNCTION parley_claim_2(
    now_ms bigint,
    in_node int,                -- NULL: for a caller over REST
    in_project int,
    in_agent int,
    most int,
    most_bytes bigint,          -- of the messages; one is given however large it is
    lease_ms bigint,
    in_deliveries bigint[])     -- NULL: whatever is queued
RETURNS TABLE (
    is_over boolean, delivery bigint, place bigint, attempt smallint, lease bigint, lease_until bigint, priority smallint, rank bigint, queued_at bigint,
    stamp bigint, whole boolean, id_bits bigint, thread_id uuid, expires_at bigint, body text)
LANGUAGE plpgsql ROWS 100 AS $$
#variable_conflict use_column
DECLARE
    clock bigint;
    picks bigint[];
    places bigint[];
    is_all boolean;             -- the queue holds nothing else
BEGIN
    PERFORM 1 FROM projects WHERE number = in_project FOR NO KEY UPDATE;
    clock := coalesce(now_ms, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
    IF in_deliveries IS NULL THEN
        SELECT array_agg(q.delivery ORDER BY q.rank, q.place), array_agg(q.place ORDER BY q.rank, q.place) INTO picks, places
        FROM (SELECT d.delivery, d.rank, d.place FROM deliveries d
              WHERE d.state = 1 AND d.mailbox = in_agent AND (d.expires_at IS NULL OR d.expires_at > clock)
              ORDER BY d.rank, d.place LIMIT most) q;
        is_all := coalesce(cardinality(picks), 0) < most;
    ELSE
        SELECT array_agg(q.delivery ORDER BY q.rank, q.place), array_agg(q.place ORDER BY q.rank, q.place) INTO picks, places
        FROM (SELECT d.delivery, d.rank, d.place FROM deliveries d
              WHERE d.delivery = ANY (in_deliveries) AND d.state = 1 AND d.mailbox = in_agent AND (d.expires_at IS NULL OR d.expires_at > clock)
              ORDER BY d.rank, d.place LIMIT most) q;
        is_all := false;
    END IF;
    -- How large a message is the database knows without unpacking it.
    picks := ARRAY (
        SELECT s.delivery
        FROM (SELECT b.delivery, sum(b.bytes) OVER (ORDER BY b.nth) - b.bytes AS before
              FROM (SELECT p.delivery, p.nth, (SELECT octet_length(l.body) FROM log l WHERE l.place = p.place) AS bytes
                    FROM unnest(picks, places) WITH ORDINALITY p (delivery, place, nth)) b) s
        WHERE s.before < most_bytes);
    RETURN QUERY
        WITH given AS (
            UPDATE deliveries d SET state = 2, lease = d.lease + 1, lease_until = clock + lease_ms, holder_node = in_node, delivered_at = clock
            WHERE d.delivery = ANY (picks)
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
        edge AS (SELECT max(g.rank) AS rank, (array_agg(g.place ORDER BY g.rank DESC, g.place DESC))[1] AS place FROM given g)
        SELECT false, g.delivery, g.place, g.attempt, g.lease, g.lease_until, g.priority, g.rank, g.queued_at,
               l.stamp, l.whole, l.id_bits, l.thread_id, l.expires_at, l.body
        FROM given g JOIN log l ON l.place = g.place
        UNION ALL
        SELECT true, d.delivery, d.place, d.attempt, 0, 0, d.priority, d.rank, d.queued_at, 0, false, NULL, NULL, d.expires_at, NULL
        FROM deliveries d
        WHERE d.state = 1 AND d.mailbox = in_agent AND d.expires_at <= clock
          AND (d.rank, d.place) <= ((SELECT CASE WHEN is_all THEN 9223372036854775807 ELSE e.rank END FROM edge e),
                                    (SELECT CASE WHEN is_all THEN 9223372036854775807 ELSE e.place END FROM edge e));
END
$$;
