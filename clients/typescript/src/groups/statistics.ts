import type { Answer, CallOptions, Query } from '../rest/call.ts';
import type { Rest } from '../rest/rest.ts';
import type { Schemas } from '../types.ts';

/** Statistics of a project. */
export class Statistics {
  readonly #rest: Rest;

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /** What was sent and delivered, how fast, and what waits. */
  get(options?: CallOptions): Promise<Schemas['Stats']> {
    return this.#rest.get('/stats', options);
  }

  /** Messages by type. */
  messages(query?: Query<'/stats/messages', 'get'>, options?: CallOptions): Promise<Answer<'/stats/messages', 'get'>> {
    return this.#rest.get('/stats/messages', { ...options, query });
  }

  agents(query?: Query<'/stats/agents', 'get'>, options?: CallOptions): Promise<Answer<'/stats/agents', 'get'>> {
    return this.#rest.get('/stats/agents', { ...options, query });
  }

  /** Who writes to whom. */
  pairs(query?: Query<'/stats/pairs', 'get'>, options?: CallOptions): Promise<Answer<'/stats/pairs', 'get'>> {
    return this.#rest.get('/stats/pairs', { ...options, query });
  }

  /** Messages over time, in buckets such as `5m`. */
  timeline(query?: Query<'/stats/timeline', 'get'>, options?: CallOptions): Promise<Answer<'/stats/timeline', 'get'>> {
    return this.#rest.get('/stats/timeline', { ...options, query });
  }

  export(query?: Query<'/stats/export', 'get'>, options?: CallOptions): Promise<Schemas['StatsExport']> {
    return this.#rest.get('/stats/export', { ...options, query });
  }
}
