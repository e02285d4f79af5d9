import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useInvolved, useTasksOf } from '../executions/use-involved.ts';
import { useLive } from '../live/live.ts';
import { queries } from '../live/session.ts';
import { useThings } from '../live/store.ts';
import type { Agent, AgentTask } from '../live/types.ts';
import { useOpenQuestions } from '../parts/attention.ts';
import type { Query } from '../app/router.tsx';
import { columns, whyNobody } from './verdicts.ts';

const most = 500;

/** The newest tasks of each status, again whenever one of them changes. */
function useAllTasks(withCanceled: boolean) {
  const live = useLive();
  useEffect(() => {
    const stop = new AbortController();
    live.watch({ tasks: null }, () => void queries.invalidateQueries({ queryKey: ['tasks', live.project] }), stop.signal);
    return () => stop.abort();
  }, [live]);
  return useQuery({
    queryKey: ['tasks', live.project, withCanceled],
    placeholderData: keepPreviousData,
    // A status at a time: many that have ended must not hide an old one that still waits.
    queryFn: async ({ signal }): Promise<AgentTask[]> => {
      const statuses = withCanceled ? [...columns, 'cancelled'] : columns;
      const read = (status: string) => live.parley.rest.get('/tasks', { query: { status, limit: most } as never, signal });
      return (await Promise.all(statuses.map(read))).flatMap(({ items }) => items);
    },
    refetchInterval: 30_000,
  });
}

/** The quick filters, each for tasks that need a look. */
export const flags = ['overdue', 'blocked', 'nobody'] as const;
export type Flag = (typeof flags)[number];

const isOpen = ({ status }: AgentTask) => status === 'pending' || status === 'assigned' || status === 'in_progress';

function holds(flag: Flag, task: AgentTask, agents: readonly Agent[]): boolean {
  if (flag === 'overdue') return task.overdue && isOpen(task);
  if (flag === 'blocked') return task.status === 'pending' && task.blocked_by.length > 0;
  return whyNobody(task, agents) !== undefined;
}

export function flagOf(query: Query): Flag | undefined {
  const flag = query['only'] ?? (query['overdue'] ? 'overdue' : undefined);
  return flags.find((one) => one === flag);
}

/** The tasks that an address asks for, in the order of the board. Of those that have ended, today's. */
export function useTasks(query: Query) {
  const withCanceled = query['canceled'] === 'show';
  const all = useAllTasks(withCanceled);
  const { agents } = useLive();
  const everyone = useThings(agents);
  const execution = query['execution'];
  const involved = useInvolved(execution);
  const { data: own } = useTasksOf(execution, involved.data);
  const flag = flagOf(query);
  const midnight = new Date().setHours(0, 0, 0, 0);
  const { q, agent, t } = query;
  const data = all.data;
  const shown = useMemo(() => {
    const wanted = (q ?? '').toLowerCase();
    const ofExecution = execution === undefined ? undefined : new Set(own?.map(({ task_id }) => task_id));
    const found = (data ?? []).filter(
      (task) =>
        (!wanted || [task.title, task.description, task.agent_id].join(' ').toLowerCase().includes(wanted)) &&
        (!flag || holds(flag, task, everyone)) &&
        (!agent || task.agent_id === agent) &&
        (!ofExecution || ofExecution.has(task.task_id)) &&
        (isOpen(task) || Date.parse(task.completed_at ?? task.created_at) >= midnight || task.task_id === t || ofExecution !== undefined),
    );
    // The oldest first among what is to be done, the newest first among what is done.
    const order = (a: AgentTask, b: AgentTask) =>
      isOpen(a) ? a.created_at.localeCompare(b.created_at) : (b.completed_at ?? '').localeCompare(a.completed_at ?? '');
    return found.sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || order(a, b));
  }, [data, q, flag, agent, execution, own, everyone, midnight, t]);
  const counts = useMemo(() => {
    const tasks = data ?? [];
    const count = (accepts: (task: AgentTask) => boolean) => tasks.filter(accepts).length;
    const byFlag = Object.fromEntries(flags.map((one) => [one, count((task) => holds(one, task, everyone))])) as Record<Flag, number>;
    const done = count(({ status, completed_at }) => status === 'completed' && Date.parse(completed_at ?? '') >= midnight);
    return { ...byFlag, all: tasks.length, open: count(isOpen), done };
  }, [data, everyone, midnight]);
  return { ...all, shown, counts };
}

/** Whether a task waits for a person's answer: an open question is about it. */
export function useAsks(): (task: AgentTask) => boolean {
  const questions = useOpenQuestions();
  return useMemo(() => {
    const about = new Set(questions.map(({ task_id }) => task_id));
    return (task) => isOpen(task) && about.has(task.task_id);
  }, [questions]);
}
