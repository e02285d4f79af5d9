import { randomKey } from '../keys.ts';
import type { Feed } from '../feeds/feed.ts';
import type { SubscribeOptions } from '../feeds/entries.ts';
import type { CallOptions, Query } from '../rest/call.ts';
import type { Rest } from '../rest/rest.ts';
import type { EventRecord, Json, Page } from '../types.ts';
import type { Subscriber } from './memory.ts';

/** Events that anyone in the project can follow. */
export class Events {
  readonly #rest: Rest;
  readonly #feeds: Subscriber;

  constructor(rest: Rest, feeds: Subscriber) {
    this.#rest = rest;
    this.#feeds = feeds;
  }

  /** Publishes an event, with any JSON up to 256 KiB. It is on disk when this completes. */
  publish(eventType: string, data?: Json, options?: CallOptions): Promise<EventRecord> {
    const body = { event_type: eventType, ...(data === undefined ? {} : { data }) };
    return this.#rest.post('/events', { idempotencyKey: randomKey(), ...options, body });
  }

  /** Follows events of these types, or all: `*` matches within a word, `>` at the end one or more words. With `after: '0'`, replays what the log has. */
  subscribe(types?: readonly string[], options?: SubscribeOptions): Promise<Feed<'events'>> {
    return this.#feeds.subscribe(types ? { events: { types } } : 'events', options);
  }

  get(eventId: string, options?: CallOptions): Promise<EventRecord> {
    return this.#rest.get('/events/{event_id}', { ...options, path: { event_id: eventId } });
  }

  /** Lists past events, newest first. A page may have fewer than `limit` even if it is not the last one. */
  list(query?: Query<'/events', 'get'>, options?: CallOptions): Promise<Page<EventRecord>> {
    return this.#rest.get('/events', { ...options, query });
  }
}
