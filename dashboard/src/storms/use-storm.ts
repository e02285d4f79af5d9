import { useQuery } from '@tanstack/react-query';
import { useLive } from '../live/live.ts';
import type { Storm } from '../live/types.ts';
import type { Said } from './zigzag.ts';

/** More replies than these would be a blot. */
const mostDrawn = 120;

/** What a storm began with, its last words, and when each of its replies came: what the feed leaves out. */
export function useStorm({ storm_id, thread_id, version, agents, started_at }: Storm): { storm: Storm | undefined; said: readonly Said[] } {
  const { parley, project } = useLive();
  const whole = useQuery({
    queryKey: ['storm', project, storm_id, version],
    queryFn: () => parley.rest.get('/storms/{storm_id}', { path: { storm_id } }),
    placeholderData: (before) => before,
  });
  const replies = useQuery({
    queryKey: ['storm-replies', project, storm_id],
    queryFn: () =>
      parley.rest.get('/messages', { query: { thread: thread_id, until: started_at, limit: mostDrawn, excerpt: 1 } as object }),
    staleTime: Infinity,
    select: ({ items }) =>
      items
        .filter(({ sender_id }) => agents.includes(sender_id))
        .map(({ sender_id, timestamp }) => ({ sender_id, at: Date.parse(timestamp) }))
        .reverse(),
  });
  return { storm: whole.data, said: replies.data ?? [] };
}
