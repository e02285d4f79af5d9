-- What is handed to a connection as it is stored never waited: it has no entry in the queue's index, which each such message paid for twice, when
-- it came and when it was acknowledged. It is queued there when it is given back; a start queues what was in hands when the server ended.
ALTER TABLE deliveries ADD COLUMN handed INTEGER NOT NULL DEFAULT 0;
DROP INDEX deliveries_queued;
CREATE INDEX deliveries_queued ON deliveries (mailbox, rank, delivery) WHERE state = 1 AND handed = 0;

-- Where a start begins to look for what was in hands.
CREATE TABLE handed_since (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    delivery INTEGER NOT NULL           -- none before this one is handed
);
INSERT INTO handed_since VALUES (1, 1 + coalesce((SELECT max(delivery) FROM deliveries), 0));
