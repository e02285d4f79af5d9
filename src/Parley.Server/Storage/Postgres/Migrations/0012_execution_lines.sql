-- An execution's lines are entries of a type of their own.
-- By their text, since jsonb does not take every text of JSON. In a string the quotes would be escaped.
UPDATE log SET type = 'execution_line' WHERE kind = 8 AND type = 'execution_status' AND body LIKE '%"logs":[{%';

-- A thing's history, of one type of entries. No message has an entry here.
DROP INDEX log_entity;
CREATE INDEX log_entity ON log (subject, type, place) WHERE kind >= 8;

-- What is due is read in parts, each from behind the one before: many may be due at one time.
DROP INDEX entities_due;
CREATE INDEX entities_due ON entities (kind, due, place) WHERE due IS NOT NULL;

-- One transition of things of one project, all of it or nothing: one statement, so that a node which stops in the middle has then either
-- sent it or begun nothing. Nothing changes where something is not as it was read, where a name that something is to have is taken, or where the
-- project is gone, which has no first_seq; with messages behind it in the same transaction, which must then not be stored either, that is an error
-- (PA001, PA003).
-- It keeps its name: a node of the version before reads nothing new in what it answers, and takes the new error for a failure.
CREATE OR REPLACE FUNCTION parley_change_1(
    now_ms bigint,              -- NULL: by this database's clock
    node int,
    tell boolean,               -- other nodes are alive
    in_project int,
    in_sender int,
    messages int,               -- how many follow in this transaction
    w_present bigint[],         -- a thing: its place; 0: it is made
    w_changed bigint[],         -- the place of its newest entry as it was read; 0: it is made
    w_removes boolean[],
    w_bits bigint[],            -- random bits of the id of what is made
    w_due bigint[],             -- 0: never
    w_kind int[],
    w_audience int[],
    w_over int[],
    w_name text[],
    w_type text[],
    w_body text[],
    w_entry text[],             -- of the log, with the places that are filled here: see EntityJson
    w_marks boolean[],          -- its marks are replaced
    w_owns boolean[],           -- its entry stands with the messages that belong to it
    k_write int[],              -- a mark: the subscript of its thing
    k_mark text[],
    OUT applied boolean,
    OUT clock bigint,
    OUT first_seq bigint)
LANGUAGE plpgsql AS $$
DECLARE
    base bigint;
BEGIN
    PERFORM 1 FROM projects WHERE number = in_project FOR NO KEY UPDATE;
    clock := coalesce(now_ms, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
    SELECT p.next_seq, greatest(p.last_stamp, clock) INTO first_seq, clock FROM projects p WHERE p.number = in_project;
    base := (in_project::bigint << 40);
    applied := first_seq IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM parley_each_1(cardinality(w_kind)) AS w (i)
        LEFT JOIN entities e ON e.place = w_present[w.i]
        WHERE coalesce(e.changed, 0) <> w_changed[w.i]
           OR (NOT w_removes[w.i] AND w_name[w.i] IS NOT NULL AND w_name[w.i] IS DISTINCT FROM e.name AND EXISTS (
                SELECT 1 FROM entities o WHERE o.project = in_project AND o.kind = w_kind[w.i] AND o.name = w_name[w.i])));
    IF NOT applied THEN
        IF messages > 0 AND first_seq IS NULL THEN
            RAISE EXCEPTION 'the project is gone' USING ERRCODE = 'PA003';
        ELSIF messages > 0 THEN
            RAISE EXCEPTION 'a thing has changed' USING ERRCODE = 'PA001';
        END IF;
        RETURN;
    END IF;

    INSERT INTO log (place, stamp, subject, execution, sender, deliveries, hops, kind, audience, whole, type, body)
    SELECT base | (first_seq + w.i - 1), clock, made.place, CASE WHEN w_owns[w.i] THEN made.place END, in_sender, 0, 0,
           w_kind[w.i], w_audience[w.i], true, w_type[w.i],
           replace(replace(replace(w_entry[w.i], E'\x01', parley_entry_id(clock, first_seq + w.i - 1, w_bits[w.i])::text),
                           E'\x02', parley_time_1(clock)), E'\x03', (first_seq + w.i - 1)::text)
    FROM generate_series(1, cardinality(w_kind)) AS w (i)
    CROSS JOIN LATERAL (SELECT CASE WHEN w_present[w.i] = 0 THEN base | (first_seq + w.i - 1) ELSE w_present[w.i] END AS place) made;

    DELETE FROM entities e USING parley_each_1(cardinality(w_kind)) AS w (i) WHERE e.place = w_present[w.i] AND w_removes[w.i];
    UPDATE entities e SET changed = base | (first_seq + w.i - 1), changed_at = clock, due = nullif(w_due[w.i], 0), is_over = w_over[w.i],
                          name = w_name[w.i], body = w_body[w.i]
    FROM parley_each_1(cardinality(w_kind)) AS w (i) WHERE e.place = w_present[w.i] AND NOT w_removes[w.i];
    INSERT INTO entities (place, changed, made_at, changed_at, id_bits, due, project, maker, kind, is_over, name, body)
    SELECT base | (first_seq + w.i - 1), base | (first_seq + w.i - 1), clock, clock, w_bits[w.i], nullif(w_due[w.i], 0), in_project, in_sender, w_kind[w.i],
           w_over[w.i], w_name[w.i], w_body[w.i]
    FROM generate_series(1, cardinality(w_kind)) AS w (i) WHERE w_present[w.i] = 0;

    DELETE FROM entity_marks m USING parley_each_1(cardinality(w_kind)) AS w (i) WHERE m.place = w_present[w.i] AND w_marks[w.i];
    IF k_write IS NOT NULL THEN
        INSERT INTO entity_marks (place, mark)
        SELECT CASE WHEN w_present[k_write[k.i]] = 0 THEN base | (first_seq + k_write[k.i] - 1) ELSE w_present[k_write[k.i]] END, k_mark[k.i]
        FROM generate_series(1, cardinality(k_write)) AS k (i);
    END IF;

    UPDATE projects p SET next_seq = first_seq + cardinality(w_kind), last_stamp = clock WHERE p.number = in_project;
    IF messages > 0 THEN
        PERFORM set_config('parley.next_seq', (first_seq + cardinality(w_kind) + messages)::text, true);
    END IF;
    IF tell THEN
        -- As PostgresWake describes it.
        PERFORM pg_notify('parley', node || ';' || in_project || '=' || (first_seq + cardinality(w_kind) - 1) || ';');
    END IF;
END
$$;
