-- Who paused an agent or a project, when, and why (JSON). NULL for an agent that was paused before this was recorded; for a project: it is not paused.
ALTER TABLE agents ADD COLUMN pause text;
ALTER TABLE projects ADD COLUMN pause text;

-- Every node holds projects in memory, so a pause has a revision, like any other change of a project (0004_nodes.sql).
DROP TRIGGER projects_changed ON projects;
CREATE TRIGGER projects_changed BEFORE INSERT OR UPDATE OF project_id, name, settings, pause, epoch ON projects
    FOR EACH ROW EXECUTE FUNCTION parley_directory_changed();
