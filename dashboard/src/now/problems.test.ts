import { describe, expect, it } from 'vitest';
import type { Agent, DeadLetter, Storm } from '../live/types.ts';
import { findProblems, groupLetters } from './problems.ts';

const now = Date.parse('2026-11-28T14:00:00Z');
const letter = (agent_id: string, reason: string, died_at: string) =>
  ({ delivery: { agent_id, last_error: 'no' }, reason, died_at }) as DeadLetter;
const agent = (agent_id: string, status: string, queued: number, last_seen: string) =>
  ({ agent_id, status, mailbox: { queued }, last_seen, activity_since: last_seen, created_at: last_seen }) as unknown as Agent;

describe('What is stuck', () => {
  it('groups dead letters by reader and reason', () => {
    const groups = groupLetters([
      letter('a', 'lease_lapsed', '2'),
      letter('a', 'lease_lapsed', '1'),
      letter('a', 'rejected', '3'),
      letter('b', 'lease_lapsed', '4'),
    ]);
    expect(groups.map(({ letters, since }) => [letters.length, since])).toEqual([
      [2, '1'],
      [1, '3'],
      [1, '4'],
    ]);
  });

  it('names a full mailbox only when its reader has been away for ten minutes', () => {
    const agents = [
      agent('away', 'offline', 3, '2026-11-28T13:00:00Z'),
      agent('just-gone', 'offline', 3, '2026-11-28T13:55:00Z'),
      agent('empty', 'offline', 0, '2026-11-28T13:00:00Z'),
      agent('here', 'online', 3, '2026-11-28T13:00:00Z'),
    ];
    expect(findProblems(agents, [], [], [], now).map(({ key }) => key)).toEqual(['mailbox-away']);
  });

  it('has the worst first', () => {
    const storm = { storm_id: 's', started_at: '2026-11-28T13:59:00Z' } as Storm;
    const kinds = findProblems([agent('a', 'error', 0, '2026-11-28T13:00:00Z')], [storm], [letter('a', 'x', '1')], [], now).map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['storm', 'error', 'dead']);
  });
});
