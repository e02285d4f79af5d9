import { describe, expect, it } from 'vitest';
import type { Delivery } from '../live/types.ts';
import { advance } from '../live/receipts.ts';
import { countDeliveries, isSettled, markOf, movedBy, stageOf } from './deliveries.ts';

let id = 0;
const delivery = (state: Delivery['state'], more: Partial<Delivery> = {}): Delivery => ({
  delivery_id: String(++id),
  message_id: 'm',
  agent_id: `agent-${id}`,
  state,
  attempt: 1,
  disconnects: 0,
  queued_at: null,
  delivered_at: null,
  surfaced_at: null,
  evidence: null,
  acknowledged_at: null,
  replied_at: null,
  last_error: null,
  ...more,
});
const mark = (...all: Delivery[]) => markOf(countDeliveries(all));

describe('A delivery', () => {
  it('says what is known and not what is hoped', () => {
    expect(stageOf(delivery('leased'))).toBe('handed_over');
    expect(stageOf(delivery('leased', { surfaced_at: 'x' }))).toBe('surfaced');
    expect(stageOf(delivery('acknowledged', { replied_at: 'x' }))).toBe('replied');
  });

  it('advances by receipts, and keeps the time of the first', () => {
    const receipt = { delivery_id: '1', message_id: 'm', agent_id: 'a', attempt: 2, at: '2' };
    const leased = advance(delivery('queued'), { ...receipt, state: 'leased' });
    expect(leased).toMatchObject({ state: 'leased', delivered_at: '2', attempt: 2 });
    expect(advance({ ...leased, surfaced_at: '1' }, { ...receipt, state: 'surfaced' }).surfaced_at).toBe('1');
  });
});

describe('The counts of a message to one', () => {
  const of = (stage: string) => ({ total: 1, by: { [stage]: 1 }, missing: [] });

  it('move by receipts as the delivery does', () => {
    expect(movedBy(of('queued'), 'leased')?.by).toEqual({ handed_over: 1 });
    expect(movedBy(of('surfaced'), 'leased')?.by).toEqual({ surfaced: 1 });
    expect(movedBy(of('surfaced'), 'acknowledged')?.by).toEqual({ acknowledged: 1 });
    expect(movedBy(of('handed_over'), 'dead')?.by).toEqual({ dead: 1 });
    expect(movedBy(of('dead'), 'queued')?.by).toEqual({ queued: 1 });
    expect(movedBy(of('handed_over'), 'queued')?.by).toEqual({ queued: 1 });
  });

  it('are not enough for several', () => {
    expect(movedBy({ total: 2, by: { queued: 2 }, missing: [] }, 'leased')).toBeUndefined();
    expect(movedBy(undefined, 'leased')).toBeUndefined();
  });
});

describe('The mark of a message', () => {
  it('is empty where nobody was reached', () => expect(mark()).toBeUndefined());

  it('is the stage of the only recipient', () => {
    expect(mark(delivery('acknowledged', { replied_at: 'x' }))).toEqual({ stage: 'replied', read: null, total: 1 });
  });

  it('is for several how many have read it and what most have reached', () => {
    expect(mark(delivery('acknowledged'), delivery('acknowledged'), delivery('queued'))).toEqual({
      stage: 'acknowledged',
      read: 2,
      total: 3,
    });
    expect(mark(delivery('acknowledged'), delivery('queued'), delivery('queued'))?.stage).toBe('queued');
  });

  it('shows trouble first', () => {
    expect(mark(delivery('acknowledged'), delivery('acknowledged'), delivery('dead'))?.stage).toBe('dead');
    expect(mark(delivery('acknowledged'), delivery('held'))?.stage).toBe('held');
  });

  it('is settled when nothing can change', () => {
    expect(isSettled(countDeliveries([delivery('acknowledged'), delivery('dead')]))).toBe(true);
    expect(isSettled(countDeliveries([delivery('acknowledged'), delivery('leased')]))).toBe(false);
  });

  it('names who has not read it', () => {
    const late = delivery('queued');
    expect(countDeliveries([delivery('acknowledged'), late]).missing).toEqual([late.agent_id]);
  });
});
