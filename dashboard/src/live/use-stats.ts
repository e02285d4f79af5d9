import { useQuery } from '@tanstack/react-query';
import { useLive } from './live.ts';

const statsEvery = 10_000;

/** How fast messages come, and how long the server takes to answer. */
export function useStats() {
  const { parley, project } = useLive();
  return useQuery({
    queryKey: ['stats', project],
    queryFn: async () => {
      const asked = performance.now();
      const stats = await parley.rest.get('/stats', { repeat: false });
      return { ...stats, answered_in: performance.now() - asked };
    },
    refetchInterval: statsEvery,
  });
}
