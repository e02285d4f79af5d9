import type { Delivery } from '../live/types.ts';

/** The stages of a delivery that are shown, from the least to the furthest, and those where it ended otherwise. */
export type Stage =
  'scheduled' | 'queued' | 'handed_over' | 'surfaced' | 'acknowledged' | 'replied' | 'held' | 'expired' | 'dead' | 'withdrawn';

const order: Stage[] = ['scheduled', 'queued', 'handed_over', 'surfaced', 'acknowledged', 'replied'];

export interface Deliveries {
  readonly total: number;
  readonly by: Readonly<Partial<Record<Stage, number>>>;
  /** Who has not acknowledged it, as far as that is known. */
  readonly missing: readonly string[];
}

/** What is known of a delivery, and no more: leased only means that a program has it. */
export function stageOf(delivery: Delivery): Stage {
  switch (delivery.state) {
    case 'acknowledged':
      return delivery.replied_at ? 'replied' : 'acknowledged';
    case 'leased':
      return delivery.surfaced_at ? 'surfaced' : 'handed_over';
    case 'queued':
      return delivery.surfaced_at ? 'surfaced' : 'queued';
    default:
      return delivery.state as Stage;
  }
}

export function countDeliveries(deliveries: readonly Delivery[]): Deliveries {
  const by: Partial<Record<Stage, number>> = {};
  const missing: string[] = [];
  for (const delivery of deliveries) {
    const stage = stageOf(delivery);
    by[stage] = (by[stage] ?? 0) + 1;
    if (stage !== 'acknowledged' && stage !== 'replied') missing.push(delivery.agent_id);
  }
  return { total: deliveries.length, by, missing };
}

/** Whether nothing about it will change any more, but perhaps a reply. */
export function isSettled({ total, by }: Deliveries): boolean {
  return (by.acknowledged ?? 0) + (by.replied ?? 0) + (by.dead ?? 0) + (by.expired ?? 0) + (by.withdrawn ?? 0) === total;
}

/** The counts of a message to one recipient after what a receipt says; undefined where counts alone do not tell. */
export function movedBy(counts: Deliveries | undefined, state: string): Deliveries | undefined {
  if (counts?.total !== 1) return undefined;
  const now = state === 'leased' ? 'handed_over' : (state as Stage);
  const before = order.findLast((stage) => (counts.by[stage] ?? 0) > 0);
  // What was surfaced stays so while it is handed over; but what is queued again has begun anew.
  const isBehind = before !== undefined && order.includes(now) && order.indexOf(now) < order.indexOf(before);
  return isBehind && now !== 'queued' ? counts : { total: 1, by: { [now]: 1 }, missing: [] };
}

export interface Mark {
  readonly stage: Stage;
  /** How many have read it and how many should; only for a message to several. */
  readonly read: number | null;
  readonly total: number;
}

/** What a message's mark shows: trouble first, or else the stage that most have reached. Undefined for a message that reached nobody. */
export function markOf({ total, by }: Deliveries): Mark | undefined {
  if (total === 0) return undefined;
  const read = (by.acknowledged ?? 0) + (by.replied ?? 0);
  const several = total > 1 ? read : null;
  for (const stage of ['dead', 'held'] as const) if (by[stage]) return { stage, read: several, total };
  const ended = (['expired', 'withdrawn'] as const).find((stage) => (by[stage] ?? 0) * 2 > total);
  if (ended) return { stage: ended, read: several, total };
  // The furthest that at least half of them have reached.
  let reached = 0;
  for (const stage of [...order].reverse()) {
    reached += by[stage] ?? 0;
    if (reached * 2 >= total) return { stage: total > 1 && stage === 'replied' ? 'acknowledged' : stage, read: several, total };
  }
  return { stage: 'expired', read: several, total };
}
