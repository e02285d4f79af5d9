-- Things of every kind that are versioned and have a JSON body: see Entities. Their kinds are declared by their concepts.
CREATE TABLE entities (
    place      bigint PRIMARY KEY,    -- of the log entry by which it was made
    changed    bigint NOT NULL,       -- the place of its newest entry: its version
    made_at    bigint NOT NULL,
    changed_at bigint NOT NULL,
    id_bits    bigint NOT NULL,       -- the random bits of its id, which with made_at and the place make the id
    due        bigint,
    project    int NOT NULL,
    maker      int NOT NULL,          -- agents.number; 0: no agent
    kind       smallint NOT NULL,     -- EntityKind.Number, also the kind of its log entries
    is_over    smallint NOT NULL,
    name       text COLLATE "C",      -- unique in its project and kind; NULL: its id is its only name
    body       text NOT NULL
);
CREATE UNIQUE INDEX entities_name ON entities (project, kind, name) WHERE name IS NOT NULL;
CREATE INDEX entities_kind ON entities (kind, place);
CREATE INDEX entities_due ON entities (kind, due) WHERE due IS NOT NULL;

-- What a thing can be found by: 'KIND/status=completed'.
CREATE TABLE entity_marks (
    place bigint NOT NULL,
    mark  text COLLATE "C" NOT NULL,
    PRIMARY KEY (place, mark)
);
CREATE INDEX entity_marks_mark ON entity_marks (mark, place);

-- A thing's history. No message has an entry here.
CREATE INDEX log_entity ON log (subject, place) WHERE kind >= 8;

-- A time as the wire has it.
CREATE FUNCTION parley_time_1(stamp bigint) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT to_char(to_timestamp(stamp / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || '.' || lpad((stamp % 1000)::text, 3, '0') || 'Z'
$$;

-- One transition of things of one project, all of it or nothing: one statement, so that a node which stops in the middle has then either
-- sent it or begun nothing. Nothing changes where something is not as it was read; with messages behind it in the same transaction, which
-- must then not be stored either, that is an error (PA001).
CREATE FUNCTION parley_change_1(
    now_ms bigint,              -- NULL: by this database's clock
    node int,
    tell boolean,               -- other nodes are alive
    in_project int,
    in_sender int,
    messages int,               -- how many follow in this transaction
    w_present bigint[],         -- a thing: its place; 0: it is made
    w_changed bigint[],         -- the place of its newest entry as it was read; 0: it is made, and its name must be free
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
           OR (w_present[w.i] = 0 AND w_name[w.i] IS NOT NULL AND EXISTS (
                SELECT 1 FROM entities o WHERE o.project = in_project AND o.kind = w_kind[w.i] AND o.name = w_name[w.i])));
    IF NOT applied THEN
        IF messages > 0 THEN
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

-- After a transition and its messages, in the same transaction: each message was stored, or all of it is undone (PA002).
CREATE FUNCTION parley_all_sent_1(in_project int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT next_seq FROM projects WHERE number = in_project) <> current_setting('parley.next_seq')::bigint THEN
        RAISE EXCEPTION 'a message was not stored' USING ERRCODE = 'PA002';
    END IF;
END
$$;
