-- What was sent of each message budget (kind 33): see IBudgetStore.
CREATE TABLE budget_counts (
    place    INTEGER PRIMARY KEY,   -- of the log entry by which the budget was made, as entities.place
    round    INTEGER NOT NULL,      -- how often counting was started again
    messages INTEGER NOT NULL,
    bytes    INTEGER NOT NULL
);
CREATE TRIGGER budgets_removed AFTER DELETE ON entities FOR EACH ROW WHEN OLD.kind = 33
BEGIN
    DELETE FROM budget_counts WHERE place = OLD.place;
END;
