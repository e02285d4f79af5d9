-- One row while an import is under way: no server starts before it is finished, and who types it again goes on behind these lines.
CREATE TABLE import_progress (
    id        int PRIMARY KEY CHECK (id = 1),
    export_id text NOT NULL,
    lines     bigint NOT NULL,
    sha256    text NOT NULL    -- of these lines
);
