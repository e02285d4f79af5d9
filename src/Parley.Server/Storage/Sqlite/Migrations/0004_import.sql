-- One row while an import is under way: no server starts before it is finished, and who types it again goes on behind these lines.
CREATE TABLE import_progress (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    export_id TEXT NOT NULL,
    lines     INTEGER NOT NULL,
    sha256    TEXT NOT NULL    -- of these lines
);
