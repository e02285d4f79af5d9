-- The sender of a message that expired is told, as of one that died. What expired before is not told so late.
UPDATE deliveries SET told = true WHERE state = 5 AND NOT told;
DROP INDEX deliveries_untold;
CREATE INDEX deliveries_untold ON deliveries (delivery) WHERE state IN (4, 5) AND NOT told;

-- Whether an agent has a connection at a node that takes whatever comes: what a sender at another node is told depends on it.
ALTER TABLE presence ADD COLUMN takes boolean NOT NULL DEFAULT false;
