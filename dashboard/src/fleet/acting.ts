import { useCallback } from 'react';
import { useLive } from '../live/live.ts';
import type { Agent } from '../live/types.ts';
import { detailOf } from '../ui/problem.tsx';
import { say } from '../ui/toast.tsx';

/** Pauses an agent or lets it go on. The feed shows the result; it can be taken back. */
export function usePause(): (agent: Agent) => void {
  const { parley } = useLive();
  return useCallback(
    (agent: Agent) => {
      const set = (isPaused: boolean) =>
        isPaused
          ? parley.rest.post('/agents/{agent_id}/pause', { path: { agent_id: agent.agent_id } } as never)
          : parley.rest.post('/agents/{agent_id}/resume', { path: { agent_id: agent.agent_id } } as never);
      const refused = (error: unknown) => say({ text: detailOf(error), isBad: true });
      set(!agent.paused)
        .then(() =>
          say({
            text: agent.paused ? `${agent.name} goes on` : `${agent.name} is paused; its messages wait`,
            action: { label: 'Undo', run: () => void set(agent.paused).catch(refused) },
          }),
        )
        .catch(refused);
    },
    [parley],
  );
}
