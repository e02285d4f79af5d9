-- How many messages each routing rule touched, and how recipients were found: see RoutingTally. Counted with the other statistics.
CREATE TABLE routing_counts (
    project  int NOT NULL,
    kind     int NOT NULL,              -- 1: a rule, 2: a kind of address
    name     text COLLATE "C" NOT NULL,
    messages bigint NOT NULL,
    first_at bigint NOT NULL,
    last_at  bigint NOT NULL,
    PRIMARY KEY (project, kind, name)
);

-- The routing rules of projects (kind 26) are held in memory by every node, as squads, schemas, and webhooks are.
DROP TRIGGER entities_held ON entities;
DROP TRIGGER entities_removed ON entities;
CREATE TRIGGER entities_held BEFORE INSERT OR UPDATE ON entities FOR EACH ROW WHEN (NEW.kind IN (9, 23, 24, 26)) EXECUTE FUNCTION parley_entity_held();
CREATE TRIGGER entities_removed AFTER DELETE ON entities FOR EACH ROW WHEN (OLD.kind IN (9, 23, 24, 26)) EXECUTE FUNCTION parley_entity_removed();
