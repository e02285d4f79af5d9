import { useEffect, useState } from 'react';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import type { LogStore } from '../live/log.ts';
import { useCell } from '../live/store.ts';
import type { Message } from '../live/types.ts';
import { indexOfSeq } from './places.ts';

/** A shorter break with fewer messages needs no words: what was missed slides in. */
const longBreak = 10 * 60_000;
const manyMessages = 5000;

export interface Missed {
  readonly count: number;
  /** The index of the first one. */
  readonly index: number;
}

/** What came while the connection was broken, if that was long or much. */
export function useMissed(store: LogStore, messages: readonly Message[]): { missed: Missed | undefined; forget: () => void } {
  const { line } = useLive();
  const state = useCell(line);
  const [broken, setBroken] = useState<{ after: number; since: number; until?: number }>();
  const since = state.status === 'cut' ? state.since : undefined;
  const isLive = state.status === 'live';
  useEffect(() => {
    if (since !== undefined && store.last !== undefined) setBroken((old) => (old && !old.until ? old : { after: store.last!, since }));
    else if (isLive) setBroken((old) => (old && !old.until ? { ...old, until: now() } : old));
  }, [since, isLive, store]);
  const forget = () => setBroken(undefined);
  if (!broken?.until) return { missed: undefined, forget };
  const index = indexOfSeq(messages, broken.after + 1);
  const count = messages.length - index;
  const isWorthSaying = count >= manyMessages || (count > 0 && broken.until - broken.since >= longBreak);
  return { missed: isWorthSaying ? { count, index } : undefined, forget };
}
