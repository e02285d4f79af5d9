import type { Parley } from '@parley/client';
import { useSyncExternalStore } from 'react';
import { countDeliveries, isSettled, movedBy, type Deliveries } from '../parts/deliveries.ts';
import { Frame } from './store.ts';
import type { Delivery, Message, Receipt } from './types.ts';

const most = 20_000;
const atOnce = 4;
/** From so many messages on, one list is read rather than each of them. */
const listFrom = 3;
const longestList = 500;

/** Where the deliveries of messages stand: as lists count them, or read for those on screen, and kept current by the receipts feed. Only of a message to
 *  several that not all have read, each delivery is read: to name who has not. */
export class ReceiptStore {
  readonly #parley: Parley;
  readonly #known = new Map<string, Delivery[]>();
  readonly #counts = new Map<string, Deliveries>();
  readonly #asked = new Set<string>();
  /** For each list that is being read: what moved meanwhile, of which it may tell an older state. */
  readonly #readings = new Set<Set<string>>();
  #queue: string[] = [];
  #running = 0;
  readonly #frame = new Frame();

  constructor(parley: Parley) {
    this.#parley = parley;
  }

  get(id: string): Deliveries | undefined {
    return this.#counts.get(id);
  }

  of(id: string): readonly Delivery[] | undefined {
    return this.#known.get(id);
  }

  listen = (call: () => void): (() => void) => this.#frame.listen(call);

  /** Begins to read a list with counts.
   * @returns Takes what the list says, or nothing if it could not be read. */
  reading(): (messages: readonly Message[]) => void {
    const moved = new Set<string>();
    this.#readings.add(moved);
    return (messages) => {
      this.#readings.delete(moved);
      for (const { message_id, deliveries } of messages) {
        if (!deliveries || moved.has(message_id) || this.#known.has(message_id)) continue;
        const { total = 0, ...by } = deliveries;
        const counts = { total, by, missing: [] };
        this.#counts.set(message_id, counts);
        if (total <= 1 || isSettled(counts)) this.#asked.add(message_id);
      }
      this.#frame.changed();
    };
  }

  /** Reads what is not known yet of the messages on screen, those last named first. */
  show(messages: readonly Message[]): void {
    const unknown = messages.filter(({ message_id }) => !this.#asked.has(message_id));
    const seqs = unknown.filter(({ message_id }) => !this.#counts.has(message_id)).map(({ seq }) => seq);
    const from = Math.min(...seqs);
    const limit = Math.max(...seqs) - from + 1;
    const trace = () => {
      this.#queue = unknown.map(({ message_id }) => message_id).filter((id) => !this.#asked.has(id));
      void this.#read();
    };
    if (seqs.length < listFrom || limit > longestList) return trace();
    const take = this.reading();
    void this.#parley.rest
      .get('/messages', { query: { from, limit, excerpt: 1, include: 'deliveries' } })
      .then(({ items }) => take(items))
      .catch(() => take([]))
      .finally(trace);
  }

  /** After a break, the feed missed what happened: what is not settled is read again when it is next on screen. */
  forget(): void {
    for (const id of this.#asked) {
      const counts = this.#counts.get(id);
      if (!counts || !isSettled(counts)) this.#asked.delete(id);
    }
    this.#frame.changed();
  }

  take(id: string, deliveries: Delivery[]): void {
    this.#known.set(id, deliveries);
    this.#counts.set(id, countDeliveries(deliveries));
    this.#asked.add(id);
    if (this.#counts.size > most) {
      const oldest = this.#counts.keys().next().value!;
      this.#known.delete(oldest);
      this.#counts.delete(oldest);
      this.#asked.delete(oldest);
    }
    this.#frame.changed();
  }

  apply(receipt: Receipt): void {
    const { message_id } = receipt;
    for (const moved of this.#readings) moved.add(message_id);
    const known = this.#known.get(message_id);
    if (!known) {
      const moved = movedBy(this.#counts.get(message_id), receipt.state);
      if (moved) {
        this.#counts.set(message_id, moved);
        this.#frame.changed();
      }
      // It may be on its way: then what comes could be older than this.
      else this.#asked.delete(message_id);
      return;
    }
    const next = known.map((delivery) => (delivery.delivery_id === receipt.delivery_id ? advance(delivery, receipt) : delivery));
    this.take(message_id, next);
  }

  async #read(): Promise<void> {
    while (this.#running < atOnce && this.#queue.length > 0) {
      const id = this.#queue.pop()!;
      if (this.#asked.has(id)) continue;
      this.#asked.add(id);
      this.#running++;
      void this.#parley.rest
        .get('/messages/{message_id}/trace', { path: { message_id: id } })
        .then(({ deliveries }) => this.take(id, deliveries))
        .catch(() => undefined)
        .finally(() => {
          this.#running--;
          void this.#read();
        });
    }
  }
}

/** The delivery after what a receipt says. */
export function advance(delivery: Delivery, { state, attempt, at }: Receipt): Delivery {
  const next = { ...delivery, attempt: Math.max(attempt, delivery.attempt) };
  switch (state) {
    case 'surfaced':
      return { ...next, surfaced_at: delivery.surfaced_at ?? at };
    case 'replied':
      return { ...next, replied_at: delivery.replied_at ?? at };
    case 'leased':
      return { ...next, state, delivered_at: delivery.delivered_at ?? at };
    case 'acknowledged':
      return { ...next, state, acknowledged_at: delivery.acknowledged_at ?? at };
    default:
      return { ...next, state: state as Delivery['state'] };
  }
}

export function useDeliveries(store: ReceiptStore, id: string): Deliveries | undefined {
  return useSyncExternalStore(store.listen, () => store.get(id));
}
