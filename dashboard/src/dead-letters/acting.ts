import { useCallback, useState } from 'react';
import { useLive } from '../live/live.ts';
import { queries } from '../live/session.ts';
import { plural } from '../parts/times.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';

const atOnce = 1000;

/** Requeues or purges deliveries; those that somebody else did before are told. */
export function useDeadLetterActions() {
  const { parley, project, receipts } = useLive();
  const [isWaiting, setWaiting] = useState(false);
  const change = useCallback(
    async (ids: readonly string[], path: '/dead-letters/requeue' | '/dead-letters/purge', done: string) => {
      setWaiting(true);
      let good = 0;
      try {
        for (let from = 0; from < ids.length; from += atOnce) {
          const { count } = await parley.rest.post(path, { body: { delivery_ids: ids.slice(from, from + atOnce) } });
          good += count;
        }
        const others = ids.length - good;
        if (others === 0) say(`${plural(good, 'message')} ${done}`);
        else say({ text: `${good} of ${ids.length} ${done}. The others are no longer dead letters.`, isBad: true });
      } catch (error) {
        say({ text: good > 0 ? `${good} of ${ids.length} ${done}. ${detailOf(error)}` : detailOf(error), isBad: true });
      } finally {
        setWaiting(false);
        receipts.forget();
        await queries.invalidateQueries({ queryKey: ['dead-letters', project] });
      }
    },
    [parley, project, receipts],
  );
  const requeue = useCallback((ids: readonly string[]) => change(ids, '/dead-letters/requeue', 'requeued'), [change]);
  const purge = useCallback((ids: readonly string[]) => change(ids, '/dead-letters/purge', 'purged'), [change]);
  return { requeue, purge, isWaiting };
}
