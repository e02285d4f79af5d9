import type { Parley } from '@parley/client';
import { useSyncExternalStore } from 'react';
import { countDeliveries, isSettled, type Deliveries } from '../parts/deliveries.ts';
import { Frame } from './store.ts';
import type { Delivery, Receipt } from './types.ts';

const most = 20_000;
const atOnce = 4;

/** Where the deliveries of messages stand: read for those on screen, and kept current by the receipts feed. */
export class ReceiptStore {
  readonly #parley: Parley;
  readonly #known = new Map<string, Delivery[]>();
  readonly #counts = new Map<string, Deliveries>();
  readonly #asked = new Set<string>();
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

  /** Reads what is not known yet of the messages on screen, those last named first. */
  show(ids: readonly string[]): void {
    this.#queue = ids.filter((id) => !this.#asked.has(id));
    void this.#read();
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
    if (this.#known.size > most) {
      const oldest = this.#known.keys().next().value!;
      this.#known.delete(oldest);
      this.#counts.delete(oldest);
      this.#asked.delete(oldest);
    }
    this.#frame.changed();
  }

  apply(receipt: Receipt): void {
    const known = this.#known.get(receipt.message_id);
    if (!known) {
      // It may be on its way: then what comes could be older than this.
      this.#asked.delete(receipt.message_id);
      return;
    }
    const next = known.map((delivery) => (delivery.delivery_id === receipt.delivery_id ? advance(delivery, receipt) : delivery));
    this.take(receipt.message_id, next);
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
