import type { CallOptions, Query } from '../rest/call.ts';
import type { Rest } from '../rest/rest.ts';
import type { Page, Schemas } from '../types.ts';

/** Conversations. */
export class Threads {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  list(query?: Query<'/threads', 'get'>, options?: CallOptions): Promise<Page<Schemas['ThreadSummary']>> {
    return this.#rest.get('/threads', { ...options, query });
  }

  /** The messages in order, and who takes part. */
  get(threadId: string, query?: Query<'/threads/{thread_id}', 'get'>, options?: CallOptions): Promise<Schemas['ThreadView']> {
    return this.#rest.get('/threads/{thread_id}', { ...options, path: { thread_id: threadId }, query });
  }

  /** Where the conversation stands: what is open, what was settled, in words too. */
  digest(threadId: string, query?: Query<'/threads/{thread_id}/digest', 'get'>, options?: CallOptions): Promise<Schemas['ThreadDigest']> {
    return this.#rest.get('/threads/{thread_id}/digest', { ...options, path: { thread_id: threadId }, query });
  }

  /** What is newer than a place, and what was superseded. */
  current(threadId: string, since: number, options?: CallOptions): Promise<Schemas['ThreadCurrent']> {
    return this.#rest.get('/threads/{thread_id}/current', { ...options, path: { thread_id: threadId }, query: { since } });
  }
}
