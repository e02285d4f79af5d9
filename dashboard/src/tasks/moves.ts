import { useCallback, useMemo, useState } from 'react';
import { useLive } from '../live/live.ts';
import { queries } from '../live/session.ts';
import type { AgentTask } from '../live/types.ts';
import { useNames } from '../parts/people.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';

/** What a person does with a task. It stands where it stood, and shows that it waits, until the server has moved it. */
export function useMoves() {
  const { parley, project } = useLive();
  const names = useNames();
  const [waiting, setWaiting] = useState<ReadonlySet<string>>(new Set());
  const run = useCallback(
    async ({ task_id }: AgentTask, move: string, body: object) => {
      setWaiting((old) => new Set(old).add(task_id));
      try {
        await parley.rest.post(`/tasks/{task_id}/${move}` as '/tasks/{task_id}/assign', { path: { task_id }, body } as never);
      } finally {
        await queries.invalidateQueries({ queryKey: ['tasks', project] });
        setWaiting((old) => new Set([...old].filter((id) => id !== task_id)));
      }
    },
    [parley, project],
  );
  return useMemo(() => {
    const refused = (error: unknown) => say({ text: detailOf(error), isBad: true });
    const assign = (task: AgentTask, agent_id: string | undefined) => run(task, 'assign', agent_id === undefined ? {} : { agent_id });
    return {
      waiting,
      /** To one agent, or to whom the server chooses. Rejected with the server's reason. */
      assign: (task: AgentTask, agent_id: string | undefined) =>
        assign(task, agent_id).then(() =>
          say(agent_id === undefined ? 'Assigned to whom the server chose' : `Assigned to ${names(agent_id)}`),
        ),
      takeBack: (task: AgentTask) => {
        const holder = task.agent_id;
        const undo = { label: 'Undo', run: () => void assign(task, holder ?? undefined).catch(refused) };
        run(task, 'unassign', {})
          .then(() => say({ text: `Taken back from ${names(holder ?? '')}; nobody has it now`, ...(holder ? { action: undo } : {}) }))
          .catch(refused);
      },
      complete: (task: AgentTask, result: unknown) =>
        run(task, 'complete', result === undefined ? {} : { result }).then(() => say('Completed by hand')),
      fail: (task: AgentTask, error: string) => run(task, 'fail', { error }).then(() => say('Failed')),
      cancel: (task: AgentTask, error: string) =>
        parley.rest
          .put('/tasks/{task_id}', {
            path: { task_id: task.task_id },
            body: { status: 'cancelled', ...(error ? { error } : {}) },
          } as never)
          .then(() => queries.invalidateQueries({ queryKey: ['tasks', project] }))
          .then(() => say('Canceled')),
    };
  }, [run, waiting, names, parley, project]);
}

export type Moves = ReturnType<typeof useMoves>;
