import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useLive } from '../live/live.ts';
import { queries } from '../live/session.ts';
import { Things, useThings } from '../live/store.ts';
import type { WorkflowStep } from '../live/types.ts';

/** Executions, the newest first, as the server filters them. */
export function useExecutions(filter: { status?: string | undefined; squad?: string | undefined }) {
  const live = useLive();
  const { status, squad } = filter;
  useEffect(() => {
    const stop = new AbortController();
    live.watch({ executions: null }, () => void queries.invalidateQueries({ queryKey: ['executions', live.project] }), stop.signal);
    return () => stop.abort();
  }, [live]);
  return useInfiniteQuery({
    queryKey: ['executions', live.project, status, squad],
    queryFn: ({ pageParam, signal }) =>
      live.parley.rest.get('/executions', {
        query: {
          limit: 100,
          ...(status ? { status } : {}),
          ...(squad ? { squad } : {}),
          ...(pageParam ? { after: pageParam } : {}),
        } as never,
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page: { next: string | null }) => page.next,
    placeholderData: (old) => old,
  });
}

/** How many messages each execution has. */
export function useMessageCounts(): ReadonlyMap<string, number> {
  const { parley, project } = useLive();
  const { data } = useQuery({ queryKey: ['executions', project, 'counts'], queryFn: () => parley.rest.get('/stats/executions') });
  return useMemo(() => new Map((data?.items ?? []).map(({ execution_id, messages }) => [execution_id, messages])), [data]);
}

/** One execution, read again when something changes. */
export function useExecution(id: string) {
  const live = useLive();
  useEffect(() => {
    const stop = new AbortController();
    const changed = () => {
      void queries.invalidateQueries({ queryKey: ['execution', live.project, id] });
      void queries.invalidateQueries({ queryKey: ['workflow', live.project] });
    };
    live.watch({ executions: null, workflows: null }, changed, stop.signal);
    return () => stop.abort();
  }, [live, id]);
  return useQuery({
    queryKey: ['execution', live.project, id],
    queryFn: ({ signal }) => live.parley.rest.get('/executions/{id}', { path: { id }, signal }),
  });
}

/** The workflow that an execution runs. */
export function useWorkflow(id: string | null | undefined) {
  const { parley, project } = useLive();
  return useQuery({
    queryKey: ['workflow', project, id],
    queryFn: ({ signal }) => parley.rest.get('/workflows/{workflow_id}', { path: { workflow_id: id! }, signal }),
    enabled: !!id,
  });
}

const none: readonly WorkflowStep[] = [];

/** The steps of a workflow, live, in the order of the plan. */
export function useSteps(workflow: string, known: readonly WorkflowStep[] = none): readonly WorkflowStep[] {
  const live = useLive();
  const things = useMemo(() => new Things<WorkflowStep>(({ step_id }) => step_id), [live, workflow]);
  useEffect(() => {
    const stop = new AbortController();
    live.followThings('workflow_steps', { workflow }, things, stop.signal);
    return () => stop.abort();
  }, [live, workflow, things]);
  const followed = useThings(things);
  return useMemo(() => [...(things.isLoaded ? followed : known)].sort((a, b) => a.position - b.position), [things, followed, known]);
}
