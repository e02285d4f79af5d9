import { ParleyError, type Parley } from '@parley/client';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { sinceOf, spans, type SpanKey } from '../parts/spans.ts';
import type { Point } from './bars.ts';
import { figuresOf, waitsOf, type Counts } from './figures.ts';
import type { Health } from './health.ts';

const every = 15_000;

/** Null where the server does not know what is asked. */
async function ifKnown<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ParleyError && (error.status === 404 || error.code === 'invalid_request')) return null;
    throw error;
  }
}

const ask = <T>(parley: Parley, path: string, query: Record<string, string>): Promise<T> =>
  parley.rest.get(path as '/stats/timeline', { query: query as never }) as Promise<unknown> as Promise<T>;

/** The counts over time, of one agent and type where the server counts so. */
function useTimeline(span: SpanKey, filter: Readonly<Record<string, string>>, knowsMore: boolean) {
  const { parley, project } = useLive();
  const read = async (more: Readonly<Record<string, string>>) => {
    const query = { since: sinceOf(span, now()), bucket: spans[span].bucket, ...more };
    return (await ask<{ items: Point[] }>(parley, '/stats/timeline', query)).items;
  };
  const all = useQuery({
    queryKey: ['stats-timeline', project, span],
    queryFn: () => read({}),
    refetchInterval: every,
  });
  const isFiltered = knowsMore && Object.keys(filter).length > 0;
  const own = useQuery({
    queryKey: ['stats-timeline', project, span, filter],
    queryFn: () => ifKnown(read(filter)),
    enabled: isFiltered,
    refetchInterval: every,
  });
  const isWaiting = isFiltered && own.isPending;
  return { points: isWaiting ? undefined : (own.data ?? all.data), isFiltered: !!own.data, error: all.error };
}

/** Everything that the page shows of a span of time. */
export function useAnalytics(span: SpanKey, agent: string | undefined, type: string | undefined) {
  const { parley, project } = useLive();
  const counts = useQuery({
    queryKey: ['stats-counts', project, span],
    queryFn: async (): Promise<Counts> => {
      const query = { since: sinceOf(span, now()) } as never;
      const [types, agents, pairs] = await Promise.all([
        parley.rest.get('/stats/messages', { query }),
        parley.rest.get('/stats/agents', { query }),
        parley.rest.get('/stats/pairs', { query }),
      ]);
      return { types: types.items, agents: agents.items, pairs: pairs.items };
    },
    refetchInterval: every,
  });
  // A server that draws bars of each agent also counts by agent over time, and judges the project's health. Others are not asked in vain.
  const knowsMore = counts.data?.agents.some((row) => 'bars' in row) ?? false;
  const filter = useMemo(() => ({ ...(agent ? { agent } : {}), ...(type ? { type } : {}) }), [agent, type]);
  const timeline = useTimeline(span, filter, knowsMore);
  const questions = useQuery({
    queryKey: ['stats-questions', project],
    queryFn: () => parley.rest.get('/questions', { query: { limit: 500 } as never }),
    refetchInterval: every,
  });
  const health = useQuery({
    queryKey: ['stats-health', project],
    queryFn: () => ifKnown(ask<Health>(parley, '/stats/health', {})),
    enabled: knowsMore,
    refetchInterval: every,
  });
  const figures = useMemo(() => counts.data && figuresOf(counts.data, agent, type), [counts.data, agent, type]);
  const waits = useMemo(
    () =>
      questions.data &&
      waitsOf(
        agent === undefined ? questions.data.items : questions.data.items.filter(({ agent_id }) => agent_id === agent),
        spans[span].since(now()),
      ),
    [questions.data, span, agent],
  );
  return { timeline, counts, figures, waits, health: health.data ?? null };
}

export type Analytics = ReturnType<typeof useAnalytics>;
