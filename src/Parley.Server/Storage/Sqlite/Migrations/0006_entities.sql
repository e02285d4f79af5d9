-- Things of every kind that are versioned and have a JSON body: see Entities. Their kinds are declared by their concepts.
CREATE TABLE entities (
    place      INTEGER PRIMARY KEY,   -- of the log entry by which it was made
    project    INTEGER NOT NULL,
    kind       INTEGER NOT NULL,      -- EntityKind.Number, also the kind of its log entries
    name       TEXT,                  -- unique in its project and kind; NULL: its id is its only name
    id_bits    INTEGER NOT NULL,      -- the random bits of its id, which with made_at and the place make the id
    made_at    INTEGER NOT NULL,
    changed    INTEGER NOT NULL,      -- the place of its newest entry: its version
    changed_at INTEGER NOT NULL,
    maker      INTEGER NOT NULL,      -- agents.number; 0: no agent
    due        INTEGER,
    is_over    INTEGER NOT NULL,
    body       TEXT NOT NULL
);
CREATE UNIQUE INDEX entities_name ON entities (project, kind, name) WHERE name IS NOT NULL;
CREATE INDEX entities_kind ON entities (kind, place);
CREATE INDEX entities_due ON entities (kind, due) WHERE due IS NOT NULL;

-- What a thing can be found by: 'KIND/status=completed'.
CREATE TABLE entity_marks (
    place INTEGER NOT NULL,
    mark  TEXT NOT NULL,
    PRIMARY KEY (place, mark)
) WITHOUT ROWID;
CREATE INDEX entity_marks_mark ON entity_marks (mark, place);

-- A thing's history. No message has an entry here.
CREATE INDEX log_entity ON log (subject, place) WHERE kind >= 8;
