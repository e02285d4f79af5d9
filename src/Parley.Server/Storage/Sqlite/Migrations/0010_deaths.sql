-- The sender of a message that expired is told, as of one that died. What expired before is not told so late.
UPDATE deliveries SET told = 1 WHERE state = 5 AND told = 0;
DROP INDEX deliveries_untold;
CREATE INDEX deliveries_untold ON deliveries (delivery) WHERE state IN (4, 5) AND told = 0;
