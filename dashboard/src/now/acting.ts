import { useMemo, useState } from 'react';
import { useLive } from '../live/live.ts';
import { queries } from '../live/session.ts';
import type { AttentionItem } from '../live/types.ts';
import { plural } from '../parts/times.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';

/** What a person does about something that is stuck. The feed shows the result. */
export function useRemedies() {
  const { parley, project, receipts } = useLive();
  const [isWaiting, setWaiting] = useState(false);
  const actions = useMemo(() => {
    const run = async (act: () => Promise<string | undefined>) => {
      setWaiting(true);
      try {
        const said = await act();
        if (said) say(said);
      } catch (error) {
        say({ text: detailOf(error), isBad: true });
      } finally {
        setWaiting(false);
      }
    };
    const path = ({ attention_id }: AttentionItem) => ({ attention_id });
    const unsnooze = (item: AttentionItem) =>
      run(async () => {
        await parley.rest.delete('/attention/{attention_id}/snooze', { path: path(item) });
        return undefined;
      });
    return {
      unsnooze,
      snooze: (item: AttentionItem, until: string) =>
        run(async () => {
          await parley.rest.put('/attention/{attention_id}/snooze', { path: path(item), body: { until } });
          say({ text: 'Snoozed', action: { label: 'Undo', run: () => void unsnooze(item) } });
          return undefined;
        }),
      requeue: ({ subject }: AttentionItem) =>
        run(async () => {
          const body = { agent_id: subject.agent_id ?? null, reason: subject.reason ?? null };
          const { count } = await parley.rest.post('/dead-letters/requeue', { body });
          receipts.forget();
          await queries.invalidateQueries({ queryKey: ['dead-letters', project] });
          return `${plural(count, 'message')} requeued`;
        }),
      retry: ({ subject }: AttentionItem) =>
        run(async () => {
          await parley.rest.post('/workflows/{workflow_id}/retry', { path: { workflow_id: subject.workflow_id! } } as never);
          return 'The workflow goes on from the steps that did not complete';
        }),
      resume: ({ subject }: AttentionItem) =>
        run(async () => {
          await parley.rest.post('/webhooks/{id}/resume', { path: { id: subject.webhook_id! } });
          return 'The webhook is active again';
        }),
    };
  }, [parley, project, receipts]);
  return { ...actions, isWaiting };
}
