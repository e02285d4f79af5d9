-- Places: a log entry's key is (project number << 40) | seq, so that one integer is its place in the file,
-- in the log and in every index. References to entries (thread, execution, reply_to) are places too.

CREATE TABLE projects (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    project_id  TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    settings    TEXT NOT NULL,
    epoch       INTEGER NOT NULL,
    next_seq    INTEGER NOT NULL DEFAULT 1,
    last_stamp  INTEGER NOT NULL DEFAULT 0,   -- the log's clock never goes back, even where the machine's does
    sent        INTEGER NOT NULL DEFAULT 0,
    delivered   INTEGER NOT NULL DEFAULT 0,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    dead        INTEGER NOT NULL DEFAULT 0,
    expired     INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE agents (
    number         INTEGER PRIMARY KEY AUTOINCREMENT,   -- never used again: a successor of the same name reads nothing of its predecessor
    project        INTEGER NOT NULL,
    agent_id       TEXT NOT NULL,
    name           TEXT NOT NULL,
    type           TEXT NOT NULL,
    role           TEXT,
    specialization TEXT,
    capabilities   TEXT NOT NULL,
    metadata       TEXT,
    topics         TEXT NOT NULL,
    paused         INTEGER NOT NULL DEFAULT 0,
    joined_seq     INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    last_seen      INTEGER,
    deleted_at     INTEGER
);
CREATE UNIQUE INDEX agents_id ON agents (project, agent_id) WHERE deleted_at IS NULL;

-- The project's one ordered log. A message is an entry: one row holds both.
CREATE TABLE log (
    place          INTEGER PRIMARY KEY,
    kind           INTEGER NOT NULL,
    stamp          INTEGER NOT NULL,
    sender         INTEGER,            -- agents.number
    recipient      INTEGER,            -- agents.number, when there is exactly one
    audience       INTEGER NOT NULL,   -- who may read it: see Audience
    type           TEXT,
    thread         INTEGER,            -- NULL: this entry opened its own
    execution      INTEGER,
    reply_to       INTEGER,
    hops           INTEGER NOT NULL DEFAULT 0,
    subject        INTEGER,            -- the entry that this one is about (a deletion, a release, a reaction)
    superseded_by  INTEGER,
    released_by    INTEGER,            -- a withheld message: the entry that released it
    first_delivery INTEGER,            -- a message's deliveries are first_delivery .. first_delivery + deliveries - 1
    deliveries     INTEGER NOT NULL DEFAULT 0,
    routing        TEXT,
    session        TEXT,
    task           TEXT,
    body           BLOB NOT NULL
);
-- Only replies, parts of an execution and the like are indexed: a message that opens its own thread pays for none of these.
CREATE INDEX log_thread ON log (thread, place) WHERE thread IS NOT NULL;
CREATE INDEX log_execution ON log (execution, place) WHERE execution IS NOT NULL;
CREATE INDEX log_reply ON log (reply_to, place) WHERE reply_to IS NOT NULL;
CREATE INDEX log_task ON log (task, place) WHERE task IS NOT NULL;

CREATE TABLE deliveries (
    delivery        INTEGER PRIMARY KEY,
    place           INTEGER NOT NULL,
    mailbox         INTEGER NOT NULL,   -- agents.number
    state           INTEGER NOT NULL,
    attempt         INTEGER NOT NULL,
    priority        INTEGER NOT NULL,
    rank            INTEGER NOT NULL,
    queued_at       INTEGER NOT NULL,
    expires_at      INTEGER,
    due_at          INTEGER,            -- scheduled: when it is queued
    lease           INTEGER NOT NULL DEFAULT 0,   -- rises with each durable lease
    lease_until     INTEGER,
    delivered_at    INTEGER,
    surfaced_at     INTEGER,
    acknowledged_at INTEGER,
    replied_at      INTEGER,
    ended_at        INTEGER,
    capability      TEXT,               -- chosen by the router for this capability: may move to another agent
    tried           TEXT,               -- agents that gave it back
    told            INTEGER NOT NULL DEFAULT 0,   -- dead: the sender has its notice
    last_error      TEXT
);
CREATE INDEX deliveries_queued ON deliveries (mailbox, rank, delivery) WHERE state = 1;
CREATE INDEX deliveries_leased ON deliveries (lease_until) WHERE state = 2;
CREATE INDEX deliveries_scheduled ON deliveries (due_at) WHERE state = 0;
CREATE INDEX deliveries_dead ON deliveries (mailbox, delivery) WHERE state = 4;
CREATE INDEX deliveries_untold ON deliveries (delivery) WHERE state = 4 AND told = 0;
CREATE INDEX deliveries_movable ON deliveries (mailbox) WHERE capability IS NOT NULL AND state IN (0, 1, 2);

CREATE TABLE idempotency (
    project     INTEGER NOT NULL,
    caller      TEXT NOT NULL,
    key         TEXT NOT NULL,
    fingerprint INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    place       INTEGER,
    answer      BLOB,
    PRIMARY KEY (project, caller, key)
) WITHOUT ROWID;

CREATE TABLE reactions (
    place INTEGER NOT NULL,
    emoji TEXT NOT NULL,
    agent TEXT NOT NULL,
    PRIMARY KEY (place, emoji, agent)
) WITHOUT ROWID;

CREATE TABLE squads (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,   -- rises, so that lists run by it
    project    INTEGER NOT NULL,
    squad_id   TEXT NOT NULL,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (project, squad_id)
);
CREATE TABLE squad_members (
    squad          INTEGER NOT NULL,
    agent          INTEGER NOT NULL,
    position       INTEGER NOT NULL,   -- members stand as they were named
    role           TEXT,
    specialization TEXT,
    PRIMARY KEY (squad, agent)
) WITHOUT ROWID;
CREATE INDEX squad_members_agent ON squad_members (agent);

CREATE TABLE executions (
    place         INTEGER PRIMARY KEY,   -- of the log entry that began it
    execution_id  TEXT NOT NULL,
    title         TEXT,
    squad_id      TEXT,
    status        INTEGER NOT NULL,
    progress      INTEGER NOT NULL,
    current_phase TEXT,
    result        TEXT,
    error         TEXT,
    created_by    TEXT,
    creator       INTEGER NOT NULL,      -- agents.number, since a successor of the same name may not write; 0: no agent
    created_at    INTEGER NOT NULL,
    ended_at      INTEGER
);
CREATE INDEX executions_status ON executions (status, place);
CREATE INDEX executions_squad ON executions (squad_id, place) WHERE squad_id IS NOT NULL;
CREATE TABLE execution_logs (
    execution INTEGER NOT NULL,
    place     INTEGER NOT NULL,
    stamp     INTEGER NOT NULL,
    level     TEXT NOT NULL,
    message   TEXT NOT NULL,
    PRIMARY KEY (execution, place)
) WITHOUT ROWID;

CREATE TABLE relay_places (
    agent INTEGER PRIMARY KEY,
    seq   INTEGER NOT NULL
);

-- Since the first start: how long the server was ready, kept in steps, so that a kill costs one step.
CREATE TABLE availability (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    first_start INTEGER NOT NULL,
    ready_ms    INTEGER NOT NULL
);
