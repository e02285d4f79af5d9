-- How the failed attempts at a delivery ended, and who requeued it, oldest first. NULL for nearly all, which never failed.
ALTER TABLE deliveries ADD COLUMN trail TEXT;
