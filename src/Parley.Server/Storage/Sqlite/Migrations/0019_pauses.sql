-- Who paused an agent or a project, when, and why (JSON). NULL for an agent that was paused before this was recorded; for a project: it is not paused.
ALTER TABLE agents ADD COLUMN pause TEXT;
ALTER TABLE projects ADD COLUMN pause TEXT;
