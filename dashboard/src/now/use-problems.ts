import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useNow } from '../live/clock.ts';
import { useLive } from '../live/live.ts';
import { useThings } from '../live/store.ts';
import { useOpenStorms } from '../parts/attention.ts';
import { findProblems, type Problem } from './problems.ts';

export function useDeadLetters() {
  const { parley, project } = useLive();
  return useQuery({
    queryKey: ['dead-letters', project],
    queryFn: () => parley.rest.get('/dead-letters', { query: { limit: 500 } as never }),
    refetchInterval: 15_000,
  });
}

export function useProblems(): readonly Problem[] {
  const { parley, project, agents } = useLive();
  const all = useThings(agents);
  const storms = useOpenStorms();
  const { data: dead } = useDeadLetters();
  const { data: overdue } = useQuery({
    queryKey: ['overdue', project],
    queryFn: () => parley.rest.get('/tasks/overdue', { query: { limit: 100 } as never }),
    refetchInterval: 15_000,
  });
  const now = useNow();
  return useMemo(() => findProblems(all, storms, dead?.items ?? [], overdue?.items ?? [], now), [all, storms, dead, overdue, now]);
}
