import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLive } from '../live/live.ts';
import { useThings } from '../live/store.ts';
import type { Agent, AgentTask } from '../live/types.ts';
import { useStates } from '../parts/attention.ts';
import { rankOf, type AgentState, type AgentStateName } from '../parts/state.ts';

export interface Row {
  readonly agent: Agent;
  readonly state: AgentState;
  readonly task: AgentTask | undefined;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly rows: readonly Row[];
}

/** The buckets of the fleet's filter. */
export const buckets: Record<string, { name: string; states: readonly AgentStateName[] }> = {
  asks: { name: 'Ask you', states: ['asks'] },
  stuck: { name: 'Stuck', states: ['held', 'error', 'stalled'] },
  working: { name: 'Working', states: ['working'] },
  idle: { name: 'Idle or blocked', states: ['idle', 'blocked', 'connected'] },
  away: { name: 'Away or paused', states: ['offline', 'paused'] },
};

/** What each agent has in its hands now. */
function useCurrentTasks(): ReadonlyMap<string, AgentTask> {
  const { parley, project } = useLive();
  const { data } = useQuery({
    queryKey: ['tasks-in-hand', project],
    queryFn: () => parley.rest.get('/tasks', { query: { status: 'in_progress', limit: 500 } as never }),
    refetchInterval: 15_000,
  });
  return useMemo(() => new Map((data?.items ?? []).map((task) => [task.agent_id ?? '', task])), [data]);
}

/** All agents with what they do; people are not part of the fleet. */
export function useFleet(): readonly Row[] {
  const { agents } = useLive();
  const all = useThings(agents);
  const stateOf = useStates();
  const tasks = useCurrentTasks();
  return useMemo(
    () => all.filter(({ type }) => type !== 'human').map((agent) => ({ agent, state: stateOf(agent), task: tasks.get(agent.agent_id) })),
    [all, stateOf, tasks],
  );
}

export type Sort = 'name' | 'state' | 'mailbox';

/** Rows in groups: by squad, or all in one. An agent of two squads stands in the first. */
export function useGroups(rows: readonly Row[], by: string, sort: Sort): readonly Group[] {
  const { squads } = useLive();
  const all = useThings(squads);
  return useMemo(() => {
    const sorted = [...rows].sort(orders[sort]);
    if (by !== 'squad') return [{ id: '', name: '', rows: sorted }];
    const squadOf = new Map<string, string>();
    for (const squad of [...all].reverse()) for (const { agent_id } of squad.members) if (agent_id) squadOf.set(agent_id, squad.squad_id);
    const groups = [...all]
      .sort((a, b) => a.name.localeCompare(b.name))
      .map(({ squad_id, name }) => ({ id: squad_id, name, rows: sorted.filter(({ agent }) => squadOf.get(agent.agent_id) === squad_id) }));
    const rest = sorted.filter(({ agent }) => !squadOf.has(agent.agent_id));
    return [...groups, { id: '-', name: 'In no squad', rows: rest }].filter((group) => group.rows.length > 0);
  }, [rows, by, sort, all]);
}

const byName = (a: Row, b: Row) => a.agent.name.localeCompare(b.agent.name);
const orders: Record<Sort, (a: Row, b: Row) => number> = {
  name: byName,
  state: (a, b) => rankOf(a.state.name) - rankOf(b.state.name) || byName(a, b),
  mailbox: (a, b) => (b.agent.mailbox.queued ?? 0) - (a.agent.mailbox.queued ?? 0) || byName(a, b),
};
