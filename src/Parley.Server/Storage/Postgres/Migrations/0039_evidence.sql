-- What shows that the model has seen the message. NULL if it is not known, as for all from before.
ALTER TABLE deliveries ADD COLUMN evidence smallint;
