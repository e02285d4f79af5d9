-- How the failed attempts at a delivery ended, and who requeued it, oldest first. NULL for nearly all, which never failed.
ALTER TABLE deliveries ADD COLUMN trail text;

-- Takes a dead letter off the pile, for a message that replaces it in the same commit. The project's row is locked first, so that nobody else can take
-- it before the commit. If it is no dead letter anymore, the message is not stored either.
CREATE FUNCTION parley_replace_dead_1(in_project int, in_delivery bigint, at_ms bigint)
RETURNS TABLE (agent int, place bigint)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM projects WHERE number = in_project FOR NO KEY UPDATE;
    UPDATE deliveries d SET state = 6, ended_at = at_ms
    WHERE d.delivery = in_delivery AND d.state + 0 = 4 AND d.place >> 40 = in_project RETURNING d.mailbox, d.place INTO agent, place;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the delivery is no dead letter' USING ERRCODE = 'PA001';
    END IF;
    UPDATE mailboxes m SET dead = m.dead - 1 WHERE m.agent = parley_replace_dead_1.agent;
    RETURN NEXT;
END
$$;
