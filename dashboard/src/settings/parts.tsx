import { useQuery } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import { useLive } from '../live/live.ts';
import { queries } from '../live/session.ts';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';

/** Reads something of the project, and again when its feed tells of a change. */
export function useSetting<T>(name: string, read: () => Promise<T>, feed?: string) {
  const live = useLive();
  const queryKey = ['settings', live.project, name];
  const reload = () => queries.invalidateQueries({ queryKey: ['settings', live.project, name] });
  useEffect(() => {
    if (!feed) return;
    const stop = new AbortController();
    live.watch({ [feed]: null }, () => void queries.invalidateQueries({ queryKey: ['settings', live.project, name] }), stop.signal);
    return () => stop.abort();
  }, [live, feed, name]);
  return { ...useQuery({ queryKey, queryFn: read, staleTime: 0 }), reload };
}

/** A part of a page of settings: what it is for, the action, and its rows. */
export function Section({ hint, action, children }: { hint: ReactNode; action?: ReactNode; children: ReactNode }) {
  return (
    <section className="mb-6">
      <div className="mb-3 flex flex-wrap items-start gap-3">
        <p className="min-w-48 flex-1 text-foreground-2">{hint}</p>
        {action}
      </div>
      {children}
    </section>
  );
}

/** Rows in a box, or what stands in their place. */
export function Rows({ query, isEmpty, empty, children }: { query: Asked; isEmpty: boolean; empty: ReactNode; children: ReactNode }) {
  if (query.error) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <Skeleton rows={5} />;
  if (isEmpty) return <div className="rounded-lg border bg-card">{empty}</div>;
  return <ul className="divide-y rounded-lg border bg-card">{children}</ul>;
}

interface Asked {
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** One thing: its name, what is known of it, and what can be done. */
export function Row({ name, more, children }: { name: ReactNode; more?: ReactNode; children?: ReactNode }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-[calc(0.5rem+var(--row-more)/2)]">
      <div className="min-w-48 flex-1">
        <div className="said flex flex-wrap items-center gap-x-2 font-medium">{name}</div>
        {more && <div className="said text-xs text-foreground-2">{more}</div>}
      </div>
      {children && <div className="flex flex-wrap items-center gap-1">{children}</div>}
    </li>
  );
}
