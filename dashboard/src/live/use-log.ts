import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { FeedFilter } from '@parley/client';
import { useLive, type Live } from './live.ts';
import { LogStore, type LogView } from './log.ts';
import { same } from './store.ts';
import type { Message } from './types.ts';

const pageSize = 200;
const patience = 2000;

export interface Log extends LogView {
  readonly store: LogStore;
  readonly error: unknown;
  /** Reads the page before the first message. */
  readonly older: () => void;
  /** Reads the page after the last message, if the end has not been reached. */
  readonly newer: () => void;
}

export interface LogSelection {
  /** What the server selects by. */
  readonly filter: FeedFilter;
  /** What is left out here. */
  readonly accepts?: (message: Message) => boolean;
  /** Begin reading around this seq rather than at the end. */
  readonly at?: number | undefined;
}

const all = () => true;
/** Each message with where its deliveries stand: a page is one request. */
const counted = { include: 'deliveries' };

/** Reads pages of the log into a store, both ways. */
class LogReader {
  readonly store: LogStore;
  error: unknown;
  readonly #live: Live;
  readonly #selection: Required<Omit<LogSelection, 'at'>> & { at: number | undefined };
  /** The seqs where the next pages begin. */
  #before: number | undefined;
  #after: number | undefined;
  #isReading = false;
  #isReadingOn = false;
  #isFollowing = false;

  constructor(live: Live, filter: FeedFilter, accepts: (message: Message) => boolean, at: number | undefined) {
    this.#live = live;
    this.#selection = { filter, accepts, at };
    this.store = new LogStore(at === undefined);
  }

  async #page(query: Record<string, string | number>, signal?: AbortSignal): Promise<{ items: Message[]; next: string | null }> {
    const { filter, accepts } = this.#selection;
    const counts = this.#live.receipts.reading();
    try {
      const page = await this.#live.parley.rest.get('/messages', {
        query: { ...filter, ...counted, limit: pageSize, ...query } as object,
        signal,
      });
      counts(page.items);
      return { items: page.items.filter(accepts), next: page.next };
    } catch (error) {
      counts([]);
      throw error;
    }
  }

  async older(signal?: AbortSignal): Promise<void> {
    if (this.#isReading || this.store.view().isComplete) return;
    this.#isReading = true;
    try {
      const page = await this.#page(this.#before === undefined ? {} : { before: this.#before }, signal);
      this.error = undefined;
      if (page.next !== null) this.#before = Number(page.next);
      this.store.older(page.items, page.next === null);
    } catch (refused) {
      if (signal?.aborted) return;
      this.error = refused;
      this.store.older([], false);
    } finally {
      this.#isReading = false;
    }
  }

  /** The newest page again, for what was missed. */
  async refresh(signal: AbortSignal): Promise<void> {
    try {
      for (const message of (await this.#page({}, signal)).items) this.store.put(message);
    } catch {
      // The feed goes on from here.
    }
  }

  /** The page around the place, and what follows it. */
  async around(at: number, signal: AbortSignal): Promise<void> {
    try {
      const { items } = await this.#page({ around: at }, signal);
      this.#before = items[0]?.seq ?? at;
      this.#after = items.at(-1)?.seq ?? at;
      this.store.older(items, false);
      await this.newer(signal);
    } catch (refused) {
      if (signal.aborted) return;
      this.error = refused;
      this.store.older([], false);
    }
  }

  /** The next page; at the end, the feed goes on. */
  async newer(signal: AbortSignal): Promise<void> {
    if (this.#isReadingOn || this.#isFollowing || this.#after === undefined) return;
    this.#isReadingOn = true;
    const { filter, accepts } = this.#selection;
    try {
      const page = await this.#page({ from: this.#after + 1 }, signal);
      this.#after = Math.max(this.#after, Number(page.next ?? 0), page.items.at(-1)?.seq ?? 0);
      this.store.newer(page.items, page.next === null);
      if (page.next !== null) return;
      this.#isFollowing = true;
      void this.#live.followMessages(this.store, filter, accepts, signal, String(this.#after));
    } catch (refused) {
      if (!signal.aborted) this.error = refused;
    } finally {
      this.#isReadingOn = false;
    }
  }
}

/** The messages that match, live: the last page first, or the one around a place; older and newer ones as they are asked for. */
export function useLog({ filter, accepts = all, at }: LogSelection): Log {
  const live = useLive();
  const key = JSON.stringify(filter);
  // The key is what the filter says.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const reader = useMemo(() => new LogReader(live, filter, accepts, at), [live, key, accepts, at]);
  const stopping = useRef<AbortController>(undefined);

  useEffect(() => {
    const stop = new AbortController();
    stopping.current = stop;
    if (at !== undefined) {
      void reader.around(at, stop.signal);
      return () => stop.abort();
    }
    // The page is read when the feed stands, so that nothing falls between them; what is in both, the store has once. Without a connection, the page
    // is read all the same, and again when there is one.
    const following = live.followMessages(reader.store, filter, accepts, stop.signal);
    let isRead = false;
    const late = setTimeout(() => {
      isRead = true;
      void reader.older(stop.signal);
    }, patience);
    void following.then(() => {
      clearTimeout(late);
      void (isRead ? reader.refresh(stop.signal) : reader.older(stop.signal));
    });
    return () => {
      clearTimeout(late);
      stop.abort();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [live, reader]);

  useEffect(
    () =>
      live.onTold(({ seq, reactions }) => {
        const known = reader.store.get(seq);
        if (known && !same(known.reactions, reactions)) reader.store.put({ ...known, reactions: reactions ?? null });
      }),
    [live, reader],
  );

  const view = useSyncExternalStore(reader.store.listen, reader.store.view);
  return {
    ...view,
    store: reader.store,
    error: reader.error,
    older: () => void reader.older(),
    newer: () => void (stopping.current && reader.newer(stopping.current.signal)),
  };
}
