-- Where what a ticket opened is open. It is closed when that node closes it, or is gone.
ALTER TABLE opened_tickets ADD COLUMN node int;
-- Where the servers of before had them open is not known. They say so again, if they are still there.
UPDATE opened_tickets SET opened_at = clock_timestamp() WHERE opened_at >= '9999-01-01';
CREATE INDEX opened_tickets_node ON opened_tickets (node) WHERE node IS NOT NULL;
