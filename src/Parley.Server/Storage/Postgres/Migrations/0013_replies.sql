-- The reply to a request goes to who waits for it, also where the mailbox holds something or is full: its lease is negative. For a batch without
-- such a one the meaning is as it was.
CREATE OR REPLACE FUNCTION parley_apply_1(
    now_ms bigint,              -- NULL: by this database's clock
    node int,
    tell boolean,               -- other nodes are alive
    locks int[],                -- every project of the batch, those of claims behind it too
    a_delivery bigint[],        -- acknowledgements by lease
    a_lease bigint[],
    a_mailbox int[],
    a_place bigint[],
    p_number int[],             -- projects that get messages
    p_aging bigint[],           -- milliseconds a priority is worth; 0: the priority alone counts
    m_project int[],            -- a message: the subscript of its project
    m_nth int[],                -- which of its project's messages in this batch, from 0
    m_bits bigint[],            -- random bits of its id
    m_ttl bigint[],             -- milliseconds
    m_due bigint[],             -- scheduled: Unix milliseconds; 0: now
    m_first bigint[],           -- its deliveries' first number
    m_deliveries int[],
    m_sender int[],
    m_recipient int[],          -- 0: several, or one that may change
    m_priority int[],
    m_audience int[],
    m_direct boolean[],         -- a full mailbox refuses it; otherwise such a one is passed over
    m_thread bigint[],          -- places; 0: none
    m_execution bigint[],
    m_reply bigint[],
    m_supersedes bigint[],
    m_hops int[],
    m_print bigint[],           -- fingerprint
    m_type text[],
    m_body text[],
    m_thread_id uuid[],
    m_routing text[],
    m_session text[],
    m_task text[],
    m_caller text[],            -- idempotency keys, each once in a batch
    m_key text[],
    d_message int[],            -- a delivery: the subscript of its message; they follow one another as messages do
    d_number bigint[],
    d_mailbox int[],
    d_lease bigint[],           -- milliseconds for which a connection has room for it; 0: none has; negative: it is the reply that
                                -- somebody waits for, who gets it past whatever waits in the mailbox
    d_capability text[],
    b_mailbox int[],            -- the mailboxes of the deliveries, each once
    b_limit int[],
    b_new int[],                -- how many of the deliveries
    OUT clock bigint,
    OUT acked int[],            -- subscripts of the acknowledgements that were settled
    OUT acked_queued_at bigint[],
    OUT acked_attempt smallint[],
    OUT p_seq bigint[],         -- of each project: the seq of its message 0, and the time of all
    OUT p_stamp bigint[],
    OUT nth int[],              -- as m_nth where no message was refused, else counted again; -1: refused
    OUT refused int[],          -- why: 0 not, 1 its key is taken, 2 its execution has ended, 3 its mailbox is full; NULL: none is
    OUT passed_over int[],      -- subscripts of deliveries whose mailbox is full; NULL: none
    OUT blocked int[],          -- mailboxes in which something waited: nothing was handed over past it
    OUT waiting_1 int[],        -- of each mailbox, before the batch's deliveries
    OUT waiting_2 int[],
    OUT waiting_3 int[],
    OUT waiting_4 int[],
    OUT withdrawn bigint[],     -- deliveries of superseded messages
    OUT withdrawn_place bigint[],
    OUT withdrawn_mailbox int[],
    OUT withdrawn_attempt smallint[])
LANGUAGE plpgsql AS $$
DECLARE
    tight boolean;
    left_over int[];
    box int;
    taken int;
    one record;
    woken text;
BEGIN
    PERFORM 1 FROM projects WHERE number = ANY (locks) ORDER BY number FOR NO KEY UPDATE;
    -- Read when the locks are there: a later holder never reads an earlier time.
    clock := coalesce(now_ms, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);

    IF a_delivery IS NOT NULL THEN
        WITH done AS (
            UPDATE deliveries d SET state = 3, acknowledged_at = clock, lease_until = NULL, holder_node = NULL
            FROM parley_each_1(cardinality(a_delivery)) AS a (n)
            WHERE d.delivery = a_delivery[a.n] AND d.state + 0 = 2 AND d.lease = a_lease[a.n] AND d.mailbox = a_mailbox[a.n] AND d.place = a_place[a.n]
            RETURNING a.n, d.mailbox, (d.place >> 40)::int AS project, d.queued_at, d.attempt),
        boxes AS (
            UPDATE mailboxes m SET in_flight = m.in_flight - c.settled
            FROM (SELECT mailbox, count(*)::int AS settled FROM done GROUP BY mailbox) c WHERE m.agent = c.mailbox),
        counted AS (
            UPDATE projects p SET acknowledged = p.acknowledged + c.settled
            FROM (SELECT project, count(*) AS settled FROM done GROUP BY project) c WHERE p.number = c.project)
        SELECT array_agg(done.n), array_agg(done.queued_at), array_agg(done.attempt)
        INTO acked, acked_queued_at, acked_attempt FROM done;
    END IF;

    IF m_project IS NULL THEN
        RETURN;
    END IF;

    SELECT array_agg(p.next_seq ORDER BY u.i), array_agg(greatest(p.last_stamp, clock) ORDER BY u.i) INTO p_seq, p_stamp
    FROM parley_each_1(cardinality(p_number)) AS u (i) LEFT JOIN projects p ON p.number = p_number[u.i];
    nth := m_nth;

    -- Keys are taken with the places that the messages get when none is refused. A row that has another is somebody else's.
    IF m_key IS NOT NULL THEN
        INSERT INTO idempotency AS k (project, caller, key, fingerprint, at, place)
        SELECT p_number[m_project[m.i]], m.caller, m.key, m_print[m.i], clock,
               (p_number[m_project[m.i]]::bigint << 40) | (p_seq[m_project[m.i]] + m_nth[m.i])
        FROM unnest(m_caller, m_key) WITH ORDINALITY AS m (caller, key, i) WHERE m.key IS NOT NULL
        ON CONFLICT (project, caller, key) DO UPDATE SET fingerprint = excluded.fingerprint, at = excluded.at, place = excluded.place, answer = NULL
            WHERE k.at <= excluded.at - 86400000;
        GET DIAGNOSTICS taken = ROW_COUNT;
        IF taken < cardinality(m_key) - cardinality(array_positions(m_key, NULL)) THEN
            SELECT array_agg(CASE WHEN m.key IS NULL OR k.place = (p_number[m_project[m.i]]::bigint << 40) | (p_seq[m_project[m.i]] + m_nth[m.i])
                                  THEN 0 ELSE 1 END ORDER BY m.i)
            INTO refused
            FROM unnest(m_caller, m_key) WITH ORDINALITY AS m (caller, key, i)
            LEFT JOIN idempotency k ON k.project = p_number[m_project[m.i]] AND k.caller = m.caller AND k.key = m.key;
        END IF;
    END IF;

    IF m_execution IS NOT NULL THEN
        FOR one IN
            SELECT m.i FROM parley_each_1(cardinality(m_execution)) AS m (i) JOIN executions e ON e.place = m_execution[m.i]
            WHERE e.ended_at IS NOT NULL
        LOOP
            refused := coalesce(refused, array_fill(0, ARRAY[cardinality(m_project)]));
            IF refused[one.i] = 0 THEN
                refused[one.i] := 2;
            END IF;
        END LOOP;
    END IF;

    SELECT array_agg(b.agent) FILTER (WHERE b.total > 0), coalesce(bool_or(b.total + b_new[b.i] > b_limit[b.i]), false),
           array_agg(b.w1 ORDER BY b.i), array_agg(b.w2 ORDER BY b.i), array_agg(b.w3 ORDER BY b.i), array_agg(b.w4 ORDER BY b.i)
    INTO blocked, tight, waiting_1, waiting_2, waiting_3, waiting_4
    FROM (
        SELECT u.i, m.agent, coalesce(m.waiting_1, 0) AS w1, coalesce(m.waiting_2, 0) AS w2, coalesce(m.waiting_3, 0) AS w3, coalesce(m.waiting_4, 0) AS w4,
               coalesce(m.waiting_1 + m.waiting_2 + m.waiting_3 + m.waiting_4, 0) AS total
        FROM parley_each_1(cardinality(b_mailbox)) AS u (i) LEFT JOIN mailboxes m ON m.agent = b_mailbox[u.i]) b;

    -- Some mailbox may come to its bound: then one delivery after the other, as each finds it.
    IF tight THEN
        refused := coalesce(refused, array_fill(0, ARRAY[cardinality(m_project)]));
        SELECT array_agg(b_limit[u.i] - waiting_1[u.i] - waiting_2[u.i] - waiting_3[u.i] - waiting_4[u.i] ORDER BY u.i) INTO left_over
        FROM generate_series(1, cardinality(b_mailbox)) AS u (i);
        FOR i IN 1 .. cardinality(d_message) LOOP
            CONTINUE WHEN refused[d_message[i]] <> 0;
            box := array_position(b_mailbox, d_mailbox[i]);
            CONTINUE WHEN d_lease[i] < 0;
            IF left_over[box] <= 0 THEN
                IF m_direct[d_message[i]] THEN
                    refused[d_message[i]] := 3;
                ELSE
                    passed_over := passed_over || i;
                END IF;
            ELSIF coalesce(m_due[d_message[i]], 0) <= p_stamp[m_project[d_message[i]]]
                AND (d_lease[i] = 0 OR coalesce(d_mailbox[i] = ANY (blocked), false)) THEN
                left_over[box] := left_over[box] - 1;
            END IF;
        END LOOP;
    END IF;

    -- Who is refused takes no number, and those behind move up.
    IF cardinality(array_remove(refused, 0)) > 0 THEN
        SELECT array_agg(CASE WHEN refused[r.i] = 0 THEN r.nth ELSE -1 END ORDER BY r.i) INTO nth
        FROM (SELECT m.i, (row_number() OVER (PARTITION BY m_project[m.i], refused[m.i] = 0 ORDER BY m.i))::int - 1 AS nth
              FROM generate_series(1, cardinality(m_project)) AS m (i)) r;
        IF m_key IS NOT NULL THEN
            -- A refused send stored nothing, so its key is free: the same send may succeed later.
            DELETE FROM idempotency k USING unnest(m_caller, m_key) WITH ORDINALITY AS m (caller, key, i)
            WHERE k.project = p_number[m_project[m.i]] AND k.caller = m.caller AND k.key = m.key AND refused[m.i] > 1;
            UPDATE idempotency k SET place = (p_number[m_project[m.i]]::bigint << 40) | (p_seq[m_project[m.i]] + nth[m.i])
            FROM unnest(m_caller, m_key) WITH ORDINALITY AS m (caller, key, i)
            WHERE k.project = p_number[m_project[m.i]] AND k.caller = m.caller AND k.key = m.key AND refused[m.i] = 0 AND nth[m.i] <> m_nth[m.i];
        END IF;
    ELSE
        refused := NULL;
    END IF;

    INSERT INTO log (place, stamp, id_bits, expires_at, first_delivery, thread, execution, reply_to, sender, recipient, deliveries, hops, kind,
                     audience, whole, thread_id, type, routing, session, task, body)
    SELECT (p_number[m_project[m.i]]::bigint << 40) | (p_seq[m_project[m.i]] + nth[m.i]), p_stamp[m_project[m.i]], m_bits[m.i],
           greatest(p_stamp[m_project[m.i]], m_due[m.i]) + m_ttl[m.i], m_first[m.i], nullif(m_thread[m.i], 0), nullif(m_execution[m.i], 0),
           nullif(m_reply[m.i], 0), m_sender[m.i], nullif(m_recipient[m.i], 0), m_deliveries[m.i], coalesce(m_hops[m.i], 0), 1,
           CASE WHEN m_due[m.i] > p_stamp[m_project[m.i]] THEN m_audience[m.i] | 16 ELSE m_audience[m.i] END, false, m.thread_id, m.type, m.routing,
           m.session, m.task, m.body
    FROM unnest(m_type, m_body, m_thread_id, m_routing, m_session, m_task) WITH ORDINALITY AS m (type, body, thread_id, routing, session, task, i)
    WHERE nth[m.i] >= 0;

    WITH added AS (
        INSERT INTO deliveries (delivery, place, rank, queued_at, lease, expires_at, due_at, lease_until, delivered_at, mailbox, holder_node, state,
                                attempt, priority, capability)
        SELECT d_number[d.i], (p_number[d.p]::bigint << 40) | (p_seq[d.p] + nth[d.m]),
               CASE WHEN p_aging[d.p] = 0 THEN -d.priority ELSE d.queued_at - d.priority * p_aging[d.p] END, d.queued_at,
               CASE WHEN d.state = 2 THEN 1 ELSE 0 END, d.queued_at + m_ttl[d.m], CASE WHEN d.state = 0 THEN d.queued_at END,
               CASE WHEN d.state = 2 THEN clock + abs(d_lease[d.i]) END, CASE WHEN d.state = 2 THEN clock END, d_mailbox[d.i],
               CASE WHEN d.state = 2 THEN node END, d.state, 1, d.priority, d.capability
        FROM (
            SELECT n.i, n.m, n.p, n.capability, greatest(p_stamp[n.p], m_due[n.m]) AS queued_at, m_priority[n.m] AS priority,
                   CASE WHEN m_due[n.m] > p_stamp[n.p] THEN 0
                        WHEN d_lease[n.i] < 0 OR d_lease[n.i] > 0 AND NOT coalesce(d_mailbox[n.i] = ANY (blocked), false) THEN 2 ELSE 1 END AS state
            FROM (SELECT d.i, d_message[d.i] AS m, m_project[d_message[d.i]] AS p, d.capability
                  FROM (SELECT i, NULL::text AS capability FROM generate_series(1, cardinality(d_number)) AS u (i) WHERE d_capability IS NULL
                        UNION ALL SELECT u.i, u.capability FROM unnest(d_capability) WITH ORDINALITY AS u (capability, i)) d
                  OFFSET 0) n
            WHERE nth[n.m] >= 0 AND (passed_over IS NULL OR n.i <> ALL (passed_over))
            -- Not flattened into the expressions above, which would compute it again for each.
            OFFSET 0) d
        RETURNING mailbox, state, priority, (place >> 40)::int AS project),
    boxes AS (
        UPDATE mailboxes m SET waiting_1 = m.waiting_1 + c.w1, waiting_2 = m.waiting_2 + c.w2, waiting_3 = m.waiting_3 + c.w3,
                               waiting_4 = m.waiting_4 + c.w4, in_flight = m.in_flight + c.held
        FROM (SELECT mailbox, (count(*) FILTER (WHERE state = 1 AND priority = 1))::int AS w1, (count(*) FILTER (WHERE state = 1 AND priority = 2))::int AS w2,
                     (count(*) FILTER (WHERE state = 1 AND priority = 3))::int AS w3, (count(*) FILTER (WHERE state = 1 AND priority = 4))::int AS w4,
                     (count(*) FILTER (WHERE state = 2))::int AS held
              FROM added GROUP BY mailbox) c
        WHERE m.agent = c.mailbox),
    counted AS (
        UPDATE projects p SET next_seq = p.next_seq + c.stored, last_stamp = greatest(p.last_stamp, clock), sent = p.sent + c.stored,
                              delivered = p.delivered + coalesce(h.held, 0)
        FROM (SELECT p_number[m_project[m.i]] AS project, count(*) AS stored FROM generate_series(1, cardinality(m_project)) AS m (i)
              WHERE nth[m.i] >= 0 GROUP BY 1) c
        LEFT JOIN (SELECT project, count(*) AS held FROM added WHERE state = 2 GROUP BY 1) h ON h.project = c.project
        WHERE p.number = c.project)
    SELECT string_agg(DISTINCT mailbox::text, ',') FILTER (WHERE state = 1) INTO woken FROM added;

    IF m_reply IS NOT NULL THEN
        -- The sender has answered a message that it got: the stage is kept with its delivery.
        UPDATE deliveries d SET replied_at = p_stamp[m_project[m.i]]
        FROM parley_each_1(cardinality(m_reply)) AS m (i) JOIN log l ON l.place = m_reply[m.i]
        WHERE nth[m.i] >= 0 AND d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries
          AND d.mailbox = m_sender[m.i] AND d.replied_at IS NULL;
    END IF;

    IF m_supersedes IS NOT NULL THEN
        UPDATE log l SET superseded_by = (p_number[m_project[m.i]]::bigint << 40) | (p_seq[m_project[m.i]] + nth[m.i])
        FROM parley_each_1(cardinality(m_supersedes)) AS m (i)
        WHERE l.place = m_supersedes[m.i] AND nth[m.i] >= 0 AND l.superseded_by IS NULL;
        WITH old AS (
            SELECT DISTINCT d.delivery, d.place, d.mailbox, d.state, d.priority, d.attempt
            FROM parley_each_1(cardinality(m_supersedes)) AS m (i) JOIN log l ON l.place = m_supersedes[m.i]
            JOIN deliveries d ON d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries
            WHERE nth[m.i] >= 0 AND d.state + 0 IN (0, 1)),
        gone AS (
            UPDATE deliveries d SET state = 6, ended_at = clock, last_error = 'superseded', due_at = NULL FROM old WHERE d.delivery = old.delivery),
        boxes AS (
            UPDATE mailboxes m SET waiting_1 = m.waiting_1 - c.w1, waiting_2 = m.waiting_2 - c.w2, waiting_3 = m.waiting_3 - c.w3,
                                   waiting_4 = m.waiting_4 - c.w4
            FROM (SELECT mailbox, (count(*) FILTER (WHERE priority = 1))::int AS w1, (count(*) FILTER (WHERE priority = 2))::int AS w2,
                         (count(*) FILTER (WHERE priority = 3))::int AS w3, (count(*) FILTER (WHERE priority = 4))::int AS w4
                  FROM old WHERE state = 1 GROUP BY mailbox) c
            WHERE m.agent = c.mailbox)
        SELECT array_agg(old.delivery), array_agg(old.place), array_agg(old.mailbox), array_agg(old.attempt)
        INTO withdrawn, withdrawn_place, withdrawn_mailbox, withdrawn_attempt FROM old;
    END IF;

    IF tell THEN
        -- As PostgresWake describes it.
        PERFORM pg_notify('parley', node || ';' || string_agg(p.number || '=' || (p.next_seq - 1), ',') || ';' ||
                                    CASE WHEN length(woken) > 6000 THEN '*' ELSE coalesce(woken, '') END)
        FROM projects p WHERE p.number = ANY (p_number);
    END IF;
END
$$;
