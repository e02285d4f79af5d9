-- Events of a project from the newest on, however many messages lie between them.
CREATE INDEX log_event ON log (place) WHERE kind >= 7 AND kind <> 11;
