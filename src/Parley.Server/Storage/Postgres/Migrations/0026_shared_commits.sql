-- After transitions and their messages, in the same transaction: each of these messages was stored, or all of it is undone (PA002). They are the last
-- that were written. In front of them stands the entry of a transition, which is among the last places where one of the messages is missing.
CREATE FUNCTION parley_all_sent_2(in_project int, messages int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    following bigint;
BEGIN
    SELECT (number::bigint << 40) | next_seq INTO following FROM projects WHERE number = in_project;
    IF (SELECT count(*) FROM log WHERE place >= following - messages AND place < following AND kind = 1) <> messages THEN
        RAISE EXCEPTION 'a message was not stored' USING ERRCODE = 'PA002';
    END IF;
END
$$;
