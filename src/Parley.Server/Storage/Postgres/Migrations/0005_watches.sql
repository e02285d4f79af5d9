-- Projects whose receipts somebody watches at a node: the others tell it what they do there.
ALTER TABLE nodes ADD COLUMN watches int[] NOT NULL DEFAULT '{}';
