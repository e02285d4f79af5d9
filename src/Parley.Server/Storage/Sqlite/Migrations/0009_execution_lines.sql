-- An execution's lines are entries of a type of their own.
-- By the old index, so that the messages of a long log are not looked at.
UPDATE log INDEXED BY log_entity SET type = 'execution_line'
WHERE kind >= 8 AND kind = 8 AND type = 'execution_status' AND json_array_length(CAST(body AS TEXT), '$.logs') > 0;

-- A thing's history, of one type of entries. No message has an entry here.
DROP INDEX log_entity;
CREATE INDEX log_entity ON log (subject, type, place) WHERE kind >= 8;
