import { describe, expect, it } from 'vitest';
import { Recording } from './recording.ts';
import type { LogRecord } from '../live/types.ts';

/** Numbers by chance, but always the same ones. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const start = Date.parse('2026-01-22T13:30:00Z');
const ids: Record<string, string> = { agents: 'agent_id', tasks: 'task_id', workflow_steps: 'step_id', questions: 'question_id' };

/** A log of many kinds, some of which a recording does not know. */
function logOf(count: number, seed: number): LogRecord[] {
  const roll = dice(seed);
  const sent: string[] = [];
  let time = start;
  return Array.from({ length: count }, (_, index): LogRecord => {
    const seq = (index + 1) * 3 - roll(2);
    time += roll(4) === 0 ? roll(600_000) : roll(900);
    const shared = { seq, place: `1-${seq}`, at: new Date(time).toISOString(), event_type: null };
    if (sent.length > 0 && roll(9) === 0) {
      const message_id = sent[roll(sent.length)]!;
      const gone = roll(2) === 0;
      return {
        ...shared,
        kind: 'messages',
        op: gone ? 'delete' : 'put',
        item: { message_id, seq: 1, content: gone ? null : `changed at ${seq}` },
      };
    }
    if (roll(2) === 0) {
      sent.push(`m${seq}`);
      return { ...shared, kind: 'messages', op: 'put', item: { message_id: `m${seq}`, seq, content: `said at ${seq}` } };
    }
    const kind = [...Object.keys(ids), 'memory'][roll(5)]!;
    const op = roll(8) === 0 ? 'delete' : 'put';
    return { ...shared, kind, op, item: { [ids[kind] ?? 'key']: `${kind}${roll(12)}`, version: seq } };
  });
}

/** The state at a place, told the slow way: entry by entry from the beginning. */
function replayed(log: readonly LogRecord[], place: number) {
  const state: Record<string, Map<string, unknown>> = {};
  const messages = new Map<string, unknown>();
  let said = 0;
  let at: number | undefined;
  for (const { seq, kind, op, item, at: time } of log) {
    if (seq > place) break;
    const thing = item as Record<string, string>;
    if (kind === 'messages') {
      if ((item as { seq: number }).seq === seq) said++;
      if (op === 'delete') messages.delete(thing['message_id']!);
      else messages.set(thing['message_id']!, item);
    } else if (ids[kind]) {
      const things = (state[kind] ??= new Map());
      if (op === 'delete') things.delete(thing[ids[kind]]!);
      else things.set(thing[ids[kind]]!, item);
    } else continue;
    at = Date.parse(time);
  }
  return { state, messages, said, at };
}

const sorted = (items: Iterable<unknown>) => [...items].map((item) => JSON.stringify(item)).sort();

function expectSame(recording: Recording, log: readonly LogRecord[], place: number): void {
  const moment = recording.at(place);
  const { state, messages, said, at } = replayed(log, place);
  expect(moment.said).toBe(said);
  expect(recording.timeAt(place)).toBe(at);
  expect(sorted(moment.agents)).toEqual(sorted(state['agents']?.values() ?? []));
  expect(sorted(moment.tasks)).toEqual(sorted(state['tasks']?.values() ?? []));
  expect(sorted(moment.steps)).toEqual(sorted(state['workflow_steps']?.values() ?? []));
  expect(sorted(moment.questions)).toEqual(sorted(state['questions']?.values() ?? []));
  for (const { message } of recording.said) expect(recording.message(message.message_id, place)).toEqual(messages.get(message.message_id));
}

describe('A recording', { timeout: 60_000 }, () => {
  it('equals the log at every place', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const log = logOf(120, seed);
      const recording = new Recording();
      recording.add(log);
      for (let place = 0; place <= log.at(-1)!.seq + 2; place++) expectSame(recording, log, place);
    }
  });

  it('is the same in whatever order, pieces, and how often its entries come', () => {
    for (let seed = 10; seed <= 14; seed++) {
      const log = logOf(300, seed);
      const roll = dice(seed);
      const recording = new Recording();
      const rest = [...log];
      while (rest.length > 0) recording.add(rest.splice(roll(rest.length), 1 + roll(40)));
      recording.add(log.slice(50, 90));
      for (let one = 0; one < 20; one++) expectSame(recording, log, roll(log.at(-1)!.seq + 2));
      expect(recording.said.map(({ seq }) => seq)).toEqual([...recording.said].map(({ seq }) => seq).sort((a, b) => a - b));
    }
  });

  it('grows at its end without changing what was before', () => {
    const log = logOf(400, 21);
    const recording = new Recording();
    recording.add(log.slice(0, 200));
    const place = log[150]!.seq;
    const before = recording.at(place);
    recording.add(log.slice(200));
    expect(recording.at(place)).toEqual(before);
  });

  it('finds the place at a time, and the time of a place', () => {
    const log = logOf(300, 31).filter(({ kind }) => kind !== 'memory');
    const recording = new Recording();
    recording.add(log);
    for (const { at } of log) {
      const time = Date.parse(at);
      const last = log.filter((one) => Date.parse(one.at) <= time).at(-1)!;
      expect(recording.placeAt(time)).toBe(last.seq);
      expect(recording.timeAt(last.seq)).toBe(time);
    }
    expect(recording.placeAt(start - 1)).toBe(0);
    expect(recording.timeAt(0)).toBeUndefined();
    expect(new Recording().at(5)).toMatchObject({ said: 0, agents: [] });
  });
});
