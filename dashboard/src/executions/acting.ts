import { useCallback, useState } from 'react';
import { useGo } from '../app/query.ts';
import { useLive } from '../live/live.ts';
import { queries } from '../live/session.ts';
import type { Execution, Workflow, WorkflowStep } from '../live/types.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';

/** What a person does with an execution and its workflow. The feed shows the result. */
export function useExecutionActions() {
  const { parley, project } = useLive();
  const go = useGo();
  const [isWaiting, setWaiting] = useState(false);
  const run = useCallback(
    async <T>(act: () => Promise<T>): Promise<T | undefined> => {
      setWaiting(true);
      try {
        return await act();
      } catch (error) {
        say({ text: detailOf(error), isBad: true });
        return undefined;
      } finally {
        setWaiting(false);
        for (const key of ['execution', 'executions', 'workflow']) void queries.invalidateQueries({ queryKey: [key, project] });
      }
    },
    [project],
  );
  /** Ends a run. A workflow's is ended with its workflow. */
  const cancel = useCallback(
    ({ execution_id }: Execution, workflow: Workflow | undefined, reason: string) =>
      run(async () => {
        if (workflow)
          await parley.rest.post('/workflows/{workflow_id}/cancel', {
            path: { workflow_id: workflow.workflow_id },
            body: reason ? { reason } : {},
          } as never);
        else
          await parley.rest.post('/executions/{id}/cancel', { path: { id: execution_id }, body: reason ? { error: reason } : {} } as never);
        return true;
      }),
    [run, parley],
  );
  /** Runs a workflow again from the steps that did not complete, and goes to the new run. */
  const retry = useCallback(
    (workflow: Workflow) =>
      void run(async () => {
        const path = { workflow_id: workflow.workflow_id };
        let next = (await parley.rest.post('/workflows/{workflow_id}/retry', { path } as never)) as Workflow;
        // The execution of the new run comes a moment after it.
        for (let tries = 0; tries < 20 && (!next.execution_id || next.execution_id === workflow.execution_id); tries++) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          next = await parley.rest.get('/workflows/{workflow_id}', { path });
        }
        say(`Run ${next.run} goes on from the steps that did not complete`);
        if (next.execution_id && next.execution_id !== workflow.execution_id) go(`executions/${next.execution_id}/graph`);
      }),
    [run, parley, go],
  );
  const complete = useCallback(
    ({ workflow_id, step }: WorkflowStep, result: unknown) =>
      run(async () => {
        await parley.rest.post('/workflows/{workflow_id}/steps/{step}/complete', {
          path: { workflow_id, step },
          body: result === undefined ? {} : { result },
        } as never);
        say(`${step} is completed`);
        return true;
      }),
    [run, parley],
  );
  return { cancel, retry, complete, isWaiting };
}
