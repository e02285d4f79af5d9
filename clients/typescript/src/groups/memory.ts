import { ParleyError } from '../errors.ts';
import type { Feed } from '../feeds/feed.ts';
import type { FeedSelection, FeedsIn, SubscribeOptions } from '../feeds/entries.ts';
import type { CallOptions, Query } from '../rest/call.ts';
import type { Rest } from '../rest/rest.ts';
import type { Json, MemoryEntry, MemoryVersion, Page, Schemas } from '../types.ts';

/** Whoever can follow feeds. */
export interface Subscriber {
  subscribe<const S extends FeedSelection>(selection: S, options?: SubscribeOptions): Promise<Feed<FeedsIn<S>>>;
}

export interface MemoryWrite extends CallOptions {
  /** Only if the entry has this version; 0: only if there is none. Such a write is not tried again after a lost answer, since it may have taken effect. */
  ifVersion?: number | undefined;
}

export interface MemorySet extends MemoryWrite {
  /** Seconds until it expires. */
  ttlSeconds?: number | undefined;
  /** Who may read and write it. */
  accessControl?: Schemas['MemoryAccess'] | undefined;
}

/** Shared memory: values that all agents of a project can use, under keys. */
export class Memory {
  readonly #rest: Rest;
  readonly #feeds: Subscriber;

  constructor(rest: Rest, feeds: Subscriber) {
    this.#rest = rest;
    this.#feeds = feeds;
  }

  /** Gets the entry under a key; undefined if there is none. */
  async get(key: string, options?: CallOptions): Promise<MemoryEntry | undefined> {
    try {
      return await this.#rest.get('/memory/key/{key}', { ...options, ...at(key) });
    } catch (none) {
      if (none instanceof ParleyError && none.code === 'not_found') return undefined;
      throw none;
    }
  }

  /** Stores any JSON, up to 256 KiB, under a key of 1-512 characters, which may include `/`.
   * @throws {ParleyError} `version_mismatch`, if it has another version. */
  set(key: string, value: Json, { ifVersion, ttlSeconds, accessControl, ...options }: MemorySet = {}): Promise<MemoryEntry> {
    const body = {
      value,
      ...(ifVersion === undefined ? {} : { if_version: ifVersion }),
      ...(ttlSeconds === undefined ? {} : { ttl_seconds: ttlSeconds }),
      ...(accessControl === undefined ? {} : { access_control: accessControl }),
    };
    return this.#rest.put('/memory/key/{key}', { repeat: ifVersion === undefined, ...options, ...at(key), body });
  }

  /** Adds to a number in one step. If there is no entry, it starts from 0. Not tried again after a lost answer. */
  add(key: string, amount: number, { ifVersion, ...options }: MemoryWrite = {}): Promise<MemoryEntry> {
    return this.#rest.patch('/memory/key/{key}', { ...options, ...at(key, ifVersion), body: { add: amount } });
  }

  /** Changes members of a value with a JSON merge patch, in one step; a null removes one. If there is no entry, it starts from `{}`. Not tried again after a
   * lost answer. */
  patch(key: string, patch: Json, { ifVersion, ...options }: MemoryWrite = {}): Promise<MemoryEntry> {
    return this.#rest.patch('/memory/key/{key}', { ...options, ...at(key, ifVersion), body: { patch } });
  }

  async delete(key: string, { ifVersion, ...options }: MemoryWrite = {}): Promise<void> {
    await this.#rest.delete('/memory/key/{key}', { repeat: false, ...options, ...at(key, ifVersion) });
  }

  /** Lists entries: sorted by key if a prefix is given, otherwise newest first. */
  list(query?: Query<'/memory', 'get'>, options?: CallOptions): Promise<Page<MemoryEntry>> {
    return this.#rest.get('/memory', { ...options, query });
  }

  /** The last 20 versions of an entry, newest first, as far as the log still has them. */
  async history(key: string, options?: CallOptions): Promise<MemoryVersion[]> {
    return (await this.#rest.get('/memory/history', { ...options, query: { key } })).items;
  }

  /** Follows the entries: first those that exist, then each change. */
  watch(prefix?: string, options: SubscribeOptions = {}): Promise<Feed<'memory'>> {
    return this.#feeds.subscribe(prefix === undefined ? 'memory' : { memory: { prefix } }, { snapshot: true, ...options });
  }
}

/** HTTP clients remove the segments `.` and `..` from a path, so a key that contains them goes into the query. */
function at(key: string, ifVersion?: number): { path: { key: string }; query: { named?: string; if_version?: number } } {
  const isPath = !key.split('/').some((part) => part === '.' || part === '..');
  return {
    path: { key: isPath ? key : '' },
    query: { ...(isPath ? {} : { named: key }), ...(ifVersion === undefined ? {} : { if_version: ifVersion }) },
  };
}
