import { describe, expect, it } from 'vitest';
import { LogStore } from './log.ts';
import { same, Things } from './store.ts';
import type { Message } from './types.ts';

const message = (seq: number, content = 'said') => ({ seq, message_id: `m${seq}`, content }) as Message;
const drawn = () => new Promise((resolve) => setTimeout(resolve, 1));
const seqs = (log: LogStore) => log.view().messages.map(({ seq }) => seq);

describe('Things of a feed', () => {
  it('keep the object of what has not changed', async () => {
    const things = new Things<{ id: string; at: number[] }>(({ id }) => id);
    things.reset([
      { id: 'a', at: [1] },
      { id: 'b', at: [2] },
    ]);
    const before = things.all();
    things.reset([
      { id: 'a', at: [1] },
      { id: 'b', at: [3] },
    ]);
    await drawn();
    expect(things.all()[0]).toBe(before[0]);
    expect(things.all()[1]).not.toBe(before[1]);
  });

  it('tell that an empty state has come', async () => {
    const things = new Things<{ id: string }>(({ id }) => id);
    const before = things.all();
    things.reset([]);
    await drawn();
    expect(things.isLoaded).toBe(true);
    expect(things.all()).not.toBe(before);
  });

  it('tell once of many changes', async () => {
    const things = new Things<{ id: string }>(({ id }) => id);
    let told = 0;
    things.listen(() => told++);
    for (let index = 0; index < 1000; index++) things.put({ id: String(index) });
    await drawn();
    expect(told).toBe(1);
    expect(things.all()).toHaveLength(1000);
  });

  it('forget what a new state does not have', async () => {
    const things = new Things<{ id: string }>(({ id }) => id);
    things.reset([{ id: 'a' }, { id: 'b' }]);
    things.reset([{ id: 'b' }]);
    things.delete({ id: 'x' });
    await drawn();
    expect(things.all()).toEqual([{ id: 'b' }]);
  });

  it('compares what JSON says', () => {
    expect(same({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toBe(true);
    expect(same({ a: [] }, { a: {} })).toBe(false);
    expect(same({ a: 1 }, { a: 1, b: undefined })).toBe(false);
  });
});

describe('The log', () => {
  it('joins pages and the feed without a gap and without a repetition', async () => {
    const log = new LogStore();
    log.put(message(12));
    log.older([message(11), message(12), message(10)], false);
    log.older([message(9), message(8)], true);
    log.put(message(13));
    await drawn();
    expect(seqs(log)).toEqual([8, 9, 10, 11, 12, 13]);
    expect(log.view().isComplete).toBe(true);
  });

  it('puts what comes late in its place', async () => {
    const log = new LogStore();
    log.older([], true);
    for (const seq of [3, 1, 2]) log.put(message(seq));
    await drawn();
    expect(seqs(log)).toEqual([1, 2, 3]);
  });

  it('shows a changed message in its place, and a deleted one without its text', async () => {
    const log = new LogStore();
    log.older([message(1), message(2)], true);
    log.put(message(1, 'changed'));
    log.remove(message(2));
    await drawn();
    expect(log.view().messages).toMatchObject([{ content: 'changed' }, { content: null, deleted: true }]);
  });

  it('grows both ways around a place, and knows when it has reached the end', async () => {
    const log = new LogStore(false);
    log.older([message(50), message(51)], false);
    log.newer([message(52), message(53)], false);
    await drawn();
    expect(log.view().isAtEnd).toBe(false);
    log.older([message(49), message(48)], true);
    log.newer([message(54)], true);
    await drawn();
    expect(seqs(log)).toEqual([48, 49, 50, 51, 52, 53, 54]);
    expect(log.view()).toMatchObject({ isAtEnd: true, isComplete: true });
  });

  it('never keeps more than its window', async () => {
    const log = new LogStore();
    log.older([], true);
    for (let seq = 1; seq <= 100_010; seq++) log.put(message(seq));
    await drawn();
    expect(log.view().messages).toHaveLength(100_000);
    expect(log.first).toBe(11);
    expect(log.view().isComplete).toBe(false);
  });
});
