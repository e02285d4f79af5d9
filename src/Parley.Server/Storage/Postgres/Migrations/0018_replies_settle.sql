-- Replies settle what they answer, behind parley_apply_1 and in its transaction. Only of replies that were stored: those are found by the random bits
-- of their ids, among the newest of their project.
CREATE FUNCTION parley_settle_answered_1(
    now_ms bigint,              -- NULL: by this database's clock
    r_answered bigint[],        -- places of the messages that replies answer
    r_mailbox int[],            -- who replies
    r_bits bigint[],            -- of the reply's id
    r_messages int[],           -- how many messages of its project the batch has at the most
    OUT clock bigint,
    OUT settled bigint[],       -- deliveries
    OUT places bigint[],
    OUT mailboxes int[],
    OUT attempts smallint[],
    OUT queued_ats bigint[])
LANGUAGE plpgsql AS $$
BEGIN
    clock := coalesce(now_ms, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
    WITH stored AS (
        SELECT l.reply_to AS answered, l.sender
        FROM parley_each_1(cardinality(r_answered)) AS r (n) JOIN projects p ON p.number = (r_answered[r.n] >> 40)::int
        JOIN log l ON l.reply_to = r_answered[r.n] AND l.place >= (p.number::bigint << 40) + p.next_seq - r_messages[r.n]
        WHERE l.id_bits = r_bits[r.n] AND l.sender = r_mailbox[r.n]),
    own AS (
        SELECT DISTINCT d.delivery, d.place, d.mailbox, d.state, d.priority, d.attempt, d.queued_at
        FROM stored s JOIN log l ON l.place = s.answered
        JOIN deliveries d ON d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries
        WHERE d.mailbox = s.sender AND (d.state + 0 IN (1, 2) OR d.state + 0 = 0 AND (d.attempt > 1 OR d.disconnects > 0))),
    done AS (
        UPDATE deliveries d SET state = 3, acknowledged_at = clock, due_at = NULL, lease_until = NULL, holder_node = NULL
        FROM own WHERE d.delivery = own.delivery),
    boxes AS (
        UPDATE mailboxes m SET waiting_1 = m.waiting_1 - c.w1, waiting_2 = m.waiting_2 - c.w2, waiting_3 = m.waiting_3 - c.w3,
                               waiting_4 = m.waiting_4 - c.w4, in_flight = m.in_flight - c.held
        FROM (SELECT mailbox, (count(*) FILTER (WHERE state = 1 AND priority = 1))::int AS w1, (count(*) FILTER (WHERE state = 1 AND priority = 2))::int AS w2,
                     (count(*) FILTER (WHERE state = 1 AND priority = 3))::int AS w3, (count(*) FILTER (WHERE state = 1 AND priority = 4))::int AS w4,
                     (count(*) FILTER (WHERE state = 2))::int AS held
              FROM own GROUP BY mailbox) c
        WHERE m.agent = c.mailbox),
    counted AS (
        UPDATE projects p SET acknowledged = p.acknowledged + c.settled
        FROM (SELECT (place >> 40)::int AS project, count(*) AS settled FROM own GROUP BY 1) c WHERE p.number = c.project)
    SELECT array_agg(own.delivery), array_agg(own.place), array_agg(own.mailbox), array_agg(own.attempt), array_agg(own.queued_at)
    INTO settled, places, mailboxes, attempts, queued_ats FROM own;
END
$$;
