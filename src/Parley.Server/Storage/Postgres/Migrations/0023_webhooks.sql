-- How far each webhook is in its project's log, and how its deliveries went: see IWebhookStore.
CREATE TABLE webhook_places (
    place           bigint PRIMARY KEY,    -- of the log entry by which the webhook was made, as entities.place
    seq             bigint NOT NULL,       -- up to which the log is delivered
    missed          bigint NOT NULL,
    failures        int NOT NULL,
    last_attempt_at bigint,
    last_success_at bigint,
    last_status     int,
    next_attempt_at bigint,
    last_error      text
);

-- Webhooks (kind 24) are held in memory by every node, as squads and schemas are. One has no name: it is known by the seq that made it.
CREATE OR REPLACE FUNCTION parley_entity_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO directory_removals (revision, project, squad_id, kind)
    VALUES (parley_directory_revision_1(), OLD.project, coalesce(OLD.name, (OLD.place & ((1::bigint << 40) - 1))::text), OLD.kind);
    RETURN NULL;
END $$;
DROP TRIGGER entities_held ON entities;
DROP TRIGGER entities_removed ON entities;
CREATE TRIGGER entities_held BEFORE INSERT OR UPDATE ON entities FOR EACH ROW WHEN (NEW.kind IN (9, 23, 24)) EXECUTE FUNCTION parley_entity_held();
CREATE TRIGGER entities_removed AFTER DELETE ON entities FOR EACH ROW WHEN (OLD.kind IN (9, 23, 24)) EXECUTE FUNCTION parley_entity_removed();
