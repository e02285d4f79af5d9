import { useCallback, useState } from 'react';
import { useLive } from '../live/live.ts';
import { queries } from '../live/session.ts';
import { plural } from '../parts/times.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';

/** Requeues or purges deliveries, one after the other; those that are refused stay. */
export function useDeadLetterActions() {
  const { parley, project, receipts } = useLive();
  const [isWaiting, setWaiting] = useState(false);
  const each = useCallback(
    async (ids: readonly string[], act: (id: string) => Promise<unknown>, done: string) => {
      setWaiting(true);
      let good = 0;
      let refusal: unknown;
      for (const id of ids) {
        try {
          await act(id);
          good++;
        } catch (error) {
          refusal = error;
        }
      }
      setWaiting(false);
      receipts.forget();
      await queries.invalidateQueries({ queryKey: ['dead-letters', project] });
      if (refusal === undefined) say(`${plural(good, 'message')} ${done}`);
      else say({ text: `${good} of ${ids.length} ${done}. ${detailOf(refusal)}`, isBad: true });
    },
    [project, receipts],
  );
  const requeue = useCallback(
    (ids: readonly string[]) =>
      each(ids, (delivery_id) => parley.rest.post('/dead-letters/{delivery_id}/requeue', { path: { delivery_id } } as never), 'requeued'),
    [each, parley],
  );
  const purge = useCallback(
    (ids: readonly string[]) =>
      each(ids, (delivery_id) => parley.rest.delete('/dead-letters/{delivery_id}', { path: { delivery_id } } as never), 'purged'),
    [each, parley],
  );
  return { requeue, purge, isWaiting };
}
