import { ParleyError } from '@parley/client';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useLive, type Live } from '../live/live.ts';
import { Things, useThings } from '../live/store.ts';
import type { MemoryEntry, MemoryVersion } from '../live/types.ts';
import type { Key } from './tree.ts';

const pageSize = 200;
/** So many keys are read; a prefix shows others. */
export const most = 2000;

export interface Keys {
  readonly keys: readonly Key[];
  readonly isLoaded: boolean;
  /** Whether there are more than were read. */
  readonly hasMore: boolean;
  readonly error: unknown;
  readonly reload: () => void;
}

/** The keys under a prefix, kept up to date by the feed. */
export function useMemoryKeys(prefix: string): Keys {
  const live = useLive();
  const [turn, setTurn] = useState(0);
  const things = useMemo(() => new Things<Key>(({ key }) => key), [live, prefix, turn]);
  const [state, setState] = useState<{ of: Things<Key>; hasMore: boolean; error: unknown } | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    read(live, prefix, things, stop.signal, () => setTurn((old) => old + 1))
      .then((hasMore) => setState({ of: things, hasMore, error: null }))
      .catch((error: unknown) => stop.signal.aborted || setState({ of: things, hasMore: false, error }));
    return () => stop.abort();
  }, [live, prefix, things]);
  const keys = useThings(things);
  const current = state?.of === things ? state : null;
  return {
    keys,
    isLoaded: things.isLoaded,
    hasMore: current?.hasMore ?? false,
    error: current?.error ?? null,
    reload: () => setTurn(turn + 1),
  };
}

/** Follows first and reads then, so that nothing is missed in between.
 * @returns Whether there are more keys than were read. */
async function read(live: Live, prefix: string, things: Things<Key>, signal: AbortSignal, missed: () => void): Promise<boolean> {
  const told = new Map<string, { key: Key; isGone: boolean }>();
  await live.followMemory(
    prefix,
    (entry, isGone) => {
      const key = keyOf(entry);
      told.set(key.key, { key, isGone });
      if (isGone) things.delete(key);
      else things.put(key);
    },
    missed,
    signal,
  );
  const found = new Map<string, Key>();
  for (let after: string | null = null; ;) {
    const page: { items: MemoryEntry[]; next: string | null } = await live.parley.rest.get('/memory', {
      query: { prefix, limit: pageSize, ...(after ? { after } : {}) },
      signal,
    });
    for (const entry of page.items) found.set(entry.key, keyOf(entry));
    after = page.next;
    if (after === null || found.size >= most) break;
  }
  signal.throwIfAborted();
  const hasMore = found.size >= most;
  // Of what has changed meanwhile, the feed knows better.
  for (const { key, isGone } of told.values()) {
    if ((found.get(key.key)?.version ?? 0) > key.version) continue;
    if (isGone) found.delete(key.key);
    else found.set(key.key, key);
  }
  things.reset([...found.values()]);
  return hasMore;
}

const keyOf = ({ key, version, updated_at, updated_by }: MemoryEntry): Key => ({ key, version, updated_at, updated_by });

export interface OpenEntry {
  readonly entry: MemoryEntry;
  /** Newest first. */
  readonly versions: readonly MemoryVersion[];
}

/** An entry with its versions; null if there is none.
 * @param version The newest that the tree knows: another one is read again. */
export function useEntry(key: string | undefined, version: number | undefined) {
  const { parley, project } = useLive();
  return useQuery({
    queryKey: ['memory', project, key, version],
    enabled: key !== undefined,
    queryFn: async ({ signal }): Promise<OpenEntry | null> => {
      try {
        const [entry, history] = await Promise.all([
          parley.rest.request<MemoryEntry>('get', '/api/v1/memory/key', { query: { named: key }, signal }),
          parley.rest.get('/memory/history', { query: { key: key! }, signal }),
        ]);
        return { entry, versions: history.items };
      } catch (error) {
        if (error instanceof ParleyError && error.status === 404) return null;
        throw error;
      }
    },
    // What was there stays while its next version loads.
    placeholderData: (old, query) => (query?.queryKey[2] === key ? old : undefined),
  });
}
