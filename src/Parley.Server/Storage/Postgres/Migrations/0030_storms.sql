-- Storms (kind 31) are held in memory by every node, as squads, schemas, webhooks, and routing rules are: what one node holds, all hold.
CREATE TRIGGER storms_held BEFORE INSERT OR UPDATE ON entities FOR EACH ROW WHEN (NEW.kind = 31) EXECUTE FUNCTION parley_entity_held();
CREATE TRIGGER storms_removed AFTER DELETE ON entities FOR EACH ROW WHEN (OLD.kind = 31) EXECUTE FUNCTION parley_entity_removed();
