-- Rows that are gone at the end of an index (a project was deleted) cost each question a look at all of them, when it is planned: milliseconds,
-- until a vacuum has come by. By a part of a table of millions that would be after days.
ALTER TABLE log SET (autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_scale_factor = 0);
ALTER TABLE message_text SET (autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_scale_factor = 0.01);
ALTER TABLE threads SET (autovacuum_vacuum_threshold = 50000, autovacuum_vacuum_scale_factor = 0);
