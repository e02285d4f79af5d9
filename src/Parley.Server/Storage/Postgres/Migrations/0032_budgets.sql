-- What was sent of each message budget (kind 33): see IBudgetStore.
CREATE TABLE budget_counts (
    place    bigint PRIMARY KEY,    -- of the log entry by which the budget was made, as entities.place
    round    int NOT NULL,          -- how often counting was started again
    messages bigint NOT NULL,
    bytes    bigint NOT NULL
);
CREATE FUNCTION parley_budget_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM budget_counts WHERE place = OLD.place;
    RETURN NULL;
END $$;
CREATE TRIGGER budgets_uncounted AFTER DELETE ON entities FOR EACH ROW WHEN (OLD.kind = 33) EXECUTE FUNCTION parley_budget_removed();

-- Budgets are held in memory by every node, as squads, schemas, webhooks, routing rules, and storms are.
CREATE TRIGGER budgets_held BEFORE INSERT OR UPDATE ON entities FOR EACH ROW WHEN (NEW.kind = 33) EXECUTE FUNCTION parley_entity_held();
CREATE TRIGGER budgets_removed AFTER DELETE ON entities FOR EACH ROW WHEN (OLD.kind = 33) EXECUTE FUNCTION parley_entity_removed();

-- Counts the messages that parley_apply_1 has just stored, behind it and in its transaction. They are the newest of their project, and found by the
-- random bits of their ids. If a message is more than a budget allows, because another node has spent it in the meantime, all of the transaction is
-- undone (PA004).
CREATE FUNCTION parley_spend_1(
    p_number int[],             -- projects, each once
    p_messages int[],           -- how many messages of the project the batch has at the most
    b_place bigint[],           -- budgets, each once
    b_round int[],
    b_messages bigint[],        -- their limits; NULL: none
    b_bytes bigint[],
    s_budget int[],             -- a message that counts toward a budget: the subscript of the budget; in the order of the messages
    s_project int[],
    s_bits bigint[],            -- of the message's id
    s_bytes bigint[],
    s_limited boolean[])        -- false: it counts, but no budget refuses it
RETURNS TABLE (place bigint, messages bigint, bytes bigint) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    is_over boolean;
BEGIN
    FOR place, messages, bytes, is_over IN
        WITH newest AS MATERIALIZED (
            SELECT p.number, l.id_bits
            FROM unnest(p_number, p_messages) AS t (number, messages) JOIN projects p ON p.number = t.number
            JOIN log l ON l.place >= (p.number::bigint << 40) + p.next_seq - t.messages AND l.place < (p.number::bigint << 40) + p.next_seq
            WHERE l.kind = 1),
        stored AS (
            SELECT s.n, s.budget, s.size, s.limited
            FROM unnest(s_budget, s_project, s_bits, s_bytes, s_limited) WITH ORDINALITY AS s (budget, project, bits, size, limited, n)
            JOIN newest ON newest.number = s.project AND newest.id_bits = s.bits),
        budgets AS (
            SELECT b.n, b.place, b.round, b.most_messages, b.most_bytes, coalesce(c.messages, 0) AS messages, coalesce(c.bytes, 0) AS bytes
            FROM unnest(b_place, b_round, b_messages, b_bytes) WITH ORDINALITY AS b (place, round, most_messages, most_bytes, n)
            LEFT JOIN budget_counts c ON c.place = b.place AND c.round = b.round),
        counted AS (
            INSERT INTO budget_counts AS c (place, round, messages, bytes)
            SELECT b.place, b.round, count(*), sum(s.size)::bigint FROM stored s JOIN budgets b ON b.n = s.budget
            -- It may have been removed since the send looked for it.
            WHERE EXISTS (SELECT 1 FROM entities e WHERE e.place = b.place)
            GROUP BY b.place, b.round
            ON CONFLICT (place) DO UPDATE SET
                messages = CASE WHEN c.round = excluded.round THEN c.messages + excluded.messages ELSE excluded.messages END,
                bytes = CASE WHEN c.round = excluded.round THEN c.bytes + excluded.bytes ELSE excluded.bytes END,
                round = excluded.round
            WHERE c.round <= excluded.round
            RETURNING c.place, c.messages, c.bytes),
        growing AS (
            SELECT b.place, s.limited, b.most_messages, b.most_bytes,
                   b.messages + count(*) OVER upto AS messages, b.bytes + sum(s.size) OVER upto AS bytes
            FROM stored s JOIN budgets b ON b.n = s.budget
            WINDOW upto AS (PARTITION BY s.budget ORDER BY s.n))
        SELECT counted.place, counted.messages, counted.bytes,
               (SELECT bool_or(g.limited AND (g.messages > g.most_messages OR g.bytes > g.most_bytes)) FROM growing g WHERE g.place = counted.place)
        FROM counted
    LOOP
        IF is_over THEN
            RAISE EXCEPTION 'a message budget is spent' USING ERRCODE = 'PA004';
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
