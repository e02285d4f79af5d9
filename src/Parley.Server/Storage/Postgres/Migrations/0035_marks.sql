-- Questions that were asked, and deliveries, tasks, and steps of workflows that failed: what people look for in a long log.
CREATE INDEX log_mark ON log (place, stamp, kind)
    WHERE (kind = 5 OR (kind = 20 AND type = 'task_failed') OR (kind = 29 AND type = 'workflow_step_failed') OR (kind = 30 AND type = 'question_asked'));
