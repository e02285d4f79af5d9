-- What an agent says it is doing, for all nodes.
ALTER TABLE presence ADD COLUMN note text, ADD COLUMN note_at timestamptz;
