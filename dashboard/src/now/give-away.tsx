import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useLive } from '../live/live.ts';
import { useMayAct } from '../live/session.ts';
import { Go } from './item.tsx';

const held = ['assigned', 'accepted', 'in_progress'];

/** Goes to the task that an agent has, where another can get it; something else if it has none. */
export function GiveTaskAway({ agentId, otherwise }: { agentId: string; otherwise: ReactNode }) {
  const { parley, project } = useLive();
  const mayAct = useMayAct();
  const { data } = useQuery({
    queryKey: ['tasks-of', project, agentId],
    queryFn: () => parley.rest.get('/tasks', { query: { agent: agentId, limit: 20 } as never }),
    enabled: mayAct,
  });
  const task = data?.items.find(({ agent_id, status }) => agent_id === agentId && held.includes(status));
  if (!task) return otherwise;
  return (
    <Go to="tasks" query={{ t: task.task_id }}>
      Give task away
    </Go>
  );
}
