import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { FeedFilter } from '@parley/client';
import { useLive } from './live.ts';
import { LogStore, type LogView } from './log.ts';
import type { Message } from './types.ts';

const pageSize = 200;
const patience = 2000;

export interface Log extends LogView {
  readonly store: LogStore;
  readonly error: unknown;
  /** Reads the page before the first message. */
  readonly older: () => void;
}

export interface LogSelection {
  /** What the server selects by. */
  readonly filter: FeedFilter;
  /** What is left out here. */
  readonly accepts?: (message: Message) => boolean;
  /** Begin reading at this seq rather than at the end. */
  readonly at?: number | undefined;
}

const all = () => true;
/** Each message with where its deliveries stand: a page is one request. */
const counted = { include: 'deliveries' };

/** The messages that match, live: the last page first, older ones as they are asked for. */
export function useLog({ filter, accepts = all, at }: LogSelection): Log {
  const live = useLive();
  const key = JSON.stringify(filter);
  const reader = useMemo(() => {
    const store = new LogStore();
    let isReading = false;
    let next: string | null = at === undefined ? null : String(at + pageSize / 2);
    let error: unknown;
    const read = async (signal?: AbortSignal) => {
      if (isReading || store.view().isComplete) return;
      isReading = true;
      const counts = live.receipts.reading();
      try {
        const query = { ...filter, ...counted, limit: pageSize, ...(next ? { before: next } : {}) };
        const page = await live.parley.rest.get('/messages', { query: query as object, signal });
        counts(page.items);
        next = page.next;
        error = undefined;
        store.older(page.items.filter(accepts), next === null);
      } catch (refused) {
        counts([]);
        if (signal?.aborted) return;
        error = refused;
        store.older([], false);
      } finally {
        isReading = false;
      }
    };
    const refresh = async (signal: AbortSignal) => {
      const counts = live.receipts.reading();
      try {
        const page = await live.parley.rest.get('/messages', { query: { ...filter, ...counted, limit: pageSize } as object, signal });
        counts(page.items);
        for (const message of page.items.filter(accepts)) store.put(message);
      } catch {
        // The feed goes on from here.
        counts([]);
      }
    };
    return { store, read, refresh, error: () => error };
    // The key is what the filter says.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [live, key, accepts, at]);

  useEffect(() => {
    const stop = new AbortController();
    const { store, read, refresh } = reader;
    // The page is read when the feed stands, so that nothing falls between them; what is in both, the store has once. Without a connection, the page
    // is read all the same, and again when there is one.
    const following = live.followMessages(store, filter, accepts, stop.signal, at === undefined ? undefined : String(at));
    let isRead = false;
    const late = setTimeout(() => {
      isRead = true;
      void read(stop.signal);
    }, patience);
    void following.then(() => {
      clearTimeout(late);
      void (isRead ? refresh(stop.signal) : read(stop.signal));
    });
    return () => {
      clearTimeout(late);
      stop.abort();
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [live, reader]);

  const view = useSyncExternalStore(reader.store.listen, reader.store.view);
  return { ...view, store: reader.store, error: reader.error(), older: () => void reader.read() };
}
