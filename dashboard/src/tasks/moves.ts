import { useMemo } from 'react';
import { useLive } from '../live/live.ts';
import type { Agent, AgentTask } from '../live/types.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';

/** What a person does with a task. The feed shows the result. */
export function useMoves() {
  const { parley } = useLive();
  return useMemo(() => {
    const refused = (error: unknown) => say({ text: detailOf(error), isBad: true });
    const path = ({ task_id }: AgentTask) => ({ task_id });
    return {
      assign: (task: AgentTask, agent: Agent) =>
        void parley.rest
          .post('/tasks/{task_id}/assign', { path: path(task), body: { agent_id: agent.agent_id } } as never)
          .then(() => say(`Assigned to ${agent.name}`))
          .catch(refused),
      takeBack: (task: AgentTask) =>
        void parley.rest
          .post('/tasks/{task_id}/unassign', { path: path(task), body: {} } as never)
          .then(() => say('Taken back; nobody has it now'))
          .catch(refused),
    };
  }, [parley]);
}
