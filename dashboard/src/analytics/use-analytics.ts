import { ParleyError, type Parley } from '@parley/client';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { now } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { sinceOf, spans, type SpanKey } from '../parts/spans.ts';
import type { Point } from './bars.ts';
import { figuresOf, waitsOf, type Counts } from './figures.ts';

const every = 15_000;

/** What a project's health is made of: each part with what it measures, what is still well, and its points of the score. */
export interface Health {
  readonly score: number;
  readonly parts: readonly { name: string; value: number | null; limit: number | null; points: number }[];
}

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

/** The counts over time, of one agent where the server counts so. */
function useTimeline(span: SpanKey, agent: string | undefined) {
  const { parley, project } = useLive();
  const read = async (more: Record<string, string>) => {
    const query = { since: sinceOf(span, now()), bucket: spans[span].bucket, ...more };
    return ifKnown(ask<{ items: Point[] }>(parley, '/stats/timeline', query));
  };
  const all = useQuery({
    queryKey: ['stats-timeline', project, span],
    queryFn: async () => (await read({}))?.items ?? [],
    refetchInterval: every,
  });
  // A server that keeps more than the mean also counts by agent, and judges the project's health. The others are not asked in vain.
  const knowsMore = all.data?.[0]?.latency_ms !== undefined;
  const own = useQuery({
    queryKey: ['stats-timeline', project, span, agent],
    queryFn: async () => (await read({ agent: agent! }))?.items ?? null,
    enabled: knowsMore && agent !== undefined,
    refetchInterval: every,
  });
  return { points: own.data ?? all.data, isOfAgent: !!own.data, knowsMore, error: all.error };
}

/** Everything that the page shows of a span of time. */
export function useAnalytics(span: SpanKey, agent: string | undefined, type: string | undefined) {
  const { parley, project } = useLive();
  const timeline = useTimeline(span, agent);
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
  const questions = useQuery({
    queryKey: ['stats-questions', project],
    queryFn: () => parley.rest.get('/questions', { query: { limit: 500 } as never }),
    refetchInterval: every,
  });
  const health = useQuery({
    queryKey: ['stats-health', project, span],
    queryFn: () => ifKnown(ask<Health>(parley, '/stats/health', {})),
    enabled: timeline.knowsMore,
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
