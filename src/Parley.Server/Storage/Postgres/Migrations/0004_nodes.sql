-- Nodes that share this database: which of them live, which one leads, who is connected where, and what was changed in the directories
-- that each of them holds in memory.

ALTER TABLE nodes ADD COLUMN gone_at timestamptz;   -- said goodbye, or was silent for too long: what it held is others' from then on

-- One row: who leads, until when unless it says so again, and how often that has changed.
CREATE TABLE leadership (
    id    int PRIMARY KEY CHECK (id = 1),
    node  int NOT NULL,
    term  bigint NOT NULL,
    until timestamptz NOT NULL
) WITH (fillfactor = 10);
INSERT INTO leadership (id, node, term, until) VALUES (1, 0, 0, '-infinity');

CREATE TABLE presence (
    agent    int NOT NULL,
    node     int NOT NULL,
    project  int NOT NULL,
    status   smallint NOT NULL,
    activity smallint NOT NULL,
    since    timestamptz,
    PRIMARY KEY (agent, node)
) WITH (fillfactor = 70);
CREATE INDEX presence_node ON presence (node);

-- Each change of a directory has a number of its own. The row is locked until the commit, so that numbers become visible in their order:
-- who has seen one has seen all before it. It is taken last, after a project's row, and nothing is waited for while it is held.
CREATE TABLE directory (
    id       int PRIMARY KEY CHECK (id = 1),
    revision bigint NOT NULL
) WITH (fillfactor = 10);
INSERT INTO directory (id, revision) VALUES (1, 1);

-- What is no longer there: nodes that hold it in memory forget it.
CREATE TABLE directory_removals (
    revision bigint PRIMARY KEY,
    project  int NOT NULL,
    squad_id text COLLATE "C"   -- NULL: the project itself
);

ALTER TABLE projects ADD COLUMN changed bigint NOT NULL DEFAULT 1;
ALTER TABLE agents ADD COLUMN changed bigint NOT NULL DEFAULT 1;
ALTER TABLE squads ADD COLUMN changed bigint NOT NULL DEFAULT 1;
ALTER TABLE tokens ADD COLUMN changed bigint NOT NULL DEFAULT 1;
CREATE INDEX projects_changed ON projects (changed);
CREATE INDEX agents_changed ON agents (changed);
CREATE INDEX squads_changed ON squads (changed);
CREATE INDEX tokens_changed ON tokens (changed);

CREATE FUNCTION parley_directory_revision_1() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE made bigint;
BEGIN
    UPDATE directory SET revision = revision + 1 WHERE id = 1 RETURNING revision INTO made;
    PERFORM pg_notify('parley_directory', '');
    RETURN made;
END $$;

CREATE FUNCTION parley_directory_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed := parley_directory_revision_1();
    RETURN NEW;
END $$;

CREATE FUNCTION parley_project_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO directory_removals (revision, project) VALUES (parley_directory_revision_1(), OLD.number);
    RETURN NULL;
END $$;

CREATE FUNCTION parley_squad_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO directory_removals (revision, project, squad_id) VALUES (parley_directory_revision_1(), OLD.project, OLD.squad_id);
    RETURN NULL;
END $$;

-- Only what the directories hold: not a project's counters, nor when an agent was last seen.
CREATE TRIGGER projects_changed BEFORE INSERT OR UPDATE OF project_id, name, settings, epoch ON projects
    FOR EACH ROW EXECUTE FUNCTION parley_directory_changed();
CREATE TRIGGER projects_removed AFTER DELETE ON projects FOR EACH ROW EXECUTE FUNCTION parley_project_removed();
CREATE TRIGGER agents_changed BEFORE INSERT OR UPDATE OF agent_id, name, type, role, specialization, capabilities, metadata, topics, paused, deleted_at ON agents
    FOR EACH ROW EXECUTE FUNCTION parley_directory_changed();
CREATE TRIGGER squads_changed BEFORE INSERT OR UPDATE ON squads FOR EACH ROW EXECUTE FUNCTION parley_directory_changed();
CREATE TRIGGER squads_removed AFTER DELETE ON squads FOR EACH ROW EXECUTE FUNCTION parley_squad_removed();
CREATE TRIGGER tokens_changed BEFORE INSERT OR UPDATE OF token_id, kind, hash, project_id, agent_id, created_at, expires_at, revoked_at ON tokens
    FOR EACH ROW EXECUTE FUNCTION parley_directory_changed();
