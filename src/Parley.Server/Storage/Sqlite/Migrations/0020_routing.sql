-- How many messages each routing rule touched, and how recipients were found: see RoutingTally. Counted with the other statistics.
CREATE TABLE routing_counts (
    project  INTEGER NOT NULL,
    kind     INTEGER NOT NULL,          -- 1: a rule, 2: a kind of address
    name     TEXT NOT NULL,
    messages INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (project, kind, name)
) WITHOUT ROWID;
