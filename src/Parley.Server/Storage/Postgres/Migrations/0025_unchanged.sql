-- Refuses a transition whose decision rests on things that it does not change itself, where one of them has changed since it was read. The
-- project's row is locked first, so that none of them can change before the transition is committed.
CREATE FUNCTION parley_unchanged_1(
    in_project int,
    places bigint[],
    changes bigint[])           -- the places of their newest entries, as they were read
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM projects WHERE number = in_project FOR NO KEY UPDATE;
    IF EXISTS (SELECT 1 FROM unnest(places, changes) AS r (place, changed) LEFT JOIN entities e ON e.place = r.place WHERE e.changed IS DISTINCT FROM r.changed) THEN
        RAISE EXCEPTION 'a thing has changed' USING ERRCODE = 'PA001';
    END IF;
END
$$;
