import { useCallback, useMemo } from 'react';
import { useLive } from '../live/live.ts';
import { useThings } from '../live/store.ts';
import type { Agent, Storm } from '../live/types.ts';
import { plural } from '../parts/times.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';

/** What a person can do about a storm. */
export function useStormActions({ storm_id, agents: ids, held }: Storm) {
  const { parley, receipts, agents } = useLive();
  const all = useThings(agents);
  const members = useMemo(() => all.filter(({ agent_id }) => ids.includes(agent_id)), [all, ids]);
  const release = useCallback(
    async (message?: string) => {
      await parley.rest.post('/storms/{storm_id}/release', { path: { storm_id }, body: message ? { message } : {} } as never);
      receipts.forget();
      say(message ? 'Told, and they go on' : 'They go on');
    },
    [parley, receipts, storm_id],
  );
  const cancel = useCallback(async () => {
    await parley.rest.post('/storms/{storm_id}/cancel', { path: { storm_id }, body: {} } as never);
    receipts.forget();
    say(`${plural(held, 'held reply is', 'held replies are')} withdrawn`);
  }, [parley, receipts, storm_id, held]);
  const isPaused = members.length > 0 && members.every(({ paused }) => paused);
  const pause = useCallback(async () => {
    const set = (agent: Agent, move: 'pause' | 'resume') =>
      move === 'pause'
        ? parley.rest.post('/agents/{agent_id}/pause', { path: { agent_id: agent.agent_id } } as never)
        : parley.rest.post('/agents/{agent_id}/resume', { path: { agent_id: agent.agent_id } } as never);
    const changed = members.filter(({ paused }) => paused === isPaused);
    await Promise.all(changed.map((agent) => set(agent, isPaused ? 'resume' : 'pause')));
    say({
      text: isPaused ? 'They may work again' : `${changed.map(({ name }) => name).join(' and ')} are paused; their messages wait`,
      action: {
        label: 'Undo',
        run: () =>
          void Promise.all(changed.map((agent) => set(agent, isPaused ? 'pause' : 'resume'))).catch((error: unknown) =>
            say({ text: detailOf(error), isBad: true }),
          ),
      },
    });
  }, [parley, members, isPaused]);
  return { release, cancel, pause, isPaused };
}
