-- Every node knows which questions (kind 30) are open, because their agents are shown as waiting for a person. They are removed only after they have
-- ended, which nobody has to know.
CREATE TRIGGER questions_held BEFORE INSERT OR UPDATE ON entities FOR EACH ROW WHEN (NEW.kind = 30) EXECUTE FUNCTION parley_entity_held();
