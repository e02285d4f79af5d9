import { describe, expect, it } from 'vitest';
import type { AttentionItem } from '../live/types.ts';
import { snoozedOf, snoozes, stuckOf } from './problems.ts';

const item = (attention_id: string, severity: string, since: string, snoozed_until: string | null = null) =>
  ({ attention_id, severity, since, snoozed_until }) as AttentionItem;
const ids = (items: readonly AttentionItem[]) => items.map(({ attention_id }) => attention_id);

describe('What is stuck', () => {
  it('has the worst first, then the oldest, and leaves out questions and what was put off', () => {
    const items = [
      item('question:q', 'person', '0'),
      item('task_overdue:t', 'warning', '1'),
      item('storm:s', 'critical', '3'),
      item('agent_stalled:a', 'critical', '2'),
      item('agent_error:b', 'critical', '1', '9'),
    ];
    expect(ids(stuckOf(items))).toEqual(['agent_stalled:a', 'storm:s', 'task_overdue:t']);
    expect(ids(snoozedOf(items))).toEqual(['agent_error:b']);
  });

  it('can be put off for an hour, or until the morning', () => {
    const now = new Date(2026, 10, 28, 22, 30).getTime();
    const [short, long] = snoozes(now);
    expect(Date.parse(short!.until) - now).toBe(3_600_000);
    expect(new Date(long!.until).toString()).toBe(new Date(2026, 10, 29, 8).toString());
  });
});
