-- How often the connection of its reader was lost, with this the first that it had not settled.
ALTER TABLE deliveries ADD COLUMN disconnects integer NOT NULL DEFAULT 0;
