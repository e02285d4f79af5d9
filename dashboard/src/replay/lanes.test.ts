import { describe, expect, it } from 'vitest';
import { arrowsOf, barsOf, lanesOf, mostLanes, others, peopleIn, readersOf, wordOf } from './lanes.ts';
import { Recording } from './recording.ts';
import type { LogRecord } from '../live/types.ts';
import type { Message } from '../live/types.ts';

let seq = 0;
const record = (kind: string, seconds: number, item: object, op: 'put' | 'delete' = 'put'): LogRecord => {
  seq++;
  return {
    seq,
    place: `1-${seq}`,
    kind,
    op,
    at: new Date(seconds * 1000).toISOString(),
    event_type: null,
    item: { ...item, ...(kind === 'messages' ? { seq } : {}) },
  };
};
const said = (seconds: number, sender_id: string, to: string | string[], more: Partial<Message> = {}) =>
  record('messages', seconds, {
    message_id: `m${seq}`,
    sender_id,
    to,
    recipient_id: typeof to === 'string' && !to.includes(':') ? to : null,
    ...more,
  });
const recordingOf = (...records: LogRecord[]) => {
  const recording = new Recording();
  recording.add(records);
  return recording;
};

describe('Lanes', () => {
  it('are of those who took part, people first', () => {
    const recording = recordingOf(said(1, 'pm', 'be'), said(2, 'be', 'human'), said(3, 'fe', ['pm', 'qa']), said(4, 'pm', 'squad:exports'));
    expect(peopleIn(recording.said, (id) => id === 'human')).toEqual(['human', 'pm', 'be', 'fe', 'qa']);
    expect(readersOf({ to: '*', recipient_id: null } as unknown as Message)).toEqual([]);
  });

  it('fold those beyond the twelfth', () => {
    const people = Array.from({ length: 20 }, (_, index) => `a${index}`);
    const { lanes, laneOf } = lanesOf(people);
    expect(lanes).toHaveLength(mostLanes);
    expect(lanes.at(-1)).toBe(others);
    expect([laneOf('a0'), laneOf('a10'), laneOf('a11'), laneOf('a19'), laneOf('nobody')]).toEqual([0, 10, 11, 11, -1]);
  });
});

describe('Bars', () => {
  it('follow what an agent reports, and what it asks comes first', () => {
    const recording = recordingOf(
      record('agents', 1, { agent_id: 'be', activity: 'working', status: 'online' }),
      record('questions', 4, { question_id: 'q', agent_id: 'be', status: 'open' }),
      record('questions', 7, { question_id: 'q', agent_id: 'be', status: 'answered' }),
      record('agents', 9, { agent_id: 'be', activity: 'blocked', status: 'online' }),
      record('agents', 12, { agent_id: 'be', activity: 'idle', status: 'online' }),
    );
    const bars = barsOf(recording, ['be'], 20_000);
    expect(bars.map(({ from, to, look }) => [from, to, look])).toEqual([
      [1000, 4000, 'working'],
      [4000, 7000, 'asks'],
      [7000, 9000, 'working'],
      [9000, 12_000, 'blocked'],
    ]);
    expect(wordOf(recording, 'be', recording.placeAt(5000), bars, 5000).word).toBe('asks you');
    expect(wordOf(recording, 'be', recording.placeAt(15_000), bars, 15_000).word).toBe('idle');
    expect(wordOf(recording, 'fe', recording.placeAt(5000), bars, 5000).word).toBe('');
  });

  it('follow a step from one agent to the next, until the end', () => {
    const step = { step_id: 's', question_id: null };
    const recording = recordingOf(
      record('workflow_steps', 1, { ...step, agent_id: 'be', status: 'assigned' }),
      record('workflow_steps', 3, { ...step, agent_id: 'fe', status: 'assigned' }),
    );
    expect(barsOf(recording, ['be', 'fe'], 9000)).toEqual([
      { agent: 'be', from: 1000, to: 3000, look: 'working' },
      { agent: 'fe', from: 3000, to: 9000, look: 'working' },
    ]);
  });
});

describe('Arrows', () => {
  it('go from the sender to those who read, and say what needs a person', () => {
    const recording = recordingOf(
      said(1, 'pm', 'be', { intent: 'inform' }),
      said(2, 'be', 'human', { intent: 'request' }),
      said(3, 'pm', 'squad:exports'),
      said(4, 'be', [], { outcome: 'error' }),
    );
    const { laneOf } = lanesOf(['human', 'pm', 'be', 'fe']);
    const arrows = arrowsOf(recording.said, laneOf, (address) => (address === 'squad:exports' ? ['pm', 'be', 'fe'] : []));
    expect(arrows.map(({ from, to, isGroup, tone }) => [from, to, isGroup, tone])).toEqual([
      [1, [2], false, 'plain'],
      [2, [0], false, 'person'],
      [1, [2, 3], true, 'plain'],
      [2, [], false, 'bad'],
    ]);
  });
});
