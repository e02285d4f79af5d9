import { useEffect, useState } from 'react';
import { now } from '../live/clock.ts';
import type { LogStore } from '../live/log.ts';

/** How far a person had read when they left the log, and when that was. */
export interface Left {
  readonly seq: number;
  readonly at: number;
}

/** Whoever is back sooner has not been away. */
const shortest = 60_000;
const keyOf = (project: string) => `parley.left.${project}`;

function read(project: string): Left | undefined {
  try {
    const left = JSON.parse(localStorage.getItem(keyOf(project)) ?? 'null') as Left | null;
    return typeof left?.seq === 'number' && typeof left.at === 'number' && now() - left.at > shortest ? left : undefined;
  } catch {
    return undefined;
  }
}

/** Where the person had left off when the page was opened; undefined if they were hardly away. Keeps the place where they leave off now, if the log is the
 *  whole one. */
export function useLeft(project: string, store: LogStore, isWhole: boolean): Left | undefined {
  const [left] = useState(() => read(project));
  useEffect(() => {
    if (!isWhole) return;
    const keep = () => {
      const seq = store.last;
      try {
        if (seq !== undefined) localStorage.setItem(keyOf(project), JSON.stringify({ seq, at: now() }));
      } catch {
        // Then no line will say what is new.
      }
    };
    const hidden = () => document.hidden && keep();
    document.addEventListener('visibilitychange', hidden);
    return () => {
      document.removeEventListener('visibilitychange', hidden);
      keep();
    };
  }, [project, store, isWhole]);
  return left;
}
